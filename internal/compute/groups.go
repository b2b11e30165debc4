package compute

import (
	"slices"
	"strconv"
)

// percentileWeighted takes pairs of a number and how often it counts, and a
// share.
func percentileWeighted(c *Call) Value {
	list, _ := array(c.Args[0])
	share, err := strconv.ParseFloat(c.text(1), 64)
	if err != nil {
		return Null()
	}
	type weighted struct {
		value  string
		weight float64
	}
	var all []weighted
	sum := 0.0
	for _, pair := range list {
		parts, _ := array(Text(pair))
		if len(parts) != 2 || isNull(parts[0]) {
			continue
		}
		if w, err := strconv.ParseFloat(parts[1], 64); err == nil && w > 0 {
			all = append(all, weighted{parts[0], w})
			sum += w
		}
	}
	slices.SortStableFunc(all, func(a, b weighted) int { return order(a.value, b.value) })
	for seen, i := 0.0, 0; i < len(all); i++ {
		if seen += all[i].weight; seen >= share*sum {
			return Text(plain(all[i].value))
		}
	}
	return Null()
}

// schema is what a dynamic can be: types by name, properties and entries.
type schema struct {
	types      []string
	properties []string
	of         map[string]*schema
	entries    *schema
}

func (s *schema) add(v string) {
	if all, ok := bag(Text(v)); ok {
		if s.of == nil {
			s.of = map[string]*schema{}
		}
		for _, e := range all {
			if s.of[e.key] == nil {
				s.of[e.key] = &schema{}
				s.properties = append(s.properties, e.key)
			}
			s.of[e.key].add(e.value)
		}
		return
	}
	if list, ok := array(Text(v)); ok {
		if s.entries == nil {
			s.entries = &schema{}
		}
		for _, e := range list {
			s.entries.add(e)
		}
		return
	}
	if kind := kindOf(Text(v)); kind != "null" && !slices.Contains(s.types, kind) {
		s.types = append(s.types, kind)
	}
}

func (s *schema) json() string {
	var all []string
	for _, t := range s.types {
		all = append(all, quoted(t))
	}
	if s.of != nil || s.entries != nil {
		out := []entry{}
		if s.entries != nil {
			out = append(out, entry{"`indexer`", s.entries.json()})
		}
		for _, p := range s.properties {
			out = append(out, entry{p, s.of[p].json()})
		}
		all = append(all, writeBag(out).Text)
	}
	switch len(all) {
	case 0:
		return `"null"`
	case 1:
		return all[0]
	}
	return writeList(all).Text
}

func buildSchema(c *Call) Value {
	list, _ := array(c.Args[0])
	var s schema
	for _, v := range list {
		s.add(v)
	}
	return Text(s.json())
}
