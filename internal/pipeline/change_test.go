package pipeline

import (
	"context"
	"errors"
	"testing"

	"weir/internal/enrich/threat"
	"weir/internal/knowledge"
	"weir/internal/settle"
	"weir/internal/simulate"
	"weir/internal/store"
)

// malicious returns allow-list entries for every address that is malicious in truth.
func malicious(t testing.TB, truth *simulate.Truth, dir string) []threat.Allow {
	t.Helper()
	seen := map[string]bool{}
	var entries []threat.Allow
	err := truth.ReadConversations(dir, func(c simulate.ConversationTotals) error {
		for _, side := range []struct{ address, vnet string }{{c.Initiator, c.InitiatorVNet}, {c.Responder, c.ResponderVNet}} {
			if c.FlowType == "MaliciousFlow" && side.vnet == "" && !seen[side.address] {
				seen[side.address] = true
				entries = append(entries, threat.Allow{Text: side.address, Who: "test", Why: "test"})
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) == 0 {
		t.Fatal("nothing in the truth is malicious: that tests nothing")
	}
	return entries
}

func allow(t testing.TB, k *knowledge.Keeper, entries []threat.Allow) {
	t.Helper()
	if _, err := k.Allow(context.Background(), entries); err != nil {
		t.Fatal(err)
	}
}

func disallow(t testing.TB, k *knowledge.Keeper, entries []threat.Allow) {
	t.Helper()
	if _, err := k.Disallow(context.Background(), textsOf(entries)); err != nil {
		t.Fatal(err)
	}
}

func textsOf(entries []threat.Allow) []string {
	texts := make([]string, len(entries))
	for i, e := range entries {
		texts[i] = e.Text
	}
	return texts
}

// What was known for a moment only, and is not any more, leaves no trace in
// what flows are, whatever was stored or begun meanwhile.
func TestKnownForAMoment(t *testing.T) {
	folders, truth, dir := simulated(t, 2, 24, 0.5)
	want := trueTyped(t, truth, dir)
	entries := malicious(t, truth, dir)
	objects := objectsIn(t, folders)
	half := len(objects) / 2
	open := func(t *testing.T) (store.Store, *knowledge.Keeper) {
		s := openStore(t, t.TempDir())
		k := openKeeper(t, s)
		knowAll(t, k, truth, dir, 0, 1, 2)
		broughtUp(t, s, k)
		return s, k
	}
	t.Run("rows were stored meanwhile", func(t *testing.T) {
		s, k := open(t)
		ingest(t, s, Config{Keeper: k}, objects[:half]...)
		broughtUp(t, s, k)
		allow(t, k, entries)
		ingest(t, s, Config{Keeper: k}, objects[half:]...)
		disallow(t, k, entries)
		broughtUp(t, s, k)
		checkTyped(t, s, want)
	})
	t.Run("rows were stored meanwhile, and other things are known after it", func(t *testing.T) {
		s, k := open(t)
		ingest(t, s, Config{Keeper: k}, objects[:half]...)
		broughtUp(t, s, k)
		allow(t, k, entries)
		ingest(t, s, Config{Keeper: k}, objects[half:]...)
		disallow(t, k, entries)
		allow(t, k, []threat.Allow{{Text: "203.0.113.77", Who: "test", Why: "nobody"}})
		broughtUp(t, s, k)
		checkTyped(t, s, want)
	})
	for _, what := range []string{"judging flows anew", "storing what addresses were"} {
		t.Run("while "+what, func(t *testing.T) {
			s, k := open(t)
			ingest(t, s, Config{Keeper: k}, folders...)
			broughtUp(t, s, k)
			allow(t, k, entries)
			done := false
			_, err := settle.Run(context.Background(), settle.Config{Store: s, Keeper: k, Progress: func(p settle.Progress) {
				if p.What == what && !done {
					done = true
					disallow(t, k, entries)
				}
			}})
			if err != nil || !done {
				t.Fatal(done, err)
			}
			checkTyped(t, s, want)
		})
	}
	t.Run("it ended before parties were stored", func(t *testing.T) {
		s, k := open(t)
		ingest(t, s, Config{Keeper: k}, folders...)
		broughtUp(t, s, k)
		allow(t, k, entries)
		if _, err := settle.Run(context.Background(), settle.Config{Store: unattributing{s}, Keeper: k}); !errors.Is(err, errEnded) {
			t.Fatal(err)
		}
		disallow(t, k, entries)
		broughtUp(t, s, k)
		checkTyped(t, s, want)
	})
}

// unattributing is a store at which a process ends when it stores what parties were.
type unattributing struct{ store.Store }

var errEnded = errors.New("the process ended")

func (unattributing) Reattribute(context.Context, []store.Reattribution) error { return errEnded }
