package knowledge

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
	"time"

	"weir/internal/store"
	"weir/internal/topology"
	"weir/internal/topology/importer"
)

// TopologyInput is an inventory to take as what the estate was at a time.
type TopologyInput struct {
	Inventory *topology.Inventory `json:"-"`
	Report    importer.Report     `json:"report"` // what was understood of it; may be empty
	At        time.Time           `json:"at"`     // when it was true; zero: now
	Partial   bool                `json:"partial"`
	Source    string              `json:"source"` // from where it is, in words: a file, a tenant
}

// snapshot returns the inventory as a snapshot.
func (in *TopologyInput) snapshot() topology.Snapshot {
	s := topology.Snapshot{Time: in.At, Inventory: in.Inventory, Partial: in.Partial, Unread: in.Report.Unread}
	if in.Partial {
		s.Open = in.Report.Open // what is whole has nothing open
	}
	return s
}

// TopologyReport says what became of an inventory.
type TopologyReport struct {
	Time      time.Time              `json:"time"`
	Partial   bool                   `json:"partial"`
	Identical bool                   `json:"identical"` // it says nothing that was not known
	Kinds     map[string]int         `json:"kinds"`     // resources of the inventory
	Unknown   map[string]int         `json:"unknown"`   // elements that were not understood, by type
	Repeated  int                    `json:"repeated"`  // elements that replaced one with the same id
	Problems  []string               `json:"problems"`  // what was left out or is missing, each with its place
	Lost      int                    `json:"lost"`      // problems by which resources are missing: they stay as they were known
	Open      int                    `json:"open"`      // domains (a kind in a subscription, the parts of a resource) of which not all is shown: what is not stays as it was known
	Changes   map[string]KindChanges `json:"changes"`   // against what was known of the time before, by kind
}

// KindChanges counts what became of the resources of one kind.
type KindChanges struct {
	Appeared int `json:"appeared"`
	Changed  int `json:"changed"`
	Gone     int `json:"gone"`
}

// SnapshotState is one inventory that is kept.
type SnapshotState struct {
	Time    time.Time      `json:"time"`
	Source  string         `json:"source"`
	Partial bool           `json:"partial"`
	Counts  map[string]int `json:"counts"` // what it shows, by kind
}

// snapshotHead is the first line of a document of an inventory.
type snapshotHead struct {
	Source  string         `json:"source"`
	Partial bool           `json:"partial"`
	Counts  map[string]int `json:"counts"`
	// what topology.Snapshot says of them
	Open   []topology.Domain `json:"open,omitempty"`
	Unread []topology.ID     `json:"unread,omitempty"`
}

// snapshotMark is an inventory that is kept, without its content.
type snapshotMark struct {
	name string // of its document
	hash uint64
	SnapshotState
}

// estate is what the inventories say together.
type estate struct {
	marks     []snapshotMark // in order of time
	index     *topology.Index
	counts    map[string]int // of the estate as it was last seen
	confirmed time.Time      // when the last inventory was last seen to be so still
}

// Snapshots returns the inventories that are kept, in order of time.
func (k *Keeper) Snapshots(context.Context) ([]SnapshotState, error) {
	marks := k.known.Load().estate.marks
	out := make([]SnapshotState, len(marks))
	for i, m := range marks {
		out[i] = m.SnapshotState
	}
	return out, nil
}

// ImportTopology takes an inventory as what the estate was at its time. One
// of the same time and source replaces the one before it; one that says nothing
// new is only noted.
func (k *Keeper) ImportTopology(ctx context.Context, in TopologyInput) (*TopologyReport, error) {
	if in.Inventory == nil || len(in.Inventory.Counts()) == 0 {
		return nil, errors.New("cannot take the inventory: it holds no resource that is understood")
	}
	if !in.Partial && in.Report.Unfinished {
		return nil, fmt.Errorf("cannot take the inventory as that of the whole estate: %s; give all of it, or leave out that it is whole", in.Report.FirstLost())
	}
	k.change.Lock()
	defer k.change.Unlock()
	in.Inventory.Sort()
	if in.At.IsZero() {
		in.At = k.now()
	}
	in.At = in.At.UTC().Truncate(time.Millisecond)
	was, err := k.inventories(ctx)
	if err != nil {
		return nil, err
	}
	fresh, doc, err := newInventory(in)
	if err != nil {
		return nil, err
	}
	at := slices.IndexFunc(was, func(i inventory) bool { return i.mark.name == fresh.mark.name })
	now := slices.Clone(was)
	if at >= 0 {
		now[at] = fresh
	} else {
		now = append(now, fresh)
	}
	before, after := topology.Effective(snapshotsOf(was)), topology.Effective(snapshotsOf(now))
	old, current := estateAt(before, in.At), estateAt(after, in.At)
	changes := topology.Diff(old, current)
	report := reportOf(in, changes)
	first := len(before) == 0 || in.At.Before(before[0].Time)
	if !first && len(changes) == 0 && (at < 0 || was[at].mark.hash == fresh.mark.hash) {
		report.Identical = true
		return report, k.confirm(ctx, in)
	}
	next := *k.known.Load()
	l := store.Learning{Put: []store.Document{doc}}
	seen := next.estate.confirmed
	if n := len(before); n > 0 && in.At.After(before[n-1].Time) && seen.After(in.At) {
		// What was seen to be so still after this inventory is so after it, too.
		still, doc, err := newInventory(TopologyInput{
			Inventory: before[n-1].Inventory, At: seen, Partial: before[n-1].Partial, Source: "seen again",
			Report: importer.Report{Open: before[n-1].Open, Unread: before[n-1].Unread},
		})
		if err != nil {
			return nil, err
		}
		now, l.Put = append(now, still), append(l.Put, doc)
		after = topology.Effective(snapshotsOf(now))
	}
	next.estate = newEstate(now, after)
	l.Resources = details(after, in.At)
	maps.Copy(l.Resources, details(after, seen))
	return report, k.learn(ctx, &next, l)
}

// inventory is an inventory that is kept, with its content.
type inventory struct {
	mark     snapshotMark
	snapshot topology.Snapshot
}

// newInventory makes the document of an inventory. Of one time there is one
// that is whole, and a partial one of each source.
func newInventory(in TopologyInput) (inventory, store.Document, error) {
	name := in.At.Format(time.RFC3339Nano) + " whole"
	if in.Partial {
		name = in.At.Format(time.RFC3339Nano) + " partial " + in.Source
	}
	content, err := in.Inventory.Encode()
	if err != nil {
		return inventory{}, store.Document{}, err
	}
	shown := in.snapshot()
	head := snapshotHead{in.Source, in.Partial, kindCounts(in.Inventory.Counts()), shown.Open, shown.Unread}
	body, hash, err := pack(head, content)
	if err != nil {
		return inventory{}, store.Document{}, err
	}
	mark := snapshotMark{name, hash, SnapshotState{in.At, head.Source, head.Partial, head.Counts}}
	return inventory{mark, shown},
		store.Document{Kind: kindTopology, Name: name, At: in.At, Body: body}, nil
}

// inventories reads all that are kept: they are needed only when there is
// another, and are too large to be held until then.
func (k *Keeper) inventories(ctx context.Context) ([]inventory, error) {
	docs, err := k.documents(ctx, kindTopology)
	if err != nil {
		return nil, err
	}
	out := make([]inventory, len(docs))
	for i, d := range docs {
		var head snapshotHead
		content, hash, err := unpack(d, &head)
		if err != nil {
			return nil, err
		}
		inv, err := topology.Decode(content)
		if err != nil {
			return nil, fmt.Errorf("cannot read the inventory of %s: %w", d.At.UTC().Format(time.RFC3339), err)
		}
		out[i] = inventory{
			snapshotMark{d.Name, hash, SnapshotState{d.At.UTC(), head.Source, head.Partial, head.Counts}},
			topology.Snapshot{Time: d.At.UTC(), Inventory: inv, Partial: head.Partial, Open: head.Open, Unread: head.Unread},
		}
	}
	return out, nil
}

func snapshotsOf(all []inventory) []topology.Snapshot {
	out := make([]topology.Snapshot, len(all))
	for i, v := range all {
		out[i] = v.snapshot
	}
	return out
}

// newEstate builds what is asked of the inventories.
func newEstate(all []inventory, effective []topology.Snapshot) estate {
	whole := slices.Clone(effective)
	for i := range whole {
		whole[i].Partial, whole[i].Unread = false, nil // each was laid over the one before it already
	}
	e := estate{index: topology.NewIndex(whole...), counts: map[string]int{}}
	for _, v := range all {
		e.marks = append(e.marks, v.mark)
	}
	slices.SortFunc(e.marks, func(a, b snapshotMark) int {
		if d := a.Time.Compare(b.Time); d != 0 {
			return d
		}
		return strings.Compare(a.name, b.name)
	})
	if n := len(effective); n > 0 {
		e.counts = kindCounts(effective[n-1].Inventory.Counts())
		e.confirmed = effective[n-1].Time
	}
	return e
}

// estateAt returns what was known of the estate at a time: nothing before the
// first snapshot.
func estateAt(effective []topology.Snapshot, at time.Time) *topology.Inventory {
	found := &topology.Inventory{}
	for _, s := range effective {
		if !s.Time.After(at) {
			found = s.Inventory
		}
	}
	return found
}

// details returns the rows of the snapshots that a new one at a time changed:
// that one, and those of partial listings that build on it. Times at which
// nothing is left to show have no rows.
func details(effective []topology.Snapshot, at time.Time) map[time.Time]iter.Seq[topology.DetailRow] {
	out := map[time.Time]iter.Seq[topology.DetailRow]{}
	for _, s := range effective {
		if s.Time.Before(at) {
			continue
		}
		if s.Time.After(at) && !s.Follows() {
			break
		}
		out[s.Time] = topology.Details(s)
	}
	return out
}

// confirm notes that an inventory says nothing new, so that people see how
// fresh what is known is.
func (k *Keeper) confirm(ctx context.Context, in TopologyInput) error {
	next := *k.known.Load()
	if !in.At.After(next.estate.confirmed) {
		return nil
	}
	next.estate.confirmed = in.At
	doc := store.Document{Kind: kindConfirmed, At: in.At, Body: []byte(in.Source)}
	if err := k.config.Store.Learn(ctx, store.Learning{Put: []store.Document{doc}}); err != nil {
		return fmt.Errorf("cannot keep when the inventory was last confirmed: %w", err)
	}
	k.known.Store(&next)
	return nil
}

func reportOf(in TopologyInput, changes []topology.Change) *TopologyReport {
	r := &TopologyReport{
		Time: in.At, Partial: in.Partial, Kinds: kindCounts(in.Inventory.Counts()), Unknown: in.Report.Unknown,
		Repeated: in.Report.Repeated, Problems: []string{}, Lost: in.Report.Lost, Changes: map[string]KindChanges{},
	}
	if in.Partial {
		r.Open = len(in.Report.Open)
	}
	if r.Unknown == nil {
		r.Unknown = map[string]int{}
	}
	for _, p := range in.Report.Problems {
		r.Problems = append(r.Problems, p.String())
	}
	for _, c := range changes {
		n := r.Changes[string(c.Kind)]
		switch c.What {
		case topology.Appeared:
			n.Appeared++
		case topology.Changed:
			n.Changed++
		case topology.Gone:
			n.Gone++
		}
		r.Changes[string(c.Kind)] = n
	}
	return r
}

func kindCounts(counts map[topology.Kind]int) map[string]int {
	out := map[string]int{}
	for kind, n := range counts {
		out[string(kind)] = n
	}
	return out
}
