package threat

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// An answer to a request that failed may name the address of who asked, which
// is no indicator.
func TestParseRefusesAnswersToWhoAsked(t *testing.T) {
	f := func(text, want string) {
		t.Helper()
		if l, err := Parse(strings.NewReader(text), Options{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %+v, error %v, want %q", text, l, err, want)
		}
	}
	f(`{"status":"error","ip":"45.9.148.77","message":"Your IP has been blocked"}`, `says "Your IP has been blocked"`)
	f(`{"title":"429","detail":"quota exceeded","ip":"45.9.148.77"}`, `says "quota exceeded"`)
	f(`{"statusCode":403,"message":"Forbidden","ip":"45.9.148.77"}`, `says "Forbidden"`)
	f(`[{"error":{"message":"no key"},"ip":"45.9.148.77"}]`, `says "no key"`)
	f(`{"success":false,"ip":"45.9.148.77"}`, "an object with the members ip, success")
	f(`{"errors":[{"detail":"Daily rate limit exceeded","status":429}]}`, `says "Daily rate limit exceeded"`)
	f(`{}`, "an empty object")
	f("{\"asn\":213371,\"domain\":\"x.example\"}\n{\"type\":\"metadata\"}\n", "an object with the members asn, domain")
	f(`{"type":"bundle","id":"bundle--1"}`, "no STIX objects")
	f(`<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>`, "but XML")
	f(`<!DOCTYPE html><HTML>Just a moment...`, "but a web page")
}

// STIX that has no indicators lists nothing, so it is no reading of a feed.
func TestParseRefusesSTIXWithoutIndicators(t *testing.T) {
	for _, objects := range []string{
		`{"type":"malware","id":"malware--1","name":"x"},{"type":"identity","id":"identity--1"}`,
		`{"type":"observed-data","id":"observed-data--1","objects":{"0":{"type":"ipv4-addr","value":"45.9.148.3"}}}`,
		`{"type":"ipv4-addr","id":"ipv4-addr--1","value":"45.9.148.3"}`,
	} {
		text := `{"type":"bundle","id":"bundle--1","objects":[` + objects + `]}`
		if l, err := Parse(strings.NewReader(text), Options{}); err == nil || !strings.Contains(err.Error(), "no indicators but") {
			t.Errorf("%s: %+v, error %v", text, l, err)
		}
	}
	text := `{"type":"bundle","id":"bundle--1","objects":[{"type":"identity","id":"identity--1"},{"type":"marking-definition","id":"marking-definition--1"}]}`
	if _, err := Parse(strings.NewReader(text), Options{}); err != nil {
		t.Errorf("a bundle that names its publisher alone: %v", err)
	}
}

// What a publisher rates harmless, or no longer holds to be true, is not listed.
func TestParseLeavesOutHarmless(t *testing.T) {
	f := func(name, text string, skipped map[string]int) {
		t.Helper()
		l := checkLines(t, name, text, Options{}, "45.9.148.3 WatchList 50")
		if d := cmp.Diff(skipped, l.Skipped); d != "" || l.Rejected != 0 {
			t.Errorf("%s: rejected %q, skipped (-want +got):\n%s", name, l.Samples, d)
		}
	}
	f("GreyNoise", `{"data":[{"ip":"45.9.148.3","classification":"malicious"},{"ip":"45.9.148.4","classification":"benign"},{"ip":"45.9.148.5","riot":true}]}`, map[string]int{skippedSafe: 2})
	f("AbuseIPDB", `{"data":[{"ipAddress":"45.9.148.3","isWhitelisted":null},{"ipAddress":"45.9.148.4","isWhitelisted":true}]}`, map[string]int{skippedSafe: 1})
	f("OTX", `{"results":[{"indicators":[{"indicator":"45.9.148.3","type":"IPv4","is_active":1},{"indicator":"45.9.148.4","type":"IPv4","is_active":0}]}]}`, map[string]int{skippedRevoked: 1})
	f("STIX", `{"type":"bundle","id":"bundle--1","objects":[{"type":"indicator","id":"indicator--1","pattern":"[ipv4-addr:value='45.9.148.3']"},
		{"type":"indicator","id":"indicator--2","indicator_types":["benign"],"pattern":"[ipv4-addr:value='45.9.148.4']"},
		{"type":"observed-data","id":"observed-data--1"}]}`, map[string]int{skippedSafe: 1, skippedSeen: 1})
	f("CrowdSec CSV", "id,source,scope:value,reason\n1,crowdsec,Ip:45.9.148.3,\n", nil)
	f("URLhaus", "id,url\n1,http://45.9.148.3/x\n2,http://bad.example.com/y\n", map[string]int{skippedName: 1})
	f("a page of TAXII", `{"more":true,"next":"1","objects":[{"type":"indicator","id":"indicator--1","pattern":"[ipv4-addr:value='45.9.148.3']"}]}`, map[string]int{skippedPages: 1})
	f("a page of a list", `{"results":[{"ip":"45.9.148.3"}],"next":"https://feeds.example/2"}`, map[string]int{skippedPages: 1})
}

func TestAddressesOfListing(t *testing.T) {
	f := func(text string, want int64, want6 int) {
		t.Helper()
		l, err := Parse(strings.NewReader(text), Options{})
		if err != nil {
			t.Fatal(err)
		}
		if n, n6 := l.Addresses(); n != want || n6 != want6 {
			t.Errorf("%q: %d addresses and %d networks of IPv6, want %d and %d", text, n, n6, want, want6)
		}
	}
	f("45.9.148.1-45.9.148.7\n", 7, 0)
	f("45.9.148.0/24\n45.9.148.9\n45.9.148.9\n", 256, 0)
	f("45.9.148.9\n2a02:4780::1\n2a02:4781::/32\n", 2, 1)
}

// No line of a plain list is passed over without a word.
func TestParsePlainCountsEveryLine(t *testing.T) {
	f := func(name, text string, skipped map[string]int, rejected int, want ...string) {
		t.Helper()
		l := checkLines(t, name, text, Options{}, want...)
		if d := cmp.Diff(skipped, l.Skipped); d != "" || l.Rejected != rejected {
			t.Errorf("%s: %d rejected %q, skipped (-want +got):\n%s", name, l.Rejected, l.Samples, d)
		}
	}
	f("YAML", "---\n- 45.9.148.3\n- '45.9.148.4'\n", nil, 0, "45.9.148.3 WatchList 50", "45.9.148.4 WatchList 50")
	f("ipset of old", "-N bl nethash --hashsize 1024\n-A bl 45.9.148.3\n", nil, 0, "45.9.148.3 WatchList 50")
	f("iptables", "45.9.148.3\n-A INPUT -s 45.9.149.0/24 -j DROP\n", nil, 1, "45.9.148.3 WatchList 50")
	f("two columns", "45.9.148.0;45.9.148.255\n45.9.149.1;45.9.149.7\n1.10.16.0/20 ; SBL256894\n", nil, 1,
		"45.9.148.0/24 WatchList 50 (45.9.148.0-45.9.148.255)", "1.10.16.0/20 WatchList 50 SBL256894")
	f("URLs", "http://45.9.148.3:50422/bin.sh\nhxxp://45.9.148[.]4/x\nhttp://bad.example.com/y\n", map[string]int{skippedName: 1}, 0, "45.9.148.3 WatchList 50", "45.9.148.4 WatchList 50")
}

// The advice for a table names the column that holds addresses, if there is one.
func TestParseAdvisesTheRightColumn(t *testing.T) {
	f := func(text, want string) {
		t.Helper()
		if _, err := Parse(strings.NewReader(text), Options{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want %q", text, err, want)
		}
	}
	f("2026-11-28,ssh,45.9.148.3\n", `such as address: "3"`)
	f("when,who\n2026-11-28,45.9.148.3\n", "if one does, name it in columns")
	f("drop ip [45.9.148.0/24] any -> any any (msg:\"a, b\"; sid:1;)\n", "if none does, give a list of addresses")
}
