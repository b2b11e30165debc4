package threat

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"testing"
)

// elsewhere is a server that remembers what it was sent.
type elsewhere struct {
	*httptest.Server
	mu   sync.Mutex
	seen []http.Header
}

func newElsewhere(t *testing.T, start func(http.Handler) *httptest.Server) *elsewhere {
	e := &elsewhere{}
	e.Server = start(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		e.mu.Lock()
		defer e.mu.Unlock()
		e.seen = append(e.seen, r.Header.Clone())
		fmt.Fprint(w, "45.9.148.1\n")
	}))
	t.Cleanup(e.Close)
	return e
}

func TestRedirects(t *testing.T) {
	other, secure := newElsewhere(t, httptest.NewServer), newElsewhere(t, httptest.NewTLSServer)
	to := ""
	home := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/list":
			http.Redirect(w, r, to, http.StatusFound)
		case "/moved":
			user, password, _ := r.BasicAuth()
			if user != "ann" || password != "swordfish" || r.Header.Get("Auth-Key") != "sesame" || r.Referer() != "" {
				t.Errorf("the same host got %v", r.Header)
			}
			fmt.Fprint(w, "45.9.148.1\n")
		}
	}))
	t.Cleanup(home.Close)
	now := day(1)
	look := func(target string, redirects ...string) error {
		t.Helper()
		to = target
		location := strings.Replace(home.URL, "http://", "http://ann:swordfish@", 1) + "/list?key=opensesame"
		k := &Kept{Source: Source{Name: "list", Location: location, Header: map[string]string{"Auth-Key": "sesame"}, Redirects: redirects}}
		_, err := fetcher(&now).Refresh(context.Background(), k)
		for _, text := range []string{k.State.Error, fmt.Sprint(err)} {
			for _, secret := range []string{"swordfish", "opensesame", "sesame", "token"} {
				if strings.Contains(text, secret) {
					t.Errorf("to %s: %q has the secret %q", target, text, secret)
				}
			}
		}
		return err
	}
	refused := func(target, want string, redirects ...string) {
		t.Helper()
		if err := look(target, redirects...); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("to %s: error %v, want %q", target, err, want)
		}
	}
	if err := look("/moved"); err != nil {
		t.Error(err)
	}
	if err := look(home.URL + "/moved?token=1"); err != nil {
		t.Error(err)
	}
	refused(other.URL+"/list?token=1", "which is a loopback address")
	refused(strings.Replace(other.URL, "127.0.0.1", "localhost", 1), "which is this machine")
	refused(secure.URL, "with another scheme")
	refused("http://169.254.169.254/latest/meta-data", "which is a link-local address")
	refused("http://10.0.0.1/", "which is a private address")
	refused("http://[::ffff:192.168.0.1]/", "which is a private address")
	refused("http://[fd00::1]/", "which is")
	refused("file:///etc/passwd", "not with a URL")
	refused("/list", "redirects more than 5 times")
	if len(other.seen)+len(secure.seen) > 0 {
		t.Fatalf("hosts that were refused were asked: %v %v", other.seen, secure.seen)
	}
	// What the configuration names may be followed, without what is secret.
	if err := look(other.URL+"/x?token=1", other.URL); err != nil {
		t.Error(err)
	}
	for _, h := range other.seen {
		if h.Get("Auth-Key") != "" || h.Get("Authorization") != "" || h.Get("Referer") != "" {
			t.Errorf("another host got %v", h)
		}
	}
	if len(other.seen) != 1 {
		t.Errorf("it was asked %d times", len(other.seen))
	}
}

// What counts is the address that a name resolves to when it is dialled.
func TestDialOfNames(t *testing.T) {
	other := newElsewhere(t, httptest.NewServer)
	at, err := url.Parse(other.URL)
	if err != nil {
		t.Fatal(err)
	}
	s := &Source{Location: "https://feeds.example/list"}
	home, err := url.Parse(s.Location)
	if err != nil {
		t.Fatal(err)
	}
	for _, host := range []string{"localhost", "127.0.0.1", "[::ffff:127.0.0.1]"} {
		at.Host = host + ":" + at.Port()
		_, err := ask(t.Context(), s.client(home), s, at, false, &State{})
		if err == nil || !strings.Contains(err.Error(), "which is a loopback address") && !strings.Contains(err.Error(), "loopback") {
			t.Errorf("%s: error %v", host, err)
		}
	}
	if len(other.seen) > 0 {
		t.Error("it was asked all the same")
	}
	for address, want := range map[string]bool{
		"8.8.8.8": false, "2a00::1": false, "100.64.0.1": true, "0.0.0.0": true, "::": true, "::1": true, "224.0.0.1": true, "fe80::1%eth0": true, "255.255.255.255": true,
		"64:ff9b::a9fe:a9fe": true, "64:ff9b::808:808": false, "2002:a00:1::1": true, "2002:808:808::1": false,
	} {
		if got := internal(netip.MustParseAddr(address)) != ""; got != want {
			t.Errorf("internal(%s) = %t", address, got)
		}
	}
}

func TestShownLocation(t *testing.T) {
	f := func(location, want string) {
		t.Helper()
		if got := ShownLocation(location); got != want {
			t.Errorf("ShownLocation(%s) = %s, want %s", location, got, want)
		}
	}
	f("https://user:secret@host.example:8443/a/list?key=secret#secret", "https://host.example:8443/a/list")
	f("https://host/list", "https://host/list")
	f("/etc/list.txt", "/etc/list.txt")
	f("https://user:se/cret@host/list", "https://(not a URL)")
	f("https://user:se%ZZcret@host/list", "https://(not a URL)")
	if got := withoutSecrets(`Get "https://u:secret@h/x?k=secret": dial https://h2/?secret and http://h3/a,`); strings.Contains(got, "secret") || !strings.Contains(got, "https://h/x") {
		t.Error(got)
	}
}

// A server may repeat in its answer a key that it refuses.
func TestSecretsThatAreRepeated(t *testing.T) {
	s := Source{
		Location: "https://someuser1:password1@feeds.example/list?key=querykey1&format=json",
		Header:   map[string]string{"Authorization": "Bearer headerkey1", "X-Key": "querykey1-and-more"},
	}
	err := &shownError{errors.New("json: invalid someuser1 password1 querykey1 headerkey1 querykey1-and-more"), s.secrets()}
	if got, want := err.Error(), "json: invalid (secret) (secret) (secret) (secret) (secret)"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
