package threat

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/gzip"
	"golang.org/x/text/encoding/unicode"

	"weir/internal/shared"
)

// What is no list is refused with what it seems to be, so that no feed is
// emptied by the error of a server.
func TestParseRefusesWhatIsNoList(t *testing.T) {
	f := func(text, want string) {
		t.Helper()
		for _, format := range append(Formats(), Auto) {
			l, err := Parse(strings.NewReader(text), Options{Format: format})
			if err == nil {
				t.Errorf("%s as %q: %d indicators and no error", text, format, l.Len())
			}
			if format == Auto && err != nil && !strings.Contains(err.Error(), want) {
				t.Errorf("%s: error %v, want %q", text, err, want)
			}
		}
	}
	f(`{"type":"about:blank","title":"Too Many Requests","status":429,"detail":"quota exceeded"}`, `a message that says "quota exceeded"`)
	f(`[{"type":"error"}]`, "an object with the members type")
	f(`{"objects":[{"type":"x"}]}`, "it has no STIX objects")
	f(`{"objects":[{"type":"x"},{"type":5}]}`, "it has no STIX objects")
	f(`{}`, "an empty object")
	f(`null`, "of its entries cannot be read")
	f(`{"error":{"code":401}}`, "an object with the members error")
	f(`{"response":{"error":"no such event"}}`, "no such event")
	f(`{"query_status":"illegal_key"}`, "illegal_key")
	f(`{"Event":{"info":"x"}}`, "no MISP events")
	f(`[1,2,3]`, "it is not an address")
	f(`{"ok":true`, "unexpected end of JSON")
	f(`{"data":["1.2.3.4"]}]`, "no JSON at byte 21")
}

// The forms of those who publish feeds, with inputs of the same kind.
func TestParseForms(t *testing.T) {
	f := func(name, text string, skipped map[string]int, rejected int, want ...string) {
		t.Helper()
		l := checkLines(t, name, text, Options{}, want...)
		if d := cmp.Diff(skipped, l.Skipped); d != "" || l.Rejected != rejected {
			t.Errorf("%s: %d rejected %q, skipped (-want +got):\n%s", name, l.Rejected, l.Samples, d)
		}
	}
	names := func(n int) map[string]int { return map[string]int{skippedName: n} }
	f("CrowdSec", `[{"duration":"4h","id":1,"origin":"CAPI","scenario":"crowdsecurity/ssh-bf","scope":"Ip","type":"ban","value":"45.9.148.3"},
		{"scope":"Range","type":"ban","value":"45.9.149.0/24"},{"scope":"Country","type":"ban","value":"XX"}]`, names(1), 0,
		"45.9.148.3 WatchList 50 crowdsecurity/ssh-bf", "45.9.149.0/24 WatchList 50")
	f("CrowdSec stream", `{"new":[{"scope":"Ip","type":"ban","value":"45.9.148.3"}],"deleted":[{"scope":"Ip","type":"ban","value":"45.9.148.4"}]}`, nil, 0, "45.9.148.3 WatchList 50")
	f("JSON strings", `["45.9.148.3", "45.9.149.0/24", "bad.example.com", "nonsense"]`, names(1), 1, "45.9.148.3 WatchList 50", "45.9.149.0/24 WatchList 50")
	f("JSON lines", "{\"cidr\":\"1.10.16.0/20\",\"sblid\":\"SBL1\"}\n{\"cidr\":\"1.19.0.0/16\"}\n{\"type\":\"metadata\",\"records\":2}\n", map[string]int{skippedAbout: 1}, 0,
		"1.10.16.0/20 WatchList 50", "1.19.0.0/16 WatchList 50")
	f("Feodo", `[{"ip_address":"45.9.148.3","port":443,"hostname":null,"as_number":1,"first_seen":"2021-01-17 07:44:46","malware":"Dridex"}]`, nil, 0,
		"45.9.148.3 WatchList 50 1610869486-0 Dridex")
	f("ThreatFox", `{"query_status":"ok","data":[{"ioc":"45.9.148.3:80","ioc_type":"ip:port","threat_type":"botnet_cc","confidence_level":75,"tags":["a","b"]},
		{"ioc":"0a1b","ioc_type":"md5_hash"}]}`, names(1), 0, "45.9.148.3 C2 75 (45.9.148.3:80) a,b")
	f("ThreatFox export", `{"12":[{"ioc_value":"45.9.148.3:80","ioc_type":"ip:port","threat_type":"botnet_cc"}],"13":[{"ioc_value":"x.example","ioc_type":"domain"}]}`, names(1), 0,
		"45.9.148.3 C2 50 (45.9.148.3:80)")
	f("URLhaus", `{"7":[{"dateadded":"2025-01-01 00:00:00 UTC","url":"http://45.9.148.3/x","threat":"malware_download"}]}`, nil, 0, "45.9.148.3 MaliciousUrl 50 1735689600-0")
	f("OTX", `{"results":[{"name":"pulse","tags":["1.1.1.1"],"indicators":[{"indicator":"45.9.148.3","type":"IPv4"},{"indicator":"x.example","type":"hostname"}]}]}`, names(1), 0,
		"45.9.148.3 WatchList 50")
	f("AbuseIPDB", `{"meta":{"generatedAt":"2025-01-01T00:00:00Z"},"data":[{"ipAddress":"45.9.148.3","abuseConfidenceScore":90}]}`, nil, 0, "45.9.148.3 WatchList 90")
	f("Graph", `{"value":[{"networkIPv4":null,"networkIPv6":"2a00::5"},{"networkIPv4":"45.9.148.3"}]}`, nil, 0, "2a00::5 WatchList 50", "45.9.148.3 WatchList 50")
	f("nothing new", `{"data":[]}`, nil, 0)
	f("TAXII", `{"more":false,"objects":[{"type":"indicator","id":"indicator--1","pattern":"[ipv4-addr:value='45.9.148.3']"}]}`, nil, 0, "45.9.148.3 WatchList 50")
	f("STIX lines", `{"type":"indicator","id":"indicator--1","pattern":"[ipv4-addr:value='45.9.148.3']"}
		{"type":"indicator","id":"indicator--2","pattern":"[ipv4-addr:value='45.9.148.4']"}`, nil, 0, "45.9.148.3 WatchList 50", "45.9.148.4 WatchList 50")
	f("addresses as names", `{"type":"bundle","id":"bundle--1","objects":[{"type":"indicator","id":"i--1","pattern":"[domain-name:value = '45.9.148.3']"},
		{"type":"indicator","id":"i--2","pattern":"[domain-name:value IN ('x.example', '45.9.148.4')]"},{"type":"indicator","id":"i--3","pattern":"[domain-name:value != '45.9.148.5']"},
		{"type":"indicator","id":"i--4","pattern":"[domain-name:value = 'x.example']"}]}`, names(2), 0, "45.9.148.3 WatchList 50", "45.9.148.4 WatchList 50")
	f("restSearch of attributes", `{"response":{"Attribute":[{"type":"ip-dst","value":"45.9.148.3","to_ids":"1","Event":{"info":"one"}},
		{"type":"ip-dst","value":"45.9.148.4","to_ids":1,"Event":{"info":"two"}},{"type":"ip-dst","value":"45.9.148.5","to_ids":"0"}]}}`, map[string]int{skippedNotIDs: 1}, 0,
		"45.9.148.3 WatchList 50 one", "45.9.148.4 WatchList 50 two")
	f("MISP CSV", `uuid,event_id,category,type,value,comment,to_ids,date
"1","3","Network activity","ip-dst","45.9.148.3","a",1,"1590631744"
"2","3","Network activity","ip-dst|port","45.9.148.4|443","",1,""
"3","3","Network activity","ip-dst","45.9.148.5","sinkhole",0,"1590631744"
"4","3","Network activity","domain|ip","x.example|45.9.148.6","",1,""
"5","3","Payload delivery","md5","d41d8cd9","",1,""
"6","3","Network activity","ip-dst","45.9.148.7","an open quote,1,""
`, map[string]int{skippedNotIDs: 1, skippedName: 1}, 1,
		"45.9.148.3 WatchList 50 1590631744-0 a", "45.9.148.4 WatchList 50", "45.9.148.6 WatchList 50")
	f("netmasks beside them", "#\n# Columns: a, b\nStart\tEnd\tNetmask\tAttacks\n45.9.148.0\t45.9.148.255\t24\t9\n45.9.149.0\t45.9.149.9\t\t1\n", nil, 0,
		"45.9.148.0/24 WatchList 50 (45.9.148.0-45.9.148.255)", "45.9.149.0/29 WatchList 50 (45.9.149.0-45.9.149.9)", "45.9.149.8/31 WatchList 50 (45.9.149.0-45.9.149.9)")
	f("netmask columns", "network,netmask\n45.9.148.0,255.255.255.0\n45.9.149.0,25\n45.9.150.1,255.0.255.0\n", nil, 1, "45.9.148.0/24 WatchList 50", "45.9.149.0/25 WatchList 50")
	f("netmasks without names", "45.9.148.0\t45.9.148.255\t24\n45.9.149.0 255.255.255.0\n45.9.150.0/255.255.254.0\n45.9.148.0 45.9.149.7\n1.2.3.4 1.2.3.4\n", nil, 2,
		"45.9.148.0/24 WatchList 50 (45.9.148.0-45.9.148.255)", "45.9.149.0/24 WatchList 50", "45.9.150.0/23 WatchList 50 (45.9.150.0/255.255.254.0)")
	f("PeerGuardian", "Some name: of a list:45.9.148.0-45.9.148.255\n", nil, 0, "45.9.148.0/24 WatchList 50 (45.9.148.0-45.9.148.255)")
	f("an open quote", "ip,detail\n45.9.148.3,\"one\n45.9.148.4,two\n45.9.148.5,\"a \"\"word\"\", and\"\n", nil, 0,
		"45.9.148.3 WatchList 50 one", "45.9.148.4 WatchList 50 two", "45.9.148.5 WatchList 50 a \"word\", and")
	f("a long line", "45.9.148.3\n"+strings.Repeat("x", 200_000)+"\n45.9.148.4\n", nil, 1, "45.9.148.3 WatchList 50", "45.9.148.4 WatchList 50")
}

// One element that is odd takes no other with it.
func TestParseRejectsElementsAlone(t *testing.T) {
	good := func(n int) string {
		return fmt.Sprintf(`{"type":"indicator","id":"indicator--%d","pattern":"[ipv4-addr:value = '45.9.148.%d']"}`, n, n)
	}
	for _, odd := range []string{
		`{"type":5}`, `{}`, `{"type":"indicator","id":"i","labels":"x","pattern":"[ipv4-addr:value = '45.9.148.9']"}`, `5`, `"x"`, `[]`, `null`,
		`{"type":"indicator","id":"i","pattern":5}`, `{"type":"indicator","id":"i","pattern":"[broken"}`,
		`{"type":"indicator","id":"i","pattern":"` + strings.Repeat("x", 2<<20) + `"}`, `{"type":"indicator", "x": tru }`,
	} {
		l, err := Parse(strings.NewReader(`{"type":"bundle","id":"bundle--1","objects":[`+good(1)+","+odd+","+good(2)+`]}`), Options{})
		if err != nil {
			t.Errorf("%.40s: %v", odd, err)
			continue
		}
		want := 1
		if odd == "[]" { // holds nothing
			want = 0
		}
		if len(l.Indicators) != 2 || l.Rejected != want {
			t.Errorf("%.40s: %q, %d rejected %q", odd, lines(l), l.Rejected, l.Samples)
		}
	}
	l := parse(t, `{"Event":{"Tag":"x","Attribute":[{"type":"ip-dst","value":"45.9.148.1","to_ids":true},{"type":"ip-dst","value":5,"to_ids":true},
		{"type":"ip-dst","value":"45.9.148.2","to_ids":"perhaps"},{"type":"ip-dst","value":"45.9.148.3","to_ids":true}],
		"Object":[{"deleted":true,"Attribute":[{"type":"ip-dst","value":"45.9.148.4","to_ids":true}]},{"Attribute":[{"type":"ip-dst","value":"45.9.148.5","to_ids":true}]},
		{"deleted":"1","Attribute":[{"type":"ip-dst","value":"45.9.148.6","to_ids":true}]}]}}`, Options{})
	if d := cmp.Diff([]string{"45.9.148.1 WatchList 50", "45.9.148.3 WatchList 50", "45.9.148.5 WatchList 50"}, lines(l)); d != "" || l.Rejected != 3 || l.Skipped[skippedRevoked] != 2 {
		t.Errorf("MISP: %d rejected %q, %v (-want +got):\n%s", l.Rejected, l.Samples, l.Skipped, d)
	}
}

// A prefix of a large part of the internet is a slip, in whichever way it is written.
func TestParseRejectsWhatIsTooWide(t *testing.T) {
	l := parse(t, "45.9.148.1\n45.9.148.2\n186.3.4.5/1\n"+
		"45.0.0.0/8\n2a00::/19\n2.0.0.0-2.255.255.255\n", Options{})
	if l.Rejected != 1 || l.Len() != 5 {
		t.Errorf("%q, rejected %q", lines(l), l.Samples)
	}
	for _, wide := range []string{"45.0.0.0/7", "2a00::/18", "2.0.0.0-3.0.0.0", "0.0.0.0-255.255.255.255", "::/0", "0.0.0.0/0", "128.0.0.0/1", "::ffff:0.0.0.0/97"} {
		if err := CheckWidth(wide); err == nil {
			t.Errorf("%s: no error", wide)
		}
	}
	if _, err := Parse(strings.NewReader("0.0.0.0/1\n128.0.0.0/1\n"), Options{}); err == nil || !strings.Contains(err.Error(), "it covers more than a /8") {
		t.Errorf("two halves: %v", err)
	}
	var all strings.Builder
	for n := range 256 {
		fmt.Fprintf(&all, "%d.0.0.0/8\n", n)
	}
	if _, err := Parse(strings.NewReader(all.String()), Options{}); err == nil || !strings.Contains(err.Error(), "half of the internet") {
		t.Errorf("256 parts: %v", err)
	}
	if l := parse(t, strings.Repeat("45.0.0.0/8\n", 256), Options{}); l.Rejected != 0 {
		t.Errorf("the same again: %q", l.Samples)
	}
	allows, skipped, err := ParseWarningList(strings.NewReader(`{"name":"x","list":["0.0.0.0/1","45.9.148.0/24"]}`))
	if err != nil || len(allows) != 1 || skipped != 1 {
		t.Errorf("a warning list: %v, %d, %v", allows, skipped, err)
	}
}

// A range is one indicator, in as many prefixes as it takes.
func TestRangesCountOnce(t *testing.T) {
	const ranged = "177.103.240.149-177.103.240.155\n"
	l := parse(t, ranged, Options{})
	if l.Len() != 1 || len(l.Indicators) != 3 {
		t.Errorf("%d indicators in %d prefixes", l.Len(), len(l.Indicators))
	}
	h := &History{}
	check := func(text string, want Changes, listed, past int) {
		t.Helper()
		got := h.Add(parse(t, text, Options{}), day(10))
		if gotListed, gotPast := h.Len(); got != want || gotListed != listed || gotPast != past {
			t.Errorf("%q: %+v, %d listed, %d past, want %+v, %d, %d", text, got, gotListed, gotPast, want, listed, past)
		}
	}
	check(ranged, Changes{Added: 1}, 1, 0)
	check(ranged+"45.9.148.1\n", Changes{Added: 1, Kept: 1}, 2, 0)
	check("177.103.240.149-177.103.240.156\n45.9.148.1\n", Changes{Kept: 2}, 2, 0)
	check("45.9.148.1\n", Changes{Gone: 1, Kept: 1}, 1, 1)
	s := newSet(t, SetConfig{Feeds: []Feed{{"list", history(t, Options{}, "10.0.0.1-10.0.0.9\n9.255.255.255-10.0.0.2\n45.9.148.1\n")}}})
	if d := cmp.Diff([]Loss{{Feed: "list", Listed: 3, Special: map[string]int{"a private address": 1}, Cut: 1}}, s.Losses()); d != "" {
		t.Errorf("Losses() (-want +got):\n%s", d)
	}
}

// A few kilobytes that unpack to millions of objects cost time and no memory.
func TestParseOfMillionsOfNothing(t *testing.T) {
	const objects = 3_000_000
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	fmt.Fprint(z, `{"type":"bundle","objects":[{}`)
	for range objects - 1 {
		fmt.Fprint(z, ",{}")
	}
	fmt.Fprint(z, "]}")
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	var before, after runtime.MemStats
	for _, format := range []Format{Auto, JSON, MISP} {
		runtime.ReadMemStats(&before)
		if _, err := Parse(bytes.NewReader(packed.Bytes()), Options{Format: format}); !errors.Is(err, ErrContent) {
			t.Errorf("%s: error %v", format, err)
		}
		if runtime.ReadMemStats(&after); after.Sys > before.Sys+64<<20 {
			t.Errorf("%s: it took %d MB", format, (after.Sys-before.Sys)>>20)
		}
		t.Logf("%q: %d bytes packed, %d MB allocated in all, %d MB of the system", format, packed.Len(), (after.TotalAlloc-before.TotalAlloc)>>20, (after.Sys-before.Sys)>>20)
	}
}

func TestParsePackings(t *testing.T) {
	var packed, archive bytes.Buffer
	z := gzip.NewWriter(&packed)
	if _, err := io.WriteString(z, "45.9.148.3\n"); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	if err := zip.NewWriter(&archive).Close(); err != nil {
		t.Fatal(err)
	}
	wide, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String("45.9.148.3\r\n45.9.148.4\r\n")
	if err != nil {
		t.Fatal(err)
	}
	checkLines(t, "gzip", packed.String(), Options{}, "45.9.148.3 WatchList 50")
	checkLines(t, "UTF-16", wide, Options{}, "45.9.148.3 WatchList 50", "45.9.148.4 WatchList 50")
	for _, c := range []struct{ text, want string }{
		{archive.String(), "zip archive"}, {"PK\x03\x04 and so on", "this is a zip archive: unpack it"}, {"\x1f\x8b\x00", "cannot decompress"},
	} {
		if _, err := Parse(strings.NewReader(c.text), Options{}); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%.20q: error %v, want %q", c.text, err, c.want)
		}
	}
}

// The inputs of people whose feeds went wrong.
func TestFieldFeeds(t *testing.T) {
	read := func(name string) (*Listing, error) {
		t.Helper()
		text := shared.Read(t, "data/field/"+name)
		return Parse(bytes.NewReader(text), Options{})
	}
	f := func(name string, rejected int, want ...string) {
		t.Helper()
		l, err := read(name)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			return
		}
		var got []string
		for _, i := range l.Indicators {
			got = append(got, i.Prefix.String())
		}
		if !slices.Equal(got, want) || l.Rejected != rejected {
			t.Errorf("%s: %q, %d rejected, want %q, %d", name, got, l.Rejected, want, rejected)
		}
	}
	if _, err := read("error-instead-of-feed.json"); err == nil {
		t.Error("an error is taken for a feed")
	}
	f("crowdsec.json", 0, "177.103.240.149/32")
	f("wide-prefix.txt", 1, "45.9.148.1/32", "45.9.148.2/32")
	f("dshield-netmask-column.txt", 0, "5.61.209.0/24", "167.94.145.0/24", "45.148.10.0/24")
	f("range.txt", 0, "177.103.240.149/32", "177.103.240.150/31", "177.103.240.152/30")
	f("misp-attributes.csv", 0, "177.103.240.149/32", "168.232.42.14/32")
	f("stix-domain-name-address.json", 0, "198.18.7.131/32", "45.61.187.7/32")
	f("spamhaus-drop.jsonl", 0, "1.10.16.0/20", "1.19.0.0/16", "2.56.192.0/22")
	f("list-utf16.txt", 0, "45.9.148.3/32", "45.9.148.4/32")
}
