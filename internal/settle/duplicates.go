package settle

import (
	"cmp"
	"slices"
	"strings"

	"weir/internal/flow"
)

// duplicates marks the captures of one conversation and interval that repeat
// what another log recorded at the same NIC: an NSG and a VNet flow log, or
// flow logs of the NIC, its subnet and its network that overlap in time. The
// NSG logs of one NIC repeat nothing, since only the last group on the way logs
// what it allows (docs/reference/traffic-analytics.md 1.4): they are parts of
// one record.
//
// Where the times of two records overlap, they are the same flows. The one that
// spans the other counts, so that nothing is lost where one log was switched on
// or off within the interval; of equal ones that with counters, then the one of
// the narrower target (docs/reference/traffic-analytics.md 2.4). Where their
// times do not overlap, one log followed the other, and both count.
func duplicates(captures []capture) {
	var records []record
	for i := range captures {
		c := &captures[i]
		l := c.site
		if l.mac == "" {
			continue
		}
		at := slices.IndexFunc(records, func(r record) bool {
			return r.place == c.place && r.mac == l.mac && (r.target == l.target || r.rank == rankNSG && l.rank == rankNSG)
		})
		if at < 0 {
			at = len(records)
			records = append(records, record{mac: l.mac, place: c.place, target: l.target, rank: l.rank, first: seconds(c.first), last: seconds(c.last)})
		}
		r := &records[at]
		r.first, r.last = min(r.first, seconds(c.first)), max(r.last, seconds(c.last))
		r.counts = r.counts || c.counts
		r.captures = append(r.captures, i)
	}
	if len(records) < 2 {
		return
	}
	slices.SortFunc(records, record.compare)
	for i := range records {
		for j := range i {
			if records[j].repeats(&records[i]) {
				for _, c := range records[i].captures {
					captures[c].duplicate = true
				}
				records[i].out = true
				break
			}
		}
	}
}

// record is what one log, or all NSG logs, hold of a conversation at a NIC.
type record struct {
	mac         string
	place       place
	target      string
	rank        int
	first, last int32 // seconds since the start of the interval: NSG logs have whole ones
	counts      bool
	out         bool // it is a duplicate
	captures    []int
}

// repeats tells whether the other record, which comes later in order, holds the same flows.
func (r *record) repeats(other *record) bool {
	return !r.out && r.mac == other.mac && r.place == other.place && r.first <= other.last && other.first <= r.last
}

// compare puts the record that should count first.
func (r record) compare(s record) int {
	const moment = 1 // one log may cut what another rounds
	if spans := (r.last - r.first) - (s.last - s.first); spans > moment || spans < -moment {
		return -cmp.Compare(spans, 0)
	}
	if r.counts != s.counts {
		if r.counts {
			return -1
		}
		return 1
	}
	return cmp.Or(cmp.Compare(r.rank, s.rank), cmp.Compare(r.target, s.target))
}

const rankNSG = 4

// site is what counting needs of a log.
type site struct {
	mac    string // of the NIC; empty where that is not known
	target string
	rank   int
}

// sites are logs by their LogID.
type sites map[uint64]*site

// of returns the site of a log, one of which nothing is known where there is none.
func (s sites) of(log uint64) *site {
	if at, ok := s[log]; ok {
		return at
	}
	return &site{}
}

func newSite(l flow.Log) *site { return &site{mac: l.MAC, target: l.Target, rank: rank(l)} }

// sitesOf returns the sites of logs.
func sitesOf(logs map[uint64]flow.Log) sites {
	all := make(sites, len(logs))
	for id, l := range logs {
		all[id] = newSite(l)
	}
	return all
}

// rank orders the targets of flow logs: NIC before subnet before network
// before anything else, and VNet flow logs before those of security groups.
func rank(l flow.Log) int {
	switch {
	case l.Family == flow.NSG:
		return rankNSG
	case strings.Contains(l.Target, "/networkinterfaces/"):
		return 0
	case strings.Contains(l.Target, "/subnets/"):
		return 1
	case strings.Contains(l.Target, "/virtualnetworks/"):
		return 2
	}
	return 3
}

func seconds(ms int32) int32 {
	s := ms / 1000
	if ms%1000 < 0 {
		s--
	}
	return s
}
