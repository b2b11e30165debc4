// Package server is the HTTP side of Weir: the API and its document, the
// embedded page, metrics, and the control socket through which other commands
// use the store while it is being served.
package server

import (
	"context"
	"io/fs"
	"log/slog"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"weir/internal/insight"
	"weir/internal/pipeline"
	"weir/internal/server/access"
	"weir/internal/server/loganalytics"
	"weir/internal/service"
	"weir/internal/settle"
	"weir/internal/store"
)

// VersionInfo says what runs.
type VersionInfo struct {
	Version string
	Commit  string // empty where it is not known
	DuckDB  string
}

// IngestState is how far the reading of log objects has come.
type IngestState = insight.IngestState

// Config is what a Server needs. Only Store is required.
type Config struct {
	Store store.Store
	// MemoryMB is what the engine of the store may use, in MiB; 0: enough.
	MemoryMB int
	Version  VersionInfo
	Demo     bool  // the data is simulated
	Page     fs.FS // the built page with index.html at its root; nil where it is not built
	Log      *slog.Logger
	// Listen is the host and port that the TCP handler is reached at; a
	// request for any other host is refused, except for loopback names.
	Listen string
	// Names are further host names that are answered.
	Names []string
	// Guard decides who may ask over TCP; nil: who is on this machine.
	Guard *access.Guard
	// Certificate is what the page is served with over TLS; nil: without.
	Certificate *access.Certificate
	// Registry collects the metrics, for one Server only; nil: a new one.
	Registry *prometheus.Registry
	// Ingest reads paths for a client of the control socket; nil: refused.
	Ingest func(ctx context.Context, paths []string, progress func(pipeline.Progress)) (pipeline.Summary, error)
	// IngestState says what is being read; may be nil, and may return nil.
	IngestState func() *IngestState
	// Jobs says how what is done by the clock stands, and Sources the folders and
	// storage accounts that are read; they may be nil.
	Jobs    func() []service.State
	Sources func() []insight.SourceState
	// Know explains addresses and flows; nil: nobody does.
	Know Knower
	// Compact gives what is free inside the store back, for a client of the
	// control socket; nil: refused.
	Compact func(ctx context.Context, progress func(settle.Progress)) (*store.Compacted, error)
	// Retention is how long things are kept.
	Retention store.Retention
	// Learn changes what is known for a client of the control socket; nil: refused.
	Learn Learner
}

// Server answers HTTP requests about one store.
type Server struct {
	store       store.Store
	version     VersionInfo
	demo        bool
	page        fs.FS
	log         *slog.Logger
	listen      string
	names       []string
	guard       *access.Guard
	certificate *access.Certificate
	registry    *prometheus.Registry
	ingest      func(ctx context.Context, paths []string, progress func(pipeline.Progress)) (pipeline.Summary, error)
	ingestState func() *IngestState
	know        Knower
	learn       Learner
	retention   store.Retention
	compact     func(ctx context.Context, progress func(settle.Progress)) (*store.Compacted, error)
	jobs        func() []service.State
	sources     func() []insight.SourceState
	apiMux      *http.ServeMux
	kql         *loganalytics.Handler
	metrics     *metrics
	runs        runs
	started     int64 // when, in nanoseconds

	routes  map[string]cost   // of the API, by path
	sayings map[string]saying // how its questions are said in KQL, by path
	turns   *turns
	answers *answers
	pulse   latest[struct{}] // of the store
	watch   *watch           // of the status, for those who listen
}

// New returns a Server; it does nothing until one of its handlers is used.
func New(c Config) *Server {
	s := &Server{
		store: c.Store, version: c.Version, demo: c.Demo, page: c.Page, log: c.Log,
		listen: c.Listen, names: c.Names, guard: c.Guard, certificate: c.Certificate, registry: c.Registry, ingest: c.Ingest, ingestState: c.IngestState, know: c.Know, learn: c.Learn, retention: c.Retention, compact: c.Compact, jobs: c.Jobs, sources: c.Sources,
		apiMux: http.NewServeMux(), routes: map[string]cost{}, sayings: map[string]saying{}, started: time.Now().UnixNano(),
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	if s.registry == nil {
		s.registry = prometheus.NewRegistry()
	}
	if s.guard == nil {
		s.guard = access.Closed()
	}
	s.watch = &watch{look: looking(s, "events", s.statusEvent), every: lookEvery, most: maxListeners, fail: func(err error) {
		s.log.Error("cannot tell those who listen what changes", "error", err)
	}}
	s.metrics = newMetrics(s)
	s.registry.MustRegister(newJobMetrics(c))
	s.turns = newTurns(atOnce(c.MemoryMB), questionsWaiting, questionPatience, s.metrics.refused)
	s.answers = newAnswers(maxUnsent, s.metrics.shared, s.metrics.refused)
	s.pulse.look = looking(s, "health", s.ping)
	s.kql = loganalytics.New(loganalytics.Config{Store: s.store, Catch: s.catch, Client: access.Client, Log: s.log})
	s.mountAPI(s.apiMux)
	return s
}

// looking is a look for latest: it has an end, and a panic is an error of it.
func looking[T any](s *Server, where string, look func(context.Context) (T, error)) func() (T, error) {
	return func() (value T, err error) {
		ctx, cancel := context.WithTimeout(context.Background(), lookTimeout)
		defer cancel()
		err = s.catch(where, func() error {
			value, err = look(ctx)
			return err
		})
		return value, err
	}
}

// lookTimeout ends a look that leads nowhere, so that the next can begin.
const lookTimeout = time.Minute
