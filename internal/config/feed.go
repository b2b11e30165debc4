package config

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"weir/internal/enrich/geo"
	"weir/internal/enrich/threat"
)

// Formats returns the words that a feed may have as its format.
func Formats() []string { return words(threat.Formats()) }

// Categories returns the words that a feed may have as its category.
func Categories() []string {
	var out []string
	for _, c := range threat.Categories() {
		out = append(out, c.String())
	}
	return out
}

func words[T ~string](list []T) []string {
	var out []string
	for _, w := range list {
		out = append(out, string(w))
	}
	return out
}

// parseFeed parses a value of a feed.
func (d *decoder) parseFeed(s, key string) (any, error) {
	switch key {
	case "name":
		if strings.TrimSpace(s) == "" || strings.ContainsAny(s, "\t\r\n") {
			return nil, errors.New("is not a name; give it one line")
		}
		return s, nil
	case "location":
		return d.parseLocation(s)
	case "format":
		return oneOf(s, Formats())
	case "category":
		return oneOf(s, Categories())
	case "confidence":
		n, err := strconv.Atoi(s)
		if err != nil || n < 1 || n > 100 {
			return nil, errors.New("is not a percentage from 1 to 100")
		}
		return n, nil
	case "every":
		return parseDuration(s, time.Minute, 720*time.Hour)
	case "timeout":
		return parseDuration(s, time.Second, time.Hour)
	case "max-size":
		return parseSize(s)
	case "columns", "headers":
		return s, nil
	case "redirects":
		if u, err := url.Parse(s); err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" {
			return nil, errors.New("is no host such as https://files.example.org")
		}
		return s, nil
	}
	return nil, errors.New("has no meaning here")
}

func (d *decoder) parseLocation(s string) (any, error) {
	scheme, rest, isURL := strings.Cut(s, "://")
	switch {
	case s == "":
		return nil, errors.New("is neither a file nor a URL")
	case !isURL:
		return d.path(s)
	case scheme != "https" && scheme != "http" || rest == "":
		return nil, errors.New("is neither a file nor a URL that begins with https:// or http://")
	}
	if u, err := url.Parse(s); err != nil || u.Host == "" {
		return nil, errors.New("is no URL; write signs such as @ and / in a user or password as %40 and %2F")
	}
	return s, nil
}

// noShare is the share of what is off.
const noShare Share = 101

// parseShare reads a share in percent.
func parseShare(s string) (any, error) {
	if s == "off" {
		return noShare, nil
	}
	n, err := strconv.Atoi(strings.TrimSpace(strings.TrimSuffix(s, "%")))
	if err != nil || n < 1 || n > 100 {
		return nil, errors.New("is neither off nor a share from 1% to 100%")
	}
	return Share(n), nil
}

// String returns the share as parseShare reads it.
func (s Share) String() string {
	if s >= noShare {
		return "off"
	}
	return strconv.Itoa(int(s)) + "%"
}

// oneOf returns the word as the list spells it.
func oneOf(s string, words []string) (any, error) {
	for _, w := range words {
		if strings.EqualFold(s, w) {
			return w, nil
		}
	}
	return nil, fmt.Errorf("is none of %s", strings.Join(words, ", "))
}

// units are those of sizes, the largest first.
func units() []string { return []string{"GB", "MB", "KB"} }

func parseSize(s string) (any, error) {
	factor, digits := int64(1), s
	for i, u := range units() {
		if rest, ok := strings.CutSuffix(s, u); ok {
			factor, digits = 1<<(10*(len(units())-i)), strings.TrimSpace(rest)
			break
		}
	}
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || n < 1 || n > math.MaxInt32*1024/factor {
		return nil, errors.New("is not a size such as 64MB")
	}
	return Size(n * factor), nil
}

// String returns the size as parseSize reads it.
func (s Size) String() string {
	if s == Auto {
		return "auto"
	}
	for i, u := range units() {
		if factor := Size(1) << (10 * (len(units()) - i)); s >= factor && s%factor == 0 {
			return strconv.FormatInt(int64(s/factor), 10) + u
		}
	}
	return strconv.FormatInt(int64(s), 10)
}

// checkPair checks a key that the user chose, with its value.
func checkPair(path, key, value string) error {
	switch path {
	case "threat.feeds.columns":
		if _, err := oneOf(key, []string{"address", "category", "confidence", "first", "until", "detail"}); err != nil {
			return err
		}
	case "threat.feeds.headers":
		if !regexp.MustCompile("^[-!#$%&'*+.^_`|~0-9A-Za-z]+$").MatchString(key) {
			return errors.New("is no name of a header")
		}
		if strings.ContainsAny(value, "\r\n") {
			return errors.New("has a value of more than one line")
		}
	case "applications":
		return checkApplication(key, value)
	case "geo.sites":
		if _, err := geo.ParsePoint(value); err != nil {
			return fmt.Errorf("has the place %q, which %w", value, err)
		}
	}
	return nil
}

func checkApplication(key, name string) error {
	m := regexp.MustCompile(`^([0-9]{1,5})(?:-([0-9]{1,5}))?(?:/(?i:tcp|udp|sctp|dccp))?$`).FindStringSubmatch(key)
	if m == nil {
		return errors.New("is not PORT, PORT/tcp or FIRST-LAST/udp")
	}
	first, _ := strconv.Atoi(m[1])
	last := first
	if m[2] != "" {
		last, _ = strconv.Atoi(m[2])
	}
	if first > last || last > math.MaxUint16 {
		return errors.New("is not a port from 0 to 65535 or a range of them")
	}
	if strings.ContainsAny(name, " \t\r\n,|") {
		return fmt.Errorf("has the name %q, which has a space, a comma or a bar", name)
	}
	return nil
}

// reference is where an environment variable stands in a value.
var reference = regexp.MustCompile(`\$\{([A-Za-z_][A-Za-z0-9_]*)\}`)

// Header returns the headers with the values of the environment variables.
// One that is not set, or is empty, is an error.
func (f *Feed) Header() (map[string]string, error) {
	out := map[string]string{}
	var missing []error
	for _, name := range slices.Sorted(maps.Keys(f.Headers)) {
		out[name] = reference.ReplaceAllStringFunc(f.Headers[name], func(ref string) string {
			variable := reference.FindStringSubmatch(ref)[1]
			value := os.Getenv(variable)
			if value == "" {
				missing = append(missing, fmt.Errorf("the header %s of the feed %s needs the environment variable %s, which is not set", name, f.Name, variable))
			}
			return value
		})
	}
	return out, errors.Join(missing...)
}

// hidden is shown in place of a header's value.
const hidden = "(hidden)"

// shownHeaders returns the headers without what may be a secret.
func (f *Feed) shownHeaders() map[string]string {
	out := map[string]string{}
	for name, value := range f.Headers {
		if !reference.MatchString(value) {
			value = hidden
		}
		out[name] = value
	}
	return out
}
