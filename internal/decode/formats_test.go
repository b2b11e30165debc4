package decode

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/gzip"
	"golang.org/x/text/encoding/unicode"
)

var update = flag.Bool("update", false, "write the golden files anew")

// formats are those that are read; there is a small log of each in testdata.
var formats = []string{"nsg-v1", "nsg-v2", "vnet-v4"}

// ownLog returns the log of a format in testdata.
func ownLog(t testing.TB, format string) string {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("testdata", format+".json"))
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// TestFormats holds what is read of a log of each format that there is, in the
// layout that Azure writes and in all those in which people have it.
func TestFormats(t *testing.T) {
	for _, format := range formats {
		t.Run(format, func(t *testing.T) {
			golden := filepath.Join("testdata", format+".golden")
			if *update {
				if err := os.WriteFile(golden, []byte(listed(decodeString(ownLog(t, format)))), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			fingerprint := decodeString(ownLog(t, format)).Fingerprint
			for name, content := range layouts(t, format) {
				for _, r := range []*Reader{NewReader(), tolerantReader()} {
					got := decodeAll(r, strings.NewReader(content), Mark{})
					// Some layouts have other orders of keys, but none of tuples.
					if diff := cmp.Diff(string(want), listed(got)); diff != "" {
						t.Errorf("%s (-want +got):\n%s", name, diff)
					}
					if got.Fingerprint != fingerprint {
						t.Errorf("%s: another fingerprint, as of another log", name)
					}
					if got.Records != 2 || len(got.Rejects) != 0 || got.Pending != 0 || got.Err != "" {
						t.Errorf("%s: %d records, %d pending, error %q, rejects %+v", name, got.Records, got.Pending, got.Err, got.Rejects)
					}
				}
			}
		})
	}
}

// TestAzureLayoutIsScanned holds that the scanner takes what Azure writes: what
// it leaves to the tolerant reader is right as well, and takes four times as long.
func TestAzureLayoutIsScanned(t *testing.T) {
	for _, format := range formats {
		raw := ownLog(t, format)
		r := NewReader()
		padded := append([]byte(raw), make([]byte, padding)...)
		start := len(`{"records":[`)
		if end := r.canonical.record(padded, start, len(raw), 0, &r.record); end < 0 || r.record.Records != 1 {
			t.Errorf("%s: the scanner leaves its first record to the tolerant reader", format)
		}
	}
}

// listed writes what was decoded, a tuple a line.
func listed(d decoded) string {
	var b strings.Builder
	for _, e := range d.Entries {
		fmt.Fprintf(&b, "%v %s target=%s log=%s acl=%s rule=%s\n  %+v\n", e.Log.Family, e.Log.MAC, e.Log.Target, e.Log.FlowLog, e.Rule.ACL, e.Rule.Name, e.Tuple)
	}
	return b.String()
}

// layouts returns the log of a format, of two records, in every layout that occurs.
func layouts(t *testing.T, format string) map[string]string {
	t.Helper()
	raw := ownLog(t, format)
	var object struct{ Records []json.RawMessage }
	if err := json.Unmarshal([]byte(raw), &object); err != nil || len(object.Records) != 2 {
		t.Fatalf("%v, %d records", err, len(object.Records))
	}
	first, second := string(object.Records[0]), string(object.Records[1])
	var pretty, zipped bytes.Buffer
	if err := json.Indent(&pretty, []byte(raw), "", "  "); err != nil {
		t.Fatal(err)
	}
	z := gzip.NewWriter(&zipped)
	if _, err := z.Write([]byte(raw)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	var any map[string]any
	if err := json.Unmarshal([]byte(raw), &any); err != nil {
		t.Fatal(err)
	}
	sorted, err := json.Marshal(any)
	if err != nil {
		t.Fatal(err)
	}
	little, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String(pretty.String())
	if err != nil {
		t.Fatal(err)
	}
	return map[string]string{
		"as Azure writes it":        raw,
		"not yet closed":            strings.TrimSuffix(raw, "]}"),
		"a block of it":             "," + first + "," + second + "]}",
		"pretty":                    pretty.String(),
		"lines of Windows":          strings.ReplaceAll(pretty.String(), "\n", "\r\n"),
		"keys in another order":     string(sorted),
		"a byte order mark":         "\xef\xbb\xbf" + raw,
		"UTF-16, by PowerShell":     little,
		"gzip":                      zipped.String(),
		"NDJSON":                    first + "\n" + second + "\n",
		"a list":                    "[" + first + "," + second + "]",
		"an event a line":           `{"event":` + first + "}\n" + `{"event":` + second + "}\n",
		"a message a line":          `{"message":` + quoted(t, first) + "}\n" + `{"message":` + quoted(t, second) + "}\n",
		"the body of a message":     `{"body":` + raw + `}`,
		"the text body of one":      `{"body":` + quoted(t, raw) + `}`,
		"two objects in one":        `{"records":[` + first + `]}{"records":[` + second + `]}`,
		"every key escaped":         strings.NewReplacer(`"flows"`, `"fl\u006fws"`, `"flowTuples"`, `"flowT\u0075ples"`).Replace(raw),
		"unknown keys in a record":  strings.ReplaceAll(raw, `"macAddress"`, `"identity":{"a":[1,{"b":null}]},"macAddress"`),
		"unknown keys in its flows": strings.ReplaceAll(raw, `"rule"`, `"note":"x","rule"`),
	}
}

// TestUTF16Grows reads a UTF-16 object at every length: what was read stays,
// and half of a character is not taken for a whole one.
func TestUTF16Grows(t *testing.T) {
	text, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String(`{"records":[` + nsgRecord + "," + vnetRecord + "]}")
	if err != nil {
		t.Fatal(err)
	}
	r := NewReader()
	want := decodeAll(r, strings.NewReader(text), Mark{})
	if want.Records != 2 {
		t.Fatalf("%d records", want.Records)
	}
	for cut := 4; cut < len(text); cut++ {
		head := decodeAll(r, strings.NewReader(text[:cut]), Mark{})
		rest := decodeAll(r, strings.NewReader(text), head.Mark)
		if head.Records+rest.Records != 2 || len(head.Rejects) > 0 || rest.Err != "" || rest.Mark != want.Mark {
			t.Fatalf("cut at %d: %d + %d records, rejects %+v, error %q", cut, head.Records, rest.Records, head.Rejects, rest.Err)
		}
	}
}

// TestResourceIDOfFlowLog holds that the id of a flow log is not taken for what
// it logs, nor for an access list.
func TestResourceIDOfFlowLog(t *testing.T) {
	f := func(name, keys, target, flowLog string) {
		t.Helper()
		content := strings.Replace(vnetRecord, `"flowLogResourceID":"/F","targetResourceID":"/V"`, keys, 1)
		for layout, content := range map[string]string{"with": content, "without": strings.Replace(content, `"aclID":"/A",`, ``, 1)} {
			for _, r := range []*Reader{NewReader(), tolerantReader()} {
				got := decodeAll(r, strings.NewReader(content), Mark{})
				if len(got.Entries) != 1 {
					t.Errorf("%s: %d tuples", name, len(got.Entries))
					continue
				}
				e := got.Entries[0]
				if e.Log.Target != target || e.Log.FlowLog != flowLog || layout == "without" && strings.Contains(e.Rule.ACL, "flowlogs") {
					t.Errorf("%s, %s an access list: target %q, flow log %q, access list %q", name, layout, e.Log.Target, e.Log.FlowLog, e.Rule.ACL)
				}
			}
		}
	}
	const id = `/SUBSCRIPTIONS/S/RESOURCEGROUPS/NETWORKWATCHERRG/PROVIDERS/MICROSOFT.NETWORK/NETWORKWATCHERS/W/FLOWLOGS/F`
	f("both", `"flowLogResourceID":"`+id+`","targetResourceID":"/V"`, "/v", strings.ToLower(id))
	f("resourceId alone", `"resourceId":"`+id+`"`, "", strings.ToLower(id))
	f("resourceId and target", `"resourceId":"`+id+`","targetResourceID":"/V"`, "/v", strings.ToLower(id))
	f("resourceId and flow log", `"resourceId":"`+id+`","flowLogResourceID":"/X"`, "", "/x")
	f("resourceId is what is logged", `"resourceId":"/V"`, "/v", "")
}
