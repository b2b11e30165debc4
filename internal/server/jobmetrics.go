package server

import (
	"github.com/prometheus/client_golang/prometheus"

	"weir/internal/insight"
	"weir/internal/service"
)

// jobMetrics are how the jobs and the sources stand.
type jobMetrics struct {
	jobs     func() []service.State
	sources  func() []insight.SourceState
	ofJob    []*prometheus.Desc
	ofSource []*prometheus.Desc
}

// figure is a value of a thing that there are several of.
type figure[T any] struct {
	name, help string
	kind       prometheus.ValueType
	value      func(T) float64
}

var jobFigures = []figure[service.State]{
	{"weir_job_runs_total", "How often the job was done.", prometheus.CounterValue, func(s service.State) float64 { return float64(s.Runs) }},
	{"weir_job_failures_total", "How often it failed.", prometheus.CounterValue, func(s service.State) float64 { return float64(s.Failed) }},
	{"weir_job_failing", "How often it failed in a row; 0: it works.", prometheus.GaugeValue, func(s service.State) float64 { return float64(s.Failures) }},
	{"weir_job_running", "1 while it is being done.", prometheus.GaugeValue, func(s service.State) float64 {
		if s.Running {
			return 1
		}
		return 0
	}},
	{"weir_job_last_timestamp_seconds", "When it was last done; 0 where it was not yet.", prometheus.GaugeValue, func(s service.State) float64 { return unixSeconds(s.Last) }},
	{"weir_job_last_duration_seconds", "How long that took.", prometheus.GaugeValue, func(s service.State) float64 { return s.Took.Seconds() }},
	{"weir_job_next_timestamp_seconds", "When it is done again; 0: when there is something to do.", prometheus.GaugeValue, func(s service.State) float64 { return unixSeconds(s.Next) }},
}

// sourceFigures keep the names that they had when only storage accounts had them.
var sourceFigures = []figure[insight.SourceState]{
	{"weir_account_flow_logs", "Flow logs that are followed.", prometheus.GaugeValue, func(s insight.SourceState) float64 { return float64(s.FlowLogs) }},
	{"weir_account_nics", "NICs that wrote in the last hour.", prometheus.GaugeValue, func(s insight.SourceState) float64 { return float64(s.NICs) }},
	{"weir_account_containers_failing", "Containers that cannot be listed.", prometheus.GaugeValue, func(s insight.SourceState) float64 {
		failing := 0
		for _, c := range s.Containers {
			if c.State == "failing" {
				failing++
			}
		}
		return float64(failing)
	}},
	{"weir_account_blobs_waiting", "Blobs that could not be opened and are tried again.", prometheus.GaugeValue, func(s insight.SourceState) float64 { return float64(s.Waiting) }},
	{"weir_account_lists_total", "Requests for lists of blobs.", prometheus.CounterValue, func(s insight.SourceState) float64 { return float64(s.Requests.Lists) }},
	{"weir_account_reads_total", "Other requests.", prometheus.CounterValue, func(s insight.SourceState) float64 { return float64(s.Requests.Reads) }},
	{"weir_account_queue_requests_total", "Requests to the queue of events.", prometheus.CounterValue, func(s insight.SourceState) float64 { return float64(s.Requests.Queue) }},
	{"weir_account_queue_failing", "1 where there is a queue of events that cannot be read.", prometheus.GaugeValue, func(s insight.SourceState) float64 {
		if value(s.Events).Fault != nil {
			return 1
		}
		return 0
	}},
	{"weir_account_events_total", "Events that were received.", prometheus.CounterValue, func(s insight.SourceState) float64 { return float64(value(s.Events).Received) }},
	{"weir_account_events_foreign_total", "Of them those of other things than blobs that are followed.", prometheus.CounterValue, func(s insight.SourceState) float64 { return float64(value(s.Events).Foreign) }},
	{"weir_account_events_unreadable_total", "Messages in the queue that were no events.", prometheus.CounterValue, func(s insight.SourceState) float64 { return float64(value(s.Events).Unreadable) }},
	{"weir_account_events_lag_seconds", "Time from when a blob was written until the last event that told of it was received.", prometheus.GaugeValue, func(s insight.SourceState) float64 { return value(s.Events).Lag }},
	{"weir_account_throttled_total", "Requests that the account refused because it was busy.", prometheus.CounterValue, func(s insight.SourceState) float64 { return float64(s.Requests.Throttled) }},
	{"weir_account_failed_total", "Requests that failed in another way.", prometheus.CounterValue, func(s insight.SourceState) float64 { return float64(s.Requests.Failed) }},
	{"weir_account_read_bytes_total", "Bytes of blobs that were received.", prometheus.CounterValue, func(s insight.SourceState) float64 { return float64(s.Requests.Bytes) }},
	{"weir_account_dollars_total", "About what the requests cost, in US dollars.", prometheus.CounterValue, func(s insight.SourceState) float64 { return s.Requests.Dollars }},
	{"weir_account_last_write_timestamp_seconds", "When a blob was last written; 0 where none was.", prometheus.GaugeValue, func(s insight.SourceState) float64 { return unixSeconds(value(s.NewestAt)) }},
	{"weir_account_last_landed_timestamp_seconds", "When a block could last be asked for; 0 where none could.", prometheus.GaugeValue, func(s insight.SourceState) float64 { return unixSeconds(value(s.LandedAt)) }},
	{"weir_account_lag_half_seconds", "Time from a block's commit until it could be asked for, of half of the last blocks at most.", prometheus.GaugeValue, func(s insight.SourceState) float64 { return value(s.LagHalf) }},
	{"weir_account_lag_most_seconds", "The same of 99 of 100 of them.", prometheus.GaugeValue, func(s insight.SourceState) float64 { return value(s.LagMost) }},
	{"weir_account_history_days", "Days of flow logs to read of what lay there before.", prometheus.GaugeValue, func(s insight.SourceState) float64 { return float64(s.History.Days) }},
	{"weir_account_history_days_done", "How many of them are read.", prometheus.GaugeValue, func(s insight.SourceState) float64 { return float64(s.History.DaysDone) }},
}

func value[T any](p *T) (zero T) {
	if p == nil {
		return zero
	}
	return *p
}

func newJobMetrics(c Config) *jobMetrics {
	m := &jobMetrics{jobs: c.Jobs, sources: c.Sources}
	for _, f := range jobFigures {
		m.ofJob = append(m.ofJob, prometheus.NewDesc(f.name, f.help, []string{"job"}, nil))
	}
	for _, f := range sourceFigures {
		m.ofSource = append(m.ofSource, prometheus.NewDesc(f.name, f.help, []string{"account"}, nil))
	}
	return m
}

// Describe implements prometheus.Collector.
func (m *jobMetrics) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range append(m.ofJob, m.ofSource...) {
		ch <- d
	}
}

// Collect implements prometheus.Collector.
func (m *jobMetrics) Collect(ch chan<- prometheus.Metric) {
	if m.jobs != nil {
		for _, s := range m.jobs() {
			for i, f := range jobFigures {
				ch <- prometheus.MustNewConstMetric(m.ofJob[i], f.kind, f.value(s), s.Name)
			}
		}
	}
	if m.sources != nil {
		for _, s := range m.sources() {
			if s.Kind != "azure" {
				continue
			}
			for i, f := range sourceFigures {
				ch <- prometheus.MustNewConstMetric(m.ofSource[i], f.kind, f.value(s), s.Name)
			}
		}
	}
}
