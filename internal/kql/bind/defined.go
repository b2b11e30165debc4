package bind

import (
	"fmt"
	"slices"
	"time"

	"weir/internal/kql/catalog"
	"weir/internal/kql/syntax"
	"weir/internal/query/rel"
)

// The tables of flows, of Azure's schema 3 and of those before.
const (
	flows, flowsBefore = "NTANetAnalytics", "AzureNetworkAnalytics_CL"
	logged             = "TargetResourceType"
	securityGroup      = "NetworkSecurityGroup"
)

// catalogued binds a table of the catalogue.
func (b *binder) catalogued(x syntax.Expr, t *catalog.Table) table {
	if t.Definition == "" || b.defining == t.Name {
		out := b.scan(t)
		if t.Name == flows && b.both {
			out = b.ofLogs(out)
		}
		if t.Definition == "" {
			out = b.bounded(out, t)
		}
		return out
	}
	tree, err := syntax.Parse(t.Definition)
	if err != nil {
		panic(fmt.Sprintf("BUG: the definition of %s: %v", t.Name, err))
	}
	before := b.defining
	b.defining = t.Name
	defer func() { b.defining = before }()
	e := &env{}
	return b.bounded(b.table(b.statements(tree.Statements, e, nil), e), t)
}

// ofLogs keeps the flows of one kind of log. Either table has all flows, so that
// queries for the older go on when the logs change, and the other way round. A
// query that reads both would have each twice: then each has those of the logs
// from which Azure fills it.
func (b *binder) ofLogs(t table) table {
	op := rel.Ne
	if b.defining == flowsBefore {
		op = rel.Eq
	}
	for _, c := range t.columns {
		if c.Name == logged {
			t.node = &rel.Filter{In: t.node, Cond: call(op, rel.Bool, false, c.Column, word1(securityGroup))}
		}
	}
	return t
}

func (b *binder) scan(t *catalog.Table) table {
	scan := &rel.Scan{View: t.View}
	out := table{node: scan}
	for _, c := range t.Columns {
		column := b.column(c.Name, rel.Column{T: c.Type, Null: true})
		out.columns = append(out.columns, column)
		scan.Columns = append(scan.Columns, rel.ScanColumn{ID: column.ID, Name: c.Name, T: c.Type, List: c.List})
	}
	named := func(name string) rel.Column {
		return out.columns[slices.IndexFunc(out.columns, func(c Column) bool { return c.Name == name })].Column
	}
	for _, bound := range t.Bounds() {
		scan.Bounds = append(scan.Bounds, rel.Bound{Of: named(bound.Column), After: named(bound.After), Until: named(bound.Until)})
	}
	return out
}

// bounded keeps the rows of the times that the client asks about.
func (b *binder) bounded(out table, t *catalog.Table) table {
	when := t.Time()
	if when == "" || b.defining != "" && b.defining != t.Name {
		return out
	}
	for _, bound := range []struct {
		at time.Time
		op rel.Op
	}{{b.options.From, rel.Ge}, {b.options.Until, rel.Lt}} {
		if bound.at.IsZero() {
			continue
		}
		for _, c := range out.columns {
			if c.Name == when {
				cond := call(bound.op, rel.Bool, true, c.Column, rel.Const{T: rel.DateTime, Value: bound.at.UnixMicro()})
				out.node = &rel.Filter{In: out.node, Cond: cond}
			}
		}
	}
	return out
}
