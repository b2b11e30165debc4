package lint

import (
	"slices"
	"strconv"
	"strings"
	"testing"
)

// rooms lists the packages of internal in the order in which the data visits
// them. A room may import only rooms before it, so every arrow points towards
// flow and two rooms never import each other.
func rooms() []string {
	return []string{
		"flow",
		"service",   // what is done by the clock
		"near",      // which name was meant
		"plaintext", // opens what people hand over as text
		"compute",   // what KQL computes and SQL has no function for
		"source",
		"decode",
		"reduce",
		"topology",
		"enrich",
		"store",
		"knowledge", // what is known about addresses, kept and kept fresh
		"settle",    // brings what was stored up to what is known since
		"pipeline",
		"query",
		"kql",    // Azure's log search: text to a plan of query
		"filter", // the words in which people say which flows they mean
		"insight",
		"phrase",   // says the question of an insight in KQL
		"licences", // what is inside the binary, for the server and the command
		"terminal", // shows answers as tables and files
		"server",
		"simulate",
		"config", // has the words of enrich; rooms know nothing of it, they are told what they need
		"shared", // finds the real inputs, for tests alone
		"lint",
	}
}

// loners import no other room at all, whatever stands before them.
func loners() []string {
	return []string{"flow", "near", "plaintext", "compute", "licences", "service", "shared", "lint"}
}

func TestArrowsPointTowardsFlow(t *testing.T) {
	order := rooms()
	for _, f := range goFiles(t) {
		from, inside := roomOf("weir/" + f.path)
		if !inside {
			continue // cmd/weir puts the rooms together
		}
		if !slices.Contains(order, from) {
			t.Errorf("%s: room %q has no place yet: add it to the list in this test where the data visits it", f.path, from)
			continue
		}
		for _, spec := range f.ast.Imports {
			path, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				t.Fatal(err)
			}
			to, ours := roomOf(path)
			switch {
			case strings.HasPrefix(path, "weir/cmd/"):
				t.Errorf("%s imports %s: nothing imports a command", f.path, path)
			case !ours || to == from:
			case from == "config" && to == "plaintext": // a file is opened in one way
			case to == "shared":
				t.Errorf("%s imports %s: only tests read what lies beside the tree", f.path, path)
			case slices.Contains(loners(), from):
				t.Errorf("%s imports %s: room %q imports no other room", f.path, path, from)
			case slices.Index(order, to) >= slices.Index(order, from):
				t.Errorf("%s imports %s: the arrow points away from flow", f.path, path)
			}
		}
	}
}

// roomOf returns the room of an import path or file of this module.
func roomOf(path string) (string, bool) {
	rest, ok := strings.CutPrefix(path, "weir/internal/")
	room, _, _ := strings.Cut(rest, "/")
	return room, ok
}
