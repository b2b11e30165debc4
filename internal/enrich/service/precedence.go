package service

import (
	"cmp"
	"slices"
)

// Several tags hold one address. The service is that of the longest prefix
// whose tag names one, the region that of the longest prefix whose tag has one;
// within one prefix the tag with the fewest prefixes, as the most special,
// decides. So an address of Storage.NorthEurope, AzureCloud.northeurope and
// AzureCloud is of AzureStorage in northeurope.

// bySpecialty puts the most special of the tags of one prefix first.
func (s *Snapshot) bySpecialty(a, b int32) int {
	return cmp.Or(cmp.Compare(s.tags[a].size, s.tags[b].size), cmp.Compare(s.tags[a].Name, s.tags[b].Name), cmp.Compare(a, b))
}

// record returns what the tags of an address make of it, of which the first
// that says something decides.
func (s *Snapshot) record(chain []int32) Record {
	var r Record
	for _, n := range chain {
		t := s.tags[n]
		r.Service = cmp.Or(r.Service, t.Service)
		r.Region = cmp.Or(r.Region, t.Region)
		if t.Name != "" && !slices.Contains(r.Tags, t.Name) {
			r.Tags = append(r.Tags, t.Name)
		}
	}
	r.Location = cmp.Or(r.Region, Global)
	return r
}
