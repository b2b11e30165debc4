// Package kql answers questions in KQL, the query language of Azure's log
// search: a text becomes a typed plan, and that one SELECT over the views of the
// store. What it does not know is refused, never guessed.
package kql

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"weir/internal/compute"
	"weir/internal/kql/bind"
	"weir/internal/kql/syntax"
	"weir/internal/query/rel"
	"weir/internal/store"
)

// Question is a query that was understood.
type Question struct {
	// SQL answers it. Its columns have made-up names.
	SQL     string
	Columns []Column
	// Chart is the kind of chart that render asks for, empty where it does not.
	Chart string
	// Drawing are the properties that render has beside the kind, such as title, by
	// their names in small letters; lists have commas between.
	Drawing map[string]string
	// MaxRows and MaxBytes are how much of the answer is to be sent, as set
	// truncationmaxrecords and truncationmaxsize say; 0: all.
	MaxRows, MaxBytes int64

	plan     rel.Node
	read     []rel.Column
	names    []string // of the columns of the plan
	instants []bool   // which columns are numbers of ticks in the answer of the store
}

// Column is a column of the answer, with its type in KQL.
type Column struct{ Name, Type string }

// Options say what a query is asked of.
type Options = bind.Options

// Compile understands a query. Its error is a [*syntax.Fault], which says where
// and what to do.
func Compile(text string, o Options) (Question, error) {
	if o.Now.IsZero() {
		o.Now = time.Now()
	}
	tree, err := syntax.Parse(text)
	if err != nil {
		return Question{}, err
	}
	answer, err := bind.Query(tree, o)
	if err != nil {
		var f *syntax.Fault
		if errors.As(err, &f) {
			return Question{}, f.Locate(text)
		}
		return Question{}, err
	}
	if err := rel.Check(answer.Plan); err != nil {
		return Question{}, syntax.Faultf(0, syntax.CodeTooMuch, "%v", err).Locate(text)
	}
	q := Question{Chart: answer.Chart, Drawing: answer.Drawing, MaxRows: answer.MaxRows, MaxBytes: answer.MaxBytes}
	q.plan, q.names = rel.Imply(rel.Simplify(answer.Plan)), answer.Names
	project := &rel.Project{In: q.plan}
	columns := make([]rel.Column, len(answer.Columns))
	for i, c := range answer.Columns {
		q.Columns = append(q.Columns, Column{c.Name, bind.TypeName(c.T)})
		q.instants = append(q.instants, c.T == rel.Instant)
		columns[i] = c.Column
		if c.T == rel.Timespan { // a number in the plan
			project.Items = append(project.Items, rel.Item{ID: c.ID, X: rel.Call{Op: rel.SpanText, Args: []rel.Expr{c.Column}, T: rel.Timespan, Null: true}})
			continue
		}
		project.Items = append(project.Items, rel.Item{ID: c.ID, X: c.Column})
	}
	if len(columns) == 0 {
		return Question{}, syntax.Faultf(0, syntax.CodeSemantic, "the answer has no columns: project those that you want").Locate(text)
	}
	q.read = columns
	if q.SQL, err = rel.Print(project, columns); err != nil {
		return Question{}, syntax.Faultf(0, syntax.CodeTooMuch, "%v", err).Locate(text)
	}
	return q, nil
}

// Explain returns how the question is answered, as people read it: the steps of
// its plan, and its SQL below.
func (q Question) Explain() string {
	name := func(id int) string {
		if id > len(q.names) {
			return ""
		}
		return q.names[id-1]
	}
	answer := make([]string, len(q.Columns))
	for i, c := range q.Columns {
		answer[i] = fmt.Sprintf("%s#%d: %s", c.Name, q.read[i].ID, c.Type)
	}
	plan := rel.Explain(q.plan, q.read, name)
	return "answer: " + strings.Join(answer, ", ") + "\n" + plan + "\n" + rel.Layout(q.SQL)
}

// Ask compiles a query and asks a store. It goes on until ctx ends or the rows
// are closed.
func Ask(ctx context.Context, s Store, text string, o Options) (store.Rows, Question, error) {
	if o.Look == nil {
		o.Look = Looking(ctx, s.ReadOnly)
	}
	q, err := Compile(text, o)
	if err != nil {
		return nil, q, err
	}
	rows, err := s.ReadOnly(ctx, q.SQL)
	if err == nil {
		rows, err = q.rows(rows)
	}
	return rows, q, err
}

// Store is what answers, a [store.Store].
type Store interface {
	ReadOnly(ctx context.Context, sql string) (store.Rows, error)
}

// rows gives the columns of an answer the names that they have in the query, and
// times that are finer than those of the store.
func (q Question) rows(rows store.Rows) (store.Rows, error) {
	columns := rows.Columns()
	if len(columns) != len(q.Columns) {
		return nil, errors.Join(fmt.Errorf("cannot name %d columns of an answer with %d", len(q.Columns), len(columns)), rows.Close())
	}
	named := make([]store.Column, len(columns))
	for i, c := range columns {
		named[i] = store.Column{Name: q.Columns[i].Name, Type: c.Type, Unit: c.Unit}
		if q.instants[i] {
			named[i].Type = "time"
		}
	}
	return renamed{rows, named, q.instants}, nil
}

type renamed struct {
	store.Rows
	columns  []store.Column
	instants []bool
}

// Values implements store.Rows.
func (r renamed) Values() []any {
	values := r.Rows.Values()
	for i, is := range r.instants {
		if ticks, ok := values[i].(int64); ok && is {
			values[i] = compute.Time(ticks)
		}
	}
	return values
}

// Columns implements store.Rows.
func (r renamed) Columns() []store.Column { return r.columns }
