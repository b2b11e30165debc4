package config

import (
	"errors"
	"regexp"
	"strings"
)

// check refuses a half of a pair.
func (t *TLS) check() error {
	if (t.Certificate == "") != (t.Key == "") {
		return errors.New("tls needs both certificate and key, or neither")
	}
	return nil
}

var hostName = regexp.MustCompile(`^[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*$`)

// parseName reads the name of a host, as a browser sends it.
func parseName(s string) (any, error) {
	name := strings.ToLower(strings.TrimSuffix(s, "."))
	if len(name) > 253 || !hostName.MatchString(name) {
		return nil, errors.New("is not the name of a host such as weir.example.org, without a port")
	}
	return name, nil
}
