package azblob

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"weir/internal/source"
)

// Live is what is being written: the running hour and the two before.
func (a *Account) Live() source.Source { return &live{a} }

type live struct{ *Account }

// List looks at the flow logs whose turn it is. It costs a request for each, and
// yields all blobs of the hours that it looks at, the one first that was written
// last: which of them have something new, the ledger knows.
func (l *live) List(ctx context.Context, yield func(source.Object) error) error {
	if wait := l.retries.paused(time.Now()); wait > 0 {
		return nil
	}
	now, ok := l.begin(ctx)
	if !ok {
		return errors.Join(ctx.Err(), l.fault())
	}
	told := l.queue.poll(ctx, now)
	l.raise(now)
	found := make(chan []source.Object)
	g, listing := errgroup.WithContext(ctx)
	g.SetLimit(parallel)
	done := make(chan error, 1)
	go func() {
		for _, b := range l.boxes {
			for _, f := range b.due(now) {
				g.Go(func() error { return l.look(listing, b, f, now, found) })
			}
		}
		done <- g.Wait()
		close(found)
	}()
	var failed error
	for _, o := range told {
		if failed == nil {
			failed = yield(o)
		}
	}
	for objects := range found {
		for _, o := range objects {
			if failed == nil {
				failed = yield(o)
			}
		}
	}
	for _, o := range l.retries.due(time.Now()) {
		if failed == nil {
			failed = yield(o)
		}
	}
	return errors.Join(failed, <-done, l.fault())
}

// Next is when List has something to look at again.
func (a *Account) Next() time.Time {
	next := time.Now().Add(quiet)
	if a.queue != nil {
		next = a.queue.due()
	}
	_, _, skew := a.meter.state()
	for _, b := range a.boxes {
		if at := b.discoverAt(time.Since(a.begun)).Add(-skew); at.Before(next) {
			next = at
		}
		b.mu.Lock()
		for _, f := range b.logs {
			if at := f.next.Add(-skew); at.Before(next) {
				next = at
			}
		}
		b.mu.Unlock()
	}
	if soonest := time.Now().Add(a.retries.paused(time.Now())); next.Before(soonest) {
		next = soonest
	}
	return next
}

// LookNow makes the next List look at all flow logs, also for new ones: for who
// knows that something was written.
func (a *Account) LookNow() {
	if q := a.queue; q != nil {
		q.mu.Lock()
		q.next = time.Time{}
		q.mu.Unlock()
	}
	for _, b := range a.boxes {
		b.mu.Lock()
		b.discovered, b.searched = time.Time{}, time.Time{}
		for _, f := range b.logs {
			f.next, f.late = time.Time{}, time.Time{}
		}
		b.mu.Unlock()
	}
}

// begin looks for new flow logs where it is time, and returns the time as Azure
// has it. Before the first answer nobody knows that, and nothing is to be decided by
// a clock of ours that may be days ahead; it is false then.
func (a *Account) begin(ctx context.Context) (now time.Time, ok bool) {
	a.discoverDue(ctx, a.now())
	return a.now(), a.meter.knows() && ctx.Err() == nil
}

// discoverDue looks for new flow logs in the containers whose turn it is. What
// cannot be listed is told by fault, and does not keep the others from it.
func (a *Account) discoverDue(ctx context.Context, now time.Time) {
	for _, b := range a.boxes {
		if b.discoverAt(time.Since(a.begun)).After(now) {
			continue
		}
		b.mu.Lock()
		everywhere := now.Sub(b.discovered) >= discoverEvery
		b.mu.Unlock()
		err := a.discover(ctx, b, everywhere)
		if ctx.Err() != nil {
			return
		}
		a.listed(b, err)
		b.mu.Lock()
		if b.searched = a.now(); everywhere && err == nil { // by the clock that the answer told
			b.discovered = b.searched
		}
		b.mu.Unlock()
	}
}

// discoverAt is when new flow logs are looked for again, so long after the start.
func (b *box) discoverAt(since time.Duration) time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.searched.Add(discoverPace(since, b.levels, b.fault != nil))
}

// listed notes whether a container can be listed.
func (a *Account) listed(b *box, err error) {
	if err != nil && isTransient(err) {
		a.retries.pause(retryAfter(err), time.Now())
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.fault = err
	var told *Fault
	b.missing = errors.As(err, &told) && told.Code == "ContainerNotFound" && len(a.cfg.Containers) == 0
}

// fault is why no container can be listed; nil where one can. What keeps one of
// several from it is in the State.
func (a *Account) fault() error {
	var out []error
	for _, b := range a.boxes {
		b.mu.Lock()
		if b.fault != nil {
			out = append(out, &boxError{a.url(b, ""), b.fault})
		}
		b.mu.Unlock()
	}
	if len(out) < len(a.boxes) {
		return nil
	}
	return errors.Join(out...)
}

// boxError is why a container cannot be listed.
type boxError struct {
	url   string
	cause error
}

func (e *boxError) Error() string {
	return "cannot list " + strings.TrimSuffix(e.url, "/") + ": " + e.cause.Error()
}
func (e *boxError) Unwrap() error { return e.cause }

// raise moves the fence: hours behind it are never again followed, not even if a
// clock is set back, as History may be reading them.
func (a *Account) raise(now time.Time) time.Time {
	a.mu.Lock()
	defer a.mu.Unlock()
	if first := Followed(now); first.After(a.fence) {
		a.fence = first
	}
	return a.fence
}

// Followed is from when on Live reads at a time.
func Followed(now time.Time) time.Time {
	return now.UTC().Truncate(time.Hour).Add(-(hours - 1) * time.Hour)
}

// due returns the flow logs whose turn it is.
func (b *box) due(now time.Time) (out []*flowLog) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, f := range b.logs {
		if !f.next.After(now) {
			out = append(out, f)
		}
	}
	slices.SortFunc(out, func(x, y *flowLog) int { return strings.Compare(x.prefix, y.prefix) })
	return out
}

// look lists the hours of a flow log that are followed.
func (l *live) look(ctx context.Context, b *box, f *flowLog, now time.Time, found chan<- []source.Object) error {
	b.mu.Lock()
	looks := f.looks(now)
	b.mu.Unlock()
	for i, hour := range looks {
		if hour.Before(l.raise(now)) || !l.cfg.From.IsZero() && hour.Add(time.Hour).Before(l.cfg.From) {
			continue
		}
		var objects []source.Object
		err := l.blobs(ctx, b, hourPrefix(f.prefix, hour), false, func(item *item) error {
			o := l.object(b, item, false)
			b.mu.Lock()
			if i == 0 {
				f.saw(nicOf(o.Name), o.Modified)
			} else if now.Sub(o.Modified) < 2*usual {
				f.late = now.Add(usual - lateEvery) // where what is past is written now, it goes on
			}
			if l.queue != nil {
				f.grew(*item.Name, o.Size)
			}
			b.mu.Unlock()
			if !l.retries.waits(o.Name, time.Now()) {
				objects = append(objects, o)
			}
			return nil
		})
		if len(objects) > 0 {
			slices.SortFunc(objects, func(x, y source.Object) int { return y.Modified.Compare(x.Modified) })
			select {
			case found <- objects:
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		l.listed(b, err)
		if err != nil { // it is looked at again, as the others are
			b.mu.Lock()
			f.next = now.Add(max(l.cfg.Every, faultEvery))
			b.mu.Unlock()
			return nil
		}
		l.retries.answered()
	}
	events := l.queue.works()
	first := l.raise(now)
	b.mu.Lock()
	defer b.mu.Unlock()
	f.forget(first)
	f.plan(now, l.cfg.Every, events)
	return nil
}

// nicOf is the part of a name that tells the NIC.
func nicOf(name string) string {
	folder := name[:strings.LastIndexByte(name, '/')+1]
	return part(folder)
}
