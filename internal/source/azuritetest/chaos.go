package azuritetest

import (
	"bytes"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// Chaos stands between a reader and an account and does what networks and busy
// accounts do: it refuses with 429 and 503, is slow, cuts answers in the middle
// and lists what was there a while ago.
type Chaos struct {
	URL string // of the account, through it
	// Share of the requests that are disturbed, in percent; it may be changed at
	// any time.
	Share atomic.Int64

	mu     sync.Mutex
	random *rand.Rand
	lists  map[string][]byte // the last answer to a listing
	counts map[string]int
}

// Disturb starts a Chaos before an account. It ends with the test.
func (a *Account) Disturb(t testing.TB, seed uint64) *Chaos { return disturb(t, a.Blob, seed) }

// DisturbQueue starts one before the queues of an account.
func (a *Account) DisturbQueue(t testing.TB, seed uint64) *Chaos { return disturb(t, a.Queue, seed) }

func disturb(t testing.TB, endpoint string, seed uint64) *Chaos {
	t.Helper()
	to, err := url.Parse(endpoint)
	if err != nil {
		t.Fatal(err)
	}
	c := &Chaos{random: rand.New(rand.NewPCG(seed, 11)), lists: map[string][]byte{}, counts: map[string]int{}}
	proxy := httputil.NewSingleHostReverseProxy(&url.URL{Scheme: to.Scheme, Host: to.Host})
	proxy.ModifyResponse = c.answer
	proxy.ErrorHandler = func(w http.ResponseWriter, _ *http.Request, _ error) { w.WriteHeader(http.StatusBadGateway) }
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !c.refuse(w, r) {
			proxy.ServeHTTP(w, r)
		}
	}))
	server.Config.ErrorLog = nil
	t.Cleanup(server.Close)
	c.URL = server.URL + to.Path
	return c
}

// Counts returns how often it did what.
func (c *Chaos) Counts() map[string]int {
	c.mu.Lock()
	defer c.mu.Unlock()
	out := map[string]int{}
	for what, n := range c.counts {
		out[what] = n
	}
	return out
}

// chance returns one of n things to do, or -1 for nothing.
func (c *Chaos) chance(n int, names ...string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.random.IntN(100) >= int(c.Share.Load()) {
		return -1
	}
	i := c.random.IntN(n)
	c.counts[names[i]]++
	return i
}

// refuse answers in place of the account, now and then.
func (c *Chaos) refuse(w http.ResponseWriter, r *http.Request) bool {
	switch c.chance(4, "429", "503", "slow", "none") {
	case 0:
		fail(w, http.StatusTooManyRequests, "TooManyRequests")
	case 1:
		fail(w, http.StatusServiceUnavailable, "ServerBusy")
	case 2:
		time.Sleep(20 * time.Millisecond)
		return false
	default:
		return false
	}
	_, _ = io.Copy(io.Discard, r.Body) // so that the connection can be used again
	return true
}

func fail(w http.ResponseWriter, status int, code string) {
	w.Header().Set("x-ms-error-code", code)
	w.Header().Set("Content-Type", "application/xml")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, `<?xml version="1.0" encoding="utf-8"?><Error><Code>`+code+`</Code><Message>no</Message></Error>`)
}

// answer changes an answer of the account, now and then.
func (c *Chaos) answer(r *http.Response) error {
	if r.Request.Method != http.MethodGet || r.StatusCode >= 300 {
		return nil
	}
	whole, err := io.ReadAll(r.Body)
	if err != nil {
		return err
	}
	if err := r.Body.Close(); err != nil {
		return err
	}
	if r.Request.URL.Query().Get("comp") == "list" {
		key := r.Request.URL.String()
		if c.chance(2, "stale list", "none") == 0 {
			c.mu.Lock()
			if before, ok := c.lists[key]; ok {
				whole = before
			}
			c.mu.Unlock()
		} else {
			c.mu.Lock()
			c.lists[key] = whole
			c.mu.Unlock()
		}
		r.Header.Set("Content-Length", strconv.Itoa(len(whole)))
		r.ContentLength = int64(len(whole))
	}
	r.Body = io.NopCloser(bytes.NewReader(whole))
	if len(whole) > 1 && !strings.Contains(r.Request.URL.RawQuery, "comp=") && c.chance(2, "cut", "none") == 0 {
		c.mu.Lock()
		end := c.random.IntN(len(whole))
		c.mu.Unlock()
		r.Body = io.NopCloser(io.MultiReader(bytes.NewReader(whole[:end]), broken{}))
	}
	return nil
}

// broken is a connection that was cut.
type broken struct{}

func (broken) Read([]byte) (int, error) { panic(http.ErrAbortHandler) }
