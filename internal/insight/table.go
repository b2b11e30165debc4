package insight

import (
	"context"
	"slices"
	"strings"

	"weir/internal/filter"
	"weir/internal/flow"
	"weir/internal/query"
	"weir/internal/store"
)

// TableQuestion asks for a table of traffic divided by a split. Zero values
// mean: the last 24 hours of data, by flows, the first rows by their total.
type TableQuestion struct {
	Question
	Sort   string // one of Sorts, empty: total
	Offset int    // rows before the first

	page bool // of all rows: as many as its Limit says, wherever it begins
}

// Ways is what is counted of a set of flows, by decision and by which way: in is
// what a row answers, out what it initiates; where a row is no end of a flow, the
// direction in which it was captured. Of all pairs there is no way, so in and out
// are zero there.
type Ways struct {
	Total      Measures `json:"total"`
	AllowedIn  Measures `json:"allowedIn"`
	AllowedOut Measures `json:"allowedOut"`
	DeniedIn   Measures `json:"deniedIn"`
	DeniedOut  Measures `json:"deniedOut"`
	Allowed    Measures `json:"allowed" doc:"In and out"`
	Denied     Measures `json:"denied" doc:"In and out"`
}

// TableAnswer is traffic divided by a split.
type TableAnswer struct {
	Range
	Split     string     `json:"split"`
	Columns   []string   `json:"columns" nullable:"false" doc:"What rows are told by, as fields of the filter language"`
	Where     string     `json:"where" doc:"The filter in its canonical form, empty where there is none"`
	By        Measure    `json:"by" enum:"flows,packets,bytes"`
	Sort      string     `json:"sort" doc:"Column that rows are sorted by, highest first, or key, lowest first"`
	Limit     int        `json:"limit" doc:"Rows asked for"`
	Offset    int        `json:"offset" doc:"Rows before the first that is shown"`
	Distinct  int64      `json:"distinct" doc:"Number of rows, shown or not"`
	AtLeast   bool       `json:"distinctAtLeast" doc:"Whether distinct is a lower bound: of a long range, hosts with little traffic are not told apart"`
	All       Ways       `json:"all" doc:"Sum over all rows, shown or not. Where rows are ends of flows, a flow counts for each of its ends that has a row"`
	Malicious Ways       `json:"malicious" doc:"Its part that is malicious"`
	Compared  *Compared  `json:"compared" doc:"Null where nothing was to be compared"`
	Rows      []TableRow `json:"rows" nullable:"false"`
}

// TableRow is one part of the traffic.
type TableRow struct {
	Keys      []string  `json:"keys" nullable:"false" doc:"Values of the columns"`
	Hosts     []HostKey `json:"hosts,omitempty" nullable:"false" doc:"What the addresses of its keys were, in tables of hosts and pairs"`
	Ports     []PortKey `json:"ports,omitempty" nullable:"false" doc:"The most used ports, at most three, in tables of pairs; in that of ports the one, with its application"`
	Filter    string    `json:"filter" doc:"The filter that lets its flows pass"`
	All       Ways      `json:"all" doc:"All of its flows"`
	Malicious Ways      `json:"malicious" doc:"Its part that is malicious; the rest is benign"`
	Share     float64   `json:"share" doc:"Part of the total of all rows by the chosen measure, 0 to 1"`
	Before    *Measures `json:"before" doc:"Its total in the range that it is compared with; null where nothing is compared"`
}

// HostKey is a host that a row is told by.
type HostKey struct {
	Address string `json:"address"`
	Side    Side   `json:"side" doc:"What the address was"`
}

// part is one of the sums of Ways or its malicious part.
type part struct {
	name  string // of the column
	where []query.Filter
	of    func(*Ways) *Measures // nil: it is to sort by alone, and follows from others
	bad   bool
}

// parts are the sums of a row.
func (s Split) parts() []part {
	is := func(d query.Dimension, v any) query.Filter { return query.Is(d, v) }
	in, out := is(s.way(), flow.Inbound), is(s.way(), flow.Outbound)
	list := []part{
		{"total", nil, func(w *Ways) *Measures { return &w.Total }, false},
		{"allowedIn", []query.Filter{allowed, in}, func(w *Ways) *Measures { return &w.AllowedIn }, false},
		{"allowedOut", []query.Filter{allowed, out}, func(w *Ways) *Measures { return &w.AllowedOut }, false},
		{"deniedIn", []query.Filter{denied, in}, func(w *Ways) *Measures { return &w.DeniedIn }, false},
		{"deniedOut", []query.Filter{denied, out}, func(w *Ways) *Measures { return &w.DeniedOut }, false},
		{"allowed", []query.Filter{allowed}, func(w *Ways) *Measures { return &w.Allowed }, false},
		{"denied", []query.Filter{denied}, func(w *Ways) *Measures { return &w.Denied }, false},
	}
	malicious := is(query.FlowType, flow.MaliciousFlow)
	for _, p := range slices.Clone(list) {
		name := "malicious" + strings.ToUpper(p.name[:1]) + p.name[1:]
		list = append(list, part{name, append(slices.Clone(p.where), malicious), p.of, true})
	}
	benign := malicious
	benign.Not = true
	return append(list, part{"deniedBenign", []query.Filter{denied, benign}, nil, false})
}

// sortKey is the Sort by what rows are told by.
const sortKey = "key"

// Sorts are what rows of a table can be sorted by. Hosts are not put in the order of
// their addresses, of which there are millions, and which of a pair comes first is
// found out of what both have.
func (s Split) Sorts() []string {
	var names []string
	for _, p := range s.parts() {
		if way := strings.HasSuffix(p.name, "In") || strings.HasSuffix(p.name, "Out"); !way || !s.pairs() {
			names = append(names, p.name)
		}
	}
	if s.hosts == nil {
		names = append(names, sortKey)
	}
	return names
}

// set is the name of the measures of a part, see measures.
func (p part) set() string { return strings.ToLower(p.name) }

// Table divides traffic by a split.
func Table(ctx context.Context, s store.Store, split string, q TableQuestion) (*TableAnswer, error) {
	by, ok := SplitNamed(split)
	if !ok {
		return nil, askErrorf("split", "There is no table of %q.", split)
	}
	if q.Sort == "" {
		q.Sort = "total"
	}
	if sorts := by.Sorts(); !slices.Contains(sorts, q.Sort) {
		return nil, askErrorf("sort", "The table of %s cannot be sorted by %q; use %s.", by.Name, q.Sort, strings.Join(sorts, ", "))
	}
	whole := q
	if q.page {
		q.Limit = 1
	} else if err := checkOffset(q.Offset); err != nil {
		return nil, err
	}
	start, err := q.start(ctx, s)
	if err != nil {
		return nil, err
	}
	if q.page {
		q.Limit, start.Limit = whole.Limit, whole.Limit
	}
	a := &TableAnswer{
		Range: start.Range, Split: by.Name, Columns: by.Columns, Where: start.Where, By: start.By, Sort: q.Sort,
		Limit: start.Limit, Offset: q.Offset, Rows: []TableRow{},
	}
	fill := by.fill
	if by.hosts != nil {
		fill = by.fillHosts
	}
	rows, err := fill(ctx, s, a, q.Where)
	if err != nil {
		return nil, err
	}
	for i, r := range a.Rows {
		a.Rows[i].Share = share(r.All.Total, a.All.Total, a.By)
	}
	return a, by.compare(ctx, s, a, q, rows)
}

// fill asks for the rows of a table and what there is of all of them.
func (s Split) fill(ctx context.Context, st store.Store, a *TableAnswer, where query.Condition) ([]query.Row, error) {
	// Not a ranking: of ports that a roll-up folds it would not know how many there are, and pages are of all.
	res, err := query.Ask(ctx, st, s.Question(a, where))
	if err != nil {
		return nil, err
	}
	a.Distinct = res.Count
	a.All, a.Malicious = s.ways(res.Totals)
	var names map[store.Port]string
	if s.isPorts() {
		if names, err = applications(ctx, st, res.Rows, 0); err != nil {
			return nil, err
		}
	}
	for _, row := range res.Rows {
		r := TableRow{Filter: s.filter(row.Keys)}
		for i, k := range s.keys {
			r.Keys = append(r.Keys, k.text(row.Keys[i]))
		}
		r.All, r.Malicious = s.ways(row.Values)
		if s.isPorts() {
			r.Ports = []PortKey{shownPort(names, row, 0)}
		}
		a.Rows = append(a.Rows, r)
	}
	return res.Rows, nil
}

// Question asks for the rows of a table, of which the answer says the range, the
// order and how many.
func (s Split) Question(a *TableAnswer, where query.Condition) query.Question {
	q := query.Question{
		From: a.From, To: a.To,
		Dimensions: s.dimensions(), Filters: s.named(), Where: where,
		Limit: a.Limit, Offset: a.Offset, Totals: true,
		EachCapture: s.counts == everyCapture,
	}
	for _, p := range s.parts() {
		if p.of == nil && p.name != a.Sort {
			continue
		}
		q.Measures = append(q.Measures, measures(p.set(), p.where...)...)
		if p.name == a.Sort && p.name != "total" {
			q.Order = append(q.Order, query.Order{Measure: p.set() + "_" + string(a.By)})
		}
	}
	if a.Sort != sortKey {
		q.Order = append(q.Order, ranked(a.By)...)
	}
	for _, d := range q.Dimensions {
		q.Order = append(q.Order, query.Order{Dimension: d})
	}
	return q
}

// ways reads the sums of a row, all and the malicious part.
func (s Split) ways(values map[string]int64) (all, malicious Ways) {
	for _, p := range s.parts() {
		if p.of == nil {
			continue
		}
		to := &all
		if p.bad {
			to = &malicious
		}
		*p.of(to) = read(values, p.set())
	}
	return all, malicious
}

// filter is the one that lets the flows of a row pass.
func (s Split) filter(keys []any) string {
	var all query.And
	for i, k := range s.keys {
		all = append(all, k.test(keys[i]))
	}
	if len(all) == 1 {
		return filter.Print(all[0])
	}
	return filter.Print(all)
}

// compare fills in what rows had in the range that they are compared with.
func (s Split) compare(ctx context.Context, st store.Store, a *TableAnswer, q TableQuestion, rows []query.Row) (err error) {
	if a.Compared, err = q.Compare.with(a.Range); err != nil {
		return err
	}
	was, err := askEarlier(ctx, st, a.Compared, query.Question{Dimensions: s.dimensions(), Where: q.Where, EachCapture: s.counts == everyCapture}, rows)
	if err != nil {
		return err
	}
	for i, row := range rows {
		a.Rows[i].Before = was.of(row.Keys...)
	}
	return nil
}
