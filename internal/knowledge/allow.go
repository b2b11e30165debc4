package knowledge

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"weir/internal/enrich/threat"
	"weir/internal/store"
)

// AllowReport says what became of the allow-list.
type AllowReport struct {
	Added    int `json:"added"`
	Replaced int `json:"replaced"` // entries of the same address that were there
	Removed  int `json:"removed"`
	Entries  int `json:"entries"` // that it has now
}

// Allow adds entries to the allow-list. An entry of the same address takes
// the place of the one before it.
func (k *Keeper) Allow(ctx context.Context, entries []threat.Allow) (*AllowReport, error) {
	k.change.Lock()
	defer k.change.Unlock()
	next := *k.known.Load()
	list := slices.Clone(next.allows)
	at := map[string]int{}
	for i := range list {
		at[allowKey(list[i].Text)] = i
	}
	r := &AllowReport{}
	for _, e := range entries {
		e.Text, e.Until = strings.TrimSpace(e.Text), e.Until.UTC()
		if strings.TrimSpace(e.Who) == "" || strings.TrimSpace(e.Why) == "" {
			return nil, fmt.Errorf("cannot allow %s: say who says so and why", e.Text)
		}
		if err := threat.CheckWidth(e.Text); err != nil {
			return nil, fmt.Errorf("cannot allow %q: %w; write an address, a CIDR or FIRST-LAST, as narrow as what is harmless", e.Text, err)
		}
		key := allowKey(e.Text)
		if i, ok := at[key]; ok {
			list[i] = e
			r.Replaced++
			continue
		}
		at[key] = len(list)
		list = append(list, e)
		r.Added++
	}
	r.Entries = len(list)
	return r, k.learnAllows(ctx, &next, list)
}

// Disallow removes the entries of these addresses from the allow-list: all
// of them or, where one has none, nothing.
func (k *Keeper) Disallow(ctx context.Context, texts []string) (*AllowReport, error) {
	k.change.Lock()
	defer k.change.Unlock()
	next := *k.known.Load()
	list := slices.Clone(next.allows)
	var missing []error
	for _, text := range texts {
		left := slices.DeleteFunc(slices.Clone(list), func(a threat.Allow) bool { return allowKey(a.Text) == allowKey(text) })
		if len(left) == len(list) {
			missing = append(missing, fmt.Errorf("cannot take %s off the allow-list: %s", text, whyMissing(text, list)))
		}
		list = left
	}
	if len(missing) > 0 {
		return nil, errors.Join(missing...)
	}
	r := &AllowReport{Removed: len(next.allows) - len(list), Entries: len(list)}
	return r, k.learnAllows(ctx, &next, list)
}

// whyMissing says which entry holds an address that has none of its own.
func whyMissing(text string, list []threat.Allow) string {
	a, err := netip.ParseAddr(strings.TrimSpace(text))
	if err == nil {
		for _, e := range list {
			if p, err := netip.ParsePrefix(e.Text); err == nil && p.Contains(a) {
				return fmt.Sprintf("it has no entry of its own; the entry %s holds it", e.Text)
			}
		}
	}
	return "it is not on it; weir threat list shows what is"
}

func (k *Keeper) learnAllows(ctx context.Context, next *known, list []threat.Allow) error {
	body, err := json.Marshal(list)
	if err != nil {
		return fmt.Errorf("cannot write the allow-list: %w", err)
	}
	next.allows, next.threats = list, nil
	return k.learn(ctx, next, store.Learning{Put: []store.Document{{Kind: kindAllow, At: k.now(), Body: body}}})
}

// readAllows reads the allow-list.
func (k *Keeper) readAllows(ctx context.Context) ([]threat.Allow, error) {
	docs, err := k.documents(ctx, kindAllow)
	if err != nil || len(docs) == 0 {
		return nil, err
	}
	var list []threat.Allow
	if err := json.Unmarshal(docs[0].Body, &list); err != nil {
		return nil, fmt.Errorf("cannot read the allow-list: %w", err)
	}
	return list, nil
}

// allowKey is the same for all spellings of an address or CIDR.
func allowKey(text string) string {
	text = strings.TrimSpace(text)
	if p, err := netip.ParsePrefix(text); err == nil {
		if p.IsSingleIP() {
			return p.Addr().Unmap().String()
		}
		return p.Masked().String()
	}
	if a, err := netip.ParseAddr(text); err == nil {
		return a.Unmap().String()
	}
	return strings.ToLower(strings.Join(strings.Fields(text), ""))
}
