package threat

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

type mispEvent struct {
	Info string    `json:"info"`
	Tags []mispTag `json:"Tag"`
}

type mispAttribute struct {
	Type      string     `json:"type"`
	Category  string     `json:"category"`
	Value     string     `json:"value"`
	Comment   string     `json:"comment"`
	ToIDs     mispFlag   `json:"to_ids"`
	Deleted   mispFlag   `json:"deleted"`
	FirstSeen string     `json:"first_seen"`
	Tags      []mispTag  `json:"Tag"`
	Event     *mispEvent `json:"Event"` // of attributes that are given out without their event
}

type mispTag struct {
	Name string `json:"name"`
}

// mispFlag is a truth in each of the ways in which MISP writes it.
type mispFlag bool

func (f *mispFlag) UnmarshalJSON(text []byte) error {
	switch string(bytes.Trim(text, `"`)) {
	case "true", "1":
		*f = true
	case "false", "0", "null", "":
		*f = false
	default:
		return errors.New("a flag such as to_ids is neither true nor false")
	}
	return nil
}

// mispReader takes the attributes of events, in each of the wrappings in which
// MISP gives them out. The tags of an event stand behind its attributes, which
// wait for them.
type mispReader struct {
	listing  *Listing
	waiting  []mispWaiting
	events   bool // there are attributes or objects, if only empty lists of them
	harmless bool // there is a list, as a warning list has it
}

type mispWaiting struct {
	statement
	number, depth int
	tags, kind    Category // what its tags say, and the category of MISP
}

// errWarningList says that a list of what is harmless was given as a feed.
var errWarningList = errors.New("this is a MISP warning list, which says what is harmless: use it as an allow-list")

func (l *Listing) parseMISP(in *bufio.Reader) error {
	r := &mispReader{listing: l}
	d := &document{in: in, walks: r.walks, visit: r.visit}
	if err := d.walk(); err != nil {
		return err
	}
	switch {
	case r.harmless && !r.events:
		return errWarningList
	case !r.events:
		return fmt.Errorf("%w: it has no MISP events", ErrContent)
	}
	return r.flush(0, &mispEvent{})
}

func (r *mispReader) walks(under, key string, depth int, open byte) bool {
	switch {
	case under == "Attribute" || under == "list":
		return false
	case key == "list" && depth == 0 && open == '[':
		r.harmless = true
		return true
	case key == "Attribute" && open == '[', key == "Object" && open == '[':
		r.events = true
		return true
	}
	return key == "Event" || key == "response"
}

func (r *mispReader) visit(e element) error {
	l := r.listing
	switch {
	case e.under == "list":
		return nil
	case !e.object():
		return l.reject(e.number, string(e.raw), errors.New("it is no event of MISP"))
	case e.under == "Attribute":
		var a mispAttribute
		if err := e.into(&a); err != nil {
			return l.reject(e.number, string(e.raw), err)
		}
		return r.attribute(e, &a)
	case e.under == "Object":
		var o struct {
			Deleted mispFlag `json:"deleted"`
		}
		err := e.into(&o)
		r.close(e.depth, err != nil || bool(o.Deleted))
		return l.reject(e.number, string(e.raw), err)
	}
	var event mispEvent
	if err := e.into(&event); err != nil {
		if err := l.reject(e.number, string(e.raw), err); err != nil {
			return err
		}
	}
	return r.flush(e.depth, &event)
}

func (r *mispReader) attribute(e element, a *mispAttribute) error {
	l := r.listing
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
		return nil
	}
	switch {
	case bool(a.Deleted):
		l.skip(skippedRevoked)
		return nil
	case !bool(a.ToIDs) && !l.options.AllAttributes:
		l.skip(skippedNotIDs)
		return nil
	}
	w := mispWaiting{number: e.number, depth: e.depth, kind: l.words.category(a.Category)}
	w.text, w.from, w.detail, w.confidence = clip(value, maxAddress), parseTime(a.FirstSeen), clip(a.Comment, 300), -1
	w.tags, w.confidence = l.mispTags(a.Tags)
	if a.Event != nil {
		w.about(l, a.Event)
	}
	r.waiting = append(r.waiting, w)
	return l.keep(160 + len(w.text) + len(w.detail))
}

// about completes an attribute by what its event says.
func (w *mispWaiting) about(l *Listing, event *mispEvent) {
	tags, confidence := l.mispTags(event.Tags)
	w.tags = l.words.first(w.tags, tags)
	if w.confidence < 0 {
		w.confidence = confidence
	}
	if w.detail == "" {
		w.detail = clip(event.Info, 300)
	}
}

// close ends an object at a depth: what waits for it goes on to wait for the
// event or, where the object was deleted, is left out.
func (r *mispReader) close(depth int, deleted bool) {
	n := len(r.waiting)
	for ; n > 0 && r.waiting[n-1].depth > depth; n-- {
		r.waiting[n-1].depth = depth
		if deleted {
			r.listing.skip(skippedRevoked)
		}
	}
	if deleted {
		r.waiting = r.waiting[:n]
	}
}

// flush adds what waits for an event that ended at a depth.
func (r *mispReader) flush(depth int, event *mispEvent) error {
	l := r.listing
	n := len(r.waiting)
	for n > 0 && r.waiting[n-1].depth > depth {
		n--
	}
	for i := range r.waiting[n:] {
		w := &r.waiting[n+i]
		l.kept -= 160 + len(w.text) + len(w.detail)
		w.about(l, event)
		w.category = l.words.first(w.tags, w.kind)
		if err := l.reject(w.number, w.text, l.add(w.statement)); err != nil {
			return err
		}
	}
	r.waiting = r.waiting[:n]
	return nil
}

// mispTags returns what tags say of the category, and of the confidence in
// percent, or -1.
func (l *Listing) mispTags(tags []mispTag) (category Category, confidence int) {
	confidence = -1
	var terms []string
	for _, t := range tags {
		word, n := mispWord(t.Name)
		if n >= 0 && confidence < 0 {
			confidence = n
		}
		terms = append(terms, word)
	}
	return l.words.category(terms...), confidence
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
