package server

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"weir/internal/service"
)

// AccountState is how a storage account stands that is read.
type AccountState struct {
	Name             string
	FlowLogs, NICs   int
	Containers       int       // that cannot be listed
	Waiting          int       // blobs that could not be opened and are tried again
	Lists, Reads     int64     // requests
	Throttled        int64     // of them, that the account refused as it was busy
	Failed           int64     // of them, in another way
	Bytes            int64     // received
	Dollars          float64   // what the requests cost, about
	Newest           time.Time // when a block was last written
	Landed           time.Time // when one could last be asked for
	LagHalf, LagMost time.Duration
}

// jobMetrics are how the jobs and the storage accounts stand.
type jobMetrics struct {
	jobs     func() []service.State
	accounts func() []AccountState
	ofJob    []*prometheus.Desc
	ofOne    []*prometheus.Desc
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

var accountFigures = []figure[AccountState]{
	{"weir_account_flow_logs", "Flow logs that are followed.", prometheus.GaugeValue, func(s AccountState) float64 { return float64(s.FlowLogs) }},
	{"weir_account_nics", "NICs that wrote in the last hour.", prometheus.GaugeValue, func(s AccountState) float64 { return float64(s.NICs) }},
	{"weir_account_containers_failing", "Containers that cannot be listed.", prometheus.GaugeValue, func(s AccountState) float64 { return float64(s.Containers) }},
	{"weir_account_blobs_waiting", "Blobs that could not be opened and are tried again.", prometheus.GaugeValue, func(s AccountState) float64 { return float64(s.Waiting) }},
	{"weir_account_lists_total", "Requests for lists of blobs.", prometheus.CounterValue, func(s AccountState) float64 { return float64(s.Lists) }},
	{"weir_account_reads_total", "Other requests.", prometheus.CounterValue, func(s AccountState) float64 { return float64(s.Reads) }},
	{"weir_account_throttled_total", "Requests that the account refused because it was busy.", prometheus.CounterValue, func(s AccountState) float64 { return float64(s.Throttled) }},
	{"weir_account_failed_total", "Requests that failed in another way.", prometheus.CounterValue, func(s AccountState) float64 { return float64(s.Failed) }},
	{"weir_account_read_bytes_total", "Bytes of blobs that were received.", prometheus.CounterValue, func(s AccountState) float64 { return float64(s.Bytes) }},
	{"weir_account_dollars_total", "About what the requests cost, in US dollars.", prometheus.CounterValue, func(s AccountState) float64 { return s.Dollars }},
	{"weir_account_last_write_timestamp_seconds", "When a blob was last written; 0 where none was.", prometheus.GaugeValue, func(s AccountState) float64 { return unixSeconds(s.Newest) }},
	{"weir_account_last_landed_timestamp_seconds", "When a block could last be asked for; 0 where none could.", prometheus.GaugeValue, func(s AccountState) float64 { return unixSeconds(s.Landed) }},
	{"weir_account_lag_half_seconds", "Time from a block's commit until it could be asked for, of half of the last blocks at most.", prometheus.GaugeValue, func(s AccountState) float64 { return s.LagHalf.Seconds() }},
	{"weir_account_lag_most_seconds", "The same of 99 of 100 of them.", prometheus.GaugeValue, func(s AccountState) float64 { return s.LagMost.Seconds() }},
}

func newJobMetrics(c Config) *jobMetrics {
	m := &jobMetrics{jobs: c.Jobs, accounts: c.Accounts}
	for _, f := range jobFigures {
		m.ofJob = append(m.ofJob, prometheus.NewDesc(f.name, f.help, []string{"job"}, nil))
	}
	for _, f := range accountFigures {
		m.ofOne = append(m.ofOne, prometheus.NewDesc(f.name, f.help, []string{"account"}, nil))
	}
	return m
}

// Describe implements prometheus.Collector.
func (m *jobMetrics) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range append(m.ofJob, m.ofOne...) {
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
	if m.accounts != nil {
		for _, s := range m.accounts() {
			for i, f := range accountFigures {
				ch <- prometheus.MustNewConstMetric(m.ofOne[i], f.kind, f.value(s), s.Name)
			}
		}
	}
}
