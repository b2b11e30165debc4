package loganalytics

import (
	"encoding/json"
	"net/http"
	"strings"

	"weir/internal/kql/bind"
	"weir/internal/kql/catalog"
)

// metadata is what can be asked, as clients complete by it.
type metadata struct {
	Tables     []tableOut     `json:"tables"`
	Workspaces []workspaceOut `json:"workspaces"`
}

type tableOut struct {
	ID             string      `json:"id"`
	Name           string      `json:"name"`
	Description    string      `json:"description"`
	TimespanColumn string      `json:"timespanColumn,omitempty"`
	Columns        []columnOf  `json:"columns"`
	Related        relatedOnes `json:"related"`
}

type columnOf struct {
	Name        string `json:"name"`
	Type        string `json:"type"`
	Description string `json:"description"`
}

type relatedOnes struct {
	Workspaces []string `json:"workspaces"`
}

type workspaceOut struct {
	ID         string      `json:"id"`
	Name       string      `json:"name"`
	ResourceID string      `json:"resourceId"`
	Region     string      `json:"region"`
	Related    relatedThem `json:"related"`
}

type relatedThem struct {
	Tables []string `json:"tables"`
}

// serveMetadata tells what can be asked of a workspace or resource, which is all
// that there is.
func (h *Handler) serveMetadata(w http.ResponseWriter, r *http.Request, id string) {
	if r.Method == http.MethodPost && r.ContentLength != 0 {
		var ignored json.RawMessage
		if f := h.content(w, r, maxContent, &ignored); f != nil {
			writeFault(w, f)
			return
		}
	}
	text, _ := json.Marshal(describe(id)) // nothing in it has an error
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_, _ = w.Write(text) // who went away needs no answer
}

func describe(id string) metadata {
	name := strings.TrimPrefix(id, "workspaces/")
	resource := "/" + id
	if name != id { // an id is not known by a resource
		resource = ""
	} else {
		name = name[strings.LastIndexByte(name, '/')+1:]
	}
	workspace := workspaceOut{ID: name, Name: "weir", ResourceID: resource, Region: "local"}
	m := metadata{Tables: []tableOut{}}
	for _, t := range catalog.Tables() {
		out := tableOut{ID: "t/" + t.Name, Name: t.Name, TimespanColumn: t.Time(), Related: relatedOnes{[]string{name}}, Columns: []columnOf{}}
		for _, c := range t.Columns {
			out.Columns = append(out.Columns, columnOf{Name: c.Name, Type: bind.TypeName(c.Type)})
		}
		m.Tables = append(m.Tables, out)
		workspace.Related.Tables = append(workspace.Related.Tables, out.ID)
	}
	m.Workspaces = []workspaceOut{workspace}
	return m
}
