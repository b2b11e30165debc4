// Package client speaks to the process that serves a store, through the socket
// in the store's folder. It gives the same answers as the store itself.
package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"weir/internal/filter"
	"weir/internal/insight"
	"weir/internal/query"
	"weir/internal/server/socket"
	"weir/internal/server/wire"
)

// ErrNotServing means that no process serves the store.
var ErrNotServing = socket.ErrNobody

// connectTimeout is how long a server may take to say who it is.
const connectTimeout = 10 * time.Second

// Client is a connection to the process that serves one store.
type Client struct {
	dir   string
	http  *http.Client
	hello wire.Hello
}

// Connect reaches the process that serves the store in a folder;
// ErrNotServing if there is none.
func Connect(ctx context.Context, dataDir string) (*Client, error) {
	c := &Client{dir: dataDir, http: &http.Client{Transport: &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) { return socket.Dial(ctx, dataDir) },
		// Everything stays on this machine.
		DisableCompression: true,
	}}}
	hello, cancel := context.WithTimeout(ctx, connectTimeout)
	defer cancel()
	err := c.call(hello, http.MethodGet, wire.HelloPath, nil, &c.hello)
	switch {
	case errors.Is(err, ErrNotServing):
		return nil, ErrNotServing
	case errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil:
		return nil, fmt.Errorf("cannot reach the server of %s: it holds the store but does not answer; stop it and start it again", dataDir)
	case err != nil:
		return nil, err
	case c.hello.Protocol != wire.Protocol:
		return nil, fmt.Errorf("cannot work through the server of %s: it is weir %s (process %d) and speaks another version of the protocol; "+
			"use that version, or start the server with this one", dataDir, c.hello.Version, c.hello.PID)
	}
	return c, nil
}

// Close gives the connection back.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// ServerVersion returns the version of the weir that serves.
func (c *Client) ServerVersion() string { return c.hello.Version }

// Status returns what runs and how fresh its data is.
func (c *Client) Status(ctx context.Context) (*insight.StatusAnswer, error) {
	return get[insight.StatusAnswer](ctx, c, "status", nil)
}

// Hosts is insight.Hosts of the served store.
func (c *Client) Hosts(ctx context.Context, q insight.Question) (*insight.HostsAnswer, error) {
	return get[insight.HostsAnswer](ctx, c, "top/hosts", values(q))
}

// Conversations is insight.Conversations of the served store.
func (c *Client) Conversations(ctx context.Context, q insight.Question) (*insight.ConversationsAnswer, error) {
	return get[insight.ConversationsAnswer](ctx, c, "top/conversations", values(q))
}

// Ports is insight.Ports of the served store.
func (c *Client) Ports(ctx context.Context, q insight.Question) (*insight.PortsAnswer, error) {
	return get[insight.PortsAnswer](ctx, c, "top/ports", values(q))
}

// Rules is insight.Rules of the served store.
func (c *Client) Rules(ctx context.Context, q insight.Question) (*insight.RulesAnswer, error) {
	return get[insight.RulesAnswer](ctx, c, "top/rules", values(q))
}

// Table is insight.Table of the served store.
func (c *Client) Table(ctx context.Context, split string, q insight.TableQuestion) (*insight.TableAnswer, error) {
	v := tableValues(q)
	number(v, "offset", q.Offset)
	return get[insight.TableAnswer](ctx, c, "table/"+split, v)
}

// Export writes all rows of a table of the served store, in a form.
func (c *Client) Export(ctx context.Context, w io.Writer, format, split string, q insight.TableQuestion) error {
	q.Limit = 0
	v := tableValues(q)
	v.Set("split", split)
	v.Set("format", format)
	body, err := c.send(ctx, http.MethodGet, "/api/v1/table/export?"+v.Encode(), nil)
	if err != nil {
		return err
	}
	defer body.Close()
	if _, err := io.Copy(w, body); err != nil {
		return c.broken(ctx, err)
	}
	return nil
}

func tableValues(q insight.TableQuestion) url.Values {
	v := values(q.Question)
	if q.Sort != "" {
		v.Set("sort", q.Sort)
	}
	return v
}

// Flows is insight.FlowList of the served store.
func (c *Client) Flows(ctx context.Context, q insight.FlowsQuestion) (*insight.FlowsAnswer, error) {
	v := values(insight.Question{From: q.From, To: q.To, Where: q.Where, Limit: q.Limit})
	for name, text := range map[string]string{"sort": q.Sort, "after": q.After} {
		if text != "" {
			v.Set(name, text)
		}
	}
	if q.Count {
		v.Set("count", "true")
	}
	return get[insight.FlowsAnswer](ctx, c, "flows", v)
}

// FlowObjects is insight.FlowObjects of the served store.
func (c *Client) FlowObjects(ctx context.Context, q insight.FlowObjectsQuestion) (*insight.FlowObjectsAnswer, error) {
	return get[insight.FlowObjectsAnswer](ctx, c, "flows/objects", url.Values{
		"family": {q.Log.Family.String()}, "mac": {q.Log.MAC}, "target": {q.Log.Target}, "flowLog": {q.Log.FlowLog},
		"first": {q.First.UTC().Format(time.RFC3339Nano)}, "last": {q.Last.UTC().Format(time.RFC3339Nano)},
	})
}

// Series is insight.Series of the served store.
func (c *Client) Series(ctx context.Context, split string, q insight.Question, points int) (*insight.SeriesAnswer, error) {
	v := values(q)
	number(v, "points", points)
	return get[insight.SeriesAnswer](ctx, c, "series/"+split, v)
}

// Host is insight.OneHost of the served store.
func (c *Client) Host(ctx context.Context, q insight.HostQuestion) (*insight.HostAnswer, error) {
	v := values(q.Question)
	for name, text := range map[string]string{"host": q.Host, "vnet": q.VNet} {
		if text != "" {
			v.Set(name, text)
		}
	}
	number(v, "points", q.Points)
	return get[insight.HostAnswer](ctx, c, "host", v)
}

// Findings is insight.Findings of the served store.
func (c *Client) Findings(ctx context.Context, q insight.Question) (*insight.FindingsAnswer, error) {
	q.By, q.Limit = "", 0 // it takes neither
	return get[insight.FindingsAnswer](ctx, c, "findings", values(q))
}

// Gateways is insight.Gateways of the served store, with what it knows.
func (c *Client) Gateways(ctx context.Context, q insight.Question) (*insight.GatewaysAnswer, error) {
	q.By, q.Limit = "", 0 // it takes neither
	return get[insight.GatewaysAnswer](ctx, c, "gateways", values(q))
}

// RuleUses is insight.RuleUses of the served store, with what it knows.
func (c *Client) RuleUses(ctx context.Context, q insight.RuleQuestion) (*insight.RuleUsesAnswer, error) {
	return get[insight.RuleUsesAnswer](ctx, c, "rules", shown(q.Question, string(q.Show), q.Sort, q.Offset))
}

// Open is insight.Open of the served store, with what it knows.
func (c *Client) Open(ctx context.Context, q insight.OpenQuestion) (*insight.OpenAnswer, error) {
	return get[insight.OpenAnswer](ctx, c, "open", shown(q.Question, string(q.Show), q.Sort, q.Offset))
}

// shown are the values of a question for some of the rows.
func shown(q insight.Question, show, sort string, offset int) url.Values {
	v := values(q)
	for name, text := range map[string]string{"show": show, "sort": sort} {
		if text != "" {
			v.Set(name, text)
		}
	}
	number(v, "offset", offset)
	return v
}

// Values is insight.Values of the served store.
func (c *Client) Values(ctx context.Context, q insight.ValuesQuestion) (*insight.ValuesAnswer, error) {
	v := values(insight.Question{From: q.From, To: q.To, Limit: q.Limit})
	v.Set("field", q.Field)
	v.Set("begin", q.Begin)
	return get[insight.ValuesAnswer](ctx, c, "values", v)
}

// Traffic is insight.Traffic of the served store.
func (c *Client) Traffic(ctx context.Context, from, to time.Time, where query.Condition, points int) (*insight.TrafficAnswer, error) {
	v := values(insight.Question{From: from, To: to, Where: where})
	number(v, "points", points)
	return get[insight.TrafficAnswer](ctx, c, "traffic", v)
}

// Objects is insight.Objects of the served store.
func (c *Client) Objects(ctx context.Context, state string, limit int) (*insight.ObjectsAnswer, error) {
	v := url.Values{}
	if state != "" {
		v.Set("state", state)
	}
	number(v, "limit", limit)
	return get[insight.ObjectsAnswer](ctx, c, "objects", v)
}

// Environment is insight.Environment of the served store, with what it knows.
func (c *Client) Environment(ctx context.Context, q insight.Question) (*insight.EnvironmentAnswer, error) {
	q.Limit = 0 // it takes none
	return get[insight.EnvironmentAnswer](ctx, c, "environment", values(q))
}

// Backends is insight.Backends of the served store, with what it knows.
func (c *Client) Backends(ctx context.Context, q insight.Question) (*insight.BackendsAnswer, error) {
	q.Limit = 0 // it takes none
	return get[insight.BackendsAnswer](ctx, c, "map/backends", values(q))
}

// NetworkMap is insight.NetworkMap of the served store, with what it knows.
func (c *Client) NetworkMap(ctx context.Context, q insight.MapQuestion) (*insight.MapAnswer, error) {
	v := values(q.Question)
	for _, name := range q.Open {
		v.Add("open", name)
	}
	for _, name := range q.Inside {
		v.Add("inside", name)
	}
	return get[insight.MapAnswer](ctx, c, "map/networks", v)
}

// GeoMap is insight.GeoMap of the served store, with what it knows.
func (c *Client) GeoMap(ctx context.Context, q insight.MapQuestion) (*insight.GeoAnswer, error) {
	return get[insight.GeoAnswer](ctx, c, "map/geography", values(q.Question))
}

// Sources is how the sources of the server stand.
func (c *Client) Sources(ctx context.Context) (*insight.SourcesAnswer, error) {
	return get[insight.SourcesAnswer](ctx, c, "sources", nil)
}

// Coverage is insight.Coverage of the served store, with what it knows.
func (c *Client) Coverage(ctx context.Context, limit, offset int) (*insight.CoverageAnswer, error) {
	v := url.Values{}
	number(v, "limit", limit)
	number(v, "offset", offset)
	return get[insight.CoverageAnswer](ctx, c, "coverage", v)
}

// Disk is insight.Disk of the served store.
func (c *Client) Disk(ctx context.Context) (*insight.StoreAnswer, error) {
	return get[insight.StoreAnswer](ctx, c, "store", nil)
}

// Rejects is insight.Rejects of the served store.
func (c *Client) Rejects(ctx context.Context, limit int) (*insight.RejectsAnswer, error) {
	v := url.Values{}
	number(v, "limit", limit)
	return get[insight.RejectsAnswer](ctx, c, "rejects", v)
}

func values(q insight.Question) url.Values {
	v := url.Values{}
	for name, t := range map[string]time.Time{"from": q.From, "to": q.To} {
		if !t.IsZero() {
			v.Set(name, t.UTC().Format(time.RFC3339Nano))
		}
	}
	if q.By != "" {
		v.Set("by", string(q.By))
	}
	if q.Where != nil {
		v.Set("where", filter.Print(q.Where))
	}
	if q.Compare != "" {
		v.Set("compare", string(q.Compare))
	}
	number(v, "limit", q.Limit)
	return v
}

func number(v url.Values, name string, n int) {
	if n != 0 {
		v.Set(name, strconv.Itoa(n))
	}
}

func get[T any](ctx context.Context, c *Client, name string, v url.Values) (*T, error) {
	var answer T
	if err := c.call(ctx, http.MethodGet, "/api/v1/"+name+"?"+v.Encode(), nil, &answer); err != nil {
		return nil, err
	}
	return &answer, nil
}

// call sends a request and reads its answer as one JSON value; into may be nil.
func (c *Client) call(ctx context.Context, method, path string, in, into any) error {
	body, err := c.send(ctx, method, path, in)
	if err != nil {
		return err
	}
	defer body.Close()
	if into == nil {
		return nil
	}
	if err := json.NewDecoder(body).Decode(into); err != nil {
		return c.broken(ctx, err)
	}
	_, _ = io.Copy(io.Discard, body) // so that the connection can be used again
	return nil
}

// send sends a request and returns the body of its answer, or the problem that
// the answer is.
func (c *Client) send(ctx context.Context, method, path string, in any) (io.ReadCloser, error) {
	var body io.Reader
	if in != nil {
		text, err := json.Marshal(in)
		if err != nil {
			return nil, fmt.Errorf("cannot ask the server of %s: %w", c.dir, err)
		}
		body = bytes.NewReader(text)
	}
	return c.sendBody(ctx, method, path, body)
}

// sendBody sends a request with a body of any kind.
func (c *Client) sendBody(ctx context.Context, method, path string, body io.Reader) (io.ReadCloser, error) {
	// The host is of no account: every connection goes to the socket.
	r, err := http.NewRequestWithContext(ctx, method, "http://weir"+path, body)
	if err != nil {
		return nil, fmt.Errorf("cannot ask the server of %s: %w", c.dir, err)
	}
	res, err := c.http.Do(r)
	if err != nil {
		return nil, c.broken(ctx, err)
	}
	if res.StatusCode < 300 {
		return res.Body, nil
	}
	defer res.Body.Close()
	return nil, c.problem(res)
}

// problem returns the problem document (RFC 9457) of an answer as an error.
func (c *Client) problem(res *http.Response) error {
	var p struct {
		Detail string `json:"detail"`
		Errors []struct {
			Location string `json:"location"`
		} `json:"errors"`
	}
	if err := json.NewDecoder(res.Body).Decode(&p); err != nil || p.Detail == "" {
		return fmt.Errorf("the server of %s answered %s", c.dir, res.Status)
	}
	if res.StatusCode == http.StatusUnprocessableEntity && len(p.Errors) > 0 {
		if field, ok := strings.CutPrefix(p.Errors[0].Location, "query."); ok {
			return &insight.AskError{Field: field, Text: p.Detail}
		}
	}
	return errors.New(p.Detail)
}

// broken explains an answer that did not arrive whole.
func (c *Client) broken(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if errors.Is(err, ErrNotServing) {
		return ErrNotServing
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("the server of %s ended in the middle of an answer; see its log", c.dir)
	}
	return fmt.Errorf("cannot ask the server of %s: %w", c.dir, err)
}
