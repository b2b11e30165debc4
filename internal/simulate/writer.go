package simulate

import (
	"context"
	"strconv"
	"strings"
	"time"

	"weir/internal/flow"
)

const (
	ticksPerMilli = 10_000  // of the 100 ns in which record times are written
	recordJitter  = 900_000 // ticks by which a record may be late
)

// recordTime is the time that the record of the next window bears, in ticks.
func (c *capture) recordTime() int64 {
	x := mix(keyOf("record", c.run.seed, uint64(c.nic.index), uint64(c.window)))
	return (c.base+int64(c.window)*minute+c.lag())*ticksPerMilli + int64(x%recordJitter)
}

// record writes the tuples of c.out in c.order as one record, laid out byte
// by byte as Azure does.
func (c *capture) record(ctx context.Context) error {
	x := mix(keyOf("record", c.run.seed, uint64(c.nic.index), uint64(c.window)))
	ticks := c.recordTime()
	w := c.write
	w.begin(ticks, len(c.out))
	c.totals.Records++
	b := append(w.buf, c.point.head.time...)
	b = appendTime(b, ticks)
	b = append(b, c.point.head.rest...)
	if c.vnet {
		b = c.vnetGroups(b, x>>32&3 == 0)
	} else {
		b = c.nsgGroups(b, x>>32&31 == 0)
	}
	w.buf = append(b, "]}}"...)
	for i := range c.groups {
		c.groups[i].used = false
	}
	return w.commit(ctx)
}

// head is what all records of a log of a NIC have in common: before and after the time.
type head struct{ time, rest string }

func newHead(n *NIC, l *FlowLog) head {
	h := head{time: `{"time":"`}
	if l.Kind == LogNSG {
		h.rest = `","systemId":"` + l.GUID + `","macAddress":"` + n.MAC + `","category":"NetworkSecurityGroupFlowEvent","resourceId":"` +
			strings.ToUpper(l.Target) + `","operationName":"NetworkSecurityGroupFlowEvents","properties":{"Version":2,"flows":[`
		return h
	}
	h.rest = `","flowLogGUID":"` + l.GUID + `","macAddress":"` + n.MAC + `","category":"FlowLogFlowEvent","flowLogResourceID":"` +
		strings.ToUpper(l.ID) + `","targetResourceID":"` + l.Target + `","flowLogVersion":4,"operationName":"FlowLogFlowEvent","flowRecords":{"flows":[`
	return h
}

// nsgGroups appends the entries of an NSG record, one per rule in the order of
// names. With empty, a rule without tuples has an entry too, as happens in Azure.
func (c *capture) nsgGroups(b []byte, empty bool) []byte {
	last := -1
	for _, o := range c.order {
		t := &c.out[o&(1<<34-1)]
		f := &c.flows[t.flow]
		if int(f.group) != last {
			if last >= 0 {
				b = append(b, `]}]},`...)
			}
			last = int(f.group)
			b = append(b, `{"rule":"`...)
			b = append(b, c.groups[last].rule...)
			b = append(b, `","flows":[{"mac":"`...)
			b = append(b, c.nic.MAC...)
			b = append(b, `","flowTuples":["`...)
		} else {
			b = append(b, ',', '"')
		}
		b = c.nsgTuple(b, t, f)
	}
	b = append(b, `]}]}`...)
	for i := range c.groups {
		if empty && !c.groups[i].used {
			b = append(b, `,{"rule":"`...)
			b = append(b, c.groups[i].rule...)
			b = append(b, `","flows":[]}`...)
			break
		}
	}
	return b
}

// vnetGroups appends the entries of a VNet record. Real logs give each rule an
// entry of its own or, with merge, gather the rules of one ACL in one entry.
func (c *capture) vnetGroups(b []byte, merge bool) []byte {
	last := -1
	for _, o := range c.order {
		t := &c.out[o&(1<<34-1)]
		f := &c.flows[t.flow]
		if g := int(f.group); g != last {
			switch {
			case last >= 0 && merge && c.groups[last].acl == c.groups[g].acl:
				b = append(b, `]},`...)
			default:
				if last >= 0 {
					b = append(b, `]}]},`...)
				}
				b = append(b, `{"aclID":"`...)
				b = append(b, c.groups[g].acl...)
				b = append(b, `","flowGroups":[`...)
			}
			b = append(b, `{"rule":"`...)
			b = append(b, c.groups[g].rule...)
			b = append(b, `","flowTuples":["`...)
			last = g
		} else {
			b = append(b, ',', '"')
		}
		b = c.vnetTuple(b, t, f)
	}
	return append(b, `]}]}`...)
}

// nsgTuple appends a version 2 tuple and its closing quote.
func (c *capture) nsgTuple(b []byte, t *outTuple, f *live) []byte {
	b = strconv.AppendInt(b, t.at/1000, 10)
	b = f.appendEnds(b)
	if f.proto == udp {
		b = append(b, ",U,"...)
	} else {
		b = append(b, ",T,"...)
	}
	b = append(b, letter(f.outbound))
	switch t.state {
	case flow.Deny:
		return append(b, `,D,B,,,,"`...)
	case flow.Begin:
		return append(b, `,A,B,,,,"`...)
	case flow.Continue:
		b = append(b, ",A,C"...)
	default:
		b = append(b, ",A,E"...)
	}
	return t.appendCounters(b)
}

// vnetTuple appends a version 4 tuple and its closing quote.
func (c *capture) vnetTuple(b []byte, t *outTuple, f *live) []byte {
	b = strconv.AppendInt(b, t.at, 10)
	b = f.appendEnds(b)
	if f.proto == udp {
		b = append(b, ",17,"...)
	} else {
		b = append(b, ",6,"...)
	}
	b = append(b, letter(f.outbound), ',')
	switch t.state {
	case flow.Deny:
		b = append(b, 'D')
	case flow.Begin:
		b = append(b, 'B')
	case flow.Continue:
		b = append(b, 'C')
	default:
		b = append(b, 'E')
	}
	if f.encrypted {
		b = append(b, ",X"...)
	} else {
		b = append(b, ",NX"...)
	}
	return t.appendCounters(b)
}

func letter(outbound bool) byte {
	if outbound {
		return 'O'
	}
	return 'I'
}

// appendCounters appends the four counters and the closing quote.
func (t *outTuple) appendCounters(b []byte) []byte {
	for _, v := range [4]uint64{t.pf, t.bf, t.pb, t.bb} {
		b = append(b, ',')
		b = strconv.AppendUint(b, v, 10)
	}
	return append(b, '"')
}

// appendEnds appends addresses and ports, each after a comma.
func (f *live) appendEnds(b []byte) []byte {
	b = append(b, ',')
	b = appendAddr(b, f.src)
	b = append(b, ',')
	b = appendAddr(b, f.dst)
	b = append(b, ',')
	b = strconv.AppendUint(b, uint64(f.srcPort), 10)
	b = append(b, ',')
	return strconv.AppendUint(b, uint64(f.dstPort), 10)
}

func appendAddr(b []byte, a flow.Addr) []byte {
	if !a.Is4() {
		return a.AppendTo(b)
	}
	for shift := 24; ; shift -= 8 {
		b = strconv.AppendUint(b, a.Lo>>shift&255, 10)
		if shift == 0 {
			return b
		}
		b = append(b, '.')
	}
}

// appendTime appends a record time: seven fractional digits and Z.
func appendTime(b []byte, ticks int64) []byte {
	const perSecond = 1000 * ticksPerMilli
	b = time.Unix(ticks/perSecond, 0).UTC().AppendFormat(b, "2006-01-02T15:04:05.")
	for unit, rest := int64(perSecond/10), ticks%perSecond; unit > 0; unit /= 10 {
		b = append(b, byte('0'+rest/unit))
		rest %= unit
	}
	return append(b, 'Z')
}
