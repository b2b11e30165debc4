package query

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"weir/internal/store"
)

// identities are the dimensions whose values are those of a column that
// subjects are told by.
var identities = map[string]Dimension{
	"initiator": InitiatorID, "responder": ResponderID, "host": HostID, "port": ServicePort, "protocol": Protocol,
}

// subjectsOf returns the subjects of a roll-up that the filters of a question
// let pass; false where they let any pass.
func (q Question) subjectsOf(r store.Rollup) ([][]any, bool) {
	for _, f := range q.Filters {
		if f.Not {
			continue
		}
		at := make([]int, len(r.Subject))
		for i, c := range r.Subject {
			at[i] = slices.Index(f.Dimensions, identities[c])
		}
		if slices.Contains(at, -1) {
			continue
		}
		seen := map[string]bool{}
		var subjects [][]any
		for _, values := range f.Values {
			subject := make([]any, len(at))
			for i, j := range at {
				subject[i] = values[j]
			}
			if key := fmt.Sprint(subject); !seen[key] {
				seen[key] = true
				subjects = append(subjects, subject)
			}
		}
		return subjects, true
	}
	return nil, false
}

// subjectFilter lets those subjects pass.
func subjectFilter(r store.Rollup, subjects [][]any) Filter {
	f := Filter{Values: subjects}
	for _, c := range r.Subject {
		f.Dimensions = append(f.Dimensions, identities[c])
	}
	return f
}

// parts returns what is read to answer the question: nil for facts alone.
func (q Question) parts(ctx context.Context, s Asker) ([]part, error) {
	r, how := q.rollup()
	if how == spreadNone {
		return nil, nil
	}
	subjects, told := q.subjectsOf(r)
	if how == spreadSubjects && !told {
		return nil, nil
	}
	periods, err := s.Periods(ctx, q.From, q.To)
	if err != nil {
		return nil, err
	}
	parts, used := q.cover(periods, r)
	if how == spreadKeys || parts == nil {
		return parts, nil
	}
	for i := range parts {
		parts[i].kept = parts[i].rolled
	}
	missing, err := q.missing(ctx, s, r, subjects, parts, used)
	if err != nil {
		return nil, err
	}
	n := 0
	for _, p := range missing {
		n += len(p.times)
		parts = append(parts, p.divided()...)
	}
	if n > mostStretches {
		return nil, nil
	}
	return parts, nil
}

// periodAt is the start of a period, in seconds since 1970, and its width.
type periodAt struct {
	start int64
	width time.Duration
}

// missing returns the facts of periods whose roll-up does not have all of the
// subjects: either they were folded there, or they have no facts.
func (q Question) missing(ctx context.Context, s Asker, r store.Rollup, subjects [][]any, parts []part, used []store.Period) ([]part, error) {
	number := make(map[string]int, len(subjects))
	for i, subject := range subjects {
		number[fmt.Sprint(subject)] = i
	}
	kept := map[periodAt][]bool{}
	for _, p := range parts {
		if !p.rolled {
			continue
		}
		b := builder{dialect: s.Dialect()}
		b.kept(p, r, subjectFilter(r, subjects))
		err := read(ctx, s, b.statement(), func(values []any) error {
			start, ok := values[0].(int64)
			i, ok2 := number[fmt.Sprint(values[1:])]
			if !ok || !ok2 {
				return fmt.Errorf("cannot read an answer: it is %v", values)
			}
			at := periodAt{start, p.width}
			if kept[at] == nil {
				kept[at] = make([]bool, len(subjects))
			}
			kept[at][i] = true
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	lacking, err := q.lacking(ctx, s, r, subjects, used, kept)
	if err != nil {
		return nil, err
	}
	var missing []part
	for _, width := range []time.Duration{store.Hour, store.Day} {
		p := part{relation: q.relation(), lacking: r.Subject, rollup: relation(store.RollupTable(r.Name, width)), width: width}
		for _, period := range lacking {
			if period.Width != width {
				continue
			}
			if n := len(p.times); n > 0 && p.times[n-1].to.Equal(period.Start) {
				p.times[n-1].to = period.End()
			} else {
				p.times = append(p.times, stretch{from: period.Start, to: period.End()})
			}
		}
		if len(p.times) > 0 {
			missing = append(missing, p)
		}
	}
	return missing, nil
}

// lacking returns the periods in which some of the subjects may have been folded.
func (q Question) lacking(ctx context.Context, s Asker, r store.Rollup, subjects [][]any, used []store.Period, kept map[periodAt][]bool) ([]store.Period, error) {
	var unsure []store.Period
	for _, p := range used {
		has := kept[periodAt{p.Start.Unix(), p.Width}]
		if p.Bounds[r.Name].Folded > 0 && (has == nil || slices.Contains(has, false)) {
			unsure = append(unsure, p)
		}
	}
	hosts, ok := hostsOf(subjects)
	if !ok || len(unsure) == 0 {
		return unsure, nil
	}
	absent, err := s.Absent(ctx, r.Name, unsure, hosts)
	if err != nil {
		return nil, err
	}
	var lacking []store.Period
	for i, p := range unsure {
		has := kept[periodAt{p.Start.Unix(), p.Width}]
		for j := range subjects {
			if (has == nil || !has[j]) && (absent[i] == nil || !absent[i][j]) {
				lacking = append(lacking, p)
				break
			}
		}
	}
	return lacking, nil
}

// hostsOf returns subjects that are hosts or pairs of them; false where they are not.
func hostsOf(subjects [][]any) ([][]uint64, bool) {
	all := make([][]uint64, len(subjects))
	for i, subject := range subjects {
		for _, v := range subject {
			id, ok := v.(uint64)
			if !ok {
				return nil, false
			}
			all[i] = append(all[i], id)
		}
	}
	return all, true
}

// kept writes which of the subjects each period of a roll-up has.
func (b *builder) kept(p part, r store.Rollup, subjects Filter) {
	start := b.dialect.Bucket("f.interval_start", 1)
	columns := strings.Join(prefixed("f.", r.Subject), ", ")
	b.q.Filters = []Filter{subjects}
	b.write("SELECT %s AS start, %s\nFROM ", start, columns)
	b.read(p, nil, "")
	b.write("GROUP BY %s, %s\n", start, columns)
}

// notKept writes that a roll-up does not have the subject of a fact in its period.
func (b *builder) notKept(p part, fact func(Dimension) string) string {
	bucket := b.dialect.Bucket("f.interval_start", int64(p.width/time.Second))
	subject := []string{bucket}
	for _, c := range p.lacking {
		subject = append(subject, fact(identities[c]))
	}
	where := append(b.within(stretch{from: p.times[0].from, to: p.times[len(p.times)-1].to}), "f.folded = 0")
	for _, f := range b.q.Filters {
		if !slices.ContainsFunc(f.Dimensions, func(d Dimension) bool {
			return identities[columns[d].fact] != d || !slices.Contains(p.lacking, columns[d].fact)
		}) {
			where = append(where, b.condition(f, func(d Dimension) string { return "f." + columns[d].fact }))
		}
	}
	return fmt.Sprintf("%s NOT IN (SELECT %s, %s FROM %s AS f WHERE %s)", inBrackets(subject),
		bucket, strings.Join(prefixed("f.", p.lacking), ", "), p.rollup, strings.Join(where, " AND "))
}

func prefixed(prefix string, names []string) []string {
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = prefix + n
	}
	return out
}

// mostCandidates is how many more subjects than rows are wanted a ranking from
// roll-ups looks at. Those that are not in every period are measured in facts,
// which for more of them takes longer than to ask the facts for all.
const mostCandidates = 256

// proved ranks subjects of a roll-up, if the roll-up can tell which come
// first; without rows but with what these are among. A subject has at least what
// the roll-up says of it, and at most that and, of every period that does not
// have it, the most that a folded one can have. What can be among the first by
// that is measured exactly, with the facts of the periods in which it was folded.
func proved(ctx context.Context, s Asker, q Question) (*Result, *Filter, error) {
	r, how := q.rollup()
	if how != spreadSubjects || !q.ranks(r) {
		return nil, nil, nil
	}
	lead := q.Measures[slices.IndexFunc(q.Measures, func(m Measure) bool { return m.Name == q.Order[0].Measure })]
	periods, err := s.Periods(ctx, q.From, q.To)
	if err != nil {
		return nil, nil, err
	}
	parts, used := q.cover(periods, r)
	most, ok := boundOf(lead.Of, r, used)
	if parts == nil || !ok {
		return nil, nil, nil
	}
	if q.pairs() { // each of the two subjects of a pair can have been folded
		most += min(most, maxSum-most)
	}
	for i := range parts {
		parts[i].kept = parts[i].rolled
	}

	candidates, count, err := candidatesOf(ctx, s, q, r, parts, lead, most)
	if err != nil || candidates == nil {
		return nil, nil, err
	}
	res := &Result{Count: count}
	for _, p := range used {
		b := p.Bounds[r.Name]
		res.AtLeast = res.AtLeast || b.Folded > 0
		if n := b.Kept + b.Folded; len(q.Filters) == 0 && q.Where == nil {
			if q.pairs() {
				n = (n + 1) / 2
			}
			res.Count = max(res.Count, n)
		}
	}
	if len(candidates) == 0 {
		return res, nil, nil
	}
	among := subjectFilter(r, candidates)
	if q.byPairs() {
		among.Dimensions = q.Dimensions
	}
	return res, &among, nil
}

// byPairs tells whether the rows of the question are pairs of hosts, whoever
// initiates.
func (q Question) byPairs() bool {
	return slices.Equal(q.Dimensions, []Dimension{LowerID, HigherID})
}

// eitherWay writes filters by pairs as what either host of them initiates, which is
// how roll-ups have it.
func (q Question) eitherWay() Question {
	q.Filters = slices.Clone(q.Filters)
	for i, f := range q.Filters {
		if slices.Equal(f.Dimensions, []Dimension{LowerID, HigherID}) {
			q.Filters[i] = pairFilter(f)
		}
	}
	return q
}

func pairFilter(pairs Filter) Filter {
	f := Filter{Dimensions: []Dimension{InitiatorID, ResponderID}, Values: make([][]any, 0, 2*len(pairs.Values)), Not: pairs.Not}
	for _, pair := range pairs.Values {
		f.Values = append(f.Values, pair)
		if pair[0] != pair[1] {
			f.Values = append(f.Values, []any{pair[1], pair[0]})
		}
	}
	return f
}

// candidatesOf returns the subjects that can be among the first of a ranking,
// and how many subjects the roll-up has; nil where it cannot tell. most is what
// a subject can have at most that was folded in every period.
func candidatesOf(ctx context.Context, s Asker, q Question, r store.Rollup, parts []part, lead Measure, most int64) ([][]any, int64, error) {
	n := q.Limit + mostCandidates
	list, count, err := bounds(ctx, s, q, r, parts, lead, most, n)
	if err != nil {
		return nil, 0, err
	}
	var least int64 // what a subject must be able to have
	if len(list) >= q.Limit {
		lows := make([]int64, len(list))
		for i, b := range list {
			lows[i] = b.low
		}
		slices.Sort(lows)
		least = lows[len(lows)-q.Limit]
	}
	switch {
	case most > 0 && most >= least: // one that was folded throughout could come in
		return nil, 0, nil
	case len(list) == n && int64(n) < count && list[n-1].high >= least:
		return nil, 0, nil
	}
	candidates := [][]any{}
	for _, b := range list {
		if b.high >= least {
			candidates = append(candidates, b.subject)
		}
	}
	return candidates, count, nil
}

// maxSum is the highest sum, which stands for all above it.
const maxSum = 1<<63 - 1

// ranks tells whether the rows of the question are the subjects of a roll-up,
// and its filters such that the roll-up has the sums of what it folded.
func (q Question) ranks(r store.Rollup) bool {
	var rows []string
	for _, d := range q.Dimensions {
		rows = append(rows, columns[d].fact)
	}
	if q.byPairs() {
		rows = ofFlow(rows)
	}
	for _, c := range r.Subject {
		if !slices.Contains(rows, c) {
			return false
		}
	}
	if slices.ContainsFunc(rows, func(c string) bool { return !slices.Contains(r.Subject, c) }) {
		return false
	}
	needed, ok := conditionColumns(q.Where)
	for _, f := range q.filters() {
		for _, d := range f.Dimensions {
			needed = append(needed, columns[d].fact)
		}
	}
	return ok && !slices.ContainsFunc(needed, func(c string) bool { return !slices.Contains(r.Keys, c) })
}

// boundOf returns the most that a subject can have which was folded in every
// period; false where roll-ups do not bound the quantity.
func boundOf(of Quantity, r store.Rollup, used []store.Period) (bound int64, ok bool) {
	for _, p := range used {
		b, ok := p.Bounds[r.Name]
		if !ok {
			return 0, false
		}
		var n int64
		switch of {
		case Flows:
			n = b.Flows
		case Packets, PacketsForward, PacketsBack:
			n = b.Packets
		case Bytes, BytesForward, BytesBack:
			n = b.Bytes
		default:
			return 0, false
		}
		bound += min(n, maxSum-bound)
	}
	return bound, true
}
