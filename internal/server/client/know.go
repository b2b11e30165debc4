package client

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"weir/internal/enrich"
	"weir/internal/enrich/threat"
	"weir/internal/flow"
	"weir/internal/knowledge"
	"weir/internal/server/wire"
	"weir/internal/settle"
	"weir/internal/store"
	"weir/internal/topology"
)

// ImportTopology has the server take an inventory; see server.Learner.
func (c *Client) ImportTopology(ctx context.Context, in knowledge.TopologyInput, progress func(settle.Progress)) (*knowledge.TopologyReport, error) {
	in.Inventory.Sort()
	content, err := in.Inventory.Encode()
	if err != nil {
		return nil, err
	}
	return know[knowledge.TopologyReport](ctx, c, wire.Topology, in, content, progress)
}

// ImportServiceTags has the server take a file of service tags; see server.Learner.
func (c *Client) ImportServiceTags(ctx context.Context, in knowledge.ServiceTagsInput, progress func(settle.Progress)) (*knowledge.ServiceTagsReport, error) {
	return know[knowledge.ServiceTagsReport](ctx, c, wire.ServiceTags, in, in.Content, progress)
}

// ImportThreats has the server take a reading of a feed; see server.Learner.
func (c *Client) ImportThreats(ctx context.Context, in knowledge.ThreatInput, progress func(settle.Progress)) (*knowledge.ThreatReport, error) {
	return know[knowledge.ThreatReport](ctx, c, wire.Threats, in, in.Content, progress)
}

// Allow has the server add to the allow-list; see server.Learner.
func (c *Client) Allow(ctx context.Context, entries []threat.Allow, progress func(settle.Progress)) (*knowledge.AllowReport, error) {
	return know[knowledge.AllowReport](ctx, c, wire.Allow, entries, nil, progress)
}

// Disallow has the server take addresses off the allow-list; see server.Learner.
func (c *Client) Disallow(ctx context.Context, addresses []string, progress func(settle.Progress)) (*knowledge.AllowReport, error) {
	return know[knowledge.AllowReport](ctx, c, wire.Disallow, addresses, nil, progress)
}

// ForgetFeed has the server forget a feed; see server.Learner.
func (c *Client) ForgetFeed(ctx context.Context, name string, progress func(settle.Progress)) error {
	_, err := know[struct{}](ctx, c, wire.ForgetFeed, name, nil, progress)
	return err
}

// ForgetServiceTags has the server forget service tags; see server.Learner.
func (c *Client) ForgetServiceTags(ctx context.Context, day time.Time, progress func(settle.Progress)) error {
	_, err := know[struct{}](ctx, c, wire.ForgetServiceTags, day, nil, progress)
	return err
}

// ConfirmFeed has the server take a reading that it keeps aside; see server.Learner.
func (c *Client) ConfirmFeed(ctx context.Context, name string, progress func(settle.Progress)) error {
	_, err := know[struct{}](ctx, c, wire.ConfirmFeed, name, nil, progress)
	return err
}

// Compact has the server give back what is free inside its store.
func (c *Client) Compact(ctx context.Context, progress func(settle.Progress)) (*store.Compacted, error) {
	return know[store.Compacted](ctx, c, wire.Compact, struct{}{}, nil, progress)
}

// Snapshots returns the inventories that the server keeps.
func (c *Client) Snapshots(ctx context.Context) ([]knowledge.SnapshotState, error) {
	return list[knowledge.SnapshotState](ctx, c, wire.Snapshots)
}

// ServiceTags returns the service tags that the server keeps.
func (c *Client) ServiceTags(ctx context.Context) ([]knowledge.ServiceTagsVersion, error) {
	return list[knowledge.ServiceTagsVersion](ctx, c, wire.ServiceTagsList)
}

// Lookup says all that is known of an address; see knowledge.Keeper.
func (c *Client) Lookup(ctx context.Context, a flow.Addr, at time.Time, from topology.Capture) (*enrich.AddressFacts, error) {
	v := seenFrom(at, from)
	v.Set("address", a.Netip().String())
	return get[enrich.AddressFacts](ctx, c, "lookup", v)
}

// Explain says what kind of flow a flow is, and why; see knowledge.Keeper.
func (c *Client) Explain(ctx context.Context, q enrich.FlowQuestion) (*enrich.Explanation, error) {
	v := seenFrom(q.At, q.From)
	v.Set("initiator", q.Initiator.Netip().String())
	v.Set("responder", q.Responder.Netip().String())
	v.Set("port", strconv.Itoa(int(q.Port)))
	if q.Protocol != 0 {
		v.Set("protocol", strconv.Itoa(int(q.Protocol)))
	}
	if q.Direction != nil {
		v.Set("direction", map[flow.Direction]string{flow.Inbound: "in", flow.Outbound: "out"}[*q.Direction])
	}
	return get[enrich.Explanation](ctx, c, "explain", v)
}

// Knowledge says what is known, and how fresh it is.
func (c *Client) Knowledge(ctx context.Context) (*knowledge.State, error) {
	return get[knowledge.State](ctx, c, "knowledge", nil)
}

func seenFrom(at time.Time, from topology.Capture) url.Values {
	v := url.Values{}
	for name, value := range map[string]string{"target": from.Target, "mac": from.MAC} {
		if value != "" {
			v.Set(name, value)
		}
	}
	if !at.IsZero() {
		v.Set("at", at.UTC().Format(time.RFC3339Nano))
	}
	return v
}

func list[T any](ctx context.Context, c *Client, name string) ([]T, error) {
	all, err := know[[]T](ctx, c, name, struct{}{}, nil, nil)
	if all == nil {
		return nil, err
	}
	return *all, err
}

// know has the server learn something and returns its report, nil if it has none.
func know[T any](ctx context.Context, c *Client, name string, in any, content []byte, progress func(settle.Progress)) (*T, error) {
	head, err := json.Marshal(in)
	if err != nil {
		return nil, fmt.Errorf("cannot ask the server of %s: %w", c.dir, err)
	}
	body, err := c.sendBody(ctx, http.MethodPost, wire.KnowPath+name, io.MultiReader(bytes.NewReader(append(head, '\n')), bytes.NewReader(content)))
	if err != nil {
		return nil, err
	}
	defer body.Close()
	d := json.NewDecoder(body)
	for {
		var line wire.KnowLine
		if err := d.Decode(&line); err != nil {
			return nil, c.broken(ctx, err)
		}
		if line.Progress != nil && progress != nil {
			progress(*line.Progress)
		}
		if !line.End {
			continue
		}
		var report *T
		if line.Report != nil {
			report = new(T)
			if err := json.Unmarshal(line.Report, report); err != nil {
				return nil, c.broken(ctx, err)
			}
		}
		if line.Error != nil {
			return report, line.Error
		}
		return report, nil
	}
}
