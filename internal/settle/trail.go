package settle

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"weir/internal/enrich"
	"weir/internal/store"
)

// trailKind is the kind of the documents that name by what stored rows may
// have been judged, one for each. What was known for a moment only is among
// it: the parties do not show that rows were judged by that, so that what is
// known now cannot be compared with it.
const trailKind = "judging"

// Judging notes that rows are about to be judged by what is known. Who stores
// rows calls it before the first of them, while what is known cannot change
// (knowledge.Keeper.Use), and again when something else is known.
func Judging(ctx context.Context, s store.Store, known *enrich.Knowledge) error {
	name := hashName(known.Hash)
	trail, err := readTrail(ctx, s)
	if err != nil || trail[name] {
		return err
	}
	err = s.Learn(ctx, store.Learning{Put: []store.Document{{Kind: trailKind, Name: name, At: time.Now().UTC()}}})
	if err != nil {
		return fmt.Errorf("cannot note by what flows are judged: %w", err)
	}
	return nil
}

// trail is the hashes of all by which stored rows may have been judged.
type trail map[string]bool

func readTrail(ctx context.Context, s store.Store) (trail, error) {
	docs, err := s.Documents(ctx, trailKind)
	if err != nil {
		return nil, fmt.Errorf("cannot read by what stored flows were judged: %w", err)
	}
	t := trail{}
	for _, d := range docs {
		t[d.Name] = true
	}
	return t, nil
}

// within tells whether rows were judged by nothing but these.
func (t trail) within(hashes ...string) bool {
	for h := range t {
		if !slices.Contains(hashes, h) {
			return false
		}
	}
	return true
}

// but returns the names of all documents but one.
func (t trail) but(hash string) []store.DocumentName {
	var out []store.DocumentName
	for h := range t {
		if h != hash {
			out = append(out, store.DocumentName{Kind: trailKind, Name: h})
		}
	}
	return out
}

// hashName writes a hash as text, since numbers of JSON are not exact.
func hashName(hash uint64) string { return strconv.FormatUint(hash, 16) }
