package kql_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"weir/internal/kql"
	"weir/internal/kql/bind"
	"weir/internal/kql/catalog"
)

// verdict is what Microsoft's parser and binder say of a text.
type verdict struct {
	Faults  []fault
	Columns []kql.Column
}

type fault struct {
	Code, Message string
	Start         int // in bytes
}

func (v verdict) String() string {
	if len(v.Faults) > 0 {
		f := v.Faults[0]
		return fmt.Sprintf("%s at byte %d: %s", f.Code, f.Start, f.Message)
	}
	return fmt.Sprint(v.Columns)
}

// referee asks Microsoft's parser and binder, which run on Node.js and come with
// the packages of ui, what they find in each text, given the tables of Weir.
func referee(t *testing.T, texts []string) []verdict {
	t.Helper()
	folder := filepath.Join("..", "..", "ui", "node_modules", "@kusto", "language-service-next")
	node, err := exec.LookPath("node")
	if err == nil {
		_, err = os.Stat(folder)
	}
	if err != nil {
		const message = "this test needs Node.js and the packages of ui (npm ci): %v"
		if os.Getenv("CI") == "true" {
			t.Fatalf(message, err)
		}
		t.Skipf(message, err)
	}
	var in, errs bytes.Buffer
	lines := json.NewEncoder(&in)
	err = lines.Encode(schema())
	for _, text := range texts {
		err = errors.Join(err, lines.Encode(text))
	}
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), node, filepath.Join("testdata", "referee.mjs"), folder)
	cmd.Stdin, cmd.Stderr = &in, &errs
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, errs.String())
	}
	var all []verdict
	for d := json.NewDecoder(bytes.NewReader(out)); d.More(); {
		var v verdict
		if err := d.Decode(&v); err != nil {
			t.Fatal(err)
		}
		all = append(all, v)
	}
	if len(all) != len(texts) {
		t.Fatalf("%d answers to %d texts", len(all), len(texts))
	}
	return all
}

// schema returns the columns of each table as the referee reads them.
func schema() map[string]string {
	all := map[string]string{}
	for _, table := range catalog.Tables() {
		columns := make([]string, len(table.Columns))
		for i, c := range table.Columns {
			columns[i] = fmt.Sprintf("['%s']: %s", c.Name, bind.TypeName(c.Type))
		}
		all[table.Name] = "(" + strings.Join(columns, ", ") + ")"
	}
	return all
}
