package enrich

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"weir/internal/topology"
)

func seenFrom(capture string) topology.Capture {
	l := captures[capture]
	return topology.Capture{MAC: l.MAC, Target: l.Target}
}

// days writes a time in milliseconds as a day of the month, open ends as nothing.
func days(ms int64) string {
	if t := pointer(ms); t != nil {
		return fmt.Sprint(t.Day())
	}
	return ""
}

func TestAttribute(t *testing.T) {
	k := knowledge(t)
	f := func(capture, address string, want ...string) {
		t.Helper()
		a := k.Attribute(addr(address), seenFrom(capture))
		var got []string
		for _, n := range a.Tenures {
			e := n.Endpoint
			got = append(got, strings.TrimSpace(fmt.Sprintf("%s-%s %s %s %s", days(n.From), days(n.Until), e.Class, e.Kind, e.ShortName(addr(address)))))
		}
		for _, v := range a.Verdicts {
			from, until := bounds(v.From, v.Until)
			got = append(got, fmt.Sprintf("%s-%s %s %s %s %d", days(from), days(until), v.Category, v.Feed, v.Indicator, v.Confidence))
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("Attribute(%s) from %s (-want +got):\n%s", address, capture, d)
		}
	}
	f("web", "10.1.1.4", "- vnet nic rg/web-vm")
	f("lone", "10.1.1.4", "- vnet nic rg/lone-vm")
	f("web", "10.1.1.9", "-20 vnet subnet rg/one/web", "20- vnet nic rg/late-vm")
	f("web", "10.0.1.4", "-20 vnet nic rg/dns-vm", "20- vnet nic rg/mail-vm") // used again by another
	f("web", "10.2.1.9", "- vnet private endpoint store")
	f("web", "20.0.0.10", "- vnet nic rg/web-vm") // listed, but in Azure's ranges as long as there are tags
	f("web", "20.0.0.20", "- vnet load balancer rg/lb")
	f("web", "172.20.0.9", "- p2s site (P2S) s1/rg/vpn")
	f("web", "192.168.1.1", "- s2s site (S2S) s1/rg/office")
	f("web", "172.30.1.1", "- s2s site (ExpressRoute) s1/rg/line")
	f("web", "10.99.0.1", "- private none 10.99.0.1")
	f("web", "168.63.129.16", "- azure none Microsoft Virtual Public IP")
	f("web", "20.1.0.4", "- azure none AzureStorage (westeurope)")
	f("web", "20.9.0.4", "- azure none Azure (Global)")
	f("web", "30.0.0.8", "- external none Example Carrier")
	f("web", "30.0.0.1", "- external none Example Carrier", "- Botnet bots 30.0.0.1 80")
	f("web", "30.0.0.2", "- external none Example Carrier", "11-12 Botnet bots 30.0.0.2 80")
	f("web", "30.0.0.3", "- external none Example Carrier", "12- Botnet bots 30.0.0.3 80")
	f("web", "30.0.0.9", "- external none Example Carrier")
	f("web", "40.0.0.7", "-15 external none 40.0.0.7", "15- azure none Azure (Global)", "-15 Botnet bots 40.0.0.7 80")
}

func TestHost(t *testing.T) {
	k := knowledge(t)
	host := func(capture, address string) uint64 {
		tenures := k.Attribute(addr(address), seenFrom(capture)).Tenures
		return tenures[len(tenures)-1].Host
	}
	same := func(capture1, capture2, address string, want bool) {
		t.Helper()
		if got := host(capture1, address) == host(capture2, address); got != want {
			t.Errorf("%s seen by %s and %s: same host %t, want %t", address, capture1, capture2, got, want)
		}
	}
	same("web", "db", "10.1.1.4", true)
	same("web", "nva", "10.1.1.4", true)
	same("web", "lone", "10.1.1.4", false)
	same("db", "lone", "10.2.1.4", false)
	same("web", "newVNet", "30.0.0.1", true)
	same("web", "lone", "192.168.1.1", true)
	if host("web", "10.1.1.4") == host("web", "10.1.1.5") {
		t.Error("two addresses of a NIC are one host")
	}
}

// change sets a field of any of the kinds that endpoints and the like have.
func change(t *testing.T, v reflect.Value) {
	switch {
	case v.Type() == reflect.TypeFor[time.Time]():
		v.Set(reflect.ValueOf(v.Interface().(time.Time).Add(time.Hour)))
	case v.Kind() == reflect.String:
		v.SetString(v.String() + "x")
	case v.Kind() == reflect.Bool:
		v.SetBool(!v.Bool())
	case v.CanInt():
		v.SetInt(v.Int() + 1)
	case v.CanUint():
		v.SetUint(v.Uint() + 1)
	default:
		t.Fatalf("no way to change a %s", v.Type())
	}
}

func TestEndpointIDIsOfAllContent(t *testing.T) {
	e := Endpoint{Class: Azure, Service: "s"}
	id := EndpointID(&e)
	if again := e; EndpointID(&again) != id {
		t.Error("equal endpoints have different ids")
	}
	ids := map[uint64]string{id: "nothing"}
	try := func(name string, changed *Endpoint) {
		id := EndpointID(changed)
		if other, taken := ids[id]; taken {
			t.Errorf("an endpoint with another %s has the id of one with another %s", name, other)
		}
		ids[id] = name
	}
	for i, n := range reflect.VisibleFields(reflect.TypeFor[Endpoint]()) {
		if n.Anonymous {
			continue
		}
		c := e
		change(t, reflect.ValueOf(&c).Elem().FieldByIndex(n.Index))
		try(fmt.Sprint(i, " ", n.Name), &c)
	}
}

func TestAttributionHashIsOfAllContent(t *testing.T) {
	first, last := day(3), day(4)
	fresh := func() *Attribution {
		return &Attribution{
			Tenures:  []Tenure{{From: 1, Until: 2, Host: 3, EndpointID: 4}, {From: 2, Until: 3, Host: 3, EndpointID: 5}},
			Verdicts: []Verdict{{From: day(1), Until: day(2), Category: "C2", FirstListed: first, Listed: last}},
		}
	}
	base := fresh().hash()
	if base == 0 || fresh().hash() != base {
		t.Errorf("hash %d, then %d", base, fresh().hash())
	}
	for i := range 3 {
		all := fresh()
		v := reflect.ValueOf(&all.Verdicts[0]).Elem()
		if i < 2 {
			v = reflect.ValueOf(&all.Tenures[i]).Elem()
		}
		for n := range v.NumField() {
			if v.Type().Field(n).Name == "Endpoint" {
				continue // its content is in EndpointID
			}
			all = fresh()
			v = reflect.ValueOf(&all.Verdicts[0]).Elem()
			if i < 2 {
				v = reflect.ValueOf(&all.Tenures[i]).Elem()
			}
			change(t, v.Field(n))
			if all.hash() == base {
				t.Errorf("another %s of %s has the same hash", v.Type().Field(n).Name, v.Type())
			}
		}
	}
	if fewer := fresh(); true {
		fewer.Verdicts = nil
		if fewer.hash() == base {
			t.Error("without a verdict it has the same hash")
		}
	}
	// Knowledge that says the same of an address gives the same hash.
	one, two := knowledge(t), knowledge(t)
	for _, a := range []string{"10.0.1.4", "30.0.0.2", "40.0.0.7"} {
		if x, y := one.Attribute(addr(a), seenFrom("web")).Hash, two.Attribute(addr(a), seenFrom("web")).Hash; x != y {
			t.Errorf("%s has hash %d by one, %d by an equal one", a, x, y)
		}
	}
}

func TestRelationsOf(t *testing.T) {
	apart, joined := world(), world()
	joined.peer(vnetID("one"), vnetID("two"), false)
	tags := versions(t, tags(t, "20260807"))
	k := New(Sources{Topology: topology.NewIndex(apart.at(day(5)), apart.at(day(6)), joined.at(day(8)), apart.at(day(9))), Services: tags})
	f := func(one, two string, want ...string) {
		t.Helper()
		var got []string
		for _, r := range k.RelationsOf(vnetID(one), vnetID(two)) {
			if r.VNet1 != vnetID(one) || r.VNet2 != vnetID(two) {
				t.Errorf("a relation of %s and %s", r.VNet1, r.VNet2)
			}
			got = append(got, strings.TrimRight(fmt.Sprintf("%s-%s %s %s %s", days(r.From), days(r.Until), r.ConnectionType, r.Connection, r.ConnectingVNets), " "))
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("RelationsOf(%s, %s) (-want +got):\n%s", one, two, d)
		}
	}
	f("one", "two", "-8 VNetPeering  s1/rg/hub", "8-9 VNetPeering", "9- VNetPeering  s1/rg/hub")
	f("one", "hub", "- VNetPeering")
	f("one", "lone", "-")
	f("one", "nowhere", "-")
}
