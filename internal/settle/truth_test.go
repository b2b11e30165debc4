package settle

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"weir/internal/flow"
	"weir/internal/store"
)

// counters is what a row counts, and what all rows together should.
type counters struct{ Started, Ended, Forward, Back int64 }

func (c *counters) add(d counters) {
	c.Started, c.Ended, c.Forward, c.Back = c.Started+d.Started, c.Ended+d.Ended, c.Forward+d.Forward, c.Back+d.Back
}

// recorder is a NIC with its logs of one conversation.
type recorder struct {
	place     place
	skew      int64 // milliseconds by which it writes later
	logs      []uint64
	stateless bool // it writes begin tuples only
}

// moment is a tuple of a flow: what passed since the one before, as the
// initiator's NIC has it. The responder's sees one more each way, a hop two.
type moment struct {
	at            int64
	forward, back int64
	begins, ends  bool
}

// recorded returns the rows of all recorders, and what each counts.
func recorded(moments []moment, recorders []recorder) ([]store.CapturedFact, []counters) {
	type group struct {
		interval int64
		log      uint64
		place    place
	}
	rows := map[group]*store.CapturedFact{}
	sums := map[group]*counters{}
	var order []group
	for _, r := range recorders {
		for _, m := range moments {
			if r.stateless && !m.begins {
				continue
			}
			at := m.at + r.skew
			for _, log := range r.logs {
				g := group{at / width, log, r.place}
				f := rows[g]
				if f == nil {
					f = &store.CapturedFact{
						Interval: g.interval * width / 1000, Initiator: client, Responder: server, Port: 443, Protocol: 6,
						Direction: flow.Inbound, Log: log, First: at, Last: at,
					}
					if r.place == atInitiator || r.place == hopOut {
						f.Direction = flow.Outbound
					}
					if r.place >= hopIn {
						f.Marks = flow.AtHop
					}
					rows[g], sums[g] = f, &counters{}
					order = append(order, g)
				}
				f.First, f.Last, f.Counts = min(f.First, at), max(f.Last, at), f.Counts || !m.begins
				sums[g].add(seenAt(m, r.place))
			}
		}
	}
	facts, counts := make([]store.CapturedFact, len(order)), make([]counters, len(order))
	for i, g := range order {
		facts[i], counts[i] = *rows[g], *sums[g]
	}
	return facts, counts
}

func seenAt(m moment, at place) counters {
	var c counters
	switch {
	case m.begins:
		c.Started = 1
		return c
	case m.ends:
		c.Ended = 1
	}
	more := int64(min(at, hopIn))
	c.Forward, c.Back = m.forward+more, m.back+more
	return c
}

// counted returns what rows count after settling.
func counted(facts []store.CapturedFact, counts []counters) counters {
	byInterval := map[int64][]store.CapturedFact{}
	for _, f := range facts {
		n := f.Interval * 1000 / width
		byInterval[n] = append(byInterval[n], f)
	}
	in := map[int64]*interval{}
	for n, rows := range byInterval {
		in[n] = intervalOf(n, rows)
	}
	var told []store.Counted
	for n, i := range in {
		i.marks(in[n-1], in[n+1], func(c store.Counted) { told = append(told, c) })
	}
	facts = slices.Clone(facts)
	apply(facts, told)
	var sum counters
	for i, c := range counts {
		marks := facts[i].Marks
		if marks&flow.NoStarts != 0 {
			c.Started, c.Ended = 0, 0
		}
		if marks&flow.NoForward != 0 {
			c.Forward = 0
		}
		if marks&flow.NoBack != 0 {
			c.Back = 0
		}
		sum.add(c)
	}
	return sum
}

// truthOf returns what should be counted: each number from one recorder.
func truthOf(moments []moment, recorders []recorder) counters {
	from := func(order [places]place, counters bool) *recorder {
		for _, at := range order {
			for i := range recorders {
				if r := &recorders[i]; r.place == at && !(counters && r.stateless) {
					return r
				}
			}
		}
		return nil
	}
	var sum counters
	starts, forward, back := from(forStarts, false), from(forForward, true), from(forBack, true)
	for _, m := range moments {
		if c := seenAt(m, starts.place); !starts.stateless || m.begins {
			sum.Started, sum.Ended = sum.Started+c.Started, sum.Ended+c.Ended
		}
		if forward != nil {
			sum.Forward += seenAt(m, forward.place).Forward
			sum.Back += seenAt(m, back.place).Back
		}
	}
	return sum
}

// randomMoments returns the tuples of some flows of a conversation, over some
// intervals: begin, continue every five minutes, end.
func randomMoments(r *rand.Rand) []moment {
	var all []moment
	for range 1 + r.IntN(6) {
		begin := r.Int64N(3 * width)
		if r.IntN(2) == 0 { // near a border
			begin = (1+r.Int64N(3))*width - 1000 + r.Int64N(2000)
		}
		end := begin + r.Int64N(1+[]int64{10, 2000, width, 3 * width}[r.IntN(4)])
		all = append(all, moment{at: begin, begins: true})
		for at := begin + width/2; at < end; at += width / 2 {
			all = append(all, moment{at: at, forward: 1000 * (1 + r.Int64N(1000)), back: 1000 * r.Int64N(1000)})
		}
		if r.IntN(5) > 0 {
			all = append(all, moment{at: end, forward: 1000 * (1 + r.Int64N(1000)), back: 1000 * r.Int64N(1000), ends: true})
		}
	}
	slices.SortStableFunc(all, func(a, b moment) int { return int(a.at - b.at) })
	return all
}

// randomRecorders returns who records a conversation: at least one NIC, a hop
// inbound and outbound or not at all, each with one log or two of it.
func randomRecorders(r *rand.Rand, skew int64) []recorder {
	var all []recorder
	who := 1 + r.IntN(7)
	if who&1 != 0 {
		all = append(all, recorder{place: atInitiator, skew: r.Int64N(skew), logs: []uint64{logA}})
	}
	if who&2 != 0 {
		at := recorder{place: atResponder, skew: r.Int64N(skew), logs: [][]uint64{{logB}, {logBgroup}, {logB, logBsubnet}, {logB, logBgroup}}[r.IntN(4)]}
		if at.stateless = at.logs[0] == logBgroup && r.IntN(2) == 0; at.stateless {
			at.skew, skew = 0, 1 // borders are a limit of what is told, see docs/explanation/meaning-of-the-numbers.md
			for i := range all {
				all[i].skew = 0
			}
		}
		all = append(all, at)
	}
	if who&4 != 0 {
		late := r.Int64N(skew)
		all = append(all, recorder{place: hopIn, skew: late, logs: []uint64{logHop}}, recorder{place: hopOut, skew: late, logs: []uint64{logHop}})
	}
	return all
}

// Whoever records a conversation, and however little apart in time, it counts
// once: as much as the one recorder has from whom each number comes.
func TestCountedAsInTruth(t *testing.T) {
	for seed := range uint64(20_000) {
		r := rand.New(rand.NewPCG(seed, 7))
		moments, recorders := randomMoments(r), randomRecorders(r, 1+r.Int64N(500))
		facts, counts := recorded(moments, recorders)
		want, got := truthOf(moments, recorders), counted(facts, counts)
		if slices.ContainsFunc(recorders, func(r recorder) bool { return r.stateless }) {
			want.Ended, got.Ended = 0, 0 // such a log has starts without ends
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("seed %d, %+v recorded by %+v (-want +got):\n%s", seed, moments, recorders, diff)
		}
	}
}
