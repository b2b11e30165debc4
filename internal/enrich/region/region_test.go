package region

import (
	"encoding/csv"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func sharedData(t testing.TB, parts ...string) []byte {
	t.Helper()
	file := filepath.Join(append([]string{"..", "..", "..", "..", "shared", "data"}, parts...)...)
	text, err := os.ReadFile(file)
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("no real inputs: %v", err)
		}
		t.Skipf("no real inputs: %v", err)
	}
	return text
}

func TestNormalise(t *testing.T) {
	table := New()
	f := func(name, want string) {
		t.Helper()
		if got := table.Normalise(name); got != want {
			t.Errorf("Normalise(%q) = %q, want %q", name, got, want)
		}
	}
	f("eastus", "eastus")
	f("East US", "eastus")
	f("EASTUS2", "eastus2")
	f("(US) East US 2", "eastus2")
	f("(Europe) France Central", "francecentral")
	f("centralfrance", "francecentral")
	f("CentralFrance", "francecentral")
	f("switzerlandn", "switzerlandnorth")
	f("usstagec", "southcentralusstg")
	f("SouthCentralUSSTG", "southcentralusstg")
	f("EastUS2Stage", "eastus2")
	f("NETWORKWATCHER_POLANDCENTRAL", "polandcentral")
	f("NetworkWatcher_southcentralus", "southcentralus")
	f("NETWORKWATCHER_EASTUS_VNETFLOWLOG", "eastus")
	f("Narnia West 7", "narniawest7") // younger than this program
	f("", "")
}

// Every name in a table of names is one region's, and every pair exists.
func TestRegionsAreWhole(t *testing.T) {
	table := New()
	seen := map[string]string{}
	for _, r := range table.Regions() {
		for _, n := range append([]string{r.Name}, r.Aliases...) {
			if was, ok := seen[n]; ok {
				t.Errorf("%q is a name of %s and of %s", n, was, r.Name)
			}
			seen[n] = r.Name
			if n != fold(n) {
				t.Errorf("%s: name %q is not folded and is never found", r.Name, n)
			}
		}
		if got, ok := table.Find(r.Display); !ok || got.Name != r.Name {
			t.Errorf("the display name %q of %s finds %q", r.Display, r.Name, got.Name)
		}
		if r.Paired != "" {
			if p, ok := table.Find(r.Paired); !ok || p.Name != r.Paired || p.Cloud != r.Cloud {
				t.Errorf("%s is paired with %q, which is no region of %s", r.Name, r.Paired, r.Cloud)
			}
		}
		if len(r.Country) != 2 || r.Country != strings.ToLower(r.Country) || r.Geography == "" {
			t.Errorf("%s: country %q, geography %q", r.Name, r.Country, r.Geography)
		}
		if r.Latitude == 0 || r.Longitude == 0 || r.Latitude > 90 || r.Latitude < -90 || r.Longitude > 180 || r.Longitude < -180 {
			t.Errorf("%s lies at %v, %v", r.Name, r.Latitude, r.Longitude)
		}
	}
}

// Each of the 71 regions of the service tags is known, whether by its region
// or by the end of a tag's name, and both name the same.
func TestRegionsOfServiceTags(t *testing.T) {
	var file struct {
		Values []struct {
			Name       string
			Properties struct{ Region string }
		}
	}
	if err := json.Unmarshal(sharedData(t, "service-tags", "ServiceTags_Public_change376_20251117.json"), &file); err != nil {
		t.Fatal(err)
	}
	table := New()
	regions := map[string]bool{}
	for _, v := range file.Values {
		r := v.Properties.Region
		if r == "" {
			continue
		}
		regions[r] = true
		byRegion, ok := table.Find(r)
		if !ok {
			t.Errorf("%s: region %q is not known", v.Name, r)
			continue
		}
		suffix := v.Name[strings.LastIndexByte(v.Name, '.')+1:]
		if byName, ok := table.Find(suffix); !ok || byName.Name != byRegion.Name {
			t.Errorf("%s: region %q is %s, the end of the name %q", v.Name, r, byRegion.Name, byName.Name)
		}
	}
	if len(regions) != 71 {
		t.Errorf("%d regions in the file, want 71", len(regions))
	}
}

func TestRegionsOfTrafficAnalytics(t *testing.T) {
	text := string(sharedData(t, "traffic-analytics-output", "azure-sentinel-NTANetAnalytics-20250825.csv"))
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	table := New()
	got := map[string]bool{}
	for _, row := range rows[1:] {
		for i, column := range rows[0] {
			name := row[i]
			switch {
			case name == "":
			case column == "SrcRegion" || column == "DestRegion" || column == "AzureRegion":
				if n := table.Normalise(name); n != name {
					t.Errorf("%s %q is written %q", column, name, n)
				}
				got[name] = true
			case column == "FlowLogResourceId":
				got["log: "+table.Normalise(strings.Split(name, "/")[2])] = true
			}
		}
	}
	want := map[string]bool{"eastus": true, "northcentralus": true, "canadacentral": true, "log: eastus": true}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("regions (-want +got):\n%s", d)
	}
}
