// Package region knows the regions of Azure: where they are, which of them
// are paired, and by which names service tags, Azure Resource Manager, the
// resource names of flow logs and Traffic Analytics call them.
//
// Service tags call 27 of their 71 regions otherwise than Azure Resource
// Manager does: "centralfrance" is francecentral, "switzerlandn" is
// switzerlandnorth. Weir keeps the name of Resource Manager everywhere, which
// is also what Traffic Analytics writes into AzureRegion
// (docs/reference/traffic-analytics.md 3.6).
//
// # Where the facts come from
//
// Names, geographies, pairs and coordinates of the announced regions are those
// of Resource Manager's list of locations and Microsoft's list of region pairs
// (2025), but for two coordinates of that list that lie outside of their
// country: Israel Central is in Sinai there, Spain Central in the sea by a sign.
//
// The list does not have these, so that their coordinates and pairs are what
// their names and the announcements suggest: brazilnortheast, denmarkeast,
// eastus3, indiasouthcentral, israelnorthwest, malaysiasouth, northeastus5,
// northeurope2, saudiarabiaeast, southcentralus2, southeastus, southeastus3,
// southeastus5, southwestus, swedensouth, taiwannorth, taiwannorthwest,
// uknorth, uksouth2, usgovarizona, usgoviowa, chinaeast3 and chinanorth3.
package region

import "strings"

// Table finds regions by any of their names. It does not change once made.
type Table struct {
	all    []Region
	byName map[string]int
}

// New returns the table of all regions.
func New() *Table {
	t := &Table{all: All(), byName: map[string]int{}}
	for i, r := range t.all {
		t.byName[r.Name] = i
		for _, a := range r.Aliases {
			t.byName[a] = i
		}
	}
	return t
}

// Regions returns all regions of the table; the caller must not change them.
func (t *Table) Regions() []Region { return t.all }

// Find returns the region of which this is a name in any spelling: "eastus",
// "East US", "(US) East US", "EASTUS", "NetworkWatcher_eastus",
// "NETWORKWATCHER_EASTUS_VNETFLOWLOG".
func (t *Table) Find(name string) (Region, bool) {
	if i, ok := t.byName[name]; ok {
		return t.all[i], true
	}
	if i, ok := t.byName[fold(name)]; ok {
		return t.all[i], true
	}
	return Region{}, false
}

// Normalise returns the name Azure Resource Manager has for a region in any
// spelling. A name that is not known comes back folded to lower case without
// spaces, so that a region younger than this program still groups as one.
func (t *Table) Normalise(name string) string {
	if r, ok := t.Find(name); ok {
		return r.Name
	}
	return fold(name)
}

// Offered tells whether customers of the public cloud deploy to the region, unlike
// those that are for testing alone.
func (r Region) Offered() bool {
	return r.Cloud == "Public" && !strings.HasPrefix(r.Geography, "Canary") && !strings.HasPrefix(r.Geography, "Stage")
}

// fold brings the spellings of one name together.
func fold(name string) string {
	const watcher = "networkwatcher_"
	if len(name) > len(watcher) && strings.EqualFold(name[:len(watcher)], watcher) {
		name, _, _ = strings.Cut(name[len(watcher):], "_")
	}
	if strings.HasPrefix(name, "(") { // "(US) East US" is how the portal groups regions
		if _, rest, ok := strings.Cut(name, ")"); ok {
			name = rest
		}
	}
	return strings.Map(func(r rune) rune {
		switch {
		case 'A' <= r && r <= 'Z':
			return r + 'a' - 'A'
		case 'a' <= r && r <= 'z' || '0' <= r && r <= '9':
			return r
		}
		return -1
	}, name)
}
