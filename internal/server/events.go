package server

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
)

const (
	// lookEvery is how often the watch looks. It is shared by all listeners and
	// costs no question to the engine while nothing is committed, so that a look
	// is simpler than to have every writer tell.
	lookEvery = time.Second
	// beatEvery is how often a listener hears something, so that who went away,
	// and proxies on the way, do not keep a connection that is none.
	beatEvery = 15 * time.Second
	// maxListeners leaves most connections to those who ask.
	maxListeners = maxConnections / 4
)

// mountEvents registers the stream of what the status is.
func (s *Server) mountEvents(api huma.API) {
	op := huma.Operation{
		OperationID: operationID("events"), Method: http.MethodGet, Path: apiPrefix + "/events",
		Summary: "The status whenever it changes",
		Description: "Server-sent events, each of the kind `status` with the answer of /api/v1/status as its data: one at once, and then within about a second of each change. " +
			"A comment comes every 15 seconds. Who reads too slowly gets the newest and not all. Where too many listen the answer is 503: ask for the status now and then instead.",
		Responses: map[string]*huma.Response{"200": {
			Description: "Events until one of both ends it",
			Content:     map[string]*huma.MediaType{"text/event-stream": {Schema: &huma.Schema{Type: "string"}}},
		}},
	}
	s.routes[op.Path] = endless
	huma.Register(api, op, func(context.Context, *struct{}) (*huma.StreamResponse, error) {
		events, leave, err := s.watch.listen()
		if err != nil {
			return nil, huma.ErrorWithHeaders(huma.NewError(http.StatusServiceUnavailable, fmt.Sprintf("There are no events: %v.", err)),
				http.Header{"Retry-After": {strconv.Itoa(int(retryAfter / time.Second))}})
		}
		return &huma.StreamResponse{Body: func(out huma.Context) {
			defer leave()
			r, w := humago.Unwrap(out)
			w.Header().Set("Content-Type", "text/event-stream")
			w.Header().Set("Cache-Control", "no-store")
			w.Header().Set("X-Accel-Buffering", "no") // a proxy that collects answers would keep them
			send(r.Context(), w, events, beatEvery)
		}}, nil
	})
}

// send writes events until there are no more of them or nobody reads them.
func send(ctx context.Context, w http.ResponseWriter, events <-chan []byte, every time.Duration) {
	control := http.NewResponseController(w)
	beat := time.NewTicker(every)
	defer beat.Stop()
	for {
		text, more := []byte(":\n\n"), true
		select {
		case text, more = <-events:
		case <-beat.C:
		case <-ctx.Done():
			return
		}
		if !more {
			return
		}
		if _, err := w.Write(text); err != nil || control.Flush() != nil {
			return
		}
	}
}

// statusEvent is the status as an event, and what it is without the time, by
// which events are told apart.
func (s *Server) statusEvent(ctx context.Context) (event, error) {
	a, err := s.status(ctx)
	if err != nil {
		return event{}, err
	}
	text, err := json.Marshal(a)
	if err != nil {
		return event{}, err
	}
	timeless := *a
	timeless.Now = time.Time{}
	of, err := json.Marshal(timeless)
	return event{text: bytes.Join([][]byte{[]byte("event: status\ndata: "), text, []byte("\n\n")}, nil), of: string(of)}, err
}

// event is what listeners are told.
type event struct {
	text []byte
	of   string // equal for events that say the same
}

// watch tells all listeners what changes. It looks while somebody listens.
type watch struct {
	look  func() (event, error)
	every time.Duration
	most  int // listeners
	fail  func(error)

	mu        sync.Mutex
	listeners map[chan []byte]bool // each holds the newest event that was not taken yet
	running   bool
	last      event // what all were told; empty before the first look of a run
	ended     bool
}

// errListeners and errEnding are why nobody more can listen.
var (
	errListeners = errors.New("too many listen to what changes; ask for the status now and then instead")
	errEnding    = errors.New("the server ends")
)

// listen returns what has the newest event until leave is called; it is closed
// where there will be no more.
func (w *watch) listen() (events <-chan []byte, leave func(), err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case w.ended:
		return nil, nil, errEnding
	case len(w.listeners) >= w.most:
		return nil, nil, errListeners
	}
	own := make(chan []byte, 1)
	if w.listeners == nil {
		w.listeners = map[chan []byte]bool{}
	}
	w.listeners[own] = true
	if !w.running {
		w.running, w.last = true, event{}
		go w.run()
	} else if w.last.text != nil {
		own <- w.last.text
	}
	return own, func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		delete(w.listeners, own)
	}, nil
}

// run looks until nobody listens any more.
func (w *watch) run() {
	for w.needed() {
		w.tell(w.look())
		time.Sleep(w.every)
	}
}

// needed says whether somebody listens.
func (w *watch) needed() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.running = len(w.listeners) > 0
	return w.running
}

// tell gives listeners what was seen. Where the look failed all of them end:
// who asks for the status learns why.
func (w *watch) tell(seen event, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err != nil {
		w.fail(err)
		w.drop()
		seen = event{}
	}
	if seen.of == w.last.of {
		return
	}
	w.last = seen
	for own := range w.listeners {
		select {
		case <-own: // it did not take that in time, and needs it no more
		default:
		}
		own <- seen.text
	}
}

// drop ends all listeners, under w.mu.
func (w *watch) drop() {
	for own := range w.listeners {
		close(own)
	}
	clear(w.listeners)
}

// end ends all listeners for ever.
func (w *watch) end() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ended = true
	w.drop()
}

// count is how many listen.
func (w *watch) count() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.listeners)
}
