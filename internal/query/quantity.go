package query

import (
	"slices"
	"strings"
)

// quantities says which columns of the fact a quantity is the sum of.
var quantities = map[Quantity][]string{
	Flows:          {"started"},
	Packets:        {"packets_fwd", "packets_back"},
	Bytes:          {"bytes_fwd", "bytes_back"},
	PacketsForward: {"packets_fwd"},
	PacketsBack:    {"packets_back"},
	BytesForward:   {"bytes_fwd"},
	BytesBack:      {"bytes_back"},
	Tuples:         {"records"},
	FirstTime:      {"interval_start"},
	LastTime:       {"interval_start"},
}

var quantityNames = map[Quantity]string{
	Flows: "flows", Packets: "packets", Bytes: "bytes", PacketsForward: "packets_forward", PacketsBack: "packets_back",
	BytesForward: "bytes_forward", BytesBack: "bytes_back", Tuples: "tuples", FirstTime: "first_time", LastTime: "last_time",
}

// isTime tells whether a quantity is a time.
func (q Quantity) isTime() bool { return q == FirstTime || q == LastTime }

// isSum tells whether a quantity is a sum over rows.
func (q Quantity) isSum() bool { return !q.isTime() && q != Initiators }

// timed tells whether the question is about times, as exact as its grain.
func (q Question) timed() bool {
	return slices.Contains(q.Dimensions, Time) || slices.ContainsFunc(q.Measures, func(m Measure) bool { return m.Of.isTime() })
}

// together writes what values of a quantity are together.
func (b *builder) together(q Quantity, values ...string) string {
	switch q {
	case FirstTime:
		return "min(" + values[0] + ")"
	case LastTime:
		return "max(" + values[0] + ")"
	}
	return b.dialect.Sum(values...)
}

// counted writes the measures with the number of different initiators: from a
// row for each of these.
func (b *builder) counted(count Measure) {
	var out, group []string
	for _, d := range b.q.Dimensions {
		group = append(group, "n.by_"+columns[d].name)
		out = append(out, "n.by_"+columns[d].name+" AS by_"+columns[d].name)
	}
	each := b.q
	each.Dimensions = append(slices.Clone(each.Dimensions), InitiatorID)
	each.Measures = nil
	for _, m := range b.q.Measures {
		if m.Name == count.Name {
			out = append(out, "count(*) AS m_"+m.Name)
			continue
		}
		each.Measures = append(each.Measures, m)
		out = append(out, b.together(m.Of, "n.m_"+m.Name)+" AS m_"+m.Name)
	}
	b.write("  SELECT %s\n  FROM (\n", strings.Join(out, ", "))
	whole := b.q
	b.q = each
	b.groups()
	b.q = whole
	b.write("  ) AS n\n")
	if len(group) > 0 {
		b.write("  GROUP BY %s\n", strings.Join(group, ", "))
	}
}
