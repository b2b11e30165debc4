package simulate

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// tagsFolder holds the service tags.
const tagsFolder = "service-tags"

// tag is a service tag. Those of a service in a region come before that of the
// service, and AzureCloud comes last.
type tag struct {
	name, service, region string // service and region are empty where they do not apply
	prefixes              []netip.Prefix
}

// serviceTags returns the ranges of Azure that the traffic uses, as a file of
// service tags has them: of each service in each region, of each service, of
// each region, of all.
func serviceTags(e *Estate) []tag {
	type service struct {
		tag, name string
		of        func(azureServices) []string
	}
	services := []service{
		{"Storage", "AzureStorage", func(a azureServices) []string { return a.storage }},
		{"AzureMonitor", "AzureMonitor", func(a azureServices) []string { return a.monitor }},
		{"AzureContainerRegistry", "AzureContainerRegistry", func(a azureServices) []string { return a.registry }},
	}
	var regional, global, clouds []tag
	all := tag{name: "AzureCloud"}
	for _, s := range services {
		global = append(global, tag{name: s.tag, service: s.name})
	}
	for _, r := range e.Regions {
		cloud := tag{name: "AzureCloud." + r.Name, region: r.Name}
		for i, s := range services {
			list := parsePrefixes(s.of(r.azure))
			regional = append(regional, tag{name: s.tag + "." + r.tagName, service: s.name, region: r.Name, prefixes: list})
			global[i].prefixes = append(global[i].prefixes, list...)
			cloud.prefixes = append(cloud.prefixes, list...)
		}
		cloud.prefixes = append(cloud.prefixes, netip.MustParsePrefix(publicRange(r.Name)))
		clouds = append(clouds, cloud)
	}
	// What belongs to no region of the estate.
	global = append(global, tag{name: "AzureActiveDirectory", service: "AzureAD", prefixes: parsePrefixes([]string{entraPrefix})})
	clouds = append(clouds, tag{name: "AzureCloud." + timeRegion, region: timeRegion, prefixes: parsePrefixes([]string{timeRange})})
	for _, c := range clouds {
		all.prefixes = append(all.prefixes, c.prefixes...)
	}
	all.prefixes = append(all.prefixes, parsePrefixes([]string{entraPrefix})...)
	return append(append(append(regional, global...), clouds...), all)
}

func parsePrefixes(list []string) []netip.Prefix {
	var out []netip.Prefix
	for _, s := range list {
		out = append(out, netip.MustParsePrefix(s))
	}
	return out
}

// tagsFile names the service tags of the last Monday before the simulation.
func tagsFile(start time.Time) string {
	day := start.UTC().Truncate(24*time.Hour).AddDate(0, 0, -1)
	for day.Weekday() != time.Monday {
		day = day.AddDate(0, 0, -1)
	}
	return tagsFolder + "/ServiceTags_Public_" + day.Format("20060102") + ".json"
}

// writeServiceTags writes the service tags in the layout of Microsoft's weekly file.
func writeServiceTags(dir, name string, e *Estate) error {
	type properties struct {
		ChangeNumber    int            `json:"changeNumber"`
		Region          string         `json:"region"`
		RegionID        int            `json:"regionId"`
		Platform        string         `json:"platform"`
		SystemService   string         `json:"systemService"`
		AddressPrefixes []netip.Prefix `json:"addressPrefixes"`
		NetworkFeatures []string       `json:"networkFeatures"`
	}
	type value struct {
		Name       string     `json:"name"`
		ID         string     `json:"id"`
		Properties properties `json:"properties"`
	}
	file := struct {
		ChangeNumber int     `json:"changeNumber"`
		Cloud        string  `json:"cloud"`
		Values       []value `json:"values"`
	}{ChangeNumber: 1, Cloud: "Public"}
	regions := map[string]int{"": 0}
	for _, t := range serviceTags(e) {
		if _, known := regions[t.region]; !known {
			regions[t.region] = len(regions)
		}
		features := []string{"API", "NSG", "UDR", "FW"}
		if strings.HasPrefix(t.name, "AzureCloud") {
			features = []string{"API", "NSG"}
		}
		file.Values = append(file.Values, value{t.name, t.name, properties{1, t.region, regions[t.region], "Azure", t.service, t.prefixes, features}})
	}
	b, err := json.MarshalIndent(file, "", "  ")
	if err == nil {
		err = writeFile(dir, name, append(b, '\n'))
	}
	if err != nil {
		return fmt.Errorf("cannot write the service tags: %w", err)
	}
	return nil
}

// writeFile writes a file below the output folder, whose name has slashes.
func writeFile(dir, name string, b []byte) error {
	path := filepath.Join(dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, b, 0o644)
}
