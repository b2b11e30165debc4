package insight

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"weir/internal/query"
)

// change is what a row has, and what it had before.
type change struct {
	keys        []any
	now, before Measures
}

// more is how many more bytes it has.
func (c change) more() int64 { return c.now.Bytes - c.before.Bytes }

// machines tells which are new, and which have far more or less traffic than before.
func (f *finder) machines(ctx context.Context) error {
	machine := query.Of(query.HostEnd, query.VM)
	named := query.Is(machine, "")
	named.Not = true
	changes, err := f.changes(ctx, []query.Dimension{machine}, named)
	if err != nil {
		return err
	}
	holds := func(c change) []query.Condition { return []query.Condition{is("vm", c.keys[0])} }
	var fresh []change
	for _, c := range changes {
		if c.before == (Measures{}) {
			fresh = append(fresh, c)
		}
	}
	slices.SortFunc(fresh, func(x, y change) int { return x.now.compare(y.now, Flows) })
	for _, c := range fresh[:min(len(fresh), findingsOfKind)] {
		f.add(NewMachine, c.now, &c.before, holds(c), "%s has traffic and had none before", c.keys[0])
	}
	changes = slices.DeleteFunc(changes, func(c change) bool { return c.before == (Measures{}) })
	var now, before int64
	for _, c := range changes {
		now, before = add(now, c.now.Bytes), add(before, c.before.Bytes)
	}
	f.tell(changes, max(now, before), holds, func(c change) string {
		name := c.keys[0].(string)
		return name[strings.LastIndexByte(name, '/')+1:]
	})
	return nil
}

// portsChanged tells which have far more or less traffic than before.
func (f *finder) portsChanged(ctx context.Context) error {
	port := []query.Dimension{query.ServicePort, query.Protocol}
	busy, all, err := f.busiest(ctx, port)
	if err != nil || len(busy) == 0 {
		return err
	}
	changes, err := f.changes(ctx, port, only(port, busy))
	if err != nil {
		return err
	}
	changes = slices.DeleteFunc(changes, func(c change) bool { return c.keys[0] == int64(query.Ephemeral) })
	rows := make([]query.Row, len(changes))
	for i, c := range changes {
		rows[i].Keys = c.keys
	}
	names, err := applications(ctx, f.store, rows, 0)
	if err != nil {
		return err
	}
	ports, _ := SplitNamed("ports")
	f.tell(changes, all, func(c change) []query.Condition {
		return []query.Condition{ports.keys[0].test(c.keys[0]), ports.keys[1].test(c.keys[1])}
	}, func(c change) string {
		port := shownPort(names, query.Row{Keys: c.keys}, 0)
		if port.Application == "" {
			return fmt.Sprintf("Port %d/%s", port.Port, port.Protocol)
		}
		return fmt.Sprintf("Port %d/%s (%s)", port.Port, port.Protocol, port.Application)
	})
	return nil
}

// busiest returns the rows that have a part of all bytes, now or before, that is
// told of: there are no more of them than parts. A ranking finds these without a
// look at all ports.
// All is the bytes of all rows, now or before, whatever is more.
func (f *finder) busiest(ctx context.Context, dims []query.Dimension) (rows []query.Row, all int64, err error) {
	if !f.known {
		return nil, 0, nil
	}
	seen := map[string]bool{}
	for _, r := range []Compared{{f.now.From, f.now.To}, f.before} {
		res, err := query.Rank(ctx, f.store, query.Question{
			From: r.From, To: r.To, Dimensions: dims, Measures: measures("total"), Where: f.where,
			Order: ranked(Bytes, dims...), Limit: int(1/changedPart) + 1,
		})
		if err != nil {
			return nil, 0, err
		}
		all = max(all, read(res.Totals, "total").Bytes)
		for _, row := range res.Rows {
			if key := fmt.Sprint(row.Keys...); !seen[key] {
				seen[key] = true
				rows = append(rows, row)
			}
		}
	}
	return rows, all, nil
}

// changes returns what all rows have and had before; none where there is no data of before.
func (f *finder) changes(ctx context.Context, dims []query.Dimension, filters ...query.Filter) ([]change, error) {
	if !f.known {
		return nil, nil
	}
	ask := query.Question{From: f.now.From, To: f.now.To, Dimensions: dims, Measures: measures("total"), Filters: filters, Where: f.where}
	now, err := query.Ask(ctx, f.store, ask)
	if err != nil {
		return nil, err
	}
	ask.From, ask.To = f.before.From, f.before.To
	before, err := query.Ask(ctx, f.store, ask)
	if err != nil {
		return nil, err
	}
	place := make(map[string]int, len(now.Rows))
	changes := make([]change, 0, len(now.Rows))
	for _, row := range now.Rows {
		place[fmt.Sprint(row.Keys...)] = len(changes)
		changes = append(changes, change{keys: row.Keys, now: read(row.Values, "total")})
	}
	for _, row := range before.Rows {
		i, ok := place[fmt.Sprint(row.Keys...)]
		if !ok {
			i = len(changes)
			changes = append(changes, change{keys: row.Keys})
		}
		changes[i].before = read(row.Values, "total")
	}
	return changes, nil
}

// tell adds those that rose and fell most, if they did by far and by a part of all bytes.
func (f *finder) tell(changes []change, all int64, holds func(change) []query.Condition, name func(change) string) {
	least := max(changedBytes, int64(changedPart*float64(all)))
	rose := slices.SortedFunc(slices.Values(changes), func(x, y change) int {
		return cmp.Or(cmp.Compare(y.more(), x.more()), cmp.Compare(name(x), name(y)))
	})
	n := 0
	for _, c := range rose {
		if n < changedMost && c.more() > least && c.now.Bytes >= muchMore*c.before.Bytes {
			n++
			f.add(Rose, c.now, &c.before, holds(c), "%s has far more traffic than before", name(c))
		}
	}
	slices.Reverse(rose)
	n = 0
	for _, c := range rose {
		if n < changedMost && -c.more() > least && c.before.Bytes >= muchMore*c.now.Bytes {
			n++
			f.add(Fell, c.now, &c.before, holds(c), "%s has far less traffic than before", name(c))
		}
	}
}
