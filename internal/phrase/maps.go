package phrase

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"weir/internal/insight"
	"weir/internal/query"
	"weir/internal/store"
)

// Networks says who talks to whom, by network: a row for each way of an edge.
func Networks(ctx context.Context, s store.Store, q insight.MapQuestion) (*Query, error) {
	if len(q.Inside) > 0 {
		return nil, unsayable("What is inside a subnet is told by many names, which is not said in KQL. Show the network as its subnets.")
	}
	return edges(ctx, s, q, func(end string) []string {
		cases := []string{end + "_vnet != ''", "strcat('vnet:', " + end + "_vnet)"}
		if len(q.Open) > 0 {
			cases = append([]string{
				fmt.Sprintf("%[1]s_vnet in %[2]s and %[1]s_subnet != ''", end, quoteAll(q.Open)),
				fmt.Sprintf("strcat('subnet:', %[1]s_vnet, '/', replace_regex(%[1]s_subnet, '^.*/', ''))", end),
			}, cases...)
		}
		return cases
	})
}

// Geography says which countries and regions talk to each other.
func Geography(ctx context.Context, s store.Store, q insight.MapQuestion) (*Query, error) {
	return edges(ctx, s, q, func(end string) []string {
		return []string{
			end + "_region != ''", "strcat('region:', " + end + "_region)",
			fmt.Sprintf("%[1]s_class == 'external' and %[1]s_country != ''", end), "strcat('country:', " + end + "_country)",
			end + "_class == 'vnet'", "'own'",
		}
	})
}

// edges says the edges of a map: nodes have the names that the map gives them, and
// what is in none of the cases is outside of all networks.
func edges(ctx context.Context, s store.Store, q insight.MapQuestion, cases func(end string) []string) (*Query, error) {
	limit := q.Limit
	q.Limit = 0
	a, err := insight.Begin(ctx, s, q.Question)
	if err != nil {
		return nil, err
	}
	w := writer{
		r: a.Range, where: q.Where, by: []string{"source", "target"},
		made: []made{{"source", [2]string{node("initiator", cases)}}, {"target", [2]string{node("responder", cases)}}},
	}
	w.q.Measures = slices.DeleteFunc(waysOf(a.By), func(m query.Measure) bool {
		set, _, _ := strings.Cut(m.Name, "_")
		return strings.HasSuffix(set, "in") || strings.HasSuffix(set, "out")
	})
	w.order = append(sortedBy("", a.By), "source asc", "target asc")
	lines, err := w.write()
	to := queryOf(lines)
	if limit > 0 {
		to.Note = "The query has all edges, each of the two ways between nodes in a row."
	}
	return to, err
}

// node says in which node of a map an end is.
func node(end string, cases func(end string) []string) string {
	named := func(kind, name string) string { return fmt.Sprintf("strcat('%s:', %s_%s)", kind, end, name) }
	is := func(class string) string { return end + "_class == '" + class + "'" }
	all := append(cases(end),
		is("s2s")+" and "+end+"_site != ''", named("site", "site"),
		is("s2s")+" and "+end+"_connection != ''", named("site", "connection"),
		is("s2s")+" and "+end+"_gateway != ''", named("site", "gateway"),
		is("s2s"), "'site'",
		is("p2s")+" and "+end+"_gateway != ''", named("clients", "gateway"),
		is("p2s"), "'clients'",
		is("azure"), "'azure'", is("external"), "'internet'", is("private"), "'private'", "'unknown'",
	)
	return "case(" + strings.Join(all, ", ") + ")"
}

// EnvironmentParts are the parts of how the estate stands that can be said.
func EnvironmentParts() []string {
	return []string{"regions", "vnets", "subnets", "app-gateways", "between", "zones"}
}

// Environment says a part of how the estate stands: what had traffic.
func Environment(ctx context.Context, s store.Store, q insight.Question, part string) (*Query, error) {
	q.Limit = 0
	a, err := insight.Begin(ctx, s, q)
	if err != nil {
		return nil, err
	}
	of := query.Region
	switch part {
	case "regions", "vnets", "subnets", "app-gateways":
		q.Limit = insight.MaxLimit
		to, err := Table(ctx, s, part, insight.TableQuestion{Question: q})
		if err == nil {
			to.Note = "What had no traffic is in the inventory alone, and not in the answer."
		}
		return to, err
	case "zones":
		of = query.Zone
	case "between":
	default:
		return nil, unsayable("The inventory says it, not the traffic that is asked in KQL. There are %s.", strings.Join(EnvironmentParts(), ", "))
	}
	ends := []query.Dimension{query.Of(query.InitiatorEnd, of), query.Of(query.ResponderEnd, of)}
	w := writer{r: a.Range, where: q.Where, q: a.Question(nil, ends)}
	w.q.Limit = 0
	for _, d := range ends {
		known := query.Is(d, "")
		known.Not = true
		w.q.Filters = append(w.q.Filters, known)
	}
	if part == "zones" { // each region has zones of its own
		w.after = []string{"| where tostring(split(initiator_zone, '/')[0]) == tostring(split(responder_zone, '/')[0])"}
	}
	lines, err := w.write()
	return queryOf(lines), err
}
