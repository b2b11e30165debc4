package dir

import (
	"container/heap"
	"path/filepath"
	"strconv"
	"strings"
)

// Azure writes one object an hour for each NIC, below the resource that it is
// of: .../y=2026/m=11/d=02/h=04/m=00/macAddress=.../PT1H.json. What decides with
// a row are rows of about the same time, so objects are listed hour by hour over
// all resources: what is read together is then near in time, and a backfill of a
// month costs by what is new in it. Of what is still to come only folders are
// kept, and of a month or a day only when its turn has come.

// units are what names of folders say of a time, each within the one before.
var units = [...]struct {
	prefix    string
	digits    int // at most
	low, high int
	bits      int // that hold one more than high
}{
	{"y=", 4, 1000, 9999, 14},
	{"m=", 2, 1, 12, 4},
	{"d=", 2, 1, 31, 6},
	{"h=", 2, 0, 23, 5},
}

// hour is how far names of folders tell an hour: not at all, its year, its year
// and month, and so on.
type hour struct {
	at   uint32 // orders them: earlier ones are less, and what tells less is before what it contains
	told int8   // how many of the units
}

// below returns the hour of a folder with this name in a folder of h, and
// whether the name tells one.
func (h hour) below(name string) (hour, bool) {
	if next, ok := h.with(name); ok {
		return next, true
	}
	return hour{}.with(name)
}

func (h hour) with(name string) (hour, bool) {
	if int(h.told) == len(units) {
		return hour{}, false
	}
	u := units[h.told]
	digits, ok := strings.CutPrefix(name, u.prefix)
	if !ok || len(digits) > u.digits || strings.Trim(digits, "0123456789") != "" {
		return hour{}, false
	}
	n, err := strconv.Atoi(digits)
	if err != nil || n < u.low || n > u.high {
		return hour{}, false
	}
	shift := 0
	for _, later := range units[h.told+1:] {
		shift += later.bits
	}
	return hour{h.at | uint32(n+1)<<shift, h.told + 1}, true
}

// hourOf returns the hour that the names in a path tell last.
func hourOf(path string) (told hour) {
	var h hour
	for name := range strings.SplitSeq(filepath.ToSlash(path), "/") {
		var ok bool
		if h, ok = h.below(name); ok {
			told = h
		}
	}
	return told
}

// place is a file or a folder that waits for its turn.
type place struct {
	path  string // of the folder that it is in, which all hours of a day share; its own from its turn on
	name  string // in that folder
	hour  hour
	found int // orders places of one hour: as they were found
}

// turns are the places that are still to be listed, of which the one of the
// earliest hour is next.
type turns struct {
	waiting queue
	found   int // how many places were found that are in no other
}

// add lets a place wait for its turn.
func (t *turns) add(in, name string, h hour) {
	t.found++
	heap.Push(&t.waiting, &place{in, name, h, t.found})
}

// put lets a folder that was met at a path in p wait for its turn, if its name
// tells an hour.
func (t *turns) put(p *place, path, name string) bool {
	in := filepath.Dir(path)
	if h, ok := p.hour.with(name); ok && in == p.path {
		heap.Push(&t.waiting, &place{p.path, name, h, p.found})
		return true
	}
	h, ok := hour{}.with(name)
	if ok {
		t.add(in, name, h)
	}
	return ok
}

// next takes the place whose turn it is.
func (t *turns) next() *place {
	p := heap.Pop(&t.waiting).(*place)
	p.path, p.name = filepath.Join(p.path, p.name), ""
	return p
}

// queue is a heap of places.
type queue []*place

func (q queue) Len() int { return len(q) }

func (q queue) Less(i, j int) bool {
	a, b := q[i], q[j]
	switch {
	case a.hour.at != b.hour.at:
		return a.hour.at < b.hour.at
	case a.found != b.found:
		return a.found < b.found
	}
	return a.name < b.name
}

func (q queue) Swap(i, j int) { q[i], q[j] = q[j], q[i] }

func (q *queue) Push(p any) { *q = append(*q, p.(*place)) }

func (q *queue) Pop() any {
	last := len(*q) - 1
	p := (*q)[last]
	(*q)[last] = nil
	*q = (*q)[:last]
	return p
}
