package insight_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"weir/internal/insight"
	"weir/internal/query/querytest"
	"weir/internal/store"
)

func TestObjects(t *testing.T) {
	s := querytest.Open(t)
	ctx := context.Background()
	commit := func(o store.Object) {
		t.Helper()
		if err := s.Commit(ctx, &store.Delta{Objects: []store.Object{o}}); err != nil {
			t.Fatal(err)
		}
	}
	first := start.Add(time.Second)
	commit(store.Object{
		Name: "/a.json", Family: "vnet", ETag: "e", Size: 10, Offset: 9, Pending: 1, State: store.ObjectPending,
		Records: 1, Tuples: 2, Rejected: 3, Rows: 4, IgnoredCounters: 5,
		FirstTuple: first.UnixMilli(), LastTuple: first.UnixMilli(), ReadAt: start,
	})
	commit(store.Object{Name: "/b.json", State: store.ObjectFailed, Message: "cannot read", ReadAt: start.Add(time.Hour)})
	commit(store.Object{Name: "/c.json", State: store.ObjectFailed, Message: "cannot read", ReadAt: start.Add(-time.Hour)})

	got, err := insight.Objects(ctx, s, "", 2)
	if err != nil {
		t.Fatal(err)
	}
	want := &insight.ObjectsAnswer{Limit: 2, Total: 3, Rows: []insight.Object{
		{Name: "/b.json", State: "failed", Message: "cannot read", ReadAt: start.Add(time.Hour)},
		{
			Name: "/a.json", Family: "vnet", State: "pending", ETag: "e", Size: 10, ReadTo: 9, Pending: 1, Records: 1, Tuples: 2,
			Rejected: 3, Rows: 4, IgnoredCounters: 5, FirstTuple: &first, LastTuple: &first, ReadAt: start,
		},
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Objects() (-want +got):\n%s", diff)
	}

	failed, err := insight.Objects(ctx, s, "failed", 0)
	if err != nil {
		t.Fatal(err)
	}
	if len(failed.Rows) != 2 || failed.Total != 2 || failed.Rows[1].Name != "/c.json" {
		t.Errorf("Objects(failed) = %+v, want /b.json and /c.json", failed)
	}
	var ask *insight.AskError
	if _, err := insight.Objects(ctx, s, "broken", 0); !errors.As(err, &ask) || ask.Field != "state" {
		t.Errorf("Objects(broken) = %v, want an AskError about state", err)
	}
}

func TestRejects(t *testing.T) {
	s := querytest.Open(t)
	ctx := context.Background()
	d := querytest.Delta("/a.json")
	d.Rejects = []store.Reject{
		{Object: "/a.json", Reason: "bad_time", Count: 3, Samples: []store.RejectSample{{Offset: 70, Length: 5, Text: "x,y"}, {Offset: 20, Length: 4, Text: "é"}}},
		{Object: "/a.json", Reason: "bad_port", Count: 40},
	}
	if err := s.Commit(ctx, d); err != nil {
		t.Fatal(err)
	}
	d = querytest.Delta("/b.json")
	d.Rejects = []store.Reject{{Object: "/b.json", Reason: "bad_time", Count: 1}}
	if err := s.Commit(ctx, d); err != nil {
		t.Fatal(err)
	}
	d = querytest.Delta("/a.json")
	d.Rejects = []store.Reject{{Object: "/a.json", Reason: "bad_time", Count: 1}}
	if err := s.Commit(ctx, d); err != nil {
		t.Fatal(err)
	}
	got, err := insight.Rejects(ctx, s, 2)
	if err != nil {
		t.Fatal(err)
	}
	want := &insight.RejectsAnswer{Limit: 2, Distinct: 3, Total: 45, Rows: []insight.Reject{
		{Object: "/a.json", Reason: "bad_port", Count: 40, Samples: []insight.RejectSample{}},
		{Object: "/a.json", Reason: "bad_time", Count: 4, Samples: []insight.RejectSample{{Offset: 20, Length: 4, Sample: "é"}, {Offset: 70, Length: 5, Sample: "x,y"}}},
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Rejects() (-want +got):\n%s", diff)
	}
}

func TestStoreStatus(t *testing.T) {
	s := querytest.Open(t)
	ctx := context.Background()
	got, err := insight.StoreStatus(ctx, s)
	if err != nil {
		t.Fatal(err)
	}
	if got.FirstData != nil || got.LastData != nil || got.LastCommit != nil || got.Interval != "10m" {
		t.Errorf("status of an empty store = %+v, want no times and interval 10m", got)
	}
	flows := querytest.Random(6, 100, start)
	querytest.Commit(t, s, "/a.json", flows...)
	if got, err = insight.StoreStatus(ctx, s); err != nil {
		t.Fatal(err)
	}
	first, last, tuples := flows[0].First, int64(0), int64(0)
	for _, f := range flows {
		first, last, tuples = min(first, f.First), max(last, f.Last), tuples+int64(f.Records)
	}
	if got.FirstData.UnixMilli() != first || got.LastData.UnixMilli() != last || time.Since(*got.LastCommit) > time.Minute {
		t.Errorf("times = %v %v %v, want %d %d and now", got.FirstData, got.LastData, got.LastCommit, first, last)
	}
	if c := got.Counts; c.Objects != 1 || c.Tuples != tuples || c.Rows == 0 || c.StoredBytes == 0 {
		t.Errorf("counts = %+v, want 1 object, %d tuples, rows and stored bytes", c, tuples)
	}
}
