package access

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

const (
	// noteEvery is how often is written when tokens were used.
	noteEvery = time.Minute
	// lookEvery is how often an answer that takes long looks whether its token
	// still counts.
	lookEvery = 2 * time.Second
)

// Guard knows who may ask. All methods may be called from several goroutines.
type Guard struct {
	dir    string
	always bool
	names  []string
	log    *slog.Logger
	slow   failures
	now    func() time.Time

	mu     sync.Mutex
	at     stamp
	tokens []Token
	used   map[string]time.Time // by hash, since the start
	noted  time.Time            // when that was last written
}

// Config is what a Guard needs.
type Config struct {
	Dir string // of the store, with its tokens
	// Always asks for a token also where the connection comes from this machine,
	// as all do that a proxy on it passes on.
	Always bool
	// Names are further names of the machine. Who asks for one is not on it,
	// whatever the connection says.
	Names []string
	Log   *slog.Logger
}

// Open reads the tokens of a store.
func Open(c Config) (*Guard, error) {
	g := &Guard{dir: c.Dir, always: c.Always, names: c.Names, log: c.Log, now: time.Now, used: map[string]time.Time{}}
	if g.log == nil {
		g.log = slog.New(slog.DiscardHandler)
	}
	all, err := List(c.Dir)
	if err != nil {
		return nil, err
	}
	for _, t := range all {
		if !t.Used.IsZero() {
			g.used[t.Hash] = t.Used
		}
	}
	return g, g.reload()
}

// Closed returns a Guard without tokens: it lets in who is on this machine, and
// nobody else.
func Closed() *Guard {
	return &Guard{now: time.Now, log: slog.New(slog.DiscardHandler), used: map[string]time.Time{}}
}

// Any tells whether there is a token that counts.
func (g *Guard) Any() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, t := range g.tokens {
		if !t.Expired(g.now()) {
			return true
		}
	}
	return false
}

// reload reads the tokens anew where a command changed them. It may be called
// only before others use g, or with g.mu held.
func (g *Guard) reload() error {
	if g.dir == "" {
		return nil
	}
	at, err := stampOf(filepath.Join(g.dir, tokensName))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		g.tokens, g.at = nil, stamp{}
		return nil
	case err == nil && at == g.at:
		return nil
	}
	all, at, err := load(g.dir)
	if err != nil {
		return err
	}
	g.tokens, g.at = all, at
	return nil
}

// find returns the token of a secret, if it counts. Every token is compared, in
// the same time, so that the time tells nothing of them.
func (g *Guard) find(secret string) (Token, bool) {
	hash := []byte(hashOf(secret))
	g.mu.Lock()
	defer g.mu.Unlock()
	if err := g.reload(); err != nil {
		g.log.Error("nobody is let in, as the tokens cannot be read", "error", err)
		return Token{}, false
	}
	var found Token
	ok := false
	for _, t := range g.tokens {
		if subtle.ConstantTimeCompare(hash, []byte(t.Hash)) == 1 && !t.Expired(g.now()) {
			found, ok = t, true
		}
	}
	if ok {
		g.note(found)
	}
	return found, ok
}

// note remembers that a token was used, with g.mu held.
func (g *Guard) note(t Token) {
	now := g.now().UTC().Truncate(time.Second)
	last, before := g.used[t.Hash]
	g.used[t.Hash] = now
	if before && now.Sub(g.noted) < noteEvery && now.Sub(last) < noteEvery {
		return
	}
	g.noted = now
	known := map[string]time.Time{}
	for _, t := range g.tokens {
		if at, ok := g.used[t.Hash]; ok {
			known[t.Hash] = at
		}
	}
	g.used = known
	if err := replace(filepath.Join(g.dir, usedName), known); err != nil {
		g.log.Warn("cannot note when tokens were used", "error", err)
	}
}

// Refusal is why who asks may not.
type Refusal struct {
	Status int // 401, or 429 for who failed too often
	Text   string
	After  time.Duration // when to try again, with 429
}

// Admit decides about a request. A request that is let in goes on with the
// returned context, which ends when its token does; done must be called at its end.
func (g *Guard) Admit(r *http.Request) (ctx context.Context, done func(), refused *Refusal) {
	secret, shown := secretOf(r)
	needed := g.always || !fromHere(r) || g.namedElsewhere(r)
	ours := shown && strings.HasPrefix(secret, prefix) && r.Header.Get("Authorization") != ""
	if !needed && !ours { // who shows a token of ours is judged by it
		return context.WithValue(r.Context(), clientKey{}, addressOf(r)), func() {}, nil
	}
	if !shown {
		return nil, nil, &Refusal{Status: http.StatusUnauthorized, Text: "A token is needed here: send Authorization: Bearer TOKEN; weir token create NAME makes one on the machine of the store."}
	}
	t, ok := g.find(secret)
	if !ok {
		if wait := g.slow.failed(addressOf(r), g.now()); wait > 0 {
			return nil, nil, &Refusal{Status: http.StatusTooManyRequests, Text: fmt.Sprintf("Too many wrong tokens came from this address: try again in %s.", wait), After: wait}
		}
		return nil, nil, &Refusal{Status: http.StatusUnauthorized, Text: "The token is wrong, or was revoked, or is over: weir token list shows those that there are, weir token create NAME makes one."}
	}
	ctx, cancel := context.WithCancel(context.WithValue(r.Context(), clientKey{}, "token "+t.Name))
	go g.endWith(ctx, cancel, secret)
	return ctx, cancel, nil
}

// endWith ends what is done for a token when that no longer counts.
func (g *Guard) endWith(ctx context.Context, cancel func(), secret string) {
	look := time.NewTicker(lookEvery)
	defer look.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-look.C:
			if _, ok := g.find(secret); !ok {
				cancel()
				return
			}
		}
	}
}

type clientKey struct{}

// Client names who asks, of a request that was let in: a token, or an address.
func Client(r *http.Request) string {
	name, _ := r.Context().Value(clientKey{}).(string)
	return name
}

// secretOf returns the token that a request shows.
func secretOf(r *http.Request) (string, bool) {
	if scheme, secret, ok := strings.Cut(r.Header.Get("Authorization"), " "); ok && strings.EqualFold(scheme, "Bearer") {
		return strings.TrimSpace(secret), true
	}
	if c, err := r.Cookie(cookieName(r)); err == nil && c.Value != "" {
		return c.Value, true
	}
	return "", false
}

// fromHere tells whether a connection comes from this machine, which its address
// alone says: what a request says of itself can be made up.
func fromHere(r *http.Request) bool {
	at, err := netip.ParseAddrPort(r.RemoteAddr)
	return err == nil && at.Addr().Unmap().IsLoopback()
}

// namedElsewhere tells whether a request is for a further name, as those are that
// a proxy on this machine passes on.
func (g *Guard) namedElsewhere(r *http.Request) bool {
	for _, name := range g.names {
		if strings.EqualFold(name, hostOf(r.Host)) {
			return true
		}
	}
	return false
}

func hostOf(s string) string {
	if host, _, err := net.SplitHostPort(s); err == nil {
		s = host
	}
	return strings.TrimSuffix(s, ".")
}

// addressOf is where a request comes from: an IPv4 address, or the network that
// one customer of IPv6 has.
func addressOf(r *http.Request) string {
	at, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	address := at.Addr().Unmap().WithZone("")
	if address.Is4() {
		return address.String()
	}
	network, err := address.Prefix(64)
	if err != nil {
		return address.String()
	}
	return network.String()
}
