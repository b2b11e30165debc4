package knowledge

import (
	"maps"
	"slices"
	"time"

	"weir/internal/enrich"
	"weir/internal/enrich/app"
	"weir/internal/enrich/geo"
	"weir/internal/enrich/threat"
	"weir/internal/store"
)

// logic is the version of how answers follow from what is known. A higher one
// has everything stored judged anew.
const logic = 3

// known is all that is known at one moment. It does not change once made.
type known struct {
	estate    estate
	tags      tags
	feeds     []*feed
	allows    []threat.Allow
	threats   *threat.Set // of the three before it; nil: to be made anew
	geo       *geo.Set
	apps      *app.Table
	knowledge *enrich.Knowledge
}

// finish makes what follows from the parts.
func (n *known) finish(k *Keeper) error {
	if err := n.judgeThreats(k); err != nil {
		return err
	}
	n.knowledge = enrich.New(enrich.Sources{
		Topology: n.estate.index, Geo: n.geo, Services: n.tags.versions, Threats: n.threats, Apps: n.apps, Hash: n.hash(k),
	})
	return nil
}

// judgeThreats makes the set of threats where it is to be made anew.
func (n *known) judgeThreats(k *Keeper) (err error) {
	if n.threats != nil {
		return nil
	}
	c := threat.SetConfig{Allows: n.allows, IsAzure: n.tags.versions.IsAzure}
	for _, f := range n.feeds {
		c.Feeds = append(c.Feeds, threat.Feed{Name: f.name, History: f.history})
	}
	n.threats, err = threat.NewSet(c, k.now())
	return err
}

// hash is the same for what is known in the same way, also after it was read
// back from the store.
func (n *known) hash(k *Keeper) uint64 {
	var h hasher
	h.number(logic)
	h.number(uint64(len(n.estate.marks)))
	for _, m := range n.estate.marks {
		h.text(m.name)
		h.number(m.hash)
	}
	versions := n.tags.versions.All()
	h.number(uint64(len(versions)))
	for _, s := range versions {
		h.number(s.ID)
		h.number(uint64(s.Date.UnixMilli()))
	}
	h.number(uint64(len(n.feeds)))
	for _, f := range n.feeds {
		h.text(f.name)
		h.number(f.history.Hash())
	}
	h.number(uint64(len(n.allows)))
	for _, a := range n.allows {
		h.text(a.Text)
		h.text(a.Who)
		h.text(a.Why)
		h.text(a.Until.UTC().Format(time.RFC3339Nano))
	}
	hashPlaces(&h, n.geo)
	hashTexts(&h, k.config.Applications)
	return h.Sum64()
}

// hashPlaces tells databases apart by what they say of themselves.
func hashPlaces(h *hasher, s *geo.Set) {
	for _, d := range s.Databases() {
		h.text(d.Type)
		h.text(d.Attribution)
		h.number(uint64(d.Built.UnixNano()))
		h.number(uint64(d.Networks))
	}
}

func hashTexts(h *hasher, m map[string]string) {
	for _, key := range slices.Sorted(maps.Keys(m)) {
		h.text(key)
		h.text(m[key])
	}
}

// applications returns the table of names as the store has it, and its hash.
func applications(t *app.Table) ([]store.Application, uint64) {
	var out []store.Application
	var h hasher
	for _, protocol := range []uint8{app.TCP, app.UDP, app.SCTP, app.DCCP} {
		for port := range 1 << 16 {
			name := t.Name(uint16(port), protocol)
			if name == app.Unknown {
				continue
			}
			out = append(out, store.Application{Port: uint16(port), Protocol: protocol, Name: name})
			h.number(uint64(port)<<8 | uint64(protocol))
			h.text(name)
		}
	}
	return out, h.Sum64()
}
