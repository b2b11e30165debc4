package enrich

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"weir/internal/enrich/app"
	"weir/internal/flow"
	"weir/internal/topology"
)

func at(t time.Time) *time.Time { return &t }

func TestLookup(t *testing.T) {
	k := knowledge(t)
	f := func(capture, address string, when time.Time, want AddressFacts) {
		t.Helper()
		want.Address, want.At = address, when
		want.TagVersion = "2026-08-02, change 20260802"
		for _, list := range []*[]NamedThing{&want.Related, &want.Elsewhere} {
			if *list == nil {
				*list = []NamedThing{}
			}
		}
		for _, list := range []*[]string{&want.ServiceTags, &want.Attribution} {
			if *list == nil {
				*list = []string{}
			}
		}
		if want.Owners == nil {
			want.Owners = []OwnerFact{}
		}
		if want.Verdicts == nil {
			want.Verdicts = []VerdictFact{}
		}
		got := k.Lookup(addr(address), when, seenFrom(capture))
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("Lookup(%s) from %s (-want +got):\n%s", address, capture, d)
		}
	}
	const net = "/subscriptions/s1/resourcegroups/rg/providers/microsoft.network/"
	bots := VerdictFact{Feed: "bots", Category: "Botnet", Confidence: 80, FirstListed: at(day(10)), LastListed: at(day(12).Add(90 * time.Minute))}
	holds := "The snapshot of 2026-08-05T00:00:00Z holds."
	seen := "The MAC 0000000000A1 of the capture is that of NIC rg/web in VNet s1/rg/one."

	// An address that is used again later, and is on a list of private ones.
	private := bots
	private.Indicator, private.Why = "10.0.0.0/8", "10.0.1.4 is a private address, which is never malicious"
	f("web", "10.0.1.4", day(11), AddressFacts{
		Class: "vnet", Name: "rg/dns-vm", Kind: "nic", Resource: net + "networkinterfaces/dns", Subscription: "s1", Region: "westeurope",
		VNet: "s1/rg/hub", Subnet: "rg/hub/shared", NIC: "rg/dns", VM: "rg/dns-vm", Verdicts: []VerdictFact{private},
		Owners: []OwnerFact{{Until: at(day(20)), Name: "rg/dns-vm", Kind: "nic"}, {From: at(day(20)), Name: "rg/mail-vm", Kind: "nic"}},
		Steps: []string{
			holds, seen, "10.0.1.4 is not in the captured VNet s1/rg/one.",
			"The narrowest prefix with 10.0.1.4 that the captured VNet is connected with is 10.0.1.0/24, of a peered VNet.",
			"In s1/rg/hub (a peered VNet) the nic rg/dns has 10.0.1.4.",
		},
	})
	// Before the first snapshot, and where address spaces overlap.
	private.Why = "10.1.1.4 is a private address, which is never malicious"
	f("web", "10.1.1.4", day(1), AddressFacts{
		Class: "vnet", Name: "rg/web-vm", Kind: "nic", Resource: net + "networkinterfaces/web", Subscription: "s1", Region: "westeurope",
		VNet: "s1/rg/one", Subnet: "rg/one/web", NIC: "rg/web", VM: "rg/web-vm", Verdicts: []VerdictFact{private}, Assumed: true,
		Owners: []OwnerFact{{Name: "rg/web-vm", Kind: "nic"}}, Elsewhere: []NamedThing{{"nic", "rg/lone-vm in s1/rg/lone"}},
		Steps: []string{
			"The time lies before the first snapshot, that of 2026-08-05T00:00:00Z, which is used.", seen,
			"In s1/rg/one (the captured VNet) the nic rg/web has 10.1.1.4.",
		},
	})
	// A public address of the customer, in Azure's ranges and on a list.
	ours := bots
	ours.Indicator, ours.Why = "20.0.0.10", "20.0.0.10 is a public address of the customer, which is never malicious"
	f("web", "20.0.0.10", day(11), AddressFacts{
		Class: "vnet", Name: "rg/web-vm", Kind: "nic", Resource: net + "networkinterfaces/web", Subscription: "s1", Region: "westeurope",
		VNet: "s1/rg/one", Subnet: "rg/one/web", NIC: "rg/web", VM: "rg/web-vm", Verdicts: []VerdictFact{ours},
		Related: []NamedThing{{"public ip", "s1/rg/web-ip"}}, Country: "ie", CountryName: "Ireland", Attribution: []string{"Places by test"},
		ServiceTags: []string{"AzureCloud"}, Owners: []OwnerFact{{Name: "rg/web-vm", Kind: "nic"}},
		Steps: []string{
			holds, seen, "20.0.0.10 is not in the captured VNet s1/rg/one.",
			"20.0.0.10 is the public address s1/rg/web-ip of the customer, used by the nic rg/web.",
		},
	})
	// A client of the gateway's pool.
	f("web", "172.20.0.4", day(11), AddressFacts{
		Class: "p2s", Name: "s1/rg/vpn", Kind: "site (P2S)", Resource: net + "virtualnetworkgateways/vpn",
		Related: []NamedThing{{"gateway", "s1/rg/vpn"}, {"connection", "s1/rg/vpn_172.20.0.4"}},
		Owners:  []OwnerFact{{Name: "s1/rg/vpn", Kind: "site (P2S)"}},
		Steps: []string{
			holds, seen, "172.20.0.4 is not in the captured VNet s1/rg/one.",
			"The narrowest prefix with 172.20.0.4 that the captured VNet is connected with is 172.20.0.0/24, of a site behind a gateway.",
			"It is behind gateway s1/rg/vpn, from whose pool its clients have their addresses.",
		},
	})
	nowhere := func(a string, last ...string) []string {
		return append([]string{
			holds, seen, a + " is not in the captured VNet s1/rg/one.", "Nothing that the captured VNet is connected with has " + a + ".",
			"No VNet, site or public prefix of the inventory has " + a + ".",
		}, last...)
	}
	// Somebody else's, which counts as malicious.
	bad := bots
	bad.Indicator, bad.Counts = "30.0.0.1", true
	f("web", "30.0.0.1", day(11), AddressFacts{
		Class: "external", Name: "Example Carrier", Country: "nl", CountryName: "Netherlands", ASN: 64500, Organisation: "Example Carrier",
		Malicious: true, Category: "Botnet", Verdicts: []VerdictFact{bad}, Attribution: []string{"Places by test"},
		Steps: nowhere("30.0.0.1", "The service tags of 2026-08-02 do not hold it: it is an address of somebody else.",
			"It counts as malicious: the feed bots lists 30.0.0.1 as Botnet with a confidence of 80 %."),
	})
	// Azure's own.
	azure := bots
	azure.Indicator, azure.Why = "20.1.0.5", "20.1.0.5 is Azure's own, which is never malicious"
	f("web", "20.1.0.5", day(11), AddressFacts{
		Class: "azure", Name: "AzureStorage (westeurope)", Region: "westeurope", Service: "AzureStorage",
		ServiceTags: []string{"Storage.WestEurope", "AzureCloud"}, Verdicts: []VerdictFact{azure},
		Steps: nowhere("20.1.0.5", "The service tags of 2026-08-02 hold it in Storage.WestEurope (20.1.0.0/24), AzureCloud (20.0.0.0/12): it is Azure's own."),
	})
	platform := bots
	platform.Indicator, platform.Why = "168.63.129.16", "168.63.129.16 is Azure's own, which is never malicious"
	f("web", "168.63.129.16", day(11), AddressFacts{
		Class: "azure", Name: "Microsoft Virtual Public IP", Region: "Global", Service: "Microsoft Virtual Public IP", Verdicts: []VerdictFact{platform},
		Steps: nowhere("168.63.129.16", "168.63.129.16 is the virtual address at which every machine reaches the Azure platform."),
	})
	f("web", "100.64.0.1", day(11), AddressFacts{
		Class: "private", Name: "100.64.0.1", Steps: nowhere("100.64.0.1", "100.64.0.1 is a shared address of carriers (100.64.0.0/10)."),
	})
}

func TestLookupKnowsNothing(t *testing.T) {
	got := New(Sources{}).Lookup(addr("30.0.0.1"), day(11), topology.Capture{})
	want := AddressFacts{
		Address: "30.0.0.1", At: day(11), Class: "external", Name: "30.0.0.1",
		Related: []NamedThing{}, ServiceTags: []string{}, Verdicts: []VerdictFact{}, Owners: []OwnerFact{}, Elsewhere: []NamedThing{}, Attribution: []string{},
		Steps: []string{"There is no inventory.", "There are no service tags that could say that it is Azure's own: it is an address of somebody else."},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("Lookup() (-want +got):\n%s", d)
	}
}

func TestElsewhereIsBounded(t *testing.T) {
	b := &estate{}
	for i := range maxElsewhere + 5 {
		b.vnet("v"+string(rune('a'+i)), "10.0.0.0/16")
	}
	k := New(Sources{Topology: topology.NewIndex(b.at(day(5)))})
	got := k.Lookup(addr("10.0.0.4"), day(5), topology.Capture{Target: string(vnetID("va"))}).Elsewhere
	if last := got[len(got)-1]; len(got) != maxElsewhere+1 || last != (NamedThing{"more", "4 others"}) {
		t.Errorf("Elsewhere has %d entries, the last %v", len(got), last)
	}
}

func TestExplain(t *testing.T) {
	k := knowledge(t)
	var err error
	if k.Apps, err = app.New(nil); err != nil {
		t.Fatal(err)
	}
	type connection struct{ Type, Name, VNets, Gateways string }
	f := func(q question, reason string, steps []string, want connection) {
		t.Helper()
		x := q.explain(k)
		if d := cmp.Diff(reason, x.Reason); d != "" {
			t.Errorf("%+v: reason (-want +got):\n%s", q, d)
		}
		if d := cmp.Diff(append([]string{}, steps...), x.Steps); d != "" {
			t.Errorf("%+v: steps (-want +got):\n%s", q, d)
		}
		got := connection{x.ConnectionType, x.ConnectionName, x.ConnectingVNets, strings.Join(x.Gateways, " ")}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%+v: connection (-want +got):\n%s", q, d)
		}
		if x.Application != "https" || x.Initiator.Address != q.initiator || x.Responder.Address != q.responder {
			t.Errorf("%+v: %s, %s, %s", q, x.Application, x.Initiator.Address, x.Responder.Address)
		}
	}
	in, out := flow.Inbound, flow.Outbound
	f(question{"web", out, "10.1.1.4", "10.1.1.6", day(11)},
		"10.1.1.4 and 10.1.1.6 are both in the virtual network s1/rg/one. It was captured at the NIC rg/web of 10.1.1.4.", nil, connection{})
	f(question{"web", out, "10.1.1.4", "10.2.1.4", day(11)},
		"10.1.1.4, the initiator, is in the virtual network s1/rg/one; 10.2.1.4, the responder, is in the virtual network s1/rg/two."+
			" It was captured at the NIC rg/web of 10.1.1.4. They are connected by VNetPeering, by way of s1/rg/hub.",
		[]string{"Rule 1 (IntraVNet) does not hold: the virtual networks are two."},
		connection{Type: "VNetPeering", VNets: "s1/rg/hub"})
	f(question{"newNSG", in, "10.222.0.4", "10.50.0.4", day(11)},
		"10.222.0.4, the initiator, is in the virtual network s1/rg/aks; 10.50.0.4, the responder, is in a virtual network that nothing names."+
			" The inventory knows neither the capture NIC nor its network; what was captured at a NIC of 10.50.0.4 is in a virtual network."+
			" The inventory shows nothing that connects the two.",
		[]string{"Rule 1 (IntraVNet) does not hold: not both are in a virtual network that is known."}, connection{})
	notVNet := func(a string) []string {
		return []string{
			"Rule 1 (IntraVNet) does not hold: " + a + " is not in a virtual network.",
			"Rule 2 (InterVNet) does not hold: " + a + " is not in a virtual network.",
			"Rule 3 (P2S) does not hold: " + a + " is in the client pool of no gateway.",
			"Rule 4 (S2S) does not hold: " + a + " is at no site behind a gateway.",
			"Rule 5 (AzurePublic) does not hold: " + a + " is not Azure's own.",
		}
	}
	f(question{"web", in, "172.20.0.4", "10.1.1.4", day(11)},
		"172.20.0.4, the initiator, is a point-to-site client of the gateway s1/rg/vpn; 10.1.1.4, the responder, is in the virtual network s1/rg/one."+
			" It was captured at the NIC rg/web of 10.1.1.4."+
			" They are connected by VpnGateway, by the connection s1/rg/vpn_172.20.0.4, by way of s1/rg/hub, through s1/rg/vpn.",
		notVNet("172.20.0.4")[:2], connection{"VpnGateway", "s1/rg/vpn_172.20.0.4", "s1/rg/hub", "s1/rg/vpn"})
	f(question{"web", out, "10.1.1.4", "172.30.1.1", day(11)},
		"10.1.1.4, the initiator, is in the virtual network s1/rg/one; 172.30.1.1, the responder, is at the site s1/rg/line."+
			" It was captured at the NIC rg/web of 10.1.1.4. They are connected by ExpressRoute, by the connection s1/rg/to-line, by way of s1/rg/hub, through s1/rg/er.",
		notVNet("172.30.1.1")[:3], connection{"ExpressRoute", "s1/rg/to-line", "s1/rg/hub", "s1/rg/er"})
	// The verdict begins within the interval.
	f(question{"web", in, "30.0.0.2", "10.1.1.4", day(11).Add(hour)},
		"30.0.0.2, the initiator, is a public address that counts as malicious; 10.1.1.4, the responder, is in the virtual network s1/rg/one."+
			" It was captured at the NIC rg/web of 10.1.1.4. 30.0.0.2 counts as malicious: the feed bots lists 30.0.0.2 as Botnet with a confidence of 80 %.",
		notVNet("30.0.0.2"), connection{})
	f(question{"nva", in, "10.1.1.4", "30.0.0.8", day(11)},
		"10.1.1.4, the initiator, is in the virtual network s1/rg/one; 30.0.0.8, the responder, is a public address of somebody else."+
			" It was captured on its way: 30.0.0.8 is none of the addresses of the capture NIC rg/nva, which forwards.",
		append(notVNet("30.0.0.8"), "Rule 6 (MaliciousFlow) does not hold: no verdict on 30.0.0.8 counts in the interval."), connection{})
	f(question{"newOne", in, "10.1.1.4", "10.99.0.1", day(11)},
		"10.1.1.4, the initiator, is in the virtual network s1/rg/one; 10.99.0.1, the responder, is private or reserved and in nothing that the inventory shows."+
			" It was captured on its way, at a NIC that the inventory does not know: 10.99.0.1 is not in the captured network s1/rg/one.",
		append(notVNet("10.99.0.1"), "Rule 6 (MaliciousFlow) does not hold: 10.99.0.1 is not public.", "Rule 7 (ExternalPublic) does not hold: 10.99.0.1 is not public."),
		connection{})
	f(question{"newOne", out, "10.1.1.50", "168.63.129.16", day(11)},
		"10.1.1.50, the initiator, is in the virtual network s1/rg/one; 168.63.129.16, the responder, is Azure's own."+
			" The inventory does not know the capture NIC, but the captured network s1/rg/one.",
		notVNet("168.63.129.16")[:4], connection{})
	var steps []string
	for _, r := range []string{"1 (IntraVNet)", "2 (InterVNet)", "3 (P2S)", "4 (S2S)", "5 (AzurePublic)", "6 (MaliciousFlow)", "7 (ExternalPublic)", "8 (UnknownPrivate)"} {
		steps = append(steps, "Rule "+r+" does not hold: neither address is in a virtual network.")
	}
	f(question{"node1", in, "10.244.4.2", "10.244.3.12", day(11)},
		"10.244.4.2, the initiator, is private or reserved and in nothing that the inventory shows; 10.244.3.12, the responder, is private or reserved and in nothing that the inventory shows."+
			" Neither is in a virtual network. It was captured on its way: 10.244.3.12 is none of the addresses of the capture NIC rg/node1, which forwards.",
		steps, connection{})
}
