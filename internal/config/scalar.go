package config

import (
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"weir/internal/enrich/threat"
	"weir/internal/near"
)

// scalar parses one value into a field and checks it against the rule of its key.
func (d *decoder) scalar(s string, into reflect.Value, path string) error {
	parsed, err := d.parseScalar(s, path)
	if err != nil {
		shown := threat.ShownLocation(s) // a URL may have secrets
		if isSecret(path) {
			shown = hidden
		}
		return fmt.Errorf("%s: %q %w", path, shown, err)
	}
	into.Set(reflect.ValueOf(parsed))
	return nil
}

func (d *decoder) parseScalar(s, path string) (any, error) {
	switch path {
	case "data":
		if s == "" {
			return nil, errors.New("is not a folder; name one")
		}
		return d.path(s)
	case "tls.certificate", "tls.key":
		if s == "" {
			return "", nil
		}
		return d.path(s)
	case "geo.databases":
		if s == "" {
			return nil, errors.New("is not a file; name one")
		}
		return d.path(s)
	case "interval":
		return parseInterval(s)
	case "poll-interval":
		return parseDuration(s, 100*time.Millisecond, 24*time.Hour)
	case "topology.sync":
		return parseEvery(s, 5*time.Minute, 7*24*time.Hour)
	case "topology.service-tags":
		return parseEvery(s, time.Hour, 30*24*time.Hour)
	case "topology.tenants", "topology.subscriptions":
		if strings.TrimSpace(s) == "" || strings.ContainsAny(s, "\t\r\n") {
			return nil, errors.New("is empty, or more than one line")
		}
		return s, nil
	case "workers":
		n, err := strconv.Atoi(s)
		if err != nil || n < 0 || n > 256 {
			return nil, errors.New("is not a whole number from 0 to 256")
		}
		return n, nil
	case "retention.intervals", "retention.hours", "retention.days":
		return parseSpan(s)
	case "memory":
		return parseMemory(s)
	case "spill":
		return parseSpill(s)
	case "listen":
		return parseListen(s)
	case "names":
		return parseName(s)
	case "tokens":
		if t := Tokens(s); t == TokensRemote || t == TokensAlways {
			return t, nil
		}
		return nil, errors.New("is neither remote nor always")
	case "log-level":
		levels := map[string]slog.Level{"debug": slog.LevelDebug, "info": slog.LevelInfo, "warn": slog.LevelWarn, "error": slog.LevelError}
		if l, ok := levels[s]; ok {
			return l, nil
		}
		return nil, errors.New("is none of debug, info, warn and error")
	case "log-format":
		if f := LogFormat(s); f == LogText || f == LogJSON {
			return f, nil
		}
		return nil, errors.New("is neither text nor json")
	}
	if key, ok := strings.CutPrefix(path, "sources."); ok {
		return d.parseSource(s, key)
	}
	if path == "threat.shrink" {
		return parseShare(s)
	}
	if strings.HasPrefix(path, "threat.feeds.") {
		return d.parseFeed(s, strings.TrimPrefix(path, "threat.feeds."))
	}
	if path == "applications" || path == "geo.sites" {
		return s, nil
	}
	return nil, errors.New("has no meaning here")
}

// parseInterval reads a width of reduction.
func parseInterval(s string) (any, error) {
	d, err := time.ParseDuration(s)
	if err == nil && slices.Contains([]time.Duration{time.Minute, 10 * time.Minute, time.Hour}, d) {
		return d, nil
	}
	return nil, errors.New("is none of 1m, 10m and 60m")
}

// parseEvery parses how often something is done; 0 is never.
func parseEvery(s string, least, most time.Duration) (any, error) {
	if s == "0" || s == "0s" {
		return time.Duration(0), nil
	}
	return parseDuration(s, least, most)
}

func parseDuration(s string, low, high time.Duration) (any, error) {
	d, err := time.ParseDuration(s)
	if err != nil {
		return nil, errors.New("is not a duration such as 500ms, 2s or 1m")
	}
	if d < low || d > high {
		return nil, fmt.Errorf("is not between %s and %s", short(low), short(high))
	}
	return d, nil
}

func parseListen(s string) (any, error) {
	_, port, err := net.SplitHostPort(s)
	if err != nil {
		return nil, errors.New("is not HOST:PORT such as 127.0.0.1:8750")
	}
	if n, err := strconv.Atoi(port); err != nil || n < 0 || n > 65535 {
		return nil, errors.New("has no port from 0 to 65535")
	}
	return s, nil
}

// short writes a duration without the zero parts that time.Duration adds.
func short(d time.Duration) string {
	if d == time.Hour {
		return "60m" // the word of the contract
	}
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

// unknownKey says which key was probably meant.
func unknownKey(full, prefix string, keys map[string]int) string {
	known := slices.Sorted(maps.Keys(keys))
	key := strings.TrimPrefix(full, prefix)
	if meant := near.Name(strings.ReplaceAll(key, "_", "-"), known); meant != "" {
		return fmt.Sprintf("unknown key %q; did you mean %q?", full, prefix+meant)
	}
	return fmt.Sprintf("unknown key %q; the keys here are %s", full, strings.Join(known, ", "))
}
