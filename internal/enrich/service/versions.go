package service

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"

	"weir/internal/flow"
)

// Versions holds the weekly files of one cloud. It does not change once made:
// With returns another one. The zero Versions knows the platform's virtual
// address only.
type Versions struct {
	list  []*Snapshot // by date and change number
	empty *Snapshot
}

// NewVersions returns versions without any file.
func NewVersions() *Versions { return &Versions{empty: Empty()} }

// With returns the versions with one more snapshot, and whether it is a new
// one: that of the same change number is replaced. A snapshot needs a date,
// and all must be of one cloud.
func (v *Versions) With(s *Snapshot) (*Versions, bool, error) {
	if s.Date.IsZero() {
		return v, false, errors.New("cannot use service tags without a date: the file's name has none (ServiceTags_Public_20251117.json); rename the file or give the date")
	}
	for _, other := range v.list {
		if other.Cloud != s.Cloud {
			return v, false, fmt.Errorf("cannot keep service tags of the cloud %s beside those of %s", s.Cloud, other.Cloud)
		}
	}
	list := slices.DeleteFunc(slices.Clone(v.list), func(o *Snapshot) bool { return o.ChangeNumber == s.ChangeNumber })
	isNew := len(list) == len(v.list)
	list = append(list, s)
	slices.SortStableFunc(list, func(a, b *Snapshot) int {
		return cmp.Or(a.Date.Compare(b.Date), cmp.Compare(a.ChangeNumber, b.ChangeNumber))
	})
	return &Versions{list: list, empty: v.empty}, isNew, nil
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
