package simulate

import "weir/internal/flow"

// live is a flow that still has tuples to come at this capture.
type live struct {
	src, dst         flow.Addr
	srcPort, dstPort uint16
	proto            uint8
	group            uint16
	outbound         bool
	early            bool // its end has the time of its begin and is written before it
	bare             bool // only the begin is written: a stateless inbound flow, or a denial
	denied           bool
	encrypted        bool
	start, duration  int64 // ms, by this capture's clock
	begun            bool  // its begin is written or lies before the log
	tick             int64 // continue tuples so far, those before the log included
	pf, bf, pb, bb   uint64
	overFwd, overBck uint64 // bytes per packet added here
	row              *tally
	event            *EventCounters
}

// firstTuple finds the first tuple at or after from: the begin, or for a flow
// that already runs a later one, of which it makes f ready.
func (f *live) firstTuple(from int64) (int64, bool) {
	if f.start >= from {
		return f.start, true
	}
	if f.bare || f.start+f.duration < from {
		return 0, false
	}
	f.begun = true
	f.tick = (from-f.start+continueEvery-1)/continueEvery - 1
	return f.next(), true
}

// next is the time of the next continue tuple, or of the end.
func (f *live) next() int64 { return f.start + min((f.tick+1)*continueEvery, f.duration) }

// delta returns the packets and bytes of one direction since the previous
// tuple, until tick now or, with last, all the rest; over is what a packet
// counts more at this NIC.
func (f *live) delta(packets, bytes, over uint64, last bool) (uint64, uint64) {
	upTo := func(tick int64) uint64 {
		if tick == 0 {
			return 0
		}
		return share(packets, uint64(tick*continueEvery), uint64(f.duration))
	}
	before, now := upTo(f.tick), packets
	if !last {
		now = upTo(f.tick + 1)
	}
	if now == before {
		return 0, 0
	}
	return now - before, share(bytes, now, packets) - share(bytes, before, packets) + (now-before)*over
}
