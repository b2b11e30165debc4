package service

import (
	"bytes"
	"compress/gzip"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"weir/internal/flow"
)

func TestReadFailure(t *testing.T) {
	f := func(text, want string) {
		t.Helper()
		_, err := Read("tags.json", strings.NewReader(text))
		if err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), "cannot read the service tags in tags.json: ") {
			t.Errorf("%.40q: error %v, want one with %q", text, err, want)
		}
		for _, word := range []string{"json:", "Go ", "unmarshal", "struct", "RawMessage", "EOF"} {
			if err != nil && strings.Contains(strings.TrimPrefix(err.Error(), "cannot read the service tags in tags.json: "), word) {
				t.Errorf("%.40q: error %q speaks of %q", text, err, word)
			}
		}
	}
	f("", "it is empty or cut off")
	f("<html>", "it is no JSON, by its byte 1")
	f("[]", "it is no JSON object")
	f("5", "it is no JSON object")
	f(`{"records":[]}`, "it has no cloud and values")
	f(`{"cloud":"Public","values":[]}`, "it has no cloud and values")
	f(`{"cloud":"Public","values":null}`, "it has no cloud and values")
	f(`{"cloud":"Public","values":{}}`, "its values are no list")
	f(`{"cloud":5,"values":[]}`, "its cloud is 5, no text")
	f(`{"cloud":"Public","values":[{"name":"x","properties":{"addressPrefixes":[]}}]}`, "none of its tags has a prefix")
	f(`{"cloud":"Public","values":[{"name":"x","properties":{"addressPrefixes":["x"]}}]}`, `no prefix in it can be read, such as "x" in x`)
	f(`{"cloud":"Public","values":[{"name":"x","properties":"Microsoft.Azure.Commands.Network.Models.PSServiceTag"}]}`, "ConvertTo-Json -Depth 10")
	f(`{"cloud":"Public","changeNumber":"x","values":[]}`, `its changeNumber is "x", no whole number`)
	whole := `{"cloud":"Public","changeNumber":1,"values":[{"name":"x","properties":{"addressPrefixes":["20.0.0.0/8"]}}]}`
	for n := range len(whole) {
		f(whole[:n], "it is empty or cut off")
	}
	f(whole+"{}", "behind its end")
	f("PK\x03\x04zip", "this is a zip archive: unpack it")
	many := `{"name":"x","properties":{"addressPrefixes":["20.0.0.0/8"]}}`
	f(`{"cloud":"Public","values":[`+strings.Repeat(many+",", maxHolding)+many+`]}`, "more than 256 of its tags hold 20.0.0.0/8")
	f(`{"cloud":"Public","values":[`+strings.Repeat("{},", maxTags)+`{}]}`, "more than 65536 tags")
	f(`{"cloud":"Public","values":[`+strings.Repeat(" ", maxBytes)+`]}`, "larger than 64 MiB")
}

// What cannot be read is left out alone, with a count and its place.
func TestReadRejects(t *testing.T) {
	f := func(values string, wantPrefixes, wantCount int, want ...string) {
		t.Helper()
		s, err := Read("ServiceTags_Public_20251117.json", strings.NewReader(`{"cloud":"Public","changeNumber":1,"values":[`+values+`]}`))
		if err != nil {
			t.Fatalf("%s: %v", values, err)
		}
		if s.Prefixes != wantPrefixes || s.RejectedCount != wantCount {
			t.Errorf("%s: %d prefixes, %d rejected, want %d and %d", values, s.Prefixes, s.RejectedCount, wantPrefixes, wantCount)
		}
		if d := gocmp.Diff(want, s.Rejected); d != "" {
			t.Errorf("%s: rejected (-want +got):\n%s", values, d)
		}
		if !s.IsAzure(flow.MustParseAddr("20.0.0.9")) || s.IsAzure(flow.MustParseAddr("8.8.8.8")) {
			t.Errorf("%s: 20.0.0.9 is not Azure's, or 8.8.8.8 is", values)
		}
	}
	good := `,{"Name":"Good","Properties":{"SystemService":null,"AddressPrefixes":["20.0.0.0/24"]}}`
	f(`{"type":5}`+good, 1, 0)
	f(`5`+good, 1, 1, "tag 1: 5 is no object")
	f(`null`+good, 1, 1, "tag 1: null is no object")
	f(`{"name":5}`+good, 1, 1, "tag 1: its name is 5, no text")
	f(`{"name":"A","properties":[]}`+good, 1, 1, "tag 1 (A): its properties: [] is no object")
	f(`{"name":"A","properties":{"region":{},"addressPrefixes":["21.0.0.0/24"]}}`+good, 1, 1, "tag 1 (A): its region is {}, no text")
	f(`{"name":"A","properties":{"systemService":1}}`+good, 1, 1, "tag 1 (A): its systemService is 1, no text")
	f(`{"name":"A","properties":{"addressPrefixes":"21.0.0.0/24 22.0.0.0/24"}}`+good, 1, 1,
		`tag 1 (A): its addressPrefixes are "21.0.0.0/24 22.0.0.0/24", no list`)
	f(`{"name":"A","properties":{"addressPrefixes":["21.0.0.0/24",5,null,"x","22.0.0.0/24"]}}`+good, 3, 3,
		"5 in A, which is no prefix", "null in A, which is no prefix", `"x" in A`)
	// Wider than any network of Microsoft: it would make all the world Azure's.
	f(`{"name":"A","properties":{"addressPrefixes":["0.0.0.0/1","8.0.0.0/7","::/0","::ffff:0:0/96","2603::/18","21.0.0.0/8","2603::/19"]}}`+good, 3, 5,
		`"0.0.0.0/1" in A, which is too wide`, `"8.0.0.0/7" in A, which is too wide`, `"::/0" in A, which is too wide`,
		`"::ffff:0:0/96" in A, which is too wide`, `"2603::/18" in A, which is too wide`)
}

func TestCheck(t *testing.T) {
	now := time.Date(2025, 11, 20, 12, 0, 0, 0, time.UTC)
	f := func(name, members, prefixes, want string) {
		t.Helper()
		s, err := Read(name, strings.NewReader(`{"cloud":"Public",`+members+`"values":[{"name":"A","properties":{"addressPrefixes":[`+prefixes+`]}}]}`))
		if err != nil {
			t.Fatal(err)
		}
		if err = s.Check(now); err == nil && want != "" || err != nil && (want == "" || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s with %s: %v, want %q", name, prefixes, err, want)
		}
	}
	const good = "ServiceTags_Public_20251117.json"
	f(good, "", `"20.0.0.0/24"`, "")
	f(good, `"nextLink":null,`, `"20.0.0.0/24"`, "")
	f(good, `"nextLink":"https://management.azure.com/?page=2",`, `"20.0.0.0/24"`, "one page of several")
	f(good, "", `"20.0.0.0/24","x"`, "")
	f(good, "", `"20.0.0.0/24","x","y"`, `most of it cannot be read: 2 of 3 prefixes, such as "x" in A`)
	f(good, "", `"20.0.0.0/24"]}},{"name":5},{"name":6,"properties":{"addressPrefixes":["x"`, "most of it cannot be read: 2 of 3 tags, such as tag 2: its name is 5")
	f("tags.json", "", `"20.0.0.0/24"`, "give it with --date")
	f("ServiceTags_Public_20251121.json", "", `"20.0.0.0/24"`, "")
	f("ServiceTags_Public_20251122.json", "", `"20.0.0.0/24"`, "more than a day ahead")
	f("ServiceTags_Public_20990101.json", "", `"20.0.0.0/24"`, "they are of 2099-01-01")
}

// The same in UTF-16, packed or in another order is the same.
func TestFormsOfOneFile(t *testing.T) {
	const text = `{"cloud":"Public","changeNumber":1,"values":[{"name":"A","properties":{"region":"centralfrance","addressPrefixes":["20.0.0.0/24","20.1.0.0/24"]}},{"name":"B","properties":{"addressPrefixes":["20.0.0.0/25"]}}]}`
	const other = `{"changeNumber":"1","cloud":"public","id":"/subscriptions/x","values":[{"name":"B","id":"B","properties":{"addressPrefixes":["20.0.0.0/25"]}},{"properties":{"addressPrefixes":["20.1.0.0/24","20.0.0.0/24"],"region":"francecentral"},"name":"A"}]}`
	wide := []byte{0xff, 0xfe}
	for _, c := range []byte(text) {
		wide = append(wide, c, 0)
	}
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, _ = z.Write([]byte(text))
	z.Close()
	var ids []uint64
	for _, form := range [][]byte{[]byte(text), []byte("\ufeff" + text), wide, packed.Bytes(), []byte(other)} {
		s, err := Read("x", bytes.NewReader(form))
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, s.ID)
	}
	if len(slices.Compact(ids)) != 1 {
		t.Errorf("ids %x of one file", ids)
	}
	for _, change := range [][2]string{{`"changeNumber":1`, `"changeNumber":2`}, {`"20.1.0.0/24"`, `"20.1.0.0/25"`}, {`"A"`, `"C"`}, {"centralfrance", "eastus"}} {
		s, err := Read("x", strings.NewReader(strings.Replace(text, change[0], change[1], 1)))
		if err != nil || s.ID == ids[0] {
			t.Errorf("%s has the same id as %s: %v", change[1], change[0], err)
		}
	}
}
