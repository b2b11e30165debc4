package settle

import (
	"math/bits"
	"math/rand/v2"
	"slices"

	"weir/internal/flow"
	"weir/internal/store"
)

// conversations tells which conversations of rows several captures have, of
// which there is something to decide. Its memory is kept for the next rows.
type conversations struct {
	ids   []uint64 // of the logs
	slots []int32  // an open hash table: position in all, from 1
	all   []store.Conversation
	of    []int32 // by row: its conversation
	mask  uint64
	seed  uint64 // nobody who writes logs should be able to choose conversations that collide
}

// read finds the conversations of rows, which name their log by its position in
// logs; it returns false where a row is of no host.
func (c *conversations) read(rows []flow.Row, logs []flow.Log) bool {
	c.ids = c.ids[:0]
	for _, l := range logs {
		c.ids = append(c.ids, store.LogID(l))
	}
	if len(c.slots) < 2*len(rows) || len(c.slots) > 16*len(rows)+1<<12 {
		size := 1 << 10
		for size < 2*len(rows) {
			size *= 2
		}
		c.slots, c.mask = make([]int32, size), uint64(size-1)
	} else {
		clear(c.slots)
	}
	// At once: what grows step by step leaves garbage of as much again.
	c.all, c.of = slices.Grow(c.all[:0], len(rows)), slices.Grow(c.of[:0], len(rows))
	for i := range rows {
		r := &rows[i]
		if r.From.Host == 0 || r.To.Host == 0 {
			return false
		}
		v := conversation{r.From.Host, r.To.Host, r.Port, r.Protocol}
		capture := store.CaptureID(c.ids[r.Log], r.Direction)
		at := c.find(v)
		if at < 0 {
			at = ^at
			c.all = append(c.all, store.Conversation{
				Initiator: v.initiator, Responder: v.responder, Port: v.port, Protocol: v.protocol, Lowest: capture, Highest: capture,
			})
			c.slots[at] = int32(len(c.all))
			c.of = append(c.of, int32(len(c.all)-1))
			continue
		}
		known := &c.all[at]
		known.Lowest, known.Highest = min(known.Lowest, capture), max(known.Highest, capture)
		c.of = append(c.of, int32(at))
	}
	return true
}

// find returns the position of a conversation, or the complement of the slot
// that is free for it.
func (c *conversations) find(v conversation) int {
	for slot := c.hash(v) & c.mask; ; slot = (slot + 1) & c.mask {
		n := c.slots[slot]
		if n == 0 {
			return ^int(slot)
		}
		k := &c.all[n-1]
		if k.Initiator == v.initiator && k.Responder == v.responder && k.Port == v.port && k.Protocol == v.protocol {
			return int(n - 1)
		}
	}
}

func (c *conversations) hash(v conversation) uint64 {
	if c.seed == 0 {
		c.seed = rand.Uint64() | 1
	}
	hi, lo := bits.Mul64(v.initiator^c.seed, v.responder+uint64(v.port)<<16+uint64(v.protocol)|1)
	return hi ^ lo
}

// several returns by conversation whether several captures have it, of these
// rows or stored ones, which are those of just such conversations; and of each
// of the stored rows its conversation.
func (c *conversations) several(stored []store.CapturedFact) (several []bool, of []int32) {
	several, of = make([]bool, len(c.all)), make([]int32, len(stored))
	for i := range c.all {
		several[i] = c.all[i].Lowest != c.all[i].Highest
	}
	for i := range stored {
		f := &stored[i]
		at := c.find(conversation{f.Initiator, f.Responder, f.Port, f.Protocol})
		several[at], of[i] = true, int32(at)
	}
	return several, of
}
