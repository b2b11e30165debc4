package knowledge

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/klauspost/compress/zstd"

	"weir/internal/enrich/threat"
	"weir/internal/store"
)

// feed is a threat feed as it is known. It does not change once made.
type feed struct {
	name     string
	location string // as it may be shown; empty where nobody configured it: it was imported by hand
	history  *threat.History
	aside    *threat.History // what it would be with the reading that is kept aside; nil: there is none
	feedRecord
}

// feedRecord is the document of how a feed is doing.
type feedRecord struct {
	// Source is the hash of the source that was last read; 0: imported by hand.
	Source uint64       `json:"source,omitempty"`
	State  threat.State `json:"state"`
}

// sourceHash tells sources apart that give other indicators, so that a feed is
// read anew where the server would say that nothing changed.
func sourceHash(s *threat.Source) uint64 {
	var h hasher
	h.text(s.Location)
	h.text(string(s.Options.Format))
	h.number(uint64(s.Options.Category))
	h.number(uint64(s.Options.Confidence))
	for _, name := range slices.Sorted(maps.Keys(s.Options.Columns)) {
		h.text(name)
		h.text(s.Options.Columns[name])
	}
	return h.Sum64() | 1
}

// learning returns what is to be kept of a feed, and whether it holds other
// entries than before. The documents of histories are large, and written only
// where they differ.
func (f *feed) learning(before *feed) (l store.Learning, other bool, err error) {
	if before == nil {
		before = &feed{history: &threat.History{}}
		other = true
	}
	state, err := json.Marshal(f.feedRecord)
	if err != nil {
		return l, false, fmt.Errorf("cannot write the state of the threat feed %s: %w", f.name, err)
	}
	l.Put = []store.Document{{Kind: kindFeedState, Name: f.name, At: f.State.Checked, Body: state}}
	put := func(kind string, at time.Time, h *threat.History) error {
		body, err := packHistory(h)
		if err != nil {
			return fmt.Errorf("cannot write the threat feed %s: %w", f.name, err)
		}
		l.Put = append(l.Put, store.Document{Kind: kind, Name: f.name, At: at, Body: body})
		return nil
	}
	if other = other || f.history.Hash() != before.history.Hash(); other {
		if err := put(kindFeed, f.State.Good, f.history); err != nil {
			return l, other, err
		}
	}
	switch {
	case f.aside == nil && before.aside != nil:
		l.Remove = []store.DocumentName{{Kind: kindFeedAside, Name: f.name}}
	case f.aside != nil && (before.aside == nil || f.aside.Hash() != before.aside.Hash()):
		err = put(kindFeedAside, f.State.Checked, f.aside)
	}
	return l, other, err
}

func packHistory(h *threat.History) ([]byte, error) {
	var body bytes.Buffer
	z, err := zstd.NewWriter(&body, zstd.WithEncoderConcurrency(1))
	if err == nil {
		err = errors.Join(h.Write(z), z.Close())
	}
	return body.Bytes(), err
}

func unpackHistory(body []byte) (*threat.History, error) {
	z, err := zstd.NewReader(bytes.NewReader(body), zstd.WithDecoderConcurrency(1))
	if err != nil {
		return nil, err
	}
	defer z.Close()
	return threat.ReadHistory(z)
}

// readFeeds reads the feeds that are kept, by name.
func (k *Keeper) readFeeds(ctx context.Context) (map[string]*feed, error) {
	feeds := map[string]*feed{}
	histories, err := k.documents(ctx, kindFeed)
	if err != nil {
		return nil, err
	}
	for _, d := range histories {
		f := &feed{name: d.Name}
		if f.history, err = unpackHistory(d.Body); err != nil {
			return nil, fmt.Errorf("cannot read the threat feed %s: %w; forget it with weir threat remove %s and import it again", d.Name, err, d.Name)
		}
		feeds[d.Name] = f
	}
	states, err := k.documents(ctx, kindFeedState)
	if err != nil {
		return nil, err
	}
	for _, d := range states {
		f := feeds[d.Name]
		if f == nil { // it was never read in full
			f = newFeed(d.Name)
			feeds[d.Name] = f
		}
		if err := json.Unmarshal(d.Body, &f.feedRecord); err != nil {
			return nil, fmt.Errorf("cannot read the state of the threat feed %s: %w", d.Name, err)
		}
		f.State.Resume()
		if !f.State.Good.IsZero() {
			f.history.Touch(f.State.Good) // the history is not written where only this changes
		}
	}
	return feeds, k.readAside(ctx, feeds)
}

// readAside reads the readings that are kept aside.
func (k *Keeper) readAside(ctx context.Context, feeds map[string]*feed) error {
	docs, err := k.documents(ctx, kindFeedAside)
	if err != nil {
		return err
	}
	for _, d := range docs {
		f := feeds[d.Name]
		if f == nil || f.State.Aside == nil {
			continue
		}
		if f.aside, err = unpackHistory(d.Body); err != nil {
			return fmt.Errorf("cannot read what is kept aside of the threat feed %s: %w", d.Name, err)
		}
	}
	return nil
}

func newFeed(name string) *feed { return &feed{name: name, history: &threat.History{}} }

// ordered puts the feeds that are configured first, in their order, which
// decides between two verdicts that are alike.
func (k *Keeper) ordered(feeds map[string]*feed) []*feed {
	var out []*feed
	for i := range k.config.Feeds {
		s := &k.config.Feeds[i]
		f, known := feeds[s.Name]
		if !known {
			f = newFeed(s.Name)
		}
		f.location = threat.ShownLocation(s.Location)
		if source := sourceHash(s); f.Source != source {
			// Of another source nothing that the server said holds.
			f.Source = source
			f.State.Version, f.State.Modified, f.State.NextTry = "", "", f.State.Checked
		}
		out = append(out, f)
		delete(feeds, s.Name)
	}
	for _, name := range slices.Sorted(maps.Keys(feeds)) {
		f := feeds[name] // nobody looks at it any more, so that it cannot fail
		f.State.NextTry = time.Time{}
		if f.State.Aside == nil {
			f.State.Failures, f.State.Error = 0, ""
		}
		out = append(out, f)
	}
	return out
}

// configured returns the source of a feed that the configuration names.
func (k *Keeper) configured(name string) (threat.Source, bool) {
	for _, s := range k.config.Feeds {
		if s.Name == name {
			return s, true
		}
	}
	return threat.Source{}, false
}

// take takes a feed as it is now; other: it holds other entries than before.
func (n *known) take(f *feed, other bool) {
	n.feeds = n.withFeed(f)
	if other {
		n.threats = nil
		return
	}
	n.threats = n.threats.ReadAgain(threat.Feed{Name: f.name, History: f.history})
}

// withFeed returns the feeds with one of them as it is now.
func (n *known) withFeed(f *feed) []*feed {
	feeds := slices.Clone(n.feeds)
	for i := range feeds {
		if feeds[i].name == f.name {
			feeds[i] = f
			return feeds
		}
	}
	return append(feeds, f)
}

// feed returns the feed of a name, nil if there is none.
func (n *known) feed(name string) *feed {
	for _, f := range n.feeds {
		if f.name == name {
			return f
		}
	}
	return nil
}
