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
}

func newMetrics(r prometheus.Registerer, s store.Store, v VersionInfo, k Knower) *metrics {
	m := &metrics{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "weir_http_requests_total", Help: "Requests answered over TCP.",
		}, []string{"route", "code"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "weir_http_request_duration_seconds", Help: "Time until a request was answered.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30},
		}, []string{"route"}),
	}
	build := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "weir_build_info", Help: "What runs; always 1.",
		ConstLabels: prometheus.Labels{"version": v.Version, "commit": v.Commit, "go": runtime.Version(), "duckdb": v.DuckDB},
	})
	build.Set(1)
	r.MustRegister(m.requests, m.seconds, build, newStoreMetrics(s))
	if k != nil {
		r.MustRegister(newKnowMetrics(k))
	}
	return m
}

// counted counts a request by the route that answered it, never by its path,
// of which there is no end.
func (s *Server) counted(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		c := &codeWriter{ResponseWriter: w, code: http.StatusOK}
		next.ServeHTTP(c, r)
		route := r.Pattern
		if route == "" {
			route = "refused"
		}
		s.metrics.requests.WithLabelValues(route, strconv.Itoa(c.code)).Inc()
		s.metrics.seconds.WithLabelValues(route).Observe(time.Since(start).Seconds())
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
	return promhttp.HandlerFor(s.registry, promhttp.HandlerOpts{
		DisableCompression: true, // the handler around it compresses
		ErrorHandling:      promhttp.ContinueOnError,
	})
}

// storeMetrics reads the size and freshness of the store whenever they are collected.
type storeMetrics struct {
	store store.Store
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
	{"weir_store_pending_bytes", "Bytes of content that wait for the rest of their record.", func(s store.Stats) float64 { return float64(s.PendingBytes) }},
	{"weir_store_size_bytes", "Size of the store on disk.", func(s store.Stats) float64 { return float64(s.StoredBytes) }},
	{"weir_store_last_tuple_timestamp_seconds", "Time of the last tuple; 0 where there is none.", func(s store.Stats) float64 { return unixSeconds(s.LastTuple) }},
	{"weir_store_last_commit_timestamp_seconds", "When data was last stored; 0 where none was.", func(s store.Stats) float64 { return unixSeconds(s.LastCommit) }},
}

func newStoreMetrics(s store.Store) *storeMetrics {
	m := &storeMetrics{store: s}
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
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	stats, err := m.store.Stats(ctx)
	for i, d := range m.descs {
		if err != nil {
			ch <- prometheus.NewInvalidMetric(d, err)
			continue
		}
		ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, storeValues[i].value(stats))
	}
}

func unixSeconds(t time.Time) float64 {
	if t.IsZero() {
		return 0
	}
	return float64(t.UnixMilli()) / 1000
}
