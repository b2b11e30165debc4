// Package loganalytics answers questions in KQL as the query API of Azure's log
// search does, so that its clients work with Weir as they are.
package loganalytics

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"weir/internal/store"
)

// Prefix is where the API lives.
const Prefix = "/v1/"

// Bounds of what one answer holds, as the service has them.
const (
	maxRows  = 500_000
	maxBytes = 64 << 20 // of the rows as they are sent
)

// Config is what a Handler needs. Only Store is required.
type Config struct {
	Store store.Store
	// Catch does work and returns its error, or one that says so where it
	// panicked; nil: a panic is the caller's.
	Catch func(where string, work func() error) error
	// Client names who asks, for the number of questions at once; nil: all are one.
	Client func(*http.Request) string
	Log    *slog.Logger // of what could not be answered; nil: nowhere
}

// Handler answers what stands below Prefix.
type Handler struct {
	store  store.Store
	catch  func(string, func() error) error
	client func(*http.Request) string
	log    *slog.Logger
	queues queues

	maxRows, maxBytes int
	contentTime       time.Duration // for a question to arrive
}

// New returns a Handler.
func New(c Config) *Handler {
	h := &Handler{store: c.Store, catch: c.Catch, client: c.Client, log: c.Log, maxRows: maxRows, maxBytes: maxBytes, contentTime: contentTime}
	if h.catch == nil {
		h.catch = func(_ string, work func() error) error { return work() }
	}
	if h.client == nil {
		h.client = func(*http.Request) string { return "" }
	}
	if h.log == nil {
		h.log = slog.New(slog.DiscardHandler)
	}
	return h
}

// Pattern names the route of a path for metrics, where there is one.
func Pattern(path string) string {
	switch kind, _ := routeOf(path); kind {
	case routeBatch:
		return Prefix + "$batch"
	case routeQuery:
		return Prefix + "{id}/query"
	case routeMetadata:
		return Prefix + "{id}/metadata"
	}
	return ""
}

type route int

const (
	routeNone route = iota
	routeQuery
	routeMetadata
	routeBatch
)

// routeOf finds what a path asks for. Clients paste the id of a resource as it
// is, with its slashes, so the end of the path decides. The id is returned.
func routeOf(path string) (route, string) {
	rest, ok := strings.CutPrefix(path, Prefix)
	if !ok {
		return routeNone, ""
	}
	rest = strings.TrimPrefix(rest, "/") // where an id begins with one
	if rest == "$batch" {
		return routeBatch, ""
	}
	at := strings.LastIndexByte(rest, '/')
	if at < 0 {
		return routeNone, ""
	}
	id, verb := rest[:at], rest[at+1:]
	if name, found := strings.CutPrefix(id, "workspaces/"); found && (name == "" || strings.Contains(name, "/")) ||
		!found && !strings.HasPrefix(strings.ToLower(id), "subscriptions/") {
		return routeNone, ""
	}
	switch verb {
	case "query":
		return routeQuery, id
	case "metadata":
		return routeMetadata, id
	}
	return routeNone, ""
}

// ServeHTTP implements http.Handler.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	kind, id := routeOf(r.URL.Path)
	allow := "GET, POST"
	if kind == routeBatch {
		allow = "POST"
	}
	switch {
	case kind == routeNone:
		writeFault(w, notFound(r.URL.Path))
		return
	case r.Method != http.MethodPost && (r.Method != http.MethodGet || kind == routeBatch):
		w.Header().Set("Allow", allow)
		writeFault(w, notAllowed(r.Method, allow))
		return
	}
	switch kind {
	case routeQuery:
		h.serveQuery(w, r)
	case routeMetadata:
		h.serveMetadata(w, r, id)
	case routeBatch:
		h.serveBatch(w, r)
	}
}

func (h *Handler) serveQuery(w http.ResponseWriter, r *http.Request) {
	q, f := h.read(w, r)
	if f != nil {
		writeFault(w, f)
		return
	}
	turn, f := h.queues.take(r.Context(), h.client(r), q.wait)
	if f != nil {
		writeFault(w, f)
		return
	}
	defer turn()
	out := newAnswer(&httpTop{w})
	h.answer(r.Context(), q, out)
	out.end()
}

// answer answers a question. What is wrong is told in the answer.
func (h *Handler) answer(ctx context.Context, q *question, out *answer) {
	ctx, cancel := context.WithDeadline(ctx, q.began.Add(q.wait))
	defer cancel()
	err := h.catch(Prefix+"query", func() error { return h.ask(ctx, q, out) })
	if err == nil {
		return
	}
	f := faultOf(ctx, err, q)
	if f.status >= http.StatusInternalServerError && f.status != http.StatusGatewayTimeout && ctx.Err() == nil {
		h.log.Error("cannot answer a query", "correlation", f.correlation, "error", err)
	}
	out.fail(f)
}
