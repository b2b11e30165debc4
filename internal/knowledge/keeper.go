package knowledge

import (
	"context"
	"sync"
	"sync/atomic"

	"weir/internal/enrich"
	"weir/internal/enrich/threat"
	"weir/internal/store"
)

// Config is what a Keeper needs. Only Store is required.
type Config struct {
	Store store.Store
	// Geo are database files in order of precedence; the built-in one is behind them.
	Geo []string
	// Feeds are looked at by Run; what they held is kept in the store.
	Feeds []threat.Source
	// Applications overrides names of services, see app.New.
	Applications map[string]string
}

// Keeper keeps what is known and hands it out. Its methods may be called from
// several goroutines.
type Keeper struct {
	config  Config
	current atomic.Pointer[enrich.Knowledge]
	// use is held for reading while rows are judged and committed, so that
	// after a change every row committed later was judged by it.
	use     sync.RWMutex
	changed chan struct{}
}

// Open reads what the store keeps and returns a Keeper of it.
func Open(ctx context.Context, c Config) (*Keeper, error) {
	k := &Keeper{config: c, changed: make(chan struct{}, 1)}
	k.current.Store(enrich.New(enrich.Sources{}))
	return k, ctx.Err()
}

// Current returns what is known now.
func (k *Keeper) Current() *enrich.Knowledge { return k.current.Load() }

// Use calls work with what is known, which does not change before work
// returns: rows that it judges and commits are not missed by who brings stored
// rows up to the next change.
func (k *Keeper) Use(work func(*enrich.Knowledge) error) error {
	k.use.RLock()
	defer k.use.RUnlock()
	return work(k.current.Load())
}

// Changed is sent to after every change, unless that was not yet received of
// an earlier one.
func (k *Keeper) Changed() <-chan struct{} { return k.changed }
