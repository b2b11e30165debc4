package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"weir/internal/config"
	"weir/internal/enrich"
	"weir/internal/flow"
	"weir/internal/insight"
	"weir/internal/knowledge"
	"weir/internal/kql"
	"weir/internal/pipeline"
	"weir/internal/server"
	"weir/internal/settle"
	"weir/internal/source/dir"
	"weir/internal/store"
	"weir/internal/store/duckdb"
	"weir/internal/terminal"
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
	KQL(ctx context.Context, query string, o kql.Options) (store.Rows, error)
	Hosts(ctx context.Context, q insight.Question) (*insight.HostsAnswer, error)
	Conversations(ctx context.Context, q insight.Question) (*insight.ConversationsAnswer, error)
	Ports(ctx context.Context, q insight.Question) (*insight.PortsAnswer, error)
	Rules(ctx context.Context, q insight.Question) (*insight.RulesAnswer, error)
	Table(ctx context.Context, split string, q insight.TableQuestion) (*insight.TableAnswer, error)
	Export(ctx context.Context, w io.Writer, format, split string, q insight.TableQuestion) error
	Host(ctx context.Context, q insight.HostQuestion) (*insight.HostAnswer, error)
	Flows(ctx context.Context, q insight.FlowsQuestion) (*insight.FlowsAnswer, error)
	FlowObjects(ctx context.Context, q insight.FlowObjectsQuestion) (*insight.FlowObjectsAnswer, error)
	Findings(ctx context.Context, q insight.Question) (*insight.FindingsAnswer, error)
	Gateways(ctx context.Context, q insight.Question) (*insight.GatewaysAnswer, error)
	RuleUses(ctx context.Context, q insight.RuleQuestion) (*insight.RuleUsesAnswer, error)
	Open(ctx context.Context, q insight.OpenQuestion) (*insight.OpenAnswer, error)
	Status(ctx context.Context) (*insight.StatusAnswer, error)
	Environment(ctx context.Context, q insight.Question) (*insight.EnvironmentAnswer, error)
	Backends(ctx context.Context, q insight.Question) (*insight.BackendsAnswer, error)
	NetworkMap(ctx context.Context, q insight.MapQuestion) (*insight.MapAnswer, error)
	GeoMap(ctx context.Context, q insight.MapQuestion) (*insight.GeoAnswer, error)
	Values(ctx context.Context, q insight.ValuesQuestion) (*insight.ValuesAnswer, error)
	Coverage(ctx context.Context, limit, offset int) (*insight.CoverageAnswer, error)
	Disk(ctx context.Context) (*insight.StoreAnswer, error)
	Compact(ctx context.Context, progress func(settle.Progress)) (*store.Compacted, error)
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
	engine int  // MiB that the engine of the store may use
	reads  bool // for who only asks

	opening sync.Mutex
	kept    *knowledge.Keeper
	settled *settler
	turns   []chan struct{} // of who else writes; each holds a token meanwhile
}

// openLocal opens the store of a configuration; o.Command is who we are, for
// others that find it held.
func (a *app) openLocal(ctx context.Context, c *config.Config, o duckdb.Options) (*local, error) {
	if o.Say == nil {
		o.Say = func(text string) { a.say("weir: %s", text) }
	}
	o.Answerer = answering
	machine := thisMachine(c.Data)
	if o.MemoryLimitMB == 0 {
		o.MemoryLimitMB = int(c.MemoryOn(machine) >> 20)
	}
	o.SpillLimitMB = int(c.SpillOn(machine) >> 20)
	if o.SpillLimitMB == 0 {
		o.SpillLimitMB = -1
	}
	s, err := duckdb.Open(ctx, c.Data, o)
	if err != nil {
		return nil, err
	}
	return &local{store: s, config: c, engine: o.MemoryLimitMB, reads: o.ReadOnlyFolderOK}, nil
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
	sum, err := pipeline.Run(ctx, pipeline.Config{
		Store: l.store, Source: dir.New(paths...), Keeper: k, Workers: l.config.Workers, Progress: progress,
		Oldest: retention(l.config).Horizon(time.Now()).Intervals,
	})
	if ctx.Err() != nil {
		return sum, err
	}
	readRows(sum.Rows, l.engine)
	if err := cmp.Or(err, l.settled.run(ctx, nil)); err != nil {
		return sum, err
	}
	keep := retention(l.config)
	if keep == (store.Retention{}) {
		return sum, nil
	}
	if _, err := l.store.RollUp(ctx); err != nil { // flows go where their sums stand
		return sum, err
	}
	_, err = (&forgetter{l.store, keep}).run(ctx)
	return sum, err
}

func (l *local) SQL(ctx context.Context, query string) (store.Rows, error) {
	return l.store.SQL(ctx, query)
}

func (l *local) KQL(ctx context.Context, query string, o kql.Options) (store.Rows, error) {
	rows, _, err := kql.Ask(ctx, l.store, query, o)
	return rows, err
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

func (l *local) Table(ctx context.Context, split string, q insight.TableQuestion) (*insight.TableAnswer, error) {
	return insight.Table(ctx, l.store, split, q)
}

func (l *local) Export(ctx context.Context, w io.Writer, format, split string, q insight.TableQuestion) error {
	rows, err := insight.TableRows(split, q, func(q insight.TableQuestion) (*insight.TableAnswer, error) {
		return insight.Table(ctx, l.store, split, q)
	})
	if err != nil {
		return err
	}
	_, err = terminal.WriteRows(w, terminal.Format(format), rows)
	return err
}

func (l *local) Host(ctx context.Context, q insight.HostQuestion) (*insight.HostAnswer, error) {
	return insight.OneHost(ctx, l.store, q)
}

func (l *local) Findings(ctx context.Context, q insight.Question) (*insight.FindingsAnswer, error) {
	known, err := l.gateways(ctx, q.To)
	if err != nil {
		return nil, err
	}
	return insight.Findings(ctx, l.store, q, known)
}

func (l *local) Gateways(ctx context.Context, q insight.Question) (*insight.GatewaysAnswer, error) {
	known, err := l.gateways(ctx, q.To)
	if err != nil {
		return nil, err
	}
	return insight.Gateways(ctx, l.store, q, 0, known)
}

func (l *local) RuleUses(ctx context.Context, q insight.RuleQuestion) (*insight.RuleUsesAnswer, error) {
	known, err := l.security(ctx, q.To)
	if err != nil {
		return nil, err
	}
	return insight.RuleUses(ctx, l.store, q, known)
}

func (l *local) Open(ctx context.Context, q insight.OpenQuestion) (*insight.OpenAnswer, error) {
	known, err := l.security(ctx, q.To)
	if err != nil {
		return nil, err
	}
	return insight.Open(ctx, l.store, q, known)
}

// security is the rules that the inventory has at a time.
func (l *local) security(ctx context.Context, at time.Time) (knowledge.SecurityState, error) {
	k, err := l.keeper(ctx)
	if err != nil {
		return knowledge.SecurityState{}, err
	}
	return k.Security(ctx, at)
}

// gateways are those that the inventory has at a time.
func (l *local) gateways(ctx context.Context, at time.Time) ([]*topology.Gateway, error) {
	k, err := l.keeper(ctx)
	if err != nil {
		return nil, err
	}
	return k.Gateways(ctx, at)
}

func (l *local) Status(ctx context.Context) (*insight.StatusAnswer, error) {
	return insight.StoreStatus(ctx, l.store)
}

func (l *local) Flows(ctx context.Context, q insight.FlowsQuestion) (*insight.FlowsAnswer, error) {
	return insight.FlowList(ctx, l.store, q)
}

func (l *local) Values(ctx context.Context, q insight.ValuesQuestion) (*insight.ValuesAnswer, error) {
	return insight.Values(ctx, l.store, q)
}

func (l *local) FlowObjects(ctx context.Context, q insight.FlowObjectsQuestion) (*insight.FlowObjectsAnswer, error) {
	return insight.FlowObjects(ctx, l.store, q)
}

func (l *local) Environment(ctx context.Context, q insight.Question) (*insight.EnvironmentAnswer, error) {
	known, err := l.security(ctx, q.To)
	if err != nil {
		return nil, err
	}
	return insight.Environment(ctx, l.store, q, known)
}

func (l *local) Backends(ctx context.Context, q insight.Question) (*insight.BackendsAnswer, error) {
	known, err := l.security(ctx, q.To)
	if err != nil {
		return nil, err
	}
	return insight.Backends(ctx, l.store, q, known)
}

func (l *local) NetworkMap(ctx context.Context, q insight.MapQuestion) (*insight.MapAnswer, error) {
	known, err := l.security(ctx, q.To)
	if err != nil {
		return nil, err
	}
	return insight.NetworkMap(ctx, l.store, q, known)
}

func (l *local) GeoMap(ctx context.Context, q insight.MapQuestion) (*insight.GeoAnswer, error) {
	known, err := l.security(ctx, q.To)
	if err != nil {
		return nil, err
	}
	return insight.GeoMap(ctx, l.store, q, known)
}

func (l *local) Coverage(ctx context.Context, limit, offset int) (*insight.CoverageAnswer, error) {
	known, err := l.security(ctx, time.Time{})
	if err != nil {
		return nil, err
	}
	return insight.Coverage(ctx, l.store, limit, offset, known)
}

func (l *local) Disk(ctx context.Context) (*insight.StoreAnswer, error) {
	return insight.Disk(ctx, l.store, retention(l.config))
}

// Compact gives what is free inside the store back when nothing else writes.
func (l *local) Compact(ctx context.Context, progress func(settle.Progress)) (*store.Compacted, error) {
	release, err := l.alone(ctx)
	if err != nil {
		return nil, err
	}
	defer release()
	c, err := l.store.Compact(ctx, func(p store.Compacting) {
		progress(settle.Progress{What: "compacting the store", Done: p.Done, Total: p.Total})
	})
	return &c, err
}

// alone waits for the turns of all who write, and keeps them until release is called.
func (l *local) alone(ctx context.Context) (release func(), err error) {
	l.opening.Lock()
	turns := l.turns
	if l.settled != nil {
		turns = append(slices.Clone(turns), l.settled.judging.turn, l.settled.counting.turn, l.settled.merging)
	}
	l.opening.Unlock()
	taken := 0
	release = func() {
		for _, t := range turns[:taken] {
			<-t
		}
	}
	for _, t := range turns {
		select {
		case t <- struct{}{}:
			taken++
		case <-ctx.Done():
			release()
			return nil, ctx.Err()
		}
	}
	return release, nil
}

// retention is how long a configuration has things kept.
func retention(c *config.Config) store.Retention {
	return store.Retention{
		Intervals: time.Duration(c.Retention.Intervals), Hours: time.Duration(c.Retention.Hours), Days: time.Duration(c.Retention.Days),
	}
}

// boundMemory keeps the process small beside what the engine may use.
func (l *local) boundMemory() { boundMemory(l.engine) }

func (l *local) Close() error { return l.store.Close() }

// closing closes a backend at the end of a command and keeps the first error.
func closing(b backend, err *error) {
	if e := b.Close(); *err == nil {
		*err = e
	}
}
