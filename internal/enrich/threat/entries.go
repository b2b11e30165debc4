package threat

import (
	"cmp"
	"strings"

	"weir/internal/flow"
)

// entries are many in little room: 24 bytes each, and once what several have in
// common. They do not change once made, so that copies may share them.
type entries struct {
	listed []packed // at the last reading, in order of key
	past   []packed // no longer listed, in the order in which they went
	notes  []note
	texts  string
	ends   []uint64 // where each text ends in texts; the first is empty
}

// packed is an entry as its address and the numbers of its note and text.
type packed struct {
	first      flow.Addr
	note, text uint32
}

// note is what many entries say alike.
type note struct {
	detail      uint32 // number of a text
	from, until seconds
	seen        seconds
	lastSeen    seconds
	gone        seconds
	bits        uint8
	category    Category
	confidence  uint8
	before      bool
}

func (h *entries) len() int { return len(h.listed) + len(h.past) }

// at returns an entry by its number, those that are listed first.
func (h *entries) at(i uint32) entry {
	if int(i) < len(h.listed) {
		return h.entry(h.listed[i])
	}
	return h.entry(h.past[int(i)-len(h.listed)])
}

func (h *entries) entry(p packed) entry {
	n := &h.notes[p.note]
	return entry{
		first: p.first, text: h.text(p.text), detail: h.text(n.detail), from: n.from, until: n.until, seen: n.seen,
		lastSeen: n.lastSeen, gone: n.gone, bits: n.bits, category: n.category, confidence: n.confidence, before: n.before,
	}
}

func (h *entries) text(n uint32) string {
	if n == 0 {
		return ""
	}
	return h.texts[h.ends[n-1]:h.ends[n]]
}

// compare orders a packed entry and another by key.
func (h *entries) compare(p packed, e entry) int {
	if c := p.first.Compare(e.first); c != 0 {
		return c
	}
	n := &h.notes[p.note]
	return cmp.Or(cmp.Compare(n.bits, e.bits), cmp.Compare(n.category, e.category))
}

// packer makes entries. The numbers of notes and texts follow from what is
// packed in which order alone, so that the same entries are the same bytes.
type packer struct {
	entries
	noteOf map[note]uint32
	textOf map[string]uint32
	text   strings.Builder
	last   note // that was asked for; neighbours have the same one as a rule
	number uint32
}

func newPacker(listed int) *packer {
	return &packer{
		entries: entries{listed: make([]packed, 0, listed), ends: []uint64{0}},
		noteOf:  map[note]uint32{}, textOf: map[string]uint32{"": 0},
	}
}

func (p *packer) pack(e entry) packed {
	n := note{
		detail: p.textNumber(e.detail), from: e.from, until: e.until, seen: e.seen, lastSeen: e.lastSeen, gone: e.gone,
		bits: e.bits, category: e.category, confidence: e.confidence, before: e.before,
	}
	if len(p.notes) == 0 || n != p.last {
		number, ok := p.noteOf[n]
		if !ok {
			number = uint32(len(p.notes))
			p.noteOf[n] = number
			p.notes = append(p.notes, n)
		}
		p.last, p.number = n, number
	}
	return packed{e.first, p.number, p.textNumber(e.text)}
}

func (p *packer) textNumber(s string) uint32 {
	if s == "" {
		return 0
	}
	number, ok := p.textOf[s]
	if !ok {
		number = uint32(len(p.ends))
		p.textOf[s] = number
		p.text.WriteString(s)
		p.ends = append(p.ends, uint64(p.text.Len()))
	}
	return number
}

func (p *packer) done() entries {
	p.texts = p.text.String()
	return p.entries
}
