package decode

import (
	"encoding/binary"
	"math/bits"

	"weir/internal/flow"
)

// tupleReach is how many bytes scanTuple may look at.
const tupleReach = 128

// scanTuple reads the tuple at i up to its closing quote, whose index it
// returns; -1 means that parseTuple must judge it.
//
// All separators up to the responder's port are found first and at once, in
// words of eight bytes, so that the fields between them do not wait for each
// other; what is wrong with a field is gathered in bad and asked for once.
func scanTuple(b []byte, i int, t *flow.Tuple) int {
	if len(b)-i < tupleReach {
		return -1
	}
	text := b[i : i+tupleReach : i+tupleReach]
	w0, w1 := load(text, 0), load(text, 8)
	m := separators(w0) | separators(w1)<<8 | separators(load(text, 16))<<16 | separators(load(text, 24))<<24 |
		separators(load(text, 32))<<32 | separators(load(text, 40))<<40 | separators(load(text, 48))<<48 | separators(load(text, 56))<<56

	// Of the time, the first eight digits are always there.
	end := bits.TrailingZeros64(m)
	if uint(end-9) > 6 {
		return -1
	}
	ms := sumDigits(w0)*pow10[end-8] + sumDigits(w1<<((128-8*uint(end))&63))
	bad := uint32(text[end]) ^ ','

	src, end, m, bad := address4(text, end, m, bad)
	dst, end, m, bad := address4(text, end, m, bad)
	srcPort, end, m, bad := port(text, end, m, bad)
	dstPort, end, _, bad := port(text, end, m, bad)
	if bad != 0 {
		return -1
	}
	var ok bool
	if t.Time, ok = normalTime(ms); !ok {
		return -1
	}
	t.Src, t.Dst, t.SrcPort, t.DstPort = flow.AddrFrom4(src), flow.AddrFrom4(dst), srcPort, dstPort

	// The rest are letters at known places, then the counters.
	at := end + 1
	switch text[at] {
	case 'T', '6':
		t.Protocol = 6
	case 'U':
		t.Protocol = 17
	case '1':
		at++
		if text[at] != '7' {
			return -1
		}
		t.Protocol = 17
	default:
		return -1
	}
	if text[at+1] != ',' || text[at+3] != ',' {
		return -1
	}
	switch text[at+2] {
	case 'I':
		t.Direction = flow.Inbound
	case 'O':
		t.Direction = flow.Outbound
	default:
		return -1
	}
	at += 4
	if at = outcome(text, at, t); at < 0 {
		return -1
	}
	return i + at
}

// outcome reads decision, state, encryption and counters at the index at and
// returns the index of the closing quote.
func outcome(text []byte, at int, t *flow.Tuple) int {
	t.Status, t.Encryption = flow.Allowed, flow.EncryptionUnknown
	c := text[at]
	at++
	if c == 'A' || c == 'D' {
		if c == 'D' {
			t.Status = flow.Denied
		}
		if text[at] == '"' {
			t.State = flow.NoState
			t.PacketsFwd, t.BytesFwd, t.PacketsBack, t.BytesBack = 0, 0, 0, 0
			return at
		}
		if text[at] != ',' {
			return -1
		}
		switch text[at+1] {
		case 'B':
			t.State = flow.Begin
			if has(text, at+2, `,,,,"`) {
				t.PacketsFwd, t.BytesFwd, t.PacketsBack, t.BytesBack = 0, 0, 0, 0
				return at + 6
			}
			return counters(text, at+2, t)
		case 'C':
			t.State = flow.Continue
			return counters(text, at+2, t)
		case 'E':
			t.State = flow.End
			return counters(text, at+2, t)
		}
		// A denied VNet tuple has its encryption here.
		if c == 'A' {
			return -1
		}
		t.State = flow.Deny
	} else {
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
	}
	switch {
	case has(text, at, ",NX,"):
		t.Encryption = flow.Unencrypted
		return counters(text, at+3, t)
	case has(text, at, ",X,"):
		t.Encryption = flow.Encrypted
		return counters(text, at+2, t)
	}
	return -1
}

// counters reads the four counters; at is the comma before the first. It
// returns the index of the closing quote.
func counters(text []byte, at int, t *flow.Tuple) int {
	if has(text, at, `,0,0,0,0"`) {
		t.PacketsFwd, t.BytesFwd, t.PacketsBack, t.BytesBack = 0, 0, 0, 0
		return at + 8
	}
	if at+41 > len(text) || text[at] != ',' {
		return -1
	}
	text = text[at+1 : at+41 : at+41]
	m := separators(load(text, 0)) | separators(load(text, 8))<<8 | separators(load(text, 16))<<16 | separators(load(text, 24))<<24
	var bad uint32
	end := -1
	t.PacketsFwd, end, m, bad = counter(text, end, m, bad, ',')
	t.BytesFwd, end, m, bad = counter(text, end, m, bad, ',')
	t.PacketsBack, end, m, bad = counter(text, end, m, bad, ',')
	t.BytesBack, end, _, bad = counter(text, end, m, bad, '"')
	if bad != 0 {
		return -1
	}
	return at + 1 + end
}

// counter reads the digits between the separator at before and the next one
// in m, which must be separator. More than seven digits are bad: parseTuple
// reads them.
func counter(text []byte, before int, m uint64, bad uint32, separator byte) (v uint64, end int, rest uint64, worse uint32) {
	end = bits.TrailingZeros64(m) & 31
	n := end - before - 1
	v = sumDigits(load(text, before+1) << ((64 - 8*uint(n)) & 63))
	return v, end, m & (m - 1), bad | uint32(text[end]^separator) | uint32(n-1)&^7 | uint32(n)>>3
}

// port reads the digits between the separator at before, the first of m, and
// the comma after them.
func port(text []byte, before int, m uint64, bad uint32) (v uint16, end int, rest uint64, worse uint32) {
	m &= m - 1
	end = bits.TrailingZeros64(m) & 63
	n := end - before - 1
	x := sumDigits(load(text, before+1) << ((64 - 8*uint(n)) & 63))
	return uint16(x), end, m, bad | uint32(text[end]^',') | uint32(n-1)&^7 | uint32(n)>>3 | uint32(x>>16)
}

// address4 reads dotted decimal between the separator at before and the
// comma after it.
func address4(text []byte, before int, m uint64, bad uint32) (a uint32, end int, rest uint64, worse uint32) {
	m &= m - 1
	p1 := bits.TrailingZeros64(m) & 63
	m &= m - 1
	p2 := bits.TrailingZeros64(m) & 63
	m &= m - 1
	p3 := bits.TrailingZeros64(m) & 63
	m &= m - 1
	p4 := bits.TrailingZeros64(m) & 63
	o1, bad1 := octet(text, before+1, p1-before-1)
	o2, bad2 := octet(text, p1+1, p2-p1-1)
	o3, bad3 := octet(text, p2+1, p3-p2-1)
	o4, bad4 := octet(text, p3+1, p4-p3-1)
	bad |= (bad1|bad2|bad3|bad4)>>31 | uint32((text[p1]^'.')|(text[p2]^'.')|(text[p3]^'.')|(text[p4]^','))
	return o1<<24 | o2<<16 | o3<<8 | o4, p4, m, bad
}

// octet returns the value of the n digits at i; bad has its high bit set
// unless they are one to three, without a leading zero, up to 255.
func octet(text []byte, i, n int) (v, bad uint32) {
	x := binary.LittleEndian.Uint32(text[i:]) & 0x0f0f0f0f << ((32 - 8*uint(n)) & 31)
	// Right-aligned, most significant digit first: comparable as a number.
	z := bits.ReverseBytes32(x)
	return x >> 8 * 0x640a01 >> 16 & 0xff, (z - leastOctet[n&63]) | (0x020505 - z)
}

// leastOctet is the least right-aligned octet of n digits. There is an entry
// for every distance between two of the separators, so that none is taken for
// another length.
var leastOctet = func() (least [64]uint32) {
	for n := range least {
		least[n] = 1 << 31 // more than any octet
	}
	least[1], least[2], least[3] = 0, 0x100, 0x10000
	return least
}()

func load(b []byte, i int) uint64 { return binary.LittleEndian.Uint64(b[i:]) }

// separators has bit k set where byte k of w is not an ASCII digit.
func separators(w uint64) uint64 {
	x := w ^ 0x3030303030303030
	x = (x&0x7f7f7f7f7f7f7f7f + 0x7676767676767676 | x) & 0x8080808080808080
	return x >> 7 * 0x0102040810204080 >> 56
}

// sumDigits turns eight digits, the first in the lowest byte, into their
// value; zero bytes before them count nothing.
func sumDigits(w uint64) uint64 {
	x := w & 0x0f0f0f0f0f0f0f0f
	x = (x*10 + x>>8) & 0x00ff00ff00ff00ff
	x = (x*100 + x>>16) & 0x0000ffff0000ffff
	return (x*10000 + x>>32) & 0xffffffff
}

var pow10 = [8]uint64{1, 10, 100, 1000, 10_000, 100_000, 1_000_000, 10_000_000}
