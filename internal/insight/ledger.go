package insight

import (
	"context"
	"fmt"
	"slices"
	"time"

	"weir/internal/store"
)

// DefaultListLimit is how many rows Objects and Rejects return where no limit is given.
const DefaultListLimit = 100

// Objects lists log objects, the most recently read first; state selects one
// of the states of store.ObjectState, empty all.
func Objects(ctx context.Context, s store.Store, state string, limit int) (*ObjectsAnswer, error) {
	states := []store.ObjectState{"", store.ObjectComplete, store.ObjectPending, store.ObjectChanged, store.ObjectFailed}
	if !slices.Contains(states, store.ObjectState(state)) {
		return nil, askErrorf("state", "No object has the state %q; use complete, pending, changed or failed.", state)
	}
	limit, err := checkLimit(limit, DefaultListLimit)
	if err != nil {
		return nil, err
	}
	objects, total, err := s.ListObjects(ctx, store.ObjectState(state), limit)
	if err != nil {
		return nil, fmt.Errorf("cannot list the objects: %w", err)
	}
	a := &ObjectsAnswer{State: state, Limit: limit, Total: total, Rows: []Object{}}
	for i := range objects {
		a.Rows = append(a.Rows, objectOf(&objects[i]))
	}
	return a, nil
}

// objectOf shows a ledger entry.
func objectOf(o *store.Object) Object {
	return Object{
		Name: o.Name, Family: o.Family, State: string(o.State), Message: o.Message, ETag: o.ETag,
		Size: o.Size, ReadTo: o.Offset, Pending: o.Pending, Records: o.Records, Tuples: o.Tuples,
		Rejected: o.Rejected, Rows: o.Rows, TooOld: o.TooOld, IgnoredCounters: o.IgnoredCounters,
		FirstTuple: tupleTime(o.FirstTuple), LastTuple: tupleTime(o.LastTuple), ReadAt: o.ReadAt,
	}
}

// Rejects lists what was rejected by object and reason, the most frequent first.
func Rejects(ctx context.Context, s store.Store, limit int) (*RejectsAnswer, error) {
	limit, err := checkLimit(limit, DefaultListLimit)
	if err != nil {
		return nil, err
	}
	list, err := s.ListRejects(ctx, limit)
	if err != nil {
		return nil, fmt.Errorf("cannot list the rejects: %w", err)
	}
	a := &RejectsAnswer{Limit: limit, Distinct: list.Distinct, Total: list.Total, Rows: []Reject{}}
	for _, r := range list.Rows {
		row := Reject{Object: r.Object, Reason: r.Reason, Count: r.Count, Samples: []RejectSample{}}
		for _, sample := range r.Samples {
			row.Samples = append(row.Samples, RejectSample{Offset: sample.Offset, Length: sample.Length, Sample: sample.Text})
		}
		a.Rows = append(a.Rows, row)
	}
	return a, nil
}

// tupleTime is a time of store.Object, in milliseconds since 1970; 0 is none.
func tupleTime(ms int64) *time.Time {
	if ms == 0 {
		return nil
	}
	t := time.UnixMilli(ms).UTC()
	return &t
}
