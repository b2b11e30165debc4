package bench

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"weir/bench/scale"
	"weir/internal/enrich"
	"weir/internal/flow"
	"weir/internal/knowledge"
	"weir/internal/settle"
	"weir/internal/store"
	"weir/internal/store/duckdb"
)

const (
	scaleSeed = 1
	// deltaRows is what an ingest commits at once.
	deltaRows = 125_000
	// scaleMemoryMB is the memory of the engine: what weir serve gives it on a
	// machine of 8 GB, and as much as DuckDB has that it is compared with.
	scaleMemoryMB = 2048
)

var scaleOptions = duckdb.Options{Command: "bench", Answerer: answering, MemoryLimitMB: scaleMemoryMB}

// built is what the making of a store reports. Times are in seconds.
type built struct {
	Asked, Rows, StoredBytes int64
	Committing               spent // with counting each conversation once
	First, Last              spent // the same of the first and the last quarter of the rows
	FirstRows, LastRows      int64
	Judging                  float64 // the kinds of flows, as an ingest does before it commits
	Stages                   []stage // what happens in the background after it
	Peak                     int64   // bytes, of the whole process
}

// stage is a part of the work in the background.
type stage struct {
	Name string
	spent
}

// spent is what work took.
type spent struct {
	Seconds   float64
	Processor float64 // seconds
}

func (s spent) String() string {
	return fmt.Sprintf("%.1f s, %.1f s of processor", s.Seconds, s.Processor)
}

func (s *spent) add(more spent) {
	s.Seconds += more.Seconds
	s.Processor += more.Processor
}

// begun is when work began.
type begun struct {
	at   time.Time
	used time.Duration
}

func begin() begun { return begun{time.Now(), processorTime()} }

func (b begun) end() spent {
	return spent{time.Since(b.at).Seconds(), (processorTime() - b.used).Seconds()}
}

// buildScale makes the store: by what is known, through Commit, and then all
// that weir serve does in the background.
func buildScale(work string, args []string) (b built, err error) {
	ctx := context.Background()
	rows, err := strconv.ParseInt(args[0], 10, 64)
	if err != nil {
		return b, err
	}
	b.Asked = rows
	s, err := duckdb.Open(ctx, work, scaleOptions)
	if err != nil {
		return b, err
	}
	k, err := learnEstate(ctx, s)
	if err != nil {
		return b, err
	}
	if err := commitMonth(ctx, s, k.Current(), rows, &b); err != nil {
		return b, err
	}
	if err := inBackground(ctx, s, k, &b); err != nil {
		return b, err
	}
	if err := s.Close(); err != nil {
		return b, err
	}
	b.StoredBytes, err = folderSize(work)
	return b, err
}

// learnEstate has the store know the estate, as it was before and after the
// middle of the month, service tags and a feed.
func learnEstate(ctx context.Context, s store.Store) (*knowledge.Keeper, error) {
	k, err := knowledge.Open(ctx, knowledge.Config{Store: s})
	if err != nil {
		return nil, err
	}
	for after, at := range map[bool]time.Time{false: scale.Start.Add(-time.Hour), true: scale.Start.Add(scale.End.Sub(scale.Start) / 2)} {
		if _, err := k.ImportTopology(ctx, knowledge.TopologyInput{Inventory: scale.Inventory(after), At: at, Source: "bench"}); err != nil {
			return nil, err
		}
	}
	if _, err := k.ImportServiceTags(ctx, knowledge.ServiceTagsInput{Name: "ServiceTags_Public_20260525.json", Content: manyTags()}); err != nil {
		return nil, err
	}
	if _, err := k.ImportThreats(ctx, knowledge.ThreatInput{Name: "bench", File: "bench", At: scale.Start, Content: scale.Indicators()}); err != nil {
		return nil, err
	}
	_, err = settle.Run(ctx, settle.Config{Store: s, Keeper: k})
	return k, err
}

// commitMonth commits the rows of the month, in deltas as an ingest does.
func commitMonth(ctx context.Context, s store.Store, known *enrich.Knowledge, rows int64, b *built) error {
	traffic := scale.NewTraffic(rows, scaleSeed)
	judge := known.NewJudge(s.Interval())
	d := store.Delta{Rules: scale.Rules(), Logs: scale.Logs(), Attribute: known.Attribute, Endpoint: known.Endpoint}
	counter, err := settle.NewCounter(ctx, s)
	if err != nil {
		return err
	}
	for n := 0; ; n++ {
		d.Rows = traffic.Delta(d.Rows, deltaRows)
		if len(d.Rows) == 0 {
			return nil
		}
		start := time.Now()
		judge.Rows(d.Rows, d.Logs)
		d.Relations = judge.Relations()
		b.Judging += time.Since(start).Seconds()
		d.Objects = append(d.Objects[:0], objectsOf(n, d.Rows)...)
		t := begin()
		d.Count = counter.Of(d.Rows, d.Logs)
		if err := s.Commit(ctx, &d); err != nil {
			return err
		}
		took := t.end()
		b.Committing.add(took)
		switch {
		case b.Rows < rows/4:
			b.First.add(took)
			b.FirstRows += int64(len(d.Rows))
		case b.Rows >= rows-rows/4:
			b.Last.add(took)
			b.LastRows += int64(len(d.Rows))
		}
		b.Rows += int64(len(d.Rows))
	}
}

// objectsOf is the entries of the ledger for a delta: a log of each network.
func objectsOf(n int, rows []flow.Row) []store.Object {
	out := make([]store.Object, scale.Networks)
	for i := range out {
		out[i] = store.Object{
			Name: fmt.Sprintf("/logs/vnet-%02d/%06d/PT1H.json", i, n), Family: "vnet", Size: 1 << 20, Offset: 1 << 20,
			State: store.ObjectComplete, Records: 60, Tuples: int64(len(rows)) * 5 / scale.Networks, Rows: int64(len(rows)) / scale.Networks,
			FirstTuple: rows[0].First, LastTuple: rows[len(rows)-1].Last, ReadAt: time.Unix(rows[len(rows)-1].Interval, 0).Add(time.Hour),
		}
	}
	return out
}

// inBackground does what weir serve does after rows were committed.
func inBackground(ctx context.Context, s *duckdb.Store, k *knowledge.Keeper, b *built) error {
	for _, work := range []struct {
		name string
		do   func() error
	}{
		{"counting", func() error {
			_, err := settle.Count(ctx, settle.Config{Store: s, Keeper: k})
			return err
		}},
		{"merging", func() error {
			_, err := s.Merge(ctx, 0, nil)
			return err
		}},
		{"rolling up", func() error {
			_, err := s.RollUp(ctx)
			return err
		}},
	} {
		t := begin()
		if err := work.do(); err != nil {
			return fmt.Errorf("%s: %w", work.name, err)
		}
		b.Stages = append(b.Stages, stage{work.name, t.end()})
		fmt.Fprintf(os.Stderr, "%s: %s\n", work.name, t.end())
	}
	return nil
}

// scaleStore is the folder that keeps the store between runs, with what its
// making reported; empty: it is made for this run.
func scaleStore() string { return os.Getenv("WEIR_SCALE_STORE") }

const builtFile = "built.json"

func folderOf(work string) string { return filepath.Join(work, "store") }
