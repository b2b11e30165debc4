package client_test

import (
	"context"
	"errors"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"weir/internal/enrich"
	"weir/internal/enrich/threat"
	"weir/internal/flow"
	"weir/internal/knowledge"
	"weir/internal/query/querytest"
	"weir/internal/server"
	"weir/internal/settle"
	"weir/internal/store"
	"weir/internal/topology"
)

// learner teaches a real keeper, and tells of progress as weir serve does.
type learner struct {
	*knowledge.Keeper
	store store.Store
	after error // of what follows a change
}

func learn[T any](ctx context.Context, l *learner, progress func(settle.Progress), report *T, err error) (*T, error) {
	if err != nil {
		return nil, err
	}
	if l.after != nil {
		return report, l.after
	}
	progress(settle.Progress{What: "testing", Done: 1, Total: 2})
	_, err = settle.Run(ctx, settle.Config{Store: l.store, Keeper: l.Keeper, Progress: progress})
	return report, err
}

func (l *learner) ImportTopology(ctx context.Context, in knowledge.TopologyInput, progress func(settle.Progress)) (*knowledge.TopologyReport, error) {
	r, err := l.Keeper.ImportTopology(ctx, in)
	return learn(ctx, l, progress, r, err)
}

func (l *learner) ImportServiceTags(ctx context.Context, in knowledge.ServiceTagsInput, progress func(settle.Progress)) (*knowledge.ServiceTagsReport, error) {
	r, err := l.Keeper.ImportServiceTags(ctx, in)
	return learn(ctx, l, progress, r, err)
}

func (l *learner) ImportThreats(ctx context.Context, in knowledge.ThreatInput, progress func(settle.Progress)) (*knowledge.ThreatReport, error) {
	r, err := l.Keeper.ImportThreats(ctx, in)
	return learn(ctx, l, progress, r, err)
}

func (l *learner) Allow(ctx context.Context, entries []threat.Allow, progress func(settle.Progress)) (*knowledge.AllowReport, error) {
	r, err := l.Keeper.Allow(ctx, entries)
	return learn(ctx, l, progress, r, err)
}

func (l *learner) Disallow(ctx context.Context, addresses []string, progress func(settle.Progress)) (*knowledge.AllowReport, error) {
	r, err := l.Keeper.Disallow(ctx, addresses)
	return learn(ctx, l, progress, r, err)
}

func (l *learner) ForgetServiceTags(ctx context.Context, day time.Time, progress func(settle.Progress)) error {
	_, err := learn(ctx, l, progress, new(struct{}), l.Keeper.ForgetServiceTags(ctx, day))
	return err
}

func (l *learner) ForgetFeed(ctx context.Context, name string, progress func(settle.Progress)) error {
	_, err := learn(ctx, l, progress, new(struct{}), l.Keeper.ForgetFeed(ctx, name))
	return err
}

func (l *learner) ConfirmFeed(ctx context.Context, name string, progress func(settle.Progress)) error {
	_, err := learn(ctx, l, progress, new(struct{}), l.Keeper.ConfirmFeed(ctx, name))
	return err
}

func newLearner(t *testing.T) *learner {
	t.Helper()
	s := querytest.Open(t)
	k, err := knowledge.Open(t.Context(), knowledge.Config{Store: s})
	if err != nil {
		t.Fatal(err)
	}
	return &learner{Keeper: k, store: s}
}

func inventory() *topology.Inventory {
	return &topology.Inventory{VNets: []topology.VNet{{
		Head:     topology.Head{ID: "/subscriptions/s1/resourcegroups/rg/providers/microsoft.network/virtualnetworks/hub"},
		Prefixes: []netip.Prefix{netip.MustParsePrefix("10.1.0.0/16")},
	}}}
}

// What is learned through the socket has the report, the progress and the
// errors that it has without it.
func TestKnow(t *testing.T) {
	there, here := newLearner(t), newLearner(t)
	dir := t.TempDir()
	serve(t, dir, server.Config{Store: there.store, Know: there.Keeper, Learn: there})
	c := connect(t, dir)
	ctx := t.Context()
	steps := 0
	progress := func(p settle.Progress) {
		if p.What == "testing" && p.Total == 2 {
			steps++
		}
	}
	quiet := func(settle.Progress) {}

	both := func(what string, learn func(l server.Learner, progress func(settle.Progress)) (any, error)) {
		t.Helper()
		got, gotErr := learn(c, progress)
		want, wantErr := learn(here, quiet)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-here +through the socket):\n%s", what, diff)
		}
		text := func(err error) string {
			if err == nil {
				return ""
			}
			return err.Error()
		}
		if diff := cmp.Diff(text(wantErr), text(gotErr)); diff != "" {
			t.Errorf("%s, error (-here +through the socket):\n%s", what, diff)
		}
	}
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	both("topology", func(l server.Learner, p func(settle.Progress)) (any, error) {
		return l.ImportTopology(ctx, knowledge.TopologyInput{Inventory: inventory(), At: at, Partial: true, Source: "a file\nwith two lines"}, p)
	})
	both("snapshots", func(l server.Learner, _ func(settle.Progress)) (any, error) { return l.Snapshots(ctx) })
	tags := []byte(`{"changeNumber": 7, "cloud": "Public", "values": [` + "\n" + `{"name": "AzureCloud", "properties": {"addressPrefixes": ["20.60.0.0/16", "x"]}}]}`)
	both("service tags", func(l server.Learner, p func(settle.Progress)) (any, error) {
		return l.ImportServiceTags(ctx, knowledge.ServiceTagsInput{Name: "tags.json", Date: at, Content: tags}, p)
	})
	both("list of service tags", func(l server.Learner, _ func(settle.Progress)) (any, error) { return l.ServiceTags(ctx) })
	both("threats", func(l server.Learner, p func(settle.Progress)) (any, error) {
		return l.ImportThreats(ctx, knowledge.ThreatInput{Name: "list", At: at, Category: "c2", Content: []byte("45.83.64.7\n10.0.0.1\n20.60.1.1\nnonsense\n45.83.64.8\n")}, p)
	})
	both("allow", func(l server.Learner, p func(settle.Progress)) (any, error) {
		return l.Allow(ctx, []threat.Allow{{Text: "45.83.64.8", Who: "ann", Why: "a test", Until: at.Add(time.Hour)}}, p)
	})
	if steps != 4 {
		t.Errorf("progress was told %d times, want 4", steps)
	}
	lookup := func(k interface {
		Lookup(context.Context, flow.Addr, time.Time, topology.Capture) (*enrich.AddressFacts, error)
	}, address string, from topology.Capture,
	) func() (*enrich.AddressFacts, error) {
		return func() (*enrich.AddressFacts, error) { return k.Lookup(ctx, flow.MustParseAddr(address), at, from) }
	}
	vnet := topology.Capture{Target: string(inventory().VNets[0].ID), MAC: "000D3A000001"}
	for _, address := range []string{"10.1.0.4", "45.83.64.7", "45.83.64.8", "20.60.1.1", "2001:db8::1"} {
		same(t, "lookup of "+address, lookup(c, address, vnet), lookup(here, address, vnet))
	}
	q := enrich.FlowQuestion{
		Initiator: flow.MustParseAddr("10.1.0.4"), Responder: flow.MustParseAddr("45.83.64.7"), Port: 53, Protocol: 17, At: at, Direction: new(flow.Outbound), From: vnet,
	}
	bare := enrich.FlowQuestion{Initiator: q.Responder, Responder: q.Initiator} // says neither port nor direction
	in := bare
	in.Protocol, in.Direction = 1, new(flow.Inbound)
	for _, q := range []enrich.FlowQuestion{q, bare, in} {
		same(t, "explanation", func() (*enrich.Explanation, error) { return c.Explain(ctx, q) }, func() (*enrich.Explanation, error) { return here.Explain(ctx, q) })
	}
	same(t, "state", func() (*knowledge.State, error) { return c.Knowledge(ctx) }, func() (*knowledge.State, error) { return here.State(ctx) })

	// Mistakes keep their text.
	both("nothing", func(l server.Learner, p func(settle.Progress)) (any, error) {
		return l.ImportTopology(ctx, knowledge.TopologyInput{Inventory: &topology.Inventory{}}, p)
	})
	both("a web page", func(l server.Learner, p func(settle.Progress)) (any, error) {
		return l.ImportThreats(ctx, knowledge.ThreatInput{Name: "list", File: "f", Content: []byte("<html>")}, p)
	})
	both("disallow", func(l server.Learner, p func(settle.Progress)) (any, error) {
		return l.Disallow(ctx, []string{"1.1.1.1"}, p)
	})
	both("forget", func(l server.Learner, p func(settle.Progress)) (any, error) { return nil, l.ForgetFeed(ctx, "none", p) })
	both("forget", func(l server.Learner, p func(settle.Progress)) (any, error) { return nil, l.ForgetFeed(ctx, "list", p) })

	both("forget tags", func(l server.Learner, p func(settle.Progress)) (any, error) {
		return nil, l.ForgetServiceTags(ctx, at.AddDate(1, 0, 0), p)
	})
	both("forget tags", func(l server.Learner, p func(settle.Progress)) (any, error) {
		return nil, l.ForgetServiceTags(ctx, at, p)
	})
	both("confirm", func(l server.Learner, p func(settle.Progress)) (any, error) {
		return nil, l.ConfirmFeed(ctx, "list", p)
	})

	// What was learned is told even where what follows it fails.
	there.after = errors.New("the disk is full")
	r, err := c.Disallow(ctx, []string{"45.83.64.8"}, nil)
	if err == nil || err.Error() != "the disk is full" || r == nil || r.Removed != 1 {
		t.Errorf("report %+v, error %v", r, err)
	}
}

func TestKnowRefused(t *testing.T) {
	dir := t.TempDir()
	serve(t, dir, server.Config{})
	c := connect(t, dir)
	_, err := c.Allow(t.Context(), []threat.Allow{{Text: "1.1.1.1"}}, nil)
	if err == nil || !strings.Contains(err.Error(), "keeps no knowledge about addresses") {
		t.Errorf("a server without knowledge: %v", err)
	}
	_, err = c.Lookup(t.Context(), flow.MustParseAddr("1.1.1.1"), time.Time{}, topology.Capture{})
	if err == nil || !strings.Contains(err.Error(), "keeps no knowledge about addresses") {
		t.Errorf("a look-up in a server without knowledge: %v", err)
	}
}
