package knowledge

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"weir/internal/enrich/threat"
	"weir/internal/store"
)

// ThreatInput is one reading of a threat feed.
type ThreatInput struct {
	Name       string            `json:"name"` // of the feed
	File       string            `json:"file"` // for messages; may be empty
	At         time.Time         `json:"at"`   // of the reading; zero: now
	Format     string            `json:"format"`
	Category   string            `json:"category"` // of indicators without one of their own; empty: WatchList
	Confidence int               `json:"confidence"`
	Columns    map[string]string `json:"columns"` // see threat.Options
	Confirm    bool              `json:"confirm"` // take it, however much of the feed it drops
	Content    []byte            `json:"-"`
}

// ThreatReport says what a reading of a feed brought.
type ThreatReport struct {
	Name       string         `json:"name"`
	Time       time.Time      `json:"time"`
	Indicators int            `json:"indicators"` // that the feed lists now
	Addresses  int64          `json:"addresses"`  // that these cover, each once; of IPv6 only single ones
	Networks6  int            `json:"networks6"`  // of IPv6, beside the addresses
	Added      int            `json:"added"`
	Gone       int            `json:"gone"` // listed before, and no longer
	Kept       int            `json:"kept"`
	Categories map[string]int `json:"categories"` // of the indicators
	Rejected   int            `json:"rejected"`   // entries that cannot be understood
	Samples    []string       `json:"samples"`    // of those, with their lines
	Skipped    map[string]int `json:"skipped"`    // what is no indicator for a network, by reason
	Lost       map[string]int `json:"lost"`       // indicators that never count, by reason
	Cut        int            `json:"cut"`        // networks of which a part never counts
}

// lostToAzure is the reason why indicators on Azure's own addresses never count.
const lostToAzure = "an address of Azure"

// options returns how the feed is to be read.
func (in *ThreatInput) options() (threat.Options, error) {
	o := threat.Options{Confidence: in.Confidence, Columns: in.Columns, Format: threat.Format(strings.ToLower(in.Format))}
	if o.Format != threat.Auto && !slices.Contains(threat.Formats(), o.Format) {
		return o, fmt.Errorf("%q is no format of threat feeds: use %s", in.Format, threat.FormatWords())
	}
	if in.Confidence < 0 || in.Confidence > 100 {
		return o, fmt.Errorf("a confidence of %d is no percentage from 0 to 100", in.Confidence)
	}
	var err error
	if in.Category != "" {
		o.Category, err = threat.ParseCategory(in.Category)
	}
	return o, err
}

// ImportThreats takes a reading of a feed that nobody configured. What the feed
// held before and does not any more is no longer listed. A reading that would
// drop most of the feed is kept aside with an error, see threat.Kept.Take.
func (k *Keeper) ImportThreats(ctx context.Context, in ThreatInput) (*ThreatReport, error) {
	fail := func(err error) (*ThreatReport, error) {
		return nil, fmt.Errorf("cannot import %s as the threat feed %s: %w", in.File, in.Name, err)
	}
	if in.Name == "" || strings.ContainsAny(in.Name, "\n\r\t") {
		return nil, errors.New("cannot import a threat feed without a name: give it one with --name")
	}
	if s, taken := k.configured(in.Name); taken {
		return fail(fmt.Errorf("the configuration has a feed of that name, which is read from %s; choose another with --name", threat.ShownLocation(s.Location)))
	}
	options, err := in.options()
	if err != nil {
		return fail(err)
	}
	l, err := threat.Parse(bytes.NewReader(in.Content), options)
	if err != nil {
		return fail(err)
	}
	k.change.Lock()
	defer k.change.Unlock()
	if in.At.IsZero() {
		in.At = k.now()
	}
	next := *k.known.Load()
	f, before := newFeed(in.Name), next.feed(in.Name)
	if before != nil {
		*f = *before
		history := *before.history // what is known does not change
		f.history = &history
	}
	changes, shrunk := f.take(l, &in, k.config.Shrink)
	if err := k.learnFeed(ctx, &next, f, before); err != nil {
		return nil, err
	}
	if shrunk != nil {
		return fail(fmt.Errorf("%w; or import it with --confirm", shrunk))
	}
	return reportOfFeed(f, l, changes, next.loss(in.Name)), nil
}

// take takes a reading by hand, or keeps it aside with an error.
func (f *feed) take(l *threat.Listing, in *ThreatInput, shrink threat.Shrink) (threat.Changes, error) {
	f.Source = 0
	kept := &threat.Kept{Source: threat.Source{Name: f.name, Shrink: shrink}, History: f.history, Aside: f.aside, State: f.State}
	c, err := kept.Take(l, in.At, in.Confirm)
	f.history, f.aside, f.State = kept.History, kept.Aside, kept.State
	f.State.Checked, f.State.NextTry, f.State.Failures, f.State.Error = in.At, time.Time{}, 0, ""
	f.State.Version, f.State.Modified = "", ""
	if err != nil {
		f.State.Failures, f.State.Error = 1, err.Error()
		return c, err
	}
	f.State.Good = in.At
	return c, nil
}

// learnFeed makes a feed known that was another before, or none.
func (k *Keeper) learnFeed(ctx context.Context, next *known, f, before *feed) error {
	l, other, err := f.learning(before)
	if err != nil {
		return err
	}
	next.take(f, other)
	return k.learn(ctx, next, l)
}

// ConfirmFeed takes the reading of a feed that is kept aside since it drops
// most of what the feed holds.
func (k *Keeper) ConfirmFeed(ctx context.Context, name string) error {
	k.change.Lock()
	defer k.change.Unlock()
	next := *k.known.Load()
	before := next.feed(name)
	if before == nil {
		return fmt.Errorf("cannot confirm the threat feed %s: there is none of that name; weir threat list shows which there are", name)
	}
	f := *before
	kept := &threat.Kept{History: f.history, Aside: f.aside, State: f.State}
	if !kept.Confirm() {
		return fmt.Errorf("cannot confirm the threat feed %s: no reading of it is kept aside", name)
	}
	f.history, f.aside, f.State = kept.History, nil, kept.State
	return k.learnFeed(ctx, &next, &f, before)
}

func reportOfFeed(f *feed, l *threat.Listing, c threat.Changes, loss threat.Loss) *ThreatReport {
	r := &ThreatReport{
		Name: f.name, Time: f.State.Good, Indicators: f.State.Indicators, Added: c.Added, Gone: c.Gone, Kept: c.Kept,
		Categories: map[string]int{}, Rejected: l.Rejected, Samples: append([]string{}, l.Samples...), Skipped: map[string]int{},
		Lost: map[string]int{}, Cut: loss.Cut,
	}
	r.Addresses, r.Networks6 = l.Addresses()
	for _, i := range l.Indicators {
		if !i.Part { // a range is one indicator
			r.Categories[i.Category.String()]++
		}
	}
	for why, n := range l.Skipped {
		r.Skipped[why] = n
	}
	for why, n := range loss.Special {
		r.Lost[why] = n
	}
	if loss.Azure > 0 {
		r.Lost[lostToAzure] = loss.Azure
	}
	return r
}

// loss returns what a feed loses.
func (n *known) loss(name string) threat.Loss {
	for _, l := range n.threats.Losses() {
		if l.Feed == name {
			return l
		}
	}
	return threat.Loss{}
}

// ForgetFeed removes a feed that nobody configured, with all that it ever
// listed, as if it had never been read.
func (k *Keeper) ForgetFeed(ctx context.Context, name string) error {
	if _, taken := k.configured(name); taken {
		return fmt.Errorf("cannot remove the threat feed %s: the configuration names it; take it out there, then remove what it listed", name)
	}
	k.change.Lock()
	defer k.change.Unlock()
	next := *k.known.Load()
	if next.feed(name) == nil {
		return fmt.Errorf("cannot remove the threat feed %s: there is none of that name; weir threat list shows which there are", name)
	}
	next.feeds = slices.DeleteFunc(slices.Clone(next.feeds), func(f *feed) bool { return f.name == name })
	next.threats = nil
	return k.learn(ctx, &next, store.Learning{Remove: []store.DocumentName{
		{Kind: kindFeed, Name: name}, {Kind: kindFeedState, Name: name}, {Kind: kindFeedAside, Name: name},
	}})
}
