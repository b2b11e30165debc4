package knowledge

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"weir/internal/enrich"
	"weir/internal/enrich/app"
	"weir/internal/enrich/geo"
	"weir/internal/enrich/threat"
	"weir/internal/flow"
	"weir/internal/store"
	"weir/internal/topology"
)

// Config is what a Keeper needs. Only Store is required.
type Config struct {
	Store store.Store
	// ReadOnly keeps Open from writing anything: for who only asks.
	ReadOnly bool
	// Geo are database files in order of precedence; the built-in one is behind them.
	Geo []string
	// Feeds are looked at by Run; what they held is kept in the store.
	Feeds []threat.Source
	// Shrink is how much of a feed one reading may drop.
	Shrink threat.Shrink
	// Applications overrides names of services, see app.New.
	Applications map[string]string
	// Sites are where networks on premises are, by the names of what leads to them.
	Sites map[string]geo.Point
	// Fetcher looks at the feeds; the zero Fetcher is the usual one.
	Fetcher threat.Fetcher
	// WatchEvery is how often Run looks whether a database file changed; 0: 10 s.
	WatchEvery time.Duration
	// Learned is called after other things became known, before another change;
	// it may be nil.
	Learned func()
	// Now is the clock; nil: that of the system.
	Now func() time.Time
}

// Keeper keeps what is known and hands it out. Its methods may be called from
// several goroutines.
type Keeper struct {
	config  Config
	locator *geo.Locator
	// change is held while something is learned: one change after the other.
	change sync.Mutex
	known  atomic.Pointer[known]
	// use is held for reading while rows are judged and committed, so that
	// after a change every row committed later was judged by it.
	use     sync.RWMutex
	changed chan struct{}
	judging atomic.Pointer[JudgingState]
	// revision counts up from the time of Open, so that no number of an earlier
	// process comes again.
	revision atomic.Int64

	guarding sync.Mutex // of guarded
	guarded  *guarded
}

// Open reads what the store keeps and returns a Keeper of it. A database file
// that cannot be used is left out, see State. The error of applications that
// cannot be used names all of them.
func Open(ctx context.Context, c Config) (*Keeper, error) {
	k := &Keeper{config: c, changed: make(chan struct{}, 1)}
	k.judging.Store(&JudgingState{})
	k.revision.Store(time.Now().UnixNano())
	n := &known{}
	var err error
	if n.apps, err = app.New(c.Applications); err != nil {
		return nil, err
	}
	var g errgroup.Group
	g.Go(func() (err error) {
		n.estate, err = k.readEstate(ctx)
		return err
	})
	g.Go(func() error { return k.readOthers(ctx, n) })
	if err := g.Wait(); err != nil {
		return nil, err
	}
	if err := n.finish(k); err != nil {
		return nil, err
	}
	k.known.Store(n)
	if c.ReadOnly {
		return k, nil
	}
	return k, k.storeApplications(ctx)
}

// readEstate reads what is known of the customer's own addresses.
func (k *Keeper) readEstate(ctx context.Context) (estate, error) {
	all, err := k.inventories(ctx)
	if err != nil {
		return estate{}, err
	}
	e := newEstate(all, topology.Effective(snapshotsOf(all)))
	return e, k.readConfirmed(ctx, &e)
}

// readOthers reads what is known of all other addresses.
func (k *Keeper) readOthers(ctx context.Context, n *known) error {
	if err := k.openPlaces(); err != nil {
		return err
	}
	n.geo = k.locator.Set()
	var err error
	if n.tags, err = k.readTags(ctx); err != nil {
		return err
	}
	feeds, err := k.readFeeds(ctx)
	if err != nil {
		return err
	}
	n.feeds = k.ordered(feeds)
	if n.allows, err = k.readAllows(ctx); err != nil {
		return err
	}
	return n.judgeThreats(k)
}

// openPlaces opens the databases of countries and owners.
func (k *Keeper) openPlaces() error {
	builtIn, err := geo.Embedded()
	if err != nil && !errors.Is(err, geo.ErrNotEmbedded) {
		return err
	}
	k.locator, _ = geo.NewLocator(k.config.Geo, builtIn) // the state of each file says what is wrong with it
	return nil
}

func (k *Keeper) readConfirmed(ctx context.Context, e *estate) error {
	docs, err := k.documents(ctx, kindConfirmed)
	for _, d := range docs {
		if d.At.After(e.confirmed) {
			e.confirmed = d.At.UTC()
		}
	}
	return err
}

// storeApplications has the store name ports as we do.
func (k *Keeper) storeApplications(ctx context.Context) error {
	table, hash := applications(k.known.Load().apps)
	mark := strconv.FormatUint(hash, 16)
	docs, err := k.documents(ctx, kindApplications)
	if err != nil {
		return err
	}
	if len(docs) > 0 && string(docs[0].Body) == mark {
		return nil
	}
	doc := store.Document{Kind: kindApplications, At: k.now(), Body: []byte(mark)}
	if err := k.config.Store.Learn(ctx, store.Learning{Put: []store.Document{doc}, Applications: table}); err != nil {
		return fmt.Errorf("cannot store the names of services: %w", err)
	}
	return nil
}

// Current returns what is known now.
func (k *Keeper) Current() *enrich.Knowledge { return k.known.Load().knowledge }

// Use calls work with what is known, which does not change before work
// returns: rows that it judges and commits are not missed by who brings stored
// rows up to the next change. Work must not call Use.
func (k *Keeper) Use(work func(*enrich.Knowledge) error) error {
	k.use.RLock()
	defer k.use.RUnlock()
	return work(k.Current())
}

// Changed is sent to after every change, unless that was not yet received of
// an earlier one.
func (k *Keeper) Changed() <-chan struct{} { return k.changed }

// Revision is a number that changes when other things are known, and when
// what is stored was brought up to that.
func (k *Keeper) Revision() int64 { return k.revision.Load() }

// learn makes next what is known: first in the store, so that a crash between
// leaves nothing that is used but not kept; who holds k.change calls it.
func (k *Keeper) learn(ctx context.Context, next *known, l store.Learning) error {
	if err := next.finish(k); err != nil {
		return err
	}
	if len(l.Put)+len(l.Remove) > 0 {
		if err := k.config.Store.Learn(ctx, l); err != nil {
			return fmt.Errorf("cannot keep what was learned: %w", err)
		}
	}
	before := k.Current().Hash
	k.use.Lock()
	k.known.Store(next)
	k.use.Unlock()
	k.revision.Add(1)
	if next.knowledge.Hash == before {
		return nil
	}
	if k.config.Learned != nil {
		k.config.Learned()
	}
	select {
	case k.changed <- struct{}{}:
	default:
	}
	return nil
}

// Lookup says all that is known of an address at a time, as seen from a
// capture. The zero time is the end of the data.
func (k *Keeper) Lookup(ctx context.Context, a flow.Addr, at time.Time, from topology.Capture) (*enrich.AddressFacts, error) {
	at, err := k.end(ctx, at)
	if err != nil {
		return nil, err
	}
	facts := k.Current().Lookup(a, at, from)
	return &facts, nil
}

// Gateways returns the virtual network gateways that there were at a time. The
// zero time is the end of the data.
func (k *Keeper) Gateways(ctx context.Context, at time.Time) ([]*topology.Gateway, error) {
	at, err := k.end(ctx, at)
	if err != nil {
		return nil, err
	}
	return k.Current().Topology.AllGateways(at.UnixMilli()), nil
}

// Explain says what kind of flow a flow is, and why. The zero time is the end
// of the data. Where the question leaves open where the flow was captured or in
// which direction, it is about the last such flow that is stored, up to the
// time, if there is one.
func (k *Keeper) Explain(ctx context.Context, q enrich.FlowQuestion) (*enrich.Explanation, error) {
	var err error
	if q.At, err = k.end(ctx, q.At); err != nil {
		return nil, err
	}
	if q.From.MAC == "" || q.Direction == nil {
		if q, err = k.stored(ctx, q); err != nil {
			return nil, fmt.Errorf("cannot look for the flow: %w", err)
		}
	}
	e := k.Current().Explain(q, k.config.Store.Interval())
	return &e, nil
}

// end returns the time, or that of the end of the data for the zero time.
func (k *Keeper) end(ctx context.Context, at time.Time) (time.Time, error) {
	if !at.IsZero() {
		return at.UTC(), nil
	}
	stats, err := k.config.Store.Stats(ctx)
	if err != nil {
		return at, fmt.Errorf("cannot find the end of the data: %w", err)
	}
	if stats.LastTuple.IsZero() {
		return k.now().UTC(), nil
	}
	return stats.LastTuple, nil
}

func (k *Keeper) now() time.Time {
	if k.config.Now != nil {
		return k.config.Now()
	}
	return time.Now()
}
