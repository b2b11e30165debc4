package pipeline

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"weir/internal/store"
)

// Of one log under two names both are counted, as nobody can know which is
// meant, but never without a word: objects that were read are compared with
// the ledger by the fingerprint of their first record.

// readLog notes that an object was read.
func (t *tally) readLog(o store.Object) {
	if o.Fingerprint == 0 {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if names := t.read[o.Fingerprint]; !slices.Contains(names, o.Name) {
		t.read[o.Fingerprint] = append(names, o.Name)
	}
}

// compare finds the objects read in this run that hold the log of another one.
func (t *tally) compare(ctx context.Context, s store.Store) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	fingerprints := make([]uint64, 0, len(t.read))
	for f := range t.read {
		fingerprints = append(fingerprints, f)
	}
	same, err := s.SameLog(ctx, fingerprints)
	if err != nil {
		return fmt.Errorf("cannot look for copies of the logs that were read: %w", err)
	}
	for f, all := range same {
		now := t.read[f]
		// One that was read before is the one that is copied, if there is any.
		of := slices.IndexFunc(all, func(name string) bool { return !slices.Contains(now, name) })
		of = max(of, 0)
		for i, name := range all {
			if i != of && slices.Contains(now, name) {
				t.copies = append(t.copies, Copy{name, all[of]})
			}
		}
	}
	slices.SortFunc(t.copies, func(a, b Copy) int { return strings.Compare(a.Object, b.Object) })
	t.twice = int64(len(t.copies))
	t.copies = t.copies[:min(len(t.copies), maxProblems)]
	return nil
}
