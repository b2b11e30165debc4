package storetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"weir/internal/flow"
	"weir/internal/store"
)

// conversationsOf is what a Counting says of rows: their conversations, each once.
func conversationsOf(d *store.Delta) []store.Conversation {
	var all []store.Conversation
	for _, r := range d.Rows {
		capture := store.CaptureID(store.LogID(d.Logs[r.Log]), r.Direction)
		c := store.Conversation{Initiator: r.From.Host, Responder: r.To.Host, Port: r.Port, Protocol: r.Protocol, Lowest: capture, Highest: capture}
		at := slices.IndexFunc(all, func(k store.Conversation) bool {
			return k.Initiator == c.Initiator && k.Responder == c.Responder && k.Port == c.Port && k.Protocol == c.Protocol
		})
		if at < 0 {
			all = append(all, c)
			continue
		}
		all[at].Lowest, all[at].Highest = min(all[at].Lowest, capture), max(all[at].Highest, capture)
	}
	return all
}

// judgedRow is the n-th row of an interval, between hosts.
func judgedRow(n, interval int, log uint32) flow.Row {
	r := Row(n)
	r.Interval = at(interval).Unix()
	r.First, r.Last = r.Interval*1000+1, r.Interval*1000+2
	r.From, r.To = flow.Identity{Host: uint64(n + 1)}, flow.Identity{Host: 9}
	r.Log = log
	return r
}

// testCountAtCommit checks which stored rows a Counting is shown, that what it
// decides is stored with the delta, and that nothing of it is left to settle.
func testCountAtCommit(t *testing.T, s store.Store) {
	delta := func(rows ...flow.Row) *store.Delta {
		return &store.Delta{Rows: rows, Rules: []flow.Rule{Rule(0)}, Logs: []flow.Log{Log(0), Log(1)}}
	}
	// Hosts 1 and 2 in intervals 0 to 9, in both logs; 3 in the first alone; and others.
	d := delta()
	for interval := range 10 {
		for n := range 2 {
			d.Rows = append(d.Rows, judgedRow(n, interval, 0), judgedRow(n, interval, 1))
		}
		d.Rows = append(d.Rows, judgedRow(2, interval, 0))
		other := judgedRow(0, interval, 0)
		other.Port = 80
		d.Rows = append(d.Rows, other)
	}
	commit(t, s, d)
	recount(t, s, nil, unsettled(t, s))

	shown := func(rows ...flow.Row) map[string]int {
		t.Helper()
		d := delta(rows...)
		seen := map[string]int{}
		d.Count = &store.Counting{Conversations: conversationsOf(d), Decide: func(stored []store.CapturedFact) []store.Counted {
			clear(seen)
			for _, f := range stored {
				seen[fmt.Sprintf("host %d port %d interval %d", f.Initiator, f.Port, (f.Interval-Start.Unix())/600)]++
			}
			return nil
		}}
		commit(t, s, d)
		return seen
	}
	// A third log, so that each of these conversations has several captures.
	of := func(host, port int, intervals ...int) map[string]int {
		all := map[string]int{}
		for _, i := range intervals {
			all[fmt.Sprintf("host %d port %d interval %d", host, port, i)] = 2
		}
		return all
	}
	want(t, "far from all", shown(judgedRow(0, 100, 0)), map[string]int{})
	want(t, "another conversation", shown(judgedRow(50, 5, 0)), map[string]int{})
	want(t, "the only capture of it", shown(judgedRow(2, 5, 0)), map[string]int{})
	want(t, "one of two captures", shown(judgedRow(1, 5, 0)), of(2, 443, 3, 4, 5, 6, 7))
	first, last := judgedRow(0, 0, 0), judgedRow(0, 8, 1)
	far := of(1, 443, 0, 1, 2, 6, 7, 8, 9)
	want(t, "in intervals far from each other", shown(first, last), far)
	one := judgedRow(2, 1, 1)
	got := shown(one)
	want(t, "a second capture", got, map[string]int{"host 3 port 443 interval 0": 1, "host 3 port 443 interval 1": 1, "host 3 port 443 interval 2": 1, "host 3 port 443 interval 3": 1})

	// What is decided is stored, and nothing is put on the list.
	before := unsettled(t, s)
	d = delta(judgedRow(0, 20, 0))
	commit(t, s, d)
	list := unsettled(t, s)
	want(t, "without a Counting", list.Intervals, append(before.Intervals, at(20)))
	d = delta(judgedRow(0, 20, 1), judgedRow(0, 21, 1))
	d.Count = &store.Counting{Conversations: conversationsOf(d), Decide: func(stored []store.CapturedFact) []store.Counted {
		d.Rows[0].Marks = flow.NoStarts | flow.NoForward
		d.Rows[1].Marks = flow.NoBack
		for _, f := range stored {
			if f.Interval == at(20).Unix() {
				return []store.Counted{counted(f, flow.NoBack)}
			}
		}
		return nil
	}}
	commit(t, s, d)
	marks := map[string]flow.Marks{}
	for _, f := range captured(t, s, at(20), at(22)) {
		marks[fmt.Sprint((f.Interval-Start.Unix())/600, f.Log == store.LogID(Log(1)))] = f.Marks
	}
	want(t, "marks", marks, map[string]flow.Marks{"20 false": flow.NoBack, "20 true": flow.NoStarts | flow.NoForward, "21 true": flow.NoBack})
	want(t, "what is to settle", unsettled(t, s).Intervals, list.Intervals)

	// Who counts an interval meanwhile has not seen these rows, and does it again.
	recount(t, s, nil, list)
	rejudge(t, s, nil, at(30), at(50))
	list = unsettled(t, s)
	d = delta(judgedRow(0, 33, 0))
	d.Count = &store.Counting{Conversations: conversationsOf(d), Decide: func([]store.CapturedFact) []store.Counted { return nil }}
	commit(t, s, d)
	recount(t, s, nil, list)
	want(t, "what got rows nearby meanwhile", unsettled(t, s).Intervals, []time.Time{at(30)})
}

// testCountRefused checks that a commit that fails leaves what counts as it was.
func testCountRefused(t *testing.T, s store.Store) {
	d := &store.Delta{Rows: []flow.Row{judgedRow(0, 0, 0), judgedRow(0, 0, 1)}, Rules: []flow.Rule{Rule(0)}, Logs: []flow.Log{Log(0), Log(1)}}
	commit(t, s, d)
	before := captured(t, s, at(0), at(2))
	ctx, cancel := context.WithCancel(t.Context())
	d.Count = &store.Counting{Conversations: conversationsOf(d), Decide: func(stored []store.CapturedFact) []store.Counted {
		cancel()
		return []store.Counted{counted(stored[0], flow.Counting)}
	}}
	if err := s.Commit(ctx, d); !errors.Is(err, context.Canceled) {
		t.Fatalf("Commit: %v", err)
	}
	want(t, "rows", captured(t, s, at(0), at(2)), before)
}
