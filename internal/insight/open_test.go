package insight_test

import (
	"errors"
	"fmt"
	"net/netip"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"weir/internal/enrich"
	"weir/internal/filter"
	"weir/internal/flow"
	"weir/internal/insight"
	"weir/internal/knowledge"
	"weir/internal/query"
	"weir/internal/query/querytest"
	"weir/internal/topology"
	"weir/internal/topology/security"
)

// openEstate has 10.0.0.4 and 10.0.0.5 with public addresses, of which the first
// is open at ports 20 to 25 and 8888, and 10.0.0.6 without.
func openEstate() knowledge.SecurityState {
	const base = topology.ID("/subscriptions/s1/resourcegroups/rg-hub/providers/microsoft.network/")
	vnet, group := base+"virtualnetworks/hub", base+"networksecuritygroups/web"
	inv := &topology.Inventory{
		VNets:   []topology.VNet{{Head: topology.Head{ID: vnet}, Prefixes: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/16")}}},
		Subnets: []topology.Subnet{{Head: topology.Head{ID: vnet + "/subnets/default"}, NSG: group}},
		NSGs: []topology.NSG{{Head: topology.Head{ID: group}, Rules: []topology.Rule{{
			Name: "AllowSome", Priority: 100, Direction: "Inbound", Access: "Allow", Protocol: "Tcp",
			SourcePrefixes: []string{"Internet"}, DestPrefixes: []string{"10.0.0.4"}, DestPorts: []string{"20-25", "8888"},
		}}}},
	}
	for i := 4; i <= 6; i++ {
		c := topology.IPConfig{Name: "c", Private: netip.AddrFrom4([4]byte{10, 0, 0, byte(i)}), Subnet: vnet + "/subnets/default"}
		if i < 6 {
			p := base + topology.ID(fmt.Sprint("publicipaddresses/pip-", i))
			c.PublicIP = p
			inv.PublicIPs = append(inv.PublicIPs, topology.PublicIP{Head: topology.Head{ID: p}, Addr: netip.AddrFrom4([4]byte{20, 0, 0, byte(i)}), SKU: "Standard"})
		}
		inv.NICs = append(inv.NICs, topology.NIC{Head: topology.Head{ID: base + topology.ID(fmt.Sprint("networkinterfaces/nic-", i))}, Configs: []topology.IPConfig{c}})
	}
	return knowledge.SecurityState{Estate: security.New(inv, security.Known{}), Snapshot: start}
}

// came is a flow from an address to a port that was let in.
func came(from, to string, port uint16, at time.Duration) querytest.Flow {
	f := querytest.Random(1, 1, start)[0]
	f.Initiator, f.Responder, f.Port, f.Protocol = from, to, port, 6
	f.Interval, f.Direction, f.Status, f.Type, f.Started = start.Add(at), flow.Inbound, flow.Allowed, flow.ExternalPublic, 1
	f.First, f.Last = f.Interval.UnixMilli(), f.Interval.UnixMilli()
	f.Rule = flow.Rule{ACL: "/subscriptions/s1/resourcegroups/rg-hub/providers/microsoft.network/networksecuritygroups/web", Name: "UserRule_AllowSome"}
	return f
}

func TestOpen(t *testing.T) {
	evil := came("203.0.113.1", "10.0.0.4", 22, 3*time.Hour)
	evil.Type = flow.MaliciousFlow
	denied := came("203.0.113.3", "10.0.0.4", 25, 0)
	denied.Status = flow.Denied
	inner := came("10.0.0.5", "10.0.0.4", 24, 0)
	out := came("203.0.113.3", "10.0.0.4", 23, 0)
	out.Direction = flow.Outbound
	s := filled(t, []querytest.Flow{
		came("203.0.113.3", "10.0.0.4", 22, -30*time.Hour), came("203.0.113.3", "10.0.0.4", 22, time.Hour), came("203.0.113.7", "10.0.0.4", 22, 2*time.Hour), evil,
		came("203.0.113.4", "10.0.0.5", 80, time.Hour), came("203.0.113.4", "10.0.0.6", 80, time.Hour), came("203.0.113.4", "10.0.1.7", 80, time.Hour),
		denied, inner, out,
	})
	ask := func(q insight.OpenQuestion, known knowledge.SecurityState) *insight.OpenAnswer {
		t.Helper()
		q.From, q.To, q.Limit = start, start.AddDate(0, 0, 1), 100
		a, err := insight.Open(t.Context(), s, q, known)
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	of := func(q insight.OpenQuestion, known knowledge.SecurityState) (lines []string) {
		for _, p := range ask(q, known).Rows {
			text := fmt.Sprintf("%s:%d-%d %s", p.Address, p.Port, p.Through, p.State)
			if p.Reason != "" {
				text += " " + p.Reason
			}
			if p.UsedPorts > 0 {
				text += fmt.Sprintf(" %d used", p.UsedPorts)
			}
			for _, w := range p.Ways {
				text += fmt.Sprintf(" by %s %s %s", w.Kind, w.Address, w.Rules[0].Rule)
			}
			lines = append(lines, text)
		}
		return lines
	}
	const way = " by public address 20.0.0.4 AllowSome"
	f := func(name string, want, got []string) {
		t.Helper()
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	f("without an inventory", []string{"10.0.0.4:22-22 seen", "10.0.0.5:80-80 seen", "10.0.0.6:80-80 seen", "10.0.1.7:80-80 seen"}, of(insight.OpenQuestion{}, knowledge.SecurityState{}))
	f("with one", []string{
		"10.0.0.4:22-22 used" + way, "10.0.0.5:80-80 unexplained denied", "10.0.0.6:80-80 unexplained no-way", "10.0.1.7:80-80 unexplained unknown",
		"10.0.0.4:20-25 unused 1 used" + way, "10.0.0.4:8888-8888 unused" + way,
	}, of(insight.OpenQuestion{}, openEstate()))
	f("used", []string{"10.0.0.4:22-22 used" + way}, of(insight.OpenQuestion{Show: "used"}, openEstate()))
	f("malicious", []string{"10.0.0.4:22-22 used" + way}, of(insight.OpenQuestion{Show: "malicious"}, openEstate()))
	some, err := filter.Parse("port = 80")
	if err != nil {
		t.Fatal(err)
	}
	f("with a filter", []string{"10.0.0.5:80-80 unexplained denied", "10.0.0.6:80-80 unexplained no-way", "10.0.1.7:80-80 unexplained unknown"},
		of(insight.OpenQuestion{Question: insight.Question{Where: some}}, openEstate()))
	p := ask(insight.OpenQuestion{}, openEstate()).Rows[0]
	if p.Total.Flows != 3 || p.Malicious.Flows != 1 || p.Sources != 3 || p.MaliciousSources != 1 || !p.Since.Equal(start.AddDate(0, 0, -2)) || !p.Last.Equal(start.Add(3*time.Hour)) || !p.Logged {
		t.Errorf("port 22: %+v, since %v, last %v", p, p.Since, p.Last)
	}
	if diff := cmp.Diff([]insight.OpenSource{{Country: "de", Flows: 3, Sources: 3}}, p.Countries); diff != "" {
		t.Errorf("countries (-want +got):\n%s", diff)
	}
	var bad *insight.AskError
	for field, q := range map[string]insight.OpenQuestion{"show": {Show: "some"}, "sort": {Sort: "age"}, "offset": {Offset: -1}} {
		if _, err := insight.Open(t.Context(), s, q, openEstate()); !errors.As(err, &bad) || bad.Field != field {
			t.Errorf("%s: %v", field, err)
		}
	}
	a, err := insight.Open(t.Context(), querytest.Open(t), insight.OpenQuestion{}, openEstate())
	if err != nil || a.Counts.Unused != 2 || a.Counts.Machines != 0 {
		t.Errorf("nothing stored: %+v, %v", a, err)
	}
}

// What was reached is what a loop over all flows finds.
func TestOpenSums(t *testing.T) {
	flows := querytest.Random(35, 4000, start)
	want, sources := map[string]insight.Measures{}, map[string]map[string]bool{}
	for _, f := range flows {
		class := enrich.Class(querytest.Was(f.Initiator, query.Class).(int64))
		public := f.Type == flow.AzurePublic || f.Type == flow.ExternalPublic || f.Type == flow.MaliciousFlow
		if f.Direction != flow.Inbound || f.Status != flow.Allowed || !public || class != enrich.Azure && class != enrich.External {
			continue
		}
		port := int(f.Port)
		if port >= query.FirstEphemeral {
			port = query.FirstEphemeral
		}
		key := fmt.Sprint(f.Responder, " ", port, flow.ProtocolText(f.Protocol))
		m := want[key]
		sum(&m, f)
		want[key] = m
		if sources[key] == nil {
			sources[key] = map[string]bool{}
		}
		sources[key][f.Initiator] = true
	}
	q := insight.OpenQuestion{}
	q.From, q.To, q.Limit = start, start.AddDate(0, 0, 1), insight.MaxLimit
	a, err := insight.Open(t.Context(), filled(t, flows), q, knowledge.SecurityState{})
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]insight.Measures{}
	for _, p := range a.Rows {
		key := fmt.Sprint(p.Address, " ", p.Port, p.Protocol)
		got[key] = p.Total
		if int(p.Sources) != len(sources[key]) {
			t.Errorf("%s: %d sources, want %d", key, p.Sources, len(sources[key]))
		}
	}
	if diff := cmp.Diff(want, got); diff != "" || len(want) < 20 {
		t.Errorf("ports (-want +got):\n%s", diff)
	}
}
