package duckdb

import (
	"math"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"weir/internal/enrich"
	"weir/internal/flow"
	"weir/internal/store"
	"weir/internal/store/storetest"
	"weir/internal/topology"
)

// storeOfKinds makes a store with flows of many kinds, some of them in parts.
func storeOfKinds(t *testing.T) *Store {
	t.Helper()
	s := newStore(t, t.TempDir(), Options{})
	known := facts{
		"10.0.0.1": always(machine("spoke1", "v1")),
		"10.1.0.1": turns(nil, machine("spoke2", "v2")).Attribution,
		"10.0.0.9": always(site(enrich.S2S, topology.Endpoint{Kind: topology.EndpointSiteS2S, LocalGateway: "s/rg/office", Connection: "s/rg/to-office", ConnectionType: topology.ConnectionVPN})),
		"8.8.8.8":  always(public("us", 15169, "Google LLC")),
		"20.60.0.1": always(enrich.Endpoint{
			Class: enrich.Azure, Country: "us", AzureRegion: "eastus", Service: "AzureStorage", ServiceTags: "Storage.EastUS AzureStorage AzureCloud",
		}),
	}
	relations := []enrich.Relation{{
		From: math.MinInt64, Until: math.MaxInt64, VNet1: topology.ID(network + "virtualnetworks/v1"), VNet2: topology.ID(network + "virtualnetworks/v2"),
		ConnectionType: topology.ConnectionPeering, ConnectingVNets: "s/rg/hub1 s/rg/hub2",
	}}
	rows := []flow.Row{
		row(0, "10.0.0.1", "10.1.0.1", flow.InterVNet), row(10, "10.0.0.9", "10.0.0.1", flow.S2S), row(10, "10.0.0.1", "8.8.8.8", flow.ExternalPublic),
		row(20, "20.60.0.1", "10.0.0.1", flow.AzurePublic), row(30, "10.0.0.1", "10.7.7.7", flow.UnknownPrivate),
	}
	rows[1].Status, rows[1].Marks = flow.Denied, flow.NoStarts
	rows[3].Direction = flow.Inbound
	if err := s.Learn(t.Context(), store.Learning{Applications: []store.Application{{Port: 443, Protocol: 6, Name: "https"}}}); err != nil {
		t.Fatal(err)
	}
	commitKnown(t, s, known, relations, rows...)
	commitKnown(t, s, known, relations, rows[2:4]...)
	return s
}

// TestNarrow asks for any columns of the views, which then are narrow, and
// compares with the views as they are.
func TestNarrow(t *testing.T) {
	s := storeOfKinds(t)
	for _, view := range narrowed {
		var columns []string
		for _, row := range ask(t, s, "SELECT column_name FROM (DESCRIBE "+view+")") {
			columns = append(columns, row[0].(string))
		}
		if v, err := readView(view); err != nil || len(v.columns) != len(columns) {
			t.Fatalf("%s: %d columns are read of %d, %v", view, len(v.columns), len(columns), err)
		}
		same := func(t *testing.T, fatal func(string, ...any), query string) {
			want, err := storetest.Table(s.Query(t.Context(), query))
			if err != nil {
				fatal("%s: %v", query, err)
			}
			got, err := storetest.Table(s.SQL(t.Context(), query))
			if err != nil {
				fatal("%s: %v", query, err)
			}
			if diff := cmp.Diff(want, got); diff != "" || len(got) == 0 {
				fatal("%s (-want +got):\n%s", query, diff)
			}
		}
		for _, c := range columns {
			same(t, t.Errorf, "SELECT "+c+", count(*) FROM "+view+" GROUP BY ALL ORDER BY ALL")
		}
		rapid.Check(t, func(rt *rapid.T) {
			some := rapid.SliceOfNDistinct(rapid.SampledFrom(columns), 1, 5, rapid.ID).Draw(rt, "columns")
			same(t, rt.Fatalf, "SELECT "+strings.Join(some, ", ")+" FROM "+view+" ORDER BY ALL")
		})
	}
}

// joined returns what the views of a question join to the facts.
func joined(t *testing.T, s *Store, query string) (tables []string, err error) {
	t.Helper()
	tree, err := s.idle.conns[0].parse(t.Context(), query)
	if err != nil {
		return nil, err
	}
	n := naming{names: map[string]bool{}, tables: map[string]bool{}}
	if n.find(tree); n.everything() {
		return []string{"everything"}, nil
	}
	text := ""
	for _, name := range narrowed {
		if n.reads(name) {
			v, err := readView(name)
			if err != nil {
				return nil, err
			}
			text += v.with(n.names)
		}
	}
	for _, table := range []string{"host", "rule", "log", "endpoint", "relation", "application", "span", "flow_type", "sighting", "verdict"} {
		if regexp.MustCompile(`(weir|words)\.` + table + `\b`).MatchString(text) {
			tables = append(tables, table)
		}
	}
	return tables, nil
}

// TestNarrowJoins checks which tables a question reads, and that it has the
// answer of the views as they are.
func TestNarrowJoins(t *testing.T) {
	s := storeOfKinds(t)
	f := func(query string, want ...string) {
		t.Helper()
		got, err := joined(t, s, query)
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%s joins: %v (-want +got):\n%s", query, err, diff)
		}
		answers := [2][][]any{}
		for i, ask := range []func() (store.Rows, error){
			func() (store.Rows, error) { return s.Query(t.Context(), query) }, func() (store.Rows, error) { return s.SQL(t.Context(), query) },
		} {
			if answers[i], err = storetest.Table(ask()); err != nil {
				t.Errorf("%s: %v", query, err)
			}
		}
		if diff := cmp.Diff(answers[0], answers[1]); diff != "" {
			t.Errorf("%s (-want +got):\n%s", query, diff)
		}
	}
	const all = "everything"
	// Nothing is named but rows.
	f("SELECT count(*) FROM flows")
	f("SELECT count(*) FROM NTANetAnalytics")
	f("select sum(BYTES_FWD) from FLOWS")
	f("SELECT FlowType, sum(BytesSrcToDest) FROM ntanetanalytics GROUP BY ALL ORDER BY ALL", "flow_type")
	// What is named, wherever.
	f("SELECT count(*) FROM flows WHERE initiator = '10.0.0.1'", "host")
	f("SELECT count(*) FROM flows f WHERE f.interval_end > TIMESTAMP '2000-01-01'", "span")
	f("SELECT acl, count(*) FROM flows GROUP BY 1 ORDER BY 1", "rule")
	f("SELECT sum(started) FROM flows GROUP BY mac ORDER BY min(rule)", "rule", "log")
	f("SELECT max(SrcVm) FROM NTANetAnalytics", "endpoint")
	f("SELECT L7Protocol, count(*) FROM NTANetAnalytics GROUP BY ALL ORDER BY ALL", "application")
	f("SELECT ConnectionName, count(*) FROM NTANetAnalytics GROUP BY ALL ORDER BY ALL", "host", "endpoint", "relation")
	f("WITH n AS (SELECT port AS initiator FROM flows) SELECT max(initiator) FROM n", "host")
	f("SELECT count(*) FROM flows JOIN (SELECT 'IntraVNet' AS flow_type) USING (flow_type)", "flow_type")
	f("SELECT (SELECT max(AclRule) FROM NTANetAnalytics), count(*) FROM flows", "rule")
	f("SELECT count(initiator) FROM flows WHERE port IN (SELECT DestPort FROM NTANetAnalytics)", "host")
	f("SELECT port, started FROM flows ORDER BY ALL LIMIT 5")
	f("SELECT count(*) FROM endpoints WHERE address = '10.0.0.1'")
	f("SELECT address, macs FROM endpoints ORDER BY ALL", "sighting")
	f("SELECT category, max(country) FROM endpoints GROUP BY ALL ORDER BY ALL", "endpoint", "verdict")
	// Columns that are not named.
	f("FROM flows ORDER BY ALL", all)
	f("SELECT f.* FROM flows f ORDER BY ALL", all)
	f("SELECT * EXCLUDE (port) FROM flows ORDER BY ALL", all)
	f("SELECT max(COLUMNS('init.*')) FROM flows", all)
	f("SELECT max(f)['acl'] FROM flows f", all)
	f("SELECT max(flows)['acl'] FROM flows", all)
	f("SELECT max(#3) FROM flows", all)
	f("SELECT port FROM flows ORDER BY COLUMNS('init.*')", all)
	f("SELECT max(c) FROM flows f(a, b, c)", all)
	f("SELECT count(*) FROM flows NATURAL JOIN (SELECT '10.0.0.1' AS initiator)", all)
	f("SELECT count(*) FROM (SUMMARIZE flows)", all)
	f("SELECT count(*) FROM main.flows") // which is the view as it is
	// Not there.
	for _, query := range []string{"SELECT nothing FROM flows", "SELECT nothing, count(*) FROM flows GROUP BY ALL"} {
		if _, err := s.SQL(t.Context(), query); err == nil {
			t.Errorf("%s is answered", query)
		}
	}
	if got, err := storetest.Table(s.SQL(t.Context(), "SELECT count(*) FROM duckdb_views() WHERE view_name = 'flows'")); err != nil || got[0][0] != int64(1) {
		t.Errorf("views called flows after all this: %v, %v", got, err)
	}
}

// TestNarrowOtherViews asks a store that has the views of another version.
func TestNarrowOtherViews(t *testing.T) {
	s := storeOfKinds(t)
	const other = "CREATE OR REPLACE VIEW flows AS SELECT 7 AS port; UPDATE weir.meta SET value = 'other' WHERE key = 'views'"
	if err := s.writer.conn.run(t.Context(), other); err != nil {
		t.Fatal(err)
	}
	if got, err := storetest.Table(s.SQL(t.Context(), "SELECT port FROM flows")); err != nil || len(got) != 1 || got[0][0] != int64(7) {
		t.Errorf("%v, %v", got, err)
	}
}
