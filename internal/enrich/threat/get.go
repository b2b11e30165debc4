package threat

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"weir/internal/enrich/ranges"
	"weir/internal/flow"
)

// maxRedirects bounds how often a server may send a request elsewhere.
const maxRedirects = 5

var errURL = errors.New("its URL cannot be read; write signs such as @ and / in a user or password as %40 and %2F")

// get asks for a feed. Headers and password go to the host of the location and
// to nobody else, wherever it redirects to, and no request says where it came
// from.
func (f *Fetcher) get(ctx context.Context, s *Source, was *State) (reading, error) {
	home, err := url.Parse(s.Location)
	if err != nil || home.Host == "" {
		return reading{}, errURL
	}
	client := s.client(home)
	defer client.CloseIdleConnections()
	at := home
	for range maxRedirects + 1 {
		answer, err := ask(ctx, client, s, at, sameOrigin(home, at), was)
		if err != nil {
			return reading{}, err
		}
		next, err := redirected(answer, at)
		if next == nil && err == nil {
			defer answer.Body.Close()
			return read(answer, s, was)
		}
		answer.Body.Close()
		if err == nil {
			err = s.mayFollow(home, at, next)
		}
		if err != nil {
			return reading{}, err
		}
		at = next
	}
	return reading{}, fmt.Errorf("the server redirects more than %d times", maxRedirects)
}

func ask(ctx context.Context, client *http.Client, s *Source, at *url.URL, home bool, was *State) (*http.Response, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, at.String(), http.NoBody)
	if err != nil {
		return nil, errURL
	}
	request.Header.Set("User-Agent", "weir")
	if home {
		for name, value := range s.Header {
			request.Header.Set(name, value)
		}
	}
	if was.Version != "" {
		request.Header.Set("If-None-Match", was.Version)
	}
	if was.Modified != "" {
		request.Header.Set("If-Modified-Since", was.Modified)
	}
	answer, err := client.Do(request)
	var of *url.Error
	if errors.As(err, &of) {
		err = of.Err // without the URL
	}
	return answer, err
}

// read takes the answer of a server.
func read(answer *http.Response, s *Source, was *State) (reading, error) {
	switch {
	case answer.StatusCode == http.StatusNotModified && (was.Version != "" || was.Modified != ""):
		return reading{unchanged: true}, nil
	case answer.StatusCode != http.StatusOK:
		err := fmt.Errorf("the server answers %s", answer.Status)
		if seconds, e := strconv.Atoi(answer.Header.Get("Retry-After")); e == nil && seconds > 0 {
			return reading{}, retryLater{err, time.Duration(seconds) * time.Second}
		}
		return reading{}, err
	}
	text, err := readAll(answer.Body, s.maxBytes())
	return reading{text: text, version: answer.Header.Get("ETag"), modified: answer.Header.Get("Last-Modified")}, err
}

// redirected returns where an answer sends the request; nil if it does not.
func redirected(answer *http.Response, at *url.URL) (*url.URL, error) {
	switch answer.StatusCode {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther, http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
	default:
		return nil, nil
	}
	next, err := at.Parse(answer.Header.Get("Location"))
	if err != nil || next.Host == "" {
		return nil, fmt.Errorf("the server answers %s, but not with a URL", answer.Status)
	}
	return next, nil
}

// mayFollow decides about a redirect, and sees to it that a password goes to
// the host of the location alone.
func (s *Source) mayFollow(home, at, next *url.URL) error {
	next.User = nil
	if sameOrigin(home, next) {
		next.User = home.User
		return nil
	}
	if s.named(next) {
		return nil
	}
	refuse := func(why string) error {
		return fmt.Errorf("the server redirects to %s, %s: give that URL as location, or name %s://%s in redirects, if it is right",
			ShownLocation(next.String()), why, next.Scheme, next.Host)
	}
	if next.Scheme != at.Scheme {
		return refuse("with another scheme")
	}
	host := next.Hostname()
	if strings.EqualFold(host, "localhost") {
		return refuse("which is this machine")
	}
	if a, err := netip.ParseAddr(host); err == nil {
		if why := internal(a); why != "" {
			return refuse("which is " + why)
		}
	}
	return nil
}

// named tells whether the configuration names where a redirect leads to.
func (s *Source) named(u *url.URL) bool {
	for _, allowed := range s.Redirects {
		if a, err := url.Parse(allowed); err == nil && sameOrigin(a, u) {
			return true
		}
	}
	return false
}

// client returns a client for one look. It does not follow redirects by
// itself, and connects to addresses inside of networks only for hosts that
// the configuration names, whatever the names of others resolve to.
func (s *Source) client(home *url.URL) *http.Client {
	t := &http.Transport{DisableKeepAlives: true, TLSHandshakeTimeout: 10 * time.Second, ForceAttemptHTTP2: true}
	trusted := endpoints{}
	trusted.add(home)
	for _, allowed := range s.Redirects {
		if a, err := url.Parse(allowed); err == nil {
			trusted.add(a)
		}
	}
	t.Proxy = func(r *http.Request) (*url.URL, error) {
		proxy, err := http.ProxyFromEnvironment(r)
		if proxy != nil {
			trusted.add(proxy) // named by the environment of the process
		}
		return proxy, err
	}
	t.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		d := net.Dialer{Timeout: 30 * time.Second}
		if !trusted.has(address) {
			d.Control = refuseInternal
		}
		return d.DialContext(ctx, network, address)
	}
	return &http.Client{Transport: t, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// endpoints is a set of hosts with ports.
type endpoints struct{ set sync.Map }

func (e *endpoints) add(u *url.URL) { e.set.Store(endpoint(u), true) }

func (e *endpoints) has(address string) bool {
	_, ok := e.set.Load(strings.ToLower(address))
	return ok
}

// refuseInternal refuses a connection by the address that is dialled, which is
// known once the name was resolved.
func refuseInternal(_, address string, _ syscall.RawConn) error {
	ap, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("cannot tell what %s is", address)
	}
	if why := internal(ap.Addr()); why != "" {
		return fmt.Errorf("the server redirects to %s, which is %s: name its host in redirects if that is right", ap.Addr(), why)
	}
	return nil
}

// internal says what an address is that is not on the internet; empty where it is.
func internal(a netip.Addr) string {
	special, why := ranges.SpecialTable()
	if n := special.Find(flow.AddrFrom16(reached(a).As16())); n != 0 {
		return why[n-1].Why
	}
	return ""
}

// reached returns the address that is reached in the end: IPv6 carries IPv4 to
// NAT64 (RFC 6052, 64:ff9b::/96) and 6to4 (RFC 3056, 2002::/16).
func reached(a netip.Addr) netip.Addr {
	a = a.Unmap().WithZone("")
	if a.Is4() {
		return a
	}
	b := a.As16()
	switch {
	case [12]byte(b[:12]) == [12]byte{0x00, 0x64, 0xff, 0x9b}:
		return netip.AddrFrom4([4]byte(b[12:]))
	case b[0] == 0x20 && b[1] == 0x02:
		return netip.AddrFrom4([4]byte(b[2:6]))
	}
	return a
}
