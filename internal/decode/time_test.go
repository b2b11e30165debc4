package decode

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestFarTimes holds tuples to the time of their record and records to that of
// their arrival, whether the time comes first or last.
func TestFarTimes(t *testing.T) {
	at := time.Date(2025, 3, 21, 21, 0, 30, 0, time.UTC)
	f := func(name, said string, arrived time.Time, tuples []time.Time, good int, reasons ...Reason) {
		t.Helper()
		lines := []string{}
		for _, tuple := range tuples {
			lines = append(lines, fmt.Sprintf(`"%d,10.0.0.1,10.0.0.2,1,22,6,O,E,NX,1,2,3,4"`, tuple.UnixMilli()))
		}
		good2 := vnetRecord // a neighbour, which stays
		flows := `"flowRecords":{"flows":[{"aclID":"/A","flowGroups":[{"rule":"R","flowTuples":[` + strings.Join(lines, ",") + `]}]}]}`
		for layout, content := range map[string]string{
			"first":   `{"time":"` + said + `","macAddress":"000A0A00AA00",` + flows + `}`,
			"last":    `{"macAddress":"000A0A00AA00",` + flows + `,"time":"` + said + `"}`,
			"wrapped": `{"message":` + quoted(t, `{"macAddress":"000A0A00AA00",`+flows+`,"time":"`+said+`"}`) + `}`,
		} {
			for _, r := range []*Reader{NewReader(), tolerantReader()} {
				r.Latest = 0
				if !arrived.IsZero() {
					r.Latest = arrived.UnixMilli()
				}
				got := decodeAll(r, strings.NewReader(good2+"\n"+content), Mark{})
				rejected := []Reason{}
				for _, reject := range got.Rejects {
					rejected = append(rejected, reject.Reason)
				}
				if reasons == nil {
					reasons = []Reason{}
				}
				if diff := cmp.Diff(reasons, rejected); diff != "" || len(got.Entries) != good+1 {
					t.Errorf("%s, time %s: %d tuples, want %d; rejects (-want +got):\n%s", name, layout, len(got.Entries)-1, good, diff)
				}
			}
		}
	}
	said := at.Format(time.RFC3339Nano)
	day := 24 * time.Hour
	f("usual", said, at, []time.Time{at.Add(-time.Minute), at}, 2)
	f("another time zone", said, at, []time.Time{at.Add(-14 * time.Hour), at.Add(14 * time.Hour)}, 2)
	f("the bounds", said, at, []time.Time{at.Add(day - 1e6), at.Add(-400 * day)}, 2)
	f("beyond the bounds", said, at, []time.Time{at.Add(day), at.Add(-400*day - 1e6)}, 0, FarTime, FarTime)
	f("2099", said, at, []time.Time{at, time.Date(2099, 1, 1, 0, 0, 0, 0, time.UTC), at}, 2, FarTime)
	f("2001", said, time.Time{}, []time.Time{time.Date(2001, 9, 9, 0, 0, 0, 0, time.UTC)}, 0, FarTime)
	f("a record of 2099", "2099-01-01T00:00:00Z", at.Add(day), []time.Time{time.Date(2099, 1, 1, 0, 0, 0, 0, time.UTC)}, 0, FutureTime)
	f("a record of 2099 with tuples of today", "2099-01-01T00:00:00Z", at.Add(day), []time.Time{at}, 0, FutureTime)
	f("a clock that is an hour behind", said, at.Add(-time.Hour).Add(day), []time.Time{at}, 1)
	f("no time", "soon", at.Add(day), []time.Time{at, time.Date(2099, 1, 1, 0, 0, 0, 0, time.UTC)}, 1, FarTime)
	f("no time, nobody knows when it arrived", "", time.Time{}, []time.Time{at, time.Date(2099, 1, 1, 0, 0, 0, 0, time.UTC)}, 2)
	f("the epoch is no time", "1970-01-01T00:00:00Z", at.Add(day), []time.Time{at}, 1)
	f("year 1", "0001-01-01T00:00:00Z", at.Add(day), []time.Time{at}, 1)
}

// TestNothingRealIsFar reads the real files as if they had arrived now.
func TestNothingRealIsFar(t *testing.T) {
	for name, content := range realFiles(t) {
		r := NewReader()
		r.Latest = time.Now().Add(24 * time.Hour).UnixMilli()
		for _, reject := range decodeAll(r, strings.NewReader(content), Mark{}).Rejects {
			if reject.Reason == FarTime || reject.Reason == FutureTime {
				t.Errorf("%s: %+v", name, reject)
			}
		}
	}
}

// TestUnknownVersions reads what is understood of a record of another version,
// and says that there was one.
func TestUnknownVersions(t *testing.T) {
	f := func(name, content string, rejects ...string) {
		t.Helper()
		for _, r := range []*Reader{NewReader(), tolerantReader()} {
			got := decodeAll(r, strings.NewReader(content), Mark{})
			samples := []string{}
			for _, reject := range got.Rejects {
				samples = append(samples, string(reject.Reason)+" "+reject.Sample)
				if !strings.HasPrefix(content[reject.Offset:], reject.Sample) {
					t.Errorf("%s: sample %q is not at %d", name, reject.Sample, reject.Offset)
				}
			}
			if rejects == nil {
				rejects = []string{}
			}
			if diff := cmp.Diff(rejects, samples); diff != "" || len(got.Entries) != 1 || got.Records != 1 {
				t.Errorf("%s: %d tuples in %d records; rejects (-want +got):\n%s", name, len(got.Entries), got.Records, diff)
			}
		}
	}
	f("NSG 2", nsgRecord)
	f("NSG 1", strings.Replace(nsgRecord, `"Version":2`, `"Version":1`, 1))
	f("NSG, no version", strings.Replace(nsgRecord, `"Version":2,`, ``, 1))
	f("NSG, text", strings.Replace(nsgRecord, `"Version":2`, `"Version":"2"`, 1))
	f("NSG 3", strings.Replace(nsgRecord, `"Version":2`, `"Version":3`, 1), "unknown-version 3")
	f("VNet 4", vnetRecord)
	f("VNet, no version", strings.Replace(vnetRecord, `"flowLogVersion":4,`, ``, 1))
	f("VNet 9", strings.Replace(vnetRecord, `"flowLogVersion":4`, `"flowLogVersion":9`, 1), "unknown-version 9")
	f("VNet 44", strings.Replace(vnetRecord, `"flowLogVersion":4`, `"flowLogVersion":44`, 1), "unknown-version 44")
	f("VNet, an object", strings.Replace(vnetRecord, `"flowLogVersion":4`, `"flowLogVersion":{"a":1}`, 1), `unknown-version {"a":1}`)
}
