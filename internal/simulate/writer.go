package simulate

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"weir/internal/flow"
)

const (
	ticksPerMilli = 10_000  // of the 100 ns in which record times are written
	recordJitter  = 900_000 // ticks by which a record may be late
	flushBytes    = 256 << 10

	containerNSG  = "insights-logs-networksecuritygroupflowevent"
	containerVNet = "insights-logs-flowlogflowevent"
)

// objectName returns the place of a NIC's object of an hour below the output
// folder (spec sections 1.1 and 2.1).
func objectName(n *NIC, log *FlowLog, hour time.Time) string {
	var b strings.Builder
	switch {
	case log.Kind == LogNSG:
		b.WriteString(containerNSG + "/resourceId=" + strings.ToUpper(log.Target))
	case log.ShortPath:
		sub := strings.Split(log.ID, "/")[2]
		b.WriteString(containerVNet + "/flowLogResourceID=" + strings.ToUpper("/"+sub+"_NetworkWatcherRG/NetworkWatcher_"+log.Region.Name+"_"+log.Name))
	default:
		b.WriteString(containerVNet + "/flowLogResourceID=" + strings.ToUpper(log.ID))
	}
	b.WriteString(hour.UTC().Format("/y=2006/m=01/d=02/h=15/m=00"))
	b.WriteString("/macAddress=" + n.MAC + "/PT1H.json")
	return b.String()
}

// objectWriter writes the objects of one log of one NIC, one after the other.
type objectWriter struct {
	dir     string
	point   *point
	file    *os.File
	hour    int64 // of the open object, hours since 1970
	buf     []byte
	objects int64
	bytes   int64
}

func newObjectWriter(dir string, p *point) *objectWriter { return &objectWriter{dir: dir, point: p} }

// begin makes room for a record of an hour: it opens the hour's object or
// adds a comma.
func (w *objectWriter) begin(hour int64) error {
	if w.file != nil && w.hour == hour {
		w.buf = append(w.buf, ',')
		return nil
	}
	if err := w.close(); err != nil {
		return err
	}
	path := filepath.Join(w.dir, filepath.FromSlash(objectName(w.point.nic, w.point.log, time.Unix(hour*3600, 0))))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return fmt.Errorf("cannot make the folder of a log object: %w", err)
	}
	f, err := os.Create(path)
	if err != nil {
		return fmt.Errorf("cannot create a log object: %w", err)
	}
	w.file, w.hour = f, hour
	w.objects++
	w.buf = append(w.buf, `{"records":[`...)
	return nil
}

// end hands full buffers to the file.
func (w *objectWriter) end() error {
	if len(w.buf) < flushBytes {
		return nil
	}
	return w.flush()
}

func (w *objectWriter) flush() error {
	n, err := w.file.Write(w.buf)
	w.bytes += int64(n)
	w.buf = w.buf[:0]
	if err != nil {
		return fmt.Errorf("cannot write a log object: %w", err)
	}
	return nil
}

// close ends the open object.
func (w *objectWriter) close() error {
	if w.file == nil {
		return nil
	}
	w.buf = append(w.buf, "]}"...)
	err := w.flush()
	if e := w.file.Close(); e != nil && err == nil {
		err = fmt.Errorf("cannot close a log object: %w", e)
	}
	w.file = nil
	return err
}

// record writes the tuples of c.out in c.order as one record, laid out byte
// by byte as Azure does.
func (c *capture) record(start int64) error {
	x := mix(keyOf("record", c.run.seed, uint64(c.nic.index), uint64(c.window)))
	ticks := (start+c.lag())*ticksPerMilli + int64(x%recordJitter)
	w := c.write
	if err := w.begin(ticks / (3600 * 1000 * ticksPerMilli)); err != nil {
		return err
	}
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
	return w.end()
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
