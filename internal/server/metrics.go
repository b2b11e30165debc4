package server

import (
	"context"
	"net/http"
	"runtime"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"weir/internal/store"
)

// metrics counts requests. They are registered once per Server.
type metrics struct {
	requests *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
	panics   prometheus.Counter
	shared   prometheus.Counter
	refused  prometheus.Counter
}

func newMetrics(s *Server) *metrics {
	count := func(name, help string) prometheus.Counter {
		return prometheus.NewCounter(prometheus.CounterOpts{Name: name, Help: help})
	}
	m := &metrics{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "weir_http_requests_total", Help: "Requests answered over TCP.",
		}, []string{"route", "code"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "weir_http_request_duration_seconds", Help: "Time until a request was answered.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30},
		}, []string{"route"}),
		panics:  count("weir_panics_total", "Faults of weir itself; the log has an error for each."),
		shared:  count("weir_questions_shared_total", "Questions that were given the answer of an equal one."),
		refused: count("weir_questions_refused_total", "Questions that were sent away, for others came first or had the memory."),
	}
	running := prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "weir_questions_running", Help: "Questions that the store answers at the moment.",
	}, func() float64 { return float64(len(s.turns.running)) })
	waiting := prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "weir_questions_waiting", Help: "Questions that wait for their turn.",
	}, func() float64 { return float64(len(s.turns.waiting)) })
	listening := prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "weir_event_listeners", Help: "Pages and others that are told what changes.",
	}, func() float64 { return float64(s.watch.count()) })
	v := s.version
	build := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "weir_build_info", Help: "What runs; always 1.",
		ConstLabels: prometheus.Labels{"version": v.Version, "commit": v.Commit, "go": runtime.Version(), "duckdb": v.DuckDB},
	})
	build.Set(1)
	s.registry.MustRegister(m.requests, m.seconds, m.panics, m.shared, m.refused, running, waiting, listening, build, newStoreMetrics(s))
	if s.know != nil {
		s.registry.MustRegister(newKnowMetrics(s))
	}
	return m
}

// counted counts a request by the route that answered it, never by its path,
// of which there is no end.
func (s *Server) counted(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		c := &codeWriter{ResponseWriter: w, code: http.StatusOK}
		defer func() { // also where the connection is cut
			route := r.Pattern
			if route == "" {
				route = "refused"
			}
			s.metrics.requests.WithLabelValues(route, strconv.Itoa(c.code)).Inc()
			s.metrics.seconds.WithLabelValues(route).Observe(time.Since(start).Seconds())
		}()
		next.ServeHTTP(c, r)
	})
}

type codeWriter struct {
	http.ResponseWriter
	code    int
	started bool
}

func (w *codeWriter) WriteHeader(code int) {
	if !w.started && code >= 200 {
		w.code, w.started = code, true
	}
	w.ResponseWriter.WriteHeader(code)
}

func (w *codeWriter) Write(b []byte) (int, error) {
	w.started = true
	return w.ResponseWriter.Write(b)
}

// Unwrap is for http.ResponseController.
func (w *codeWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func (s *Server) metricsHandler() http.Handler {
	return promhttp.HandlerFor(s.registry, promhttp.HandlerOpts{ErrorHandling: promhttp.ContinueOnError})
}

// storeMetrics are the size and freshness of the store when they are
// collected, or a moment before where the store has much to do.
type storeMetrics struct {
	stats latest[store.Stats]
	descs []*prometheus.Desc
}

// storeValues are the values of storeMetrics in the order of their descriptions.
var storeValues = []struct {
	name, help string
	value      func(store.Stats) float64
}{
	{"weir_store_objects", "Log objects in the ledger.", func(s store.Stats) float64 { return float64(s.Objects) }},
	{"weir_store_read_bytes", "Bytes of content read.", func(s store.Stats) float64 { return float64(s.Bytes) }},
	{"weir_store_records", "Records read.", func(s store.Stats) float64 { return float64(s.Records) }},
	{"weir_store_tuples", "Tuples decoded.", func(s store.Stats) float64 { return float64(s.Tuples) }},
	{"weir_store_rejected", "Tuples and records rejected.", func(s store.Stats) float64 { return float64(s.Rejected) }},
	{"weir_store_rows", "Reduced rows stored.", func(s store.Stats) float64 { return float64(s.Rows) }},
	{"weir_store_rows_beyond", "Rows after the end of the data: dated more than a day after they came.", func(s store.Stats) float64 { return float64(s.Beyond) }},
	{"weir_store_pending_bytes", "Bytes of content that wait for the rest of their record.", func(s store.Stats) float64 { return float64(s.PendingBytes) }},
	{"weir_store_size_bytes", "Size of the store on disk.", func(s store.Stats) float64 { return float64(s.StoredBytes) }},
	{"weir_store_last_tuple_timestamp_seconds", "The end of the data: time of the last tuple that is not dated more than a day after the last commit; 0 where there is none.", func(s store.Stats) float64 { return unixSeconds(s.LastTuple) }},
	{"weir_store_last_commit_timestamp_seconds", "When data was last stored; 0 where none was.", func(s store.Stats) float64 { return unixSeconds(s.LastCommit) }},
}

func newStoreMetrics(s *Server) *storeMetrics {
	m := &storeMetrics{stats: latest[store.Stats]{look: looking(s, "metrics", func(ctx context.Context) (store.Stats, error) { return s.store.Stats(ctx) })}}
	for _, v := range storeValues {
		m.descs = append(m.descs, prometheus.NewDesc(v.name, v.help, nil, nil))
	}
	return m
}

// Describe implements prometheus.Collector.
func (m *storeMetrics) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range m.descs {
		ch <- d
	}
}

// Collect implements prometheus.Collector.
func (m *storeMetrics) Collect(ch chan<- prometheus.Metric) {
	stats, seen, err := m.stats.get()
	for i, d := range m.descs {
		switch {
		case err != nil:
			ch <- prometheus.NewInvalidMetric(d, err)
		case seen.ever:
			ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, storeValues[i].value(stats))
		}
	}
}

func unixSeconds(t time.Time) float64 {
	if t.IsZero() {
		return 0
	}
	return float64(t.UnixMilli()) / 1000
}
