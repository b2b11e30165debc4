package querytest

import (
	"fmt"
	"math"
	"net/netip"
	"time"

	"weir/internal/enrich"
	"weir/internal/flow"
	"weir/internal/store"
	"weir/internal/topology"
)

// Endpoint returns what an address is in stores that are filled by Commit; nil
// where nobody looked. The addresses of Random are some of everything.
func Endpoint(address string) *enrich.Endpoint {
	a := netip.MustParseAddr(address)
	last := a.AsSlice()[len(a.AsSlice())-1]
	switch {
	case netip.MustParsePrefix("10.0.0.0/24").Contains(a):
		return &enrich.Endpoint{Class: enrich.VNet, Endpoint: topology.Endpoint{
			Kind: topology.EndpointNIC, ID: topology.ID(fmt.Sprint("/subscriptions/s1/resourcegroups/rg-hub/providers/microsoft.network/networkinterfaces/nic-", last)),
			Subscription: "s1", Region: "westeurope", Zone: fmt.Sprint("westeurope/", 1+last%3), VNet: "s1/rg-hub/hub", Subnet: "rg-hub/hub/default",
			NIC: fmt.Sprint("rg-hub/nic-", last), VM: fmt.Sprint("rg-hub/web-", last), ScaleSet: "rg-hub/front", LoadBalancer: "s1/rg-hub/web-lb",
		}}
	case netip.MustParsePrefix("10.0.1.0/24").Contains(a):
		return &enrich.Endpoint{Class: enrich.VNet, Endpoint: topology.Endpoint{
			Kind: topology.EndpointSubnet, Subscription: "s2", Region: "northeurope", VNet: "s2/rg-spoke/hub-2", Subnet: "rg-spoke/hub-2/data",
			AppGateway: "s2/rg-spoke/shop", Firewall: "s2/rg-spoke/fw", PrivateEndpoint: "rg-spoke/sql-pe",
		}}
	case netip.MustParsePrefix("203.0.113.0/24").Contains(a) && last%5 == 0:
		return &enrich.Endpoint{Class: enrich.Azure, AzureRegion: "westeurope", Service: "AzureStorage", ServiceTags: "AzureStorage.WestEurope AzureStorage AzureCloud"}
	case netip.MustParsePrefix("203.0.113.0/24").Contains(a):
		return &enrich.Endpoint{Class: enrich.External, Country: []string{"us", "de"}[last%2], ASN: 15169 + uint32(last%3), Organisation: "Google LLC (1+1)"}
	case netip.MustParsePrefix("2001:db8::/32").Contains(a) && last > 3:
		return &enrich.Endpoint{Class: enrich.S2S, Endpoint: topology.Endpoint{
			Kind: topology.EndpointSiteS2S, ID: "/subscriptions/s1/resourcegroups/rg-hub/providers/microsoft.network/localnetworkgateways/berlin",
			Gateway: "s1/rg-hub/hub-gw", LocalGateway: "s1/rg-hub/berlin", Connection: "s1/rg-hub/to-berlin",
		}}
	}
	return nil
}

// Verdicts returns what feeds say of an address, of some in a part of the time, which
// begins and ends within intervals.
func Verdicts(address string) []enrich.Verdict {
	day := time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC)
	switch address {
	case "203.0.113.1", "2001:db8::2":
		return []enrich.Verdict{{Feed: "feodo", Category: "C2", Confidence: 90}}
	case "203.0.113.2":
		return []enrich.Verdict{{Feed: "feodo", Category: "Botnet", Until: day}, {Feed: "own", Category: "Phishing", From: day}}
	case "203.0.113.6":
		return []enrich.Verdict{
			{Feed: "tor", Category: "Proxy", From: day.Add(6*time.Hour + 5*time.Minute), Until: day.Add(12*time.Hour + 35*time.Minute)},
			{Feed: "own", Category: "Botnet", From: day.Add(12*time.Hour + 35*time.Minute), Until: day.Add(18 * time.Hour)},
		}
	}
	return nil
}

func endpointID(address string) uint64 { return HostID(address) + 1 }

// endpoint finds what has an id among the addresses that are something.
func endpoint(id uint64) *enrich.Endpoint {
	for _, network := range []string{"10.0.0.%d", "10.0.1.%d", "203.0.113.%d", "2001:db8::%x"} {
		for n := range 256 {
			if address := fmt.Sprintf(network, n); endpointID(address) == id {
				return Endpoint(address)
			}
		}
	}
	return nil
}

func attribute(a flow.Addr, _ topology.Capture) enrich.Attribution {
	known := enrich.Attribution{Verdicts: Verdicts(a.String())}
	if is := host(a.String()); is.Endpoint != 0 {
		known.Hash = 1
		known.Tenures = []enrich.Tenure{{From: math.MinInt64, Until: math.MaxInt64, Host: is.Host, EndpointID: is.Endpoint, Endpoint: Endpoint(a.String())}}
	}
	return known
}

// Applications are names of services at ports.
func Applications() []store.Application {
	return []store.Application{{Port: 443, Protocol: 6, Name: "https"}, {Port: 53, Protocol: 17, Name: "domain"}, {Port: 50_000, Protocol: 6, Name: "Late Service"}}
}
