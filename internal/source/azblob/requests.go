package azblob

import (
	"net/http"
	"sync"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
)

// Requests counts what was asked of an account, as Azure bills it: every try
// counts, also one that failed.
type Requests struct {
	Lists     int64 // of blobs
	Reads     int64 // of content and properties
	Queue     int64 // of a queue of events: to take messages, and to delete each
	Bytes     int64 // of content that was received
	Throttled int64 // of them answered with 429 or 503
	Failed    int64 // of them that failed in another way
}

// Prices of Azure storage for 10 000 requests, in US dollars: of the hot tier
// with local redundancy in East US (docs/explanation/azure-storage.md).
const (
	listPrice  = 0.05
	readPrice  = 0.004
	queuePrice = 0.004
)

// Dollars is about what the requests cost.
func (r Requests) Dollars() float64 {
	return (float64(r.Lists)*listPrice + float64(r.Reads)*readPrice + float64(r.Queue)*queuePrice) / 10_000
}

// ofHistory marks the context of requests that History makes.
type ofHistory struct{}

// meter counts requests, and learns how far our clock is from that of Azure.
type meter struct {
	mu    sync.Mutex
	count Requests
	live  Requests      // of them those that History did not make; only how many
	skew  time.Duration // what must be added to our clock
	clock bool          // whether that is known
}

// Do implements policy.Policy; it comes after the policy that tries again.
func (m *meter) Do(req *policy.Request) (*http.Response, error) {
	return m.counted(req, func(r *Requests) *int64 {
		if req.Raw().URL.Query().Get("comp") == "list" {
			return &r.Lists
		}
		return &r.Reads
	})
}

// queueMeter is the meter of requests to a queue.
type queueMeter struct{ *meter }

// Do implements policy.Policy.
func (m queueMeter) Do(req *policy.Request) (*http.Response, error) {
	return m.counted(req, func(r *Requests) *int64 { return &r.Queue })
}

// counted sends a request and counts it as one of its kind.
func (m *meter) counted(req *policy.Request, kind func(*Requests) *int64) (*http.Response, error) {
	resp, err := req.Next()
	m.mu.Lock()
	defer m.mu.Unlock()
	*kind(&m.count)++
	if req.Raw().Context().Value(ofHistory{}) == nil {
		*kind(&m.live)++
	}
	switch {
	case err != nil:
		m.count.Failed++
	case resp.StatusCode == http.StatusTooManyRequests, resp.StatusCode == http.StatusServiceUnavailable:
		m.count.Throttled++
	case resp.StatusCode >= http.StatusBadRequest && resp.StatusCode != http.StatusRequestedRangeNotSatisfiable:
		m.count.Failed++
	}
	if err == nil {
		if at, wrong := http.ParseTime(resp.Header.Get("Date")); wrong == nil {
			m.skew, m.clock = time.Until(at), true
			if m.skew.Abs() < tolerance {
				m.skew = 0
			}
		}
	}
	return resp, err
}

// tolerance is how far our clock may be from that of Azure before it is
// corrected; headers have whole seconds.
const tolerance = 3 * time.Second

func (m *meter) received(n int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.count.Bytes += n
}

// knows tells whether an answer told the time.
func (m *meter) knows() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.clock
}

func (m *meter) state() (all, live Requests, skew time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.count, m.live, m.skew
}
