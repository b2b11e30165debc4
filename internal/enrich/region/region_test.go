package region

import (
	"encoding/csv"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"weir/internal/shared"
)

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
	f("isrealcentral", "israelcentral") // as service tags of 2023 misspell it
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

// Whoever is paired with a region has it as its pair, but for those that
// Microsoft's list of region pairs names as paired in one direction, and for
// US Gov Iowa, which has closed.
func TestPairs(t *testing.T) {
	table := New()
	got := map[string]string{}
	for _, r := range table.Regions() {
		if r.Paired == "" {
			continue
		}
		if p, _ := table.Find(r.Paired); p.Paired != r.Name {
			got[r.Name] = r.Paired
		}
	}
	want := map[string]string{
		"brazilsouth": "southcentralus", "brazilsoutheast": "brazilsouth", "westindia": "southindia", "westus3": "eastus",
		"usgovarizona": "usgovtexas", "usgoviowa": "usgovvirginia",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("pairs in one direction (-want +got):\n%s", d)
	}
}

// Every region lies in its country, as a rough box around that has it.
func TestCoordinatesAreInTheCountry(t *testing.T) {
	boxes := map[string][4]float64{ // south, north, west, east
		"ae": {22, 27, 51, 57}, "at": {46, 49.1, 9, 17.2}, "au": {-44, -10, 112, 154}, "be": {49.4, 51.6, 2.5, 6.5},
		"br": {-34, 6, -74, -34}, "ca": {41.6, 84, -141, -52}, "ch": {45.8, 47.9, 5.9, 10.5}, "cl": {-56, -17, -76, -66},
		"cn": {18, 54, 73, 135}, "de": {47, 55.1, 5.8, 15.1}, "dk": {54.5, 57.8, 8, 15.2}, "es": {36, 43.8, -9.4, 3.4},
		"fr": {41, 51.2, -5, 9.6}, "gb": {49.9, 60.9, -8.2, 1.8}, "hk": {22.1, 22.6, 113.8, 114.5}, "id": {-11, 6, 95, 141},
		"ie": {51.4, 55.4, -10.6, -5.9}, "il": {29.4, 33.4, 34.2, 35.9}, "in": {6, 36, 68, 98}, "it": {35.4, 47.1, 6.6, 18.6},
		"jp": {24, 46, 122, 146}, "kr": {33, 38.7, 124.5, 131}, "mx": {14, 33, -118, -86}, "my": {0.8, 7.4, 99.6, 119.3},
		"nl": {50.7, 53.6, 3.3, 7.3}, "no": {57.9, 71.2, 4.5, 31.2}, "nz": {-47.5, -34, 166, 179}, "pl": {49, 54.9, 14.1, 24.2},
		"qa": {24.4, 26.2, 50.7, 51.7}, "sa": {16, 32.2, 34.5, 55.7}, "se": {55.3, 69.1, 11, 24.2}, "sg": {1.1, 1.5, 103.6, 104.1},
		"tw": {21.8, 25.4, 119.9, 122.1}, "us": {24.5, 49.4, -125, -66.9}, "za": {-35, -22, 16.4, 33},
	}
	for _, r := range New().Regions() {
		box, ok := boxes[r.Country]
		if !ok {
			t.Errorf("%s: no box of the country %q", r.Name, r.Country)
		}
		if r.Latitude < box[0] || r.Latitude > box[1] || r.Longitude < box[2] || r.Longitude > box[3] {
			t.Errorf("%s lies at %v, %v, which is not in %q", r.Name, r.Latitude, r.Longitude, r.Country)
		}
	}
}

func TestWellKnownRegions(t *testing.T) {
	table := New()
	f := func(name, geography, country, paired string, latitude, longitude float64) {
		t.Helper()
		r, _ := table.Find(name)
		want := Region{
			Name: name, Display: r.Display, Geography: geography, Country: country, Paired: paired, Cloud: "Public",
			Latitude: latitude, Longitude: longitude, Aliases: r.Aliases,
		}
		if d := cmp.Diff(want, r); d != "" {
			t.Errorf("%s (-want +got):\n%s", name, d)
		}
	}
	f("eastus", "United States", "us", "westus", 37.37, -79.82)
	f("westeurope", "Europe", "nl", "northeurope", 52.37, 4.90)
	f("southeastasia", "Asia Pacific", "sg", "eastasia", 1.28, 103.83)
	f("brazilsouth", "Brazil", "br", "southcentralus", -23.55, -46.63)
	f("australiaeast", "Australia", "au", "australiasoutheast", -33.86, 151.21)
	f("southafricanorth", "South Africa", "za", "southafricawest", -25.73, 28.22)
	f("newzealandnorth", "New Zealand", "nz", "", -36.85, 174.76)
	f("spaincentral", "Spain", "es", "", 40.43, -3.42)
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
	if err := json.Unmarshal(shared.Read(t, "data/service-tags/ServiceTags_Public_change376_20251117.json"), &file); err != nil {
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
	text := string(shared.Read(t, "data/traffic-analytics-output/azure-sentinel-NTANetAnalytics-20250825.csv"))
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
