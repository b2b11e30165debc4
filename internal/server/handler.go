package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/klauspost/compress/gzip"

	"weir/internal/server/loganalytics"
)

// What is beside the API and the page. Neither waits for a turn.
const (
	healthPath  = "/healthz"
	metricsPath = "/metrics"
)

// Handler serves the API, the page, /healthz and /metrics over TCP.
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/api/", s.api)
	mux.HandleFunc("GET "+healthPath, s.healthz)
	mux.Handle("GET "+metricsPath, s.metricsHandler())
	mux.HandleFunc("GET /licences.txt", licenceTexts())
	mux.Handle("/", pageHandler(s.page))
	return s.counted(s.caught(bounded(s.onlyForUs(withSecurityHeaders(s.forThoseAllowed(s.withLogAnalytics(mux)))))))
}

// ControlHandler serves the API and the control of the process over the Unix
// socket, whose file mode decides who may use it.
func (s *Server) ControlHandler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/api/", func(w http.ResponseWriter, r *http.Request) {
		r.Header.Del("Accept-Encoding") // on one machine it is work for nothing
		s.api(w, r)
	})
	s.mountControl(mux)
	return s.caught(mux)
}

// api answers what is in the API; what is not gets a problem document, too.
func (s *Server) api(w http.ResponseWriter, r *http.Request) {
	ask := r.Clone(r.Context())
	ask.Method = http.MethodGet
	ask.Header.Del("Accept") // there is one form of an answer
	_, pattern := s.apiMux.Handler(ask)
	if pattern == "" {
		writeProblem(w, http.StatusNotFound, fmt.Sprintf("There is nothing at %s; the API is described at %s/openapi.json.", r.URL.Path, apiPrefix))
		return
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		writeProblem(w, http.StatusMethodNotAllowed, fmt.Sprintf("%s can only be read, with GET.", r.URL.Path))
		return
	}
	r.Pattern = pattern // which metrics count by
	w.Header().Set("Cache-Control", "private, no-cache")
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		writeProblem(w, http.StatusBadRequest, fmt.Sprintf("The address cannot be read behind its question mark: %v.", err))
		return
	}
	cost, tag := s.routes[r.URL.Path], ""
	if cost == endless {
		if r.Method == http.MethodGet {
			s.apiMux.ServeHTTP(w, ask)
		}
		return
	}
	state, empty := s.stateOf(r.Context())
	if cost == lasting && !empty { // an empty store's last 24 hours end now
		tag = tagOf(state, r)
	}
	if tag != "" && matches(r.Header.Get("If-None-Match"), tag) {
		w.Header().Set("ETag", tag)
		w.WriteHeader(http.StatusNotModified)
		return
	}
	if cost == streamed {
		s.stream(w, r, ask)
		return
	}
	// What was asked before a commit is not for who asks after it.
	key := state + " " + r.URL.Path + "?" + query.Encode()
	doc, sent, err := s.answers.get(r.Context(), key, func(ctx context.Context) *answerDoc {
		return s.make(ask.WithContext(ctx), cost)
	})
	if err != nil {
		writeProblem(w, http.StatusServiceUnavailable, "The question was given up before it was answered.")
		return
	}
	defer sent()
	doc.send(w, r, tag)
}

// withLogAnalytics answers questions in KQL as the service of Azure does. A mux
// would not: it redirects paths with two slashes, as clients paste ids.
func (s *Server) withLogAnalytics(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, loganalytics.Prefix) {
			s.logAnalytics(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func (s *Server) logAnalytics(w http.ResponseWriter, r *http.Request) {
	r.Pattern = loganalytics.Pattern(r.URL.Path) // which metrics count by
	w.Header().Set("Vary", "Accept-Encoding")
	if !acceptsGzip(r) {
		s.kql.ServeHTTP(w, r)
		return
	}
	w.Header().Set("Content-Encoding", "gzip")
	z := gzip.NewWriter(w)
	s.kql.ServeHTTP(&packedWriter{w, z}, r)
	_ = z.Close() // who went away needs no end
}

// make makes an answer when it is its turn.
func (s *Server) make(ask *http.Request, cost cost) (doc *answerDoc) {
	if cost != light {
		switch err := s.turns.take(ask.Context()); {
		case errors.Is(err, errBusy):
			return busyDoc("The store has enough to answer: other questions come first.")
		case err != nil:
			return nil // nobody waits for it any more
		}
		defer s.turns.give()
	}
	var f *failure
	if errors.As(s.catch(ask.URL.String(), func() error {
		doc = newAnswerDoc(func(w http.ResponseWriter) { s.apiMux.ServeHTTP(w, ask) })
		return nil
	}), &f) {
		return newAnswerDoc(func(w http.ResponseWriter) { writeFailure(w, f) })
	}
	return doc
}

// writeProblem answers with a problem document (RFC 9457).
func writeProblem(w http.ResponseWriter, status int, detail string) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(huma.ErrorModel{Title: http.StatusText(status), Status: status, Detail: detail})
}
