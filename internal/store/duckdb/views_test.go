package duckdb

import (
	"encoding/csv"
	"testing"

	"github.com/google/go-cmp/cmp"

	"weir/internal/shared"
	"weir/internal/store/storetest"
)

// shared opens a file of the real inputs that lie beside the repository.

// publishedSchemas returns the types of the columns of the tables of Traffic
// Analytics in the words of DuckDB.
func publishedSchemas(t *testing.T) map[string]map[string]string {
	t.Helper()
	r := csv.NewReader(shared.Open(t, "spec/nta-schemas.tsv"))
	r.Comma = '\t'
	lines, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	types := map[string]string{"string": "VARCHAR", "datetime": "TIMESTAMP", "int": "INTEGER", "long": "BIGINT", "bool": "BOOLEAN", "real": "DOUBLE"}
	all := map[string]map[string]string{}
	for _, line := range lines[1:] {
		if all[line[0]] == nil {
			all[line[0]] = map[string]string{}
		}
		all[line[0]][line[1]] = types[line[2]]
	}
	return all
}

// TestViewSchemas compares the views with the published schemas.
func TestViewSchemas(t *testing.T) {
	want := publishedSchemas(t)
	s := newStore(t, t.TempDir(), Options{})
	for _, view := range []string{"NTANetAnalytics", "NTAIpDetails", "NTATopologyDetails"} {
		table, err := storetest.Table(s.SQL(t.Context(), "SELECT column_name, column_type FROM (DESCRIBE "+view+")"))
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]string{}
		for _, row := range table {
			got[row[0].(string)] = row[1].(string)
		}
		if diff := cmp.Diff(want[view], got); diff != "" || len(got) == 0 {
			t.Errorf("%s (-want +got):\n%s", view, diff)
		}
	}
}

// TestViewComments checks that every public view and column says what it is.
func TestViewComments(t *testing.T) {
	s := newStore(t, t.TempDir(), Options{})
	got, err := storetest.Table(s.SQL(t.Context(), `SELECT table_name, column_name FROM duckdb_columns() WHERE schema_name = 'main' AND NOT internal AND comment IS NULL
		UNION ALL SELECT view_name, '' FROM duckdb_views() WHERE schema_name = 'main' AND NOT internal AND comment IS NULL`))
	if err != nil || len(got) != 0 {
		t.Errorf("without a comment: %v, %v", got, err)
	}
	if got, err = storetest.Table(s.SQL(t.Context(), "SELECT count(*) FROM duckdb_views() WHERE schema_name = 'main' AND NOT internal")); err != nil || got[0][0] != int64(9) {
		t.Errorf("public views: %v, %v", got, err)
	}
}

// TestViewsFollowTheBinary opens a store whose views another binary made.
func TestViewsFollowTheBinary(t *testing.T) {
	dir := t.TempDir()
	s := newStore(t, dir, Options{})
	if err := s.writer.conn.run(t.Context(), "DROP VIEW flows; CREATE VIEW flows AS SELECT 1 AS x; UPDATE weir.meta SET value = '' WHERE key = 'views'"); err != nil {
		t.Fatal(err)
	}
	s.Close()
	s = newStore(t, dir, Options{})
	if _, err := storetest.Table(s.SQL(t.Context(), "SELECT initiator FROM flows")); err != nil {
		t.Error(err)
	}
}

// TestResourceIDs checks the forms of ids of spec sections 2.1 and 3.7.
func TestResourceIDs(t *testing.T) {
	const network = "/subscriptions/s/resourcegroups/rg/providers/microsoft.network/"
	s := newStore(t, t.TempDir(), Options{})
	for _, c := range []struct{ macro, id, want string }{
		{"short_id", network + "virtualnetworks/v", "s/rg/v"},
		{"short_id", network + "virtualnetworks/v/subnets/n", "s/rg/v/n"},
		{"short_id", network + "networkinterfaces/nic", "s/rg/nic"},
		{"short_id", "something else", "something else"},
		{"short_id", "", ""},
		{"resource_type", network + "virtualnetworks/v", "VirtualNetwork"},
		{"resource_type", network + "virtualnetworks/v/subnets/n", "Subnet"},
		{"resource_type", network + "networkinterfaces/nic", "NetworkInterface"},
		{"resource_type", network + "networksecuritygroups/g", "NetworkSecurityGroup"},
		{"resource_type", "", ""},
		{"short_flow_log", network + "networkwatchers/networkwatcher_eastus/flowlogs/a_b", "s/rg/networkwatcher_eastus/a_b"},
		{"short_flow_log", "/s_networkwatcherrg/networkwatcher_eastus_a_b", "s/networkwatcherrg/networkwatcher_eastus/a_b"},
		{"short_flow_log", "", ""},
	} {
		got, err := storetest.Table(s.Query(t.Context(), "SELECT weir."+c.macro+"(?)", c.id))
		if err != nil || got[0][0] != c.want {
			t.Errorf("%s(%q) = %v, want %q, %v", c.macro, c.id, got, c.want, err)
		}
	}
}
