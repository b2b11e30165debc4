package threat

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"weir/internal/flow"
)

// Judge says everything that is known about an address at a time, and why each
// statement counts or does not.
func (s *Set) Judge(a flow.Addr, at time.Time) Judgement {
	var j Judgement
	type ranked struct {
		Verdict
		feed uint32
		bits int
	}
	var all []ranked
	excuse := ""
	for n := s.nest.Narrowest(a); n >= 0; n = s.nest.Around(n) {
		if all == nil {
			excuse = s.excuse(a, at)
		}
		for _, of := range s.list[s.start[n]:s.start[n+1]] {
			f := &s.feeds[of.feed]
			e := f.held.at(of.entry)
			v := e.verdict(f, at)
			if v.Counts && excuse != "" {
				v.Counts, v.Assumed, v.Why = false, false, excuse
			}
			all = append(all, ranked{v, of.feed, int(e.bits)})
		}
	}
	slices.SortStableFunc(all, func(a, b ranked) int {
		if a.Counts != b.Counts {
			if a.Counts {
				return -1
			}
			return 1
		}
		return cmp.Or(
			cmp.Compare(b.Confidence, a.Confidence),
			cmp.Compare(a.Category, b.Category),
			cmp.Compare(b.bits, a.bits),
			cmp.Compare(a.feed, b.feed),
			a.FirstListed.Compare(b.FirstListed),
		)
	})
	for _, r := range all {
		j.Verdicts = append(j.Verdicts, r.Verdict)
	}
	if len(all) > 0 && all[0].Counts {
		j.Malicious, j.Category, j.Confidence = true, all[0].Category, all[0].Confidence
	}
	return j
}

// excuse says why no statement about an address counts at a time; empty where
// they do.
func (s *Set) excuse(a flow.Addr, at time.Time) string {
	if v := s.special.Find(a); v != 0 {
		return fmt.Sprintf("%s is %s, which is never malicious", a, s.why[v-1].Why)
	}
	if s.isAzure(a, at) {
		return fmt.Sprintf("%s is Azure's own, which is never malicious", a)
	}
	for n := s.allowNest.Narrowest(a); n >= 0; n = s.allowNest.Around(n) {
		for _, i := range s.allowHere[n] {
			if until := s.allows[i].Until; until.IsZero() || at.Before(until) {
				return s.allows[i].reason()
			}
		}
	}
	return ""
}

// verdict says what an entry means at a time, allow-lists aside.
func (e *entry) verdict(f *setFeed, at time.Time) Verdict {
	begin, end, assumed := e.span()
	v := Verdict{
		Feed: f.name, Indicator: e.indicator(), Category: e.category, Confidence: int(e.confidence),
		FirstListed: e.seen.time(), LastListed: e.lastSeen.time(), Listed: e.gone == 0, Until: e.until.time(), Detail: e.detail,
	}
	if e.from != 0 {
		v.FirstListed = e.from.time()
	}
	if v.Listed {
		v.LastListed = f.last.time()
	}
	now := at.Unix()
	switch {
	case now < begin:
		v.Why = "not yet listed: first listed " + v.FirstListed.Format(time.RFC3339)
	case now >= end && e.until != 0 && end == int64(e.until):
		v.Why = "no longer valid: the feed says until " + v.Until.Format(time.RFC3339)
	case now >= end:
		v.Why = "no longer listed: last listed " + v.LastListed.Format(time.RFC3339)
	default:
		v.Counts = true
		if assumed && now < int64(e.seen) {
			v.Assumed = true
			v.Why = "assumed: it was listed when the feed was first read, " + v.FirstListed.Format(time.RFC3339)
		}
	}
	return v
}

// Span is a time in which the judgement of an address is one and the same.
type Span struct {
	From, To  time.Time // zero: without beginning, without end
	Malicious bool
	Category  Category
	Feed      string // whose verdict decides
}

// Spans returns how the judgement of an address changes over time, from the
// beginning to the end of time, so that what was stored about it can be judged
// anew. Times at which something else may change, such as who owns an address,
// are given as further.
func (s *Set) Spans(a flow.Addr, further ...time.Time) []Span {
	var cuts []int64
	for n := s.nest.Narrowest(a); n >= 0; n = s.nest.Around(n) {
		for _, of := range s.list[s.start[n]:s.start[n+1]] {
			e := s.feeds[of.feed].held.at(of.entry)
			begin, end, _ := e.span()
			cuts = append(cuts, begin, end)
		}
	}
	for n := s.allowNest.Narrowest(a); n >= 0; n = s.allowNest.Around(n) {
		for _, i := range s.allowHere[n] {
			if until := s.allows[i].Until; !until.IsZero() {
				cuts = append(cuts, until.Unix())
			}
		}
	}
	for _, t := range further {
		cuts = append(cuts, t.Unix())
	}
	slices.Sort(cuts)
	out := []Span{}
	add := func(from int64) {
		at := from
		if from <= -never {
			at = -never / 1e6 // long before any log
		}
		j := s.Judge(a, time.Unix(at, 0))
		span := Span{Malicious: j.Malicious, Category: j.Category}
		if j.Malicious {
			span.Feed = j.Verdicts[0].Feed
		}
		if from > -never {
			span.From = time.Unix(from, 0).UTC()
		}
		if n := len(out); n > 0 {
			last := out[n-1]
			if last.Malicious == span.Malicious && last.Category == span.Category && last.Feed == span.Feed {
				return
			}
			out[n-1].To = span.From
		}
		out = append(out, span)
	}
	add(-never)
	for _, c := range slices.Compact(cuts) {
		if c > -never && c < never {
			add(c)
		}
	}
	return out
}
