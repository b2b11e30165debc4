package insight

import (
	"cmp"
	"math"

	"weir/internal/query"
)

// Names of measures in a query are a set (total, allowed, ...) and one of
// these, joined by an underscore.
const (
	flowsName   = "flows"
	packetsName = "packets"
	bytesName   = "bytes"
)

// measures returns the three measures of a set of flows.
func measures(set string, where ...query.Filter) []query.Measure {
	return []query.Measure{
		{Name: set + "_" + flowsName, Of: query.Flows, Where: where},
		{Name: set + "_" + packetsName, Of: query.Packets, Where: where},
		{Name: set + "_" + bytesName, Of: query.Bytes, Where: where},
	}
}

// read returns the three measures of a set from the values of a row.
func read(values map[string]int64, set string) Measures {
	return Measures{
		Flows:   values[set+"_"+flowsName],
		Packets: values[set+"_"+packetsName],
		Bytes:   values[set+"_"+bytesName],
	}
}

// ranked orders by the chosen measure of the set "total"; ties are decided by
// flows, packets, bytes and at last the key, so that a talker with nothing but
// denied flows keeps a place of its own and answers do not change by chance.
func ranked(by Measure, keys ...query.Dimension) []query.Order {
	order := []query.Order{{Measure: "total_" + string(by)}}
	for _, m := range []Measure{Flows, Packets, Bytes} {
		if m != by {
			order = append(order, query.Order{Measure: "total_" + string(m)})
		}
	}
	for _, k := range keys {
		order = append(order, query.Order{Dimension: k})
	}
	return order
}

// Of returns the chosen measure.
func (m Measures) Of(by Measure) int64 {
	switch by {
	case Packets:
		return m.Packets
	case Bytes:
		return m.Bytes
	default:
		return m.Flows
	}
}

// compare tells which of two comes first in a ranking: below zero, m does.
func (m Measures) compare(o Measures, by Measure) int {
	return cmp.Or(cmp.Compare(o.Of(by), m.Of(by)), cmp.Compare(o.Flows, m.Flows), cmp.Compare(o.Packets, m.Packets), cmp.Compare(o.Bytes, m.Bytes))
}

func (m Measures) plus(o Measures) Measures {
	return Measures{add(m.Flows, o.Flows), add(m.Packets, o.Packets), add(m.Bytes, o.Bytes)}
}

// minus is never below zero, which could only come of a sum that did not fit.
func (m Measures) minus(o Measures) Measures {
	return Measures{max(0, m.Flows-o.Flows), max(0, m.Packets-o.Packets), max(0, m.Bytes-o.Bytes)}
}

// add stays at the highest integer where the sum does not fit; both are positive.
func add(a, b int64) int64 {
	if a > math.MaxInt64-b {
		return math.MaxInt64
	}
	return a + b
}

func share(part, total Measures, by Measure) float64 {
	if total.Of(by) == 0 {
		return 0
	}
	return float64(part.Of(by)) / float64(total.Of(by))
}

func (v Volume) plus(o Volume) Volume {
	return Volume{add(v.Packets, o.Packets), add(v.Bytes, o.Bytes)}
}
