// Package service says which addresses are Azure's own, and of which service
// in which region, by the service tags that Microsoft publishes every week.
//
// Tags overlap: an address of a storage account lies in Storage,
// Storage.NorthEurope, AzureCloud.northeurope and AzureCloud, by prefixes of
// different lengths; precedence.go says which of them decides. Regions have the
// names of Azure Resource Manager.
//
// 168.63.129.16, which no tag holds, is always Azure: the virtual address at
// which every machine reaches the platform.
package service

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"weir/internal/enrich/ranges"
	"weir/internal/flow"
)

// VirtualPublicIP is the service of 168.63.129.16, in the words of Traffic
// Analytics (docs/reference/traffic-analytics.md 3.6).
const VirtualPublicIP = "Microsoft Virtual Public IP"

// Global is the location of Azure addresses that belong to no region.
const Global = "Global"

// Record is what is known of an Azure address.
type Record struct {
	Service  string   // systemService of its tags: "AzureStorage"; empty where only AzureCloud holds it
	Region   string   // "northeurope"; empty for addresses that belong to no region
	Location string   // Region, or Global
	Tags     []string // of all its prefixes, the longest first
}

// Snapshot is one weekly file. It does not change once read.
type Snapshot struct {
	ID            uint64    // of what it says: the same for the same cloud, change number, tags and prefixes
	Cloud         string    // Public, AzureGovernment, China
	ChangeNumber  int       // counts the weekly files of a cloud, or, on its own, the answers of the API
	Date          time.Time // from the file's name; zero where that has none, see Dated
	Tags          int       // number of tags
	Prefixes      int       // number of different prefixes
	Rejected      []string  // tags and prefixes that cannot be read: the first 100
	RejectedCount int       // of all of them
	RejectedTags  int       // tags among them

	read, readTags int  // prefixes and tags that could be read, each as often as it occurs
	page           bool // another page follows

	table   *ranges.Table // values are positions in records
	records []Record      // records[0] is the zero Record

	nest     *ranges.Nest
	tags     []Tag
	tagsHere [][]int32 // by number of the nest: the tags with exactly this prefix
}

// Tag is one service tag.
type Tag struct {
	Name    string // "Storage.NorthEurope"
	Service string // "AzureStorage"; empty for AzureCloud
	Region  string // of Azure Resource Manager; empty for tags of no region
	size    int    // its number of prefixes
}

// Match is a tag that holds an address, with the prefix by which it does.
type Match struct {
	Tag
	Prefix netip.Prefix
}

// Find returns a number for what is known of an address, or 0 where it is not
// Azure's. It takes nanoseconds and no memory. See Record.
func (s *Snapshot) Find(a flow.Addr) uint32 { return s.table.Find(a) }

// IsAzure tells whether an address is Azure's own.
func (s *Snapshot) IsAzure(a flow.Addr) bool { return s.table.Find(a) != 0 }

// Record returns the record of a number from Find; the caller must not change
// it. That of 0 is empty.
func (s *Snapshot) Record(number uint32) *Record { return &s.records[number] }

// Matches returns every tag that holds an address, by the longest prefix
// first, to explain what Find says.
func (s *Snapshot) Matches(a flow.Addr) []Match {
	var out []Match
	for n := s.nest.Narrowest(a); n >= 0; n = s.nest.Around(n) {
		for _, t := range s.tagsHere[n] {
			out = append(out, Match{s.tags[t], s.nest.Prefix(n)})
		}
	}
	return out
}

// maxAhead is how far a date may lie ahead of the clock, which may be wrong.
const maxAhead = 24 * time.Hour

// Check says why a snapshot is not to be taken as what holds from its date: it
// has none or one in the future, it is a part, or most of it could not be read.
func (s *Snapshot) Check(now time.Time) error {
	switch {
	case s.Date.IsZero():
		return errors.New("the name has no date (ServiceTags_Public_20251117.json): give it with --date")
	case s.Date.After(now.Add(maxAhead)):
		return fmt.Errorf("they are of %s, which is more than a day ahead: give the date from which they hold with --date", s.Date.Format(time.DateOnly))
	case s.page:
		return errors.New("it is one page of several (nextLink): fetch all pages, and put their values into one file")
	case s.RejectedTags > s.readTags:
		return fmt.Errorf("most of it cannot be read: %d of %d tags, such as %s", s.RejectedTags, s.RejectedTags+s.readTags, s.Rejected[0])
	case s.RejectedCount-s.RejectedTags > s.read:
		return fmt.Errorf("most of it cannot be read: %d of %d prefixes, such as %s", s.RejectedCount-s.RejectedTags, s.RejectedCount-s.RejectedTags+s.read, s.Rejected[0])
	}
	return nil
}

// Dated returns the snapshot with another date.
func (s *Snapshot) Dated(date time.Time) *Snapshot {
	c := *s
	c.Date = date
	return &c
}

// Empty returns a snapshot without tags, which knows the platform's virtual
// address only.
func Empty() *Snapshot {
	var s Snapshot
	_ = s.build(nil, nil) // one tag, ours
	return &s
}

// TagPrefixes returns the prefixes of a tag, in any case, in order; false where there is no such
// tag. It goes through all of them.
func (s *Snapshot) TagPrefixes(name string) ([]netip.Prefix, bool) {
	tag := slices.IndexFunc(s.tags, func(t Tag) bool { return strings.EqualFold(t.Name, name) })
	if tag < 0 {
		return nil, false
	}
	var out []netip.Prefix
	for n, tags := range s.tagsHere {
		if slices.Contains(tags, int32(tag)) {
			out = append(out, s.nest.Prefix(int32(n)))
		}
	}
	return out, true
}
