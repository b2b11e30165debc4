package phrase

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"weir/internal/insight"
	"weir/internal/query"
)

// writer writes a question of sums over traffic. Columns that both ends have are made
// of each end in turn, so that a flow counts for both.
type writer struct {
	r     insight.Range
	where query.Condition
	q     query.Question
	made  []made            // columns beside those that the question needs
	needs []query.Dimension // what a condition behind the columns that are made is about
	after []string          // operators behind those columns, before the sums
	by    []string          // what rows are told by before the dimensions of the question
	sums  []string          // sums beside those of the question
	order []string          // instead of that of the question
}

// write returns the lines of a query: the rows, in their order.
func (w *writer) write() ([]string, error) {
	before, rows, err := w.rows()
	if err != nil {
		return nil, err
	}
	return slices.Concat(before, rows, w.summed()), nil
}

// summed writes the sums over rows, and which of them are wanted.
func (w *writer) summed() []string {
	by, shown := w.keys()
	var sums []string
	for _, s := range shown {
		sums = append(sums, fmt.Sprintf("%s = take_any(%[1]s)", s))
	}
	for _, m := range w.q.Measures {
		sums = append(sums, measureName(m.Name)+" = "+w.sum(m))
	}
	sums = append(sums, w.sums...)
	lines := []string{"| summarize\n    " + strings.Join(sums, ",\n    ")}
	if len(by) > 0 {
		lines[0] += "\n    by " + strings.Join(by, ", ")
	}
	var order []string
	for _, o := range w.q.Order {
		if o.Measure != "" {
			order = append(order, measureName(o.Measure)+" desc")
		} else {
			c := columnsOf[o.Dimension]
			order = append(order, cmp.Or(c.order, c.name)+" asc")
		}
	}
	if w.order != nil {
		order = w.order
	}
	if len(order) > 0 {
		lines = append(lines, "| sort by "+strings.Join(order, ", "))
	}
	if w.q.Limit > 0 {
		lines = append(lines, fmt.Sprintf("| take %d", w.q.Limit+w.q.Offset))
	}
	return lines
}

// keys returns what rows are told by, and what of the identities among that is shown.
func (w *writer) keys() (by, shown []string) {
	by = append(by, w.by...)
	for _, d := range w.q.Dimensions {
		if d == query.Time {
			by = append(by, "start = "+w.bucket())
			continue
		}
		c := columnsOf[d]
		by = append(by, c.name)
		if c.shown != "" {
			shown = append(shown, c.shown)
		}
	}
	return by, shown
}

// bucket is the start of the grain that a row is in, counted from 1970 as in all of
// Weir; KQL counts from the year 1, which is the same up to a day.
func (w *writer) bucket() string {
	if grain := w.q.Grain; grain <= 24*time.Hour {
		return "bin(interval_start, " + span(grain) + ")"
	}
	return "datetime(1970-01-01) + bin(interval_start - datetime(1970-01-01), " + span(w.q.Grain) + ")"
}

// rows writes which rows of traffic the sums are over, and what they need before them.
func (w *writer) rows() (before, rows []string, err error) {
	lines, err := about(w.r, w.where, w.q.EachCapture)
	if err != nil {
		return nil, nil, err
	}
	list := w.columns()
	if !slices.ContainsFunc(list, func(m made) bool { return m.ends[1] != "" }) {
		return nil, slices.Concat(lines, extended(list, 0), w.filters(), w.after), nil
	}
	lines[0] = "let Traffic = " + lines[0]
	lines[len(lines)-1] += ";"
	ends := []string{
		"union",
		"    (Traffic " + strings.Join(extended(list, 0), "") + "),",
		"    (Traffic " + strings.Join(extended(list, 1), "") + ")",
	}
	return lines, slices.Concat(ends, w.filters(), w.after), nil
}

// made is a column that is made of a row, of each end where they differ.
type made struct {
	name string
	ends [2]string
}

func extended(list []made, end int) []string {
	if len(list) == 0 {
		return nil
	}
	texts := make([]string, len(list))
	for i, m := range list {
		of := m.ends[end]
		if of == "" {
			of = m.ends[0]
		}
		texts[i] = m.name + " = " + of
	}
	return []string{"| extend " + strings.Join(texts, ", ")}
}

// columns returns the columns that the question needs beside those of the view.
func (w *writer) columns() []made {
	dims := slices.Concat(w.q.Dimensions, w.needs)
	for _, f := range w.q.Filters {
		dims = append(dims, f.Dimensions...)
	}
	for _, m := range w.q.Measures {
		for _, f := range m.Where {
			dims = append(dims, f.Dimensions...)
		}
	}
	var list []made
	add := func(name string, ends [2]string) {
		if !slices.ContainsFunc(list, func(m made) bool { return m.name == name }) {
			list = append(list, made{name, ends})
		}
	}
	for _, m := range w.made {
		add(m.name, m.ends)
	}
	for _, d := range dims {
		c := columnsOf[d]
		switch {
		case c.ends[0] != "":
			add(c.name, c.ends)
		case c.pair != "":
			add(c.name, [2]string{c.pair})
		}
		if ends, ok := shownBy[c.shown]; ok && slices.Contains(w.q.Dimensions, d) {
			add(c.shown, ends)
		}
	}
	return list
}

// filters writes those of the question, of columns that were made.
func (w *writer) filters() []string {
	if len(w.q.Filters) == 0 {
		return nil
	}
	return []string{"| where " + holds(w.q.Filters)}
}

// holds writes that filters hold.
func holds(filters []query.Filter) string {
	texts := make([]string, len(filters))
	for i, f := range filters {
		c := columnsOf[f.Dimensions[0]]
		values := make([]string, len(f.Values))
		for j, v := range f.Values {
			values[j] = c.value(v[0])
		}
		texts[i] = among(c.name, values)
		switch {
		case f.Not && texts[i] == c.name+" == ''":
			texts[i] = "isnotempty(" + c.name + ")"
		case f.Not:
			texts[i] = "not(" + texts[i] + ")"
		}
	}
	return strings.Join(texts, " and ")
}

// sum writes a measure.
func (w *writer) sum(m query.Measure) string {
	of := quantity(m.Of, w.q.EachCapture)
	switch {
	case m.Of == query.Initiators:
		return "count_distinct(initiator_host)"
	case m.Of == query.FirstTime:
		return "min(interval_start)"
	case m.Of == query.LastTime:
		return "max(interval_start)"
	case len(m.Where) > 0:
		return "sumif(" + of + ", " + holds(m.Where) + ")"
	}
	return "sum(" + of + ")"
}

// quantity writes what a measure sums: what counts once, or what each NIC recorded.
func quantity(q query.Quantity, nics bool) string {
	columns := map[query.Quantity][]string{
		query.Flows: {"flows"}, query.Packets: {"packets_fwd", "packets_back"}, query.Bytes: {"bytes_fwd", "bytes_back"},
		query.PacketsForward: {"packets_fwd"}, query.PacketsBack: {"packets_back"},
		query.BytesForward: {"bytes_fwd"}, query.BytesBack: {"bytes_back"}, query.Tuples: {"records"},
	}[q]
	if nics && q != query.Tuples {
		columns = slices.Clone(columns)
		for i := range columns {
			columns[i] = "nic_" + columns[i]
		}
	}
	return strings.Join(columns, " + ")
}

// measureName is what a measure is called in answers, in words between underscores.
func measureName(name string) string {
	name = strings.TrimPrefix(name, "total_")
	for _, word := range []string{"malicious", "allowed", "denied"} {
		name = strings.Replace(name, word, word+"_", 1)
	}
	name = strings.Replace(name, "malicious_total_", "malicious_", 1)
	return strings.ReplaceAll(name, "__", "_")
}
