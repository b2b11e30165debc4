package threat

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
)

type stixObject struct {
	Type           string   `json:"type"`
	ID             string   `json:"id"`
	Name           string   `json:"name"`
	Pattern        string   `json:"pattern"`
	PatternType    string   `json:"pattern_type"`
	ValidFrom      string   `json:"valid_from"`
	ValidUntil     string   `json:"valid_until"`
	IndicatorTypes []string `json:"indicator_types"`
	MalwareTypes   []string `json:"malware_types"`
	Labels         []string `json:"labels"`
	Confidence     *int     `json:"confidence"`
	Revoked        bool     `json:"revoked"`
	Phases         []struct {
		Name string `json:"phase_name"`
	} `json:"kill_chain_phases"`
	Relation string `json:"relationship_type"`
	Source   string `json:"source_ref"`
	Target   string `json:"target_ref"`
}

// stixReader takes the indicators of bundles. Their category comes from their
// own types, labels and phases, else from the malware they are said to
// indicate, which may stand before or behind them. Observed addresses that no
// indicator names are no threat.
type stixReader struct {
	listing    *Listing
	indicators []stixIndicator
	indicates  []stixRelation
	targets    map[string]stixTarget
	objects    int    // that are of STIX
	said       bool   // it has indicators
	other      string // the type of the first object that is no indicator
}

// stixIndicator is where the statements of an indicator are in the listing.
type stixIndicator struct {
	id          string
	first, next int
	own         Category // by its own word
}

type stixRelation struct{ source, target string }

// stixTarget is what an indicator may be said to indicate.
type stixTarget struct {
	name     string
	category Category
	malware  bool
}

func (l *Listing) parseSTIX(in *bufio.Reader) error {
	r := &stixReader{listing: l, targets: map[string]stixTarget{}}
	d := &document{
		in: in,
		walks: func(under, key string, _ int, open byte) bool {
			return key == "objects" && under != "objects" && open == '['
		},
		visit: r.visit,
	}
	if err := d.walk(); err != nil {
		return err
	}
	if r.objects == 0 {
		if l.seems == "" {
			l.seems = ", and it has no STIX objects"
		}
		return fmt.Errorf("%w%s: give STIX, MISP, a list, a CSV or a JSON list", ErrContent, l.seems)
	}
	if !r.said && r.other != "" && l.Len()+total(l.Skipped)+l.Rejected == l.Skipped[skippedSeen] {
		return fmt.Errorf("%w, since its STIX objects are no indicators but %s and the like: give a collection of indicators", ErrContent, clip(r.other, 40))
	}
	r.relate()
	return nil
}

var errNoSTIX = errors.New("it is no STIX object: it has no type and id")

func (r *stixReader) visit(e element) error {
	switch {
	case e.walked: // a bundle, whose objects were visited
		var members map[string]json.RawMessage
		if e.into(&members) == nil {
			r.listing.paged(members)
		}
		return nil
	case !e.object() || len(e.raw) <= len("{}"):
		return r.listing.reject(e.number, string(e.raw), errNoSTIX)
	}
	return r.object(&e)
}

func (r *stixReader) object(e *element) error {
	l := r.listing
	var o stixObject
	err := e.into(&o)
	switch {
	case err != nil:
		return l.reject(e.number, string(e.raw), err)
	case o.Type == "indicator" && o.Pattern != "":
		r.objects++
		r.said = true
		return r.indicator(e.number, &o)
	case o.Type == "bundle":
		return nil // it holds nothing
	case o.Type == "" || o.ID == "":
		return l.reject(e.number, string(e.raw), errNoSTIX)
	}
	r.objects++
	if r.other == "" && o.Type != "identity" && o.Type != "marking-definition" && o.Type != "extension-definition" {
		r.other = o.Type
	}
	switch o.Type {
	case "observed-data", "ipv4-addr", "ipv6-addr":
		l.skip(skippedSeen)
	case "relationship":
		if o.Relation != "indicates" {
			return nil
		}
		r.indicates = append(r.indicates, stixRelation{o.Source, o.Target})
		return l.keep(32 + len(o.Source) + len(o.Target))
	case "malware", "tool", "attack-pattern", "campaign", "infrastructure", "intrusion-set", "threat-actor":
		terms := append(o.MalwareTypes, o.Labels...)
		if o.Type == "malware" {
			terms = append(terms, "malware")
		}
		t := stixTarget{clip(o.Name, 200), l.words.category(terms...), o.Type == "malware"}
		r.targets[o.ID] = t
		return l.keep(100 + len(o.ID) + len(t.name))
	}
	return nil
}

func (r *stixReader) indicator(number int, o *stixObject) error {
	l := r.listing
	switch {
	case o.Revoked:
		l.skip(skippedRevoked)
		return nil
	case slices.ContainsFunc(append(slices.Clone(o.IndicatorTypes), o.Labels...), isHarmless):
		l.skip(skippedSafe)
		return nil
	case o.PatternType != "" && o.PatternType != "stix":
		l.skip(skippedName)
		return nil
	}
	m, err := parsePattern(o.Pattern)
	if err != nil {
		return l.reject(number, o.Pattern, err)
	}
	if len(m.values) == 0 {
		if m.sawAddress {
			l.skip(skippedMore)
		} else {
			l.skip(skippedName)
		}
		return nil
	}
	terms := append(o.IndicatorTypes, o.Labels...)
	for _, p := range o.Phases {
		terms = append(terms, p.Name)
	}
	i := stixIndicator{id: o.ID, first: len(l.Indicators), own: l.words.category(terms...)}
	s := statement{category: i.own, confidence: -1, from: parseTime(o.ValidFrom), until: parseTime(o.ValidUntil), detail: o.Name}
	if o.Confidence != nil {
		s.confidence = *o.Confidence
	}
	for _, s.text = range m.values {
		if err := l.reject(number, s.text, l.add(s)); err != nil {
			return err
		}
	}
	if i.next = len(l.Indicators); i.next == i.first || i.id == "" {
		return nil
	}
	r.indicators = append(r.indicators, i)
	return l.keep(48 + len(i.id))
}

// relate completes the indicators by what they are said to indicate.
func (r *stixReader) relate() {
	l := r.listing
	indicates := map[string]stixTarget{}
	for _, relation := range r.indicates {
		target, known := r.targets[relation.target]
		if !known {
			continue
		}
		all, other := indicates[relation.source]
		all.category = l.words.first(all.category, target.category)
		if !other || target.malware || all.name == "" {
			all.name = target.name
		}
		indicates[relation.source] = all
	}
	for _, i := range r.indicators {
		target, known := indicates[i.id]
		if !known {
			continue
		}
		category := l.words.first(i.own, target.category)
		for n := i.first; n < i.next; n++ {
			in := &l.Indicators[n]
			if category != 0 {
				in.Category = category
			}
			if target.name == "" || target.name == in.Detail {
				continue
			}
			if in.Detail != "" {
				in.Detail = l.keepDetail(in.Detail + ", " + target.name)
			} else {
				in.Detail = l.keepDetail(target.name)
			}
		}
	}
}
