package enrich

import (
	"math"
	"strings"
	"sync"

	"weir/internal/enrich/service"
	"weir/internal/flow"
	"weir/internal/topology"
)

// Attribute returns all that an address was, seen from a capture, and when.
func (k *Knowledge) Attribute(a flow.Addr, from topology.Capture) Attribution {
	out := Attribution{Tenures: make([]Tenure, 0, 1), Verdicts: k.verdicts(a)}
	history := k.Topology.History(a, from)
	if len(history) == 0 {
		history = []topology.Tenure{{Owner: topology.Owner{Endpoint: k.none}}}
	}
	for i := range history {
		h := &history[i]
		begin, until := bounds(h.From, h.Until)
		if i == 0 {
			begin = math.MinInt64
		}
		k.tenures(&out, a, h.Owner, begin, until)
	}
	out.Hash = out.hash()
	return out
}

// tenures adds what an address of one owner was from a time until another:
// one thing, unless it was Azure's at times.
func (k *Knowledge) tenures(out *Attribution, a flow.Addr, o topology.Owner, begin, until int64) {
	first := k.epochAt(begin)
	k.tenure(out, a, o, k.epochs[first].tags, begin, until)
	if o.Kind != topology.EndpointNone || k.special.Find(a) != 0 {
		return
	}
	for n := first + 1; n < len(k.epochs) && k.epochs[n].from < until; n++ {
		if k.epochs[n].tags != k.epochs[n-1].tags {
			k.tenure(out, a, o, k.epochs[n].tags, k.epochs[n].from, until)
		}
	}
}

// tenure adds what an address was from a time on, which ends what it was before.
func (k *Knowledge) tenure(out *Attribution, a flow.Addr, o topology.Owner, tags *service.Snapshot, begin, until int64) {
	e := k.endpoint(a, o, tags)
	if n := len(out.Tenures); n > 0 {
		last := &out.Tenures[n-1]
		if last.EndpointID == e.id {
			last.Until = until
			return
		}
		last.Until = begin
	}
	out.Tenures = append(out.Tenures, Tenure{
		From: begin, Until: until, Host: hostID(a, o), Endpoint: &e.Endpoint, EndpointID: e.id,
	})
}

// interned keeps one of endpoints that are alike.
type interned struct {
	mu  sync.RWMutex
	all map[ingredients]*identified
	ids map[uint64]*Endpoint
}

// ingredients is all that an endpoint is made of.
type ingredients struct {
	owner     *topology.Endpoint
	tags      *service.Snapshot
	record    uint32 // of tags
	place     uint32 // of the Geo set
	class     Class
	ambiguous bool
}

// identified is an endpoint with its EndpointID.
type identified struct {
	Endpoint
	id uint64
}

func newInterned() *interned {
	return &interned{all: map[ingredients]*identified{}, ids: map[uint64]*Endpoint{}}
}

// endpoint returns what an address of an owner is by a version of the tags.
func (k *Knowledge) endpoint(a flow.Addr, o topology.Owner, tags *service.Snapshot) *identified {
	made := ingredients{owner: o.Endpoint, class: k.class(a, o.Kind, tags), ambiguous: o.Ambiguous}
	if made.class == Azure {
		made.tags, made.record = tags, tags.Find(a)
	}
	if made.class == Azure || made.class == External || o.PublicIP != "" || o.PublicIPPrefix != "" {
		made.place = k.Geo.Number(a)
	}
	k.interned.mu.RLock()
	e, ok := k.interned.all[made]
	k.interned.mu.RUnlock()
	if ok {
		return e
	}
	e = k.make(made)
	k.interned.mu.Lock()
	defer k.interned.mu.Unlock()
	if other, ok := k.interned.all[made]; ok {
		return other
	}
	k.interned.all[made] = e
	k.interned.ids[e.id] = &e.Endpoint
	return e
}

// Endpoint returns what an EndpointID stands for that this Knowledge gave to an
// identity; nil for any other.
func (k *Knowledge) Endpoint(id uint64) *Endpoint {
	k.interned.mu.RLock()
	defer k.interned.mu.RUnlock()
	return k.interned.ids[id]
}

func (k *Knowledge) make(made ingredients) *identified {
	place := k.Geo.Place(made.place)
	e := &identified{Endpoint: Endpoint{
		Class: made.class, Endpoint: *made.owner, Ambiguous: made.ambiguous,
		Country: place.Country, ASN: place.ASN, Organisation: place.Organisation,
	}}
	if made.tags != nil {
		r := made.tags.Record(made.record)
		e.AzureRegion, e.Service, e.ServiceTags = r.Location, r.Service, strings.Join(r.Tags, " ")
	}
	e.id = EndpointID(&e.Endpoint)
	return e
}
