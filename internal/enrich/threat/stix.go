package threat

import (
	"encoding/json"
	"fmt"
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
	Relation string       `json:"relationship_type"`
	Source   string       `json:"source_ref"`
	Target   string       `json:"target_ref"`
	Objects  []stixObject `json:"objects"` // of a bundle
}

// parseSTIX takes the indicators of a bundle. Their category comes from their
// own types, labels and phases, else from the malware they are said to
// indicate. Observed addresses that no indicator names are no threat.
func (l *Listing) parseSTIX(text []byte) error {
	var objects []stixObject
	if text[0] == '[' {
		if err := json.Unmarshal(text, &objects); err != nil {
			return err
		}
	} else {
		var root stixObject
		if err := json.Unmarshal(text, &root); err != nil {
			return err
		}
		objects = []stixObject{root}
	}
	var all []stixObject
	for _, o := range objects {
		if len(o.Objects) > 0 || o.Type == "bundle" {
			all = append(all, o.Objects...)
		} else {
			all = append(all, o)
		}
	}
	byID := map[string]*stixObject{}
	known := false
	for i := range all {
		byID[all[i].ID] = &all[i]
		known = known || all[i].Type != ""
	}
	if !known {
		return fmt.Errorf("%w: it has no STIX objects and no MISP events; give a file with such, a list or a CSV", ErrContent)
	}
	indicates := map[string][]string{} // by indicator: the kinds of malware
	names := map[string]string{}
	for _, o := range all {
		if target := byID[o.Target]; o.Type == "relationship" && o.Relation == "indicates" && target != nil {
			indicates[o.Source] = append(indicates[o.Source], target.MalwareTypes...)
			indicates[o.Source] = append(indicates[o.Source], target.Labels...)
			if target.Type == "malware" {
				indicates[o.Source] = append(indicates[o.Source], "malware")
			}
			if names[o.Source] == "" || target.Type == "malware" {
				names[o.Source] = target.Name
			}
		}
	}
	for n, o := range all {
		if o.Type == "indicator" {
			l.addSTIX(n, o, indicates[o.ID], names[o.ID])
		}
	}
	return nil
}

func (l *Listing) addSTIX(number int, o stixObject, indicates []string, target string) {
	switch {
	case o.Revoked:
		l.skip(skippedRevoked)
		return
	case o.PatternType != "" && o.PatternType != "stix":
		l.skip(skippedName)
		return
	}
	m, err := parsePattern(o.Pattern)
	if err != nil {
		l.reject(number+1, o.Pattern, err)
		return
	}
	if len(m.values) == 0 {
		if m.sawAddress {
			l.skip(skippedMore)
		} else {
			l.skip(skippedName)
		}
		return
	}
	terms := append(append([]string{}, o.IndicatorTypes...), o.Labels...)
	for _, p := range o.Phases {
		terms = append(terms, p.Name)
	}
	s := statement{
		terms: append(terms, indicates...), confidence: -1,
		from: parseTime(o.ValidFrom), until: parseTime(o.ValidUntil), detail: o.Name,
	}
	if target != "" && target != o.Name {
		if s.detail != "" {
			s.detail += ", "
		}
		s.detail += target
	}
	if o.Confidence != nil {
		s.confidence = *o.Confidence
	}
	for _, s.text = range m.values {
		if err := l.add(s); err != nil {
			l.reject(number+1, s.text, err)
		}
	}
}
