package knowledge

import (
	"context"
	"net/netip"
	"time"

	"weir/internal/enrich/geo"
	"weir/internal/enrich/service"
	"weir/internal/topology"
	"weir/internal/topology/security"
)

// SecurityState is the security rules that there were at a time, and the
// inventory that they are of.
type SecurityState struct {
	*security.Estate                     // nil where no inventory is known
	Snapshot         time.Time           // of the inventory whose rules they are
	Inventory        *topology.Inventory // with all that it shows; not to be changed
	Index            *topology.Index     // of all inventories; nil where none is known

	Sites map[string]geo.Point // where networks on premises are, as Config has them
}

// guarded is the rules of one inventory, kept for the next who asks: an
// inventory is large, and most questions are about the last.
type guarded struct {
	index *topology.Index
	tags  *service.Snapshot
	at    time.Time
	state SecurityState
}

// Security returns the security rules that there were at a time: those of the
// inventory before it, or of the first. The zero time is the end of the data.
func (k *Keeper) Security(ctx context.Context, at time.Time) (SecurityState, error) {
	at, err := k.end(ctx, at)
	if err != nil {
		return SecurityState{}, err
	}
	n := k.known.Load()
	times := n.estate.index.Times()
	if len(times) == 0 {
		return SecurityState{Sites: k.config.Sites}, nil
	}
	shown := times[0]
	for _, t := range times {
		if !t.After(at) {
			shown = t
		}
	}
	tags, _ := n.tags.versions.At(at)
	k.guarding.Lock()
	defer k.guarding.Unlock()
	if g := k.guarded; g != nil && g.index == n.estate.index && g.tags == tags && g.at.Equal(shown) {
		return g.state, nil
	}
	all, err := k.inventories(ctx)
	if err != nil {
		return SecurityState{}, err
	}
	inv := estateAt(topology.Effective(snapshotsOf(all)), shown)
	ms := shown.UnixMilli()
	g := &guarded{index: n.estate.index, tags: tags, at: shown}
	g.state = SecurityState{Sites: k.config.Sites, Snapshot: shown, Inventory: inv, Index: n.estate.index, Estate: security.New(inv, security.Known{
		Space: func(v topology.ID) []netip.Prefix { return g.index.Space(v, ms) },
		Tag:   tags.TagPrefixes,
	})}
	k.guarded = g
	return g.state, nil
}
