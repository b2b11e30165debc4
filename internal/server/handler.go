package server

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/klauspost/compress/gzhttp"
)

// Handler serves the API, the page, /healthz and /metrics over TCP.
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/api/", s.apiHandler())
	mux.HandleFunc("GET /healthz", s.health)
	mux.Handle("GET /metrics", s.metricsHandler())
	mux.Handle("/", pageHandler(s.page))
	return s.counted(s.onlyForUs(withSecurityHeaders(gzhttp.GzipHandler(mux))))
}

// ControlHandler serves the API and the control of the process over the Unix
// socket, whose file mode decides who may use it.
func (s *Server) ControlHandler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/api/", s.apiHandler())
	s.mountControl(mux)
	return mux
}

// apiHandler serves the API; what is not in it gets a problem document, too.
func (s *Server) apiHandler() http.Handler {
	return s.cached(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, pattern := s.apiMux.Handler(r); pattern != "" {
			s.apiMux.ServeHTTP(w, r)
			return
		}
		get := r.Clone(r.Context())
		get.Method = http.MethodGet
		if _, pattern := s.apiMux.Handler(get); pattern != "" {
			w.Header().Set("Allow", "GET, HEAD")
			writeProblem(w, http.StatusMethodNotAllowed, fmt.Sprintf("%s can only be read, with GET.", r.URL.Path))
			return
		}
		writeProblem(w, http.StatusNotFound, fmt.Sprintf("There is nothing at %s; the API is described at %s/openapi.json.", r.URL.Path, apiPrefix))
	}))
}

// writeProblem answers with a problem document (RFC 9457).
func writeProblem(w http.ResponseWriter, status int, detail string) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(huma.ErrorModel{Title: http.StatusText(status), Status: status, Detail: detail})
}

// health says whether the store answers.
func (s *Server) health(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), 5*time.Second)
	defer cancel()
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	rows, err := s.store.Query(ctx, "SELECT 1")
	if err == nil {
		for rows.Next() {
		}
		if err = rows.Err(); err == nil {
			err = rows.Close()
		} else {
			_ = rows.Close()
		}
	}
	if err != nil {
		s.log.Error("the store does not answer", "error", err)
		w.WriteHeader(http.StatusServiceUnavailable)
		fmt.Fprintf(w, "the store does not answer: %v\n", err)
		return
	}
	fmt.Fprintln(w, "ok")
}
