package settle

import (
	"context"
	"fmt"
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
// (knowledge.Keeper.Use), and again when something else is known, or was since.
func Judging(ctx context.Context, s store.Store, known *enrich.Knowledge) error {
	_, err := note(ctx, s, known)
	return err
}

// note is Judging, and returns the era.
func note(ctx context.Context, s store.Store, known *enrich.Knowledge) (era, error) {
	name := hashName(known.Hash)
	t, err := readTrail(ctx, s)
	if err != nil {
		return 0, err
	}
	last := t.last()
	if at, ok := t[name]; ok && at == last {
		return at, nil
	}
	last++
	err = s.Learn(ctx, store.Learning{Put: []store.Document{{
		Kind: trailKind, Name: name, At: time.Now().UTC(), Body: strconv.AppendInt(nil, int64(last), 10),
	}}})
	if err != nil {
		return 0, fmt.Errorf("cannot note by what flows are judged: %w", err)
	}
	return last, nil
}

// era counts up each time that rows begin to be judged by something else than
// before, also where that was known once already.
type era int64

// trail is the hashes of all by which stored rows may have been judged, each
// with the last era in which they were.
type trail map[string]era

func readTrail(ctx context.Context, s store.Store) (trail, error) {
	docs, err := s.Documents(ctx, trailKind)
	if err != nil {
		return nil, fmt.Errorf("cannot read by what stored flows were judged: %w", err)
	}
	t := trail{}
	for _, d := range docs {
		n, _ := strconv.ParseInt(string(d.Body), 10, 64) // earlier versions wrote nothing, which is before all eras
		t[d.Name] = era(n)
	}
	return t, nil
}

func (t trail) last() era {
	last := era(0)
	for _, at := range t {
		last = max(last, at)
	}
	return last
}

// within tells whether all rows were judged by what they were brought up to
// before, and later ones by the hash alone. Then parties tell which rows are
// to be judged anew: what a party was is stored by the same, and no row was
// judged by the first after a party was stored by the second.
func (t trail) within(before judged, hash string) bool {
	for h, at := range t {
		if h != hash && (h != before.Knowledge || at != before.Era) {
			return false
		}
	}
	return true
}

// before returns the names of the documents of earlier eras, but that of a hash.
func (t trail) before(e era, hash string) []store.DocumentName {
	var out []store.DocumentName
	for h, at := range t {
		if at < e && h != hash {
			out = append(out, store.DocumentName{Kind: trailKind, Name: h})
		}
	}
	return out
}

// hashName writes a hash as text, since numbers of JSON are not exact.
func hashName(hash uint64) string { return strconv.FormatUint(hash, 16) }
