package client_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"weir/internal/pipeline"
	"weir/internal/query/querytest"
	"weir/internal/server"
	"weir/internal/source/dir"
)

// writeLog writes a VNet flow log with n flows, and one tuple that is none.
func writeLog(t *testing.T, path string, n int) {
	t.Helper()
	var tuples []string
	for i := range n {
		tuples = append(tuples, fmt.Sprintf(`"%d,10.0.0.%d,10.0.0.5,%d,443,6,I,E,NX,3,300,2,200"`, start.UnixMilli()+int64(i), i%200, 1024+i%60000))
	}
	tuples = append(tuples, `"not a tuple"`)
	text := fmt.Sprintf(`{"records":[{"time":"2026-01-02T00:00:00.0Z","flowLogVersion":4,"flowLogGUID":"g","macAddress":"002248712345",`+
		`"category":"FlowLogFlowEvent","flowLogResourceID":"/SUBSCRIPTIONS/S/FLOWLOGS/F","targetResourceID":"/subscriptions/s/virtualNetworks/v",`+
		`"operationName":"FlowLogFlowEvent","flowRecords":{"flows":[{"aclID":"a","flowGroups":[{"rule":"r","flowTuples":[%s]}]}]}}]}`, strings.Join(tuples, ","))
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// Reading through the server does and says what reading here does and says.
func TestIngest(t *testing.T) {
	logs := t.TempDir()
	writeLog(t, filepath.Join(logs, "a.json"), 20000)
	writeLog(t, filepath.Join(logs, "b.json"), 10)

	want, err := pipeline.Run(context.Background(), pipeline.Config{Store: querytest.Open(t), Source: dir.New(logs)})
	if err != nil {
		t.Fatal(err)
	}
	s := served{store: querytest.Open(t)}
	s = serve(t, t.TempDir(), server.Config{Store: s.store, Ingest: func(ctx context.Context, paths []string, progress func(pipeline.Progress)) (pipeline.Summary, error) {
		if len(paths) != 1 || paths[0] != logs {
			t.Errorf("the server is to read %v, want %s", paths, logs)
		}
		return pipeline.Run(ctx, pipeline.Config{Store: s.store, Source: dir.New(paths...), Progress: progress})
	}})
	c := connect(t, s.dir)
	t.Chdir(filepath.Dir(logs)) // the server may be anywhere: a path is the client's
	var last pipeline.Progress
	got, err := c.Ingest(context.Background(), []string{filepath.Base(logs)}, func(p pipeline.Progress) { last = p })
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(pipeline.Summary{}, "Seconds", "TuplesPerSecond")); diff != "" {
		t.Errorf("Ingest() (-want +got):\n%s", diff)
	}
	if got.Tuples != 20010 || got.Rejected != 2 {
		t.Errorf("%d tuples, %d rejected, want 20010 and 2", got.Tuples, got.Rejected)
	}
	if last.Objects != 2 || last.ObjectsDone != 2 || last.Tuples != 20010 {
		t.Errorf("the last progress is %+v, want 2 objects done", last)
	}
	if again, err := c.Ingest(context.Background(), []string{logs}, nil); err != nil || again.Unchanged != 2 || again.Tuples != 0 {
		t.Errorf("Ingest() again = %+v, %v, want 2 unchanged objects", again, err)
	}
	s.becomesIdle(t)
}

func TestIngestFails(t *testing.T) {
	s := serve(t, t.TempDir(), server.Config{})
	missing := filepath.Join(t.TempDir(), "missing")
	_, want := pipeline.Run(context.Background(), pipeline.Config{Store: s.store, Source: dir.New(missing)})
	_, got := connect(t, s.dir).Ingest(context.Background(), []string{missing}, nil)
	if want == nil || got == nil || got.Error() != want.Error() {
		t.Errorf("Ingest() = %v, want %v", got, want)
	}
}

// untilStopped reads and then waits for more, as a run over a large folder does.
func untilStopped(s *served) func(context.Context, []string, func(pipeline.Progress)) (pipeline.Summary, error) {
	return func(ctx context.Context, paths []string, progress func(pipeline.Progress)) (pipeline.Summary, error) {
		summary, err := pipeline.Run(ctx, pipeline.Config{Store: s.store, Source: dir.New(paths...)})
		if err != nil {
			return summary, err
		}
		progress(pipeline.Progress{Tuples: summary.Tuples})
		<-ctx.Done()
		return summary, ctx.Err()
	}
}

// Ctrl-C at the client stops the run at the server, and the client still hears
// what was committed.
func TestIngestStopped(t *testing.T) {
	logs := t.TempDir()
	writeLog(t, filepath.Join(logs, "a.json"), 100)
	s := served{store: querytest.Open(t)}
	s = serve(t, t.TempDir(), server.Config{Store: s.store, Ingest: untilStopped(&s)})
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	got, err := connect(t, s.dir).Ingest(ctx, []string{logs}, func(pipeline.Progress) { cancel() })
	if !errors.Is(err, context.Canceled) || got.Tuples != 100 || got.Rows == 0 {
		t.Errorf("Ingest() = %+v, %v, want 100 tuples and that it was cancelled", got, err)
	}
	s.becomesIdle(t)

	if _, err := connect(t, s.dir).Ingest(ctx, []string{logs}, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("Ingest() after the cancel = %v, want that it was cancelled", err)
	}
}

// A server that ends in the middle is an error, not the end of the data.
func TestServerEnds(t *testing.T) {
	s := serve(t, t.TempDir(), server.Config{Ingest: func(context.Context, []string, func(pipeline.Progress)) (pipeline.Summary, error) {
		panic(http.ErrAbortHandler)
	}})
	c := connect(t, s.dir)
	if _, err := c.Ingest(context.Background(), []string{"."}, nil); err == nil || !strings.Contains(err.Error(), "ended in the middle") {
		t.Errorf("Ingest() = %v, want that the server ended", err)
	}
}
