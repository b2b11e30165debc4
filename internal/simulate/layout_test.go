package simulate

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"weir/internal/shared"
)

const (
	upperGUID  = `[0-9A-F]{8}-[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{12}`
	guid       = `[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`
	hourPath   = `/y=\d{4}/m=\d\d/d=\d\d/h=\d\d/m=00/macAddress=[0-9A-F]{12}/PT1H\.json$`
	recordTime = `\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}Z`
	ends       = `[0-9a-f.:]+,[0-9a-f.:]+,\d+,\d+,`
	nsgTuples  = `("\d{10},` + ends + `[TU],[IO],(A,B,,,,|D,B,,,,|A,[CE],\d+,\d+,\d+,\d+)",?)+`
	vnetTuples = `("\d{13},` + ends + `(6|17),[IO],([BD],(NX|X),0,0,0,0|[CE],(NX|X),\d+,\d+,\d+,\d+)",?)+`
)

// Each object lies where Azure would put it (spec sections 1.1 and 2.1).
func TestObjectNames(t *testing.T) {
	c := small(1)
	c.VMs = 60
	c.Hours, c.Rate = 1, 0.05
	s := write(t, c)
	forms := map[string]*regexp.Regexp{
		"NSG":        regexp.MustCompile(`^insights-logs-networksecuritygroupflowevent/resourceId=/SUBSCRIPTIONS/` + upperGUID + `/RESOURCEGROUPS/[-A-Z0-9]+/PROVIDERS/MICROSOFT\.NETWORK/NETWORKSECURITYGROUPS/[-A-Z0-9]+` + hourPath),
		"VNet long":  regexp.MustCompile(`^insights-logs-flowlogflowevent/flowLogResourceID=/SUBSCRIPTIONS/` + upperGUID + `/RESOURCEGROUPS/NETWORKWATCHERRG/PROVIDERS/MICROSOFT\.NETWORK/NETWORKWATCHERS/NETWORKWATCHER_[A-Z0-9]+/FLOWLOGS/[-A-Z0-9]+` + hourPath),
		"VNet short": regexp.MustCompile(`^insights-logs-flowlogflowevent/flowLogResourceID=/` + upperGUID + `_NETWORKWATCHERRG/NETWORKWATCHER_[A-Z0-9]+_[-A-Z0-9]+` + hourPath),
	}
	seen := map[string]int{}
	macs := map[string]string{}
	for name := range s.objects {
		matched := false
		for form, re := range forms {
			if re.MatchString(filepath.ToSlash(name)) {
				matched = true
				seen[form]++
			}
		}
		if !matched {
			t.Errorf("no form of the spec matches %s", name)
		}
		parts := strings.Split(filepath.ToSlash(name), "/")
		mac, container := parts[len(parts)-2], parts[0]
		if other, ok := macs[mac]; ok && other != container && mac != "macAddress="+s.estate.tier(s.estate.spokes()[1], TierTools)[1].MAC {
			t.Errorf("%s is logged by both families", mac)
		}
		macs[mac] = container
	}
	for form := range forms {
		if seen[form] == 0 {
			t.Errorf("no object has the form %q", form)
		}
	}
}

// The bytes of every object are those of Azure: compact, in its order of keys,
// block by block.
func TestObjectBytes(t *testing.T) {
	s := write(t, small(2))
	nsg := regexp.MustCompile(`^\{"time":"` + recordTime + `","systemId":"` + guid + `","macAddress":"[0-9A-F]{12}","category":"NetworkSecurityGroupFlowEvent","resourceId":"/SUBSCRIPTIONS/[-/.A-Z0-9]+","operationName":"NetworkSecurityGroupFlowEvents","properties":\{"Version":2,"flows":\[(\{"rule":"(User|Default)Rule_[-\w]+","flows":\[(\{"mac":"[0-9A-F]{12}","flowTuples":\[` + nsgTuples + `\]\})?\]\},?)+\]\}\}$`)
	vnet := regexp.MustCompile(`^\{"time":"` + recordTime + `","flowLogGUID":"` + guid + `","macAddress":"[0-9A-F]{12}","category":"FlowLogFlowEvent","flowLogResourceID":"/SUBSCRIPTIONS/[-_/.A-Z0-9]+","targetResourceID":"/subscriptions/[-/.A-Za-z0-9]+","flowLogVersion":4,"operationName":"FlowLogFlowEvent","flowRecords":\{"flows":\[(\{"aclID":"[-/.A-Za-z0-9]+","flowGroups":\[(\{"rule":"[-\w]+","flowTuples":\[` + vnetTuples + `\]\},?)+\]\},?)+\]\}\}$`)
	empty, merged := false, false
	for name, b := range s.objects {
		var compact bytes.Buffer
		if err := json.Compact(&compact, b); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if !bytes.Equal(compact.Bytes(), b) {
			t.Errorf("%s is not compact", name)
		}
		body, ok := bytes.CutPrefix(b, []byte(`{"records":[`))
		body, ok2 := bytes.CutSuffix(body, []byte(`]}`))
		if !ok || !ok2 {
			t.Fatalf("%s has not the first and last block of Azure", name)
		}
		re := vnet
		if strings.Contains(name, "networksecuritygroup") {
			re = nsg
		}
		for _, block := range strings.Split(string(body), `,{"time":`) {
			if !strings.HasPrefix(block, "{") {
				block = `{"time":` + block
			}
			if !re.MatchString(block) {
				t.Fatalf("%s: a record is not laid out as Azure does:\n%.600s", name, block)
			}
			if strings.Contains(block, ",,\"]}]},]") || strings.Contains(block, `",]`) || strings.Contains(block, `},]`) {
				t.Fatalf("%s: a comma too many:\n%.600s", name, block)
			}
			empty = empty || strings.Contains(block, `"flows":[]`)
			merged = merged || regexp.MustCompile(`\]\},\{"rule":"[-\w]+","flowTuples"`).MatchString(block)
		}
	}
	if !empty || !merged {
		t.Errorf("an NSG rule without tuples: %v, a VNet ACL with several rules in one entry: %v; want both to occur", empty, merged)
	}
}

// The keys of records come in the order of real files.
func TestKeyOrderIsThatOfRealFiles(t *testing.T) {
	s := write(t, small(1))
	f := func(family, real string, pick func(name string) bool) {
		t.Helper()
		want := keysOfFirstRecord(t, shared.Read(t, "data/"+real))
		for name, b := range s.objects {
			if pick(name) {
				if diff := cmp.Diff(want, keysOfFirstRecord(t, b)); diff != "" {
					t.Errorf("%s: keys of %s (-real +ours):\n%s", family, name, diff)
				}
			}
		}
	}
	isNSG := func(name string) bool { return strings.Contains(name, "networksecuritygroup") }
	f("NSG", "azure-nsg/datadog-networksecuritygroupflowevent_logs.json", isNSG)
	f("VNet", "azure-vnet/63n713m4n-PT1H.json", func(name string) bool { return !isNSG(name) })
	f("VNet", "azure-vnet/sumologic-blob_fixtures_networkinterfaceflowlogs.json", func(name string) bool { return !isNSG(name) })
}

// keysOfFirstRecord lists the paths of keys of the first record in their order.
func keysOfFirstRecord(t *testing.T, b []byte) []string {
	t.Helper()
	var object struct{ Records []json.RawMessage }
	if err := json.Unmarshal(b, &object); err != nil {
		t.Fatal(err)
	}
	return keysOf(t, object.Records[0])
}

// keysOf lists the paths of keys in their order, each path once.
func keysOf(t *testing.T, b []byte) []string {
	t.Helper()
	var out []string
	seen := map[string]bool{}
	var walk func(d *json.Decoder, path string)
	walk = func(d *json.Decoder, path string) {
		token, err := d.Token()
		if err != nil {
			t.Fatal(err)
		}
		switch token {
		case json.Delim('{'):
			for d.More() {
				key, err := d.Token()
				if err != nil {
					t.Fatal(err)
				}
				p := path + "." + key.(string)
				if !seen[p] {
					seen[p] = true
					out = append(out, p)
				}
				walk(d, p)
			}
		case json.Delim('['):
			for d.More() {
				walk(d, path)
			}
		default:
			return
		}
		if _, err := d.Token(); err != nil {
			t.Fatal(err)
		}
	}
	walk(json.NewDecoder(bytes.NewReader(b)), "")
	return out
}

// A NIC has at most one record a minute, in the object of the record's hour,
// 3 to 63 seconds after its tuples.
func TestRecordTimes(t *testing.T) {
	s := write(t, small(3))
	hour := regexp.MustCompile(`/y=(\d{4})/m=(\d\d)/d=(\d\d)/h=(\d\d)/m=00/`)
	last := map[string]time.Time{}
	for name, records := range s.records {
		m := hour.FindStringSubmatch(filepath.ToSlash(name))
		before := time.Time{}
		for _, r := range records {
			at, err := time.Parse(time.RFC3339Nano, r.Time)
			if err != nil {
				t.Fatal(err)
			}
			if got, want := at.Format("2006 01 02 15"), strings.Join(m[1:], " "); got != want {
				t.Errorf("%s holds a record of %s", name, r.Time)
			}
			if !before.IsZero() && at.Sub(before) < 59*time.Second {
				t.Errorf("%s: records %s and %s lie less than a minute apart", name, before, at)
			}
			before = at
			if at.Before(s.truth.Start) || !at.Before(s.truth.End) {
				t.Errorf("%s: a record of %s lies outside the simulation", name, r.Time)
			}
		}
		last[name] = before
	}
	for i := range s.entries {
		e := &s.entries[i]
		lag := e.record.Sub(time.UnixMilli(e.time))
		if lag < 3*time.Second || lag > 63200*time.Millisecond {
			t.Fatalf("%s: a tuple of %s lies %s before its record", e.object, time.UnixMilli(e.time).UTC(), lag)
		}
	}
}
