package importer

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"weir/internal/topology"
)

// maxDepth is how many lists may lie in each other, as pages in an array.
const maxDepth = 8

func (im *Importer) descend(b []byte, depth int) {
	im.count()
	if depth > maxDepth {
		im.reject(b, "", errDepth)
		return
	}
	switch b[0] {
	case '[':
		im.begin()
		if err := elements(b, func(v []byte) { im.descend(v, depth+1) }); err != nil {
			im.reject(b, "", err)
		}
		im.end()
	case '{':
		im.object(b, depth)
	default:
		im.misunderstood("(not an object)")
		im.unsure(b)
	}
}

// misunderstood counts an element by its type.
func (im *Importer) misunderstood(kind string) {
	if _, known := im.unknown[kind]; !known && len(im.unknown) >= maxTypes {
		kind = "(other types)"
	}
	im.unknown[kind]++
}

// head is what the members of an object say at first sight.
type head struct {
	id, kind, name, subscription, group string
	keys                                []string
	list                                []byte // value or data: the rows of a page
	learned                             []byte
	listed                              bool   // the last key is that of rows
	more                                bool   // the page says that others follow
	truncated                           bool   // the page says that rows are missing that no page has
	total                               number // records of the whole answer, 0 where it does not say
}

// rowsKeys are the keys of the rows of a page, of Resource Manager and of
// Resource Graph.
var rowsKeys = [...]string{"value", "data"}

func isRows(key []byte) bool {
	return strings.EqualFold(string(key), rowsKeys[0]) || strings.EqualFold(string(key), rowsKeys[1])
}

func peek(b []byte) (head, error) {
	var h head
	err := members(b, func(key, value []byte) bool {
		h.keys = append(h.keys, string(key))
		switch strings.ToLower(string(key)) {
		case "id":
			h.id = text(value)
		case "type":
			h.kind = strings.ToLower(text(value))
		case "name":
			h.name = text(value)
		case "subscriptionid":
			h.subscription = text(value)
		case "resourcegroup":
			h.group = text(value)
		case rowsKeys[0], rowsKeys[1]:
			if value[0] == '[' || value[0] == '{' {
				h.list = value
			}
		case "learnedroutes":
			h.learned = value
		case "nextlink", "@odata.nextlink", "odata.nextlink", "$skiptoken", "skiptoken", "skip_token":
			h.more = h.more || text(value) != ""
		case "totalrecords", "total_records":
			if h.total.read(value) != nil || h.total < 0 {
				h.total = 0 // then the answer does not say
			}
		case "resulttruncated", "result_truncated":
			h.truncated = h.truncated || strings.EqualFold(strings.Trim(string(value), `"`), "true")
		}
		return true
	})
	return h, err
}

// text returns a JSON string, empty where the value is none.
func text(value []byte) string {
	if len(value) < 2 || value[0] != '"' {
		return ""
	}
	if bytes.IndexByte(value, '\\') < 0 {
		return strings.ToValidUTF8(string(value[1:len(value)-1]), "\uFFFD")
	}
	var s string
	if json.Unmarshal(value, &s) != nil {
		return ""
	}
	return s
}

func (im *Importer) object(b []byte, depth int) {
	h, err := peek(b)
	if err != nil {
		im.reject(b, h.id, err)
		return
	}
	if h.list != nil && h.id == "" && h.kind == "" {
		im.page(b, &h, depth)
		return
	}
	if h.learned != nil {
		im.learn(h.learned, topology.NewID(h.id))
		return
	}
	if h.id == "" && h.kind != "" && h.subscription != "" && h.group != "" && h.name != "" {
		h.id = composeID(&h)
	}
	im.resource(b, &h)
}

// page takes the rows of an answer that lies in an element.
func (im *Importer) page(b []byte, h *head, depth int) {
	im.begin()
	rows := number(0)
	if h.list[0] == '[' {
		if err := elements(h.list, func(v []byte) { rows++; im.descend(v, depth+2) }); err != nil {
			im.reject(h.list, "", err)
		}
	} else {
		rows = im.rows(h.list, depth)
	}
	im.whole(b, h, rows)
}

// composeID makes the id of a row of Resource Graph that was asked for
// everything but the id.
func composeID(h *head) string {
	namespace, kinds, _ := strings.Cut(h.kind, "/")
	id := "/subscriptions/" + h.subscription + "/resourcegroups/" + h.group + "/providers/" + namespace
	types, names := strings.Split(kinds, "/"), strings.Split(h.name, "/")
	if len(types) != len(names) {
		return ""
	}
	for i := range types {
		id += "/" + types[i] + "/" + names[i]
	}
	return id
}

// rows takes the table form of a Resource Graph answer and returns how many
// rows it has.
func (im *Importer) rows(b []byte, depth int) number {
	var table struct {
		Columns []struct{ Name string }
		Rows    []json.RawMessage
	}
	if err := json.Unmarshal(b, &table); err != nil || table.Columns == nil {
		im.descend(b, depth+1)
		return 1
	}
	for n, row := range table.Rows {
		var cells []json.RawMessage
		if err := json.Unmarshal(row, &cells); err != nil || len(cells) != len(table.Columns) {
			im.reject(b, fmt.Sprintf("row %d", n+1), fmt.Errorf("the row does not have the %d columns of the table", len(table.Columns)))
			continue
		}
		object := []byte{'{'}
		for i, c := range table.Columns {
			if i > 0 {
				object = append(object, ',')
			}
			key, err := json.Marshal(c.Name)
			if err != nil {
				continue // a text can always be written
			}
			object = append(append(append(object, key...), ':'), cells[i]...)
		}
		im.inRow(append(object, '}'), b, n, depth)
	}
	return number(len(table.Rows))
}

// inRow takes a resource made from a row; its problems stand at the table.
func (im *Importer) inRow(object, table []byte, n, depth int) {
	doc, name := im.doc, im.name
	first, line := im.first, im.line(im.offset(table))
	im.open(fmt.Sprintf("%s:%d row %d", name, line, n+1), slices.Clip(object), 1)
	im.descend(im.doc, depth+1)
	im.open(name, doc, first)
}

// resource takes one resource of a kind that decides how it is read.
func (im *Importer) resource(b []byte, h *head) {
	kind := kindOf(h)
	read, ok := im.readers[kind]
	if !ok {
		im.misunderstood(describe(kind, h))
		if kind == "" {
			im.unsure(b)
		}
		return
	}
	im.what = cmp.Or(h.id, h.name)
	err := tooLarge(b)
	if err == nil && !json.Valid(b) {
		var ignored struct{}
		err = fmt.Errorf("not JSON: %w", json.Unmarshal(b, &ignored))
	}
	if err == nil {
		err = read(im, b, h)
	}
	if err != nil {
		im.reject(b, im.what, err)
	}
}

// kindOf returns the resource type: that of the id where it has one, since az
// and Resource Manager name instances of scale sets by several types.
func kindOf(h *head) string {
	id := topology.NewID(h.id)
	if kind := id.Type(); kind != "" {
		return kind
	}
	if strings.Contains(h.kind, "/") {
		return h.kind
	}
	parts := strings.Split(strings.Trim(string(id), "/"), "/")
	switch {
	case len(parts) == 4 && parts[2] == "locations":
		return kindLocation
	case len(parts) == 2 && parts[0] == "subscriptions", h.id != "" && h.has("tenantId") && h.has("state"):
		return kindSubscription
	}
	if kind := routesBy(h); kind != "" {
		return kind
	}
	return h.kind
}

func (h *head) has(key string) bool {
	return slices.ContainsFunc(h.keys, func(k string) bool { return strings.EqualFold(k, key) })
}

// describe names what was not understood: by its type, else by its first keys.
func describe(kind string, h *head) string {
	if kind != "" {
		return shortKind(kind)
	}
	keys := h.keys
	if len(keys) > 3 {
		keys = append(slices.Clone(keys[:3]), "...")
	}
	return shortKind("(no type) {" + strings.Join(keys, ", ") + "}")
}

func shortKind(kind string) string {
	if len(kind) > maxName {
		return strings.ToValidUTF8(kind[:maxName], "") + "..."
	}
	return kind
}
