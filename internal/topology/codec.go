package topology

import (
	"encoding/json"
	"fmt"
)

// Version is that of the form in which Encode writes inventories.
const Version = 1

type envelope struct {
	Version   int        `json:"version"`
	Inventory *Inventory `json:"inventory"`
}

// Encode writes the inventory as JSON without spaces. Equal inventories that
// are sorted give equal bytes.
func (inv *Inventory) Encode() ([]byte, error) {
	b, err := json.Marshal(envelope{Version, inv})
	if err != nil {
		return nil, fmt.Errorf("cannot encode the inventory: %w", err)
	}
	return b, nil
}

// Decode reads what Encode wrote, of this version or an older one.
func Decode(b []byte) (*Inventory, error) {
	e := envelope{Inventory: &Inventory{}}
	if err := json.Unmarshal(b, &e); err != nil {
		return nil, fmt.Errorf("cannot decode the inventory: %w", err)
	}
	if e.Version < 1 || e.Version > Version || e.Inventory == nil {
		return nil, fmt.Errorf("cannot decode an inventory of version %d: this Weir knows versions 1 to %d", e.Version, Version)
	}
	e.Inventory.Sort()
	return e.Inventory, nil
}

// What tells what became of a resource.
type What string

// The changes between two inventories.
const (
	Appeared What = "appeared"
	Changed  What = "changed"
	Gone     What = "gone"
)

// Change is one difference between two inventories.
type Change struct {
	Kind   Kind     `json:"kind"`
	ID     ID       `json:"id"`
	What   What     `json:"what"`
	Fields []string `json:"fields,omitempty"` // of a changed resource, by their stored names
}

// Diff lists what appeared, changed or went from the older to the newer
// inventory, by kind and id. Both must be sorted.
func Diff(older, newer *Inventory) []Change {
	var changes []Change
	to := newer.tables()
	for i, t := range older.tables() {
		t.diff(to[i], func(c Change) { changes = append(changes, c) })
	}
	return changes
}
