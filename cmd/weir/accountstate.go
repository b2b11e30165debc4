package main

import (
	"cmp"
	"errors"
	"time"

	"weir/internal/insight"
	"weir/internal/pipeline"
	"weir/internal/source/azblob"
	"weir/internal/terminal"
)

// brings is what is written into an account, to tell what a day brings.
type brings struct {
	first, later brought
}

// brought is what was read in a time.
type brought struct {
	bytes, rows int64
	from, to    time.Time
}

// add counts what a look brought, the first of which reads the hours that are
// followed from their beginning.
func (b *brings) add(s pipeline.Summary, now time.Time, first bool) {
	if first {
		if s.Unchanged == 0 { // else a part of them was read before
			b.first = brought{s.Bytes, s.Rows, azblob.Followed(now), now}
		}
		b.later.from = now
		return
	}
	b.later.bytes += s.Bytes
	b.later.rows += s.Rows
	b.later.to = now
}

const (
	// enough is how long what is written must be watched to tell what a day brings.
	enough = 10 * time.Minute
	day    = 24 * time.Hour
	month  = 30 * day // for which prices are told
)

// expected is what a day brings, nil where that cannot be told yet.
func (b *brings) expected(now time.Time) *insight.SourceExpected {
	of := b.later
	if of.to.Sub(of.from) < enough {
		of = b.first
	}
	span := of.to.Sub(of.from)
	if span <= 0 || of.bytes == 0 {
		return nil
	}
	days := span.Hours() / 24
	return &insight.SourceExpected{Hours: span.Hours(), Bytes: float64(of.bytes) / days, Rows: float64(of.rows) / days}
}

// state is how the account stands.
func (a *account) state() insight.SourceState {
	now := time.Now()
	z := a.azure.State()
	a.mu.Lock()
	defer a.mu.Unlock()
	s := insight.SourceState{
		Name: a.name, Kind: "azure", Place: a.azure.String(), Fault: faultOf(a.fault), Containers: make([]insight.SourceContainer, len(z.Containers)),
		Since: a.lags.since.UTC(), LookedAt: instant(a.seen), Waiting: z.Waiting,
		Requests: &insight.SourceRequests{
			Lists: z.Requests.Lists, Reads: z.Requests.Reads, Queue: z.Requests.Queue, Throttled: z.Requests.Throttled, Failed: z.Requests.Failed,
			Bytes: z.Requests.Bytes, Dollars: z.Requests.Dollars(),
		},
		Events: eventsState(z.Queue), History: a.past(z.History, now), Expected: a.brings.expected(now),
	}
	if next := a.azure.Next(); next.After(now) {
		s.NextLook = instant(next)
	}
	a.lags.show(&s)
	for i, c := range z.Containers {
		s.Containers[i] = containerState(c)
		s.FlowLogs += c.FlowLogs
		s.NICs += c.NICs
		if s.NewestAt == nil || c.Newest.After(*s.NewestAt) {
			s.NewestAt = instant(c.Newest)
		}
	}
	if watched := now.Sub(a.lags.since); watched >= enough {
		month := z.Live.Dollars() * float64(month) / float64(watched)
		s.Requests.DollarsMonth = &month
	}
	if e := s.Expected; e != nil && !z.History.Begun.IsZero() && s.FlowLogs > 0 {
		rows := e.Rows / float64(s.FlowLogs) * float64(z.History.Days)
		e.HistoryRows = &rows
	}
	return s
}

// past is how far history is read.
func (a *account) past(z azblob.HistoryState, now time.Time) *insight.SourceHistory {
	h := &insight.SourceHistory{
		Running: a.remembering, Days: z.Days, DaysDone: z.Done, Bytes: z.Bytes,
		Reached: instant(z.Day), From: instant(a.from), DoneAt: instant(a.remembered),
	}
	if h.Running && z.Done > 0 {
		left := now.Sub(z.Begun).Seconds() / float64(z.Done) * float64(z.Days-z.Done)
		h.SecondsLeft = &left
	}
	return h
}

func containerState(c azblob.ContainerState) insight.SourceContainer {
	s := insight.SourceContainer{
		Name: c.Name, State: "listed", FlowLogs: c.FlowLogs, NICs: c.NICs, NewestAt: instant(c.Newest),
		Archived: c.Archived.Blobs, Sample: c.Archived.Sample, Deleted: c.Deleted.Blobs, DeletedSample: c.Deleted.Sample,
	}
	switch {
	case c.Missing:
		s.State = "absent"
	case c.Fault != nil:
		s.State, s.Fault = "failing", faultOf(c.Fault)
	}
	return s
}

// eventsState is how a queue of events stands, nil where there is none.
func eventsState(q *azblob.QueueState) *insight.SourceEvents {
	if q == nil {
		return nil
	}
	return &insight.SourceEvents{
		Queue: q.URL, Fault: faultOf(q.Fault), Received: q.Received, Foreign: q.Foreign, Unreadable: q.Unreadable,
		Sample: terminal.Printable(q.Sample), NewestAt: instant(q.Newest), Lag: q.Lag.Seconds(),
	}
}

// faultOf is why something cannot be read, nil where it can.
func faultOf(err error) *insight.SourceFault {
	if err == nil {
		return nil
	}
	f := &insight.SourceFault{Cause: oneLine(err.Error())}
	if told, ok := errors.AsType[*azblob.Fault](err); ok {
		f.Cause, f.Mend = cmp.Or(told.Cause, f.Cause), told.Mend
	}
	return f
}
