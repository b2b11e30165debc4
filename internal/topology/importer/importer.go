// Package importer reads an estate from what its owner can get without Weir:
// answers of Azure Resource Manager ({"value":[...]} or one resource), output
// of `az ... list` and `az ... show` (flattened: no "properties" object), of
// PowerShell (Get-AzVirtualNetwork | ConvertTo-Json -Depth 20, with keys in
// capitals), and answers of Azure Resource Graph ({"data":[...]}, an array, or
// the older table of columns and rows). Kinds may be mixed, several documents
// may follow each other in one file (NDJSON), keys may have any case, and keys
// that it does not know are ignored, since every API version has its own.
//
// Nothing is skipped silently: what is not understood is counted by its type; a
// member that cannot be used is left out alone, and so is an element of which
// not even the id is known, with place and reason. What was left out is not
// absent, and neither is what follows on other pages: see coverage. A file that
// breaks off is refused.
//
// Files are read as a stream, one resource at a time, and have bounds: see bounds.
//
// Resource Manager does not say which gateway or circuit learned a route. A
// list of learned routes is taken for that of the only gateway or circuit it
// can belong to; else wrap it as {"id": "<gateway or circuit>", "learnedRoutes": [...]}.
package importer

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"reflect"
	"slices"

	"weir/internal/plaintext"
	"weir/internal/topology"
)

// Report says what an import understood.
type Report struct {
	Kinds    map[topology.Kind]int // resources in the inventory
	Unknown  map[string]int        // elements that were not understood, by type
	Repeated int                   // elements that replaced one with the same id
	Problems []Problem             // members and elements that were left out, and lists that are not whole; the first of many
	// Lost counts the problems by which resources are missing.
	Lost int
	// Unfinished tells that it is not known which resources are missing, so
	// that the inventory cannot be that of a whole estate.
	Unfinished bool
	// Open and Unread are for topology.Snapshot.
	Open   []topology.Domain
	Unread []topology.ID
}

// FirstLost returns the first problem by which resources are missing.
func (r *Report) FirstLost() Problem {
	for _, p := range r.Problems {
		if p.Lost {
			return p
		}
	}
	return Problem{}
}

// Problem is something that was left out or is missing.
type Problem struct {
	Where string // file, line and resource
	Why   string
	Lost  bool // a resource is missing, not only something of it
}

// String returns the problem on one line.
func (p Problem) String() string { return p.Where + ": " + p.Why }

// Import reads one inventory from r. The name stands in the problems. The
// error says that r could not be read to its end, is no JSON or too large; all
// else is in the report.
func Import(name string, r io.Reader) (*topology.Inventory, Report, error) {
	im := New()
	if err := im.Read(name, r); err != nil {
		return nil, Report{}, err
	}
	inv, report := im.Finish()
	return inv, report, nil
}

// Importer gathers one inventory from several files.
type Importer struct {
	readers map[string]reader
	bounds  bounds
	plans   map[reflect.Type]plan
	inv     topology.Inventory
	unknown map[string]int
	seen    map[topology.ID]bool
	peered  map[topology.ID]int // peerings by their VNet
	texts   map[string]string   // one copy of each text that occurs again and again

	coverage
	trouble

	rules    map[topology.ID][]topology.Rule           // read apart from their NSG
	routes   map[topology.ID][]topology.Route          // read apart from their route table
	peerings map[topology.ID][]topology.CircuitPeering // read apart from their circuit
	learned  []learned

	repeated, replaced, elements int
	kept                         int64
	full                         error // that a bound was hit

	name      string
	doc       []byte // the element that is read
	what      string // its id
	first     int    // the line on which doc begins
	countedTo int    // how far the lines of doc were counted
	lines     int
}

// learned is a list of routes of which the gateway or circuit may not be known.
type learned struct {
	where  string
	owner  topology.ID
	kind   routeKind
	routes []topology.LearnedRoute
}

// New returns an empty importer.
func New() *Importer {
	return &Importer{
		readers: readers(), bounds: allBounds(), plans: map[reflect.Type]plan{},
		unknown: map[string]int{}, seen: map[topology.ID]bool{}, peered: map[topology.ID]int{}, texts: map[string]string{},
		coverage: newCoverage(), trouble: trouble{odds: map[string]*oddKey{}},
		rules: map[topology.ID][]topology.Rule{}, routes: map[topology.ID][]topology.Route{},
		peerings: map[topology.ID][]topology.CircuitPeering{},
	}
}

// Read adds what a file holds, in any form of package plaintext. After an
// error the importer is of no use: half of a file says nothing of the rest.
func (im *Importer) Read(name string, r io.Reader) error {
	if err := im.read(name, r); err != nil {
		return fmt.Errorf("cannot import %s: %w", name, err)
	}
	return nil
}

func (im *Importer) read(name string, r io.Reader) error {
	in, err := plaintext.Open(r)
	if err != nil {
		return err
	}
	im.open(name, nil, 1)
	defer im.open("", nil, 0)
	s := newStream(plaintext.Limit(in, im.bounds.text), im.bounds.element)
	for first := true; ; first = false {
		c, err := s.peek()
		switch {
		case errors.Is(err, io.EOF) && first:
			return errors.New("it is empty")
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		case c == '[':
			err = im.stream(s)
		case c == '{':
			err = im.streamObject(s)
		case first:
			return errors.New("it is not JSON (write it with --output json, or with ConvertTo-Json in PowerShell)")
		case c == ',': // between the documents of careless writers
			s.take(1)
		default:
			var b []byte
			if b, err = s.value(); err == nil {
				im.take(s, b, 0)
			}
		}
		if err == nil {
			err = im.full
		}
		if err != nil {
			return err
		}
	}
}

// stream takes the elements of an array one by one.
func (im *Importer) stream(s *stream) error {
	im.begin()
	if _, err := im.streamList(s); err != nil {
		return err
	}
	im.end()
	return nil
}

// streamList takes the elements of an array and returns how many there are.
func (im *Importer) streamList(s *stream) (rows number, err error) {
	s.take(1)
	for {
		c, err := s.inside()
		switch {
		case err != nil:
			return rows, err
		case c == ']':
			s.take(1)
			return rows, nil
		case c == ',':
			s.take(1)
			continue
		}
		b, err := s.value()
		if err != nil {
			return rows, err
		}
		rows++
		if im.take(s, b, 1); im.full != nil {
			return rows, im.full
		}
	}
}

// streamObject takes an object: a page, of which the rows are taken one by one,
// or else a resource.
func (im *Importer) streamObject(s *stream) error {
	line := s.line
	s.take(1)
	b := []byte{'{'} // the object, without the rows
	page, rows := false, number(0)
	var h head
	for {
		c, err := s.inside()
		switch {
		case err != nil:
			return err
		case c == '}':
			s.take(1)
			b = append(b, '}')
			if page {
				return im.endPage(b, line, rows)
			}
			im.open(im.name, b, line)
			im.descend(b, 0)
			return nil
		case c == ',':
			s.take(1)
			continue
		case c != '"':
			return fmt.Errorf("line %d: %w", s.line, errSyntax)
		}
		key, err := s.value()
		if err != nil {
			return err
		}
		if len(b) > 1 {
			b = append(b, ',')
		}
		b = append(append(b, key...), ':')
		h.note(key[1 : len(key)-1])
		if c, err = s.inside(); err != nil {
			return err
		}
		if c != ':' {
			return fmt.Errorf("line %d: %w", s.line, errSyntax)
		}
		s.take(1)
		if c, err = s.inside(); err != nil {
			return err
		}
		if c == '[' && !page && h.listed && !h.has("id") && !h.has("type") {
			page = true
			im.begin()
			if rows, err = im.streamList(s); err != nil {
				return err
			}
			b = append(b, "[]"...)
			continue
		}
		v, err := s.value()
		if err != nil {
			return err
		}
		if b = append(b, v...); len(b) > im.bounds.element {
			return fmt.Errorf("line %d: a resource here is larger than %d MiB: no inventory of Azure has one, leave it out", line, im.bounds.element>>20)
		}
	}
}

// note takes the key of a member whose value is yet to come.
func (h *head) note(key []byte) {
	h.keys = append(h.keys, string(key))
	h.listed = isRows(key)
}

// endPage takes what a page says beside its rows.
func (im *Importer) endPage(b []byte, line int, rows number) error {
	im.open(im.name, b, line)
	h, err := peek(b)
	if err != nil {
		return fmt.Errorf("line %d: %w", line, err)
	}
	im.whole(b, &h, rows)
	return nil
}

// take takes an element of the stream.
func (im *Importer) take(s *stream, b []byte, depth int) {
	im.open(im.name, b, s.line-bytes.Count(b, []byte{'\n'}))
	im.descend(b, depth)
}

// open makes b, which begins on a line of the file, the text in which problems
// are placed.
func (im *Importer) open(name string, b []byte, line int) {
	im.name, im.doc, im.first, im.countedTo, im.lines = name, b, line, 0, 0
	im.what = ""
}

// line returns the number of the line at an offset. It counts on from the last
// one, so that many problems in a large file stay cheap.
func (im *Importer) line(offset int) int {
	if offset < im.countedTo {
		im.countedTo, im.lines = 0, 0
	}
	im.lines += bytes.Count(im.doc[im.countedTo:offset], []byte("\n"))
	im.countedTo = offset
	return im.first + im.lines
}

// offset returns where a part of the document begins.
func (im *Importer) offset(part []byte) int { return cap(im.doc) - cap(part) }

// Finish returns the inventory and what was understood. The importer must not
// be used afterwards.
func (im *Importer) Finish() (*topology.Inventory, Report) {
	im.inv.Sort()
	im.attachRules()
	im.attachRoutes()
	im.attachPeerings()
	im.attachLearned()
	im.inv.Sort()
	im.finishPages()
	return &im.inv, Report{
		Kinds: im.inv.Counts(), Unknown: im.unknown, Repeated: im.repeated, Problems: im.told(),
		Lost: im.lost, Unfinished: im.unfinished, Open: im.openDomains(), Unread: im.unreadIDs(),
	}
}

// attachRules adds rules that were listed apart to their NSGs.
func (im *Importer) attachRules() {
	attach(im, &im.inv.NSGs, func(n *topology.NSG) *topology.Head { return &n.Head }, im.rules, func(n *topology.NSG, rules []topology.Rule) {
		n.Rules = combine(n.Rules, rules, func(r topology.Rule) string { return r.Direction + "/" + r.Name })
		sortRules(n.Rules)
	})
}

func (im *Importer) attachRoutes() {
	attach(im, &im.inv.RouteTables, func(t *topology.RouteTable) *topology.Head { return &t.Head }, im.routes, func(t *topology.RouteTable, routes []topology.Route) {
		t.Routes = combine(t.Routes, routes, func(r topology.Route) string { return r.Name })
	})
}

func (im *Importer) attachPeerings() {
	attach(im, &im.inv.Circuits, func(c *topology.Circuit) *topology.Head { return &c.Head }, im.peerings, func(c *topology.Circuit, peerings []topology.CircuitPeering) {
		c.Peerings = combine(c.Peerings, peerings, func(p topology.CircuitPeering) string { return p.Name })
	})
}

// attach adds parts that were listed apart to their parents, in order of id. A
// parent that was not listed is known by its name all the same.
func attach[P, T any](im *Importer, parents *[]P, head func(*P) *topology.Head, parts map[topology.ID][]T, add func(*P, []T)) {
	at := map[topology.ID]int{}
	for i := range *parents {
		at[head(&(*parents)[i]).ID] = i
	}
	for _, id := range slices.Sorted(maps.Keys(parts)) {
		i, ok := at[id]
		if !ok {
			var p P
			head(&p).ID = id
			im.alone[topology.DomainOf(id)] = true // the part says nothing of others like its parent
			*parents = append(*parents, p)
			i = len(*parents) - 1
		}
		add(&(*parents)[i], parts[id])
	}
}

// combine returns both lists without repetition; the later element wins.
func combine[T any](a, b []T, key func(T) string) []T {
	at := map[string]int{}
	var out []T
	for _, x := range slices.Concat(a, b) {
		k := key(x)
		if i, seen := at[k]; seen {
			out[i] = x
			continue
		}
		at[k] = len(out)
		out = append(out, x)
	}
	return out
}
