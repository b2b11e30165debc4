package decode

import (
	"bytes"

	"weir/internal/flow"
)

// verdict is how an attempt to read one JSON value ended.
type verdict uint8

const (
	whole    verdict = iota // a record of a flow log
	foreign                 // a JSON value that is not one
	envelope                // the beginning of an object whose "records" list follows
	more                    // it goes on after the end of the window
	broken                  // not JSON
	deep                    // nested deeper than MaxDepth
)

// tolerant reads one record in any key order and spacing, with unknown keys,
// escapes and wrong shapes. It is the meaning of the format; the canonical
// scanner only gives the same answers sooner.
type tolerant struct {
	b     []byte // the window
	i     int
	base  int64 // offset of b[0] in the content
	depth int
	// state is broken, more or deep once something ended the attempt.
	state verdict
	out   *Record
	names *names
	times arrival

	head    header
	payload bool // it has what a record has
	listed  bool // it lists flows
	settled bool // the record stood in what was read, and its keys hold

	wrapping wrapping
	nodes    []node
	runs     []run
	arena    []byte // unescaped strings
}

// node is one element of the nested flow lists; what it does not say itself
// it has from its parent.
type node struct {
	parent         int32
	acl, rule, mac []byte
}

// run is a stretch of tuples found in one node.
type run struct {
	node int32
	end  int
}

// record reads the object at i. On whole, out holds the records in it, or why
// the one that it is was rejected.
func (p *tolerant) record(b []byte, i int, base int64, out *Record, n *names) (end int, v verdict) {
	rejects := len(out.Rejects)
	out.believed = always
	p.begin(b, i, base, out, n)
	v = p.recordObject()
	if v != whole {
		out.forget(rejects)
		return p.i, v
	}
	if !p.listed {
		end := p.i
		out.forget(rejects)
		if p.unwrap(i, end) {
			return end, whole
		}
		if !p.payload {
			return end, foreign
		}
		p.begin(b, i, base, out, n)
		p.recordObject()
	}
	allowed, ok := p.times.around(p.head.time)
	if !ok {
		out.forget(rejects)
		p.reject(FutureTime, i, p.b[i:p.i])
		return p.i, whole
	}
	if !p.within(allowed, 0) {
		// The time may come last, so only now it is known what it allows.
		out.forget(rejects)
		out.believed = allowed
		p.begin(b, i, base, out, n)
		p.recordObject()
	}
	p.finish()
	return p.i, whole
}

// within tells whether the times of all tuples from the first on are allowed.
func (p *tolerant) within(allowed span, first int) bool {
	for _, t := range p.out.Tuples[first:] {
		if !allowed.has(t.Time) {
			return false
		}
	}
	return true
}

func (p *tolerant) begin(b []byte, i int, base int64, out *Record, n *names) {
	p.b, p.i, p.base, p.out, p.names = b, i, base, out, n
	p.depth, p.state, p.payload, p.listed, p.settled = 0, whole, false, false, false
	p.head = header{}
	p.nodes, p.runs, p.arena = emptied(p.nodes), emptied(p.runs), emptied(p.arena)
}

// recordObject reads the keys of a record, or of the object that wraps one.
func (p *tolerant) recordObject() verdict {
	v := whole
	p.object(func(key []byte) {
		switch string(key) {
		case "time":
			p.time()
		case "macAddress":
			p.text(&p.head.mac)
		case "resourceId":
			p.text(&p.head.resource)
		case "targetResourceID":
			p.text(&p.head.target)
		case "flowLogResourceID":
			p.text(&p.head.flowLog)
		case "flowLogVersion":
			p.version(vnetVersion)
		case "properties":
			p.flows(flow.NSG)
		case "flowRecords":
			p.flows(flow.VNet)
		case "event":
			if p.peek() != '{' {
				p.skip()
				return
			}
			had := p.payload
			if p.recordObject() == envelope {
				v = envelope
			}
			p.settled = p.payload && !had
		case "records":
			if p.peek() != '[' || p.wrapping.searching {
				p.skip()
				return
			}
			if p.payload {
				p.shape()
				return
			}
			p.i++
			v = envelope
		default:
			p.skip()
		}
		if v == envelope && p.state == whole {
			p.state = envelope
		}
	})
	if p.state != whole {
		return p.state
	}
	return v
}

// flows reads the value of properties or flowRecords.
func (p *tolerant) flows(family flow.Family) {
	if c := p.peek(); c != '{' {
		p.shape()
		// A record whose flows are not even an object is still a record:
		// it counts, and what it holds is rejected.
		p.payload = true
		p.out.Family = family
		return
	}
	p.object(func(key []byte) {
		switch string(key) {
		case "flows":
			p.payload, p.listed = true, true
			p.out.Family = family
			p.elements(-1)
		case "Version":
			p.version(nsgVersion)
		default:
			p.skip()
		}
	})
}

// elements reads a list of flow elements below the node parent.
func (p *tolerant) elements(parent int32) {
	if p.peek() != '[' {
		p.shape()
		return
	}
	p.array(func() {
		if p.peek() != '{' {
			p.shape()
			return
		}
		me, runs := int32(len(p.nodes)), len(p.runs)
		p.nodes = append(p.nodes, node{parent: parent})
		p.object(func(key []byte) {
			switch string(key) {
			case "aclID":
				p.nodeText(me, func(n *node) *[]byte { return &n.acl })
			case "rule":
				p.nodeText(me, func(n *node) *[]byte { return &n.rule })
			case "mac":
				p.nodeText(me, func(n *node) *[]byte { return &n.mac })
			case "flows", "flowGroups":
				p.elements(me)
			case "flowTuples":
				p.tuples(me)
			default:
				p.skip()
			}
		})
		if len(p.runs) == runs {
			p.nodes = p.nodes[:me] // there are no tuples in it
		}
	})
}

func (p *tolerant) nodeText(me int32, field func(*node) *[]byte) {
	var s []byte
	p.text(&s)
	*field(&p.nodes[me]) = s
}

func (p *tolerant) tuples(me int32) {
	if p.peek() != '[' {
		p.shape()
		return
	}
	before := len(p.out.Tuples)
	p.array(func() {
		start := p.i
		if p.peek() != '"' {
			if p.skip(); p.state == whole {
				p.reject(TupleNotString, start, p.b[start:p.i])
			}
			return
		}
		s, ok := p.str()
		if !ok {
			return
		}
		var t flow.Tuple
		if r := p.out.believed.tuple(s, &t); r != "" {
			p.reject(r, start+1, s)
			return
		}
		p.out.Tuples = append(p.out.Tuples, t)
	})
	if len(p.out.Tuples) > before {
		p.runs = append(p.runs, run{me, len(p.out.Tuples)})
	}
}

// finish counts the record and gives every run its log and rule, now that all
// keys are known.
func (p *tolerant) finish() {
	p.out.Records++
	p.head.settle()
	for _, r := range p.runs {
		var acl, rule, mac []byte
		for n := r.node; n >= 0; n = p.nodes[n].parent {
			acl, rule, mac = first(acl, p.nodes[n].acl), first(rule, p.nodes[n].rule), first(mac, p.nodes[n].mac)
		}
		acl, mac = first(acl, p.head.resource), first(mac, p.head.mac)
		p.out.Groups = append(p.out.Groups, Group{
			Log:  p.names.log(p.out.Family, mac, p.head.target, p.head.flowLog),
			Rule: p.names.rule(acl, rule),
			End:  r.end,
		})
	}
}

func first(a, b []byte) []byte {
	if a != nil {
		return a
	}
	return b
}

// shape rejects the value that comes next: it is of the wrong kind.
func (p *tolerant) shape() {
	start := p.i
	null := p.peek() == 'n'
	if p.skip(); p.state == whole && !null {
		p.reject(BadShape, start, p.b[start:p.i])
	}
}

// reject rejects what begins at the index start; what stands in a string has
// the place of the string.
func (p *tolerant) reject(reason Reason, start int, raw []byte) {
	if w := p.wrapping; w.length > 0 {
		p.out.rejectAt(reason, w.offset, w.length, raw)
		return
	}
	p.out.reject(reason, p.base+int64(start), raw)
}

// time reads the time of the record; what is no text says nothing.
func (p *tolerant) time() {
	if p.peek() != '"' || p.settled && p.head.time != nil {
		p.skip()
		return
	}
	if s, ok := p.str(); ok {
		p.head.time = s
	}
}

// version reads a version, and rejects one that is not known; the record is
// read all the same.
func (p *tolerant) version(known func(string) bool) {
	start := p.i
	p.skip()
	if p.state == whole && !known(string(bytes.Trim(p.b[start:p.i], `"`))) {
		p.reject(UnknownVersion, start, p.b[start:p.i])
	}
}

// text reads a name into field; null leaves it alone, and any other kind, or
// one that is too long, is rejected.
func (p *tolerant) text(field *[]byte) {
	if p.settled && *field != nil {
		p.skip()
		return
	}
	if p.peek() != '"' {
		p.shape()
		return
	}
	start := p.i
	switch s, ok := p.str(); {
	case !ok:
	case len(s) > maxName:
		p.reject(NameTooLong, start, p.b[start:p.i])
	default:
		*field = s
	}
}
