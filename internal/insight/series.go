package insight

import (
	"context"
	"fmt"
	"time"

	"weir/internal/query"
	"weir/internal/store"
)

// MaxSeries is how many lines a course can have beside that of the rest.
const MaxSeries = 20

// SeriesAnswer is the course over time of traffic divided by a split.
type SeriesAnswer struct {
	Range
	Split        string       `json:"split"`
	Columns      []string     `json:"columns" nullable:"false" doc:"What series are told by, as fields of the filter language"`
	Where        string       `json:"where" doc:"The filter in its canonical form, empty where there is none"`
	By           Measure      `json:"by" enum:"flows,packets,bytes"`
	GrainSeconds int64        `json:"grainSeconds" doc:"Width of a point in seconds, a multiple of the interval"`
	Times        []time.Time  `json:"times" nullable:"false" doc:"Start of each point"`
	Series       []SeriesLine `json:"series" nullable:"false" doc:"That with the highest total first"`
	Other        []int64      `json:"other" nullable:"false" doc:"All that has a row in the table and no line here"`
}

// SeriesLine is one line of a course; its values are as many as the times.
type SeriesLine struct {
	Keys   []string  `json:"keys" nullable:"false"`
	Hosts  []HostKey `json:"hosts,omitempty" nullable:"false" doc:"What the addresses of its keys were, of hosts and pairs"`
	Filter string    `json:"filter" doc:"The filter that lets its flows pass"`
	Total  int64     `json:"total"`
	Values []int64   `json:"values" nullable:"false"`
}

// Series answers how traffic divided by a split went over time: its limit
// highest rows, and the rest.
func Series(ctx context.Context, s store.Store, split string, q Question, points int) (*SeriesAnswer, error) {
	by, ok := SplitNamed(split)
	if !ok {
		return nil, askErrorf("split", "There is no course of %q.", split)
	}
	if q.Limit == 0 {
		q.Limit = 5
	}
	if q.Limit > MaxSeries {
		return nil, askErrorf("limit", "%d lines are not possible; it can be 1 to %d.", q.Limit, MaxSeries)
	}
	points, err := checkPoints(points)
	if err != nil {
		return nil, err
	}
	start, err := q.start(ctx, s)
	if err != nil {
		return nil, err
	}
	a := &SeriesAnswer{Range: start.Range, Split: by.Name, Columns: by.Columns, Where: start.Where, By: start.By, Series: []SeriesLine{}}
	grain, err := grainOf(ctx, s, a.Range, points)
	if err != nil {
		return nil, err
	}
	a.GrainSeconds = int64(grain / time.Second)
	first := truncate(a.From, grain)
	for t := first; t.Before(a.To); t = t.Add(grain) {
		a.Times = append(a.Times, t)
	}
	ask := query.Question{
		From: a.From, To: a.To,
		Dimensions: by.dimensions(), Measures: measures("total"), Filters: by.named(), Where: q.Where,
		Order: ranked(a.By, by.dimensions()...), Limit: start.Limit,
		EachCapture: by.counts == everyCapture,
	}
	answer := query.Ask
	if by.hosts != nil {
		answer = func(ctx context.Context, s query.Asker, q query.Question) (*query.Result, error) {
			return query.Rank(ctx, s, q)
		}
	}
	top, err := answer(ctx, s, ask)
	if err != nil {
		return nil, err
	}
	ask.Order, ask.Limit, ask.Grain = nil, 0, grain
	ask.Dimensions = []query.Dimension{query.Time}
	if !by.pairs() {
		ask.Dimensions = append(ask.Dimensions, by.way()) // so that ends are what is counted
	}
	at := func(row query.Row) int { return int(row.Keys[0].(time.Time).Sub(first) / grain) }
	all, err := query.Ask(ctx, s, ask)
	if err != nil {
		return nil, err
	}
	a.Other = make([]int64, len(a.Times))
	for _, row := range all.Rows {
		a.Other[at(row)] = add(a.Other[at(row)], read(row.Values, "total").Of(a.By))
	}
	if len(top.Rows) == 0 {
		return a, nil
	}
	name := by.nameLine
	if by.hosts != nil {
		known, err := by.knownRows(ctx, s, a.Range, q.Where, top.Rows)
		if err != nil {
			return nil, err
		}
		name = func(line *SeriesLine, keys []any) {
			line.Hosts = hostKeys(known, keys)
			line.Keys, line.Filter = addressesOf(line.Hosts)
		}
	}
	lines := map[string]int{}
	for i, row := range top.Rows {
		line := SeriesLine{Values: make([]int64, len(a.Times))}
		name(&line, row.Keys)
		a.Series = append(a.Series, line)
		lines[fmt.Sprint(row.Keys...)] = i
	}
	ask.Dimensions = append([]query.Dimension{query.Time}, by.dimensions()...)
	ask.Filters = []query.Filter{only(by.dimensions(), top.Rows)}
	res, err := query.Ask(ctx, s, ask)
	if err != nil {
		return nil, err
	}
	for _, row := range res.Rows {
		i, ok := lines[fmt.Sprint(row.Keys[1:]...)]
		if !ok { // of a commit meanwhile
			continue
		}
		n := read(row.Values, "total").Of(a.By)
		a.Series[i].Values[at(row)] = n
		a.Series[i].Total = add(a.Series[i].Total, n)
		a.Other[at(row)] = max(0, a.Other[at(row)]-n)
	}
	return a, nil
}

// nameLine says what a line is told by.
func (s Split) nameLine(line *SeriesLine, keys []any) {
	line.Filter = s.filter(keys)
	for i, k := range s.keys {
		line.Keys = append(line.Keys, k.text(keys[i]))
	}
}
