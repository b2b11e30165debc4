package scale

import (
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"weir/internal/flow"
)

// Traffic makes the rows of the month in the order of time: the same for the
// same number and seed. It keeps what it needs, so a row costs no allocation.
type Traffic struct {
	rng    *rand.Rand
	rows   int64 // of the whole month
	steady []conversation
	load   float64 // of the steady conversations, so that their rows are the share they are to be

	interval int
	made     int64
	due      float64    // rows that should have been made by now
	late     []flow.Row // parts of flows that come with the next delta
	later    []flow.Row
}

// conversation is one that comes again and again.
type conversation struct {
	kind     kind
	captured bool   // at both ends
	from, to uint64 // a machine, or the number of an address outside
	port     uint16
	protocol uint8
	weight   float64
}

type kind uint8

const (
	inside   kind = iota // between machines
	outbound             // to a service outside
	inbound              // from a partner outside
)

// Shares of all rows.
const (
	steadyShare = 0.62 // of conversations that come again and again; the rest comes once or seldom:
	scanShare   = 0.25 // denied attempts from outside
	visitShare  = 0.06 // visits of front ends
	siteShare   = 0.04 // machines call a site
	// What is left are machines that try each other: dynamic ports, and ports that are closed.
	lateShare = 0.02 // of the steady rows: they are committed in two parts
)

const conversations = 60_000

// NewTraffic returns the traffic of a month with so many rows.
func NewTraffic(rows int64, seed uint64) *Traffic {
	t := &Traffic{rng: rand.New(rand.NewPCG(seed, 0x5ca1e)), rows: rows}
	t.steady = make([]conversation, conversations)
	for i := range t.steady {
		t.steady[i] = t.converse()
		t.steady[i].weight = math.Pow(float64(i+1), -0.8)
	}
	// The load is searched for with which an interval of the usual weight has its rows.
	usual := float64(rows) / float64(intervals) * steadyShare
	low, high := 0.0, 1e9
	for range 100 {
		t.load = (low + high) / 2
		sum := 0.0
		for i := range t.steady {
			sum += t.steady[i].active(t.load) * t.steady[i].rows()
		}
		if sum < usual {
			low = t.load
		} else {
			high = t.load
		}
	}
	return t
}

const intervals = int(Days * 24 * time.Hour / Interval)

func (c *conversation) active(load float64) float64 { return min(1, c.weight*load) }

// rows is how many rows it has in an interval in which it is active.
func (c *conversation) rows() float64 {
	if c.captured {
		return 2
	}
	return 1
}

type service struct {
	port     uint16
	protocol uint8
}

var (
	insideServices = []service{
		{443, 6},
		{443, 6},
		{443, 6},
		{80, 6},
		{8080, 6},
		{53, 17},
		{1433, 6},
		{1433, 6},
		{5432, 6},
		{6379, 6},
		{9092, 6},
		{445, 6},
		{389, 6},
		{88, 6},
		{3306, 6},
		{9200, 6},
		{10250, 6},
		{5671, 6},
		{123, 17},
		{514, 17},
		{22, 6},
		{3389, 6},
		{27017, 6},
		{50051, 6},
		{8443, 6},
		{2049, 6},
		{111, 17},
		{5985, 6},
	}
	outsideServices = []service{{443, 6}, {443, 6}, {443, 6}, {443, 6}, {443, 6}, {443, 6}, {80, 6}, {123, 17}, {53, 17}, {5671, 6}, {1433, 6}, {443, 17}}
	scannedPorts    = []uint16{22, 23, 80, 443, 445, 3389, 8080, 1433, 3306, 5432, 5900, 6379, 8443, 2375, 9200, 25, 21, 5060, 53, 123, 11211, 27017}
)

// converse draws a steady conversation.
func (t *Traffic) converse() conversation {
	switch p := t.rng.Float64(); {
	case p < 0.74: // some machines serve many
		to := t.serving()
		s := insideServices[to%len(insideServices)]
		return conversation{kind: inside, captured: t.rng.Float64() < 0.7, from: uint64(t.rng.IntN(Machines)), to: uint64(to), port: s.port, protocol: s.protocol}
	case p < 0.92:
		s := outsideServices[t.rng.IntN(len(outsideServices))]
		return conversation{kind: outbound, from: uint64(t.rng.IntN(Machines)), to: services + t.heavy(5000), port: s.port, protocol: s.protocol}
	}
	return conversation{kind: inbound, from: partners + t.heavy(20_000), to: uint64(t.frontEnd()), port: 443, protocol: 6}
}

// heavy draws one of n numbers: of each tenfold as often as of the last.
func (t *Traffic) heavy(n float64) uint64 { return uint64(math.Pow(n, t.rng.Float64())) - 1 }

func (t *Traffic) serving() int { return int(t.heavy(400)) * (Machines / 400) }

func (t *Traffic) frontEnd() int {
	const each = frontEnds / Networks
	n := t.rng.IntN(frontEnds)
	return n/each*perNetwork + n%each
}

// Delta makes the next rows in the memory of buf: to the end of the interval in
// which they are at least n. At the end of the month it returns none.
func (t *Traffic) Delta(buf []flow.Row, n int) []flow.Row {
	t.late, t.later = t.later, t.late[:0]
	rows := append(buf[:0], t.late...)
	for len(rows) < n && t.interval < intervals {
		rows = t.fill(rows)
		t.interval++
	}
	t.made += int64(len(rows))
	return rows
}

// weight is how busy an interval is: less at night and at the weekend, one on average.
func weight(interval int) float64 {
	at := Start.Add(time.Duration(interval) * Interval)
	w := 1 + 0.5*math.Sin(2*math.Pi*(float64(at.Hour())+float64(at.Minute())/60-8)/24)
	if day := at.Weekday(); day == time.Saturday || day == time.Sunday {
		w *= 0.6
	}
	return w / averageWeight
}

const averageWeight = (22 + 8*0.6) / Days // the month has eight days of weekends

// fill appends the rows of the interval at hand.
func (t *Traffic) fill(rows []flow.Row) []flow.Row {
	w := weight(t.interval)
	t.due += float64(t.rows) / float64(intervals) * w
	start := Start.Unix() + int64(t.interval)*int64(Interval/time.Second)
	after := t.interval >= intervals/2
	for i := range t.steady {
		if c := &t.steady[i]; t.rng.Float64() < c.active(t.load*w) {
			rows = t.speak(rows, c, start, after)
		}
	}
	const rest = 1 - steadyShare
	for t.made+int64(len(rows)) < int64(t.due) {
		switch p := t.rng.Float64() * rest; {
		case p < scanShare:
			rows = append(rows, t.scan(start, after))
		case p < scanShare+visitShare:
			rows = append(rows, t.visit(start, after))
		case p < scanShare+visitShare+siteShare:
			rows = append(rows, t.call(start, after))
		default:
			rows = append(rows, t.wander(start, after))
		}
	}
	return rows
}

func (t *Traffic) row(start int64) flow.Row {
	return flow.Row{Key: flow.Key{Interval: start, Protocol: 6, Encryption: flow.Unencrypted}}
}

// count fills in the counters of a flow that was allowed: of each tenfold
// number of packets there are as many.
func (t *Traffic) count(r *flow.Row) {
	size := math.Pow(10, 5*t.rng.Float64())
	r.Started = 1 + t.heavy(200)
	r.Ended = r.Started
	r.PacketsFwd = r.Started*4 + uint64(size)
	r.PacketsBack = r.PacketsFwd + uint64(size*t.rng.Float64())
	r.BytesFwd, r.BytesBack = r.PacketsFwd*(60+t.rng.Uint64N(300)), r.PacketsBack*(60+t.rng.Uint64N(1300))
	r.Records = 2*r.Started + t.rng.Uint64N(20)
	t.time(r)
}

// deny makes it a flow that was not allowed.
func (t *Traffic) deny(r *flow.Row) {
	r.Status, r.Encryption = flow.Denied, flow.EncryptionUnknown
	r.Started = 1 + t.heavy(10)
	r.Records = r.Started
	t.time(r)
}

func (t *Traffic) time(r *flow.Row) {
	const width = int64(Interval / time.Millisecond)
	r.First = r.Interval*1000 + t.rng.Int64N(width/2)
	r.Last = r.First + t.rng.Int64N(width/2)
}

// speak appends the rows of a steady conversation.
func (t *Traffic) speak(rows []flow.Row, c *conversation, start int64, after bool) []flow.Row {
	begin := len(rows)
	r := t.row(start)
	r.Port, r.Protocol = c.port, c.protocol
	t.count(&r)
	from, to := int(c.from), int(c.to)
	switch c.kind {
	case inside:
		r.Initiator, r.Responder = machine(from), machine(to)
		r.Direction, r.Log, r.Rule = flow.Outbound, log(from, after), rule(from, allowVNetOut)
		rows = append(rows, r)
		if c.captured {
			r.Direction, r.Log, r.Rule = flow.Inbound, log(to, after), rule(to, allowVNetIn)
			r.First, r.Last = r.First+int64(t.rng.IntN(500)), r.Last+int64(t.rng.IntN(500))
			rows = append(rows, r)
		}
	case outbound:
		r.Initiator, r.Responder = machine(from), outside(c.to)
		r.Direction, r.Log, r.Rule = flow.Outbound, log(from, after), rule(from, allowInternetOut)
		rows = append(rows, r)
	case inbound:
		r.Initiator, r.Responder = outside(c.from), machine(to)
		r.Log, r.Rule = log(to, after), rule(to, allowWebIn)
		rows = append(rows, r)
	}
	if t.rng.Float64() < lateShare {
		t.later = append(t.later, rows[begin:]...)
	}
	return rows
}

// scan is a try from outside: half of them from addresses that try seldom.
func (t *Traffic) scan(start int64, after bool) flow.Row {
	r := t.row(start)
	to := t.rng.IntN(Machines)
	if t.rng.IntN(4) > 0 {
		to = t.frontEnd()
	}
	from := t.heavy(4_000_000)
	if t.rng.IntN(2) == 0 {
		from = t.rng.Uint64N(uint64(6_000_000 + t.rows/5))
	}
	r.Initiator, r.Responder = outside(scanners+from), machine(to)
	r.Port = scannedPorts[t.heavy(float64(len(scannedPorts)))]
	if t.rng.IntN(4) == 0 {
		r.Port = uint16(1 + t.rng.IntN(65535))
	}
	r.Log, r.Rule = log(to, after), rule(to, denyAllIn)
	t.deny(&r)
	return r
}

func (t *Traffic) visit(start int64, after bool) flow.Row {
	r := t.row(start)
	to := t.frontEnd()
	r.Initiator, r.Responder = outside(visitors+t.rng.Uint64N(uint64(2_000_000+t.rows/5))), machine(to)
	r.Port, r.Log, r.Rule = 443, log(to, after), rule(to, allowWebIn)
	t.count(&r)
	return r
}

func (t *Traffic) call(start int64, after bool) flow.Row {
	r := t.row(start)
	from := t.rng.IntN(Machines)
	r.Initiator, r.Responder = machine(from), outside(sites+t.heavy(2_000_000))
	r.Port, r.Direction, r.Log, r.Rule = 443, flow.Outbound, log(from, after), rule(from, allowInternetOut)
	t.count(&r)
	return r
}

// wander is a machine that tries another.
func (t *Traffic) wander(start int64, after bool) flow.Row {
	r := t.row(start)
	from, to := t.rng.IntN(Machines), t.rng.IntN(Machines)
	r.Initiator, r.Responder = machine(from), machine(to)
	r.Direction, r.Log = flow.Outbound, log(from, after)
	if t.rng.IntN(2) == 0 {
		r.Port, r.Rule = 445, rule(from, denyOut)
		t.deny(&r)
		return r
	}
	r.Port, r.Rule = uint16(49152+t.rng.IntN(16384)), rule(from, allowVNetOut)
	t.count(&r)
	return r
}

// Grown returns rows with room for a delta of n, so that none is allocated
// while deltas are made.
func Grown(n int) []flow.Row { return slices.Grow([]flow.Row(nil), n+n/2) }
