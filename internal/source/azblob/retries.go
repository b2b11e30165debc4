package azblob

import (
	"math/rand/v2"
	"sync"
	"time"

	"weir/internal/source"
)

// DefaultRetry is how long after a first failure the next try is.
const DefaultRetry = 2 * time.Second

// lastRetry is the longest time between two tries.
const lastRetry = 5 * time.Minute

// backoff is how long to wait after so many failures in a row: twice as long
// each time, and up to a quarter more or less, so that not all come again at once.
func (r *retries) backoff(failures int) time.Duration {
	d := lastRetry
	if failures < 8 {
		d = min(lastRetry, r.first<<(failures-1))
	}
	return d + time.Duration((rand.Float64()-0.5)/2*float64(d))
}

// retries are the blobs that could not be opened and will be tried again, and
// whether the account as a whole wants to be left alone.
type retries struct {
	first time.Duration

	mu       sync.Mutex
	waiting  map[string]*retry
	failures int // in a row, of any blob
	until    time.Time
}

// retry is a blob that waits for its next try.
type retry struct {
	object   source.Object
	failures int
	due      time.Time
}

// failed notes that a blob could not be opened.
func (r *retries) failed(o source.Object, now time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.waiting == nil {
		r.waiting = map[string]*retry{}
	}
	w := r.waiting[o.Name]
	if w == nil {
		w = &retry{}
		r.waiting[o.Name] = w
	}
	w.object = o
	w.failures++
	w.due = now.Add(r.backoff(w.failures))
}

// done forgets a blob that was opened.
func (r *retries) done(name string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.waiting, name)
}

// waits tells whether a blob is not yet to be tried again.
func (r *retries) waits(name string, now time.Time) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	w := r.waiting[name]
	return w != nil && now.Before(w.due)
}

// due returns the blobs whose time has come.
func (r *retries) due(now time.Time) (out []source.Object) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, w := range r.waiting {
		if !now.Before(w.due) {
			out = append(out, w.object)
		}
	}
	return out
}

// count is how many blobs wait for their next try.
func (r *retries) count() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.waiting)
}

// pause lets the account alone for so long, or as failures in a row make it.
func (r *retries) pause(asked time.Duration, now time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.failures++
	if r.failures < 3 && asked == 0 {
		return // one cut is no outage
	}
	if until := now.Add(max(asked, r.backoff(r.failures))); until.After(r.until) {
		r.until = until
	}
}

// answered notes that the account answers.
func (r *retries) answered() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.failures = 0
}

// paused returns how long the account is still to be left alone.
func (r *retries) paused(now time.Time) time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	return max(0, r.until.Sub(now))
}
