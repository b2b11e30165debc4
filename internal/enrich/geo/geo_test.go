package geo

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"math/rand/v2"
	"net/netip"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/maxmind/mmdbwriter/mmdbtype"

	"weir/internal/enrich/ranges"
	"weir/internal/flow"
)

func TestFindInRealDatabases(t *testing.T) {
	s := NewSet(load(t, "GeoLite2-Country-Test.mmdb"), load(t, "GeoLite2-ASN-Test.mmdb"))
	want := map[string]Place{
		"2.125.160.216":    {Country: "gb"},
		"2.125.160.223":    {Country: "gb"},
		"2.125.160.224":    {},
		"89.160.20.112":    {Country: "se", ASN: 29518, Organisation: "Bredband2 AB"},
		"1.128.0.0":        {ASN: 1221, Organisation: "Telstra Pty Ltd"},
		"2001:218::1":      {Country: "jp"},
		"2600:6000::1":     {ASN: 237, Organisation: "Merit Network Inc."},
		"::ffff:1.128.0.1": {ASN: 1221, Organisation: "Telstra Pty Ltd"},
		"10.0.0.1":         {},
		"168.63.129.16":    {},
	}
	var addresses []string
	for a := range want {
		addresses = append(addresses, a)
	}
	if d := cmp.Diff(want, places(s, addresses...)); d != "" {
		t.Errorf("Find() (-want +got):\n%s", d)
	}
}

// Every network of the published sources is found with what they say.
func TestFindAgreesWithTheSources(t *testing.T) {
	f := func(file string) {
		t.Helper()
		d := load(t, file+".mmdb")
		s := NewSet(d)
		text, err := os.ReadFile(sharedFile(t, file+".source.json"))
		if err != nil {
			t.Fatal(err)
		}
		var source []map[string]json.RawMessage
		if err := json.Unmarshal(text, &source); err != nil {
			t.Fatal(err)
		}
		special := ranges.PlacelessTable()
		checked := 0
		for i, entry := range source {
			for network, raw := range entry {
				var r struct {
					Country struct {
						ISO string `json:"iso_code"`
					} `json:"country"`
					Registered struct {
						ISO string `json:"iso_code"`
					} `json:"registered_country"`
					ASN  uint32 `json:"autonomous_system_number"`
					Name string `json:"autonomous_system_organization"`
				}
				if err := json.Unmarshal(raw, &r); err != nil {
					t.Fatal(err)
				}
				p := netip.MustParsePrefix(network)
				if overwritten(source[i+1:], p) {
					continue
				}
				first, last := ranges.Addrs(p)
				want := Place{ASN: r.ASN, Organisation: r.Name, Country: strings.ToLower(r.Country.ISO)}
				if want.Country == "" {
					want.Country = strings.ToLower(r.Registered.ISO)
				}
				for _, a := range []flow.Addr{first, last} {
					if special.Find(a) != 0 {
						want = Place{}
					}
					if got := s.Find(a); got != want {
						t.Errorf("%s: Find(%s) = %+v, want %+v", file, a, got, want)
					}
					checked++
				}
			}
		}
		if checked < 300 {
			t.Errorf("%s: only %d addresses checked", file, checked)
		}
	}
	f("GeoLite2-Country-Test")
	f("GeoLite2-City-Test")
	f("GeoLite2-ASN-Test")
}

func overwritten(later []map[string]json.RawMessage, p netip.Prefix) bool {
	for _, entry := range later {
		for network := range entry {
			if netip.MustParsePrefix(network).Overlaps(p) {
				return true
			}
		}
	}
	return false
}

func TestBrokenDatabasesAreRefused(t *testing.T) {
	f := func(file, want string) {
		t.Helper()
		_, err := Load(sharedFile(t, file))
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), file) {
			t.Errorf("Load(%s): error %v, want one that holds %q and the file", file, err, want)
		}
	}
	f("GeoIP2-City-Test-Broken-Double-Format.mmdb", "network 2.125.160.216/29")
	f("GeoIP2-City-Test-Invalid-Node-Count.mmdb", "invalid metadata")
	f("MaxMind-DB-test-broken-pointers-24.mmdb", "network 1.1.1.16/28")
	f("MaxMind-DB-test-broken-search-tree-24.mmdb", "invalid search tree")
	// Sound, but without a country or an autonomous system.
	f("GeoIP2-Anonymous-IP-Test.mmdb", "neither countries nor autonomous systems")
	f("MaxMind-DB-test-mixed-24.mmdb", "neither countries nor autonomous systems")
	f("MaxMind-DB-no-ipv4-search-tree.mmdb", "neither countries nor autonomous systems")

	if _, err := Load("absent.mmdb"); err == nil || !strings.Contains(err.Error(), "absent.mmdb") {
		t.Errorf("error %v for a file that is absent", err)
	}
	for _, text := range []string{"", "<html>login</html>", "\x1f\x8b", packedMagic, packedMagic + "{}\n\x09"} {
		if _, err := Read("text", strings.NewReader(text)); err == nil {
			t.Errorf("no error for %q", text)
		}
	}
}

// A database cut off anywhere is refused, or at least answers as the whole one.
func TestCutOffDatabasesAreRefused(t *testing.T) {
	data, err := os.ReadFile(sharedFile(t, "GeoLite2-Country-Test.mmdb"))
	if err != nil {
		t.Fatal(err)
	}
	for n := 0; n < len(data); n += 997 {
		if _, err := Read("cut off", bytes.NewReader(data[:n])); err == nil {
			t.Errorf("no error for %d of %d bytes", n, len(data))
		}
	}
}

func TestLayouts(t *testing.T) {
	str := func(s string) mmdbtype.String { return mmdbtype.String(s) }
	f := func(kind string, r record, want Place, attribution string) {
		t.Helper()
		d := read(t, kind, mmdb(t, kind, 6, map[string]record{"8.8.8.0/24": r, "2a00::/12": r}))
		if d := cmp.Diff(map[string]Place{"8.8.8.8": want, "2a00::1": want, "8.8.9.0": {}},
			places(NewSet(d), "8.8.8.8", "2a00::1", "8.8.9.0")); d != "" {
			t.Errorf("%s (-want +got):\n%s", kind, d)
		}
		if !strings.Contains(d.Attribution, attribution) {
			t.Errorf("%s: attribution %q", kind, d.Attribution)
		}
	}
	f("GeoIP2-Country", record{"registered_country": record{"iso_code": str("US")}}, Place{Country: "us"}, "MaxMind")
	f("DBIP-Country-Lite (compat=Country)", record{
		"continent": record{"code": str("NA")},
		"country":   record{"iso_code": str("CA"), "names": record{"en": str("Canada")}},
	}, Place{Country: "ca"}, "https://db-ip.com")
	f("DBIP-ASN-Lite (compat=GeoLite2-ASN)", record{
		"autonomous_system_number": mmdbtype.Uint32(13335), "autonomous_system_organization": str("Cloudflare, Inc."),
	}, Place{ASN: 13335, Organisation: "Cloudflare, Inc."}, "GeoLite")
	f("ipinfo generic_country_asn_free.mmdb", record{
		"country": str("US"), "country_name": str("United States"), "continent": str("NA"),
		"asn": str("AS15169"), "as_name": str("Google LLC"), "as_domain": str("google.com"),
	}, Place{Country: "us", ASN: 15169, Organisation: "Google LLC"}, "IPinfo")
	f("ipinfo bundle_location_lite.mmdb", record{
		"country": str("Oman"), "country_code": str("OM"), "asn": str("AS15169"), "as_name": str("Google LLC"),
	}, Place{Country: "om", ASN: 15169, Organisation: "Google LLC"}, "IPinfo")
	f("ipinfo standard_asn.mmdb", record{
		"asn": str("AS64500"), "name": str("Example AB"), "domain": str("example.com"),
	}, Place{ASN: 64500, Organisation: "Example AB"}, "IPinfo")
	f("country ipvAll", record{"country_code": str("DE")}, Place{Country: "de"}, "country ipvAll")
	f("asn ipvAll", record{
		"autonomous_system_number": mmdbtype.Uint32(3320), "autonomous_system_organization": str("Deutsche Telekom AG"),
	}, Place{ASN: 3320, Organisation: "Deutsche Telekom AG"}, "asn")
}

func TestPrecedence(t *testing.T) {
	country := func(code string) record { return record{"country_code": mmdbtype.String(code)} }
	four := read(t, "four", mmdb(t, "country ipv4", 4, map[string]record{"8.0.0.0/8": country("US"), "10.0.0.0/8": country("US")}))
	six := read(t, "six", mmdb(t, "country ipv6", 6, map[string]record{"2a00::/12": country("SE")}))
	better := read(t, "better", mmdb(t, "both", 6, map[string]record{
		"8.8.8.0/24": {
			"country": mmdbtype.String("NZ"), "asn": mmdbtype.String("AS15169"), "as_name": mmdbtype.String("Google LLC"),
		},
		"8.9.0.0/16": {"asn": mmdbtype.String("AS1"), "as_name": mmdbtype.String("One")},
	}))
	google := Place{Country: "nz", ASN: 15169, Organisation: "Google LLC"}
	f := func(s *Set, want map[string]Place) {
		t.Helper()
		if d := cmp.Diff(want, places(s, "8.8.8.8", "8.9.1.1", "8.1.1.1", "2a00::1", "10.1.1.1")); d != "" {
			t.Errorf("(-want +got):\n%s", d)
		}
	}
	f(NewSet(four, six), map[string]Place{
		"8.8.8.8": {Country: "us"}, "8.9.1.1": {Country: "us"}, "8.1.1.1": {Country: "us"}, "2a00::1": {Country: "se"},
		"10.1.1.1": {}, // whatever the database says
	})
	f(NewSet(better, four, six), map[string]Place{
		"8.8.8.8": google, "8.9.1.1": {Country: "us", ASN: 1, Organisation: "One"}, "8.1.1.1": {Country: "us"},
		"2a00::1": {Country: "se"}, "10.1.1.1": {},
	})
	f(NewSet(four, better), map[string]Place{
		"8.8.8.8": {Country: "us", ASN: 15169, Organisation: "Google LLC"},
		"8.9.1.1": {Country: "us", ASN: 1, Organisation: "One"}, "8.1.1.1": {Country: "us"}, "2a00::1": {}, "10.1.1.1": {},
	})
	f(NewSet(), map[string]Place{"8.8.8.8": {}, "8.9.1.1": {}, "8.1.1.1": {}, "2a00::1": {}, "10.1.1.1": {}})
}

func TestPackedSaysTheSame(t *testing.T) {
	for _, file := range []string{"GeoLite2-Country-Test.mmdb", "GeoLite2-ASN-Test.mmdb"} {
		d := load(t, file)
		var b bytes.Buffer
		if err := d.Pack(&b, "thanks to all"); err != nil {
			t.Fatal(err)
		}
		size := b.Len()
		p := read(t, "packed", b.Bytes())
		var want, got []string
		for r := range d.table.All() {
			want = append(want, r.First.String()+" "+r.Last.String()+" "+d.places[r.Value].Country+d.places[r.Value].Organisation)
		}
		for r := range p.table.All() {
			got = append(got, r.First.String()+" "+r.Last.String()+" "+p.places[r.Value].Country+p.places[r.Value].Organisation)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", file, diff)
		}
		if p.Attribution != "thanks to all" || !p.Built.Equal(d.Built) || p.Type != d.Type {
			t.Errorf("%+v of %+v", p.Info, d.Info)
		}
		if size > 12_000 {
			t.Errorf("%s takes %d bytes packed", file, size)
		}
	}
}

func TestEmbedded(t *testing.T) {
	d, err := Embedded()
	if errors.Is(err, ErrNotEmbedded) && os.Getenv("CI") != "true" {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	s := NewSet(d)
	got := places(s, "8.8.8.8", "193.0.6.139", "2001:67c:2e8:22::c100:68b", "10.0.0.1")
	want := map[string]Place{
		"8.8.8.8": {Country: "us"}, "193.0.6.139": {Country: "nl"}, "2001:67c:2e8:22::c100:68b": {Country: "nl"}, "10.0.0.1": {},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("built-in database (-want +got):\n%s", d)
	}
	if d.Attribution == "" || d.Networks < 100_000 || !d.Country {
		t.Errorf("%+v", d.Info)
	}
}

func TestCountries(t *testing.T) {
	all := Countries()
	if len(all) != 250 {
		t.Errorf("%d countries, want 249 of ISO 3166-1 and Kosovo", len(all))
	}
	before := ""
	for _, c := range all {
		if c.Code <= before || len(c.Code) != 2 || c.Name == "" || c.Continent == "" {
			t.Errorf("after %q: %+v", before, c)
		}
		before = c.Code
	}
	names := CountryNames()
	for code, want := range map[string]string{"us": "United States", "ci": "Côte d'Ivoire", "tr": "Türkiye", "zw": "Zimbabwe"} {
		if names[code] != want {
			t.Errorf("%s is %q, want %q", code, names[code], want)
		}
	}
}

func FuzzRead(f *testing.F) {
	for _, version := range []int{4, 6} {
		network := map[int]string{4: "8.8.0.0/16", 6: "2a00::/24"}[version]
		small := mmdb(f, "small", version, map[string]record{network: {"country_code": mmdbtype.String("DE"), "asn": mmdbtype.Uint32(7)}})
		f.Add(small)
		var b bytes.Buffer
		if err := read(f, "small", small).Pack(&b, ""); err != nil {
			f.Fatal(err)
		}
		f.Add(b.Bytes())
		unpacked, err := gzip.NewReader(&b)
		if err != nil {
			f.Fatal(err)
		}
		plain, err := io.ReadAll(unpacked)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(plain) // damage to it does not end at a checksum
	}
	f.Add([]byte(packedMagic + `{"places":[{"country":"de"}]}` + "\n\x02\x01\x05\x01\x00\x01\x20\x00\x01"))
	f.Fuzz(func(t *testing.T, data []byte) {
		d, err := Read("fuzz", bytes.NewReader(data))
		if err != nil {
			return
		}
		s := NewSet(d)
		s.Find(flow.AddrFrom4(0x08080808))
		for r := range d.table.All() {
			if r.First.Compare(r.Last) > 0 || int(r.Value) >= len(d.places) {
				t.Fatalf("range %+v", r)
			}
		}
	})
}

// synthetic returns a database as large as the built-in one.
func synthetic() *Database {
	r := rand.New(rand.NewPCG(3, 4))
	d := &Database{places: []Place{{}}}
	for _, c := range Countries() {
		d.places = append(d.places, Place{Country: c.Code})
	}
	var entries []ranges.Entry
	for range 250_000 {
		entries = append(entries, ranges.Entry{
			Prefix: netip.PrefixFrom(flow.AddrFrom4(r.Uint32()).Netip(), 16+r.IntN(9)), Value: uint32(1 + r.IntN(250)),
		})
		six := flow.Addr{Hi: 0x2000<<48 | r.Uint64N(0xc10<<48)}
		entries = append(entries, ranges.Entry{Prefix: netip.PrefixFrom(six.Netip(), 29+r.IntN(20)), Value: uint32(1 + r.IntN(250))})
	}
	d.table = ranges.Build(entries)
	return d
}

func BenchmarkFind(b *testing.B) {
	d, err := Embedded()
	name := "built-in"
	if err != nil {
		d, name = synthetic(), "synthetic"
	}
	s := NewSet(d)
	r := rand.New(rand.NewPCG(5, 6))
	four, six, busy := make([]flow.Addr, 1<<14), make([]flow.Addr, 1<<14), make([]flow.Addr, 1<<14)
	var known []ranges.Range
	for found := range s.table.All() {
		if !found.First.Is4() {
			known = append(known, found)
		}
	}
	held := make([]flow.Addr, 1<<14)
	often := rand.NewZipf(r, 1.2, 8, 1<<14-1) // in traffic few addresses make most flows
	for i := range four {
		four[i] = flow.AddrFrom4(r.Uint32())
		six[i] = flow.Addr{Hi: 0x2000<<48 | r.Uint64N(0xc10<<48)}
		held[i] = known[r.IntN(len(known))].Last
	}
	for i := range busy {
		busy[i] = [][]flow.Addr{four, held}[r.IntN(2)][often.Uint64()]
	}
	for family, at := range map[string][]flow.Addr{"IPv4": four, "IPv6": six, "IPv6 held": held, "as in traffic": busy} {
		b.Run(name+"/"+family, func(b *testing.B) {
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				_ = s.Find(at[i&(1<<14-1)])
				i++
			}
			b.ReportMetric(float64(b.N)/1e6/b.Elapsed().Seconds(), "Mlookups/s")
			b.ReportMetric(float64(s.table.Bytes())/1e6, "MB")
		})
	}
}
