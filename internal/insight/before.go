package insight

import (
	"context"
	"fmt"
	"time"

	"weir/internal/query"
	"weir/internal/store"
)

// Compare is what the totals of rows are compared with.
type Compare string

// The comparisons. Empty: with nothing.
const (
	CompareBefore Compare = "before" // the range of the same length that ends where it begins
	CompareWeek   Compare = "week"   // the same range a week before
)

// shift is how much earlier the range is that a range is compared with.
func (c Compare) shift(r Range) (time.Duration, error) {
	switch c {
	case "":
		return 0, nil
	case CompareBefore:
		return r.To.Sub(r.From), nil
	case CompareWeek:
		return 7 * 24 * time.Hour, nil
	}
	return 0, askErrorf("compare", "Rows cannot be compared with %q; use %s or %s.", string(c), CompareBefore, CompareWeek)
}

// with is what a range is compared with; nil: nothing.
func (c Compare) with(r Range) (*Compared, error) {
	shift, err := c.shift(r)
	if err != nil || shift == 0 {
		return nil, err
	}
	return &Compared{From: r.From.Add(-shift), To: r.To.Add(-shift)}, nil
}

// Compared is what rows are compared with.
type Compared struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
}

// earlier is what rows had in the time that they are compared with, by their keys;
// nil where nothing is compared.
type earlier map[string]Measures

// askEarlier asks what rows had then: of the flows of a question, and in its dimensions.
func askEarlier(ctx context.Context, s query.Asker, c *Compared, q query.Question, rows []query.Row) (earlier, error) {
	if c == nil {
		return nil, nil
	}
	was := earlier{}
	if len(rows) == 0 {
		return was, nil
	}
	q.From, q.To, q.Measures = c.From, c.To, measures("total")
	// To compare each flow with the texts of many rows takes more memory than to sum all rows.
	if len(rows) <= namedRows || numbered(q.Dimensions) {
		q.Filters = append(q.Filters, only(q.Dimensions, rows))
	}
	before, err := query.Ask(ctx, s, q)
	if err != nil {
		return nil, fmt.Errorf("cannot compare: %w", err)
	}
	for _, row := range before.Rows {
		was[fmt.Sprint(row.Keys...)] = read(row.Values, "total")
	}
	return was, nil
}

// namedRows is how many rows are asked for by what they are told by.
const namedRows = 100

// numbered tells whether rows are told by identities of hosts.
func numbered(dims []query.Dimension) bool {
	switch dims[0] {
	case query.HostID, query.LowerID, query.InitiatorID, query.PeerID:
		return true
	}
	return false
}

// of returns what a row had.
func (e earlier) of(keys ...any) *Measures {
	if e == nil {
		return nil
	}
	m := e[fmt.Sprint(keys...)]
	return &m
}

// only lets the keys of rows pass.
func only(dims []query.Dimension, rows []query.Row) query.Filter {
	f := query.Filter{Dimensions: dims}
	for _, row := range rows {
		f.Values = append(f.Values, row.Keys)
	}
	return f
}

// beforeOf asks what the rows of a ranking had in the time that it is compared with.
func (a *Ranking) beforeOf(ctx context.Context, s store.Store, q Question, what counting, keys []query.Dimension, rows []query.Row) (earlier, error) {
	return askEarlier(ctx, s, a.Compared, query.Question{Dimensions: keys, Where: q.Where, EachCapture: what == everyCapture}, rows)
}
