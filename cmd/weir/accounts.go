package main

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"math"
	"sync"
	"time"

	"weir/internal/config"
	"weir/internal/pipeline"
	"weir/internal/service"
	"weir/internal/source/azblob"
)

const (
	// historyEvery is how often it is looked whether something came later to hours
	// that are over, back to historyBack.
	historyEvery = 6 * time.Hour
	historyBack  = 48 * time.Hour
	// growingEvery is how often where an hour that is over is still being written.
	growingEvery = time.Minute
	// defaultBackfill bounds what is read of what lay in an account before, in
	// bytes a second.
	defaultBackfill = 64 << 20
	// openAhead is how many blobs are opened before a processor has time for them.
	openAhead = 16
	// liveRows is after how many rows what is being written is committed: a look
	// brings few, and large tables take time to make.
	liveRows = 20_000
)

// account is a storage account that is read: what is being written, and beside it
// what lay there before.
type account struct {
	name          string
	azure         *azblob.Account
	from          time.Time // from when on it is read; zero: from its beginning
	live, history *ingester
	lags          lags

	missed chan struct{} // holds a token where there is history to be read
	mu     sync.Mutex
	since  time.Time // from when on history is to be read; zero: from its beginning
	seen   time.Time // when what is being written was last looked at
	fault  error     // of the last look
	brings brings
	// remembering tells that history is being read, and remembered when all of it was.
	remembering bool
	remembered  time.Time
	nextHistory time.Time // when it is read again
}

// openAccount makes the account of a source. It asks Azure nothing yet.
func openAccount(s config.Source, keep time.Time) (*azblob.Account, error) {
	c := azblob.Config{
		Endpoint: s.Azure, Containers: s.Containers, Prefixes: s.Prefixes, From: s.Since(time.Now()), Every: s.LookEvery, Queue: s.Queue,
		Rate: int64(cmp.Or(s.BackfillRate, defaultBackfill)),
	}
	if keep.After(c.From) {
		c.From = keep
	}
	c.Login = azblob.Login{Tenant: s.Tenant, Client: s.Client, Certificate: s.ClientCertificate}
	c.Login.Identity = map[string]string{"managed-identity": "managed", "workload-identity": "workload", "azure-cli": "cli"}[s.Login]
	for _, secret := range []struct {
		text string
		into *string
	}{{s.Key, &c.Login.Key}, {s.SAS, &c.Login.SAS}, {s.ConnectionString, &c.Login.Connection}, {s.ClientSecret, &c.Login.Secret}} {
		value, err := config.Secret(secret.text)
		if err != nil {
			return nil, fmt.Errorf("cannot open the source %s: %w", s.Label(), err)
		}
		*secret.into = value
	}
	a, err := azblob.New(c)
	if err != nil {
		return nil, fmt.Errorf("cannot open the source %s: %w", s.Label(), err)
	}
	return a, nil
}

// accounts opens the storage accounts of the configuration, each with who reads
// it. claims are shared by all who read beside each other.
func (l *local) accounts(like *ingester, claims *pipeline.Claims) ([]*account, error) {
	var out []*account
	for _, s := range l.config.Accounts() {
		azure, err := openAccount(s, like.keep.Horizon(time.Now()).Intervals)
		if err != nil {
			return nil, err
		}
		a := &account{name: s.Label(), azure: azure, from: s.Since(time.Now()), missed: make(chan struct{}, 1), lags: lags{since: time.Now()}}
		reader := func(tune func(*pipeline.Config)) *ingester {
			i := newIngester(like.store, like.keeper, like.settler, like.workers, like.engine, like.keep)
			i.tune = func(c *pipeline.Config) {
				c.Ahead, c.Claims = openAhead, claims
				tune(c)
			}
			l.turns = append(l.turns, i.turn)
			return i
		}
		a.live = reader(func(c *pipeline.Config) {
			c.CommitRows = liveRows
			c.Landed = func(landed []pipeline.Landed) { a.lags.landed(landed, time.Now()) }
		})
		a.live.level = slog.LevelDebug // a look every few seconds, which the metrics tell better
		a.history = reader(func(*pipeline.Config) {})
		out = append(out, a)
	}
	return out, nil
}

// jobs read the account.
func (a *account) jobs(log *slog.Logger) []service.Job {
	log = log.With("account", a.name)
	seen, before := newNovelty(), newNovelty()
	return []service.Job{{
		Name: a.name + ": live", Does: "reads what Azure is writing into the storage account", Next: a.azure.Next, Again: time.Second,
		Run: func(ctx context.Context) (string, error) {
			defer a.tell(seen, log)
			s, err := a.live.look(ctx, a.azure.Live(), seen, log)
			if ctx.Err() == nil {
				a.looked(s, err, time.Now(), log)
			}
			return did(s), err
		},
	}, {
		Name: a.name + ": history", Does: "reads what lay in the storage account before, the newest first", Next: a.historyNext, Wake: a.missed, Again: 10 * time.Second, AgainAtMost: 10 * time.Minute,
		Run: func(ctx context.Context) (string, error) {
			a.mu.Lock()
			since, begun := a.since, time.Now()
			waits := a.seen.IsZero()
			a.remembering = !waits
			a.mu.Unlock()
			if waits {
				return "", nil // what is being written comes first, and tells what a day brings
			}
			s, err := a.history.look(ctx, a.azure.History(since), before, log)
			a.mu.Lock()
			a.remembering = false
			if err == nil {
				a.readUpTo(begun, a.azure.State().History.Growing)
			}
			a.mu.Unlock()
			return did(s), err
		},
	}}
}

// readUpTo notes, under a.mu, that all of history was read that was there at begun,
// and what of it is still growing.
func (a *account) readUpTo(begun, growing time.Time) {
	a.since, a.remembered, a.nextHistory = begun.Add(-historyBack), time.Now(), time.Now().Add(historyEvery)
	if !growing.IsZero() {
		a.nextHistory = time.Now().Add(growingEvery)
		if growing.Before(a.since) {
			a.since = growing
		}
	}
}

// historyNext is when history is to be read again.
func (a *account) historyNext() time.Time {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.nextHistory.IsZero() { // the first look wakes it
		return time.Now().Add(historyEvery)
	}
	return a.nextHistory
}

// asleep is after how long without a look hours may have gone by unseen.
const asleep = time.Hour

// looked notes a look at what is being written. After the first one history is
// read; where the last one was long ago, as on a machine that slept, what was
// written meanwhile is history.
func (a *account) looked(s pipeline.Summary, err error, now time.Time, log *slog.Logger) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.fault = err; err != nil {
		return
	}
	missed := a.seen.IsZero()
	a.brings.add(s, now, missed)
	if missed {
		if e := a.brings.expected(now); e != nil {
			log.Info("what is written in a day, as of the last hours", "gigabytes", math.Round(e.Bytes/1e7)/100, "rows", int64(e.Rows))
		}
	} else if now.Round(0).Sub(a.seen.Round(0)) > asleep { // by the wall clock
		missed = true
		if from := a.seen.Add(-asleep); from.Before(a.since) {
			a.since = from
		}
	}
	if missed {
		select {
		case a.missed <- struct{}{}:
		default:
		}
	}
	a.seen = now
}

// tell says in the log what keeps a container or the queue from being read, while
// the rest is.
func (a *account) tell(seen *novelty, log *slog.Logger) {
	state := a.azure.State()
	if q := state.Queue; q != nil {
		switch {
		case q.Fault != nil:
			if seen.is(q.URL, q.Fault.Error()) {
				log.Warn("cannot read the queue of events; flow logs are listed instead", "queue", q.URL, "cause", q.Fault)
			}
		case seen.is(q.URL, ""):
			log.Debug("the queue of events is read", "queue", q.URL)
		}
		if q.Unreadable > 0 && seen.is(q.URL+" unreadable", "some") {
			log.Warn("a message in the queue is no event, and was deleted", "queue", q.URL, "message", q.Sample)
		}
	}
	for _, c := range state.Containers {
		switch {
		case c.Missing:
			if seen.is(c.Name, "missing") {
				log.Info("there is no such container yet; Azure makes it for the first flow log of its kind", "container", c.Name)
			}
		case c.Fault != nil:
			if seen.is(c.Name, c.Fault.Error()) {
				log.Warn("cannot list a container; it is tried again", "container", c.Name, "cause", c.Fault)
			}
		case seen.is(c.Name, ""):
			log.Debug("a container is listed", "container", c.Name)
		}
		if c.Archived.Blobs > 0 && seen.is(c.Name+" archived", "some") {
			log.Warn("archived blobs are not read; bring them back with az storage blob set-tier --tier Hot", "container", c.Name, "blobs", c.Archived.Blobs, "one", c.Archived.Sample)
		}
		if c.Deleted.Blobs > 0 && seen.is(c.Name+" deleted", "some") {
			log.Info("deleted blobs are not read, and could be brought back with az storage blob undelete", "container", c.Name, "blobs", c.Deleted.Blobs, "one", c.Deleted.Sample)
		}
	}
}
