package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"weir/internal/config"
	"weir/internal/enrich"
	"weir/internal/flow"
	"weir/internal/insight"
	"weir/internal/knowledge"
	"weir/internal/pipeline"
	"weir/internal/server"
	"weir/internal/source/dir"
	"weir/internal/store"
	"weir/internal/store/duckdb"
	"weir/internal/topology"
)

// What a folder has that holds a store; the lock alone while it is being made.
const (
	storeFile = "store.duckdb"
	lockFile  = "weir.lock"
)

func absent(dir, name string) bool {
	_, err := os.Stat(filepath.Join(dir, name))
	return errors.Is(err, os.ErrNotExist)
}

// backend does what a command asks: the store itself, or the weir serve that
// holds it.
type backend interface {
	Ingest(ctx context.Context, paths []string, progress func(pipeline.Progress)) (pipeline.Summary, error)
	SQL(ctx context.Context, query string) (store.Rows, error)
	Hosts(ctx context.Context, q insight.Question) (*insight.HostsAnswer, error)
	Conversations(ctx context.Context, q insight.Question) (*insight.ConversationsAnswer, error)
	Ports(ctx context.Context, q insight.Question) (*insight.PortsAnswer, error)
	Rules(ctx context.Context, q insight.Question) (*insight.RulesAnswer, error)
	Status(ctx context.Context) (*insight.StatusAnswer, error)
	Lookup(ctx context.Context, a flow.Addr, at time.Time, from topology.Capture) (*enrich.AddressFacts, error)
	Explain(ctx context.Context, q enrich.FlowQuestion) (*enrich.Explanation, error)
	Knowledge(ctx context.Context) (*knowledge.State, error)
	server.Learner
	Close() error
}

// local is a backend that has the store open.
type local struct {
	store  store.Store
	config *config.Config
	reads  bool // for who only asks

	opening sync.Mutex
	kept    *knowledge.Keeper
	settled *settler
}

// openLocal opens the store of a configuration; o.Command is who we are, for
// others that find it held.
func (a *app) openLocal(ctx context.Context, c *config.Config, o duckdb.Options) (*local, error) {
	if o.Say == nil {
		o.Say = func(text string) { a.say("weir: %s", text) }
	}
	o.Answerer = answering
	s, err := duckdb.Open(ctx, c.Data, o)
	if err != nil {
		return nil, err
	}
	return &local{store: s, config: c, reads: o.ReadOnlyFolderOK}, nil
}

// reading opens what answers questions: the server that holds the store, or
// the store, which must be there.
func (a *app) reading(ctx context.Context, c *config.Config, command string) (backend, error) {
	if b, err := connect(ctx, c.Data); b != nil || err != nil {
		return b, err
	}
	// Opening would make a store, which a question must not.
	if absent(c.Data, storeFile) && absent(c.Data, lockFile) {
		return nil, fmt.Errorf("cannot open the store in %s: there is none; make one with weir ingest, or name another folder with --data", c.Data)
	}
	return a.openLocal(ctx, c, duckdb.Options{Command: command, ReadOnlyFolderOK: true})
}

func (l *local) Ingest(ctx context.Context, paths []string, progress func(pipeline.Progress)) (pipeline.Summary, error) {
	k, err := l.keeper(ctx)
	if err != nil {
		return pipeline.Summary{}, err
	}
	// What changed since the last command, as in the configuration, comes first.
	if err := l.settled.run(ctx, nil); err != nil {
		return pipeline.Summary{}, err
	}
	sum, err := pipeline.Run(ctx, pipeline.Config{Store: l.store, Source: dir.New(paths...), Keeper: k, Workers: l.config.Workers, Progress: progress})
	if ctx.Err() != nil {
		return sum, err
	}
	readRows(sum.Rows)
	return sum, cmp.Or(err, l.settled.run(ctx, nil))
}

func (l *local) SQL(ctx context.Context, query string) (store.Rows, error) {
	return l.store.SQL(ctx, query)
}

func (l *local) Hosts(ctx context.Context, q insight.Question) (*insight.HostsAnswer, error) {
	return insight.Hosts(ctx, l.store, q)
}

func (l *local) Conversations(ctx context.Context, q insight.Question) (*insight.ConversationsAnswer, error) {
	return insight.Conversations(ctx, l.store, q)
}

func (l *local) Ports(ctx context.Context, q insight.Question) (*insight.PortsAnswer, error) {
	return insight.Ports(ctx, l.store, q)
}

func (l *local) Rules(ctx context.Context, q insight.Question) (*insight.RulesAnswer, error) {
	return insight.Rules(ctx, l.store, q)
}

func (l *local) Status(ctx context.Context) (*insight.StatusAnswer, error) {
	return insight.StoreStatus(ctx, l.store)
}

func (l *local) Close() error { return l.store.Close() }

// closing closes a backend at the end of a command and keeps the first error.
func closing(b backend, err *error) {
	if e := b.Close(); *err == nil {
		*err = e
	}
}
