package insight_test

import (
	"errors"
	"slices"
	"testing"

	"weir/internal/filter"
	"weir/internal/insight"
	"weir/internal/knowledge"
	"weir/internal/query"
	"weir/internal/query/querytest"
)

// Edges, shown or not, sum to the traffic of the same filter, and each has what a
// loop over the flows between its nodes finds.
func TestNetworkMap(t *testing.T) {
	flows := querytest.Random(44, 2000, start)
	s := filled(t, flows)
	node := func(address string) string {
		vnet, class := querytest.Was(address, query.VNet).(string), querytest.Was(address, query.Class)
		switch {
		case vnet != "":
			return "vnet:" + vnet
		case class == int64(3): // S2S
			return "site:" + querytest.Was(address, query.Site).(string)
		case class == int64(5):
			return "azure"
		case class == int64(6):
			return "internet"
		}
		return "unknown"
	}
	for _, where := range []string{"", "port < 1000", "malicious or not vnet = hub"} {
		q := insight.MapQuestion{Question: insight.Question{From: start, To: start.AddDate(0, 0, 1), By: insight.Bytes}}
		if where != "" {
			var err error
			if q.Where, err = filter.Parse(where); err != nil {
				t.Fatal(err)
			}
		}
		a, err := insight.NetworkMap(t.Context(), s, q, knowledge.SecurityState{})
		if err != nil {
			t.Fatal(err)
		}
		traffic, err := insight.Traffic(t.Context(), s, q.From, q.To, q.Where, 1)
		if err != nil {
			t.Fatal(err)
		}
		var all, edges insight.Measures
		for _, part := range traffic.Totals {
			all = added(all, part.Measures)
		}
		for _, e := range a.Edges {
			edges = added(edges, e.All.Total)
		}
		if a.Total != all || edges != all || a.Other != (insight.Measures{}) || a.Distinct != len(a.Edges) || len(a.Edges) < 4 {
			t.Errorf("where %q: %d edges with %+v, the map has %+v, the traffic %+v", where, len(a.Edges), edges, a.Total, all)
		}
		if where != "" {
			continue
		}
		want := map[[2]string]insight.Measures{}
		for _, f := range flows {
			from, to := node(f.Initiator), node(f.Responder)
			both := want[[2]string{from, to}]
			sum(&both, f)
			want[[2]string{from, to}] = both
		}
		for _, e := range a.Edges {
			w := want[[2]string{e.From, e.To}]
			if e.From != e.To {
				w = added(w, want[[2]string{e.To, e.From}])
			}
			if e.All.Total != w {
				t.Errorf("%s to %s: %+v, want %+v", e.From, e.To, e.All.Total, w)
			}
		}
		q.Limit = 2
		first, err := insight.NetworkMap(t.Context(), s, q, knowledge.SecurityState{})
		if err != nil || len(first.Edges) != 2 || first.Distinct != a.Distinct || added(added(first.Other, first.Edges[0].All.Total), first.Edges[1].All.Total) != all {
			t.Errorf("the first two edges: %+v, %v", first, err)
		}
	}
}

func TestNetworkMapOfNothing(t *testing.T) {
	s := querytest.Open(t)
	a, err := insight.NetworkMap(t.Context(), s, insight.MapQuestion{Question: insight.Question{Compare: insight.CompareBefore}}, knowledge.SecurityState{})
	if err != nil || a.Nodes == nil || a.Edges == nil || len(a.Nodes)+len(a.Edges) > 0 || a.Inventory != nil {
		t.Errorf("NetworkMap() = %+v, %v", a, err)
	}
	for field, q := range map[string]insight.MapQuestion{
		"limit":   {Question: insight.Question{Limit: insight.MostEdges + 1}},
		"open":    {Open: []string{"a\x00"}},
		"compare": {Question: insight.Question{Compare: "year"}},
		"by":      {Question: insight.Question{By: "hops"}},
	} {
		_, err := insight.NetworkMap(t.Context(), s, q, knowledge.SecurityState{})
		var bad *insight.AskError
		if !errors.As(err, &bad) || bad.Field != field {
			t.Errorf("%+v: %v, want what is wrong with %s", q, err, field)
		}
	}
}

// A network that is nowhere is refused with those that are near it; one without
// traffic under the filter is not.
func TestNetworkMapOpensWhatIsThere(t *testing.T) {
	s := filled(t, querytest.Random(44, 2000, start))
	vnet := querytest.Was("10.0.0.1", query.VNet).(string)
	for _, tt := range []struct{ open, where, want string }{
		{vnet, "", ""},
		{vnet, "port = 1 and not port = 1", ""},
		{"sub/rg/" + vnet, "", `There is no network "sub/rg/` + vnet + `". Near it: ` + vnet + "."},
		{vnet + "x", "", `There is no network "` + vnet + `x". Near it: ` + vnet + "."},
		{"zzzzzzzz", "", `There is no network "zzzzzzzz". Networks are named subscription/group/network; weir top vnets shows them.`},
	} {
		q := insight.MapQuestion{Question: insight.Question{From: start, To: start.AddDate(0, 0, 1)}, Open: []string{tt.open}}
		if tt.where != "" {
			var err error
			if q.Where, err = filter.Parse(tt.where); err != nil {
				t.Fatal(err)
			}
		}
		_, err := insight.NetworkMap(t.Context(), s, q, knowledge.SecurityState{})
		got := ""
		if err != nil {
			got = err.Error()
		}
		if got != tt.want {
			t.Errorf("open %q where %q: %q, want %q", tt.open, tt.where, got, tt.want)
		}
	}
}

// The inside of a subnet is shown where its network is open; what is nowhere is refused.
func TestNetworkMapShowsTheInside(t *testing.T) {
	s := filled(t, querytest.Random(44, 2000, start))
	vnet, subnet := querytest.Was("10.0.0.1", query.VNet).(string), querytest.Was("10.0.0.1", query.Subnet).(string)
	for _, tt := range []struct{ open, inside, want string }{
		{vnet, subnet, ""},
		{"", subnet, `The network of "` + subnet + `" is not open: open it as well.`},
		{vnet, subnet + "x", `There is no subnet "` + subnet + `x". Near it: ` + subnet + "."},
	} {
		q := insight.MapQuestion{Question: insight.Question{From: start, To: start.AddDate(0, 0, 1)}, Inside: []string{tt.inside}}
		if tt.open != "" {
			q.Open = []string{tt.open}
		}
		a, err := insight.NetworkMap(t.Context(), s, q, knowledge.SecurityState{})
		got := ""
		if err != nil {
			got = err.Error()
		}
		if got != tt.want {
			t.Errorf("open %q inside %q: %q, want %q", tt.open, tt.inside, got, tt.want)
		}
		if err == nil && !slices.ContainsFunc(a.Nodes, func(n insight.MapNode) bool { return n.Kind == insight.NodeScaleSet && n.Parent != "" }) {
			t.Errorf("nothing is inside %s: %+v", tt.inside, a.Nodes)
		}
	}
}
