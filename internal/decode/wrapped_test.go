package decode

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
)

// quoted returns a JSON string.
func quoted(t *testing.T, text string) string {
	t.Helper()
	b, err := json.Marshal(text)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestWrapped reads records within what collectors make of them; what they
// hold is the same as without.
func TestWrapped(t *testing.T) {
	list := `{"records":[` + nsgRecord + "," + vnetRecord + `]}`
	want := decodeString(list)
	text := quoted(t, list)
	base := quoted(t, base64.StdEncoding.EncodeToString([]byte(list)))
	base1 := quoted(t, base64.StdEncoding.EncodeToString([]byte(" "+list)))
	base2 := quoted(t, base64.StdEncoding.EncodeToString([]byte("  "+list)))
	for name, content := range map[string]string{
		"Event Hub, object":      `{"body":` + list + `,"partition":"0","offset":"0"}`,
		"Event Hub, text":        `{"body":` + text + `,"partition":"0","offset":"0"}`,
		"Event Hub, properties":  `{"properties":null,"systemProperties":{"x":1},"body":` + text + `}`,
		"Event Hub, base64":      `{"body":` + base + `}`,
		"base64, shifted":        `{"body":` + base1 + `}`,
		"base64, shifted twice":  `{"body":` + base2 + `}`,
		"Logstash":               `{"@timestamp":"2025-03-21T21:01:00Z","@version":"1","message":` + text + `}`,
		"Logstash with original": `{"message":` + text + `,"event":{"original":` + text + `}}`,
		"Filebeat":               `{"event":{"original":` + text + `,"kind":"event"},"azure":{"eventhub":{"offset":1}}}`,
		"Filebeat, flat":         `{"event.original":` + text + `}`,
		"Filebeat, parsed":       `{"event":{"original":` + text + `},"json":` + list + `}`,
		"Splunk":                 `{"preview":false,"result":{"_raw":` + text + `,"host":"h"}}`,
		"Splunk, HEC":            `{"time":"1742590830","host":"h","event":` + text + `}`,
		"Elasticsearch":          `{"took":3,"hits":{"hits":[{"_id":"1","_source":` + nsgRecord + `},{"_id":"2","_source":{"message":` + quoted(t, vnetRecord) + `}}]}}`,
		"Docker of Splunk":       `{"log":` + quoted(t, `{"_raw":`+text+`}`) + `}`,
		"syslog":                 `{"message":` + quoted(t, "<14>Mar 21 21:00:30 host azure[1]: "+list) + `}`,
		"text in a line":         text,
		"texts in a list":        `[` + quoted(t, nsgRecord) + "," + quoted(t, vnetRecord) + `]`,
		"one a line":             `{"message":` + quoted(t, nsgRecord) + "}\n" + `{"message":` + quoted(t, vnetRecord) + "}\n",
		"after something broken": "", // below
	} {
		wantRejects := 0
		if content == "" {
			content, wantRejects = "garbage\n"+`{"message":`+text+`}`, 1
		}
		for _, r := range []*Reader{NewReader(), tolerantReader()} {
			got := decodeAll(r, strings.NewReader(content), Mark{})
			if diff := cmp.Diff(want.Entries, got.Entries); diff != "" {
				t.Errorf("%s (-bare +wrapped):\n%s", name, diff)
			}
			if got.Records != 2 || len(got.Rejects) != wantRejects || got.Pending != 0 {
				t.Errorf("%s: %d records, %d pending, rejects %+v", name, got.Records, got.Pending, got.Rejects)
			}
			halves := decodeAll(r, iotest.HalfReader(strings.NewReader(content)), Mark{})
			if diff := cmp.Diff(got, halves); diff != "" {
				t.Errorf("%s (-at once +by halves):\n%s", name, diff)
			}
		}
	}
}

// TestWrappedRejects holds that what is wrong within a wrapper is counted as
// it would be outside of it, with the place of the text in which it stands.
func TestWrappedRejects(t *testing.T) {
	f := func(name, content string, tuples int, reasons ...Reason) {
		t.Helper()
		got := decodeString(content)
		rejected := []Reason{}
		for _, r := range got.Rejects {
			rejected = append(rejected, r.Reason)
			if r.Offset < 0 || r.Length <= 0 || r.Offset+r.Length > int64(len(content)) {
				t.Errorf("%s: place %+v is outside of the content", name, r)
			}
		}
		if diff := cmp.Diff(reasons, rejected); diff != "" || len(got.Entries) != tuples {
			t.Errorf("%s: %d tuples, want %d; rejects (-want +got):\n%s", name, len(got.Entries), tuples, diff)
		}
	}
	bad := strings.Replace(nsgRecord, `"flowTuples":[`, `"flowTuples":["x",`, 1)
	f("a tuple", `{"message":`+quoted(t, bad)+`}`, 1, BadFields)
	f("a record that was cut", `{"message":`+quoted(t, nsgRecord[:len(nsgRecord)-9])+`}`, 0, NotARecord)
	f("one of two was cut", `[`+`{"message":`+quoted(t, nsgRecord[:len(nsgRecord)-9])+`},{"message":`+quoted(t, vnetRecord)+`}]`, 1, NotARecord)
	f("one of two in a wrapper was cut", `{"a":{"message":`+quoted(t, nsgRecord[:len(nsgRecord)-9])+`},"b":{"message":`+quoted(t, vnetRecord)+`}}`, 1, BadSyntax)
	f("words", `{"message":"the flows of today"}`, 0, NotARecord)
	f("too deep", `{"a":`+strings.Repeat(`{"a":`, MaxDepth)+nsgRecord+strings.Repeat(`}`, MaxDepth)+`}`, 1, TooDeep) // it is found when reading goes on
	inner := nsgRecord
	for range maxWrapping + 1 {
		inner = `{"message":` + quoted(t, inner) + `}`
	}
	f("too many texts within each other", inner, 0, NotARecord)
}
