package service

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"weir/internal/flow"
)

// Versions holds what service tags said of one cloud, and from when. It does not
// change once made: With returns another one. The zero Versions knows the platform's virtual
// address only.
type Versions struct {
	list  []*Snapshot // by date
	empty *Snapshot
}

// NewVersions returns versions without any file.
func NewVersions() *Versions { return &Versions{empty: Empty()} }

// With returns the versions with one more snapshot, and what has become of it.
// A snapshot needs a date, and all must be of one cloud.
//
// What says the same is one version, which holds from the earliest date that is
// known of it; everything else is another. So the versions are the same in
// whatever order files are taken, and however often. Change numbers tell no
// versions apart: the weekly files and the answers of the API count on their own.
func (v *Versions) With(s *Snapshot) (*Versions, Change, error) {
	if s.Date.IsZero() {
		return v, Known, errors.New("cannot use service tags without a date: the file's name has none (ServiceTags_Public_20251117.json); rename the file or give the date")
	}
	for _, other := range v.list {
		if !strings.EqualFold(other.Cloud, s.Cloud) {
			return v, Known, fmt.Errorf("cannot keep service tags of the cloud %s beside those of %s", s.Cloud, other.Cloud)
		}
	}
	list, change := slices.Clone(v.list), New
	if at := slices.IndexFunc(list, func(o *Snapshot) bool { return o.ID == s.ID }); at >= 0 {
		if !s.Date.Before(list[at].Date) {
			return v, Known, nil
		}
		list, change = slices.Delete(list, at, at+1), Earlier
	}
	list = append(list, s)
	slices.SortFunc(list, func(a, b *Snapshot) int {
		// Of two of one date the fuller one decides.
		return cmp.Or(a.Date.Compare(b.Date), cmp.Compare(a.Prefixes, b.Prefixes), cmp.Compare(a.ChangeNumber, b.ChangeNumber), cmp.Compare(a.ID, b.ID))
	})
	return &Versions{list: list, empty: v.empty}, change, nil
}

// Without returns the versions without those that hold from a day (UTC), and those.
func (v *Versions) Without(day time.Time) (left *Versions, gone []*Snapshot) {
	left = &Versions{empty: v.empty}
	for _, s := range v.list {
		if s.Date.UTC().Format(time.DateOnly) == day.UTC().Format(time.DateOnly) {
			gone = append(gone, s)
			continue
		}
		left.list = append(left.list, s)
	}
	return left, gone
}

// Change is what a snapshot has changed.
type Change uint8

// The changes.
const (
	Known   Change = iota // nothing: it is known from that date or an earlier one
	New                   // there is one version more
	Earlier               // a version holds from an earlier date
)

// Of returns the version that says the same as a snapshot; nil where there is none.
func (v *Versions) Of(s *Snapshot) *Snapshot {
	for _, o := range v.list {
		if o.ID == s.ID {
			return o
		}
	}
	return nil
}

// All returns the snapshots in order of date.
func (v *Versions) All() []*Snapshot { return slices.Clone(v.list) }

// At returns the snapshot of a time: the last one whose date is not after it.
// For times before the first snapshot it is the first, and assumed is true.
// Without any snapshot it knows the platform's virtual address only.
func (v *Versions) At(t time.Time) (s *Snapshot, assumed bool) {
	if len(v.list) == 0 {
		return v.empty, true
	}
	i, _ := slices.BinarySearchFunc(v.list, t, func(s *Snapshot, t time.Time) int {
		if s.Date.After(t) {
			return 1
		}
		return -1
	})
	if i == 0 {
		return v.list[0], true
	}
	return v.list[i-1], false
}

// IsAzure tells whether an address was Azure's own at a time.
func (v *Versions) IsAzure(a flow.Addr, at time.Time) bool {
	s, _ := v.At(at)
	return s.IsAzure(a)
}
