package insight_test

import (
	"context"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"weir/internal/insight"
	"weir/internal/knowledge"
	"weir/internal/query"
	"weir/internal/query/querytest"
	"weir/internal/store"
	"weir/internal/store/duckdb"
	"weir/internal/topology"
)

// asks is every insight, by its name, as it is asked for all that is stored.
func asks() map[string]func(context.Context, store.Store) error {
	question := insight.Question{From: querytest.Start, To: querytest.Start.Add(7 * 24 * time.Hour), By: insight.Bytes, Limit: insight.MaxLimit, Compare: insight.CompareWeek}
	return map[string]func(context.Context, store.Store) error{
		"Hosts": func(ctx context.Context, s store.Store) error {
			_, err := insight.Hosts(ctx, s, question)
			return err
		},
		"Conversations": func(ctx context.Context, s store.Store) error {
			_, err := insight.Conversations(ctx, s, question)
			return err
		},
		"Ports": func(ctx context.Context, s store.Store) error {
			_, err := insight.Ports(ctx, s, question)
			return err
		},
		"Rules": func(ctx context.Context, s store.Store) error {
			_, err := insight.Rules(ctx, s, question)
			return err
		},
		"Traffic": func(ctx context.Context, s store.Store) error {
			_, err := insight.Traffic(ctx, s, querytest.Start, querytest.Start.Add(7*24*time.Hour), nil, insight.MaxPoints)
			return err
		},
		"Table": func(ctx context.Context, s store.Store) error {
			for _, split := range []string{"vnets", "ports", "rules", "hosts", "pairs"} { // of each kind
				if _, err := insight.Table(ctx, s, split, insight.TableQuestion{Question: question}); err != nil {
					return err
				}
			}
			for _, split := range []string{"pairs"} { // far down
				if _, err := insight.Table(ctx, s, split, insight.TableQuestion{Question: question, Sort: "denied", Offset: 100_000}); err != nil {
					return err
				}
			}
			return nil
		},
		"Series": func(ctx context.Context, s store.Store) error {
			_, err := insight.Series(ctx, s, "ports", insight.Question{From: question.From, To: question.To, Limit: insight.MaxSeries}, insight.MaxPoints)
			return err
		},
		"OneHost": func(ctx context.Context, s store.Store) error {
			later := question
			later.From = querytest.Start.Add(4 * 24 * time.Hour) // and what was before it
			_, err := insight.OneHost(ctx, s, insight.HostQuestion{Question: later, Host: "10.1.0.4", Points: insight.MaxPoints})
			return err
		},
		"Gateways": func(ctx context.Context, s store.Store) error {
			_, err := insight.Gateways(ctx, s, question, insight.MaxPoints, nil)
			return err
		},
		"RuleUses": func(ctx context.Context, s store.Store) error {
			_, err := insight.RuleUses(ctx, s, insight.RuleQuestion{Question: question}, knowledge.SecurityState{})
			return err
		},
		"Open": func(ctx context.Context, s store.Store) error {
			_, err := insight.Open(ctx, s, insight.OpenQuestion{Question: question}, knowledge.SecurityState{})
			return err
		},
		"Findings": func(ctx context.Context, s store.Store) error {
			_, err := insight.Findings(ctx, s, question, nil)
			return err
		},
		"Environment": func(ctx context.Context, s store.Store) error {
			_, err := insight.Environment(ctx, s, question, knowledge.SecurityState{Inventory: &topology.Inventory{}})
			return err
		},
		"Backends": func(ctx context.Context, s store.Store) error {
			_, err := insight.Backends(ctx, s, question, knowledge.SecurityState{Inventory: balanced()})
			return err
		},
		"NetworkMap": func(ctx context.Context, s store.Store) error {
			_, err := insight.NetworkMap(ctx, s, insight.MapQuestion{Question: question, Open: []string{"s1/rg-hub/hub"}, Inside: []string{"rg-hub/hub/default"}}, knowledge.SecurityState{})
			return err
		},
		"GeoMap": func(ctx context.Context, s store.Store) error {
			_, err := insight.GeoMap(ctx, s, insight.MapQuestion{Question: question}, knowledge.SecurityState{})
			return err
		},
		"Coverage": func(ctx context.Context, s store.Store) error {
			_, err := insight.Coverage(ctx, s, insight.MaxLimit, 0, knowledge.SecurityState{Inventory: &topology.Inventory{}})
			return err
		},
		"StoreStatus": func(ctx context.Context, s store.Store) error {
			_, err := insight.StoreStatus(ctx, s)
			return err
		},
		"FlowList": func(ctx context.Context, s store.Store) error {
			q := insight.FlowsQuestion{From: question.From, To: question.To, Count: true, Limit: insight.MaxFlows}
			for _, q.Sort = range []string{"time", "bytes"} { // the other measures are read as bytes are
				for q.After = ""; ; { // two pages
					a, err := insight.FlowList(ctx, s, q)
					if err != nil {
						return err
					}
					if q.After != "" {
						break
					}
					q.After = a.Next
				}
			}
			return nil
		},
		"FlowObjects": func(ctx context.Context, s store.Store) error {
			_, err := insight.FlowObjects(ctx, s, insight.FlowObjectsQuestion{First: question.From, Last: question.To})
			return err
		},
		"Values": func(ctx context.Context, s store.Store) error {
			for _, f := range query.Fields() {
				if f.Kind == query.KindFlag {
					continue
				}
				for _, begin := range []string{"", "1", "11.2", "2001:db8:1", "a"} {
					if _, err := insight.Values(ctx, s, insight.ValuesQuestion{From: question.From, To: question.To, Field: f.Name, Begin: begin, Limit: insight.MaxLimit}); err != nil {
						return err
					}
				}
			}
			return nil
		},
		"Objects": func(ctx context.Context, s store.Store) error {
			_, err := insight.Objects(ctx, s, "", insight.MaxLimit)
			return err
		},
		"Rejects": func(ctx context.Context, s store.Store) error {
			_, err := insight.Rejects(ctx, s, insight.MaxLimit)
			return err
		},
		"Disk": func(ctx context.Context, s store.Store) error {
			_, err := insight.Disk(ctx, s, store.Retention{})
			return err
		},
	}
}

// TestNoQuestionFailsForMemory asks every insight about ten million facts with
// three million hosts, where the engine has the least memory that can be
// configured, and as many threads as it would use with that, while flows are
// committed.
func TestNoQuestionFailsForMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: this makes a store of ten million facts")
	}
	dir := t.TempDir()
	querytest.Many(t, dir, 10_000_000)
	s, err := duckdb.Open(t.Context(), dir, duckdb.Options{Command: "test", MemoryLimitMB: 512, Threads: 4})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	ctx, answered := context.WithCancel(t.Context())
	defer answered()
	done := make(chan error)
	go func() { done <- commitUntil(ctx, s) }()
	for name, ask := range asks() {
		start := time.Now()
		if err := ask(t.Context(), s); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		t.Logf("%s: %.2f s", name, time.Since(start).Seconds())
	}
	answered()
	if err := <-done; err != nil {
		t.Errorf("commit beside the questions: %v", err)
	}
}

// commitUntil commits a few flows again and again.
func commitUntil(ctx context.Context, s store.Store) error {
	for n := 0; ctx.Err() == nil; n++ {
		flows := querytest.Random(uint64(n), 1000, querytest.Start)
		if err := s.Commit(context.WithoutCancel(ctx), querytest.Delta(fmt.Sprintf("/logs/%d.json", n), flows...)); err != nil {
			return err
		}
	}
	return nil
}

// TestAsksAreAll sees that an insight that is new is asked for too.
func TestAsksAreAll(t *testing.T) {
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") || name == "asked.go" { // which says how others ask
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || f.Recv != nil || !f.Name.IsExported() {
				continue
			}
			for _, p := range f.Type.Params.List {
				if of, ok := p.Type.(*ast.SelectorExpr); ok && of.Sel.Name == "Store" {
					all = append(all, f.Name.Name)
				}
			}
		}
	}
	slices.Sort(all)
	if diff := cmp.Diff(all, slices.Sorted(maps.Keys(asks()))); diff != "" {
		t.Errorf("insights (-declared +asked):\n%s", diff)
	}
}
