package query

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"weir/internal/flow"
)

// RowsQuestion asks for reduced flows themselves, as each NIC recorded them:
// the rows that sums are made of.
type RowsQuestion struct {
	From, To time.Time // bound the interval start: From inclusive, To exclusive; both are needed
	Where    Condition // must hold of the flow; nil: all flows
	Sort     RowSort
	After    *RowPlace // only rows behind this one in the order; nil: from the first
	Limit    int       // rows wanted, at least 1
}

// RowSort is what rows are in the order of, highest or newest first.
type RowSort int

// The orders of rows.
const (
	ByTime    RowSort = iota // interval start
	ByFlows                  // started
	ByPackets                // forward and back
	ByBytes                  // forward and back
	ByTuples                 // merged into the row
	rowSortCount
)

// RowPlace is where a row stands in the order of rows. Its fields tell every row
// from every other, so that a list goes on behind one, however much came before.
type RowPlace struct {
	Value                                int64 // of what rows are sorted by; 0 by time
	Interval                             time.Time
	Initiator, Responder                 uint64 // hosts, by flow.Identity
	Port                                 uint16
	Protocol, Direction, Status          uint8
	Rule, Log                            uint64
	Encryption, Type                     uint8
	InitiatorEndpoint, ResponderEndpoint uint64
	Marks                                uint8
}

// StoredRow is a reduced flow with what its ids of rule and log stand for.
type StoredRow struct {
	Place RowPlace
	Rule  flow.Rule
	// Log has its family as the store has it: nsg or vnet.
	Log                    flow.Log
	Started, Ended         int64
	PacketsFwd, BytesFwd   int64
	PacketsBack, BytesBack int64
	Records                int64
	First, Last            time.Time
}

const (
	// stored is the facts as they are: rows, or parts of them.
	stored relation = "weir.fact"
	// reduced is the rows, parts of one merged.
	reduced relation = "weir.flow"
)

// rowKey is the columns that tell rows apart, in the order in which they do.
var rowKey = []string{
	"interval_start", "initiator", "responder", "port", "protocol", "direction", "status", "rule", "log", "encryption", "flow_type",
	"initiator_endpoint", "responder_endpoint", "marks",
}

// rowCounters are the other columns of a row.
var rowCounters = []string{"started", "ended", "packets_fwd", "bytes_fwd", "packets_back", "bytes_back", "records", "first_seen", "last_seen"}

// halfMost keeps the sum of two counters a 64-bit integer.
const halfMost = 1<<62 - 1

// sortedBy writes the value that rows are sorted by before all else; 0 by time.
func (s RowSort) sortedBy() string {
	both := func(a, b string) string {
		half := func(c string) string {
			return format("CASE WHEN f.%[1]s > %[2]d THEN %[2]d ELSE f.%[1]s END", c, halfMost)
		}
		return half(a) + " + " + half(b)
	}
	switch s {
	case ByFlows:
		return "f.started"
	case ByPackets:
		return both("packets_fwd", "packets_back")
	case ByBytes:
		return both("bytes_fwd", "bytes_back")
	case ByTuples:
		return "f.records"
	}
	return "0"
}

func (q RowsQuestion) check() error {
	switch {
	case q.From.IsZero() || q.To.IsZero() || !q.From.Before(q.To):
		return errors.New("it takes a range of time that ends after its start")
	case q.Limit < 1:
		return errors.New("it takes a limit")
	case q.Sort < 0 || q.Sort >= rowSortCount:
		return fmt.Errorf("there is no order %d", q.Sort)
	}
	return checkCondition(q.Where)
}

// firstStretch is the width of the stretch of time that is looked at first, and
// stretchGrows how many times wider each that follows is.
const (
	firstStretch = time.Hour
	stretchGrows = 4
	// longestStretch is beyond what a width would not fit in a time.Duration when it grows.
	longestStretch = 20 * 365 * 24 * time.Hour
	// second is narrower than any interval.
	second = time.Second
	// mostParted is how many intervals with rows in parts are told from the others.
	mostParted = 500
)

// Rows returns rows in their order. By time it looks from the end of the range
// backwards, at longer and longer stretches until it has enough: what the first
// rows take does not grow with the store, and where few rows pass nothing is
// looked at twice.
func Rows(ctx context.Context, s Asker, q RowsQuestion) ([]StoredRow, error) {
	if err := q.check(); err != nil {
		return nil, fmt.Errorf("cannot ask for rows: %w", err)
	}
	if q.Sort != ByTime {
		return rowsIn(ctx, s, q)
	}
	var rows []StoredRow
	from, to := q.From, q.To
	if q.After != nil && q.After.Interval.Before(to) {
		to = q.After.Interval.Add(second)
	}
	for width := firstStretch; len(rows) < q.Limit && from.Before(to); width *= stretchGrows {
		part := q
		part.Limit -= len(rows)
		part.From, part.To = to.Add(-width), to
		if part.From.Before(from) || width > longestStretch {
			part.From = from
		}
		more, err := rowsIn(ctx, s, part)
		if err != nil {
			return nil, err
		}
		rows, to = append(rows, more...), part.From
	}
	return rows, nil
}

// CountRows returns how many rows there are, whatever they are behind of.
func CountRows(ctx context.Context, s Asker, q RowsQuestion) (n int64, err error) {
	if err := q.check(); err != nil {
		return 0, fmt.Errorf("cannot count rows: %w", err)
	}
	r, err := newRowsBuilder(ctx, s, q)
	if err != nil {
		return 0, err
	}
	r.write("SELECT count(*)\nFROM (\n")
	r.read([]string{"interval_start"}, nil)
	r.write(") AS g\n")
	err = read(ctx, s, r.statement(), func(values []any) error {
		n, _ = values[0].(int64)
		return nil
	})
	return n, err
}

// rowsIn returns the first rows of a range. Reading every column of all rows takes
// twenty times what it takes to tell which come first by what leads their order,
// so this is asked before, and then the intervals alone are read that have them.
func rowsIn(ctx context.Context, s Asker, q RowsQuestion) ([]StoredRow, error) {
	first, err := newRowsBuilder(ctx, s, q)
	if err != nil {
		return nil, err
	}
	found := places{intervals: map[time.Time]bool{}, initiators: map[uint64]bool{}}
	if a := q.After; a != nil && !a.Interval.Before(q.From) && a.Interval.Before(q.To) {
		found.add(a.Interval, a.Initiator) // it may have more rows that begin alike
	}
	first.leading()
	err = read(ctx, s, first.statement(), func(v []any) error {
		at, okAt := v[1].(time.Time)
		initiator, okID := v[2].(uint64)
		if !okAt || !okID {
			return fmt.Errorf("cannot read a row: it begins with %v", v)
		}
		found.add(at.UTC(), initiator)
		return nil
	})
	if err != nil || len(found.intervals) == 0 {
		return nil, err
	}
	whole := rowsBuilder{builder: builder{dialect: first.dialect, q: first.q, parts: found.of(first.parts)}, rows: q}
	whole.whole(found)
	rows := make([]StoredRow, 0, min(q.Limit, 1000))
	err = read(ctx, s, whole.statement(), func(values []any) error {
		row, err := storedRow(values)
		rows = append(rows, row)
		return err
	})
	return rows, err
}

// places are where the first rows of a range are.
type places struct {
	intervals  map[time.Time]bool
	initiators map[uint64]bool
}

func (p places) add(interval time.Time, initiator uint64) {
	p.intervals[interval], p.initiators[initiator] = true, true
}

// of returns the parts without the intervals that have none of the places.
func (p places) of(parts []part) (kept []part) {
	starts := slices.SortedFunc(maps.Keys(p.intervals), time.Time.Compare)
	for _, old := range parts {
		inside := part{relation: old.relation}
		for _, start := range starts {
			if slices.ContainsFunc(old.times, func(t stretch) bool { return !start.Before(t.from) && start.Before(t.to) }) {
				inside.times = append(inside.times, stretch{start, start.Add(second)})
			}
		}
		if len(inside.times) > 0 {
			kept = append(kept, inside)
		}
	}
	return kept
}

// rowsBuilder writes statements for rows.
type rowsBuilder struct {
	builder
	rows RowsQuestion
}

// newRowsBuilder begins a statement over a range. Where rows have parts that are
// not merged yet, a view merges them, which takes ten times as long as to read
// facts: so that is done for these intervals only.
func newRowsBuilder(ctx context.Context, s Asker, q RowsQuestion) (*rowsBuilder, error) {
	r := &rowsBuilder{builder: builder{dialect: s.Dialect(), q: Question{Where: q.Where}}, rows: q}
	list := builder{}
	list.write("SELECT f.interval_start\nFROM weir.unmerged AS f\nWHERE %s\nGROUP BY f.interval_start\nORDER BY f.interval_start\nLIMIT %d\n",
		strings.Join(list.within(stretch{q.From, q.To}), " AND "), mostParted+1)
	whole, parted := part{relation: stored}, part{relation: reduced}
	from := q.From
	err := read(ctx, s, list.statement(), func(v []any) error {
		at, ok := v[0].(time.Time)
		if !ok {
			return fmt.Errorf("cannot read an interval: it is a %T", v[0])
		}
		at = at.UTC()
		if from.Before(at) {
			whole.times = append(whole.times, stretch{from, at})
		}
		from = at.Add(second)
		parted.times = append(parted.times, stretch{at, from})
		return nil
	})
	if err != nil {
		return nil, err
	}
	if from.Before(q.To) {
		whole.times = append(whole.times, stretch{from, q.To})
	}
	if len(parted.times) > mostParted {
		whole, parted = part{}, part{relation: reduced, times: []stretch{{q.From, q.To}}}
	}
	for _, p := range []part{whole, parted} {
		if len(p.times) > 0 {
			r.parts = append(r.parts, p)
		}
	}
	return r, nil
}

// read writes columns of the rows that pass, as c_ and their names, of all parts;
// initiators: only those, nil: all.
func (r *rowsBuilder) read(columns []string, initiators map[uint64]bool) {
	out := make([]string, len(columns))
	for i, c := range columns {
		if out[i] = "f." + c + " AS c_" + c; c == "value" {
			out[i] = r.rows.Sort.sortedBy() + " AS c_value"
		}
	}
	if len(initiators) > 0 {
		f := Filter{Dimensions: []Dimension{InitiatorID}}
		for _, id := range slices.Sorted(maps.Keys(initiators)) {
			f.Values = append(f.Values, []any{id})
		}
		r.q.Filters = []Filter{f}
	}
	for i, p := range r.parts {
		if i > 0 {
			r.write("  UNION ALL\n")
		}
		r.write("  SELECT %s\n  FROM ", strings.Join(out, ", "))
		r.builder.read(p, nil, "  ")
	}
}

// leadingColumns are those that the order of rows begins with.
var leadingColumns = slices.Concat([]string{"value"}, rowKey[:3])

// leading writes the statement for what the first rows begin with.
func (r *rowsBuilder) leading() {
	r.write("SELECT %s\nFROM (\n", carried("g", leadingColumns))
	r.read(leadingColumns, nil)
	r.write(") AS g\n")
	if r.rows.After != nil {
		r.write("WHERE %s\n", r.behind(r.rows.After.steps()[:len(leadingColumns)]))
	}
	r.write("ORDER BY %s\nLIMIT %d\n", ordered("g", leadingColumns), r.rows.Limit)
}

// whole writes the statement for whole rows. What ids stand for is looked up for
// these, and their order is written again since a join may change it.
func (r *rowsBuilder) whole(found places) {
	key := slices.Concat([]string{"value"}, rowKey)
	all := slices.Concat(key, rowCounters)
	r.write("SELECT %s, i.c_acl, i.c_name, t.family, t.mac, t.target, t.flow_log\nFROM (\n", carried("i", all))
	r.write("SELECT %s, t.acl AS c_acl, t.name AS c_name\nFROM (\n", carried("k", all))
	r.write("SELECT %s\nFROM (\n", carried("g", all))
	if r.rows.Sort == ByTime { // whole intervals are wanted, but for the last
		found.initiators = nil
	}
	r.read(all, found.initiators)
	r.write(") AS g\n")
	if r.rows.After != nil {
		r.write("WHERE %s\n", r.behind(r.rows.After.steps()))
	}
	r.write("ORDER BY %s\nLIMIT %d\n", ordered("g", key), r.rows.Limit)
	r.write(") AS k JOIN weir.rule AS t ON t.id = k.c_rule\n")
	r.write(") AS i JOIN weir.log AS t ON t.id = i.c_log\nORDER BY %s\n", ordered("i", key))
}

// carried writes columns that a sub-select has.
func carried(of string, columns []string) string {
	list := make([]string, len(columns))
	for i, c := range columns {
		list[i] = of + ".c_" + c
	}
	return strings.Join(list, ", ")
}

// ordered writes the order by columns: the highest value first, then the latest.
func ordered(of string, columns []string) string {
	list := make([]string, len(columns))
	for i, c := range columns {
		if list[i] = of + ".c_" + c; falls(c) {
			list[i] += " DESC"
		}
	}
	return strings.Join(list, ", ")
}

func falls(column string) bool { return column == "value" || column == "interval_start" }

// step is the value of a column at a place in the order.
type step struct {
	column string
	value  any
}

func (p *RowPlace) steps() []step {
	values := []any{
		p.Value, p.Interval.UTC(), p.Initiator, p.Responder, p.Port, p.Protocol, p.Direction, p.Status, p.Rule, p.Log, p.Encryption, p.Type,
		p.InitiatorEndpoint, p.ResponderEndpoint, p.Marks,
	}
	steps := []step{{"value", values[0]}}
	for i, c := range rowKey {
		steps = append(steps, step{c, values[i+1]})
	}
	return steps
}

// behind writes that a row stands behind a place in the order.
func (r *rowsBuilder) behind(steps []step) string {
	var text, end strings.Builder
	for i, s := range steps {
		than := ">"
		if falls(s.column) {
			than = "<"
		}
		fmt.Fprintf(&text, "(g.c_%s %s %s", s.column, than, r.value(s.value))
		if i < len(steps)-1 {
			fmt.Fprintf(&text, " OR (g.c_%s = %s AND ", s.column, r.value(s.value))
			end.WriteString("))")
		}
	}
	return text.String() + ")" + end.String()
}

// storedRow reads a row of an answer.
func storedRow(v []any) (r StoredRow, err error) {
	var faulty bool
	number := func(i int) int64 {
		n, ok := v[i].(int64)
		faulty = faulty || !ok
		return n
	}
	id := func(i int) uint64 {
		n, ok := v[i].(uint64)
		faulty = faulty || !ok
		return n
	}
	at := func(i int) time.Time {
		t, ok := v[i].(time.Time)
		faulty = faulty || !ok
		return t.UTC()
	}
	text := func(i int) string {
		s, ok := v[i].(string)
		faulty = faulty || !ok
		return s
	}
	r.Place = RowPlace{
		Value: number(0), Interval: at(1), Initiator: id(2), Responder: id(3), Port: uint16(number(4)),
		Protocol: uint8(number(5)), Direction: uint8(number(6)), Status: uint8(number(7)), Rule: id(8), Log: id(9),
		Encryption: uint8(number(10)), Type: uint8(number(11)), InitiatorEndpoint: id(12), ResponderEndpoint: id(13), Marks: uint8(number(14)),
	}
	r.Started, r.Ended = number(15), number(16)
	r.PacketsFwd, r.BytesFwd, r.PacketsBack, r.BytesBack, r.Records = number(17), number(18), number(19), number(20), number(21)
	r.First, r.Last = at(22), at(23)
	r.Rule = flow.Rule{ACL: text(24), Name: text(25)}
	r.Log = flow.Log{MAC: text(27), Target: text(28), FlowLog: text(29)}
	if text(26) == flow.VNet.String() {
		r.Log.Family = flow.VNet
	}
	if faulty {
		return r, fmt.Errorf("cannot read a row: it has %v", v)
	}
	return r, nil
}
