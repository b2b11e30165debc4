package threat

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

type mispEvent struct {
	Info      string          `json:"info"`
	Tags      []mispTag       `json:"Tag"`
	Attribute []mispAttribute `json:"Attribute"`
	Object    []struct {
		Name      string          `json:"name"`
		Deleted   bool            `json:"deleted"`
		Attribute []mispAttribute `json:"Attribute"`
	} `json:"Object"`
}

type mispAttribute struct {
	Type      string    `json:"type"`
	Category  string    `json:"category"`
	Value     string    `json:"value"`
	Comment   string    `json:"comment"`
	ToIDs     bool      `json:"to_ids"`
	Deleted   bool      `json:"deleted"`
	FirstSeen string    `json:"first_seen"`
	Tags      []mispTag `json:"Tag"`
}

type mispTag struct {
	Name string `json:"name"`
}

// parseMISP reads events in each of the wrappings in which MISP gives them out.
func (l *Listing) parseMISP(text []byte) error {
	events, err := mispEvents(text, 0)
	if err != nil {
		return err
	}
	if len(events) == 0 {
		return fmt.Errorf("%w: it has no MISP events", ErrContent)
	}
	for _, e := range events {
		number := 0
		for _, a := range e.Attribute {
			number++
			l.addMISP(number, e, a)
		}
		for _, o := range e.Object {
			for _, a := range o.Attribute {
				number++
				a.Deleted = a.Deleted || o.Deleted
				l.addMISP(number, e, a)
			}
		}
	}
	return nil
}

// errWarningList says that a list of what is harmless was given as a feed.
var errWarningList = errors.New("this is a MISP warning list, which says what is harmless: use it as an allow-list")

func mispEvents(text []byte, depth int) ([]mispEvent, error) {
	if depth > 3 {
		return nil, nil
	}
	text = []byte(strings.TrimSpace(string(text)))
	if len(text) > 0 && text[0] == '[' {
		var list []json.RawMessage
		if err := json.Unmarshal(text, &list); err != nil {
			return nil, err
		}
		var all []mispEvent
		for _, item := range list {
			events, err := mispEvents(item, depth+1)
			if err != nil {
				return nil, err
			}
			all = append(all, events...)
		}
		return all, nil
	}
	var outer struct {
		Event     json.RawMessage `json:"Event"`
		Response  json.RawMessage `json:"response"`
		List      json.RawMessage `json:"list"`
		Attribute json.RawMessage `json:"Attribute"`
		Object    json.RawMessage `json:"Object"`
	}
	if err := json.Unmarshal(text, &outer); err != nil {
		return nil, err
	}
	switch {
	case outer.Event != nil:
		return mispEvents(outer.Event, depth+1)
	case outer.Response != nil:
		return mispEvents(outer.Response, depth+1)
	case outer.List != nil && outer.Attribute == nil:
		return nil, errWarningList
	case outer.Attribute == nil && outer.Object == nil:
		return nil, nil
	}
	var e mispEvent
	if err := json.Unmarshal(text, &e); err != nil {
		return nil, err
	}
	return []mispEvent{e}, nil
}

func (l *Listing) addMISP(number int, e mispEvent, a mispAttribute) {
	value := ""
	left, right, composite := strings.Cut(a.Value, "|")
	switch a.Type {
	case "ip-src", "ip-dst", "ip-src|port", "ip-dst|port":
		value = left
	case "domain|ip":
		if composite {
			value = right
		}
	default:
		l.skip(skippedName)
		return
	}
	switch {
	case a.Deleted:
		l.skip(skippedRevoked)
		return
	case !a.ToIDs && !l.options.AllAttributes:
		l.skip(skippedNotIDs)
		return
	}
	var terms []string
	confidence := -1
	for _, t := range append(append([]mispTag{}, a.Tags...), e.Tags...) {
		word, n := mispWord(t.Name)
		if n >= 0 && confidence < 0 {
			confidence = n
		}
		terms = append(terms, word)
	}
	s := statement{
		text: value, terms: append(terms, a.Category), confidence: confidence,
		from: parseTime(a.FirstSeen), detail: e.Info,
	}
	if a.Comment != "" {
		s.detail = a.Comment
	}
	if err := l.add(s); err != nil {
		l.reject(number, a.Value, err)
	}
}

// mispWord returns what a machine tag says of the category, and of the
// confidence in percent, or -1.
func mispWord(tag string) (word string, confidence int) {
	name, value, _ := strings.Cut(tag, "=")
	value = strings.Trim(value, `"`)
	switch name {
	case "osint:certainty":
		if n, err := strconv.Atoi(value); err == nil && n >= 0 && n <= 100 {
			return "", n
		}
	case "misp:confidence-level":
		levels := map[string]int{
			"completely-confident": 100, "usually-confident": 75, "fairly-confident": 50, "rarely-confident": 25, "unconfident": 0,
		}
		if n, ok := levels[value]; ok {
			return "", n
		}
	}
	switch {
	case strings.HasPrefix(name, "misp-galaxy:") && strings.Contains(name, "malware"), name == "misp-galaxy:ransomware", name == "misp-galaxy:rat":
		return "malware", -1
	case strings.HasPrefix(name, "misp-galaxy:botnet"):
		return "botnet", -1
	case strings.HasPrefix(name, "misp-galaxy:"), strings.HasPrefix(name, "tlp:"), strings.HasPrefix(name, "workflow:"), strings.HasPrefix(name, "osint:"):
		return "", -1
	}
	if value != "" {
		return value, -1
	}
	_, last, _ := strings.Cut(name, ":")
	if last == "" {
		last = name
	}
	return last, -1
}
