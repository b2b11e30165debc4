package service

import (
	"bytes"
	"cmp"
	"encoding/json"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gaissmai/bart"
	gocmp "github.com/google/go-cmp/cmp"

	"weir/internal/enrich/ranges"
	"weir/internal/flow"
	"weir/internal/shared"
)

const weekly = "ServiceTags_Public_change376_20251117.json"

func sharedText(t testing.TB) []byte {
	t.Helper()
	return shared.Read(t, "data/service-tags/"+weekly)
}

func real376(t testing.TB) *Snapshot {
	t.Helper()
	s, err := Read(weekly, bytes.NewReader(sharedText(t)))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func find(s *Snapshot, address string) Record {
	return *s.Record(s.Find(flow.MustParseAddr(address)))
}

func TestRealFile(t *testing.T) {
	s := real376(t)
	if s.Cloud != "Public" || s.ChangeNumber != 376 || s.Tags != 3041 || s.Prefixes != 53586 || len(s.Rejected) != 0 {
		t.Errorf("%s %d: %d tags, %d prefixes, rejected %q", s.Cloud, s.ChangeNumber, s.Tags, s.Prefixes, s.Rejected)
	}
	if want := time.Date(2025, 11, 17, 0, 0, 0, 0, time.UTC); !s.Date.Equal(want) {
		t.Errorf("date %s, want %s", s.Date, want)
	}
	f := func(address string, want Record) {
		t.Helper()
		if d := gocmp.Diff(want, find(s, address)); d != "" {
			t.Errorf("%s (-want +got):\n%s", address, d)
		}
	}
	// The regions that Traffic Analytics wrote for these two, in August 2025.
	f("40.87.172.0", Record{
		Region: "northcentralus", Location: "northcentralus",
		Tags: []string{"AzureCloud.northcentralus", "AzureCloud"},
	})
	f("40.80.44.0", Record{
		Region: "canadacentral", Location: "canadacentral",
		Tags: []string{"AzureCloud.canadacentral", "AzureCloud"},
	})
	f("20.150.47.192", Record{
		Service: "AzureStorage", Region: "northeurope", Location: "northeurope",
		Tags: []string{"Storage.NorthEurope", "AzureCloud.northeurope", "AzureCloud", "Storage"},
	})
	// The service of a longer prefix of a tag with the service, the region of a
	// shorter one.
	f("20.190.151.7", Record{
		Service: "AzureIdentity", Region: "eastus", Location: "eastus",
		Tags: []string{"AzureActiveDirectory.ServiceEndpoint", "AzureCloud.eastus", "AzureCloud", "AzureActiveDirectory"},
	})
	// Two services with one prefix: the smaller tag's.
	if got := find(s, "13.64.151.161"); got.Service != "AzureIdentity" {
		t.Errorf("service %q of 13.64.151.161", got.Service)
	}
	f("13.107.42.14", Record{Service: "AzureFrontDoor", Location: Global, Tags: []string{"AzureFrontDoor.FirstParty"}})
	f("168.63.129.16", Record{Service: VirtualPublicIP, Location: Global})
	f("168.63.129.17", Record{})
	f("8.8.8.8", Record{})
	f("10.0.0.1", Record{})
	if got := find(s, "2603:1030:20e:3::23c"); got.Region != "eastus" {
		t.Errorf("IPv6: %+v", got)
	}
}

func TestMatchesExplainFind(t *testing.T) {
	s := real376(t)
	var got []string
	for _, m := range s.Matches(flow.MustParseAddr("52.239.184.180")) {
		got = append(got, m.Prefix.String()+" "+m.Name+" "+m.Service+" "+m.Region)
	}
	want := []string{
		"52.239.184.176/28 Storage.EastUS2EUAP AzureStorage eastus2euap",
		"52.239.184.176/28 AzureCloud.eastus2euap  eastus2euap",
		"52.239.184.176/28 AzureCloud  ",
		"52.239.184.0/22 Storage AzureStorage ",
	}
	if d := gocmp.Diff(want, got); d != "" {
		t.Errorf("Matches() (-want +got):\n%s", d)
	}
	if m := s.Matches(flow.MustParseAddr("8.8.8.8")); m != nil {
		t.Errorf("Matches(8.8.8.8) = %v", m)
	}
}

// Another implementation of longest prefix match says the same at both ends of
// every prefix of the file, and beside them.
func TestFindAgreesWithAnotherTable(t *testing.T) {
	s := real376(t)
	var f struct {
		Values []struct {
			Name       string
			Properties struct{ AddressPrefixes []string }
		}
	}
	if err := json.Unmarshal(sharedText(t), &f); err != nil {
		t.Fatal(err)
	}
	var other bart.Table[[]string]
	var probes []netip.Addr
	for _, v := range f.Values {
		for _, text := range v.Properties.AddressPrefixes {
			p := netip.MustParsePrefix(text)
			was, _ := other.Get(p)
			other.Insert(p, append(was, v.Name))
			first, last := ranges.Addrs(p)
			probes = append(probes, first.Netip(), last.Netip(), first.Netip().Prev(), last.Netip().Next())
		}
	}
	for _, a := range probes {
		var want []string
		for _, tags := range other.Supernets(netip.PrefixFrom(a, a.BitLen())) {
			want = append(want, tags...)
		}
		got := slices.Clone(s.Record(s.Find(flow.AddrFrom16(a.As16()))).Tags)
		slices.Sort(want)
		slices.Sort(got)
		if want = slices.Compact(want); !slices.Equal(want, got) {
			t.Fatalf("%s: tags %q, the other table has %q", a, got, want)
		}
	}
}

func TestReadAnswerOfTheAPI(t *testing.T) {
	s, err := Read("list-service-tags.json", strings.NewReader("\ufeff"+`{"name":"Public","cloud":"Public","changeNumber":"77","type":"Microsoft.Network/serviceTags",
		"values":[{"id":"Storage.CentralFrance","name":"Storage.CentralFrance","properties":{"changeNumber":"8","region":"centralfrance",
		"state":"GA","systemService":"AzureStorage","addressPrefixes":["20.38.0.0/24","20.39.1.1","oops","2603::/400"]}}]}`))
	if err != nil {
		t.Fatal(err)
	}
	if s.ChangeNumber != 77 || !s.Date.IsZero() || s.Prefixes != 2 {
		t.Errorf("%+v", s)
	}
	if d := gocmp.Diff([]string{`"oops" in Storage.CentralFrance`, `"2603::/400" in Storage.CentralFrance`}, s.Rejected); d != "" {
		t.Errorf("Rejected (-want +got):\n%s", d)
	}
	want := Record{Service: "AzureStorage", Region: "francecentral", Location: "francecentral", Tags: []string{"Storage.CentralFrance"}}
	for _, a := range []string{"20.38.0.255", "20.39.1.1"} {
		if d := gocmp.Diff(want, find(s, a)); d != "" {
			t.Errorf("%s (-want +got):\n%s", a, d)
		}
	}
}

func TestDateOfName(t *testing.T) {
	f := func(name, want string) {
		t.Helper()
		got := ""
		if d := dateOf(name); !d.IsZero() {
			got = d.Format(time.DateOnly)
		}
		if got != want {
			t.Errorf("dateOf(%q) = %q, want %q", name, got, want)
		}
	}
	f("/a/20240101/ServiceTags_Public_20251117.json", "2025-11-17")
	f("ServiceTags_AzureGovernment_20240226.json", "2024-02-26")
	f("ServiceTags_Public_change20250101_20251117.json", "2025-11-17")
	f("tags_20259999.json", "")
	f("tags.json", "")
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(`{"cloud":"Public","changeNumber":376,"values":[{"name":"Sql","properties":{"region":"eastus","systemService":"AzureSQL","addressPrefixes":["20.0.0.0/8","::/0","20.1.0.0/16"]}}]}`))
	f.Add([]byte(`{"cloud":"x","values":[{"name":"a","properties":{"addressPrefixes":["0.0.0.0/0","::ffff:1.2.3.4/97"]}}]}`))
	f.Add([]byte(`{"cloud":"x","values":[{"name":"a","properties":{"addressPrefixes":["1.2.3.0/24","::ffff:1.2.3.4/80"]}}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		s, err := Read("fuzz", bytes.NewReader(text))
		if err != nil {
			return
		}
		for n := range s.nest.Len() {
			first, last := ranges.Addrs(s.nest.Prefix(int32(n)))
			for _, a := range []flow.Addr{first, last} {
				if !s.IsAzure(a) { // the end of an IPv6 prefix can be an IPv4 address in mapped form
					continue
				}
				r := s.Record(s.Find(a))
				var tags []string
				for _, m := range s.Matches(a) {
					if m.Name != "" && !slices.Contains(tags, m.Name) {
						tags = append(tags, m.Name)
					}
				}
				if !slices.Equal(tags, r.Tags) || r.Location != cmp.Or(r.Region, Global) {
					t.Fatalf("%s: %+v, matches %q", a, r, tags)
				}
			}
		}
	})
}

func BenchmarkFind(b *testing.B) {
	s := real376(b)
	r := rand.New(rand.NewPCG(7, 8))
	azure, other, six := make([]flow.Addr, 1<<14), make([]flow.Addr, 1<<14), make([]flow.Addr, 1<<14)
	for i := range azure {
		for {
			p := s.nest.Prefix(int32(r.IntN(s.nest.Len())))
			first, last := ranges.Addrs(p)
			if p.Addr().Is4() && azure[i] == (flow.Addr{}) {
				azure[i] = flow.AddrFrom4(uint32(first.Lo) + uint32(r.Uint64N(last.Lo-first.Lo+1)))
			}
			if p.Addr().Is6() {
				six[i] = first
			}
			if azure[i] != (flow.Addr{}) && six[i] != (flow.Addr{}) {
				break
			}
		}
		other[i] = flow.AddrFrom4(r.Uint32())
	}
	// In traffic few addresses make most flows.
	busy := make([]flow.Addr, 1<<14)
	often := rand.NewZipf(r, 1.2, 8, 1<<14-1)
	for i := range busy {
		busy[i] = [][]flow.Addr{azure, other, six}[r.IntN(3)][often.Uint64()]
	}
	for name, at := range map[string][]flow.Addr{"Azure": azure, "any": other, "Azure IPv6": six, "as in traffic": busy} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				_ = s.Find(at[i&(1<<14-1)])
				i++
			}
			b.ReportMetric(float64(b.N)/1e6/b.Elapsed().Seconds(), "Mlookups/s")
			b.ReportMetric(float64(len(s.records)), "records")
			b.ReportMetric(float64(s.table.Bytes())/1e6, "MB")
		})
	}
}

// The same question, in the same run, to the library that Weir's table is
// checked against.
func BenchmarkFindInBart(b *testing.B) {
	s := real376(b)
	table := new(bart.Fast[uint32])
	at := map[string][]netip.Addr{}
	for n := range s.nest.Len() {
		p := s.nest.Prefix(int32(n))
		table.Insert(p, uint32(n))
		family := "Azure"
		if p.Addr().Is6() {
			family = "Azure IPv6"
		}
		at[family] = append(at[family], p.Addr())
	}
	for name, at := range at {
		rand.New(rand.NewPCG(7, 8)).Shuffle(len(at), func(i, j int) { at[i], at[j] = at[j], at[i] })
		at = at[:1<<12]
		b.Run(name, func(b *testing.B) {
			i := 0
			for b.Loop() {
				_, _ = table.Lookup(at[i&(1<<12-1)])
				i++
			}
			b.ReportMetric(float64(b.N)/1e6/b.Elapsed().Seconds(), "Mlookups/s")
		})
	}
}

func BenchmarkRead(b *testing.B) {
	text := sharedText(b)
	for b.Loop() {
		if _, err := Read(weekly, bytes.NewReader(text)); err != nil {
			b.Fatal(err)
		}
	}
}
