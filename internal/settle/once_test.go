package settle

import (
	"maps"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"

	"weir/internal/flow"
	"weir/internal/store"
)

const (
	width  = int64(600_000) // milliseconds
	client = 1
	server = 2
)

// Logs of the tests, by id.
const (
	logA, logB, logBgroup, logBsubnet, logHop, logHop2 = 1, 2, 3, 4, 5, 6
)

func testLogs() map[uint64]flow.Log {
	const sub = "/subscriptions/s/resourcegroups/rg/providers/microsoft.network/"
	vnet := func(mac, target string) flow.Log { return flow.Log{Family: flow.VNet, MAC: mac, Target: sub + target} }
	return map[uint64]flow.Log{
		logA:       vnet("0000000000AA", "virtualnetworks/hub"),
		logB:       vnet("0000000000BB", "networkinterfaces/b"),
		logBgroup:  {Family: flow.NSG, MAC: "0000000000BB", Target: sub + "networksecuritygroups/g"},
		logBsubnet: vnet("0000000000BB", "virtualnetworks/hub/subnets/b"),
		logHop:     vnet("0000000000CC", "virtualnetworks/hub"),
		logHop2:    vnet("0000000000DD", "virtualnetworks/hub"),
	}
}

// testRow is a stored row of the one conversation that the tests are about.
type testRow struct {
	log         uint64
	in          bool
	interval    int64 // number of the interval
	first, last int64 // seconds after its start
	begins      bool  // begin tuples only
	denied, hop bool
}

// intervalOf is the interval of that number with the rows.
func intervalOf(n int64, facts []store.CapturedFact) *interval {
	rows := make([]row, len(facts))
	for i := range facts {
		rows[i] = newRow(&facts[i], n*width)
	}
	return newInterval(n*width, (n+1)*width, rows, sitesOf(testLogs()))
}

// apply does to rows what a store does that is told so.
func apply(facts []store.CapturedFact, told []store.Counted) {
	for i := range facts {
		f := &facts[i]
		for _, c := range told {
			of := c
			of.Marks = 0
			if of == name(f) {
				f.Marks = f.Marks&^flow.Counting | c.Marks
			}
		}
	}
}

// name is how a store is told of a row.
func name(f *store.CapturedFact) store.Counted {
	return store.Counted{
		Interval: f.Interval, Initiator: f.Initiator, Responder: f.Responder, Port: f.Port, Protocol: f.Protocol,
		Direction: f.Direction, Status: f.Status, Log: f.Log,
	}
}

// marksOf returns what becomes of the marks of the rows.
func marksOf(rows []testRow) []flow.Marks {
	byInterval := map[int64][]store.CapturedFact{}
	facts := make([]store.CapturedFact, len(rows))
	for i, r := range rows {
		f := store.CapturedFact{
			Interval: r.interval * width / 1000, Initiator: client, Responder: server, Port: 443, Protocol: 6,
			Direction: flow.Outbound, Log: r.log, Counts: !r.begins && !r.denied,
			First: r.interval*width + r.first*1000, Last: r.interval*width + r.last*1000,
		}
		if r.in {
			f.Direction = flow.Inbound
		}
		if r.denied {
			f.Status = flow.Denied
		}
		if r.hop {
			f.Marks = flow.AtHop
		}
		facts[i] = f
		byInterval[r.interval] = append(byInterval[r.interval], f)
	}
	in := map[int64]*interval{}
	for n, facts := range byInterval {
		in[n] = intervalOf(n, facts)
	}
	var told []store.Counted
	for n, i := range in {
		i.marks(in[n-1], in[n+1], func(c store.Counted) { told = append(told, c) })
	}
	apply(facts, told)
	got := make([]flow.Marks, len(facts))
	for i := range facts {
		got[i] = facts[i].Marks
	}
	return got
}

func TestWhichCapturesCount(t *testing.T) {
	const (
		all  = flow.Marks(0)
		none = flow.Uncounted
		same = flow.Uncounted | flow.Duplicate
	)
	f := func(what string, rows []testRow, want ...flow.Marks) {
		t.Helper()
		if diff := cmp.Diff(want, marksOf(rows)); diff != "" {
			t.Errorf("%s: marks (-want +got):\n%s", what, diff)
		}
	}
	f("one capture", []testRow{{log: logA, last: 300}}, all)
	f("one capture, at the responder", []testRow{{log: logB, in: true, last: 300}}, all)
	f("both captures", []testRow{{log: logA, last: 300}, {log: logB, in: true, last: 300}}, flow.NoBack, flow.NoStarts|flow.NoForward)
	f("a stateless capture at the responder carries no counters",
		[]testRow{{log: logA, last: 300}, {log: logBgroup, in: true, begins: true, last: 300}}, all, flow.NoStarts|flow.NoForward|flow.NoBack)
	f("flows that only began have nothing to count but starts",
		[]testRow{{log: logA, begins: true, last: 300}, {log: logB, in: true, begins: true, last: 300}}, all, flow.NoStarts)
	f("denials count at both ends",
		[]testRow{{log: logA, denied: true, last: 3}, {log: logB, in: true, denied: true, last: 3}}, all, all)
	f("what the responder denied beside what it let pass",
		[]testRow{{log: logA, last: 300}, {log: logB, in: true, last: 300}, {log: logB, in: true, denied: true, last: 300}},
		flow.NoBack, flow.NoStarts|flow.NoForward, all)

	f("two logs of one NIC, of a group and a network",
		[]testRow{{log: logB, in: true, last: 300}, {log: logBgroup, in: true, last: 300}}, all, same)
	f("the one with counters counts",
		[]testRow{{log: logB, in: true, begins: true, last: 300}, {log: logBgroup, in: true, last: 300}}, same, all)
	f("a NIC's log goes before its subnet's",
		[]testRow{{log: logBsubnet, in: true, last: 300}, {log: logB, in: true, last: 300}}, same, all)
	f("the log that was on for longer goes before it",
		[]testRow{{log: logBsubnet, in: true, last: 300}, {log: logB, in: true, first: 100, last: 200}}, all, same)
	f("one log after the other",
		[]testRow{{log: logBsubnet, in: true, last: 200}, {log: logB, in: true, first: 201, last: 500}}, all, all)
	f("denials of two logs of one NIC are the same",
		[]testRow{{log: logB, in: true, denied: true, last: 300}, {log: logBgroup, in: true, denied: true, last: 300}}, all, same)
	f("both ends, one of them twice",
		[]testRow{{log: logA, last: 300}, {log: logB, in: true, last: 300}, {log: logBgroup, in: true, last: 300}},
		flow.NoBack, flow.NoStarts|flow.NoForward, same)

	f("a hop between two ends counts nothing",
		[]testRow{{log: logA, last: 300}, {log: logHop, in: true, hop: true, last: 300}, {log: logHop, hop: true, last: 300}, {log: logB, in: true, last: 300}},
		flow.NoBack, none|flow.AtHop, none|flow.AtHop, flow.NoStarts|flow.NoForward)
	f("a hop and the initiator",
		[]testRow{{log: logA, last: 300}, {log: logHop, in: true, hop: true, last: 300}, {log: logHop, hop: true, last: 300}},
		all, none|flow.AtHop, none|flow.AtHop)
	f("hops alone: forward as it came in, back as it came in at the other side",
		[]testRow{{log: logHop, in: true, hop: true, last: 300}, {log: logHop, hop: true, last: 300}},
		flow.NoBack|flow.AtHop, flow.NoStarts|flow.NoForward|flow.AtHop)
	f("of several hops the first",
		[]testRow{{log: logHop2, in: true, hop: true, last: 300}, {log: logHop, in: true, hop: true, last: 300}},
		none|flow.AtHop, all|flow.AtHop)
	f("a NIC that records both directions is a hop though nobody said so",
		[]testRow{{log: logA, last: 300}, {log: logHop, in: true, last: 300}, {log: logHop, last: 300}}, all, none, none)
	f("what the responder denied did not start, though a hop let it pass",
		[]testRow{{log: logHop, in: true, hop: true, begins: true, last: 3}, {log: logB, in: true, denied: true, last: 3}}, flow.NoStarts|flow.AtHop, all)
	f("what a hop denies is denied nowhere else",
		[]testRow{{log: logA, last: 300}, {log: logHop, in: true, hop: true, denied: true, last: 300}}, all, flow.AtHop)

	f("the captures of a flow on both sides of a border",
		[]testRow{{log: logA, first: 599, last: 599}, {log: logB, in: true, interval: 1, first: 0, last: 0}},
		flow.NoBack, flow.NoStarts|flow.NoForward)
	f("a flow that ended on both sides of a border",
		[]testRow{
			{log: logA, first: 100, last: 599},
			{log: logB, in: true, begins: true, first: 100, last: 100},
			{log: logB, in: true, interval: 1, first: 0, last: 0},
		},
		flow.NoBack, flow.NoStarts|flow.NoForward, flow.NoStarts|flow.NoForward)
	f("a capture that begins later does not take what was before it",
		[]testRow{
			{log: logB, in: true, first: 100, last: 500},
			{log: logB, in: true, interval: 1, first: 100, last: 500},
			{log: logA, interval: 1, first: 100, last: 500},
		},
		all, flow.NoStarts|flow.NoForward, flow.NoBack)
	f("a capture two intervals away is no capture",
		[]testRow{{log: logA, first: 599, last: 599}, {log: logB, in: true, interval: 2, first: 0, last: 0}}, all, all)
}

// Whatever was captured where, of allowed flows each counter comes from one
// place, and counters are never left out where one capture has them.
func TestEachCounterComesFromOnePlace(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 20_000 {
		var rows []testRow
		for range 1 + r.IntN(5) {
			v := testRow{log: uint64(1 + r.IntN(6)), in: r.IntN(2) == 0, begins: r.IntN(4) == 0, last: 300}
			v.hop = v.log >= logHop
			if v.log == logA {
				v.in = false
			} else if !v.hop {
				v.in = true
			}
			rows = append(rows, v)
		}
		marks := marksOf(rows)
		counted := map[flow.Marks]map[testRow]bool{}
		counters := false
		for i, v := range rows {
			counters = counters || !v.begins
			for _, m := range []flow.Marks{flow.NoStarts, flow.NoForward, flow.NoBack} {
				if marks[i]&m != 0 || m != flow.NoStarts && v.begins && !has(rows, v) {
					continue
				}
				if counted[m] == nil {
					counted[m] = map[testRow]bool{}
				}
				counted[m][testRow{log: v.log, in: v.in}] = true
			}
		}
		if len(counted[flow.NoStarts]) != 1 || counters && (len(counted[flow.NoForward]) != 1 || len(counted[flow.NoBack]) != 1) {
			t.Fatalf("%+v have the marks %v: starts come from %v, forward from %v, back from %v",
				rows, marks, counted[flow.NoStarts], counted[flow.NoForward], counted[flow.NoBack])
		}
	}
}

// has tells whether the capture that the row belongs to has counters.
func has(rows []testRow, of testRow) bool {
	for _, v := range rows {
		if v.log == of.log && v.in == of.in && !v.begins {
			return true
		}
	}
	return false
}

// What is marked already is not marked again, and a capture that was marked
// counts again where the other one is gone.
func TestMarksAreFinal(t *testing.T) {
	facts := []store.CapturedFact{
		{Initiator: client, Responder: server, Direction: flow.Outbound, Log: logA, Counts: true, Marks: flow.NoBack},
		{Initiator: client, Responder: server, Direction: flow.Inbound, Log: logB, Counts: true, Marks: flow.NoStarts | flow.NoForward},
	}
	intervalOf(0, facts).marks(nil, nil, func(c store.Counted) { t.Errorf("marked again: %+v", c) })
	var got []store.Counted
	alone := store.CapturedFact{Direction: flow.Inbound, Log: logB, Counts: true, Marks: flow.NoStarts | flow.AtHop}
	intervalOf(0, []store.CapturedFact{alone}).marks(nil, nil, func(c store.Counted) { got = append(got, c) })
	if diff := cmp.Diff([]store.Counted{name(&alone)}, got); diff != "" {
		t.Errorf("marks (-want +got):\n%s", diff)
	}
}

// What becomes of a conversation does not depend on what else there is in its
// interval and those beside it.
func TestConversationsAreSettledEachOnItsOwn(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 300 {
		const intervals = 3
		var all [intervals][]store.CapturedFact
		alone := map[int][intervals][]store.CapturedFact{}
		for range 40 {
			n, of := r.IntN(intervals), r.IntN(8)
			first := int64(n)*width + []int64{0, 300_000, width - 1}[r.IntN(3)]
			f := store.CapturedFact{
				Interval: int64(n) * width / 1000, Initiator: uint64(of / 4), Responder: server, Port: uint16(of / 2 % 2), Protocol: uint8(of % 2),
				Direction: flow.Direction(r.IntN(2)), Status: flow.Status(r.IntN(5) / 4), Log: uint64(1 + r.IntN(6)), Counts: r.IntN(2) == 0,
				First: first, Last: min(first+int64(r.IntN(400_000)), int64(n+1)*width-1),
			}
			all[n] = append(all[n], f)
			facts := alone[of]
			facts[n] = append(facts[n], f)
			alone[of] = facts
		}
		marks := func(facts [intervals][]store.CapturedFact) map[store.Counted]flow.Marks {
			got := map[store.Counted]flow.Marks{}
			var in [intervals + 2]*interval
			for n := range facts {
				if len(facts[n]) > 0 {
					in[n+1] = intervalOf(int64(n), facts[n])
				}
			}
			for n := 1; n <= intervals; n++ {
				if in[n] != nil {
					in[n].marks(in[n-1], in[n+1], func(c store.Counted) {
						marks := c.Marks
						c.Marks = 0
						got[c] = marks
					})
				}
			}
			return got
		}
		want := map[store.Counted]flow.Marks{}
		for _, facts := range alone {
			maps.Copy(want, marks(facts))
		}
		if diff := cmp.Diff(want, marks(all)); diff != "" {
			t.Fatalf("marks by row (-alone +together):\n%s", diff)
		}
	}
}
