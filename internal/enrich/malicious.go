package enrich

import (
	"time"

	"weir/internal/enrich/threat"
	"weir/internal/flow"
)

// span is a time in milliseconds since 1970, from inclusive.
type span struct{ from, until int64 }

// maliciousSpans returns the times in which a verdict on an address counts, in order.
func (k *Knowledge) maliciousSpans(a flow.Addr) []span {
	if !k.listed(a) {
		return nil
	}
	var out []span
	for _, s := range k.Threats.Spans(a, k.tagDates()...) {
		if !s.Malicious {
			continue
		}
		from, until := bounds(s.From, s.To)
		if n := len(out); n > 0 && out[n-1].until == from {
			out[n-1].until = until
			continue
		}
		out = append(out, span{from, until})
	}
	return out
}

// touch tells whether any of the spans has an instant of the interval.
func touch(spans []span, from, until int64) bool {
	for _, s := range spans {
		if s.from < until && from < s.until {
			return true
		}
	}
	return false
}

// tagDates returns when Azure's addresses may change, and with them what
// counts as malicious.
func (k *Knowledge) tagDates() []time.Time {
	all := k.Services.All()
	dates := make([]time.Time, len(all))
	for i, v := range all {
		dates[i] = v.Date
	}
	return dates
}

// verdicts returns when and by whose word an address counted as malicious.
func (k *Knowledge) verdicts(a flow.Addr) []Verdict {
	if !k.listed(a) {
		return nil
	}
	var out []Verdict
	for _, s := range k.Threats.Spans(a, k.tagDates()...) {
		if !s.Malicious {
			continue
		}
		v := k.deciding(a, s)
		v.From, v.Until = s.From, s.To
		out = append(out, v)
	}
	return out
}

// deciding returns what decides in a span of the judgement of an address.
func (k *Knowledge) deciding(a flow.Addr, s threat.Span) Verdict {
	at := s.From
	switch {
	case !at.IsZero():
	case !s.To.IsZero():
		at = s.To.Add(-time.Second)
	default:
		at = time.Unix(0, 0)
	}
	j := k.Threats.Judge(a, at)
	d := j.Verdicts[0]
	v := Verdict{
		Category: d.Category.String(), Confidence: d.Confidence, Feed: d.Feed, Indicator: d.Indicator, Detail: d.Detail,
		FirstListed: d.FirstListed,
	}
	if !d.Listed { // else every reading of the feed would make another verdict of it
		v.Listed = d.LastListed
	}
	return v
}
