package query

// relation is where a question reads facts from: a table or view with the
// columns of a fact.
type relation string

const (
	// counted is the facts with zero in the counters that another capture counts.
	counted relation = "weir.counted"
	// captured is the facts without what another log of the same NIC has, too.
	captured relation = "weir.captured"
)

// relation chooses where the question reads from.
func (q Question) relation() relation {
	if q.EachCapture {
		return captured
	}
	return counted
}

// side is one of the two ends of a flow, as the columns that only an end has
// come out of a fact.
type side map[string]string

// sides returns the ends for which a question needs every flow; one where it
// needs each flow once, without columns but for those of a pair.
func (q Question) sides() []side {
	switch {
	case q.pairs():
		return []side{{
			"lower": lower("f.initiator", "f.responder"), "higher": higher("f.initiator", "f.responder"),
			"lower_role": "CASE WHEN f.initiator <= f.responder THEN 1 ELSE 0 END",
		}}
	case !q.bothEnds():
		return []side{nil}
	}
	return []side{
		{
			"host": "f.initiator", "host_endpoint": "f.initiator_endpoint", "peer": "f.responder", "peer_endpoint": "f.responder_endpoint",
			"role": "1", "captured": "CASE WHEN f.direction = 1 THEN 1 ELSE 0 END",
		},
		{
			"host": "f.responder", "host_endpoint": "f.responder_endpoint", "peer": "f.initiator", "peer_endpoint": "f.initiator_endpoint",
			"role": "0", "captured": "CASE WHEN f.direction = 0 THEN 1 ELSE 0 END",
		},
	}
}

func lower(a, b string) string {
	return format("CASE WHEN %[1]s <= %[2]s THEN %[1]s ELSE %[2]s END", a, b)
}

func higher(a, b string) string {
	return format("CASE WHEN %[1]s <= %[2]s THEN %[2]s ELSE %[1]s END", a, b)
}

// endColumns says which columns of a fact those come out of that only an end or a
// pair has: as sides has it.
var endColumns = map[string][]string{
	"host": {"initiator", "responder"}, "host_endpoint": {"initiator_endpoint", "responder_endpoint"},
	"peer": {"initiator", "responder"}, "peer_endpoint": {"initiator_endpoint", "responder_endpoint"},
	"role": nil, "captured": {"direction"},
	"lower": {"initiator", "responder"}, "higher": {"initiator", "responder"}, "lower_role": {"initiator", "responder"},
}

// ofFlow returns the columns of a fact that columns come out of.
func ofFlow(columns []string) []string {
	var all []string
	for _, c := range columns {
		if of, ok := endColumns[c]; ok {
			all = append(all, of...)
		} else {
			all = append(all, c)
		}
	}
	return all
}

// column writes a column of a fact as seen from the side.
func (s side) column(fact string) string {
	if expr, ok := s[fact]; ok {
		return expr
	}
	return "f." + fact
}
