package settle

import (
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

// row is a stored row of the one conversation that the tests are about.
type row struct {
	log         uint64
	in          bool
	interval    int64 // number of the interval
	first, last int64 // seconds after its start
	begins      bool  // begin tuples only
	denied, hop bool
}

// marksOf returns what becomes of the marks of the rows.
func marksOf(rows []row) []flow.Marks {
	byInterval := map[int64][]store.CapturedFact{}
	got := make([]flow.Marks, len(rows))
	for i, r := range rows {
		f := store.CapturedFact{
			Handle: store.Handle(i), Interval: r.interval * width / 1000, Initiator: client, Responder: server, Port: 443, Protocol: 6,
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
		got[i] = f.Marks
		byInterval[r.interval] = append(byInterval[r.interval], f)
	}
	in := map[int64]*interval{}
	for n, facts := range byInterval {
		in[n] = newInterval(n*width, (n+1)*width, facts, testLogs())
	}
	for n, i := range in {
		i.marks(in[n-1], in[n+1], func(m store.Marking) { got[m.Handle] = got[m.Handle]&m.Keep | m.Marks })
	}
	return got
}

func TestWhichCapturesCount(t *testing.T) {
	const (
		all  = flow.Marks(0)
		none = flow.Uncounted
		same = flow.Uncounted | flow.Duplicate
	)
	f := func(what string, rows []row, want ...flow.Marks) {
		t.Helper()
		if diff := cmp.Diff(want, marksOf(rows)); diff != "" {
			t.Errorf("%s: marks (-want +got):\n%s", what, diff)
		}
	}
	f("one capture", []row{{log: logA, last: 300}}, all)
	f("one capture, at the responder", []row{{log: logB, in: true, last: 300}}, all)
	f("both captures", []row{{log: logA, last: 300}, {log: logB, in: true, last: 300}}, flow.NoBack, flow.NoStarts|flow.NoForward)
	f("a stateless capture at the responder carries no counters",
		[]row{{log: logA, last: 300}, {log: logBgroup, in: true, begins: true, last: 300}}, all, flow.NoStarts|flow.NoForward|flow.NoBack)
	f("flows that only began have nothing to count but starts",
		[]row{{log: logA, begins: true, last: 300}, {log: logB, in: true, begins: true, last: 300}}, all, flow.NoStarts)
	f("denials count at both ends",
		[]row{{log: logA, denied: true, last: 3}, {log: logB, in: true, denied: true, last: 3}}, all, all)
	f("what the responder denied beside what it let pass",
		[]row{{log: logA, last: 300}, {log: logB, in: true, last: 300}, {log: logB, in: true, denied: true, last: 300}},
		flow.NoBack, flow.NoStarts|flow.NoForward, all)

	f("two logs of one NIC, of a group and a network",
		[]row{{log: logB, in: true, last: 300}, {log: logBgroup, in: true, last: 300}}, all, same)
	f("the one with counters counts",
		[]row{{log: logB, in: true, begins: true, last: 300}, {log: logBgroup, in: true, last: 300}}, same, all)
	f("a NIC's log goes before its subnet's",
		[]row{{log: logBsubnet, in: true, last: 300}, {log: logB, in: true, last: 300}}, same, all)
	f("the log that was on for longer goes before it",
		[]row{{log: logBsubnet, in: true, last: 300}, {log: logB, in: true, first: 100, last: 200}}, all, same)
	f("one log after the other",
		[]row{{log: logBsubnet, in: true, last: 200}, {log: logB, in: true, first: 201, last: 500}}, all, all)
	f("denials of two logs of one NIC are the same",
		[]row{{log: logB, in: true, denied: true, last: 300}, {log: logBgroup, in: true, denied: true, last: 300}}, all, same)
	f("both ends, one of them twice",
		[]row{{log: logA, last: 300}, {log: logB, in: true, last: 300}, {log: logBgroup, in: true, last: 300}},
		flow.NoBack, flow.NoStarts|flow.NoForward, same)

	f("a hop between two ends counts nothing",
		[]row{{log: logA, last: 300}, {log: logHop, in: true, hop: true, last: 300}, {log: logHop, hop: true, last: 300}, {log: logB, in: true, last: 300}},
		flow.NoBack, none|flow.AtHop, none|flow.AtHop, flow.NoStarts|flow.NoForward)
	f("a hop and the initiator",
		[]row{{log: logA, last: 300}, {log: logHop, in: true, hop: true, last: 300}, {log: logHop, hop: true, last: 300}},
		all, none|flow.AtHop, none|flow.AtHop)
	f("hops alone: forward as it came in, back as it came in at the other side",
		[]row{{log: logHop, in: true, hop: true, last: 300}, {log: logHop, hop: true, last: 300}},
		flow.NoBack|flow.AtHop, flow.NoStarts|flow.NoForward|flow.AtHop)
	f("of several hops the first",
		[]row{{log: logHop2, in: true, hop: true, last: 300}, {log: logHop, in: true, hop: true, last: 300}},
		none|flow.AtHop, all|flow.AtHop)
	f("a NIC that records both directions is a hop though nobody said so",
		[]row{{log: logA, last: 300}, {log: logHop, in: true, last: 300}, {log: logHop, last: 300}}, all, none, none)
	f("what the responder denied did not start, though a hop let it pass",
		[]row{{log: logHop, in: true, hop: true, begins: true, last: 3}, {log: logB, in: true, denied: true, last: 3}}, flow.NoStarts|flow.AtHop, all)
	f("what a hop denies is denied nowhere else",
		[]row{{log: logA, last: 300}, {log: logHop, in: true, hop: true, denied: true, last: 300}}, all, flow.AtHop)

	f("the captures of a flow on both sides of a border",
		[]row{{log: logA, first: 599, last: 599}, {log: logB, in: true, interval: 1, first: 0, last: 0}},
		flow.NoBack, flow.NoStarts|flow.NoForward)
	f("a flow that ended on both sides of a border",
		[]row{
			{log: logA, first: 100, last: 599},
			{log: logB, in: true, begins: true, first: 100, last: 100},
			{log: logB, in: true, interval: 1, first: 0, last: 0},
		},
		flow.NoBack, flow.NoStarts|flow.NoForward, flow.NoStarts|flow.NoForward)
	f("a capture that begins later does not take what was before it",
		[]row{
			{log: logB, in: true, first: 100, last: 500},
			{log: logB, in: true, interval: 1, first: 100, last: 500},
			{log: logA, interval: 1, first: 100, last: 500},
		},
		all, flow.NoStarts|flow.NoForward, flow.NoBack)
	f("a capture two intervals away is no capture",
		[]row{{log: logA, first: 599, last: 599}, {log: logB, in: true, interval: 2, first: 0, last: 0}}, all, all)
}

// Whatever was captured where, of allowed flows each counter comes from one
// place, and counters are never left out where one capture has them.
func TestEachCounterComesFromOnePlace(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 20_000 {
		var rows []row
		for range 1 + r.IntN(5) {
			v := row{log: uint64(1 + r.IntN(6)), in: r.IntN(2) == 0, begins: r.IntN(4) == 0, last: 300}
			v.hop = v.log >= logHop
			if v.log == logA {
				v.in = false
			} else if !v.hop {
				v.in = true
			}
			rows = append(rows, v)
		}
		marks := marksOf(rows)
		counted := map[flow.Marks]map[row]bool{}
		counters := false
		for i, v := range rows {
			counters = counters || !v.begins
			for _, m := range []flow.Marks{flow.NoStarts, flow.NoForward, flow.NoBack} {
				if marks[i]&m != 0 || m != flow.NoStarts && v.begins && !has(rows, v) {
					continue
				}
				if counted[m] == nil {
					counted[m] = map[row]bool{}
				}
				counted[m][row{log: v.log, in: v.in}] = true
			}
		}
		if len(counted[flow.NoStarts]) != 1 || counters && (len(counted[flow.NoForward]) != 1 || len(counted[flow.NoBack]) != 1) {
			t.Fatalf("%+v have the marks %v: starts come from %v, forward from %v, back from %v",
				rows, marks, counted[flow.NoStarts], counted[flow.NoForward], counted[flow.NoBack])
		}
	}
}

// has tells whether the capture that the row belongs to has counters.
func has(rows []row, of row) bool {
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
		{Handle: 1, Initiator: client, Responder: server, Direction: flow.Outbound, Log: logA, Counts: true, Marks: flow.NoBack},
		{Handle: 2, Initiator: client, Responder: server, Direction: flow.Inbound, Log: logB, Counts: true, Marks: flow.NoStarts | flow.NoForward},
	}
	newInterval(0, width, facts, testLogs()).marks(nil, nil, func(m store.Marking) { t.Errorf("marked again: %+v", m) })
	var got []store.Marking
	newInterval(0, width, []store.CapturedFact{{Handle: 2, Direction: flow.Inbound, Log: logB, Counts: true, Type: flow.IntraVNet, Marks: flow.NoStarts | flow.AtHop}}, testLogs()).
		marks(nil, nil, func(m store.Marking) { got = append(got, m) })
	if diff := cmp.Diff([]store.Marking{{Handle: 2, KeepType: true, Keep: ^repeated}}, got); diff != "" {
		t.Errorf("marks (-want +got):\n%s", diff)
	}
}
