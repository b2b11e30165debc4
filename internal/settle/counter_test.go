package settle

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"weir/internal/flow"
	"weir/internal/store"
)

// memory is a store that keeps what counting needs of rows, and hands to a
// Counter what the contract of store.Counting says.
type memory struct {
	facts []store.CapturedFact
	told  int
}

// besides returns the rows of conversations that several captures have, near the intervals.
func (m *memory) besides(of []store.Conversation, starts []int64) []store.CapturedFact {
	var near []store.CapturedFact
	for _, f := range m.facts {
		if slices.ContainsFunc(starts, func(s int64) bool {
			return f.Interval >= s-store.CountedBeside*width/1000 && f.Interval <= s+store.CountedBeside*width/1000
		}) {
			near = append(near, f)
		}
	}
	var out []store.CapturedFact
	for _, v := range of {
		lowest, highest := v.Lowest, v.Highest
		var rows []store.CapturedFact
		for _, f := range near {
			if f.Initiator == v.Initiator && f.Responder == v.Responder && f.Port == v.Port && f.Protocol == v.Protocol {
				id := store.CaptureID(f.Log, f.Direction)
				lowest, highest = min(lowest, id), max(highest, id)
				rows = append(rows, f)
			}
		}
		if lowest != highest {
			out = append(out, rows...)
		}
	}
	return out
}

// commit does what Commit does with a Counter.
func (m *memory) commit(c *Counter, rows []flow.Row, logs []flow.Log) {
	counting := c.Of(rows, logs)
	var starts []int64
	for _, r := range rows {
		starts = append(starts, r.Interval)
	}
	told := counting.Decide(m.besides(counting.Conversations, starts))
	m.told += len(told)
	apply(m.facts, told)
	for i := range rows {
		m.facts = append(m.facts, capturedOf(&rows[i], logs))
	}
}

func capturedOf(r *flow.Row, logs []flow.Log) store.CapturedFact {
	return store.CapturedFact{
		Interval: r.Interval, Initiator: r.From.Host, Responder: r.To.Host, Port: r.Port, Protocol: r.Protocol, Direction: r.Direction,
		Status: r.Status, Log: store.LogID(logs[r.Log]), Counts: r.Status == flow.Allowed && r.Records > r.Started, First: r.First, Last: r.Last, Marks: r.Marks,
	}
}

// However rows are divided over commits, and in whatever order these come, what
// is decided while they are committed is what is decided of all together.
func TestCommitsDecideAsAllTogether(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	logs := []flow.Log{
		{Family: flow.VNet, MAC: "A", Target: "/virtualnetworks/v"},
		{Family: flow.VNet, MAC: "B", Target: "/virtualnetworks/v"},
		{Family: flow.VNet, MAC: "B", Target: "/virtualnetworks/v/subnets/s"},
		{Family: flow.NSG, MAC: "B", Target: "/g"},
		{Family: flow.NSG, MAC: "B", Target: "/h"},
		{Family: flow.VNet, MAC: "C", Target: "/virtualnetworks/v"},
		{Family: flow.VNet, Target: "/virtualnetworks/w"},
	}
	told := 0
	for range 400 {
		var rows []flow.Row
		for range 1 + r.IntN(40) {
			at := int64(r.IntN(6))
			first := at*width + []int64{0, 29_000, 31_000, 300_000, width - 31_000, width - 1}[r.IntN(6)]
			f := flow.Row{
				Key: flow.Key{
					Interval: at * width / 1000, Port: uint16(r.IntN(2)), Protocol: 6, Direction: flow.Direction(r.IntN(2)),
					Status: flow.Status(r.IntN(5) / 4), Log: uint32(r.IntN(len(logs))),
				},
				Counters: flow.Counters{Started: 1, Records: uint64(1 + r.IntN(2)), First: first, Last: min(first+int64(r.IntN(400_000)), (at+1)*width-1)},
				From:     flow.Identity{Host: uint64(1 + r.IntN(2))}, To: flow.Identity{Host: server},
			}
			if f.Log == 5 {
				f.Marks = flow.AtHop
			}
			rows = append(rows, f)
		}
		s := &memory{}
		c := &Counter{width: width / 1000, sites: sites{}, targets: map[string]string{}}
		for rest := rows; len(rest) > 0; {
			n := 1 + r.IntN(min(len(rest), 12))
			if s.told > 0 && r.IntN(4) == 0 { // as after a restart
				c = &Counter{width: width / 1000, sites: c.sites, targets: map[string]string{}}
			}
			s.commit(c, slices.Clone(rest[:n]), logs)
			rest = rest[n:]
		}
		var all []store.CapturedFact
		in := map[int64]*interval{}
		bySite := sites{}
		for _, l := range logs {
			bySite[store.LogID(l)] = newSite(l)
		}
		byInterval := map[int64][]row{}
		for i := range rows {
			f := capturedOf(&rows[i], logs)
			all = append(all, f)
			n := f.Interval * 1000 / width
			byInterval[n] = append(byInterval[n], newRow(&f, n*width))
		}
		for n, rows := range byInterval {
			in[n] = newInterval(n*width, (n+1)*width, rows, bySite)
		}
		var together []store.Counted
		for n, i := range in {
			i.marks(in[n-1], in[n+1], func(c store.Counted) { together = append(together, c) })
		}
		apply(all, together)
		if diff := cmp.Diff(all, s.facts); diff != "" {
			t.Fatalf("facts (-all together +in commits):\n%s", diff)
		}
		told += s.told
	}
	if told < 1000 {
		t.Errorf("only %d stored rows came to count otherwise: that tests little", told)
	}
}

// A Counter learns the logs of a store, since rows that are there already decide too.
func TestCounterKnowsStoredLogs(t *testing.T) {
	b := &backfill{}
	c, err := NewCounter(t.Context(), b)
	if err != nil {
		t.Fatal(err)
	}
	for id, l := range testLogs() {
		if got := c.sites.of(id); got.mac != l.MAC || got.target != l.Target {
			t.Errorf("log %d is %+v, want %+v", id, got, l)
		}
	}
	if c.width != int64(b.Interval()/time.Second) {
		t.Errorf("width %d, want that of the store", c.width)
	}
	if c.Of([]flow.Row{{From: flow.Identity{Host: 1}}}, []flow.Log{{}}) != nil {
		t.Error("rows that were not judged are decided about")
	}
}
