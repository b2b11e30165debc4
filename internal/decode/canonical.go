package decode

import (
	"bytes"
	"slices"

	"weir/internal/flow"
)

// padding is how many zero bytes follow the window, so that the scanner may
// load words without asking where the window ends.
const padding = 256

// canonical scans the one layout that Azure writes: compact JSON, the time
// first, the flows last, no escapes. Whatever differs it leaves to the
// tolerant reader, so it never decides what is rejected, except for the tuple
// itself, which parseTuple judges for both.
type canonical struct {
	names *names
	// raw is the text between the time and the flows of the previous record:
	// in one object it is mostly the same, and so is what it means.
	raw    []byte
	head   header
	family flow.Family
	times  arrival
	// the log of the previous group, found again by its MAC
	log    *flow.Log
	logMAC []byte
}

func (s *canonical) reset() { s.raw, s.log = s.raw[:0], nil }

// record scans the object at i. b is padded; end is where the window ends.
// It returns the index after the record, or -1 and leaves out unchanged.
func (s *canonical) record(b []byte, i, end int, base int64, out *Record) int {
	rejects := len(out.Rejects)
	next := s.scan(b, i, end, base, out)
	if next < 0 {
		out.forget(rejects)
	}
	return next
}

func (s *canonical) scan(b []byte, i, end int, base int64, out *Record) int {
	const opening = `{"time":"`
	if !has(b, i, opening) {
		return -1
	}
	start := i + len(opening)
	i = plainString(b, start, end)
	if i < 0 {
		return -1
	}
	var ok bool
	if out.believed, ok = s.times.around(b[start:i]); !ok {
		return -1
	}
	if n := len(s.raw); n > 0 && i+n <= end && string(b[i:i+n]) == string(s.raw) {
		i += n
	} else if i = s.header(b, i, end); i < 0 {
		return -1
	}
	out.Family = s.family
	i = s.flows(b, i, end, base, out)
	// The flows object and the record end here.
	if i < 0 || !has(b, i, `}}`) || i+2 > end {
		return -1
	}
	out.Records = 1
	return i + 2
}

// header reads the keys between the time and the flows; i is at the quote
// that ends the time. It returns the index after the bracket that opens the flows.
func (s *canonical) header(b []byte, i, end int) int {
	start := i
	s.raw = s.raw[:0]
	s.log = nil
	var h header
	for {
		if b[i] == '"' {
			i++
		}
		if !has(b, i, `,"`) {
			return -1
		}
		i += 2
		k := i
		if i = plainString(b, i, end); i < 0 || b[i+1] != ':' {
			return -1
		}
		key := b[k:i]
		i += 2
		var field *[]byte
		var ignored []byte
		switch string(key) {
		case "properties":
			if !has(b, i, `{"Version":`) {
				return -1
			}
			i += len(`{"Version":`)
			if !nsgVersion(string(b[i:i+1])) || !has(b, i+1, `,"flows":[`) {
				return -1
			}
			return s.remember(b, start, i+1+len(`,"flows":[`), end, flow.NSG, h)
		case "flowRecords":
			if !has(b, i, `{"flows":[`) {
				return -1
			}
			return s.remember(b, start, i+len(`{"flows":[`), end, flow.VNet, h)
		case "macAddress":
			field = &h.mac
		case "resourceId":
			field = &h.resource
		case "targetResourceID":
			field = &h.target
		case "flowLogResourceID":
			field = &h.flowLog
		case "systemId", "category", "operationName", "flowLogGUID":
			field = &ignored
		case "flowLogVersion":
			if !vnetVersion(string(b[i:i+1])) || b[i+1] != ',' {
				return -1
			}
			i++
			continue
		default:
			return -1
		}
		if b[i] != '"' {
			return -1
		}
		v := i + 1
		if i = plainString(b, v, end); i < 0 {
			return -1
		}
		if field != &ignored && i-v > maxName {
			return -1
		}
		*field = b[v:i]
	}
}

func (s *canonical) remember(b []byte, start, next, end int, family flow.Family, h header) int {
	if next > end {
		return -1
	}
	// The window moves on, so what outlives the record is copied.
	s.raw = append(s.raw[:0], b[start:next]...)
	keep := func(field []byte) []byte {
		if field == nil {
			return nil
		}
		return append([]byte{}, field...)
	}
	s.head = header{mac: keep(h.mac), resource: keep(h.resource), target: keep(h.target), flowLog: keep(h.flowLog)}
	s.head.settle()
	s.family = family
	return next
}

// nesting is the text around the two names under which tuples stand.
type nesting struct {
	outer, middle, inner, tuples string
}

// flows reads the list of flows; i is after its opening bracket. Like all
// that read a list it returns the index after the closing one, or -1.
func (s *canonical) flows(b []byte, i, end int, base int64, out *Record) int {
	text := &vnetNesting
	if s.family == flow.NSG {
		text = &nsgNesting
	}
	return list(b, i, func(i int) int {
		outer, i := named(b, i, end, text.outer, text.middle)
		if i < 0 {
			return -1
		}
		return list(b, i, func(i int) int {
			inner, i := named(b, i, end, text.inner, text.tuples)
			if i < 0 {
				return -1
			}
			first := len(out.Tuples)
			i = scanTuples(b, i, end, base, out)
			switch {
			case i < 0 || len(out.Tuples) == first:
			case s.family == flow.NSG:
				s.group(out, inner, s.head.resource, outer)
			default:
				s.group(out, s.head.mac, outer, inner)
			}
			return i
		})
	})
}

// list reads objects up to the bracket that ends their list; i is after the
// one that begins it. element returns the index of the brace that ends its object.
func list(b []byte, i int, element func(i int) int) int {
	if b[i] == ']' {
		return i + 1
	}
	for {
		if i = element(i); i < 0 || b[i] != '}' {
			return -1
		}
		switch b[i+1] {
		case ',':
			i += 2
		case ']':
			return i + 2
		default:
			return -1
		}
	}
}

// named reads a name between two texts and returns the index after the second.
func named(b []byte, i, end int, before, after string) (name []byte, next int) {
	if !has(b, i, before) {
		return nil, -1
	}
	i += len(before)
	quote := plainName(b, i, end)
	if quote < 0 || !has(b, quote, after) {
		return nil, -1
	}
	return b[i:quote], quote + len(after)
}

func (s *canonical) group(out *Record, mac, acl, rule []byte) {
	if s.log == nil || string(s.logMAC) != string(mac) {
		s.log = s.names.log(s.family, mac, s.head.target, s.head.flowLog)
		s.logMAC = append(s.logMAC[:0], mac...)
	}
	out.Groups = append(out.Groups, Group{Log: s.log, Rule: s.names.rule(acl, rule), End: len(out.Tuples)})
}

// tupleBytes is less than most tuples have, in bytes.
const tupleBytes = 64

// scanTuples reads a list of tuples; i is after its opening bracket. It
// returns the index after the closing one.
func scanTuples(b []byte, i, end int, base int64, out *Record) int {
	if b[i] == ']' {
		return i + 1
	}
	for {
		if b[i] != '"' {
			return -1
		}
		i++
		n := len(out.Tuples)
		if n == cap(out.Tuples) {
			room := 1
			if n >= keep { // a giant, which should not grow many times
				room += (end - i) / tupleBytes
			}
			out.Tuples = slices.Grow(out.Tuples, room)
		}
		out.Tuples = out.Tuples[:n+1]
		if next := scanTuple(b, i, &out.Tuples[n]); next >= 0 && next < end && out.believed.has(out.Tuples[n].Time) {
			i = next
		} else {
			next := plainString(b, i, end)
			if next < 0 {
				return -1
			}
			if r := out.believed.tuple(b[i:next], &out.Tuples[n]); r != "" {
				out.Tuples = out.Tuples[:n]
				out.reject(r, base+int64(i), b[i:next])
			}
			i = next
		}
		i++
		switch b[i] {
		case ',':
			i++
		case ']':
			return i + 1
		default:
			return -1
		}
	}
}

// has tells whether lit stands at i.
func has(b []byte, i int, lit string) bool {
	return i+len(lit) <= len(b) && string(b[i:i+len(lit)]) == lit
}

// plainString returns the index of the quote that ends the string whose
// content begins at i, or -1 where it has escapes or does not end in the window.
func plainString(b []byte, i, end int) int {
	if i > end {
		return -1
	}
	n := bytes.IndexByte(b[i:end], '"')
	if n < 0 || bytes.IndexByte(b[i:i+n], '\\') >= 0 {
		return -1
	}
	return i + n
}

// plainName is plainString for a name, which may not be longer than maxName.
func plainName(b []byte, i, end int) int {
	return plainString(b, i, min(end, i+maxName+1))
}
