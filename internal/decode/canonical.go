package decode

import (
	"bytes"
	"encoding/binary"
	"math/bits"

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
	target []byte
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
		out.Tuples, out.Groups, out.Rejects = out.Tuples[:0], out.Groups[:0], out.Rejects[:rejects]
	}
	return next
}

func (s *canonical) scan(b []byte, i, end int, base int64, out *Record) int {
	const opening = `{"time":"`
	if !has(b, i, opening) {
		return -1
	}
	i = plainString(b, i+len(opening), end)
	if i < 0 {
		return -1
	}
	if n := len(s.raw); n > 0 && i+n <= end && string(b[i:i+n]) == string(s.raw) {
		i += n
	} else if i = s.header(b, i, end); i < 0 {
		return -1
	}
	out.Family = s.family
	if s.family == flow.NSG {
		i = s.nsgFlows(b, i, end, base, out)
	} else {
		i = s.vnetFlows(b, i, end, base, out)
	}
	// The flows object and the record end here.
	if i < 0 || !has(b, i, `}}`) || i+2 > end {
		return -1
	}
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
			if b[i] != '1' && b[i] != '2' || !has(b, i+1, `,"flows":[`) {
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
		case "time", "systemId", "category", "operationName", "flowLogGUID":
			field = &ignored
		case "flowLogVersion":
			if c := b[i]; c < '1' || c > '9' || b[i+1] != ',' {
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
	s.head = header{keep(h.mac), keep(h.resource), keep(h.target), keep(h.flowLog)}
	s.family = family
	if s.target = s.head.target; s.target == nil {
		s.target = s.head.resource
	}
	return next
}

// nsgFlows reads the list of rules; i is after its opening bracket.
func (s *canonical) nsgFlows(b []byte, i, end int, base int64, out *Record) int {
	if b[i] == ']' {
		return i + 1
	}
	for {
		if !has(b, i, `{"rule":"`) {
			return -1
		}
		r := i + len(`{"rule":"`)
		if i = plainString(b, r, end); i < 0 || !has(b, i, `","flows":[`) {
			return -1
		}
		rule := b[r:i]
		i += len(`","flows":[`)
		if b[i] == ']' {
			i++
		} else {
			for {
				if !has(b, i, `{"mac":"`) {
					return -1
				}
				m := i + len(`{"mac":"`)
				if i = plainString(b, m, end); i < 0 || !has(b, i, `","flowTuples":[`) {
					return -1
				}
				mac := b[m:i]
				first := len(out.Tuples)
				if i = scanTuples(b, i+len(`","flowTuples":[`), end, base, out); i < 0 {
					return -1
				}
				if len(out.Tuples) > first {
					s.group(out, mac, s.head.resource, rule)
				}
				if b[i] != '}' {
					return -1
				}
				if i++; b[i] == ']' {
					i++
					break
				}
				if b[i] != ',' {
					return -1
				}
				i++
			}
		}
		if b[i] != '}' {
			return -1
		}
		if i++; b[i] == ']' {
			return i + 1
		}
		if b[i] != ',' {
			return -1
		}
		i++
	}
}

// vnetFlows reads the list of ACLs; i is after its opening bracket.
func (s *canonical) vnetFlows(b []byte, i, end int, base int64, out *Record) int {
	if b[i] == ']' {
		return i + 1
	}
	for {
		if !has(b, i, `{"aclID":"`) {
			return -1
		}
		a := i + len(`{"aclID":"`)
		if i = plainString(b, a, end); i < 0 || !has(b, i, `","flowGroups":[`) {
			return -1
		}
		acl := b[a:i]
		i += len(`","flowGroups":[`)
		if b[i] == ']' {
			i++
		} else {
			for {
				if !has(b, i, `{"rule":"`) {
					return -1
				}
				r := i + len(`{"rule":"`)
				if i = plainString(b, r, end); i < 0 || !has(b, i, `","flowTuples":[`) {
					return -1
				}
				rule := b[r:i]
				first := len(out.Tuples)
				if i = scanTuples(b, i+len(`","flowTuples":[`), end, base, out); i < 0 {
					return -1
				}
				if len(out.Tuples) > first {
					s.group(out, s.head.mac, acl, rule)
				}
				if b[i] != '}' {
					return -1
				}
				if i++; b[i] == ']' {
					i++
					break
				}
				if b[i] != ',' {
					return -1
				}
				i++
			}
		}
		if b[i] != '}' {
			return -1
		}
		if i++; b[i] == ']' {
			return i + 1
		}
		if b[i] != ',' {
			return -1
		}
		i++
	}
}

func (s *canonical) group(out *Record, mac, acl, rule []byte) {
	if s.log == nil || string(s.logMAC) != string(mac) {
		s.log = s.names.log(s.family, mac, s.target, s.head.flowLog)
		s.logMAC = append(s.logMAC[:0], mac...)
	}
	out.Groups = append(out.Groups, Group{Log: s.log, Rule: s.names.rule(acl, rule), End: len(out.Tuples)})
}

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
			out.Tuples = append(out.Tuples, flow.Tuple{})
		}
		out.Tuples = out.Tuples[:n+1]
		if next := scanTuple(b, i, &out.Tuples[n]); next >= 0 && next < end {
			i = next
		} else {
			next := plainString(b, i, end)
			if next < 0 {
				return -1
			}
			if r := parseTuple(b[i:next], &out.Tuples[n]); r != "" {
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

// scanTuple reads the tuple at i up to its closing quote, whose index it
// returns; -1 means that parseTuple must judge it.
func scanTuple(b []byte, i int, t *flow.Tuple) int {
	if len(b)-i < padding/2 {
		return -1
	}
	w := load(b, i)
	if notDigits(w) != 0 {
		return -1
	}
	ms := sumDigits(w)
	v, n := number(b, i+8)
	i += 8 + n
	if uint(n-1) > 6 || b[i] != ',' {
		return -1
	}
	ms = ms*pow10[n] + v
	var ok bool
	if t.Time, ok = normalTime(ms); !ok {
		return -1
	}

	var a uint32
	if a, i = address4(b, i+1); i < 0 {
		return -1
	}
	t.Src = flow.AddrFrom4(a)
	if a, i = address4(b, i+1); i < 0 {
		return -1
	}
	t.Dst = flow.AddrFrom4(a)

	v, n = number(b, i+1)
	i += 1 + n
	if uint(n-1) > 6 || v > 65535 || b[i] != ',' {
		return -1
	}
	t.SrcPort = uint16(v)
	v, n = number(b, i+1)
	i += 1 + n
	if uint(n-1) > 6 || v > 65535 || b[i] != ',' {
		return -1
	}
	t.DstPort = uint16(v)

	switch i++; b[i] {
	case 'T', '6':
		t.Protocol = 6
	case 'U':
		t.Protocol = 17
	case '1':
		i++
		if b[i] != '7' {
			return -1
		}
		t.Protocol = 17
	default:
		return -1
	}
	if b[i+1] != ',' || b[i+3] != ',' {
		return -1
	}
	switch b[i+2] {
	case 'I':
		t.Direction = flow.Inbound
	case 'O':
		t.Direction = flow.Outbound
	default:
		return -1
	}
	i += 4

	t.Status, t.Encryption = flow.Allowed, flow.EncryptionUnknown
	t.PacketsFwd, t.BytesFwd, t.PacketsBack, t.BytesBack = 0, 0, 0, 0
	c := b[i]
	i++
	if c == 'A' || c == 'D' {
		if c == 'D' {
			t.Status = flow.Denied
		}
		if b[i] == '"' {
			t.State = flow.NoState
			return i
		}
		if b[i] != ',' {
			return -1
		}
		switch b[i+1] {
		case 'B':
			t.State = flow.Begin
			if has(b, i+2, `,,,,"`) {
				return i + 6
			}
		case 'C':
			t.State = flow.Continue
		case 'E':
			t.State = flow.End
		default:
			// A denied VNet tuple has its encryption here.
			if c == 'A' {
				return -1
			}
			t.State = flow.Deny
			if i, t.Encryption = encryption(b, i); i < 0 {
				return -1
			}
			return counters(b, i, t)
		}
		return counters(b, i+2, t)
	}
	switch c {
	case 'B':
		t.State = flow.Begin
	case 'C':
		t.State = flow.Continue
	case 'E':
		t.State = flow.End
	default:
		return -1
	}
	if i, t.Encryption = encryption(b, i); i < 0 {
		return -1
	}
	return counters(b, i, t)
}

// encryption reads ,NX or ,X at i and returns the index of the comma after it.
func encryption(b []byte, i int) (int, flow.Encryption) {
	if has(b, i, ",NX,") {
		return i + 3, flow.Unencrypted
	}
	if has(b, i, ",X,") {
		return i + 2, flow.Encrypted
	}
	return -1, 0
}

// counters reads the four counters; i is at the comma before the first. It
// returns the index of the closing quote.
func counters(b []byte, i int, t *flow.Tuple) int {
	if has(b, i, `,0,0,0,0"`) {
		return i + 8
	}
	var n int
	if b[i] != ',' {
		return -1
	}
	t.PacketsFwd, n = number(b, i+1)
	i += 1 + n
	if uint(n-1) > 6 || b[i] != ',' {
		return -1
	}
	t.BytesFwd, n = number(b, i+1)
	i += 1 + n
	if uint(n-1) > 6 || b[i] != ',' {
		return -1
	}
	t.PacketsBack, n = number(b, i+1)
	i += 1 + n
	if uint(n-1) > 6 || b[i] != ',' {
		return -1
	}
	t.BytesBack, n = number(b, i+1)
	i += 1 + n
	if uint(n-1) > 6 || b[i] != '"' {
		return -1
	}
	return i
}

// address4 reads dotted decimal at i and returns the index of the comma after
// it. All separators are found at once, so that the four octets do not wait
// for each other.
func address4(b []byte, i int) (uint32, int) {
	text := b[i : i+20 : i+20]
	m := separators(load(text, 0)) | separators(load(text, 8))<<8
	p1 := bits.TrailingZeros32(m)
	m &= m - 1
	p2 := bits.TrailingZeros32(m)
	m &= m - 1
	p3 := bits.TrailingZeros32(m)
	m &= m - 1
	p4 := bits.TrailingZeros32(m)
	if p4 > 15 || (text[p1]^'.')|(text[p2]^'.')|(text[p3]^'.')|(text[p4]^',') != 0 {
		return 0, -1
	}
	o1, bad1 := octet(text, 0, p1)
	o2, bad2 := octet(text, p1+1, p2-p1-1)
	o3, bad3 := octet(text, p2+1, p3-p2-1)
	o4, bad4 := octet(text, p3+1, p4-p3-1)
	if bad1|bad2|bad3|bad4 != 0 {
		return 0, -1
	}
	return o1<<24 | o2<<16 | o3<<8 | o4, i + p4
}

// separators has bit k set where byte k of w is not a digit.
func separators(w uint64) uint32 {
	return uint32(notDigits(w) >> 7 * 0x0102040810204080 >> 56)
}

// octet returns the value of the n digits at i; bad has its high bit set
// unless they are one to three, without a leading zero, up to 255.
func octet(text []byte, i, n int) (v, bad uint32) {
	x := binary.LittleEndian.Uint32(text[i:]) & 0x0f0f0f0f << ((32 - 8*uint(n)) & 31)
	// Right-aligned, most significant digit first: comparable as a number.
	z := bits.ReverseBytes32(x)
	bad = (z - leastOctet[n&15]) | (0x020505 - z)
	return x >> 8 * 0x640a01 >> 16 & 0xff, bad & 0x80000000
}

// leastOctet is the least right-aligned octet of n digits.
var leastOctet = [16]uint32{
	0: 1 << 31, 1: 0, 2: 0x100, 3: 0x10000, 4: 1 << 31, 5: 1 << 31, 6: 1 << 31, 7: 1 << 31,
	8: 1 << 31, 9: 1 << 31, 10: 1 << 31, 11: 1 << 31, 12: 1 << 31, 13: 1 << 31, 14: 1 << 31, 15: 1 << 31,
}

func load(b []byte, i int) uint64 { return binary.LittleEndian.Uint64(b[i:]) }

// notDigits has the high bit set in every byte of w that is not an ASCII digit.
func notDigits(w uint64) uint64 {
	x := w ^ 0x3030303030303030
	return (x&0x7f7f7f7f7f7f7f7f + 0x7676767676767676 | x) & 0x8080808080808080
}

// sumDigits turns eight ASCII digits, the first in the lowest byte, into their value.
func sumDigits(w uint64) uint64 {
	x := w & 0x0f0f0f0f0f0f0f0f
	x = (x*10 + x>>8) & 0x00ff00ff00ff00ff
	x = (x*100 + x>>16) & 0x0000ffff0000ffff
	return (x*10000 + x>>32) & 0xffffffff
}

// number reads up to eight digits at i; n is how many there are.
func number(b []byte, i int) (v uint64, n int) {
	w := load(b, i)
	n = bits.TrailingZeros64(notDigits(w)) >> 3
	return sumDigits(w << ((64 - 8*uint(n)) & 63)), n
}

var pow10 = [8]uint64{1, 10, 100, 1000, 10_000, 100_000, 1_000_000, 10_000_000}

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
