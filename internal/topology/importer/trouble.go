package importer

import (
	"fmt"
	"slices"
)

// trouble keeps what was left out. Of many like problems the first is kept.
type trouble struct {
	problems []Problem
	more     int // problems without their words
	lost     int
	odds     map[string]*oddKey
}

// oddKey is a member that was left out of one or more resources.
type oddKey struct {
	at    int // in problems
	count int
}

// place says where a part of the element is.
func (im *Importer) place(part []byte, what string) string {
	where := fmt.Sprintf("%s:%d", im.name, im.line(im.offset(part)))
	if what != "" {
		where += " " + shortID(what)
	}
	return where
}

// shortID returns an id that fits into a message.
func shortID(id string) string {
	if len(id) > 4*maxName {
		return id[:4*maxName] + "..."
	}
	return id
}

// lose notes that something is missing.
func (t *trouble) lose(where, why string) {
	t.lost++
	t.note(Problem{where, why, true})
}

func (t *trouble) note(p Problem) {
	if len(t.problems) >= maxProblems {
		t.more++
		return
	}
	t.problems = append(t.problems, p)
}

// odd notes that a member of the resource that is read was left out.
func (im *Importer) odd(key string, why error) {
	if o := im.odds[key]; o != nil {
		o.count++
		return
	}
	if len(im.odds) < maxProblems {
		im.odds[key] = &oddKey{at: len(im.problems), count: 1}
	}
	im.note(Problem{Where: im.place(im.doc, im.what), Why: fmt.Sprintf("key %q is left out: %v", shortened(key), why)})
}

// told returns the problems with how often each occurred.
func (t *trouble) told() []Problem {
	out := slices.Clone(t.problems)
	for _, o := range t.odds {
		if o.count > 1 && o.at < len(out) {
			out[o.at].Why += fmt.Sprintf("; and %d more of this key", o.count-1)
		}
	}
	if t.more > 0 {
		out = append(out, Problem{Where: "the files", Why: fmt.Sprintf("%d more problems", t.more)})
	}
	return out
}
