package decode

import (
	"hash/crc32"

	"github.com/zeebo/xxh3"
)

// Mark is how far an object was read, and how to tell whether what lies before
// is still the same.
type Mark struct {
	Offset int64  // in bytes of content; everything before it was read
	Sum    uint64 // of everything before it
	// Tail is a hash of the last TailBytes before it, 0 where the object cannot be
	// read from there, because it is packed or UTF-16.
	Tail uint64
}

// TailBytes is how much of what was read before is looked at when an object is
// read on: the end of a tuple with its counters, which two logs hardly share.
const TailBytes = 64

// prefix marks everything before offset, which is never behind the window
// unless the window has dropped more.
type prefix struct {
	offset int64 // what was consumed
	hashed int64 // what ahead has seen
	ahead  digest
	legacy legacy
	// behind tells that ahead has seen more than offset; at then holds the
	// mark at offset.
	behind bool
	at     Mark
}

func (p *prefix) reset() { *p = prefix{legacy: p.legacy}; p.legacy.begin(0) }

// resume goes on at a mark before which the tail lies.
func (p *prefix) resume(from Mark, tail []byte) {
	p.offset, p.hashed = from.Offset, from.Offset
	p.ahead = digestAt(from.Sum, tail)
}

// leaveAt goes back to a mark.
func (p *prefix) leaveAt(m Mark) { p.offset, p.at, p.behind = m.Offset, m, true }

// upTo hashes the window, which begins at base, up to the offset.
func (p *prefix) upTo(window []byte, base, offset int64) {
	if offset > p.hashed {
		p.ahead.write(window[p.hashed-base : offset-base])
		p.legacy.write(window[p.hashed-base:offset-base], p.hashed)
		p.hashed = offset
	}
}

// mark returns the mark at the consumed offset.
func (p *prefix) mark(window []byte, base int64) Mark {
	if p.behind {
		return p.at
	}
	p.upTo(window, base, p.offset)
	return Mark{p.offset, p.ahead.sum(), p.ahead.tail()}
}

// drop hashes what the window is about to lose.
func (p *prefix) drop(window []byte, base int64) {
	end := base + int64(len(window))
	if p.offset < end && !p.behind {
		p.at, p.behind = p.mark(window, base), true
	}
	p.upTo(window, base, end)
}

// proves tells whether what was hashed so far is what lies before a mark.
func (p *prefix) proves(m Mark) bool {
	return m.Offset == 0 || p.ahead.sum() == m.Sum || p.legacy.sum() == m.Sum
}

// digest hashes content in a way that can be gone on with later, knowing no
// more than the sum: two cyclic redundancy checks of different polynomials,
// which processors compute as fast as they read.
type digest struct {
	castagnoli, ieee uint32
	last             [TailBytes]byte // the last bytes, the newest at the end
	have             int             // how many of them
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func digestAt(sum uint64, tail []byte) digest {
	d := digest{castagnoli: uint32(sum >> 32), ieee: uint32(sum)}
	d.keep(tail)
	return d
}

func (d *digest) write(p []byte) {
	d.castagnoli = crc32.Update(d.castagnoli, castagnoli, p)
	d.ieee = crc32.Update(d.ieee, crc32.IEEETable, p)
	d.keep(p)
}

// keep remembers the last bytes.
func (d *digest) keep(p []byte) {
	if n := len(p); n < TailBytes {
		copy(d.last[:], d.last[n:])
	} else {
		p = p[n-TailBytes:]
	}
	copy(d.last[TailBytes-len(p):], p)
	d.have = min(TailBytes, d.have+len(p))
}

func (d *digest) sum() uint64 { return uint64(d.castagnoli)<<32 | uint64(d.ieee) }

func (d *digest) tail() uint64 { return tailOf(d.last[TailBytes-d.have:]) }

// tailOf is a hash of the last bytes before a mark, never 0.
func tailOf(p []byte) uint64 { return max(xxh3.Hash(p), 1) }

// legacy hashes what lies before a mark as Weir did before it could go on at
// one: such sums stand in the ledgers of older stores.
type legacy struct {
	hasher *xxh3.Hasher
	until  int64
}

// begin starts with the first byte; only what lies before until is hashed.
func (l *legacy) begin(until int64) {
	if l.until = until; until > 0 {
		if l.hasher == nil {
			l.hasher = xxh3.New()
		}
		l.hasher.Reset()
	}
}

func (l *legacy) write(p []byte, at int64) {
	if at < l.until {
		_, _ = l.hasher.Write(p[:min(int64(len(p)), l.until-at)]) // it cannot fail
	}
}

func (l *legacy) sum() uint64 { return l.hasher.Sum64() }
