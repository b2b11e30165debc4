package main

import (
	"context"
	"fmt"
	"time"

	"weir/internal/config"
	"weir/internal/enrich"
	"weir/internal/enrich/geo"
	"weir/internal/enrich/threat"
	"weir/internal/flow"
	"weir/internal/knowledge"
	"weir/internal/settle"
	"weir/internal/topology"
)

// keeper opens what is known, when it is first needed: a question that does
// not ask for it should not wait for a million indicators.
func (l *local) keeper(ctx context.Context) (*knowledge.Keeper, error) {
	l.opening.Lock()
	defer l.opening.Unlock()
	if l.kept != nil {
		return l.kept, nil
	}
	feeds, err := feedsOf(l.config)
	if err != nil {
		return nil, err
	}
	sites := make(map[string]geo.Point, len(l.config.Geo.Sites))
	for name, at := range l.config.Geo.Sites {
		if sites[name], err = geo.ParsePoint(at); err != nil {
			return nil, fmt.Errorf("cannot place the site %s: %w", name, err)
		}
	}
	k, err := knowledge.Open(ctx, knowledge.Config{
		Store: l.store, ReadOnly: l.reads, Geo: l.config.Geo.Databases, Sites: sites, Feeds: feeds,
		Shrink: threat.Shrink(l.config.Threat.Shrink), Applications: l.config.Applications, Learned: l.boundMemory,
	})
	if err != nil {
		return nil, err
	}
	l.kept, l.settled = k, newSettler(l.store, k)
	l.boundMemory()
	return k, nil
}

// feedsOf returns the feeds of a configuration.
func feedsOf(c *config.Config) ([]threat.Source, error) {
	var out []threat.Source
	for _, f := range c.Threat.Feeds {
		s, err := sourceOfFeed(f)
		if err != nil {
			return nil, err
		}
		s.Shrink = threat.Shrink(c.Threat.Shrink)
		out = append(out, s)
	}
	return out, nil
}

// sourceOfFeed returns a feed as it is read. Secrets that are not set are left
// out: only weir serve needs them, and has checked that they are.
func sourceOfFeed(f config.Feed) (threat.Source, error) {
	s := threat.Source{
		Name: f.Name, Location: f.Location, Every: f.Every, Timeout: f.Timeout, MaxBytes: int64(f.MaxSize), Redirects: f.Redirects,
		Options: threat.Options{Format: threat.Format(f.Format), Confidence: f.Confidence, Columns: f.Columns},
	}
	s.Header, _ = f.Header()
	if f.Category == "" {
		return s, nil
	}
	var err error
	if s.Options.Category, err = threat.ParseCategory(f.Category); err != nil {
		return s, fmt.Errorf("cannot use the feed %s: %w", f.Name, err)
	}
	return s, nil
}

// learned makes a change of what is known and brings what is stored up to it.
func learned[T any](ctx context.Context, l *local, progress func(settle.Progress), change func(*knowledge.Keeper) (*T, error)) (*T, error) {
	k, err := l.keeper(ctx)
	if err != nil {
		return nil, err
	}
	report, err := change(k)
	if err != nil {
		return nil, err
	}
	return report, l.settled.run(ctx, progress)
}

func (l *local) ImportTopology(ctx context.Context, in knowledge.TopologyInput, progress func(settle.Progress)) (*knowledge.TopologyReport, error) {
	return learned(ctx, l, progress, func(k *knowledge.Keeper) (*knowledge.TopologyReport, error) { return k.ImportTopology(ctx, in) })
}

func (l *local) ImportServiceTags(ctx context.Context, in knowledge.ServiceTagsInput, progress func(settle.Progress)) (*knowledge.ServiceTagsReport, error) {
	return learned(ctx, l, progress, func(k *knowledge.Keeper) (*knowledge.ServiceTagsReport, error) { return k.ImportServiceTags(ctx, in) })
}

func (l *local) ImportThreats(ctx context.Context, in knowledge.ThreatInput, progress func(settle.Progress)) (*knowledge.ThreatReport, error) {
	return learned(ctx, l, progress, func(k *knowledge.Keeper) (*knowledge.ThreatReport, error) { return k.ImportThreats(ctx, in) })
}

func (l *local) Allow(ctx context.Context, entries []threat.Allow, progress func(settle.Progress)) (*knowledge.AllowReport, error) {
	return learned(ctx, l, progress, func(k *knowledge.Keeper) (*knowledge.AllowReport, error) { return k.Allow(ctx, entries) })
}

func (l *local) Disallow(ctx context.Context, addresses []string, progress func(settle.Progress)) (*knowledge.AllowReport, error) {
	return learned(ctx, l, progress, func(k *knowledge.Keeper) (*knowledge.AllowReport, error) { return k.Disallow(ctx, addresses) })
}

func (l *local) ForgetFeed(ctx context.Context, name string, progress func(settle.Progress)) error {
	_, err := learned(ctx, l, progress, func(k *knowledge.Keeper) (*struct{}, error) { return nil, k.ForgetFeed(ctx, name) })
	return err
}

func (l *local) ForgetServiceTags(ctx context.Context, day time.Time, progress func(settle.Progress)) error {
	_, err := learned(ctx, l, progress, func(k *knowledge.Keeper) (*struct{}, error) { return nil, k.ForgetServiceTags(ctx, day) })
	return err
}

func (l *local) ConfirmFeed(ctx context.Context, name string, progress func(settle.Progress)) error {
	_, err := learned(ctx, l, progress, func(k *knowledge.Keeper) (*struct{}, error) { return nil, k.ConfirmFeed(ctx, name) })
	return err
}

func (l *local) Snapshots(ctx context.Context) ([]knowledge.SnapshotState, error) {
	k, err := l.keeper(ctx)
	if err != nil {
		return nil, err
	}
	return k.Snapshots(ctx)
}

func (l *local) ServiceTags(ctx context.Context) ([]knowledge.ServiceTagsVersion, error) {
	k, err := l.keeper(ctx)
	if err != nil {
		return nil, err
	}
	return k.ServiceTags(ctx)
}

func (l *local) Lookup(ctx context.Context, a flow.Addr, at time.Time, from topology.Capture) (*enrich.AddressFacts, error) {
	k, err := l.keeper(ctx)
	if err != nil {
		return nil, err
	}
	return k.Lookup(ctx, a, at, from)
}

func (l *local) Explain(ctx context.Context, q enrich.FlowQuestion) (*enrich.Explanation, error) {
	k, err := l.keeper(ctx)
	if err != nil {
		return nil, err
	}
	return k.Explain(ctx, q)
}

func (l *local) Knowledge(ctx context.Context) (*knowledge.State, error) {
	k, err := l.keeper(ctx)
	if err != nil {
		return nil, err
	}
	return k.State(ctx)
}
