package azblob

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/container"

	"weir/internal/source"
)

type item = container.BlobItem

// History is what was written before the hours that Live follows, since a time
// and no earlier than the account's From. One may be listed beside Live.
func (a *Account) History(since time.Time) source.Source {
	if since.Before(a.cfg.From) {
		since = a.cfg.From
	}
	return &history{a, since}
}

type history struct {
	*Account
	since time.Time
}

// HistoryState is how far a listing of History has come; it goes from the newest
// day to the oldest.
type HistoryState struct {
	Days, Done int       // days of flow logs; of two flow logs a day counts twice
	Bytes      int64     // stored size of the blobs that were yielded
	Begun      time.Time // when the first day was; zero before
	Day        time.Time // that is being yielded
	Ended      time.Time // when all were; zero before
	// Growing is the earliest hour of which a blob was written moments ago, though it
	// is over, as where logs are copied: it is to be read again soon. Zero: none was.
	Growing time.Time
}

// settles is after how long without a write an hour that is over is at rest: Azure
// writes the last block of an hour within minutes of its end.
const settles = 5 * time.Minute

func (a *Account) historyIs(change func(*HistoryState)) {
	a.mu.Lock()
	defer a.mu.Unlock()
	change(&a.history)
}

// List yields the blobs of one day after the other over all flow logs, the
// newest first: what is asked about most is there first. It costs a request for
// each flow log and day.
func (h *history) List(ctx context.Context, yield func(source.Object) error) error {
	h.historyIs(func(s *HistoryState) { *s = HistoryState{} })
	ctx = context.WithValue(ctx, ofHistory{}, true)
	now, ok := h.begin(ctx)
	if !ok {
		return errors.Join(ctx.Err(), h.fault())
	}
	fence := h.raise(now)
	var days []dayOf
	for _, b := range h.boxes {
		for _, log := range b.prefixes() {
			found, err := h.days(ctx, b, log)
			switch {
			case ctx.Err() != nil:
				return ctx.Err()
			case err != nil:
				return &boxError{h.url(b, log), err}
			}
			days = append(days, found...)
		}
	}
	slices.SortStableFunc(days, func(x, y dayOf) int { return y.day.Compare(x.day) })
	h.historyIs(func(s *HistoryState) { s.Days, s.Begun = len(days), time.Now() })
	for _, d := range days {
		h.historyIs(func(s *HistoryState) { s.Day = d.day })
		if err := h.day(ctx, d, fence, yield); err != nil {
			return err
		}
		h.historyIs(func(s *HistoryState) { s.Done++ })
	}
	if err := h.fault(); err != nil {
		return err
	}
	h.historyIs(func(s *HistoryState) { s.Ended = time.Now() })
	return nil
}

// dayOf is a day of a flow log.
type dayOf struct {
	box *box
	log string
	day time.Time
}

func (b *box) prefixes() (out []string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for log := range b.logs {
		out = append(out, log)
	}
	slices.Sort(out)
	return out
}

// days asks which days a flow log has: a request, one for each year, and one for
// each month.
func (h *history) days(ctx context.Context, b *box, log string) (out []dayOf, err error) {
	level := []string{log}
	for _, unit := range []string{"y=", "m=", "d="} {
		var below []string
		for _, prefix := range level {
			for f := range h.folders(ctx, b, prefix) {
				if f.err != nil {
					return out, f.err
				}
				if strings.HasPrefix(strings.ToLower(part(f.name)), unit) && h.reaches(log, f.name) {
					below = append(below, f.name)
				}
			}
		}
		level = below
	}
	for _, prefix := range level {
		if _, day, ok := source.HourOf(prefix + "h=00/"); ok {
			out = append(out, dayOf{b, log, day})
		}
	}
	return out, nil
}

// reaches tells whether a year, month or day ends no earlier than what is read.
func (h *history) reaches(log, prefix string) bool {
	if h.since.IsZero() {
		return true
	}
	var n []int
	for p := range strings.SplitSeq(strings.Trim(strings.TrimPrefix(prefix, log), "/"), "/") {
		_, digits, _ := strings.Cut(p, "=")
		i, err := strconv.Atoi(digits)
		if err != nil {
			return false
		}
		n = append(n, i)
	}
	since := []int{h.since.Year(), int(h.since.Month()), h.since.Day()}
	return cmp.Compare(0, slices.Compare(n, since[:len(n)])) <= 0
}

// day yields the blobs of a day, the newest first.
func (h *history) day(ctx context.Context, d dayOf, fence time.Time, yield func(source.Object) error) error {
	var objects []source.Object
	hourAt := map[string]time.Time{}
	err := h.blobs(ctx, d.box, dayPrefix(d.log, d.day), true, func(i *item) error {
		_, hour, ok := source.HourOf(*i.Name)
		if !ok || !hour.Before(fence) || hour.Add(time.Hour).Before(h.since) {
			return nil
		}
		o := h.object(d.box, i, true)
		hourAt[o.Name] = hour
		if h.now().Sub(o.Modified) < settles {
			h.historyIs(func(s *HistoryState) {
				if s.Growing.IsZero() || hour.Before(s.Growing) {
					s.Growing = hour
				}
			})
		}
		objects = append(objects, o)
		return nil
	})
	slices.SortStableFunc(objects, func(x, y source.Object) int { return hourAt[y.Name].Compare(hourAt[x.Name]) })
	for _, o := range objects {
		if err := yield(o); err != nil {
			return err
		}
		h.historyIs(func(s *HistoryState) { s.Bytes += o.Size })
	}
	if err != nil && ctx.Err() == nil {
		return &boxError{h.url(d.box, dayPrefix(d.log, d.day)), err}
	}
	return ctx.Err()
}
