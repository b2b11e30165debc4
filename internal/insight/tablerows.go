package insight

import (
	"strings"

	"weir/internal/store"
)

// tablePage is how many rows of a table are asked for at once where all are wanted:
// of hosts it takes 80 MB, and each page as long as to find out which these are.
const tablePage = 20_000

// TableRows returns every row of a table, in its order, page after page while they
// are read: ask is Table of a store. Its Limit and Offset are not heeded.
func TableRows(split string, q TableQuestion, ask func(TableQuestion) (*TableAnswer, error)) (store.Rows, error) {
	by, ok := SplitNamed(split)
	if !ok {
		return nil, askErrorf("split", "There is no table of %q.", split)
	}
	q.page, q.Limit, q.Offset = true, tablePage, 0
	r := &tableRows{at: -1, question: q, ask: ask, cells: by.cells(q.Compare != "")}
	if err := r.turn(); err != nil { // what cannot be answered is told before anything is written
		return nil, err
	}
	return r, nil
}

// cells are the columns of a table in files.
func (s Split) cells(compared bool) []cell[*TableRow] {
	var cells []cell[*TableRow]
	text := func(name string, of func(*TableRow) any) {
		cells = append(cells, cell[*TableRow]{store.Column{Name: name, Type: "string"}, of})
	}
	counts := func(name string, of func(*TableRow) Measures) {
		for _, m := range []Measure{Flows, Packets, Bytes} {
			cells = append(cells, cell[*TableRow]{store.Column{Name: name + string(m), Type: "int", Unit: string(m)}, func(r *TableRow) any { return of(r).Of(m) }})
		}
	}
	for i, name := range s.Columns {
		text(name, func(r *TableRow) any { return r.Keys[i] })
	}
	if s.isPorts() {
		text("application", func(r *TableRow) any { return r.Ports[0].Application })
	}
	if s.hosts != nil {
		for i, name := range s.Columns {
			side := func(what string, of func(Side) string) {
				text(name+"_"+what, func(r *TableRow) any { return of(r.Hosts[i].Side) })
			}
			side("name", func(s Side) string { return s.Name })
			side("class", func(s Side) string { return s.Class })
			side("network", func(s Side) string { return s.Network })
			side("region", func(s Side) string { return s.Region })
			side("country", func(s Side) string { return s.Country })
			side("service", func(s Side) string { return s.Service })
			side("verdict", func(s Side) string { return s.Category })
		}
	}
	for _, p := range s.parts() {
		if p.of == nil {
			continue
		}
		counts(columnName(p.name), func(r *TableRow) Measures {
			if p.bad {
				return *p.of(&r.Malicious)
			}
			return *p.of(&r.All)
		})
	}
	if compared {
		counts("before_", func(r *TableRow) Measures { return *r.Before })
	}
	cells = append(cells, cell[*TableRow]{store.Column{Name: "share", Type: "float"}, func(r *TableRow) any { return r.Share }})
	text("filter", func(r *TableRow) any { return r.Filter })
	return cells
}

// columnName is what the columns of a part of the sums begin with in files: of
// maliciousAllowedIn it is malicious_allowed_in_, of the total nothing.
func columnName(part string) string {
	var b strings.Builder
	for i, r := range part {
		if i > 0 && r >= 'A' && r <= 'Z' {
			b.WriteByte('_')
		}
		b.WriteRune(r)
	}
	name := strings.ToLower(b.String())
	if name == "total" {
		return ""
	}
	return name + "_"
}

// tableRows implements store.Rows.
type tableRows struct {
	page     []TableRow
	at       int // in the page
	more     bool
	question TableQuestion
	ask      func(TableQuestion) (*TableAnswer, error)
	cells    []cell[*TableRow]
	values   []any
	err      error
}

// turn reads the next page.
func (r *tableRows) turn() error {
	a, err := r.ask(r.question)
	if err != nil {
		return err
	}
	// What is committed meanwhile does not move the range.
	r.question.From, r.question.To = a.From, a.To
	r.question.Offset += len(a.Rows)
	r.page, r.at, r.more = a.Rows, -1, len(a.Rows) == tablePage
	return nil
}

// Columns implements store.Rows.
func (r *tableRows) Columns() []store.Column { return columnsOf(r.cells) }

// Next implements store.Rows.
func (r *tableRows) Next() bool {
	r.at++
	if r.at < len(r.page) || !r.more {
		return r.at < len(r.page)
	}
	if r.err = r.turn(); r.err != nil {
		r.page, r.more = nil, false
		return false
	}
	r.at++
	return r.at < len(r.page)
}

// Values implements store.Rows.
func (r *tableRows) Values() []any {
	if r.values == nil {
		r.values = make([]any, len(r.cells))
	}
	for i, c := range r.cells {
		r.values[i] = c.of(&r.page[r.at])
	}
	return r.values
}

// Err implements store.Rows.
func (r *tableRows) Err() error { return r.err }

// Close implements store.Rows.
func (r *tableRows) Close() error {
	r.page, r.more = nil, false
	return nil
}
