package topology

import "strings"

// Domain is what a list that shows a resource speaks for: all resources of its
// type in its subscription; for a part of another resource, such as a subnet,
// all such parts of that resource; for what belongs to an instance of a scale
// set, all of the scale set. What a list does not show of its domains is gone.
type Domain struct {
	Type string `json:"type"` // the last part of the resource type, in lower case: networkinterfaces, subnets
	Of   ID     `json:"of"`   // the GUID of a subscription, or the id of a resource
}

// DomainOf returns the domain to which a resource belongs. Subscriptions and
// locations have one each: a list of them speaks only for those that it shows.
func DomainOf(id ID) Domain {
	if set := id.Of("virtualmachinescalesets"); set != "" && set != id {
		return Domain{lastType(id), set}
	}
	if parent := id.Parent(); parent != "" {
		return Domain{lastType(id), parent}
	}
	if id.provided() == "" {
		return Domain{Of: id}
	}
	return Domain{lastType(id), ID(id.Subscription())}
}

// lastType returns the last segment of the resource type.
func lastType(id ID) string {
	s := string(id.cut(1))
	return s[strings.LastIndexByte(s, '/')+1:]
}

// keeper decides what of an older inventory a newer listing leaves as it was.
type keeper struct {
	partial bool
	open    map[Domain]bool
	unread  map[ID]bool
}

func keeperOf(s *Snapshot) keeper {
	k := keeper{partial: s.Partial, open: map[Domain]bool{}, unread: map[ID]bool{}}
	for _, d := range s.Open {
		k.open[d] = true
	}
	for _, id := range s.Unread {
		k.unread[id] = true
	}
	return k
}

// keeps tells whether a resource that the listing does not show stays, given
// the domains of which it shows something.
func (k *keeper) keeps(id ID, spoken map[Domain]bool) bool {
	if len(k.unread) > 0 {
		for part := id; part != ""; part = part.Parent() {
			if k.unread[part] {
				return true
			}
		}
	}
	if !k.partial {
		return false
	}
	d := DomainOf(id)
	return !spoken[d] || k.open[d]
}
