package enrich

import (
	"math"
	"slices"
	"sort"

	"weir/internal/enrich/app"
	"weir/internal/enrich/geo"
	"weir/internal/enrich/ranges"
	"weir/internal/enrich/service"
	"weir/internal/enrich/threat"
	"weir/internal/flow"
	"weir/internal/topology"
)

// Sources is everything that is known about addresses. What is nil knows nothing.
type Sources struct {
	Topology *topology.Index
	Geo      *geo.Set
	Services *service.Versions
	Threats  *threat.Set
	Apps     *app.Table
	Hash     uint64 // of all of it: two Sources that may answer differently have different hashes
}

// Knowledge decides what addresses were and what kind of flow is between
// them. It does not change once made, and any number of goroutines may ask it.
type Knowledge struct {
	Sources
	special   *ranges.Table // private, shared, reserved and multicast addresses
	specials  []ranges.Special
	epochs    []epoch // at least one
	interned  *interned
	countries map[string]string  // names by code
	none      *topology.Endpoint // of addresses that nothing of an inventory has
}

// epoch is a time in which nothing that decides what addresses were changes:
// from one inventory or version of the service tags to the next.
type epoch struct {
	from   int64 // milliseconds since 1970, inclusive; that of the first is not its beginning
	tags   *service.Snapshot
	estate bool // an inventory begins here
}

// New returns the knowledge of the sources.
func New(s Sources) *Knowledge {
	if s.Topology == nil {
		s.Topology = topology.NewIndex()
	}
	if s.Services == nil {
		s.Services = service.NewVersions()
	}
	if s.Geo == nil {
		s.Geo = geo.NewSet()
	}
	k := &Knowledge{Sources: s, interned: newInterned(), countries: geo.CountryNames(), none: &topology.Endpoint{}}
	k.special, k.specials = ranges.SpecialTable()
	var starts []int64
	estate := map[int64]bool{}
	for _, t := range s.Topology.Times() {
		starts = append(starts, t.UnixMilli())
		estate[t.UnixMilli()] = true
	}
	for _, v := range s.Services.All() {
		starts = append(starts, v.Date.UnixMilli())
	}
	slices.Sort(starts)
	starts = slices.Compact(starts)
	if len(starts) == 0 {
		starts = []int64{0}
	}
	for _, ms := range starts {
		tags, _ := s.Services.At(timeOf(ms))
		k.epochs = append(k.epochs, epoch{from: ms, tags: tags, estate: estate[ms]})
	}
	return k
}

// epochAt returns the number of the epoch of a time: the first one also for
// all time before it.
func (k *Knowledge) epochAt(ms int64) int {
	after := sort.Search(len(k.epochs), func(i int) bool { return k.epochs[i].from > ms })
	return max(after-1, 0)
}

// begin returns when an epoch begins; the first has no beginning.
func (k *Knowledge) begin(n int) int64 {
	if n == 0 {
		return math.MinInt64
	}
	return k.epochs[n].from
}

// listed tells whether a verdict on the address may count at some time.
func (k *Knowledge) listed(a flow.Addr) bool { return k.Threats != nil && k.Threats.Listed(a) }
