package simulate

// boundEdge is an edge as seen from the capture, with its stream in progress.
type boundEdge struct {
	*edge
	stream   stream
	phases   []phase  // as the log shows them
	outbound bool     // the flow leaves by the capture's NIC
	hop      bool     // the capture is at the appliance on the way
	slots    []int64  // when the next session of each slot begins, ms
	cursor   int      // into the script
	scanList []uint16 // ports that scanners ask for most
}

// width is how many addresses the pool of the edge has.
func (b *boundEdge) width() uint64 {
	for _, p := range []*pool{b.from.pool, b.to.pool} {
		if p != nil {
			return uint64(len(p.addrs))
		}
	}
	return 1
}

// drawn is a flow before it is known what the rules make of it. Byte counts
// are those of the sending NIC.
type drawn struct {
	start, duration int64
	client          uint64
	srcPort, port   uint16
	early           bool
	pf, bf, pb, bb  uint64
	overFwd, overBk uint64
}

// draw makes a flow of the edge's own size that starts at a time.
func (b *boundEdge) draw(at int64, client uint64) drawn {
	s, p := &b.stream, b.size
	d := drawn{start: at, client: client, duration: int64(p.duration.draw(s)), pf: p.packets.draw(s)}
	ratio := s.between(p.backRatio[0], p.backRatio[1])
	d.pb = d.pf * ratio >> 8
	d.bf = d.pf * s.between(p.sizeFwd[0], p.sizeFwd[1])
	d.bb = d.pb * s.between(p.sizeBack[0], p.sizeBack[1])
	b.finish(&d)
	return d
}

// finish draws what every flow has.
func (b *boundEdge) finish(d *drawn) {
	x := b.stream.next()
	d.srcPort = uint16(49152 + x&0x3fff)
	if b.proto == udp && b.port == 123 {
		d.srcPort = 123
	}
	d.early = x>>14&7 == 0
	const widths = overheadHigh - overheadLow + 1
	d.overFwd = overheadLow + (x>>20&0xffff)*widths>>16
	d.overBk = overheadLow + (x>>36&0xffff)*widths>>16
	d.port = b.port
	if b.scan {
		list := b.scanList
		d.port = uint16(1 + b.stream.below(65534))
		if x>>52&3 != 0 {
			d.port = list[b.stream.skewed(uint64(len(list)))]
		}
	}
}
