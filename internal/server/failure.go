package server

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"net/http"
	"runtime/debug"
)

// failure is a fault of Weir itself, known by an id under which the log has
// the rest.
type failure struct{ id string }

// Error says what to do.
func (f *failure) Error() string {
	return fmt.Sprintf("weir failed in a way that it should not (%s); the log has an error with this id: please report it", f.id)
}

// failed notes a panic, from within the deferred function that caught it.
func (s *Server) failed(where string, panicked any) *failure {
	var id [6]byte
	_, _ = rand.Read(id[:])
	f := &failure{hex.EncodeToString(id[:])}
	s.metrics.panics.Inc()
	s.log.Error("weir failed in a way that it should not; please report it",
		"id", f.id, "where", where, "panic", fmt.Sprint(panicked), "stack", string(debug.Stack()))
	return f
}

// catch does work and returns its error, or a *failure where it panicked.
func (s *Server) catch(where string, work func() error) (err error) {
	defer func() {
		switch v := recover(); v {
		case nil:
		case http.ErrAbortHandler: // that is its use
			panic(v)
		default:
			err = s.failed(where, v)
		}
	}()
	return work()
}

// caught answers a panic of a handler with 500 and its id. Where the answer
// has begun already, the connection is cut, so that the peer does not take
// what it has for all.
func (s *Server) caught(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c := &codeWriter{ResponseWriter: w}
		defer func() {
			v := recover()
			switch {
			case v == nil:
			case v == http.ErrAbortHandler: // that is its use
				panic(v)
			default:
				f := s.failed(r.Method+" "+r.URL.Path, v)
				if c.started {
					panic(http.ErrAbortHandler)
				}
				writeFailure(c, f)
			}
		}()
		next.ServeHTTP(c, r)
	})
}

func writeFailure(w http.ResponseWriter, f *failure) {
	writeProblem(w, http.StatusInternalServerError, "Weir failed in a way that it should not ("+f.id+"). The log has an error with this id: please report it.")
}
