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
	location string // empty where nobody configured it: it was imported by hand
	history  *threat.History
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

// write returns the documents of a feed. That of its history is large, and
// needed only where the feed has other entries than before.
func (f *feed) write(entries bool) ([]store.Document, error) {
	state, err := json.Marshal(f.feedRecord)
	if err != nil {
		return nil, fmt.Errorf("cannot write the state of the threat feed %s: %w", f.name, err)
	}
	docs := []store.Document{{Kind: kindFeedState, Name: f.name, At: f.State.Checked, Body: state}}
	if !entries {
		return docs, nil
	}
	var body bytes.Buffer
	z, err := zstd.NewWriter(&body, zstd.WithEncoderConcurrency(1))
	if err == nil {
		err = errors.Join(f.history.Write(z), z.Close())
	}
	if err != nil {
		return nil, fmt.Errorf("cannot write the threat feed %s: %w", f.name, err)
	}
	return append(docs, store.Document{Kind: kindFeed, Name: f.name, At: f.State.Good, Body: body.Bytes()}), nil
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
		if err := f.read(d.Body); err != nil {
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
		if !f.State.Good.IsZero() {
			f.history.Touch(f.State.Good) // the history is not written where only this changes
		}
	}
	return feeds, nil
}

func newFeed(name string) *feed { return &feed{name: name, history: &threat.History{}} }

func (f *feed) read(body []byte) error {
	z, err := zstd.NewReader(bytes.NewReader(body), zstd.WithDecoderConcurrency(1))
	if err != nil {
		return err
	}
	defer z.Close()
	f.history, err = threat.ReadHistory(z)
	return err
}

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
		f.location = s.Location
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
		f.State.NextTry, f.State.Failures, f.State.Error = time.Time{}, 0, ""
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
