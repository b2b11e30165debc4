package kql_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"weir/internal/insight"
	"weir/internal/knowledge"
	"weir/internal/kql"
	"weir/internal/query/querytest"
	"weir/internal/shared"
	"weir/internal/simulate"
	"weir/internal/simulate/simulatetest"
	"weir/internal/store"
)

var estateDay = time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)

// estate returns a store with a day of a simulated network, the day that the
// parameters of the dashboard are bound to.
func estate(t *testing.T) store.Store {
	t.Helper()
	c := simulate.DefaultConfig()
	c.Out, c.Start, c.Hours, c.Rate = t.TempDir(), estateDay, 24, 0.3
	s := querytest.Open(t)
	simulatetest.Fill(t, s, c)
	return s
}

// TestDashboardOfAnEstate asks the queries of Microsoft's dashboard about the
// current tables of a simulated network. Those without an answer are a list with
// reasons, and those with a counterpart among the insights have its numbers.
func TestDashboardOfAnEstate(t *testing.T) {
	s := estate(t)
	b := binding{t, s, estateDay.Add(24 * time.Hour)}
	reasons := map[string]string{}
	list, err := os.ReadFile("testdata/empty.txt")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(list)) {
		if name, why, ok := strings.Cut(strings.TrimSpace(line), " "); ok && name != "#" {
			reasons[name] = why
		}
	}
	texts := b.texts()
	if len(texts) < 100 {
		t.Fatalf("only %d texts are about the current tables", len(texts))
	}
	for _, x := range texts {
		rows := b.ask(x.text)
		switch why := reasons[x.name]; {
		case len(rows) == 0 && why == "":
			t.Errorf("%s has no rows\n%s", x.name, x.text)
		case len(rows) > 0 && why != "":
			t.Errorf("%s has rows, and testdata/empty.txt says that it has none as %s", x.name, why)
		}
		delete(reasons, x.name)
	}
	for name := range reasons {
		t.Errorf("%s of testdata/empty.txt is no text", name)
	}
	b.sameAsInsight(texts)
}

// sameAsInsight compares those texts that ask what an insight answers, each NIC for
// itself, with what it says.
func (b binding) sameAsInsight(texts []boundText) {
	t := b.t
	t.Helper()
	q := insight.Question{From: estateDay, To: b.now, By: insight.Flows, Limit: insight.MaxLimit}
	rules, err := insight.Rules(t.Context(), b.s, q)
	if err != nil {
		t.Fatal(err)
	}
	estate, err := insight.Environment(t.Context(), b.s, q, knowledge.SecurityState{})
	if err != nil {
		t.Fatal(err)
	}
	f := func(name string, key, value int, want map[string]int64) {
		t.Helper()
		i := slices.IndexFunc(texts, func(x boundText) bool { return x.name == name })
		if i < 0 {
			t.Errorf("there is no text %s", name)
			return
		}
		got := map[string]int64{}
		for _, row := range b.ask(texts[i].text) {
			n, err := strconv.ParseInt(row[value], 10, 64)
			if err != nil {
				t.Fatal(err)
			}
			of := "all"
			if key >= 0 {
				of = row[key]
			}
			got[of] += n
		}
		if diff := cmp.Diff(got, want); diff != "" {
			t.Errorf("%s (-got +insight):\n%s", name, diff)
		}
	}
	// Flows of the groups and rules of a chart, over all of its time.
	byGroup, byRule := map[string]int64{}, map[string]int64{}
	chosen := func(name, value string) bool {
		i := slices.IndexFunc(texts, func(x boundText) bool { return x.name == name })
		return i >= 0 && strings.Contains(texts[i].text, "'"+value+"'")
	}
	for _, r := range rules.Rows {
		// The table has names of rules without what Azure puts before them, and a name
		// for what no group decided.
		rule, group := strings.ToLower(r.Rule), r.ACL
		if _, after, found := strings.Cut(rule, "_"); found {
			rule = after
		}
		name, place := "Unspecified", "/"
		if part := strings.Split(group, "/"); len(part) > 8 {
			name, place = part[8], part[2]+"/"+part[4]
		} else {
			group = name
		}
		if chosen("341-all", group) {
			byGroup[name] += r.Total.Flows
		}
		if chosen("344-all", group+"/"+rule) {
			byRule[rule+" ("+place+")"] += r.Total.Flows
		}
	}
	f("341-all", 0, 2, byGroup)
	f("344-all", 0, 2, byRule)
	// Networks and subnets with traffic, and networks that speak with the internet.
	var none insight.Measures
	networks, outside, subnets := int64(0), int64(0), int64(0)
	for _, n := range estate.VNets {
		if n.OnPremises != none || n.Azure != none || n.Internet != none || n.Inside != none {
			networks++
		}
		if n.Internet != none {
			outside++
		}
	}
	for _, n := range estate.Subnets {
		if n.Active {
			subnets++
		}
	}
	f("690-all", -1, 0, map[string]int64{"all": networks})
	f("575-all", -1, 0, map[string]int64{"all": outside})
	f("745-all", -1, 0, map[string]int64{"all": subnets})
}

// binding puts names of an estate in the place of those that the texts of the
// dashboard are bound to, as the parameters of its workbooks would.
type binding struct {
	t   *testing.T
	s   store.Store
	now time.Time
}

// ask returns the rows of an answer, each cell as text.
func (b binding) ask(text string) [][]string {
	b.t.Helper()
	rows, _, err := kql.Ask(b.t.Context(), b.s, text, kql.Options{Now: b.now})
	if err != nil {
		b.t.Errorf("%v in\n%s", err, text)
		return nil
	}
	var all [][]string
	for rows.Next() {
		values := rows.Values()
		row := make([]string, len(values))
		for i, v := range values {
			row[i] = fmt.Sprint(v)
		}
		all = append(all, row)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		b.t.Errorf("%v in\n%s", err, text)
	}
	return all
}

// list writes the first column of an answer as the list of a parameter.
func (b binding) list(text string) string {
	b.t.Helper()
	rows := b.ask(text)
	if len(rows) == 0 {
		b.t.Fatalf("no value for a parameter from\n%s", text)
	}
	values := make([]string, len(rows))
	for i, row := range rows {
		values[i] = "'" + row[0] + "'"
	}
	return strings.Join(values, ",")
}

// boundText is a text of the dashboard about the current tables.
type boundText struct{ name, text string }

func (b binding) texts() []boundText {
	b.t.Helper()
	const of, topology = "NTANetAnalytics | where ", "NTATopologyDetails | where "
	// What a parameter has in the texts, and the query whose answers stand for it here.
	// Networks and subnets are compared by their own names and by those in full.
	const id = "11111111-2222-3333-4444-555555555555"
	var pairs []string
	put := func(parameter, query string) { pairs = append(pairs, parameter, b.list(query)) }
	put("'"+id+"'", topology+"isnotempty(Subscription) | distinct Subscription")
	// One text compares groups with subscriptions.
	put("'rg1','rg2'", topology+"isnotempty(Name) | mv-expand name = pack_array(split(Name, '/')[0], Subscription) | distinct tostring(name)")
	vnets := topology + "AzureResourceType == 'VirtualNetwork' | mv-expand name = pack_array(strcat(Subscription, '/', Name), split(Name, '/')[1]) | distinct tostring(name)"
	put("'"+id+"/rg1/vnet1'", vnets)
	subnets := topology + "AzureResourceType == 'VirtualSubnetwork' | mv-expand name = pack_array(strcat(Subscription, '/', Name), split(Name, '/')[2]) | distinct tostring(name)"
	put("'"+id+"/rg1/vnet1/subnet1'", subnets)
	gateway := topology + "AzureResourceType == 'VirtualNetworkGateway' and GatewayType == '%s' | distinct strcat(Subscription, '/', Name)"
	put("'"+id+"/rg1/gw1'", fmt.Sprintf(gateway, "Vpn"))
	put("'"+id+"/rg1/ergw1'", fmt.Sprintf(gateway, "ExpressRoute"))
	connection := topology + "AzureResourceType == 'VirtualNetworkGatewayConnection' and ConnectionType == '%s' | distinct strcat(Subscription, '/', Name)"
	put("'"+id+"/rg1/conn1'", fmt.Sprintf(connection, "IPsec"))
	put("'"+id+"/rg1/erconn1'", fmt.Sprintf(connection, "ExpressRoute"))
	put("'value1'", of+"isnotempty(SrcRegion) | distinct SrcRegion")
	inside := b.ask(of + "FlowType == 'IntraVNet' | top 1 by AllowedInFlows | project SrcIp, DestIp, SrcVm")[0]
	// Addresses outside stand in a list, each with what it counts.
	outside := b.ask(of + "FlowType == 'ExternalPublic' and isnotempty(DestVm) | top 1 by AllowedInFlows | project DestIp, tostring(split(SrcPublicIps, ' ')[0])")[0]
	pairs = append(pairs, "'10.0.0.4'", "'"+inside[0]+"','"+outside[0]+"'", "'10.0.0.5'", "'"+inside[1]+"','"+outside[1]+"'")
	_, vm, _ := strings.Cut(inside[2], "/")
	pairs = append(pairs, "'vm1'", "'"+vm+"'")
	// Of the name of a group the third and fourth part are compared.
	put("'nsg1'", of+"AclGroup startswith '/' | distinct tostring(split(AclGroup, '/')[2])")
	put("'rule1'", of+"AclGroup startswith '/' | distinct tostring(split(AclGroup, '/')[3])")
	names := strings.NewReplacer(pairs...)

	// The chosen rows of a table beside a chart.
	rows := map[string]string{}
	for parameter, query := range map[string]string{
		"AclGroup":     of + "isnotempty(AclGroup) | summarize n = count() by AclGroup | top 5 by n",
		"completeRule": of + "isnotempty(AclGroup) | summarize n = count() by strcat(AclGroup, '/', AclRule) | top 5 by n",
		"rowInfo": of + "FlowType !in ('ExternalPublic', 'MaliciousFlow', 'AzurePublic', 'Unknown') | summarize n = count() by " +
			"strcat(SrcSubscription, '#', SrcSubnet, '#', SrcIp, ' - ', DestSubscription, '#', DestSubnet, '#', DestIp) | top 5 by n",
		"protocolInfo": of + "true | summarize n = count() by tostring(DestPort) | top 5 by n",
	} {
		for _, in := range []string{" in ", " in~ "} {
			rows[parameter+in+"('a/b/c','d/e/f')"] = parameter + in + "(" + b.list(query) + ")"
		}
	}
	files, err := filepath.Glob(filepath.Join(shared.Path(b.t, "data/kql/dashboard"), "*.kql"))
	if err != nil || len(files) == 0 {
		b.t.Fatal(files, err)
	}
	var all []boundText
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			b.t.Fatal(err)
		}
		if len(text) == 0 || bytes.Contains(text, []byte("AzureNetworkAnalytics")) {
			continue
		}
		x := names.Replace(string(text))
		for from, to := range rows {
			x = strings.ReplaceAll(x, from, to)
		}
		all = append(all, boundText{strings.TrimSuffix(filepath.Base(file), ".kql"), x})
	}
	return all
}
