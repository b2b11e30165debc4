package server

import (
	"slices"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"weir/internal/knowledge"
)

// knowMetrics are how fresh what is known is when they are collected, or a
// moment before where the store has much to do.
type knowMetrics struct {
	state latest[*knowledge.State]
	descs []*prometheus.Desc
	feeds []*prometheus.Desc
}

// knowValues are the values of knowMetrics in the order of their descriptions.
var knowValues = []struct {
	name, help string
	value      func(*knowledge.State) float64
}{
	{"weir_knowledge_snapshots", "Inventories that are kept.", func(s *knowledge.State) float64 { return float64(s.Topology.Snapshots) }},
	{"weir_knowledge_last_snapshot_timestamp_seconds", "When the estate was last seen; 0 where it never was.", func(s *knowledge.State) float64 { return unixOrZero(s.Topology.Last) }},
	{"weir_knowledge_service_tags_timestamp_seconds", "Date of the newest service tags; 0 where there are none.", func(s *knowledge.State) float64 { return unixOrZero(s.ServiceTags.Date) }},
	{"weir_knowledge_allowed", "Entries of the allow-list.", func(s *knowledge.State) float64 { return float64(len(s.Allow)) }},
	{"weir_knowledge_unsettled_intervals", "Intervals in which a conversation may be counted twice until they are settled.", func(s *knowledge.State) float64 { return float64(s.Judging.Unsettled) }},
}

// feedValues are those of each feed.
var feedValues = []struct {
	name, help string
	value      func(knowledge.FeedState) float64
}{
	{"weir_feed_indicators", "Addresses and networks that the feed lists.", func(f knowledge.FeedState) float64 { return float64(f.Indicators) }},
	{"weir_feed_good_timestamp_seconds", "When the feed was last known to be as it is used; 0 where it never was.", func(f knowledge.FeedState) float64 { return unixOrZero(f.Good) }},
	{"weir_feed_failures", "Looks at the feed that failed, in a row.", func(f knowledge.FeedState) float64 { return float64(f.Failures) }},
}

func newKnowMetrics(s *Server) *knowMetrics {
	m := &knowMetrics{state: latest[*knowledge.State]{look: looking(s, "metrics", s.know.State)}}
	for _, v := range knowValues {
		m.descs = append(m.descs, prometheus.NewDesc(v.name, v.help, nil, nil))
	}
	for _, v := range feedValues {
		m.feeds = append(m.feeds, prometheus.NewDesc(v.name, v.help, []string{"feed"}, nil))
	}
	return m
}

// Describe implements prometheus.Collector.
func (m *knowMetrics) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range slices.Concat(m.descs, m.feeds) {
		ch <- d
	}
}

// Collect implements prometheus.Collector.
func (m *knowMetrics) Collect(ch chan<- prometheus.Metric) {
	s, seen, err := m.state.get()
	if !seen.ever {
		return
	}
	for i, d := range m.descs {
		if err != nil {
			ch <- prometheus.NewInvalidMetric(d, err)
			continue
		}
		ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, knowValues[i].value(s))
	}
	if err != nil {
		return
	}
	for _, f := range s.Feeds {
		for i, d := range m.feeds {
			ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, feedValues[i].value(f), f.Name)
		}
	}
}

func unixOrZero(t *time.Time) float64 {
	if t == nil {
		return 0
	}
	return unixSeconds(*t)
}
