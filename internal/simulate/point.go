package simulate

import (
	"math"
	"time"
)

// point is where tuples are recorded: one log of one NIC.
type point struct {
	nic      *NIC
	log      *FlowLog
	head     head
	index    int
	from, to int64 // when it records, ms
	// In this time another log records the same and counts instead, ms.
	repeatsFrom, repeatsTo int64
}

// pointsOf returns where a NIC is recorded, by the order of its logs.
func (r *run) pointsOf(n *NIC) []*point {
	var out []*point
	for _, l := range n.Logs {
		p := &point{nic: n, log: l.FlowLog, head: newHead(n, l.FlowLog), from: r.from, to: math.MaxInt64}
		if !l.From.IsZero() {
			p.from = max(p.from, l.From.UnixMilli())
		}
		if !l.Until.IsZero() {
			p.to = l.Until.UnixMilli()
		}
		out = append(out, p)
	}
	for _, p := range out {
		for _, q := range out {
			if q.log.before(p.log) {
				p.repeatsFrom, p.repeatsTo = max(p.from, q.from), min(p.to, q.to)
			}
		}
	}
	return out
}

// before tells whether, of two logs that record the same at one NIC, this one
// counts (docs/reference/traffic-analytics.md 2.4). What two groups log are
// parts, not the same.
func (l *FlowLog) before(m *FlowLog) bool { return l.rank() < m.rank() }

func (l *FlowLog) rank() int {
	switch {
	case l.Kind == LogNSG:
		return 3
	case segment(l.Target, "networkInterfaces") != "":
		return 0
	case segment(l.Target, "subnets") != "":
		return 1
	}
	return 2
}

// doubled tells whether the point ever records what another does too.
func (p *point) doubled() bool { return p.repeatsFrom < p.repeatsTo }

// repeats tells whether another log has the tuple of a time too.
func (p *point) repeats(at int64) bool { return at >= p.repeatsFrom && at < p.repeatsTo }

// verdictAt returns what the rules say where the edge is seen.
func (p *phase) verdictAt(b *boundEdge) verdict {
	switch {
	case b.hop && b.outbound:
		return p.hopOut
	case b.hop:
		return p.hopIn
	case b.outbound:
		return p.out
	}
	return p.in
}

// millis is a time in ms since 1970, 0 for the zero time.
func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}
