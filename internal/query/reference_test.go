package query_test

import (
	"fmt"
	"slices"
	"sort"
	"time"

	"weir/internal/query"
	"weir/internal/query/querytest"
)

// end is a flow as seen from one of its ends.
type end struct {
	querytest.Flow
	host string
	role int64
}

// answer answers a question by going through the flows one by one.
func answer(q query.Question, flows []querytest.Flow) query.Result {
	twice := slices.ContainsFunc(slices.Concat(q.Dimensions, filterDimensions(q)), func(d query.Dimension) bool {
		return d >= query.Of(query.HostEnd, 0) && d < query.Of(query.InitiatorEnd, 0) || d == query.Host || d == query.HostID || d == query.PeerID || d == query.Role || d == query.Captured
	})
	var ends []end
	for _, f := range flows {
		ends = append(ends, end{f, f.Initiator, query.Initiates})
		if twice {
			ends = append(ends, end{f, f.Responder, query.Answers})
		}
	}

	rows, seen := map[string]*query.Row{}, map[string]bool{}
	stale := map[string]bool{} // rows with a flow before Fresh
	if len(q.Dimensions) == 0 {
		rows["[]"] = &query.Row{Keys: []any{}, Values: map[string]int64{}}
		for _, m := range q.Measures {
			rows["[]"].Values[m.Name] = 0
		}
	}
	for _, e := range ends {
		if !q.From.IsZero() && e.Interval.Before(q.From) || !q.To.IsZero() && !e.Interval.Before(q.To) || !passes(e, q.Filters) || !holds(q.Where, e.Flow) {
			continue
		}
		keys := []any{}
		for _, d := range q.Dimensions {
			v := value(e, d)
			if d == query.Time {
				v = e.Interval.Truncate(q.Grain)
			}
			keys = append(keys, v)
		}
		row := rows[fmt.Sprint(keys)]
		if row == nil {
			row = &query.Row{Keys: keys, Values: map[string]int64{}}
			rows[fmt.Sprint(keys)] = row
		}
		stale[fmt.Sprint(keys)] = stale[fmt.Sprint(keys)] || e.Interval.Before(q.Fresh)
		for _, m := range q.Measures {
			n, before := int64(0), row.Values[m.Name]
			if passes(e, m.Where) {
				n = quantity(e, m.Of)
			}
			at := e.Interval.Truncate(max(q.Grain, 1)).Unix()
			switch {
			case m.Of == query.FirstTime && (before == 0 || at < before), m.Of == query.LastTime && at > before:
				n = at - before
			case m.Of == query.Initiators && !seen[fmt.Sprint(keys, m.Name, e.Initiator)]:
				seen[fmt.Sprint(keys, m.Name, e.Initiator)] = true
				n = 1
			}
			row.Values[m.Name] += n
		}
	}

	r := query.Result{Totals: map[string]int64{}}
	for name, row := range rows {
		if stale[name] {
			continue
		}
		r.Rows = append(r.Rows, *row)
		if q.Totals {
			r.Count++
			for _, m := range q.Measures {
				r.Totals[m.Name] += row.Values[m.Name]
			}
		}
	}
	sort.Slice(r.Rows, func(i, j int) bool { return less(q, r.Rows[i], r.Rows[j]) })
	if q.Per != nil {
		kept := map[string]int{}
		r.Rows = slices.DeleteFunc(r.Rows, func(row query.Row) bool {
			var group []any
			for i, d := range q.Dimensions {
				if slices.Contains(q.Per.Dimensions, d) {
					group = append(group, row.Keys[i])
				}
			}
			kept[fmt.Sprint(group)]++
			return kept[fmt.Sprint(group)] > q.Per.Limit
		})
	}
	if q.Limit > 0 {
		if r.Rows = r.Rows[min(q.Offset, len(r.Rows)):]; len(r.Rows) == 0 {
			r.Rows = nil
		}
		r.Rows = r.Rows[:min(q.Limit, len(r.Rows))]
	}
	return r
}

func filterDimensions(q query.Question) []query.Dimension {
	var dims []query.Dimension
	filters := slices.Clone(q.Filters)
	for _, m := range q.Measures {
		filters = append(filters, m.Where...)
	}
	for _, f := range filters {
		dims = append(dims, f.Dimensions...)
	}
	return dims
}

func less(q query.Question, a, b query.Row) bool {
	for _, o := range q.Order {
		if o.Measure != "" {
			if a.Values[o.Measure] != b.Values[o.Measure] {
				return a.Values[o.Measure] > b.Values[o.Measure]
			}
			continue
		}
		i := slices.Index(q.Dimensions, o.Dimension)
		switch x := a.Keys[i].(type) {
		case string:
			if y := b.Keys[i].(string); x != y {
				return x < y
			}
		case int64:
			if y := b.Keys[i].(int64); x != y {
				return x < y
			}
		case uint64:
			if y := b.Keys[i].(uint64); x != y {
				return x < y
			}
		case time.Time:
			if y := b.Keys[i].(time.Time); !x.Equal(y) {
				return x.Before(y)
			}
		}
	}
	return false
}

func passes(e end, filters []query.Filter) bool {
	for _, f := range filters {
		found := slices.ContainsFunc(f.Values, func(values []any) bool {
			for i, d := range f.Dimensions {
				v := values[i]
				switch v.(type) {
				case string, bool:
				default:
					v = fmt.Sprintf("%d", v)
				}
				if fmt.Sprint(v) != fmt.Sprint(value(e, d)) {
					return false
				}
			}
			return true
		})
		if found == f.Not {
			return false
		}
	}
	return true
}

func value(e end, d query.Dimension) any {
	switch d {
	case query.Initiator:
		return e.Initiator
	case query.Responder:
		return e.Responder
	case query.Host:
		return e.host
	case query.InitiatorID:
		return querytest.HostID(e.Initiator)
	case query.ResponderID:
		return querytest.HostID(e.Responder)
	case query.HostID:
		return querytest.HostID(e.host)
	case query.PeerID:
		if e.role == query.Answers {
			return querytest.HostID(e.Initiator)
		}
		return querytest.HostID(e.Responder)
	case query.LowerID:
		return min(querytest.HostID(e.Initiator), querytest.HostID(e.Responder))
	case query.HigherID:
		return max(querytest.HostID(e.Initiator), querytest.HostID(e.Responder))
	case query.LowerRole:
		if querytest.HostID(e.Initiator) <= querytest.HostID(e.Responder) {
			return int64(query.Initiates)
		}
		return int64(query.Answers)
	case query.ServicePort:
		if e.Port >= query.FirstEphemeral {
			return int64(query.Ephemeral)
		}
		return int64(e.Port)
	case query.Role:
		return e.role
	case query.Captured:
		return e.role == int64(e.Direction)
	case query.Port:
		return int64(e.Port)
	case query.Protocol:
		return int64(e.Protocol)
	case query.Direction:
		return int64(e.Direction)
	case query.Status:
		return int64(e.Status)
	case query.ACL:
		return e.Rule.ACL
	case query.Rule:
		return e.Rule.Name
	case query.MAC:
		return e.Log.MAC
	case query.Target:
		return e.Log.Target
	case query.FlowType:
		return int64(e.Type)
	case query.Encryption:
		return int64(e.Encryption)
	case query.RuleKind:
		return ruleKind(e.Rule.Name)
	}
	for end, address := range []string{e.host, e.Initiator, e.Responder} {
		if p := query.Property(d - query.Of(query.End(end), 0)); d >= query.Of(query.End(end), 0) && d < query.Of(query.End(end+1), 0) {
			return querytest.Was(address, p)
		}
	}
	return nil
}

func quantity(e end, of query.Quantity) int64 {
	switch of {
	case query.Flows:
		return int64(e.Started)
	case query.Packets:
		return int64(e.PacketsFwd + e.PacketsBack)
	case query.Bytes:
		return int64(e.BytesFwd + e.BytesBack)
	case query.PacketsForward:
		return int64(e.PacketsFwd)
	case query.PacketsBack:
		return int64(e.PacketsBack)
	case query.BytesForward:
		return int64(e.BytesFwd)
	case query.BytesBack:
		return int64(e.BytesBack)
	case query.Tuples:
		return int64(e.Records)
	}
	return 0
}
