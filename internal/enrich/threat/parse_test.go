package threat

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"weir/internal/shared"
)

func sharedFeed(t testing.TB, name string) []byte {
	t.Helper()
	return shared.Read(t, "data/threat-intel/"+name)
}

func parse(t testing.TB, text string, o Options) *Listing {
	t.Helper()
	l, err := Parse(strings.NewReader(text), o)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// lines writes indicators in words: prefix category confidence from-until detail.
func lines(l *Listing) []string {
	var out []string
	for _, i := range l.Indicators {
		text := textOf(i.Prefix) + " " + i.Category.String() + " " + fmt.Sprint(i.Confidence)
		if i.From != 0 || i.Until != 0 {
			text += fmt.Sprintf(" %d-%d", i.From, i.Until)
		}
		if i.Text != "" {
			text += " (" + i.Text + ")"
		}
		if i.Detail != "" {
			text += " " + i.Detail
		}
		out = append(out, text)
	}
	return out
}

func checkLines(t testing.TB, name, text string, o Options, want ...string) *Listing {
	t.Helper()
	l := parse(t, text, o)
	if d := cmp.Diff(want, lines(l)); d != "" {
		t.Errorf("%s (-want +got):\n%s", name, d)
	}
	return l
}

func TestRealFeeds(t *testing.T) {
	f := func(file string, indicators, rejected int, skipped map[string]int, holds ...string) {
		t.Helper()
		l := parse(t, string(sharedFeed(t, file)), Options{})
		if len(l.Indicators) != indicators || l.Rejected != rejected {
			t.Errorf("%s: %d indicators, %d rejected %q, want %d, %d", file, len(l.Indicators), l.Rejected, l.Samples, indicators, rejected)
		}
		if d := cmp.Diff(skipped, l.Skipped); d != "" {
			t.Errorf("%s: skipped (-want +got):\n%s", file, d)
		}
		for _, want := range holds {
			if got := lines(l); !slices.Contains(got, want) {
				t.Errorf("%s: no %q, but %q", file, want, got[:min(4, len(got))])
			}
		}
	}
	f("ipsum-level8.txt", 23, 0, nil, "77.90.185.20 WatchList 50", "2.57.122.53 WatchList 50")
	f("ipsum-level3.txt", 14217, 0, nil, "77.90.185.20 WatchList 50")
	f("tor-exit-nodes_20240227.lst", 1746, 0, nil, "101.99.92.179 WatchList 50")
	f("stix21-apt1.json", 4, 0, map[string]int{skippedName: 8},
		"223.166.0.0/15 Malware 50 1431681136-0 HTRAN Hop Point Accessor, HUC Packet Transmit Tool (HTRAN)")
	f("stix21-poisonivy.json", 40, 0, map[string]int{skippedName: 5},
		"219.76.208.163 Malware 50 1431681136-0 IP address: 219.76.208.163, PIVY Variant (808e21d6efa2884811fbd0adf67fda78)")
	f("existing_event.json", 12, 0, map[string]int{skippedName: 110})

	if _, err := Parse(bytes.NewReader(sharedFeed(t, "warninglist-microsoft-azure.json")), Options{Format: MISP}); !errors.Is(err, errWarningList) {
		t.Errorf("a warning list as a feed: error %v", err)
	}
}

func TestParsePlain(t *testing.T) {
	l := checkLines(t, "plain", "\ufeff# my list\r\n; of bad hosts\n// indeed\n\n1.2.3.4\r\n  5.6.7.0/24  # a net\n1.10.16.0/20 ; SBL256894\n"+
		"9.9.9.9\t12\n8.8.4.4:53\n[2001:db8:1::5]:443\n2a00::1\n7.7.7[.]7\n1.2.3.99/24\n10.0.0.4-10.0.0.7\n11.0.0.1 - 11.0.0.2 name\nexample.com\n0.0.0.0/0\n300.1.1.1\n",
		Options{Category: Botnet, Confidence: 80},
		"1.2.3.4 Botnet 80", "5.6.7.0/24 Botnet 80 a net", "1.10.16.0/20 Botnet 80 SBL256894", "9.9.9.9 Botnet 80",
		"8.8.4.4 Botnet 80 (8.8.4.4:53)", "2001:db8:1::5 Botnet 80 ([2001:db8:1::5]:443)", "2a00::1 Botnet 80",
		"7.7.7.7 Botnet 80 (7.7.7[.]7)", "1.2.3.0/24 Botnet 80 (1.2.3.99/24)", "10.0.0.4/30 Botnet 80 (10.0.0.4-10.0.0.7)",
		"11.0.0.1 Botnet 80 (11.0.0.1-11.0.0.2)", "11.0.0.2 Botnet 80 (11.0.0.1-11.0.0.2)")
	want := []string{
		`line 16: "example.com": it is not an address or CIDR`,
		`line 17: "0.0.0.0/0": it covers all addresses`,
		`line 18: "300.1.1.1": it is not an address or CIDR`,
	}
	if d := cmp.Diff(want, l.Samples); d != "" || l.Rejected != 3 {
		t.Errorf("%d rejected (-want +got):\n%s", l.Rejected, d)
	}
	checkLines(t, "ipset", "create bad hash:net family inet\nadd bad 1.2.3.4\nadd bad 5.0.0.0/8 timeout 0\n", Options{},
		"1.2.3.4 WatchList 50", "5.0.0.0/8 WatchList 50")
	checkLines(t, "netset", "#\n# firehol_level1\n#\n# ipv4 hash:net ipset, 3 entries\n0.0.0.0/8\n10.0.0.0/8\n1.10.16.0/20\n", Options{},
		"0.0.0.0/8 WatchList 50", "10.0.0.0/8 WatchList 50", "1.10.16.0/20 WatchList 50")
}

func TestParseCSV(t *testing.T) {
	checkLines(t, "feodo", `################
# Feodo Tracker Botnet C2 IP Blocklist (CSV)
# Terms Of Use: see the site
################
#
"first_seen_utc","dst_ip","dst_port","c2_status","last_online","malware"
"2021-01-17 07:44:46","51.178.161.32","4643","offline","2025-05-26","Dridex"
"2022-06-04 21:24:53","162.243.103.246","8080","online","2025-05-27","Emotet"
# END 2 entries
`, Options{Category: C2},
		"51.178.161.32 C2 50 1610869486-0 Dridex", "162.243.103.246 C2 50 1654377893-0 Emotet")
	l := checkLines(t, "threatfox", `# ThreatFox IOCs: recent (CSV format)
#
# "first_seen_utc","ioc_id","ioc_value","ioc_type","threat_type","fk_malware","malware_alias","malware_printable","last_seen_utc","confidence_level","reference","tags"
"2025-05-01 10:00:00", "1", "45.1.2.3:8443", "ip:port", "botnet_cc", "win.x", "None", "Cobalt Strike", "", "100", "", "c2"
"2025-05-01 11:00:00", "2", "bad.example.com", "domain", "botnet_cc", "win.x", "None", "Vidar", "", "75", "", ""
"2025-05-01 12:00:00", "3", "http://45.1.2.4/x.bin", "url", "payload_delivery", "win.y", "None", "Mirai", "", "75", "", ""
"2025-05-01 12:00:00", "4", "0a1b2c", "md5_hash", "payload", "win.y", "None", "Mirai", "", "75", "", ""
# Number of entries: 4
`, Options{},
		"45.1.2.3 C2 100 1746093600-0 (45.1.2.3:8443) Cobalt Strike", "45.1.2.4 MaliciousUrl 75 1746100800-0 Mirai")
	if d := cmp.Diff(map[string]int{skippedName: 2}, l.Skipped); d != "" || l.Rejected != 0 {
		t.Errorf("%d rejected %q, skipped (-want +got):\n%s", l.Rejected, l.Samples, d)
	}
	checkLines(t, "sslbl", "# Firstseen,DstIP,DstPort\n2025-01-02 03:04:05,1.2.3.4,443\n", Options{}, "1.2.3.4 WatchList 50 1735787045-0")
	checkLines(t, "semicolons", "ip;score;category\n1.2.3.4;0.75;tor exit\n1.2.3.5;20;scanner\n", Options{},
		"1.2.3.4 DarkNet 75", "1.2.3.5 WatchList 20")
	checkLines(t, "columns by number", "x,1.2.3.4,phishing,2025-06-01\ny,1.2.3.5,,\n",
		Options{Format: CSV, Category: Proxy, Columns: map[string]string{"address": "2", "category": "3", "until": "4", "detail": "1"}},
		"1.2.3.4 Phishing 50 0-1748736000 x", "1.2.3.5 Proxy 50 y")
	checkLines(t, "columns by name", "when,badguy,sort\n2025-06-01T00:00:00Z,1.2.3.4,miner\n",
		Options{Format: CSV, Columns: map[string]string{"address": "BadGuy", "category": "sort", "first": "when"}},
		"1.2.3.4 CryptoMining 50 1748736000-0")
	// The count behind an address makes a list, not a table.
	checkLines(t, "ipsum", "# IPsum\n#\n# (ip<TAB>number of lists)\n1.2.3.4\t10\n1.2.3.5\t9\n", Options{}, "1.2.3.4 WatchList 50", "1.2.3.5 WatchList 50")
}

func TestParseSTIX(t *testing.T) {
	l := checkLines(t, "stix", `{"type":"bundle","id":"bundle--1","objects":[
	 {"type":"indicator","id":"indicator--1","name":"one","pattern_type":"stix","pattern":"[ipv4-addr:value = '1.2.3.4']",
	  "indicator_types":["malicious-activity"],"labels":["botnet"],"confidence":85,"valid_from":"2025-01-01T00:00:00Z","valid_until":"2025-02-01T00:00:00.5Z"},
	 {"type":"indicator","id":"indicator--2","name":"two","pattern":"[ipv4-addr:value ISSUBSET '5.6.0.0/16'] OR [ipv6-addr:value IN ('2a00::1','2a00::2')]",
	  "kill_chain_phases":[{"kill_chain_name":"lockheed","phase_name":"command-and-control"}]},
	 {"type":"indicator","id":"indicator--3","pattern":"[ipv4-addr:value = '1.1.1.1' AND file:name = 'x']"},
	 {"type":"indicator","id":"indicator--4","pattern":"[url:value = 'http://x/']"},
	 {"type":"indicator","id":"indicator--5","pattern":"[ipv4-addr:value = '2.2.2.2']","revoked":true},
	 {"type":"indicator","id":"indicator--6","pattern":"rule x { }","pattern_type":"yara"},
	 {"type":"indicator","id":"indicator--7","pattern":"[ipv4-addr:value = "},
	 {"type":"indicator","id":"indicator--8","name":"eight","pattern":"[network-traffic:dst_ref.value = '3.3.3.3' AND network-traffic:dst_port = 443] WITHIN 5 SECONDS"},
	 {"type":"malware","id":"malware--1","name":"XMRig","malware_types":["resource-exploitation"]},
	 {"type":"relationship","id":"r--1","relationship_type":"indicates","source_ref":"indicator--8","target_ref":"malware--1"},
	 {"type":"ipv4-addr","id":"ipv4-addr--1","value":"9.9.9.9"}]}`, Options{},
		"1.2.3.4 Botnet 85 1735689600-1738368000 one",
		"5.6.0.0/16 C2 50 two", "2a00::1 C2 50 two", "2a00::2 C2 50 two",
		"3.3.3.3 CryptoMining 50 eight, XMRig")
	want := map[string]int{skippedMore: 1, skippedName: 2, skippedRevoked: 1, skippedSeen: 1}
	if d := cmp.Diff(want, l.Skipped); d != "" || l.Rejected != 1 {
		t.Errorf("%d rejected, skipped (-want +got):\n%s", l.Rejected, d)
	}
	checkLines(t, "TAXII", `{"more":false,"objects":[{"type":"indicator","id":"i","pattern":"[ipv4-addr:value='1.2.3.4']"}]}`, Options{Format: STIX}, "1.2.3.4 WatchList 50")
}

func TestParsePattern(t *testing.T) {
	f := func(pattern string, needs bool, want ...string) {
		t.Helper()
		m, err := parsePattern(pattern)
		if err != nil || m.needs != needs || !slices.Equal(m.values, want) {
			t.Errorf("%s: %q needs %v, error %v, want %q, %v", pattern, m.values, m.needs, err, want, needs)
		}
	}
	f("[ipv4-addr:value='1.1.1.1']", false, "1.1.1.1")
	f("[ipv4-addr:value = '1.1.1.1' OR ipv4-addr:value = '2.2.2.2' AND file:name = 'x']", false, "1.1.1.1") // AND binds tighter
	f("[(ipv4-addr:value = '1.1.1.1' OR ipv4-addr:value = '2.2.2.2') AND file:name = 'x']", true)
	f("[ipv4-addr:value = '1.1.1.1'] AND [ipv6-addr:value = '2a00::1']", false, "1.1.1.1", "2a00::1")
	f("[ipv4-addr:value = '1.1.1.1'] FOLLOWEDBY [file:hashes.'SHA-256' = 'aa']", true)
	f("([ipv4-addr:value = '1.1.1.1'] REPEATS 5 TIMES) START t'2020-01-01T00:00:00Z' STOP t'2021-01-01T00:00:00Z'", false, "1.1.1.1")
	f("[ipv4-addr:value != '1.1.1.1']", true)
	f("[ipv4-addr:value NOT = '1.1.1.1']", true)
	f("[ipv4-addr:value NOT IN ('1.1.1.1')]", true)
	f("[ipv4-addr:value LIKE '1.1.%']", true)
	f("[domain-name:value = 'it\\'s' OR domain-name:resolves_to_refs[*].value = '1.1.1.1']", false, "1.1.1.1")
	f("[network-traffic:dst_port = 443]", false)
	f("[EXISTS file:name]", true)
	for _, bad := range []string{
		"", "[", "[]", "[x]", "ipv4-addr:value", "[ipv4-addr:value = '1.1.1.1'", "[ipv4-addr:value = '1.1.1.1' OR]", "[ipv4-addr:value = '1",
		"[ipv4-addr:value IN ('1'", "[a:b = 'x'] ]", strings.Repeat("(", 100) + "[a:b='c']",
	} {
		if m, err := parsePattern(bad); err == nil {
			t.Errorf("%.40q: no error, %+v", bad, m)
		}
	}
}

func TestParseMISP(t *testing.T) {
	event := `{"info":"Campaign","Tag":[{"name":"osint:certainty=\"93\""},{"name":"tlp:white"}],
	 "Attribute":[
	  {"type":"ip-dst","category":"Network activity","value":"1.2.3.4","to_ids":true,"first_seen":"2025-01-01T00:00:00.000000+00:00","Tag":[{"name":"malware:type=\"botnet\""}]},
	  {"type":"ip-src|port","category":"Payload delivery","value":"1.2.3.5|8080","to_ids":true,"comment":"dropper host"},
	  {"type":"ip-dst","value":"1.2.3.6","to_ids":false},
	  {"type":"ip-dst","value":"1.2.3.7","to_ids":true,"deleted":true},
	  {"type":"domain","value":"x.example","to_ids":true}],
	 "Object":[{"name":"domain-ip","Attribute":[{"type":"domain|ip","value":"y.example|2a00::5","to_ids":true,"Tag":[{"name":"misp:confidence-level=\"usually-confident\""}]}]}]}`
	want := []string{
		"1.2.3.4 Botnet 93 1735689600-0 Campaign", "1.2.3.5 MaliciousUrl 93 dropper host", "2a00::5 WatchList 75 Campaign",
	}
	for name, text := range map[string]string{
		"bare": event, "event": `{"Event":` + event + `}`, "search": `{"response":[{"Event":` + event + `}]}`, "list": `[{"Event":` + event + `}]`,
	} {
		l := checkLines(t, name, text, Options{}, want...)
		if d := cmp.Diff(map[string]int{skippedName: 1, skippedNotIDs: 1, skippedRevoked: 1}, l.Skipped); d != "" {
			t.Errorf("%s: skipped (-want +got):\n%s", name, d)
		}
	}
	if l := parse(t, event, Options{AllAttributes: true}); len(l.Indicators) != 4 {
		t.Errorf("with all attributes: %q", lines(l))
	}
}

func TestParseFailure(t *testing.T) {
	f := func(text string, o Options, want string) {
		t.Helper()
		_, err := Parse(strings.NewReader(text), o)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.40q: error %v, want %q", text, err, want)
		}
	}
	f("", Options{}, "it is empty")
	f(" \n\n", Options{}, "it is empty")
	f("<!DOCTYPE html><html>log in</html>", Options{}, "a web page")
	f("this list\nhas moved\n", Options{}, "of its entries cannot be read, such as line 1")
	f("a,b\n1.2.3.4,x\n", Options{Format: CSV}, "no column of the table is known to hold addresses")
	f("ip,b\n1.2.3.4,x\n", Options{Format: CSV, Columns: map[string]string{"address": "host"}}, `no column "host" for the address`)
	f(`{"type":"bundle","objects":[{"type":"indicator"`, Options{}, "unexpected end of JSON")
	f(`{"a":1}`, Options{}, "an object with the members a")
	f(`{"a":1}`, Options{Format: STIX}, "no STIX objects")
	f(`{"Event":{"info":"x"}}`, Options{}, "no MISP events")
	f(`{"list":["1.2.3.4"],"type":"cidr","name":"x"}`, Options{Format: MISP}, "allow-list")
	f("1.2.3.4", Options{Format: "xml"}, `the format "xml" is not known`)
	f("\x1f\x8b\x00", Options{}, "cannot read the feed")
	for _, text := range []string{"", "<html>", "a\nb"} {
		if _, err := Parse(strings.NewReader(text), Options{}); !errors.Is(err, ErrContent) {
			t.Errorf("%q: error %v is not ErrContent", text, err)
		}
	}
}

func TestParseGzip(t *testing.T) {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write([]byte("1.2.3.4\n")); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	checkLines(t, "gzip", b.String(), Options{}, "1.2.3.4 WatchList 50")
}

func TestCategories(t *testing.T) {
	var got []string
	for _, c := range Categories() {
		got = append(got, c.String())
		if back, err := ParseCategory(strings.ToUpper(c.String())); err != nil || back != c {
			t.Errorf("ParseCategory(%s) = %s, %v", c, back, err)
		}
	}
	want := []string{"C2", "Botnet", "Malware", "MaliciousUrl", "Phishing", "CryptoMining", "DDos", "DarkNet", "Proxy", "PUA", "WatchList"}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("categories (-want +got):\n%s", d)
	}
	if _, err := ParseCategory("evil"); err == nil || !strings.Contains(err.Error(), "WatchList") {
		t.Errorf("error %v", err)
	}
	w := newWords()
	f := func(want Category, terms ...string) {
		t.Helper()
		if got := w.category(terms...); got != want {
			t.Errorf("category of %q = %s, want %s", terms, got, want)
		}
	}
	f(C2, "botnet_cc")
	f(C2, "Command & Control")
	f(C2, "C&C")
	f(Botnet, "malware:type=botnet-zombie")
	f(Malware, "malicious-activity", "remote-access-trojan")
	f(Malware, "ransomware")
	f(MaliciousURL, "malware_download")
	f(Phishing, "spear-phishing-link")
	f(CryptoMining, "coin-miner")
	f(DDoS, "ddos-amplification")
	f(DarkNet, "Tor Exit Node")
	f(Proxy, "anonymization")
	f(PUA, "adware")
	f(WatchList, "malicious-activity")
	f(WatchList, "SSH brute-force")
	f(0, "", "weather")
}

// FuzzParse reads small inputs in one form each, without what Parse does for
// every feed alike, so that many are tried.
func FuzzParse(f *testing.F) {
	formats := append(Formats(), Auto)
	for _, text := range []string{
		"1.2.3.0-1.2.4.9\n::1-::ff\nadd x 1.2.3.4\n1.2.3.0 255.255.255.0 # x\nname:1.2.3.0-1.2.3.7\n",
		"# a,ip\n\"x\",1.2.3.4\n",
		"first_seen;dst_ip;confidence;last_online\n2025-01-02 03:04:05;1.2.3.4;75;2025-02-03\n",
		"Start\tEnd\tNetmask\n1.2.3.0\t1.2.3.255\t24\n",
		"type,value,to_ids\n\"ip-dst|port\",\"1.2.3.4|443\",1\n",
		`["1.2.3.4",{"ip":"1.2.3.5","tags":["c2"]},[null]]`,
		`{"data":[{"ioc":"1.2.3.4:80","ioc_type":"ip:port"}],"n":1}` + "\n" + `{"cidr":"1.2.3.0/24"}`,
		`{"type":"bundle","objects":[{"type":"indicator","id":"indicator--1","pattern":"[ipv4-addr:value = '1.2.3.4']","valid_from":"2025-01-01T00:00:00Z","confidence":80},{"type":"relationship","id":"r--1","relationship_type":"indicates","source_ref":"indicator--1","target_ref":"malware--1"},{"type":"malware","id":"malware--1","name":"x"}]}`,
		`{"response":[{"Event":{"Object":[{"deleted":false,"Attribute":[{"type":"ip-src|port","value":"2a00::1|443","to_ids":"1","first_seen":"1700000000"}]}],"Tag":[{"name":"a:b=\"c\""}]}}]}`,
		`{"Event":{"Attribute":[{"type":"ip-dst","value":"1.2.3.4","to_ids":true}]}}`,
	} {
		for n := range formats {
			f.Add(byte(n), []byte(text))
		}
	}
	words := newWords()
	f.Fuzz(func(t *testing.T, format byte, text []byte) {
		l := &Listing{words: words, options: Options{Format: formats[int(format)%len(formats)]}}
		if l.parse(bufio.NewReaderSize(bytes.NewReader(text), 4096)) != nil {
			return
		}
		if l.Len() > len(l.Indicators) {
			t.Fatalf("%d indicators in %d prefixes", l.Len(), len(l.Indicators))
		}
		for _, i := range l.Indicators {
			if !i.Prefix.IsValid() || i.Prefix != i.Prefix.Masked() || checkWidth([]netip.Prefix{i.Prefix}) != nil || i.Category == 0 || i.Confidence > 100 {
				t.Fatalf("%+v", i)
			}
		}
	})
}

func FuzzPattern(f *testing.F) {
	f.Add("[ipv4-addr:value = '1.1.1.1' OR (ipv6-addr:value IN ('::1','::2') AND a:b NOT LIKE 'x')] WITHIN 5 SECONDS")
	f.Add("[a:b[*].c = t'x'] START t'1' STOP t'2'")
	f.Fuzz(func(t *testing.T, pattern string) {
		m, err := parsePattern(pattern)
		if err == nil && m.needs && len(m.values) > 0 {
			t.Fatalf("%+v", m)
		}
	})
}
