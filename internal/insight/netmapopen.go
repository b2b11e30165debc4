package insight

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"weir/internal/filter"
	"weir/internal/query"
	"weir/internal/store"
)

// nearShown is how many names are offered in place of one that is not there.
const nearShown = 3

// checkOpen refuses to open a network that neither the inventory nor what is stored
// has. One that has no traffic under the filter or in the range is there all the same,
// so that a link to it stays good.
func (m *netmap) checkOpen(ctx context.Context, s store.Store, open []string) error {
	for _, name := range open {
		if m.nodes[string(NodeVNet)+":"+name] != nil {
			continue
		}
		stored, err := m.storedNetworks(ctx, s, name)
		if err != nil {
			return err
		}
		if slices.Contains(stored, name) {
			continue
		}
		if len(stored) < nearShown { // nothing begins so: what ends so, or is like it
			all, err := m.storedNetworks(ctx, s, "")
			if err != nil {
				return err
			}
			stored = append(stored, all...)
		}
		for _, n := range m.nodes {
			if n.Kind == NodeVNet {
				stored = append(stored, n.Name)
			}
		}
		return askErrorf("open", "There is no network %q.%s", name, nearNetworks(name, stored))
	}
	return nil
}

// storedNetworks returns the first networks of the store whose names begin so.
func (m *netmap) storedNetworks(ctx context.Context, s store.Store, begin string) ([]string, error) {
	f, end, _ := query.FieldNamed("vnet")
	found, _, err := query.Values(ctx, s, query.ValuesQuestion{Field: f, End: end, Begin: begin, From: m.a.From, To: m.a.To, Limit: MaxLimit})
	if err != nil {
		return nil, fmt.Errorf("cannot list networks: %w", err)
	}
	names := make([]string, len(found))
	for i, v := range found {
		names[i] = v.Whole
	}
	return names, nil
}

// nearNetworks says which networks were probably meant: those with the last part of
// the name, else what is nearest to all of it or to that part.
func nearNetworks(name string, names []string) string {
	slices.Sort(names)
	names = slices.Compact(names)
	last := func(path string) string { return path[strings.LastIndexByte(path, '/')+1:] }
	var near []string
	for _, n := range names {
		if strings.EqualFold(last(n), last(name)) {
			near = append(near, n)
		}
	}
	if len(near) == 0 {
		if n := filter.Nearest(name, names); n != "" {
			near = append(near, n)
		}
	}
	if len(near) == 0 {
		parts := make([]string, len(names))
		for i, n := range names {
			parts[i] = last(n)
		}
		if n := filter.Nearest(last(name), parts); n != "" {
			near = append(near, names[slices.Index(parts, n)])
		}
	}
	if len(near) == 0 {
		return " Networks are named subscription/group/network; weir top vnets shows them."
	}
	return " Near it: " + strings.Join(near[:min(len(near), nearShown)], ", ") + "."
}
