package topology

import (
	"bytes"
	"cmp"
	"encoding/json"
	"reflect"
	"slices"
)

// table is one list of an inventory, whatever it is a list of.
type table interface {
	kind() Kind
	len() int
	sort()
	ids() []ID
	// diff reports what the list has become; newer is of the same kind.
	diff(newer table, report func(Change))
	// under puts beneath this list what older shows and keep tells to keep.
	under(older table, keep keeper)
}

type resource[T any] interface {
	*T
	head() *Head
}

type list[T any, P resource[T]] struct {
	k    Kind
	rows *[]T
}

func (l list[T, P]) kind() Kind  { return l.k }
func (l list[T, P]) len() int    { return len(*l.rows) }
func (l list[T, P]) id(i int) ID { return P(&(*l.rows)[i]).head().ID }

func (l list[T, P]) ids() []ID {
	ids := make([]ID, l.len())
	for i := range ids {
		ids[i] = l.id(i)
	}
	return ids
}

func (l list[T, P]) sort() {
	rows := *l.rows
	sorted := true
	for i := 1; i < len(rows) && sorted; i++ {
		sorted = l.id(i-1) < l.id(i)
	}
	if sorted {
		return
	}
	order := make([]int, len(rows))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(l.id(a), l.id(b)) })
	out := make([]T, 0, len(rows))
	for _, i := range order {
		if n := len(out); n > 0 && P(&out[n-1]).head().ID == l.id(i) {
			out[n-1] = rows[i]
			continue
		}
		out = append(out, rows[i])
	}
	*l.rows = out
}

func (l list[T, P]) diff(newer table, report func(Change)) {
	n := newer.(list[T, P])
	i, j := 0, 0
	for i < l.len() || j < n.len() {
		switch {
		case j == n.len() || i < l.len() && l.id(i) < n.id(j):
			report(Change{Kind: l.k, ID: l.id(i), What: Gone})
			i++
		case i == l.len() || n.id(j) < l.id(i):
			report(Change{Kind: l.k, ID: n.id(j), What: Appeared})
			j++
		default:
			if a, b := (*l.rows)[i], (*n.rows)[j]; !equal(a, b) {
				report(Change{Kind: l.k, ID: l.id(i), What: Changed, Fields: fields(a, b)})
			}
			i++
			j++
		}
	}
}

// equal compares what would be stored, so that an empty list equals none.
func equal(a, b any) bool {
	if reflect.DeepEqual(a, b) {
		return true
	}
	x, errX := json.Marshal(a)
	y, errY := json.Marshal(b)
	return errX == nil && errY == nil && bytes.Equal(x, y)
}

// fields names the stored parts in which two resources differ.
func fields(a, b any) []string {
	var names []string
	va, vb := reflect.ValueOf(a), reflect.ValueOf(b)
	for i := range va.NumField() {
		f := va.Type().Field(i)
		if equal(va.Field(i).Interface(), vb.Field(i).Interface()) {
			continue
		}
		if f.Anonymous {
			names = append(names, fields(va.Field(i).Interface(), vb.Field(i).Interface())...)
			continue
		}
		name, _, _ := bytes.Cut([]byte(f.Tag.Get("json")), []byte(","))
		names = append(names, string(name))
	}
	return names
}

func (l list[T, P]) under(older table, keep keeper) {
	spoken, shown := map[Domain]bool{}, map[ID]bool{}
	for i := range l.len() {
		spoken[DomainOf(l.id(i))] = true
		shown[l.id(i)] = true
	}
	o := older.(list[T, P])
	// a new list, for the one of the snapshot stays what it was
	rows := slices.Clone(*l.rows)
	for i := range o.len() {
		if id := o.id(i); !shown[id] && keep.keeps(id, spoken) {
			rows = append(rows, (*o.rows)[i])
		}
	}
	*l.rows = rows
	l.sort()
}
