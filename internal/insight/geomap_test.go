package insight_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"weir/internal/enrich/geo"
	"weir/internal/insight"
	"weir/internal/knowledge"
	"weir/internal/query"
	"weir/internal/query/querytest"
)

// Edges sum to the traffic, and each has what a loop over the flows between its places
// finds; what has no place is an end, too.
func TestGeoMap(t *testing.T) {
	flows := querytest.Random(45, 2000, start)
	s := filled(t, flows)
	node := func(address string) string {
		text := func(p query.Property) string { return querytest.Was(address, p).(string) }
		switch class := querytest.Was(address, query.Class); {
		case text(query.Region) != "":
			return "region:" + text(query.Region)
		case class == int64(6) && text(query.Country) != "":
			return "country:" + text(query.Country)
		case class == int64(6):
			return "internet"
		case class == int64(1):
			return "own"
		case class == int64(3):
			return "site:" + text(query.Site)
		case class == int64(5):
			return "azure"
		}
		return "unknown"
	}
	q := insight.MapQuestion{Question: insight.Question{From: start, To: start.AddDate(0, 0, 1), By: insight.Bytes}}
	a, err := insight.GeoMap(t.Context(), s, q, knowledge.SecurityState{})
	if err != nil {
		t.Fatal(err)
	}
	want := map[[2]string]insight.Measures{}
	for _, f := range flows {
		key := [2]string{node(f.Initiator), node(f.Responder)}
		m := want[key]
		sum(&m, f)
		want[key] = m
	}
	var edges insight.Measures
	for _, e := range a.Edges {
		w := want[[2]string{e.From, e.To}]
		if e.From != e.To {
			w = added(w, want[[2]string{e.To, e.From}])
		}
		if e.All.Total != w {
			t.Errorf("%s to %s: %+v, want %+v", e.From, e.To, e.All.Total, w)
		}
		edges = added(edges, e.All.Total)
	}
	if a.Total != edges || a.Other != (insight.Measures{}) || a.Distinct != len(a.Edges) || len(a.Edges) < 4 {
		t.Errorf("%d of %d edges with %+v, the map has %+v and %+v", len(a.Edges), a.Distinct, edges, a.Total, a.Other)
	}
	sites := map[string]geo.Point{"Berlin": {Latitude: 52.52, Longitude: 13.4}, "s1/rg-hub/berlin": {Latitude: 48.1, Longitude: 11.6}, "lin": {}, "elsewhere": {}}
	for _, tt := range []struct {
		leave string
		want  *insight.Coordinate
	}{{"", &insight.Coordinate{Latitude: 48.1, Longitude: 11.6}}, {"s1/rg-hub/berlin", &insight.Coordinate{Latitude: 52.52, Longitude: 13.4}}, {"Berlin", nil}} {
		delete(sites, tt.leave)
		a, err := insight.GeoMap(t.Context(), s, q, knowledge.SecurityState{Sites: sites})
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range a.Nodes {
			if n.ID == "site:s1/rg-hub/berlin" && !cmp.Equal(n.Place, tt.want) {
				t.Errorf("without %q the site is at %v, want %v", tt.leave, n.Place, tt.want)
			}
		}
	}
	q.Limit = 1
	first, err := insight.GeoMap(t.Context(), s, q, knowledge.SecurityState{})
	if err != nil || len(first.Edges) != 1 || added(first.Other, first.Edges[0].All.Total) != a.Total {
		t.Errorf("the first edge: %+v, %v", first, err)
	}
}

// Where nothing is stored there are the regions of the cloud, and nothing on them.
func TestGeoMapOfNothing(t *testing.T) {
	s := querytest.Open(t)
	a, err := insight.GeoMap(t.Context(), s, insight.MapQuestion{Question: insight.Question{Compare: insight.CompareBefore}}, knowledge.SecurityState{})
	if err != nil || a.Edges == nil || len(a.Edges) > 0 || a.Inventory != nil || a.Total != (insight.Measures{}) {
		t.Fatalf("GeoMap() = %+v, %v", a, err)
	}
	for _, n := range a.Nodes {
		if n.Kind != insight.NodeRegion || n.Place == nil || n.Continent == "" || n.Deployed || n.Active || n.Logged != insight.LoggedUnknown {
			t.Errorf("where there is nothing there is %+v", n)
		}
	}
	for field, q := range map[string]insight.MapQuestion{
		"limit":   {Question: insight.Question{Limit: insight.MostEdges + 1}},
		"compare": {Question: insight.Question{Compare: "year"}},
		"by":      {Question: insight.Question{By: "hops"}},
	} {
		_, err := insight.GeoMap(t.Context(), s, q, knowledge.SecurityState{})
		var bad *insight.AskError
		if !errors.As(err, &bad) || bad.Field != field {
			t.Errorf("%+v: %v, want what is wrong with %s", q, err, field)
		}
	}
}
