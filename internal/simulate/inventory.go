package simulate

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"time"
)

// The folders with listings of the estate: as Azure Resource Manager answers,
// as `az ... list` writes it, and as Resource Manager answers after an address
// got another owner.
const (
	inventoryFolder      = "inventory"
	inventoryAzFolder    = "inventory-az"
	inventoryLaterFolder = "inventory-2"
)

// place is what a region is besides its name.
type place struct{ display, geography, paired, latitude, longitude string }

// fields are keys of JSON with their values, in which resources and parts may lie.
type fields map[string]any

// resource is a resource of Azure Resource Manager or, without a kind, a part of one.
type resource struct {
	id, name, kind, location string
	more                     fields // beside the properties: sku, tags
	properties               fields
}

// form is a way to write resources.
type form struct {
	name string
	flat bool // as az does: no "properties"
}

// arm and az are the two forms.
func arm() form { return form{name: "arm"} }
func az() form  { return form{name: "az", flat: true} }

// shape turns resources into what the form writes.
func (f form) shape(v any) any {
	switch v := v.(type) {
	case resource:
		out := fields{}
		head := map[string]string{"id": v.id, "name": v.name, "type": v.kind, "location": v.location}
		for key, text := range head {
			if text != "" {
				out[key] = text
			}
		}
		maps.Copy(out, v.more)
		if properties := f.shape(v.properties).(fields); f.flat {
			maps.Copy(out, properties)
			if group := segment(v.id, "resourceGroups"); group != "" {
				out["resourceGroup"] = group
			}
		} else {
			out["properties"] = properties
		}
		return out
	case []resource:
		out := []any{}
		for _, r := range v {
			out = append(out, f.shape(r))
		}
		return out
	case fields:
		out := fields{}
		for key, value := range v {
			out[key] = f.shape(value)
		}
		return out
	}
	return v
}

// list is a file of an inventory.
type list struct {
	file string
	rows []any // resources, or fields for what is none
}

func (l *list) add(rows ...resource) {
	for _, r := range rows {
		l.rows = append(l.rows, r)
	}
}

// write returns the file: a page of Resource Manager on one line per row, or
// the indented array of az.
func (l *list) write(f form) ([]byte, error) {
	rows := make([]any, len(l.rows))
	for i, r := range l.rows {
		rows[i] = f.shape(r)
	}
	if f.flat {
		b, err := json.MarshalIndent(rows, "", "  ")
		return append(b, '\n'), err
	}
	var b bytes.Buffer
	b.WriteString(`{"value":[`)
	for i, r := range rows {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteByte('\n')
		line, err := json.Marshal(r)
		if err != nil {
			return nil, err
		}
		b.Write(line)
	}
	b.WriteString("\n]}\n")
	return b.Bytes(), nil
}

// writeInventories writes what a listing of the estate would have shown an
// hour before the log begins and, where an address got another owner, at that
// time.
func (r *run) writeInventories(t *Truth) error {
	early := t.Start.Add(-time.Hour)
	kinds := newListing(r.estate, early).byKind()
	t.Inventories = []TruthInventory{{inventoryFolder, arm().name, early}, {inventoryAzFolder, az().name, early}}
	if err := r.writeInventory(inventoryFolder, mixed(kinds), arm()); err != nil {
		return err
	}
	if err := r.writeInventory(inventoryAzFolder, kinds, az()); err != nil {
		return err
	}
	if at := r.estate.when.reused; !at.IsZero() {
		t.Inventories = append(t.Inventories, TruthInventory{inventoryLaterFolder, arm().name, at})
		return r.writeInventory(inventoryLaterFolder, mixed(newListing(r.estate, at).byKind()), arm())
	}
	return nil
}

func (r *run) writeInventory(folder string, lists []list, f form) error {
	for i := range lists {
		b, err := lists[i].write(f)
		if err == nil {
			err = writeFile(r.out, folder+"/"+lists[i].file+".json", b)
		}
		if err != nil {
			return fmt.Errorf("cannot write the inventory: %w", err)
		}
	}
	return nil
}

// mixed puts the lists of kinds into a few files of mixed kinds, as the answers
// of Resource Manager to a question about several are.
func mixed(kinds []list) []list {
	out := []list{{file: "resources-1"}, {file: "resources-2"}, {file: "resources-3"}}
	for i, l := range kinds {
		into := &out[i%len(out)]
		into.rows = append(into.rows, l.rows...)
	}
	return out
}

func ref(id string) fields { return fields{"id": id} }

func refs(ids ...string) []fields {
	out := []fields{}
	for _, id := range ids {
		out = append(out, ref(id))
	}
	return out
}
