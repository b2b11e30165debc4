package duckdb

import (
	"encoding/csv"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"weir/internal/enrich"
	"weir/internal/flow"
	"weir/internal/shared"
	"weir/internal/store"
	"weir/internal/store/storetest"
	"weir/internal/topology"
)

// differs are the columns that are not those of the real rows, and why.
var differs = map[string]string{
	"TenantId":      "the workspace of the original; we have none",
	"TimeGenerated": "when the original was done with the interval; here its end, when a row could first exist",
	"TimeProcessed": "as TimeGenerated",
	"_IsBillable":   "False, which the export of the real rows wrote in upper case",
	"_BilledSize":   "nothing is billed",
}

// neverFilled are the columns of NTANetAnalytics that are always empty, and why.
var neverFilled = map[string]string{
	"TenantId": "the workspace of the original", "SourceSystem": "of workspaces", "TrafficAnalyticsResourceId": "of workspaces", "_BilledSize": "0: nothing is billed",
	"SrcPorts": "source ports are not kept",
	"NsgList":  "as in the original since schema 3, see AclGroup", "NsgRule": "see AclRule", "NsgRuleType": "see AclRule",
	"Status": "of status rows", "Action": "of other logs than flow logs", "Description": "of other logs", "LogResourceId": "of other logs",
	"SrcNetworkGroups": "not in an inventory", "DestNetworkGroups": "not in an inventory",
	"SrcServiceId": "internal to Microsoft", "DestServiceId": "internal to Microsoft", "SrcServiceName": "internal to Microsoft", "DestServiceName": "internal to Microsoft",
	"SrcTenantId": "internal to Microsoft", "DestTenantId": "internal to Microsoft", "SrcTenantName": "internal to Microsoft", "DestTenantName": "internal to Microsoft",
	"SrcEnvironment": "internal to Microsoft", "DestEnvironment": "internal to Microsoft", "SrcCloud": "internal to Microsoft", "DestCloud": "internal to Microsoft",
}

// realRow is a row of NTANetAnalytics as Traffic Analytics wrote it.
type realRow map[string]string

// realRows reads the published rows. With a Replacer they speak of another
// estate in the same words.
func realRows(t *testing.T, other *strings.Replacer) []realRow {
	t.Helper()
	text, err := io.ReadAll(shared.Open(t, "data/traffic-analytics-output/azure-sentinel-NTANetAnalytics-20250825.csv"))
	if err != nil {
		t.Fatal(err)
	}
	lines, err := csv.NewReader(strings.NewReader(other.Replace(strings.TrimPrefix(string(text), "\ufeff")))).ReadAll()
	if err != nil || len(lines) != 51 {
		t.Fatalf("%d lines, %v", len(lines), err)
	}
	rows := make([]realRow, 0, len(lines)-1)
	for _, line := range lines[1:] {
		row := realRow{}
		for i, name := range lines[0] {
			row[name] = line[i]
		}
		rows = append(rows, row)
	}
	return rows
}

// parts makes a row for each of the public addresses of a row, which Traffic
// Analytics merged by country or region.
func (row realRow) parts() []realRow {
	for _, column := range []string{"SrcPublicIps", "DestPublicIps"} {
		if row[column] == "" {
			continue
		}
		var parts []realRow
		for entry := range strings.FieldsSeq(row[column]) {
			part, f := maps.Clone(row), strings.Split(entry, "|")
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
	return []realRow{row}
}

// key tells parts from each other, whether real or from the view.
func (row realRow) key() string {
	return fmt.Sprint(row["FlowStartTime"], row["SrcIp"], row["SrcPublicIps"], row["DestIp"], row["DestPublicIps"], row["DestPort"], row["FlowDirection"], row["MacAddress"])
}

// address returns the address of a side, Src or Dest, of a part.
func (row realRow) address(side string) string {
	if a := row[side+"Ip"]; a != "" {
		return a
	}
	a, _, _ := strings.Cut(row[side+"PublicIps"], "|")
	return a
}

// endpoint returns what a side must have been for this row.
func (row realRow) endpoint(side string) enrich.Endpoint {
	switch {
	case row[side+"Nic"] != "":
		return enrich.Endpoint{Class: enrich.VNet, Endpoint: topology.Endpoint{
			Kind: topology.EndpointNIC, Subscription: row[side+"Subscription"], Region: row[side+"Region"],
			Subnet: row[side+"Subnet"], NIC: row[side+"Nic"], VM: row[side+"Vm"],
		}}
	case row["AzureRegion"] != "":
		return enrich.Endpoint{Class: enrich.Azure, Country: "us", AzureRegion: row["AzureRegion"], Service: "AzureMonitor"}
	case row["Country"] != "":
		return public(row["Country"], 64500, "Example")
	}
	return enrich.Endpoint{Class: enrich.Private}
}

// commitParts stores what the parts were made of.
func commitParts(t *testing.T, s *Store, parts []realRow) {
	t.Helper()
	d := &store.Delta{}
	known := facts{}
	var apps []store.Application
	for n, part := range parts {
		r, rule, log := asFlow(t, n, part)
		r.Rule, r.Log = uint32(len(d.Rules)), uint32(len(d.Logs))
		d.Rows, d.Rules, d.Logs = append(d.Rows, r), append(d.Rules, rule), append(d.Logs, log)
		for _, side := range []string{"Src", "Dest"} {
			known[part.address(side)] = always(part.endpoint(side))
		}
		app := store.Application{Port: r.Port, Protocol: r.Protocol, Name: part["L7Protocol"]}
		if app.Name != "Unknown" && !slices.Contains(apps, app) {
			apps = append(apps, app)
		}
	}
	d.Attribute = known.attribute
	storetest.Identify(d)
	if err := s.Learn(t.Context(), store.Learning{Applications: apps}); err != nil {
		t.Fatal(err)
	}
	if err := s.Commit(t.Context(), d); err != nil {
		t.Fatal(err)
	}
}

// viewRows returns the rows of NTANetAnalytics in the words of the real rows' file.
func viewRows(t *testing.T, s *Store) []realRow {
	t.Helper()
	rows, err := s.SQL(t.Context(), "SELECT * FROM NTANetAnalytics")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var all []realRow
	for rows.Next() {
		row := realRow{}
		for i, c := range rows.Columns() {
			switch v := rows.Values()[i].(type) {
			case time.Time:
				row[c.Name] = v.Format("1/2/2006 3:04:05.000 PM")
			case bool:
				row[c.Name] = strings.ToUpper(fmt.Sprint(v))
			default:
				row[c.Name] = fmt.Sprint(v)
			}
		}
		all = append(all, row)
	}
	if rows.Err() != nil {
		t.Fatal(rows.Err())
	}
	return all
}

// counters are the columns that are summed when public addresses are merged.
var counters = []string{
	"AllowedInFlows", "DeniedInFlows", "AllowedOutFlows", "DeniedOutFlows", "CompletedFlows",
	"PacketsSrcToDest", "PacketsDestToSrc", "BytesSrcToDest", "BytesDestToSrc",
}

// TestNTANetAnalytics makes the facts that real rows of Traffic Analytics were
// made of, and compares the view with those rows, column by column. What
// Traffic Analytics merged of several public addresses is one row each here,
// and must have the same sums.
func TestNTANetAnalytics(t *testing.T) {
	schema := publishedSchemas(t)["NTANetAnalytics"]
	f := func(other *strings.Replacer) {
		t.Helper()
		real := realRows(t, other)
		shapes := shapesOf(realRows(t, strings.NewReplacer()))
		var parts []realRow
		whole := map[string]int{} // the row of a part
		for n, row := range real {
			for _, part := range row.parts() {
				whole[part.key()] = n
				parts = append(parts, part)
			}
		}
		s := newStore(t, t.TempDir(), Options{Interval: time.Hour})
		commitParts(t, s, parts)
		got := map[string]realRow{}
		sums := make([]map[string]int, len(real))
		for _, row := range viewRows(t, s) {
			n, ok := whole[row.key()]
			if !ok {
				t.Errorf("no real row %s", row.key())
				continue
			}
			got[row.key()] = row
			if sums[n] == nil {
				sums[n] = map[string]int{}
			}
			for _, c := range counters {
				v, _ := strconv.Atoi(row[c])
				sums[n][c] += v
			}
		}
		for _, part := range parts {
			row := got[part.key()]
			for column := range schema {
				want, ok := part[column]
				switch {
				case !ok || differs[column] != "":
				case row[column] != want:
					t.Errorf("%s of %s is %q, want %q", column, part.key(), row[column], want)
				}
				if shape := shapes[column]; shape != nil && row[column] != "" && column != "_IsBillable" && !shape.MatchString(row[column]) {
					t.Errorf("%s of %s is %q, which is not of the form %s", column, part.key(), row[column], shape)
				}
			}
			if diff := cmp.Diff([]string{"FlowLog", "3", part["FlowIntervalEndTime"], "1"}, []string{row["SubType"], row["FaSchemaVersion"], row["TimeGenerated"], row["RecordCount"]}); diff != "" {
				t.Errorf("%s (-want +got):\n%s", part.key(), diff)
			}
		}
		for n, row := range real {
			for _, c := range counters {
				if got := strconv.Itoa(sums[n][c]); got != row[c] {
					t.Errorf("real row %d: the sum of %s is %s, want %s", n+1, c, got, row[c])
				}
			}
		}
		if len(got) != len(whole) || len(got) < 50 {
			t.Errorf("%d rows, want %d", len(got), len(whole))
		}
		checkAddresses(t, s, parts)
	}
	f(strings.NewReplacer())
	f(strings.NewReplacer("10.222.", "10.9.", "172.18.", "192.168.", "35.203.", "198.51.", "contoso", "tailspin", "ch1-", "prod_2.", "eastus", "westeurope",
		"northcentralus", "germanywestcentral", ",us,", ",de,", "000D3A", "6045BD", "00-0D-3A", "60-45-BD", "documentum", "ms-sql-s", "ebb79bc0", "0a1b2c3d", "_88", "_1f"))
}

// checkAddresses checks that NTAIpDetails has each public address of an
// interval and flow type once.
func checkAddresses(t *testing.T, s *Store, parts []realRow) {
	t.Helper()
	want := map[string]bool{}
	for _, part := range parts {
		side, place, owner := "Src", part["Country"], "AS64500 Example" // of the public address
		if part["DestPublicIps"] != "" {
			side = "Dest"
		}
		switch part["FlowType"] {
		case "AzurePublic":
			place, owner = part["AzureRegion"], "AzureMonitor"
		case "ExternalPublic", "MaliciousFlow":
		default:
			continue
		}
		want[fmt.Sprint(part["FlowIntervalStartTime"], " ", part["FlowType"], " ", part.address(side), " ", place, " ", owner)] = true
	}
	got, err := storetest.Table(s.SQL(t.Context(), "SELECT FlowIntervalStartTime, concat_ws(' ', FlowType, Ip, Location, PublicIpDetails) FROM NTAIpDetails"))
	if err != nil {
		t.Fatal(err)
	}
	have := map[string]bool{}
	for _, row := range got {
		have[row[0].(time.Time).Format("1/2/2006 3:04:05.000 PM")+" "+row[1].(string)] = true
	}
	if diff := cmp.Diff(want, have); diff != "" || len(have) != len(got) {
		t.Errorf("NTAIpDetails has %d rows (-want +got):\n%s", len(got), diff)
	}
}

var word = regexp.MustCompile(`[A-Za-z0-9._-]+`)

// shapesOf returns for each column a form that all real values have: lower-case
// words, numbers, addresses and MACs can be any, words with capitals and what is
// between words are as they are; lists can have any length.
func shapesOf(rows []realRow) map[string]*regexp.Regexp {
	mac, number, small := regexp.MustCompile(`^([0-9A-F]{2}-){5}[0-9A-F]{2}$`), regexp.MustCompile(`^[0-9]+$`), regexp.MustCompile(`^[a-z0-9._-]+$`)
	shapes := map[string]*regexp.Regexp{}
	for column := range rows[0] {
		forms := map[string]bool{}
		for _, row := range rows {
			first, _, _ := strings.Cut(row[column], " ")
			if !strings.HasSuffix(column, "PublicIps") {
				first = row[column]
			}
			form := "^"
			rest := first
			for rest != "" {
				at := word.FindStringIndex(rest)
				if at == nil {
					at = []int{len(rest), len(rest)}
				}
				form += regexp.QuoteMeta(rest[:at[0]])
				switch w := rest[at[0]:at[1]]; {
				case mac.MatchString(w):
					form += `([0-9A-F]{2}-){5}[0-9A-F]{2}`
				case number.MatchString(w):
					form += `[0-9]+`
				case small.MatchString(w):
					form += `[a-z0-9._-]+`
				default:
					form += regexp.QuoteMeta(w)
				}
				rest = rest[at[1]:]
			}
			if first != "" {
				forms[form+"$"] = true
			}
		}
		if len(forms) > 0 {
			shapes[column] = regexp.MustCompile(strings.Join(slices.Sorted(maps.Keys(forms)), "|"))
		}
	}
	return shapes
}

// asFlow makes the reduced flow that a row tells of, with ids in the forms of
// the logs; n chooses among forms that mean the same.
func asFlow(t *testing.T, n int, row realRow) (r flow.Row, rule flow.Rule, log flow.Log) {
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
	r = flow.Row{
		Key: flow.Key{
			Initiator: flow.MustParseAddr(row.address("Src")), Responder: flow.MustParseAddr(row.address("Dest")), Interval: at("FlowIntervalStartTime") / 1000, Port: uint16(number("DestPort")),
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
	if row["IsFlowCapturedAtUdrHop"] == "TRUE" {
		r.Marks = flow.AtHop
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
