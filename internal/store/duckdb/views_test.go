package duckdb

import (
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"weir/internal/flow"
	"weir/internal/store"
	"weir/internal/store/storetest"
)

// shared opens a file of the real inputs that lie beside the repository.
func shared(t *testing.T, name string) *os.File {
	t.Helper()
	root, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(root, "go.mod")); err == nil {
			break
		}
		if root == filepath.Dir(root) {
			t.Fatal("no go.mod above the test")
		}
		root = filepath.Dir(root)
	}
	file, err := os.Open(filepath.Join(root, "..", "shared", name))
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal(err)
		}
		t.Skipf("the real inputs are not here: %v", err)
	}
	t.Cleanup(func() { file.Close() })
	return file
}

// TestViewSchemas compares the views with the published schemas.
func TestViewSchemas(t *testing.T) {
	r := csv.NewReader(shared(t, "spec/nta-schemas.tsv"))
	r.Comma = '\t'
	lines, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	types := map[string]string{"string": "VARCHAR", "datetime": "TIMESTAMP", "int": "INTEGER", "long": "BIGINT", "bool": "BOOLEAN", "real": "DOUBLE"}
	want := map[string]map[string]string{}
	for _, line := range lines[1:] {
		if want[line[0]] == nil {
			want[line[0]] = map[string]string{}
		}
		want[line[0]][line[1]] = types[line[2]]
	}
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
	if got, err = storetest.Table(s.SQL(t.Context(), "SELECT count(*) FROM duckdb_views() WHERE schema_name = 'main' AND NOT internal")); err != nil || got[0][0] != int64(8) {
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

// TestNTANetAnalytics makes the flows that real rows of Traffic Analytics were
// made of, and compares the view with those rows cell by cell. A row that
// Traffic Analytics made of several public addresses is one row each here.
func TestNTANetAnalytics(t *testing.T) {
	real := sentinelRows(t)
	s := newStore(t, t.TempDir(), Options{Interval: time.Hour})
	d := &store.Delta{}
	want := map[string]map[string]string{}
	for n, row := range real {
		for _, part := range expand(row) {
			r, rule, log := asFlow(t, n, part)
			r.Rule, r.Log = uint32(len(d.Rules)), uint32(len(d.Logs))
			d.Rows, d.Rules, d.Logs = append(d.Rows, r), append(d.Rules, rule), append(d.Logs, log)
			key := fmt.Sprint(part["FlowStartTime"], part["SrcIp"], part["SrcPublicIps"], part["DestIp"], part["DestPublicIps"], part["DestPort"], part["FlowDirection"], part["MacAddress"])
			want[key] = part
		}
	}
	if err := s.Commit(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	rows, err := s.SQL(t.Context(), "SELECT * FROM NTANetAnalytics")
	if err != nil {
		t.Fatal(err)
	}
	count := 0
	for ; rows.Next(); count++ {
		got := map[string]string{}
		for i, c := range rows.Columns() {
			switch v := rows.Values()[i].(type) {
			case time.Time:
				got[c.Name] = v.Format("1/2/2006 3:04:05.000 PM")
			case bool:
				got[c.Name] = strings.ToUpper(fmt.Sprint(v))
			default:
				got[c.Name] = fmt.Sprint(v)
			}
		}
		key := fmt.Sprint(got["FlowStartTime"], got["SrcIp"], got["SrcPublicIps"], got["DestIp"], got["DestPublicIps"], got["DestPort"], got["FlowDirection"], got["MacAddress"])
		part := want[key]
		if part == nil {
			t.Errorf("no real row %s", key)
			continue
		}
		for column, value := range got {
			real, ok := part[column]
			if !ok || unknownYet(column) {
				continue
			}
			if value != real {
				t.Errorf("%s of %s is %q, want %q", column, key, value, real)
			}
		}
	}
	if rows.Err() != nil || count != len(want) || count < 50 {
		t.Errorf("%d rows, want %d, %v", count, len(want), rows.Err())
	}
	rows.Close()

	addresses, err := storetest.Table(s.SQL(t.Context(), "SELECT count(*), count(DISTINCT (Ip, FlowIntervalStartTime, FlowType)), count(DISTINCT Ip) FROM NTAIpDetails WHERE Ip <> ''"))
	if err != nil {
		t.Fatal(err)
	}
	public := map[string]bool{}
	for _, part := range want {
		for _, column := range []string{"SrcPublicIps", "DestPublicIps"} {
			if ip, _, ok := strings.Cut(part[column], "|"); ok {
				public[ip] = true
			}
		}
		if part["FlowType"] == "MaliciousFlow" {
			public[part["SrcIp"]] = true // all of them are inbound
		}
	}
	if addresses[0][0] != addresses[0][1] || addresses[0][2] != int64(len(public)) {
		t.Errorf("NTAIpDetails: %v, want %d addresses", addresses, len(public))
	}
}

// unknownYet are columns that need an inventory, a feed, or the workspace, and
// the one that our word for is another time.
func unknownYet(column string) bool {
	switch column {
	case "TenantId", "TimeGenerated", "TimeProcessed", "L7Protocol", "IsFlowCapturedAtUdrHop", "Country", "AzureRegion", "_IsBillable", "_BilledSize":
		return true
	}
	for _, topology := range []string{"Subscription", "Region", "Nic", "Vm", "Subnet"} {
		if column == "Src"+topology || column == "Dest"+topology {
			return true
		}
	}
	return false
}

func sentinelRows(t *testing.T) []map[string]string {
	t.Helper()
	r := csv.NewReader(shared(t, "data/traffic-analytics-output/azure-sentinel-NTANetAnalytics-20250825.csv"))
	lines, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	lines[0][0] = strings.TrimPrefix(lines[0][0], "\ufeff")
	rows := make([]map[string]string, 0, len(lines)-1)
	for _, line := range lines[1:] {
		row := map[string]string{}
		for i, name := range lines[0] {
			row[name] = line[i]
		}
		rows = append(rows, row)
	}
	return rows
}

// expand makes a row for each of the public addresses of a row.
func expand(row map[string]string) []map[string]string {
	for _, column := range []string{"SrcPublicIps", "DestPublicIps"} {
		if row[column] == "" {
			continue
		}
		var parts []map[string]string
		for entry := range strings.FieldsSeq(row[column]) {
			part := map[string]string{}
			for k, v := range row {
				part[k] = v
			}
			f := strings.Split(entry, "|")
			part[column] = entry
			for _, c := range []string{"AllowedInFlows", "AllowedOutFlows", "DeniedInFlows", "DeniedOutFlows"} {
				if part[c] != "0" {
					part[c] = f[1]
				}
			}
			part["CompletedFlows"] = f[2]
			part["PacketsSrcToDest"], part["PacketsDestToSrc"], part["BytesSrcToDest"], part["BytesDestToSrc"] = f[3], f[4], f[5], f[6]
			parts = append(parts, part)
		}
		return parts
	}
	return []map[string]string{row}
}

// asFlow makes the reduced flow that a row tells of, with ids in the forms of
// the logs; n chooses among forms that mean the same.
func asFlow(t *testing.T, n int, row map[string]string) (r flow.Row, rule flow.Rule, log flow.Log) {
	t.Helper()
	number := func(column string) uint64 {
		v, err := strconv.ParseUint(row[column], 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	at := func(column string) int64 {
		v, err := time.Parse("1/2/2006 3:04:05.000 PM", row[column])
		if err != nil {
			t.Fatal(err)
		}
		return v.UnixMilli()
	}
	index := func(texts []string, column string) uint8 {
		for i, text := range texts {
			if text == row[column] {
				return uint8(i)
			}
		}
		t.Fatalf("%s %q", column, row[column])
		return 0
	}
	address := func(side string) flow.Addr {
		text := row[side+"Ip"]
		if text == "" {
			text, _, _ = strings.Cut(row[side+"PublicIps"], "|")
		}
		return flow.MustParseAddr(text)
	}
	r = flow.Row{
		Key: flow.Key{
			Initiator: address("Src"), Responder: address("Dest"), Interval: at("FlowIntervalStartTime") / 1000, Port: uint16(number("DestPort")),
			Protocol:  map[string]uint8{"TCP": 6, "UDP": 17}[row["L4Protocol"]],
			Direction: flow.Direction(index([]string{"Inbound", "Outbound"}, "FlowDirection")),
			Status:    flow.Status(index([]string{"Allowed", "Denied"}, "FlowStatus")), Encryption: flow.Encryption(index(flow.EncryptionTexts[:], "FlowEncryption")),
		},
		Counters: flow.Counters{
			Started: number("AllowedInFlows") + number("AllowedOutFlows") + number("DeniedInFlows") + number("DeniedOutFlows"), Ended: number("CompletedFlows"),
			PacketsFwd: number("PacketsSrcToDest"), BytesFwd: number("BytesSrcToDest"), PacketsBack: number("PacketsDestToSrc"), BytesBack: number("BytesDestToSrc"),
			Records: 1, First: at("FlowStartTime"), Last: at("FlowEndTime"),
		},
		Type: flow.Type(index(flow.TypeTexts[:], "FlowType")),
	}
	rule = flow.Rule{ACL: row["AclGroup"], Name: []string{"DefaultRule_", "UserRule_", ""}[n%3] + strings.ToUpper(row["AclRule"][:5]) + row["AclRule"][5:]}
	if rule.ACL == "Unspecified" {
		rule.ACL = []string{"00000000-0000-0000-0000-000000000000", "unspecified"}[n%2]
	}
	target := strings.Split(row["TargetResourceId"], "/")
	flowLog := strings.Split(row["FlowLogResourceId"], "/")
	log = flow.Log{
		Family: flow.VNet, MAC: strings.ReplaceAll(row["MacAddress"], "-", ""),
		Target: fmt.Sprintf("/subscriptions/%s/resourcegroups/%s/providers/microsoft.network/virtualnetworks/%s", target[0], target[1], target[2]),
		FlowLog: []string{
			fmt.Sprintf("/subscriptions/%s/resourcegroups/%s/providers/microsoft.network/networkwatchers/%s/flowlogs/%s", flowLog[0], flowLog[1], flowLog[2], flowLog[3]),
			fmt.Sprintf("/%s_%s/%s_%s", flowLog[0], flowLog[1], flowLog[2], flowLog[3]),
		}[n%2],
	}
	return r, rule, log
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

// TestEndpoints checks which NICs an address is said to have.
func TestEndpoints(t *testing.T) {
	s := newStore(t, t.TempDir(), Options{})
	out, in := storetest.Row(1), storetest.Row(1) // one conversation captured at both ends
	in.Direction, in.Log = flow.Inbound, 1
	a, b := storetest.Log(0), storetest.Log(0)
	b.MAC = "00224871C2FF"
	d := &store.Delta{Rows: []flow.Row{out, in}, Rules: []flow.Rule{storetest.Rule(0)}, Logs: []flow.Log{a, b}}
	if err := s.Commit(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	got, err := storetest.Table(s.SQL(t.Context(), "SELECT address, seen_from, macs, captured FROM endpoints ORDER BY ALL"))
	if err != nil {
		t.Fatal(err)
	}
	want := [][]any{{"10.0.0.1", a.Target, []any{a.MAC}, true}, {"10.1.0.4", a.Target, []any{b.MAC}, true}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("endpoints (-want +got):\n%s", diff)
	}
}
