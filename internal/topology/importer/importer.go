// Package importer reads an estate from what its owner can get without Weir:
// answers of Azure Resource Manager ({"value":[...]} or one resource), output
// of `az ... list` and `az ... show` (flattened: no "properties" object), and
// answers of Azure Resource Graph ({"data":[...]}, an array, or the older
// table of columns and rows). Kinds may be mixed, several documents may follow
// each other in one file (NDJSON), keys may have any case, and keys that it
// does not know are ignored, since every API version has its own.
//
// Nothing is skipped silently: what is not understood is counted by its type,
// and a bad element is rejected alone with its place and reason.
//
// Resource Manager does not say which gateway or circuit learned a route. A
// list of learned routes is taken for that of the only gateway or circuit it
// can belong to; else wrap it as {"id": "<gateway or circuit>", "learnedRoutes": [...]}.
package importer

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"slices"

	"weir/internal/topology"
)

// Report says what an import understood.
type Report struct {
	Kinds    map[topology.Kind]int // resources in the inventory
	Unknown  map[string]int        // elements that were not understood, by type
	Repeated int                   // elements that replaced one with the same id
	Problems []Problem             // rejected elements, and lists that are not whole
}

// Problem is something that was rejected or is missing.
type Problem struct {
	Where string // file, line and resource
	Why   string
}

// String returns the problem on one line.
func (p Problem) String() string { return p.Where + ": " + p.Why }

// Import reads one inventory from r. The name stands in the problems. The
// error says that r could not be read or holds no JSON; all else is in the report.
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
	readers  map[string]reader
	inv      topology.Inventory
	unknown  map[string]int
	problems []Problem
	repeated int
	seen     map[topology.ID]bool
	texts    map[string]string // one copy of each text that occurs again and again

	rules    map[topology.ID][]topology.Rule           // read apart from their NSG
	routes   map[topology.ID][]topology.Route          // read apart from their route table
	peerings map[topology.ID][]topology.CircuitPeering // read apart from their circuit
	learned  []learned

	name      string
	doc       []byte
	countedTo int // how far the lines of doc were counted
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
		readers: readers(),
		unknown: map[string]int{}, seen: map[topology.ID]bool{}, texts: map[string]string{},
		rules: map[topology.ID][]topology.Rule{}, routes: map[topology.ID][]topology.Route{},
		peerings: map[topology.ID][]topology.CircuitPeering{},
	}
}

// Read adds what a file holds.
func (im *Importer) Read(name string, r io.Reader) error {
	b, err := io.ReadAll(r)
	if err != nil {
		return fmt.Errorf("cannot read %s: %w", name, err)
	}
	b = plain(b)
	i := space(b, 0)
	if i == len(b) {
		return fmt.Errorf("cannot import %s: it is empty", name)
	}
	if b[i] != '{' && b[i] != '[' {
		return fmt.Errorf("cannot import %s: it is not JSON (write it with --output json)", name)
	}
	im.open(name, b)
	for i < len(b) {
		end, err := skip(b, i)
		if err != nil {
			im.problem(i, "", err.Error())
			im.salvage(b[i:])
			break
		}
		im.document(b[i:end])
		i = space(b, end)
		if i < len(b) && b[i] == ',' { // between the documents of careless writers
			i = space(b, i+1)
		}
	}
	im.open("", nil)
	return nil
}

// open makes b the text in which problems are placed.
func (im *Importer) open(name string, b []byte) {
	im.name, im.doc, im.countedTo, im.lines = name, b, 0, 0
}

// salvage takes what is whole from a list that breaks off.
func (im *Importer) salvage(b []byte) {
	at := 1
	if b[0] == '{' {
		list := bytes.IndexByte(b, '[')
		if list < 0 {
			return
		}
		at = list + 1
	}
	for {
		at = space(b, at)
		if at == len(b) || b[at] != '{' {
			return
		}
		end, err := skip(b, at)
		if err != nil {
			return
		}
		im.element(b[at:end])
		at = space(b, end)
		if at < len(b) && b[at] == ',' {
			at++
		}
	}
}

// problem notes what is wrong at an offset of the document.
func (im *Importer) problem(offset int, what, why string) {
	where := fmt.Sprintf("%s:%d", im.name, im.line(offset))
	if what != "" {
		where += " " + what
	}
	im.problems = append(im.problems, Problem{where, why})
}

// line returns the number of the line at an offset. It counts on from the last
// one, so that many problems in a large file stay cheap.
func (im *Importer) line(offset int) int {
	if offset < im.countedTo {
		im.countedTo, im.lines = 0, 0
	}
	im.lines += bytes.Count(im.doc[im.countedTo:offset], []byte("\n"))
	im.countedTo = offset
	return im.lines + 1
}

// offset returns where a part of the document begins.
func (im *Importer) offset(part []byte) int { return cap(im.doc) - cap(part) }

// reject notes that an element was left out.
func (im *Importer) reject(element []byte, what string, err error) {
	im.problem(im.offset(element), what, err.Error())
}

// Finish returns the inventory and what was understood. The importer must not
// be used afterwards.
func (im *Importer) Finish() (*topology.Inventory, Report) {
	im.inv.Sort()
	im.attachRules()
	im.attachRoutes()
	im.attachPeerings()
	im.attachLearned()
	im.inv.Sort()
	return &im.inv, Report{
		Kinds: im.inv.Counts(), Unknown: im.unknown, Repeated: im.repeated, Problems: im.problems,
	}
}

// attachRules adds rules that were listed apart to their NSGs.
func (im *Importer) attachRules() {
	attach(&im.inv.NSGs, func(n *topology.NSG) *topology.Head { return &n.Head }, im.rules, func(n *topology.NSG, rules []topology.Rule) {
		n.Rules = combine(n.Rules, rules, func(r topology.Rule) string { return r.Direction + "/" + r.Name })
		sortRules(n.Rules)
	})
}

func (im *Importer) attachRoutes() {
	attach(&im.inv.RouteTables, func(t *topology.RouteTable) *topology.Head { return &t.Head }, im.routes, func(t *topology.RouteTable, routes []topology.Route) {
		t.Routes = combine(t.Routes, routes, func(r topology.Route) string { return r.Name })
	})
}

func (im *Importer) attachPeerings() {
	attach(&im.inv.Circuits, func(c *topology.Circuit) *topology.Head { return &c.Head }, im.peerings, func(c *topology.Circuit, peerings []topology.CircuitPeering) {
		c.Peerings = combine(c.Peerings, peerings, func(p topology.CircuitPeering) string { return p.Name })
	})
}

// attach adds parts that were listed apart to their parents, in order of id. A
// parent that was not listed is known by its name all the same.
func attach[P, T any](parents *[]P, head func(*P) *topology.Head, parts map[topology.ID][]T, add func(*P, []T)) {
	at := map[topology.ID]int{}
	for i := range *parents {
		at[head(&(*parents)[i]).ID] = i
	}
	for _, id := range slices.Sorted(maps.Keys(parts)) {
		i, ok := at[id]
		if !ok {
			var p P
			head(&p).ID = id
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
