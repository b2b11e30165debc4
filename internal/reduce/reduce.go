// Package reduce merges tuples into reduced flows: one row for each key of
// docs/explanation/meaning-of-the-numbers.md and interval, in bounded memory. A
// row may be a part of a reduced flow; whoever reads rows sums over equal keys,
// so neither the order of the tuples nor how they were divided over tables
// changes a result.
package reduce

import (
	"fmt"
	"math/bits"
	"math/rand/v2"
	"time"

	"weir/internal/flow"
)

// Intervals are the widths of reduction.
var Intervals = []time.Duration{time.Minute, 10 * time.Minute, time.Hour}

// CheckInterval returns an error for a width that is not one of Intervals.
func CheckInterval(d time.Duration) error {
	for _, ok := range Intervals {
		if d == ok {
			return nil
		}
	}
	return fmt.Errorf("cannot reduce to intervals of %v: choose 1m, 10m or 60m", d)
}

// Table collects rows until it is Full. It is not safe for concurrent use.
type Table struct {
	rows  []flow.Row
	logs  dimension[flow.Log]
	rules dimension[flow.Rule]

	// slots is an open hash table: the upper half of a slot is that of the
	// hash, the lower the index of the row plus one; zero is free.
	slots []uint64
	mask  uint64
	limit int
	seed  [6]uint64

	width int64 // of the interval in milliseconds
	// from and to bound the interval of the previous tuple, in milliseconds.
	from, to int64

	ignored int64
}

// New returns an empty Table that is Full once it holds about limit rows.
func New(interval time.Duration, limit int) *Table {
	size := 1 << bits.Len(uint(limit*2-1))
	t := &Table{
		rows:  make([]flow.Row, 0, size/2),
		slots: make([]uint64, size),
		mask:  uint64(size - 1),
		limit: limit,
		width: interval.Milliseconds(),
	}
	t.logs.length = func(l *flow.Log) int { return len(l.MAC) + len(l.Target) + len(l.FlowLog) }
	t.rules.length = func(r *flow.Rule) int { return len(r.ACL) + len(r.Name) }
	// Nobody who writes logs should be able to choose keys that collide.
	for i := range t.seed {
		t.seed[i] = rand.Uint64() | 1
	}
	return t
}

// maxDimensions bounds the logs and rules of a table, in bytes: an estate has
// a few thousand of them, hostile input as many as it has tuples.
const maxDimensions = 12 << 20

// Full tells that the rows should be taken and the table Reset.
func (t *Table) Full() bool {
	return len(t.rows) >= t.limit || t.logs.size+t.rules.size > maxDimensions
}

// Rows returns the rows, whose Rule and Log are indexes into Rules and Logs.
// It is valid until Reset.
func (t *Table) Rows() []flow.Row { return t.rows }

// Logs returns the logs that rows refer to.
func (t *Table) Logs() []flow.Log { return t.logs.values }

// Rules returns the rules that rows refer to.
func (t *Table) Rules() []flow.Rule { return t.rules.values }

// IgnoredCounters returns how many begin and deny tuples carried counters,
// which are part of no sum: bytes and packets come from continue and end tuples
// only (docs/explanation/meaning-of-the-numbers.md).
func (t *Table) IgnoredCounters() int64 { return t.ignored }

// Reset empties the table and keeps its memory.
func (t *Table) Reset() {
	// One giant batch must not hold its memory for ever.
	if size := 1 << bits.Len(uint(t.limit*2-1)); len(t.slots) > size {
		t.rows, t.slots, t.mask = make([]flow.Row, 0, size/2), make([]uint64, size), uint64(size-1)
	}
	t.rows = t.rows[:0]
	clear(t.slots)
	t.logs.reset()
	t.rules.reset()
	t.from, t.to, t.ignored = 0, 0, 0
}

// Add merges tuples that share a log and a rule.
func (t *Table) Add(log *flow.Log, rule *flow.Rule, tuples []flow.Tuple) {
	if 2*(len(t.rows)+len(tuples)) > len(t.slots) {
		t.grow(len(t.rows) + len(tuples))
	}
	k := flow.Key{Log: t.logs.id(log), Rule: t.rules.id(rule)}
	group := uint64(k.Log)<<32 | uint64(k.Rule)
	for i := range tuples {
		u := &tuples[i]
		if u.Time < t.from || u.Time >= t.to {
			t.from = u.Time - u.Time%t.width
			t.to = t.from + t.width
		}
		k.Initiator, k.Responder, k.Port = u.Src, u.Dst, u.DstPort
		k.Protocol, k.Direction, k.Status, k.Encryption = u.Protocol, u.Direction, u.Status, u.Encryption
		k.Interval = t.from / 1000
		merge(t.row(&k, group), u, &t.ignored)
	}
}

// row returns the row of the key, which it makes where there is none.
func (t *Table) row(k *flow.Key, group uint64) *flow.Row {
	small := uint64(k.Port)<<32 | uint64(k.Protocol)<<24 | uint64(k.Direction)<<16 | uint64(k.Status)<<8 | uint64(k.Encryption)
	h := mix(k.Initiator.Hi^t.seed[0], k.Initiator.Lo^t.seed[1]) ^
		mix(k.Responder.Hi^t.seed[2], k.Responder.Lo^t.seed[3]+small) ^
		mix(uint64(k.Interval)^t.seed[4], group^t.seed[5])
	h = mix(h, t.seed[0])
	tag := h &^ 0xffffffff
	for at := h & t.mask; ; at = (at + 1) & t.mask {
		slot := t.slots[at]
		if slot == 0 {
			t.rows = append(t.rows, flow.Row{Key: *k})
			t.slots[at] = tag | uint64(len(t.rows))
			return &t.rows[len(t.rows)-1]
		}
		if slot&^0xffffffff != tag {
			continue
		}
		r := &t.rows[slot&0xffffffff-1]
		if r.Key != *k {
			continue
		}
		if (r.BytesFwd|r.BytesBack|r.PacketsFwd|r.PacketsBack)>>62 != 0 {
			// No sum may overflow: go on in another part of the flow.
			t.rows = append(t.rows, flow.Row{Key: *k})
			t.slots[at] = tag | uint64(len(t.rows))
			r = &t.rows[len(t.rows)-1]
		}
		return r
	}
}

// grow makes room for at least rows rows.
func (t *Table) grow(rows int) {
	size := 1 << bits.Len(uint(rows*2))
	old := t.rows
	t.rows, t.slots, t.mask = make([]flow.Row, 0, rows), make([]uint64, size), uint64(size-1)
	// Half of the hash is not kept, so the rows are hashed anew.
	for i := range old {
		k := old[i].Key
		t.row(&k, uint64(k.Log)<<32|uint64(k.Rule)).Counters = old[i].Counters
	}
}

func mix(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	return hi ^ lo
}

// merge adds one tuple to a row (docs/explanation/meaning-of-the-numbers.md).
func merge(r *flow.Row, u *flow.Tuple, ignored *int64) {
	if r.Records == 0 {
		r.First, r.Last = u.Time, u.Time
	} else {
		r.First, r.Last = min(r.First, u.Time), max(r.Last, u.Time)
	}
	r.Records++
	switch u.State {
	case flow.Continue:
		r.PacketsFwd += u.PacketsFwd
		r.BytesFwd += u.BytesFwd
		r.PacketsBack += u.PacketsBack
		r.BytesBack += u.BytesBack
	case flow.End:
		r.Ended++
		r.PacketsFwd += u.PacketsFwd
		r.BytesFwd += u.BytesFwd
		r.PacketsBack += u.PacketsBack
		r.BytesBack += u.BytesBack
	default:
		r.Started++
		if u.PacketsFwd|u.BytesFwd|u.PacketsBack|u.BytesBack != 0 {
			*ignored++
		}
	}
}

// dimension numbers the distinct values that rows refer to.
type dimension[T comparable] struct {
	values  []T
	byValue map[T]uint32
	byPtr   map[*T]uint32
	last    *T
	lastID  uint32
	size    int          // bytes of memory, about
	length  func(*T) int // of the texts in a value
}

// What a value and a pointer to one take beside their texts, in bytes, about.
const (
	valueSize   = 200
	pointerSize = 100
)

// id returns the number of the value at p. Equal pointers are found without
// looking at the value.
func (d *dimension[T]) id(p *T) uint32 {
	if p == d.last {
		return d.lastID
	}
	id, ok := d.byPtr[p]
	if !ok {
		if id, ok = d.byValue[*p]; !ok {
			if d.byValue == nil {
				d.byValue, d.byPtr = map[T]uint32{}, map[*T]uint32{}
			}
			id = uint32(len(d.values))
			d.values = append(d.values, *p)
			d.byValue[*p] = id
			d.size += valueSize + d.length(p)
		}
		d.byPtr[p] = id
		d.size += pointerSize
	}
	d.last, d.lastID = p, id
	return id
}

func (d *dimension[T]) reset() {
	if d.size > maxDimensions {
		// One giant batch must not hold its memory for ever.
		d.values, d.byValue, d.byPtr = nil, nil, nil
	}
	clear(d.byValue)
	clear(d.byPtr)
	clear(d.values) // lets go of the texts
	d.values, d.last, d.size = d.values[:0], nil, 0
}
