package query

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"weir/internal/store"
)

// bounded is a subject of a roll-up with what it has of a measure: at least low,
// as the roll-up says, and at most high, if in each period that does not have
// it, it was the greatest of those that were folded.
type bounded struct {
	subject   []any
	low, high int64
}

// bounds returns the rows of a question that can have most of a measure, the
// first n by high, and how many there are: the subjects of a roll-up, or of hosts
// that are pairs, whoever initiates, with what both subjects have.
func bounds(ctx context.Context, s Asker, q Question, r store.Rollup, parts []part, lead Measure, most int64, n int) ([]bounded, int64, error) {
	b := builder{dialect: s.Dialect(), q: q, parts: parts}
	beside := b.bounds(r, lead, n)
	var list []bounded
	count := int64(-1)
	err := read(ctx, s, b.statement(), func(values []any) error {
		row := bounded{subject: values[:len(r.Subject):len(r.Subject)]}
		var kept int64
		numbers := []*int64{&row.low, &kept, &count}
		for i, v := range values[len(r.Subject):] {
			n, ok := v.(int64)
			if !ok {
				return fmt.Errorf("cannot read an answer: a bound is a %T", v)
			}
			*numbers[i] = n
		}
		row.subject = slices.Clone(row.subject)
		more := max(0, most-kept)
		row.high = row.low + min(more, math.MaxInt64-row.low)
		list = append(list, row)
		return nil
	})
	if err != nil || beside || len(list) < n {
		return list, max(count, int64(len(list))), err
	}
	b = builder{dialect: s.Dialect(), q: q, parts: parts}
	b.write("SELECT count(*)\nFROM (\n")
	b.subjects(r, lead)
	b.write(") AS k\n")
	err = read(ctx, s, b.statement(), func(values []any) error {
		count, _ = values[0].(int64)
		return nil
	})
	return list, count, err
}

// bounds writes the statement for the subjects with the highest upper bounds. It
// returns whether their number stands beside them.
func (b *builder) bounds(r store.Rollup, lead Measure, n int) (beside bool) {
	out := make([]string, 0, len(r.Subject)+3)
	for i := range r.Subject {
		out = append(out, format("k.subject_%d", i))
	}
	order := append([]string{"k.s_lead - k.s_bound DESC"}, out...)
	out = append(out, "k.s_lead", "k.s_bound")
	count, _, beside := b.dialect.Beside()
	if beside {
		out = append(out, count)
	}
	b.write("SELECT %s\nFROM (\n", strings.Join(out, ", "))
	b.subjects(r, lead)
	b.write(") AS k\nORDER BY %s\nLIMIT %d\n", strings.Join(order, ", "), n)
	return beside
}

// subjects writes what each subject has of a measure, and the bounds of the
// periods that have it.
func (b *builder) subjects(r store.Rollup, lead Measure) {
	var out, group []string
	for i, c := range r.Subject {
		group = append(group, "g."+idOf(identities[c]))
		out = append(out, format("%s AS subject_%d", group[i], i))
	}
	if b.q.pairs() {
		group = []string{lower(group[0], group[1]), higher(group[0], group[1])}
		out = []string{group[0] + " AS subject_0", group[1] + " AS subject_1"}
	}
	b.write("  SELECT %s,\n    %s AS s_lead, %s AS s_bound\n  FROM (\n", strings.Join(out, ", "), b.dialect.Sum("g.s_lead"), b.dialect.Sum("g.s_bound"))
	for i, part := range b.reads() {
		if i > 0 {
			b.write("    UNION ALL\n")
		}
		b.subjectsOf(r, lead, part)
	}
	b.write("  ) AS g\n  GROUP BY %s\n", strings.Join(group, ", "))
}

// subjectsOf writes the same of a part, of a roll-up by period.
func (b *builder) subjectsOf(r store.Rollup, lead Measure, p reading) {
	fact := func(d Dimension) string { return columns[d].of(p.side.column(columns[d].fact)) }
	var out, group []string
	for _, c := range r.Subject {
		d := identities[c]
		out, group = append(out, fact(d)+" AS "+idOf(d)), append(group, fact(d))
	}
	var summed []string
	for _, c := range quantities[lead.Of] {
		expr := p.side.column(c)
		if len(lead.Where) > 0 {
			expr = "CASE WHEN " + b.conditions(lead.Where, fact) + " THEN " + expr + " ELSE 0 END"
		}
		summed = append(summed, expr)
	}
	out = append(out, b.dialect.Sum(summed...)+" AS s_lead")
	if !p.part.rolled {
		b.write("    SELECT %s, 0 AS s_bound\n    FROM ", strings.Join(out, ", "))
		b.read(p.part, p.side, "    ")
		b.write("    GROUP BY %s\n", strings.Join(group, ", "))
		return
	}
	names := make([]string, 0, len(r.Subject)+2)
	for _, c := range r.Subject {
		names = append(names, "p."+idOf(identities[c]))
	}
	names = append(names, "p.s_lead", "t."+boundColumns[lead.Of]+" AS s_bound")
	b.write("    SELECT %s\n    FROM (\n      SELECT %s, f.interval_start AS start\n      FROM ", strings.Join(names, ", "), strings.Join(out, ", "))
	b.read(p.part, p.side, "      ")
	b.write("      GROUP BY %s, f.interval_start\n    ) AS p\n", strings.Join(group, ", "))
	b.write("    JOIN (SELECT interval_start, flows, packets, bytes FROM weir.bound WHERE rollup = %s AND width = %d) AS t ON t.interval_start = p.start\n",
		b.value(r.Name), p.part.width/time.Second)
}

// boundColumns says which column of weir.bound bounds a quantity: what a part of
// the packets or bytes is of is bounded by all of them.
var boundColumns = map[Quantity]string{
	Flows:   "flows",
	Packets: "packets", PacketsForward: "packets", PacketsBack: "packets",
	Bytes: "bytes", BytesForward: "bytes", BytesBack: "bytes",
}
