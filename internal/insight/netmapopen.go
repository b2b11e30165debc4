package insight

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"weir/internal/near"
	"weir/internal/query"
	"weir/internal/store"
)

// nearShown is how many names are offered in place of one that is not there.
const nearShown = 3

// openKind is what is opened of a map: by which parameter, and what it is.
type openKind struct {
	parameter, field string
	kind             NodeKind
	one, named       string // what it is, and how its names are told
}

// checkOpen refuses to open what neither the inventory nor what is stored has. What
// has no traffic under the filter or in the range is there all the same, so that a
// link to it stays good.
func (m *netmap) checkOpen(ctx context.Context, s store.Store, q MapQuestion) error {
	networks := openKind{"open", "vnet", NodeVNet, "network", " Networks are named subscription/group/network; weir top vnets shows them."}
	if err := m.checkNames(ctx, s, networks, q.Open); err != nil {
		return err
	}
	subnets := openKind{"inside", "subnet", NodeSubnet, "subnet", " Subnets are named group/network/subnet; weir top subnets shows them."}
	if err := m.checkNames(ctx, s, subnets, q.Inside); err != nil {
		return err
	}
	for _, name := range q.Inside {
		network, _, _ := cutLast(name)
		if !slices.ContainsFunc(q.Open, func(open string) bool { return strings.HasSuffix(open, "/"+network) }) {
			return askErrorf("inside", "The network of %q is not open: open it as well.", name)
		}
	}
	return nil
}

func (m *netmap) checkNames(ctx context.Context, s store.Store, o openKind, names []string) error {
	var there []string
	for _, n := range m.nodes {
		if n.Kind == o.kind {
			there = append(there, n.Name)
		}
	}
	for _, name := range names {
		if slices.Contains(there, name) {
			continue
		}
		stored, err := m.stored(ctx, s, o, name)
		if err != nil {
			return err
		}
		if slices.Contains(stored, name) {
			continue
		}
		if len(stored) < nearShown { // nothing begins so: what ends so, or is like it
			all, err := m.stored(ctx, s, o, "")
			if err != nil {
				return err
			}
			stored = append(stored, all...)
		}
		return askErrorf(o.parameter, "There is no %s %q.%s", o.one, name, o.near(name, append(stored, there...)))
	}
	return nil
}

// stored returns the first names that the store has which begin so.
func (m *netmap) stored(ctx context.Context, s store.Store, o openKind, begin string) ([]string, error) {
	f, end, _ := query.FieldNamed(o.field)
	found, _, err := query.Values(ctx, s, query.ValuesQuestion{Field: f, End: end, Begin: begin, From: m.a.From, To: m.a.To, Limit: MaxLimit})
	if err != nil {
		return nil, fmt.Errorf("cannot list what is named as %s: %w", o.one, err)
	}
	names := make([]string, len(found))
	for i, v := range found {
		names[i] = v.Whole
	}
	return names, nil
}

// cutLast cuts a path before its last part.
func cutLast(path string) (before, last string, cut bool) {
	i := strings.LastIndexByte(path, '/')
	if i < 0 {
		return "", path, false
	}
	return path[:i], path[i+1:], true
}

// near says which ones were probably meant: those with the last part of
// the name, else what is nearest to all of it or to that part.
func (o openKind) near(name string, names []string) string {
	slices.Sort(names)
	names = slices.Compact(names)
	last := func(path string) string { return path[strings.LastIndexByte(path, '/')+1:] }
	var meant []string
	for _, n := range names {
		if strings.EqualFold(last(n), last(name)) {
			meant = append(meant, n)
		}
	}
	if len(meant) == 0 {
		if n := near.Name(name, names); n != "" {
			meant = append(meant, n)
		}
	}
	if len(meant) == 0 {
		parts := make([]string, len(names))
		for i, n := range names {
			parts[i] = last(n)
		}
		if n := near.Name(last(name), parts); n != "" {
			meant = append(meant, names[slices.Index(parts, n)])
		}
	}
	if len(meant) == 0 {
		return o.named
	}
	return " Near it: " + strings.Join(meant[:min(len(meant), nearShown)], ", ") + "."
}
