package server

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"sync"
	"time"

	"weir/internal/kql"
	"weir/internal/pipeline"
	"weir/internal/server/socket"
	"weir/internal/server/wire"
	"weir/internal/store"
)

// maxControlRequest bounds a request; a list of paths can be long.
const maxControlRequest = 64 << 20

// ListenControl makes the control socket weir.sock in the folder of a store,
// for its owner only; closing the listener removes it.
func ListenControl(dataDir string) (net.Listener, error) { return socket.Listen(dataDir) }

// runs are the ingests that clients of the control socket started.
type runs struct {
	mu     sync.Mutex
	last   int
	cancel map[string]context.CancelFunc
}

// start names a run that StopRequest can end.
func (r *runs) start(ctx context.Context) (string, context.Context, func()) {
	ctx, cancel := context.WithCancel(ctx)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.last++
	name := strconv.Itoa(r.last)
	if r.cancel == nil {
		r.cancel = map[string]context.CancelFunc{}
	}
	r.cancel[name] = cancel
	return name, ctx, func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		delete(r.cancel, name)
		cancel()
	}
}

func (r *runs) stop(name string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if cancel := r.cancel[name]; cancel != nil {
		cancel()
	}
}

func (s *Server) mountControl(mux *http.ServeMux) {
	mux.HandleFunc("GET "+wire.HelloPath, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(wire.Hello{Protocol: wire.Protocol, Version: s.version.Version, PID: os.Getpid()})
	})
	mux.HandleFunc("POST "+wire.IngestPath, s.controlIngest)
	mux.HandleFunc("POST "+wire.SQLPath, s.controlSQL)
	mux.HandleFunc("POST "+wire.KQLPath, s.controlKQL)
	s.mountKnow(mux)
	mux.HandleFunc("POST "+wire.StopPath, func(w http.ResponseWriter, r *http.Request) {
		var in wire.StopRequest
		if readRequest(w, r, &in) {
			s.runs.stop(in.Run) // one that has ended needs no stopping
			w.WriteHeader(http.StatusNoContent)
		}
	})
}

// readRequest reads a request to its end, which net/http needs to see a
// client go away; false: it has answered that the request cannot be read.
func readRequest(w http.ResponseWriter, r *http.Request, into any) bool {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxControlRequest))
	if err == nil {
		err = json.Unmarshal(body, into)
	}
	if err != nil {
		writeProblem(w, http.StatusBadRequest, fmt.Sprintf("The request cannot be read: %v.", err))
		return false
	}
	return true
}

// lines writes lines of JSON as they come, from any goroutine.
type lines struct {
	mu      sync.Mutex
	w       http.ResponseWriter
	buf     *bufio.Writer
	flushed time.Time
}

func newLines(w http.ResponseWriter) *lines {
	w.Header().Set("Content-Type", "application/x-ndjson")
	return &lines{w: w, buf: bufio.NewWriterSize(w, 64<<10)}
}

// flushEvery is how long lines may wait for more of them.
const flushEvery = 100 * time.Millisecond

// put writes a line; it is sent at once, or soon, where more is to come.
func (l *lines) put(line any, more bool) error {
	text, err := json.Marshal(line)
	if err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, err := l.buf.Write(append(text, '\n')); err != nil {
		return err
	}
	if more && time.Since(l.flushed) < flushEvery {
		return nil
	}
	l.flushed = time.Now()
	return errors.Join(l.buf.Flush(), http.NewResponseController(l.w).Flush())
}

// controlIngest reads paths for a client and tells it how that goes. The run
// ends early when the client asks for it or goes away.
func (s *Server) controlIngest(w http.ResponseWriter, r *http.Request) {
	var in wire.IngestRequest
	if !readRequest(w, r, &in) {
		return
	}
	if s.ingest == nil {
		writeProblem(w, http.StatusNotImplemented, "This server does not read log objects for others.")
		return
	}
	run, ctx, done := s.runs.start(r.Context())
	defer done()
	out := newLines(w)
	if out.put(wire.IngestLine{Run: run}, false) != nil {
		return
	}
	var summary pipeline.Summary
	err := s.catch(wire.IngestPath, func() (err error) {
		summary, err = s.ingest(ctx, in.Paths, func(p pipeline.Progress) {
			_ = out.put(wire.IngestLine{Progress: &p}, false) // a client that went away ends the run by its context
		})
		return err
	})
	last := wire.IngestLine{Summary: &summary, End: true}
	if err != nil {
		last.Error = wire.FromError(err)
	}
	if err := out.put(last, false); err != nil {
		s.log.Info("the client of an ingest went away", "error", err)
	}
}

// controlSQL answers a read-only question row by row. It gives up when the
// client goes away.
func (s *Server) controlSQL(w http.ResponseWriter, r *http.Request) {
	var in wire.SQLRequest
	if readRequest(w, r, &in) {
		s.controlRows(w, r, func() (store.Rows, error) { return s.store.SQL(r.Context(), in.Query) })
	}
}

// controlKQL is controlSQL for KQL. It is compiled here: longer SQL than that of
// a user is of our own making.
func (s *Server) controlKQL(w http.ResponseWriter, r *http.Request) {
	var in wire.KQLRequest
	if readRequest(w, r, &in) {
		s.controlRows(w, r, func() (store.Rows, error) {
			rows, _, err := kql.Ask(r.Context(), s.store, in.Query, kql.Options{Now: in.Now, From: in.From, Until: in.Until})
			return rows, err
		})
	}
}

func (s *Server) controlRows(w http.ResponseWriter, r *http.Request, ask func() (store.Rows, error)) {
	out := newLines(w)
	err := s.catch(r.URL.Path, func() error {
		rows, err := ask()
		if err != nil {
			return err
		}
		return sendRows(out, rows)
	})
	last := wire.SQLLine{End: true}
	if err != nil {
		last.Error = wire.FromError(err)
	}
	if err := out.put(last, false); err != nil && r.Context().Err() == nil {
		s.log.Info("an answer could not be sent", "error", err)
	}
}

func sendRows(out *lines, rows store.Rows) (err error) {
	defer func() { err = errors.Join(err, rows.Close()) }()
	if err := out.put(wire.SQLLine{Columns: rows.Columns()}, false); err != nil {
		return err
	}
	for rows.Next() {
		if err := out.put(wire.SQLLine{Row: rows.Values()}, true); err != nil {
			return err
		}
	}
	return rows.Err()
}
