package enrich

import (
	"weir/internal/enrich/app"
	"weir/internal/enrich/geo"
	"weir/internal/enrich/service"
	"weir/internal/enrich/threat"
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
}

// New returns the knowledge of the sources.
func New(s Sources) *Knowledge { return &Knowledge{Sources: s} }
