package phrase

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"weir/internal/flow"
	"weir/internal/insight"
	"weir/internal/query"
	"weir/internal/store"
)

// Traffic says the course of the traffic: a row for each point, direction and decision.
func Traffic(ctx context.Context, s store.Store, q insight.Question, points int) (*Query, error) {
	r, err := insight.RangeOf(ctx, s, q.From, q.To)
	if err != nil {
		return nil, err
	}
	grain, err := insight.GrainOf(ctx, s, r, points)
	if err != nil {
		return nil, err
	}
	w := writer{r: r, where: q.Where, q: query.Question{
		Dimensions: []query.Dimension{query.Time, query.Direction, query.Status}, Grain: grain, Measures: insight.Sums("total"),
	}}
	lines, err := w.write()
	return queryOf(append(lines, "| sort by start asc, direction asc, status asc")), err
}

// Hosts says a ranking of hosts.
func Hosts(ctx context.Context, s store.Store, q insight.Question) (*Query, error) {
	return Table(ctx, s, "hosts", insight.TableQuestion{Question: q})
}

// Conversations says a ranking of pairs of initiator and responder.
func Conversations(ctx context.Context, s store.Store, q insight.Question) (*Query, error) {
	return ranking(ctx, s, q, false, []query.Dimension{query.InitiatorID, query.ResponderID}, func(by insight.Measure) []query.Measure {
		return slices.Concat(decided(by), []query.Measure{
			{Name: "forward_packets", Of: query.PacketsForward},
			{Name: "forward_bytes", Of: query.BytesForward},
			{Name: "back_packets", Of: query.PacketsBack},
			{Name: "back_bytes", Of: query.BytesBack},
		})
	})
}

// Ports says a ranking of ports of responders.
func Ports(ctx context.Context, s store.Store, q insight.Question) (*Query, error) {
	return ranking(ctx, s, q, false, []query.Dimension{query.ServicePort, query.Protocol}, decided)
}

// Rules says a ranking of rules, by what they decided at each NIC.
func Rules(ctx context.Context, s store.Store, q insight.Question) (*Query, error) {
	return ranking(ctx, s, q, true, []query.Dimension{query.ACL, query.Rule, query.Direction, query.Status}, func(insight.Measure) []query.Measure { return nil })
}

// decided are the allowed and the denied part by a measure.
func decided(by insight.Measure) []query.Measure {
	return slices.Concat(
		by1(by, insight.Sums("allowed", query.Is(query.Status, flow.Allowed))),
		by1(by, insight.Sums("denied", query.Is(query.Status, flow.Denied))),
	)
}

// by1 keeps the measures of one kind.
func by1(by insight.Measure, list []query.Measure) []query.Measure {
	return slices.DeleteFunc(list, func(m query.Measure) bool { return !strings.HasSuffix(m.Name, "_"+string(by)) })
}

func ranking(ctx context.Context, s store.Store, q insight.Question, nics bool, keys []query.Dimension, more func(insight.Measure) []query.Measure) (*Query, error) {
	a, err := insight.Begin(ctx, s, q)
	if err != nil {
		return nil, err
	}
	w := writer{r: a.Range, where: q.Where, q: a.Question(nil, keys)}
	w.q.EachCapture = nics
	w.q.Measures = append(w.q.Measures, more(a.By)...)
	lines, err := w.write()
	return queryOf(lines), err
}

// Table says a table of traffic divided by a split: of the chosen measure all parts,
// of the others the totals.
func Table(ctx context.Context, s store.Store, split string, q insight.TableQuestion) (*Query, error) {
	by, ok := insight.SplitNamed(split)
	if !ok {
		return nil, unsayable("There is no table of %q.", split)
	}
	a, err := insight.Begin(ctx, s, q.Question)
	if err != nil {
		return nil, err
	}
	if q.Sort == "" {
		q.Sort = "total"
	}
	if !slices.Contains(by.Sorts(), q.Sort) {
		return nil, &insight.AskError{Field: "sort", Text: fmt.Sprintf("The table of %s cannot be sorted by %q.", by.Name, q.Sort)}
	}
	t := &insight.TableAnswer{Range: a.Range, By: a.By, Sort: q.Sort, Limit: a.Limit, Offset: q.Offset}
	w := writer{r: a.Range, where: q.Where, q: by.Question(t, nil)}
	w.q.Measures = slices.DeleteFunc(w.q.Measures, func(m query.Measure) bool {
		set, measure, _ := strings.Cut(m.Name, "_")
		way := strings.HasSuffix(set, "in") || strings.HasSuffix(set, "out")
		return set != "total" && measure != string(a.By) || by.IsPairs() && way
	})
	lines, err := w.write()
	if err != nil {
		return nil, err
	}
	to := queryOf(lines)
	if q.Offset > 0 {
		to.Note = fmt.Sprintf("The query gives the first %d rows: those of the pages before are among them.", q.Offset+a.Limit)
	}
	return to, nil
}

// others is what a course calls all that has no line of its own.
const others = "(all others)"

// Series says the course of traffic divided by a split: its highest rows, and the rest.
func Series(ctx context.Context, s store.Store, split string, q insight.Question, points int) (*Query, error) {
	by, ok := insight.SplitNamed(split)
	if !ok {
		return nil, unsayable("There is no course of %q.", split)
	}
	if q.Limit == 0 {
		q.Limit = 5
	}
	a, err := insight.Begin(ctx, s, q)
	if err != nil {
		return nil, err
	}
	grain, err := insight.GrainOf(ctx, s, a.Range, points)
	if err != nil {
		return nil, err
	}
	t := &insight.TableAnswer{Range: a.Range, By: a.By, Sort: "total", Limit: a.Limit}
	w := writer{r: a.Range, where: q.Where, q: by.Question(t, nil)}
	w.q.Measures, w.q.Grain = insight.Sums("total"), grain
	before, rows, err := w.rows()
	if err != nil {
		return nil, err
	}
	keys, shown := w.keys()
	line := "tostring(" + keys[0] + ")"
	if len(keys) > 1 {
		line = "strcat(" + strings.Join(keys, ", ' ', ") + ")"
	}
	rows[0] = "let Rows = " + rows[0]
	rows = append(rows, "| extend line = "+line+";")
	top := w.summed()
	top[0] = "let Top = Rows\n" + strings.Replace(top[0], "\n    by ", "\n    by line, ", 1)
	top = append(top, "| project line;")
	sums := []string{string(a.By) + " = sum(" + quantity(quantities[a.By], w.q.EachCapture) + ")"}
	for _, name := range shown {
		sums = append([]string{fmt.Sprintf("%s = take_any(%[1]s)", name)}, sums...)
	}
	last := []string{
		"Rows",
		"| extend line = iff(line in (Top), line, " + quote(others) + ")",
		"| summarize " + strings.Join(sums, ", ") + "\n    by start = " + w.bucket() + ", line",
	}
	for _, name := range shown {
		last = append(last, fmt.Sprintf("| extend %s = iff(line == %s, '', %[1]s)", name, quote(others)))
	}
	return queryOf(slices.Concat(before, rows, top, append(last, "| sort by start asc, line asc"))), nil
}

var quantities = map[insight.Measure]query.Quantity{insight.Flows: query.Flows, insight.Packets: query.Packets, insight.Bytes: query.Bytes}
