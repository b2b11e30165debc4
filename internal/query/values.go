package query

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"weir/internal/store"
)

// ValuesQuestion asks for values of a field that are stored.
type ValuesQuestion struct {
	Field Field
	End   End
	Begin string // of the text, as StartsWith has it, or of the digits of a number
	// From and To bound the traffic by which the first are chosen.
	From, To time.Time
	Limit    int
}

// StoredValue is a value of a field that is stored.
type StoredValue struct {
	Text  string // by which a filter means this value alone, as short as can be
	Whole string // as it is stored
	Flows int64  // in the hours and days of which there are sums
}

// Values returns values of a field, those with the most flows first and the
// others in the order of their texts, and whether there are more. It reads what
// fields are looked up in and roll-ups, and never facts, so that it takes the same
// for any number of them: a value of which there are no sums yet is not
// put in the order of its traffic, and a number that nothing is looked up by, as a
// port, is not there. Addresses are those that begin so, of which something
// must be given, in their order.
func Values(ctx context.Context, s Asker, q ValuesQuestion) ([]StoredValue, bool, error) {
	f := &q.Field
	switch f.Kind {
	case KindAddress:
		return addressesOf(ctx, s, q)
	case KindChoice:
		return wordsOf(q)
	}
	begins, err := f.begins(q.Begin)
	if err != nil {
		return nil, false, nil // no value begins so
	}
	var list []StoredValue
	seen := map[string]bool{}
	add := func(text string, flows int64) {
		for _, word := range f.words(text) {
			unknown := word == "" || f.Kind == KindNumber && word == "0"
			if !unknown && !seen[word] && CheckText(word) == nil && begins(word) {
				seen[word] = true
				list = append(list, StoredValue{Whole: word, Flows: flows})
			}
		}
	}
	if d, ok := f.Dimension(q.End); ok {
		if d == Port {
			d = ServicePort
		}
		busiest, err := busiest(ctx, s, q, d)
		if err != nil {
			return nil, false, err
		}
		for _, row := range busiest.Rows {
			if row.Keys[0] == int64(Ephemeral) && d == ServicePort {
				continue // all of a range
			}
			add(fmt.Sprint(row.Keys[0]), row.Values["flows"])
		}
	}
	// Of words in lists it is not known how many there are of which the first were read.
	if len(list) <= q.Limit {
		rest, err := lookedUp(ctx, s, f, f.beginning(q.Begin), len(list)+q.Limit+1)
		if err != nil {
			return nil, false, err
		}
		from := len(list)
		for _, text := range rest {
			add(text, 0)
		}
		slices.SortFunc(list[from:], func(a, b StoredValue) int { return strings.Compare(a.Whole, b.Whole) })
	}
	more := len(list) > q.Limit
	list = list[:min(len(list), q.Limit)]
	if err := shorten(ctx, s, f, list, q.Begin); err != nil {
		return nil, false, err
	}
	written := map[string]bool{} // rules of several makers can have one name
	list = slices.DeleteFunc(list, func(v StoredValue) bool {
		again := written[v.Text]
		written[v.Text] = true
		return again
	})
	return list, more, nil
}

// wordsOf returns the words that a choice can be.
func wordsOf(q ValuesQuestion) (list []StoredValue, more bool, err error) {
	for _, word := range q.Field.Choices() {
		if strings.HasPrefix(strings.ToLower(word), strings.ToLower(q.Begin)) {
			list = append(list, StoredValue{Text: word, Whole: word})
		}
	}
	return list[:min(len(list), q.Limit)], len(list) > q.Limit, nil
}

// mostRanked is how many values are put in the order of their traffic.
const mostRanked = 2000

// busiest returns the values of a dimension with the most flows, from roll-ups
// alone, where they have it.
func busiest(ctx context.Context, s Asker, q ValuesQuestion, d Dimension) (*Result, error) {
	question := Question{
		From: q.From, To: q.To, Dimensions: []Dimension{d}, Measures: []Measure{{Name: "flows", Of: Flows}},
		Order: []Order{{Measure: "flows"}, {Dimension: d}}, Limit: mostRanked,
		EachCapture: columns[d].table == "weir.rule" || columns[d].table == "weir.log",
	}
	if err := question.check(); err != nil {
		return nil, fmt.Errorf("cannot build a question: %w", err)
	}
	r, how := question.rollup()
	if how == spreadNone {
		return &Result{}, nil
	}
	return steadily(ctx, s, question.From, question.To, func(s Asker) (*Result, error) {
		periods, err := s.Periods(ctx, question.From, question.To)
		if err != nil {
			return nil, err
		}
		parts, _ := question.cover(periods, r)
		parts = slices.DeleteFunc(parts, func(p part) bool { return !p.rolled })
		if len(parts) == 0 {
			return &Result{}, nil
		}
		for i := range parts {
			parts[i].kept = how == spreadSubjects
		}
		return ask(ctx, s, question, parts)
	})
}

// words returns the values that a text which is stored has.
func (f *Field) words(text string) []string {
	if f.form == listed {
		return strings.Fields(text)
	}
	return []string{text}
}

// source returns what a field is looked up in: a table and the value in SQL, of
// its row t; false where there is none.
func (f *Field) source(d store.Dialect) (table, value string, ok bool) {
	switch {
	case f.application:
		return "weir.application", "t.name", true
	case f.verdict != "":
		return "weir.verdict", f.verdict, true
	case f.Kind == KindFlag || f.Kind == KindAddress:
		return "", "", false
	}
	c := columns[f.dimensions(InitiatorEnd)[0]]
	return c.table, c.value(d), c.table != ""
}

// lookedUp returns the first of the values that pass one of the tests, in their order.
func lookedUp(ctx context.Context, s Asker, f *Field, tests []Test, limit int) ([]string, error) {
	b := builder{dialect: s.Dialect()}
	table, value, ok := f.source(s.Dialect())
	if !ok || len(tests) == 0 {
		return nil, nil
	}
	if f.form == listed {
		limit = mostRanked // of lists, each with several words
	}
	terms := make([]string, len(tests))
	for i, t := range tests {
		terms[i] = b.compare(f, t, "k.v_value")
	}
	b.write("SELECT k.v_value\nFROM (SELECT %s AS v_value FROM %s AS t GROUP BY %s) AS k\nWHERE %s\nORDER BY k.v_value\nLIMIT %d\n",
		value, table, value, strings.Join(terms, " OR "), limit)
	var values []string
	err := read(ctx, s, b.statement(), func(row []any) error {
		values = append(values, fmt.Sprint(row[0]))
		return nil
	})
	return values, err
}
