package pipeline

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

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

// accuse has a feed list every public address of which the truth is that it is
// harmless; acquit takes that back.
func accuse(t testing.TB, k *knowledge.Keeper, truth *simulate.Truth, dir string) {
	t.Helper()
	var list bytes.Buffer
	err := truth.ReadConversations(dir, func(c simulate.ConversationTotals) error {
		if c.FlowType == "ExternalPublic" {
			for _, side := range [][2]string{{c.Initiator, c.InitiatorVNet}, {c.Responder, c.ResponderVNet}} {
				if side[1] == "" {
					fmt.Fprintln(&list, side[0])
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	in := knowledge.ThreatInput{Name: "wrong", File: "wrong.txt", At: truth.Start, Content: list.Bytes()}
	if r, err := k.ImportThreats(t.Context(), in); err != nil || r.Added < 100 {
		t.Fatalf("%+v, %v", r, err)
	}
}

func acquit(t testing.TB, k *knowledge.Keeper) {
	t.Helper()
	if err := k.ForgetFeed(t.Context(), "wrong"); err != nil {
		t.Fatal(err)
	}
}

// shuffled returns the objects in another order, always the same.
func shuffled(objects []string) []string {
	objects = slices.Clone(objects)
	rand.New(rand.NewPCG(1, 1)).Shuffle(len(objects), func(i, j int) { objects[i], objects[j] = objects[j], objects[i] })
	return objects
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

// What is known again after something else was is not what it was: rows were
// judged by the other meanwhile, of addresses that were stored by this.
func TestKnownForAMomentAgain(t *testing.T) {
	folders, truth, dir := simulated(t, 3, 24, 0.5)
	s := openStore(t, t.TempDir())
	k := openKeeper(t, s)
	knowAll(t, k, truth, dir, 0, 1, 2)
	accuse(t, k, truth, dir)
	ingest(t, s, Config{Keeper: k}, ofHour(t, folders, 0)...)
	broughtUp(t, s, k)
	acquit(t, k)
	ingest(t, s, Config{Keeper: k}, ofHour(t, folders, 1)...)
	accuse(t, k, truth, dir)
	ingest(t, s, Config{Keeper: k}, ofHour(t, folders, 2)...)
	acquit(t, k)
	broughtUp(t, s, k)
	checkTyped(t, s, trueTyped(t, truth, dir))
}

// ofHour returns the objects of an hour, of every log.
func ofHour(t testing.TB, folders []string, hour int) []string {
	t.Helper()
	in := slices.DeleteFunc(objectsIn(t, folders), func(name string) bool { return !strings.Contains(name, fmt.Sprintf("/h=%02d/", hour)) })
	if len(in) == 0 {
		t.Fatalf("there are no objects of hour %d", hour)
	}
	return in
}

// The same while rows are judged, when it is known again before that ends.
func TestKnownForAMomentWhileJudging(t *testing.T) {
	folders, truth, dir := simulated(t, 2, 24, 0.5)
	s := openStore(t, t.TempDir())
	k := openKeeper(t, s)
	knowAll(t, k, truth, dir, 2)
	ingest(t, s, Config{Keeper: k}, ofHour(t, folders, 0)...)
	broughtUp(t, s, k)
	knowAll(t, k, truth, dir, 0, 1)
	done := false
	_, err := settle.Run(t.Context(), settle.Config{Store: s, Keeper: k, Progress: func(p settle.Progress) {
		if p.What != "storing what addresses were" || done {
			return
		}
		done = true
		accuse(t, k, truth, dir)
		ingest(t, s, Config{Keeper: k}, ofHour(t, folders, 1)...)
		acquit(t, k)
	}})
	if err != nil || !done {
		t.Fatal(done, err)
	}
	checkTyped(t, s, trueTyped(t, truth, dir))
}

// unattributing is a store at which a process ends when it stores what parties were.
type unattributing struct{ store.Store }

var errEnded = errors.New("the process ended")

func (unattributing) Reattribute(context.Context, []store.Reattribution) error { return errEnded }

// watched is a store that calls a function before each batch of rows is judged,
// looked up or counted, and counts the walks over rows.
type watched struct {
	store.Store
	judging, attributing, counting func()
	walks                          int
}

func (w *watched) FactsOf(ctx context.Context, parties, logs []uint64, yield func([]store.StoredFact) error) error {
	w.walks++
	return w.Store.FactsOf(ctx, parties, logs, before(w.judging, yield))
}

func (w *watched) Parties(ctx context.Context, yield func([]store.Party) error) error {
	return w.Store.Parties(ctx, before(w.attributing, yield))
}

func (w *watched) Captured(ctx context.Context, from, to time.Time, yield func([]store.CapturedFact) error) error {
	return w.Store.Captured(ctx, from, to, before(w.counting, yield))
}

// before has rows yielded few at a time, and do called before each time.
func before[T any](do func(), yield func([]T) error) func([]T) error {
	if do == nil {
		return yield
	}
	return func(rows []T) error {
		for few := range slices.Chunk(rows, 1500) {
			do()
			if err := yield(few); err != nil {
				return err
			}
		}
		return nil
	}
}

// A look at a feed that finds nothing new keeps nobody from getting to an end,
// however often it comes.
func TestFeedsReadAgainWhileJudging(t *testing.T) {
	folders, truth, dir := simulated(t, 2, 24, 0.5)
	s := openStore(t, t.TempDir())
	k := openKeeper(t, s)
	knowAll(t, k, truth, dir, 2)
	ingest(t, s, Config{Keeper: k}, folders...)
	broughtUp(t, s, k)
	knowAll(t, k, truth, dir, 0, 1)
	looks := 0
	w := &watched{Store: s}
	w.judging = func() {
		looks++
		feed := truth.Feeds[0]
		in := knowledge.ThreatInput{Name: feed, At: truth.Start.Add(time.Duration(looks) * time.Minute), Content: content(t, filepath.Join(dir, feed))}
		if r, err := k.ImportThreats(t.Context(), in); err != nil || r.Added+r.Gone > 0 {
			t.Fatalf("%+v, %v", r, err)
		}
		if looks > 1000 {
			t.Fatalf("after %d looks and %d walks over the rows there is no end", looks, w.walks)
		}
	}
	sum, err := settle.Run(t.Context(), settle.Config{Store: w, Keeper: k})
	if err != nil || looks < 5 || w.walks != 1 || sum.Overtaken {
		t.Errorf("%d looks, %d walks over the rows, want 1; %+v, %v", looks, w.walks, sum, err)
	}
	checkTyped(t, s, trueTyped(t, truth, dir))
}

// What is known changes, and rows are stored, while rows are judged: each pass
// ends, what it did is not done again, conversations are counted in between, and
// at the end all is as in truth.
func TestKnowledgeChangesWhileJudging(t *testing.T) {
	folders, truth, dir := simulated(t, 2, 24, 0.5)
	objects := shuffled(objectsIn(t, folders))
	const changes = 7
	s := openStore(t, t.TempDir())
	k := openKeeper(t, s)
	knowAll(t, k, truth, dir, 2)
	ingest(t, s, Config{Source: inTurn(objects[:len(objects)/2]), Keeper: k})
	broughtUp(t, s, k)
	knowAll(t, k, truth, dir, 0, 1)
	changed, calls := 0, 0
	change := func() {
		if calls++; changed == changes || calls%2 != 0 {
			return
		}
		if changed++; changed%2 == 1 {
			accuse(t, k, truth, dir)
		} else {
			acquit(t, k)
		}
		allow(t, k, []threat.Allow{{Text: fmt.Sprintf("203.0.113.%d", changed), Who: "test", Why: "nothing that was known comes again"}})
		rest := objects[len(objects)/2:]
		ingest(t, s, Config{Source: inTurn(rest[(changed-1)*len(rest)/changes : changed*len(rest)/changes]), Keeper: k, CommitRows: 2000})
	}
	w := &watched{Store: s, judging: change, attributing: change}
	passes := 0
	for again := true; again || changed < changes; passes++ {
		if !again {
			change()
		}
		sum, err := settle.Judge(t.Context(), settle.Config{Store: w, Keeper: k})
		if err != nil {
			t.Fatal(err)
		}
		if passes == 0 && !sum.Overtaken {
			t.Fatal("nothing changed while rows were judged: that tests nothing")
		}
		again = sum.Overtaken
		if sum, err := settle.Count(t.Context(), settle.Config{Store: w}); err != nil || passes == 0 && sum.Intervals == 0 {
			t.Fatalf("counted %+v, %v", sum, err)
		}
		if list, err := s.Unsettled(t.Context()); err != nil || len(list.Intervals) > 0 {
			t.Fatalf("%d intervals are not settled: %v", len(list.Intervals), err)
		}
	}
	if changed != changes || w.walks > passes || passes > changes+1 {
		t.Errorf("%d changes, %d passes, %d walks over rows", changed, passes, w.walks)
	}
	acquit(t, k)
	broughtUp(t, s, k)
	checkTyped(t, s, trueTyped(t, truth, dir))
}

// Rows are judged and counted beside each other: who read a row before the
// other changed it undoes nothing of that.
func TestJudgedAndCountedBesideEachOther(t *testing.T) {
	folders, truth, dir := simulated(t, 2, 24, 0.5)
	want := trueTyped(t, truth, dir)
	for _, c := range []struct {
		inner         string
		before, after []int // what is known before and after the logs were read
	}{
		{"counted while judged", nil, []int{0, 1, 2}},
		{"counted while judged", []int{0}, []int{1, 2}}, // no address becomes another host, for which it would be counted anew
		{"judged while counted", nil, []int{0, 1, 2}},
		{"judged while counted", []int{0}, []int{1, 2}},
	} {
		t.Run(c.inner, func(t *testing.T) {
			s := openStore(t, t.TempDir())
			k := openKeeper(t, s)
			knowAll(t, k, truth, dir, c.before...)
			broughtUp(t, s, k)
			ingest(t, later{s}, Config{Keeper: k}, folders...)
			knowAll(t, k, truth, dir, c.after...)
			w, calls := &watched{Store: s}, 0
			other := func(do func(context.Context, settle.Config) (settle.Summary, error)) func() {
				return func() {
					if calls++; calls%4 != 1 {
						return
					}
					if _, err := do(t.Context(), settle.Config{Store: s, Keeper: k}); err != nil {
						t.Fatal(err)
					}
				}
			}
			first := settle.Judge
			if c.inner == "counted while judged" {
				w.judging = other(settle.Count)
			} else {
				first = settle.Count
				w.counting = other(settle.Judge)
			}
			if sum, err := first(t.Context(), settle.Config{Store: w, Keeper: k}); err != nil || calls == 0 || sum.Rejudged+sum.Marked == 0 {
				t.Fatalf("%d calls, %+v, %v", calls, sum, err)
			}
			broughtUp(t, s, k)
			checkTyped(t, s, want)
		})
	}
}
