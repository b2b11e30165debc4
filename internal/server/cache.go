package server

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/zeebo/xxh3"
)

// cached answers 304 where the caller already has the answer: answers about
// data change only with a commit, or with what is known. The tag is made before the data is read, so
// that a commit in between makes the caller ask once more rather than keep old
// numbers.
func (s *Server) cached(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "private, no-cache")
		tag := s.tag(r)
		if tag == "" {
			next.ServeHTTP(w, r)
			return
		}
		if matches(r.Header.Get("If-None-Match"), tag) {
			w.Header().Set("ETag", tag)
			w.WriteHeader(http.StatusNotModified)
			return
		}
		next.ServeHTTP(&tagWriter{ResponseWriter: w, tag: tag}, r)
	})
}

// tag returns the ETag of an answer about data, empty for any other request.
func (s *Server) tag(r *http.Request) string {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		return ""
	}
	name := strings.TrimPrefix(r.URL.Path, apiPrefix+"/")
	if name != "traffic" && name != "objects" && name != "rejects" && !strings.HasPrefix(name, "top/") {
		return ""
	}
	stats, err := s.store.Stats(r.Context())
	if err != nil || stats.LastCommit.IsZero() {
		return "" // an empty store's last 24 hours end now
	}
	revision := int64(0)
	if s.know != nil {
		revision = s.know.Revision()
	}
	content := fmt.Sprintf("%d %d %s %s %s?%s", revision, stats.LastCommit.UnixNano(), s.version.Version, s.version.Commit, r.URL.Path, r.URL.RawQuery)
	return fmt.Sprintf(`W/"%016x"`, xxh3.HashString(content))
}

// matches compares weakly (RFC 9110 section 13.1.2): compression makes other
// bytes of the same answer.
func matches(header, tag string) bool {
	for candidate := range strings.SplitSeq(header, ",") {
		candidate = strings.TrimSpace(candidate)
		if candidate == "*" || strings.TrimPrefix(candidate, "W/") == strings.TrimPrefix(tag, "W/") {
			return true
		}
	}
	return false
}

// tagWriter puts the tag on an answer, but on no error.
type tagWriter struct {
	http.ResponseWriter
	tag     string
	started bool
}

func (w *tagWriter) WriteHeader(status int) {
	if !w.started && status == http.StatusOK {
		w.Header().Set("ETag", w.tag)
	}
	w.started = true
	w.ResponseWriter.WriteHeader(status)
}

func (w *tagWriter) Write(b []byte) (int, error) {
	if !w.started {
		w.WriteHeader(http.StatusOK)
	}
	return w.ResponseWriter.Write(b)
}

// Unwrap is for http.ResponseController.
func (w *tagWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
