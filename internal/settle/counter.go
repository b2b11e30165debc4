package settle

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"weir/internal/flow"
	"weir/internal/store"
)

// Counter decides which rows count while they are committed, so that they need
// not be read again for it. It is for one commit at a time.
type Counter struct {
	width   int64 // of an interval, seconds
	sites   sites
	targets map[string]string // of the sites, each kept once

	// Memory for one commit, kept for the next.
	fresh    conversations
	rows     []row // by conversation
	captures []capture
	spans    []stretch
	told     []store.Counted
}

// stretch is the captures of a conversation in one interval.
type stretch struct {
	number   int32 // of the interval
	from, to int   // in Counter.captures
	fresh    bool  // rows of it are being committed
	presence presence
}

// NewCounter returns a Counter for a store, of which it reads the logs.
func NewCounter(ctx context.Context, s store.Store) (*Counter, error) {
	logs, err := s.Logs(ctx)
	if err != nil {
		return nil, fmt.Errorf("cannot read the logs: %w", err)
	}
	c := &Counter{width: int64(s.Interval() / time.Second), sites: make(sites, len(logs)), targets: map[string]string{}}
	for id, l := range logs {
		c.learn(id, l)
	}
	return c, nil
}

// learn keeps what counting needs of a log.
func (c *Counter) learn(id uint64, l flow.Log) {
	if c.sites[id] != nil {
		return
	}
	target, ok := c.targets[l.Target]
	if !ok {
		target = strings.Clone(l.Target)
		c.targets[target] = target
	}
	c.sites[id] = &site{mac: strings.Clone(l.MAC), target: target, rank: rank(l)}
}

// Of returns store.Delta.Count of a delta with these rows and logs; nil where
// rows were not judged. It is valid until the next call.
func (c *Counter) Of(fresh []flow.Row, logs []flow.Log) *store.Counting {
	if !c.fresh.read(fresh, logs) {
		return nil
	}
	for i, l := range logs {
		c.learn(c.fresh.ids[i], l)
	}
	return &store.Counting{
		Conversations: c.fresh.all,
		Decide:        func(stored []store.CapturedFact) []store.Counted { return c.decide(fresh, stored) },
	}
}

// decide marks the fresh rows and returns what of stored ones counts otherwise.
func (c *Counter) decide(fresh []flow.Row, stored []store.CapturedFact) []store.Counted {
	c.told = c.told[:0]
	from := 0
	for _, end := range c.gather(fresh, stored) {
		if end > from {
			c.settle(c.rows[from:end], fresh)
		}
		from = end
	}
	if len(fresh) > keptRows {
		c.fresh, c.rows = conversations{}, nil
	}
	return c.told
}

// keptRows is of how many rows the memory is kept for the next commit: giant
// records make larger ones.
const keptRows = 200_000

// gather puts the rows of conversations that several captures have together, and
// returns where those of each end. What one capture alone has counts.
func (c *Counter) gather(fresh []flow.Row, stored []store.CapturedFact) []int {
	several, of := c.fresh.several(stored)
	at := make([]int, len(several)) // where the next row of the conversation goes
	for i := range fresh {
		if several[c.fresh.of[i]] {
			at[c.fresh.of[i]]++
		} else {
			fresh[i].Marks &^= flow.Counting
		}
	}
	for _, conversation := range of {
		at[conversation]++
	}
	n := 0
	for i, count := range at {
		at[i], n = n, n+count
	}
	c.rows = slices.Grow(c.rows[:0], n)[:n]
	put := func(conversation int32, start int64, r row) {
		r.interval = int32(start / c.width)
		c.rows[at[conversation]] = r
		at[conversation]++
	}
	for i := range fresh {
		if f := &fresh[i]; several[c.fresh.of[i]] {
			put(c.fresh.of[i], f.Interval, freshRow(f, c.fresh.ids[f.Log], i))
		}
	}
	for i := range stored {
		put(of[i], stored[i].Interval, newRow(&stored[i], stored[i].Interval*1000))
	}
	return at
}

// settle decides about the rows of one conversation.
func (c *Counter) settle(rows []row, fresh []flow.Row) {
	slices.SortFunc(rows, func(a, b row) int {
		return cmp.Or(cmp.Compare(a.interval, b.interval), cmp.Compare(a.log, b.log), cmp.Compare(a.place, b.place))
	})
	c.captures, c.spans = c.captures[:0], c.spans[:0]
	for rest := rows; len(rest) > 0; {
		s := stretch{number: rest[0].interval, from: len(c.captures)}
		for len(rest) > 0 && rest[0].interval == s.number {
			n := 1
			for n < len(rest) && rest[n].interval == s.number && rest[n].log == rest[0].log && rest[n].place == rest[0].place {
				n++
			}
			for i := range rest[:n] {
				s.fresh = s.fresh || rest[i].fresh > 0
			}
			c.captures, rest = append(c.captures, newCapture(rest[:n], c.sites)), rest[n:]
		}
		s.to = len(c.captures)
		group := c.captures[s.from:s.to]
		recognise(group)
		s.presence = presenceOf(group)
		c.spans = append(c.spans, s)
	}
	for i := range c.spans {
		s := &c.spans[i]
		touched := s.fresh
		var before, after presence
		if i > 0 && c.spans[i-1].number == s.number-1 {
			before, touched = c.spans[i-1].presence, touched || c.spans[i-1].fresh
		}
		if i+1 < len(c.spans) && c.spans[i+1].number == s.number+1 {
			after, touched = c.spans[i+1].presence, touched || c.spans[i+1].fresh
		}
		if touched {
			start := int64(s.number) * c.width * 1000
			in := interval{start: start, end: start + c.width*1000}
			in.decide(c.captures[s.from:s.to], before, after, fresh, func(t store.Counted) { c.told = append(c.told, t) })
		}
	}
}

// freshRow is newRow of a row that is being committed.
func freshRow(f *flow.Row, log uint64, i int) row {
	r := newRow(&store.CapturedFact{
		Interval: f.Interval, Initiator: f.From.Host, Responder: f.To.Host, Port: f.Port, Protocol: f.Protocol,
		Direction: f.Direction, Status: f.Status, Log: log, Counts: f.Status == flow.Allowed && f.Records > f.Started,
		First: f.First, Last: f.Last, Marks: f.Marks,
	}, f.Interval*1000)
	r.fresh = int32(i + 1)
	return r
}
