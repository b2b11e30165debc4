package threat

import (
	"cmp"
	"net"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// IsURL tells whether the location of a feed is a URL and no file.
func IsURL(location string) bool {
	return strings.HasPrefix(location, "http://") || strings.HasPrefix(location, "https://")
}

// ShownLocation returns a location as it may be shown: a URL without user,
// password, query and fragment, which may be secrets. A file is shown as it is.
func ShownLocation(location string) string {
	scheme, _, isURL := strings.Cut(location, "://")
	if !isURL {
		return location
	}
	u, err := url.Parse(location)
	if err != nil {
		return scheme + "://(not a URL)"
	}
	return (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path, RawPath: u.RawPath}).String()
}

var anyURL = regexp.MustCompile(`[A-Za-z][A-Za-z0-9+.-]*://[^\s"'<>]+`)

// withoutSecrets shows every URL of a text as it may be shown: errors of the
// network have them, also those that a server redirected to.
func withoutSecrets(text string) string {
	return anyURL.ReplaceAllStringFunc(text, func(found string) string {
		location := strings.TrimRight(found, ":;,.)") // of the sentence
		return ShownLocation(location) + found[len(location):]
	})
}

// shownError is an error whose text has no secrets of URLs, and none of its
// source: a server may repeat a key that it refuses.
type shownError struct {
	err     error
	secrets []string
}

func (e *shownError) Error() string {
	text := withoutSecrets(e.err.Error())
	for _, secret := range e.secrets {
		text = strings.ReplaceAll(text, secret, "(secret)")
	}
	return text
}

func (e *shownError) Unwrap() error { return e.err }

// leastSecret is the length of the shortest word that is taken for a secret:
// shorter ones, such as json, stand in many a sentence.
const leastSecret = 8

// secrets returns what of a source may be secret, the longest first, as one may
// be a part of another: words of its headers, user, password and query.
func (s *Source) secrets() []string {
	var texts []string
	for _, value := range s.Header {
		texts = append(texts, value)
	}
	if u, err := url.Parse(s.Location); err == nil && IsURL(s.Location) {
		password, _ := u.User.Password()
		texts = append(texts, u.User.Username(), password)
		for _, values := range u.Query() {
			texts = append(texts, values...)
		}
	}
	words := slices.DeleteFunc(strings.Fields(strings.Join(texts, " ")), func(w string) bool { return len(w) < leastSecret })
	slices.SortFunc(words, func(a, b string) int { return cmp.Compare(len(b), len(a)) })
	return words
}

// endpoint returns the host and port of a URL as they are dialled.
func endpoint(u *url.URL) string {
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	return net.JoinHostPort(strings.ToLower(u.Hostname()), port)
}

// sameOrigin tells whether what may be sent to one URL may be sent to the other.
func sameOrigin(a, b *url.URL) bool { return a.Scheme == b.Scheme && endpoint(a) == endpoint(b) }
