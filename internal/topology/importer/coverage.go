package importer

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"weir/internal/topology"
)

// coverage keeps for what the files speak. A list that is whole speaks for the
// domains of which it shows something: what it does not show of them is gone.
// A resource that stands for itself, as az ... show and lines of NDJSON do,
// speaks only for itself: where such a file is cut between two of them, nobody
// could tell. A list that is one page of several, or of which an element could
// not be told, leaves its domains open.
type coverage struct {
	lists      []*listing               // those that are being read, the innermost last
	closed     map[topology.Domain]bool // shown by a list that is whole
	opened     map[topology.Domain]bool // shown by a list that is not
	alone      map[topology.Domain]bool // shown by a resource for itself
	unread     map[topology.ID]bool     // resources that could not be read
	pages      map[number]*pages        // by the number of records of their answer
	unfinished bool
}

// listing is a list that is being read.
type listing struct {
	shown  map[topology.Domain]bool
	unsure int    // elements of which nothing is known
	where  string // the first of them
	open   bool
}

// pages are the pages of answers that have the same number of records.
type pages struct {
	rows  number
	lists []*listing
	where string
}

func newCoverage() coverage {
	return coverage{
		closed: map[topology.Domain]bool{}, opened: map[topology.Domain]bool{}, alone: map[topology.Domain]bool{},
		unread: map[topology.ID]bool{}, pages: map[number]*pages{},
	}
}

// show notes that the file shows a resource.
func (im *Importer) show(id topology.ID) {
	if im.seen[id] {
		im.repeated++
		im.compact()
	}
	im.seen[id] = true
	im.spend(perResource + len(id))
	d := topology.DomainOf(id)
	if l := im.innermost(); l != nil {
		l.shown[d] = true
		return
	}
	im.alone[d] = true
}

// perResource is about how many bytes a resource takes beside its id.
const perResource = 300

func (c *coverage) innermost() *listing {
	if n := len(c.lists); n > 0 {
		return c.lists[n-1]
	}
	return nil
}

// begin begins a list.
func (c *coverage) begin() { c.lists = append(c.lists, &listing{shown: map[topology.Domain]bool{}}) }

// pop ends the innermost list.
func (c *coverage) pop() *listing {
	l := c.innermost()
	c.lists = c.lists[:len(c.lists)-1]
	return l
}

// end ends the innermost list, which was read to its end.
func (im *Importer) end() { im.settle(im.pop()) }

// settle decides for what a list speaks.
func (im *Importer) settle(l *listing) {
	if l.unsure > 0 && len(l.shown) > 0 {
		l.open = true
		im.lose(l.where, fmt.Sprintf("%d elements of the list have neither a usable id nor a type: they may be any of the others of their kind, none of which counts as gone", l.unsure))
	}
	into := im.closed
	if l.open {
		into = im.opened
		im.unfinished = true
	}
	for d := range l.shown {
		into[d] = true
	}
}

// unsure notes an element of which not even the id is known.
func (im *Importer) unsure(b []byte) {
	if l := im.innermost(); l != nil {
		if l.unsure++; l.unsure == 1 {
			l.where = im.place(b, "")
		}
	}
}

// whole ends the list of a page, given what the page says of its answer.
func (im *Importer) whole(b []byte, h *head, rows number) {
	l := im.pop()
	where := im.place(b, "")
	switch {
	case h.total > 0 && !h.truncated:
		p := im.pages[h.total]
		if p == nil {
			p = &pages{where: where}
			im.pages[h.total] = p
		}
		p.rows += rows
		p.lists = append(p.lists, l)
		return
	case h.more || h.truncated:
		l.open = true
		im.lose(where, "the answer says that more pages follow: join the rows of all pages in one list, "+
			"as with jq -s '[.[].value[]]', and import that; nothing of its kinds counts as gone")
		im.unfinished = true
	}
	im.settle(l)
}

// finishPages decides about the pages of answers that say how many records they
// have: together they are whole if no record is missing.
func (im *Importer) finishPages() {
	for _, total := range slices.Sorted(maps.Keys(im.pages)) {
		p := im.pages[total]
		missing := p.rows == 0 || p.rows%total != 0
		if missing {
			im.lose(p.where, fmt.Sprintf("the answer says that it has %d records, and the files hold %d: import the other pages with it; nothing of its kinds counts as gone", total, p.rows))
			im.unfinished = true
		}
		for _, l := range p.lists {
			l.open = missing
			im.settle(l)
		}
	}
}

// openOdd notes of which types parts of a resource are missing, because a key
// that lists them, or an element of it, is odd.
func (im *Importer) openOdd(odd []string, of topology.ID, types map[string]string) {
	for _, key := range odd {
		if kind := types[strings.TrimPrefix(key, "properties.")]; kind != "" {
			im.openDomain(of, kind)
			im.unfinished = true
		}
	}
}

// openDomain notes that not all parts of a type are known that a resource has.
func (im *Importer) openDomain(of topology.ID, kind string) {
	im.opened[topology.Domain{Type: kind, Of: of}] = true
}

// reject notes that an element was left out. With an id it stays as it was known.
func (im *Importer) reject(b []byte, what string, err error) {
	im.lose(im.place(b, what), err.Error())
	id, errID := topology.ParseID(what)
	if errID != nil || len(im.unread) >= maxUnread || len(id) > maxID {
		if l := im.innermost(); l != nil {
			l.open = true
		}
		im.unfinished = true
		return
	}
	im.unread[id] = true
}

func (im *Importer) openDomains() []topology.Domain {
	open := maps.Clone(im.opened)
	for d := range im.alone {
		if !im.closed[d] {
			open[d] = true
		}
	}
	return slices.SortedFunc(maps.Keys(open), func(a, b topology.Domain) int {
		return cmp.Or(cmp.Compare(a.Type, b.Type), cmp.Compare(a.Of, b.Of))
	})
}

func (im *Importer) unreadIDs() []topology.ID { return slices.Sorted(maps.Keys(im.unread)) }

var errDepth = errors.New("lists lie too deep in each other")
