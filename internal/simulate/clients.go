package simulate

import (
	"net/netip"

	"weir/internal/flow"
)

// platformAddr is Azure's own virtual address: health probes, DNS, DHCP.
var platformAddr = netip.MustParseAddr("168.63.129.16")

// countryRanges are public prefixes of access networks, by country. They are
// facts of address allocation, chosen so that any geo database agrees.
type countryRange struct {
	country  string
	prefixes []string
}

func countryRanges() []countryRange {
	return []countryRange{
		{"us", []string{"73.0.0.0/8", "98.192.0.0/10", "71.160.0.0/11", "76.96.0.0/11", "2601::/20"}},
		{"ca", []string{"70.24.0.0/13", "99.224.0.0/11"}},
		{"mx", []string{"189.128.0.0/11", "187.128.0.0/12"}},
		{"br", []string{"177.32.0.0/12", "179.96.0.0/12", "2804:14c::/31"}},
		{"gb", []string{"86.128.0.0/10", "81.128.0.0/11", "90.192.0.0/11", "2a02:c7c::/30"}},
		{"de", []string{"84.128.0.0/10", "91.0.0.0/10", "79.192.0.0/10", "2003::/19"}},
		{"fr", []string{"90.0.0.0/9", "82.224.0.0/11", "78.192.0.0/11", "2a01:e00::/26"}},
		{"nl", []string{"77.160.0.0/12", "84.24.0.0/13", "2a02:a440::/26"}},
		{"it", []string{"79.0.0.0/10", "87.0.0.0/11"}},
		{"es", []string{"88.0.0.0/11", "83.32.0.0/12"}},
		{"pl", []string{"83.0.0.0/11", "79.184.0.0/13"}},
		{"se", []string{"90.224.0.0/12", "81.224.0.0/12"}},
		{"ch", []string{"178.192.0.0/13", "85.0.0.0/13"}},
		{"jp", []string{"126.0.0.0/9", "153.128.0.0/9", "2400:4050::/28"}},
		{"kr", []string{"175.192.0.0/10", "121.128.0.0/10"}},
		{"sg", []string{"116.86.0.0/15", "118.200.0.0/15"}},
		{"au", []string{"1.120.0.0/13", "101.160.0.0/11", "58.160.0.0/12"}},
		{"in", []string{"117.192.0.0/10", "49.36.0.0/14", "2409:4000::/22"}},
		{"vn", []string{"14.160.0.0/11", "113.160.0.0/11"}},
		{"cn", []string{"113.64.0.0/11", "222.64.0.0/13", "218.92.0.0/16"}},
		{"ru", []string{"95.24.0.0/13", "178.64.0.0/13"}},
		{"tr", []string{"78.160.0.0/11", "88.224.0.0/11"}},
		{"za", []string{"105.224.0.0/13", "41.144.0.0/12"}},
	}
}

// clientMix is where the clients of a region's web sites come from, by
// country in percent.
func clientMix(region string) map[string]int {
	switch region {
	case "eastus2":
		return map[string]int{"us": 68, "ca": 9, "mx": 6, "br": 7, "gb": 4, "de": 2, "in": 2, "jp": 1, "cn": 1}
	case "southeastasia":
		return map[string]int{"sg": 24, "jp": 20, "au": 16, "in": 16, "kr": 10, "vn": 6, "us": 4, "cn": 3, "gb": 1}
	}
	return map[string]int{"de": 24, "gb": 18, "fr": 14, "nl": 12, "it": 8, "es": 7, "pl": 5, "se": 4, "ch": 3, "us": 2, "tr": 1, "za": 1, "ru": 1}
}

// scannerRanges are networks of well-known internet scanners, as seen in the
// denied tuples of real logs.
func scannerRanges() []string {
	return []string{
		"162.216.149.0/24", "162.216.150.0/24", "35.203.210.0/24", "35.203.211.0/24", "198.235.24.0/24",
		"205.210.31.0/24", "147.185.132.0/24", "147.185.133.0/24", "167.94.138.0/24", "162.142.125.0/24",
		"64.62.197.0/24", "71.6.135.0/24", "80.82.77.0/24", "193.163.125.0/24", "45.142.193.0/24",
		"79.124.62.0/24", "92.63.197.0/24", "185.242.226.0/24", "65.49.1.0/24", "207.90.244.0/24",
	}
}

// scannedPorts are what scanners ask for most; the rest are random.
func scannedPorts() []uint16 {
	return []uint16{
		22, 23, 80, 443, 445, 3389, 8080, 8443, 21, 25, 53, 110, 111, 135, 139, 143, 161, 389, 993, 1433, 1521, 1723,
		2049, 2222, 2323, 2375, 3306, 4444, 5060, 5432, 5555, 5900, 5985, 6379, 7001, 8000, 8081, 8088, 8728, 8888,
		9000, 9090, 9200, 10250, 11211, 27017, 37777, 49152, 60001,
	}
}

// azureServices are addresses of Azure's public services in one region.
type azureServices struct {
	storage, monitor, registry []string
}

// azureByRegion holds prefixes of the service tags Storage, AzureMonitor and
// AzureContainerRegistry by region.
func azureByRegion(region string) azureServices {
	switch region {
	case "eastus2":
		return azureServices{
			storage:  []string{"13.77.112.16/28", "13.77.112.112/28", "20.33.157.0/24"},
			monitor:  []string{"20.49.99.64/28", "20.98.192.0/27", "20.161.204.0/24"},
			registry: []string{"20.44.22.0/24", "40.70.150.0/24"},
		}
	case "southeastasia":
		return azureServices{
			storage:  []string{"13.76.104.16/28", "20.33.136.0/24", "20.47.9.0/24"},
			monitor:  []string{"20.6.62.0/24", "20.24.4.128/28", "23.98.82.208/28"},
			registry: []string{"13.67.14.0/25", "23.98.86.128/25"},
		}
	}
	return azureServices{
		storage:  []string{"13.95.240.64/27", "20.33.145.0/24", "20.33.163.0/24"},
		monitor:  []string{"13.69.109.224/27", "20.50.88.224/27", "20.61.99.64/27"},
		registry: []string{"20.50.200.0/24", "52.178.18.0/24"},
	}
}

// Addresses outside the estate that everything uses.
const (
	timeServer   = "40.119.6.228"  // time.windows.com
	timeRange    = "40.119.0.0/18" // of the region with the time server
	timeRegion   = "southcentralus"
	entraPrefix  = "20.190.128.0/24"  // AzureActiveDirectory
	updatePrefix = "91.189.91.0/28"   // package archives
	apiPrefix    = "104.18.32.0/28"   // a payment service
	mailPrefix   = "142.250.102.0/28" // mail servers, TCP 25
)

// On-premises networks by the way they are reached.
const (
	siteAmsterdam = "192.168.10.0/24"
	siteAustin    = "192.168.20.0/24"
	p2sPool       = "172.16.200.0/24"
	circuitPrefix = "172.20.0.0/16"
	clientOffice  = "185.46.212.0/28" // public range of the administrators' office
)

func onPremisesPrefixes() []netip.Prefix {
	return []netip.Prefix{
		netip.MustParsePrefix(siteAmsterdam), netip.MustParsePrefix(siteAustin),
		netip.MustParsePrefix(p2sPool), netip.MustParsePrefix(circuitPrefix),
	}
}

// pool is a set of addresses outside the estate; the earlier ones are used more.
type pool struct {
	addrs []flow.Addr
}

func addrOf(a netip.Addr) flow.Addr { return flow.AddrFrom16(a.As16()) }

// poolOf draws n different addresses from prefixes, evenly.
func poolOf(seed uint64, name string, n int, prefixes ...string) *pool {
	s := newStream(seed, "pool "+name)
	p := &pool{}
	seen := map[flow.Addr]bool{}
	for tries := 0; len(p.addrs) < n && tries < 20*n; tries++ {
		a := addrOf(pickFrom(netip.MustParsePrefix(prefixes[s.below(uint64(len(prefixes)))]), &s))
		if !seen[a] {
			seen[a] = true
			p.addrs = append(p.addrs, a)
		}
	}
	return p
}

// clientPool draws n client addresses of one address family by a region's mix of countries.
func clientPool(seed uint64, region string, n int, six bool) *pool {
	name := "clients "
	if six {
		name = "clients6 "
	}
	s := newStream(seed, name+region)
	mix := clientMix(region)
	var from []string
	for _, c := range countryRanges() {
		var own []string
		for _, p := range c.prefixes {
			if netip.MustParsePrefix(p).Addr().Is6() == six {
				own = append(own, p)
			}
		}
		for i := 0; i < mix[c.country] && len(own) > 0; i++ {
			from = append(from, own[i%len(own)])
		}
	}
	p := &pool{}
	for range n {
		p.addrs = append(p.addrs, addrOf(pickFrom(netip.MustParsePrefix(from[s.below(uint64(len(from)))]), &s)))
	}
	return p
}
