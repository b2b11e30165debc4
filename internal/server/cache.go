package server

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/zeebo/xxh3"
)

// stateOf names the state of everything that answers about data are made of:
// it changes with a commit, with what is known and with what is judged. Empty:
// there is nothing, or it cannot be told.
func (s *Server) stateOf(r *http.Request) string {
	stats, err := s.store.Stats(r.Context())
	if err != nil || stats.LastCommit.IsZero() {
		return "" // an empty store's last 24 hours end now
	}
	revision := int64(0)
	if s.know != nil {
		revision = s.know.Revision()
	}
	return fmt.Sprintf("%d %d %s %s", revision, stats.LastCommit.UnixNano(), s.version.Version, s.version.Commit)
}

// tagOf returns the ETag of an answer that is made of a state. The state is
// told before the data is read, so that a commit in between makes the caller
// ask once more rather than keep old numbers.
func tagOf(state string, r *http.Request) string {
	if state == "" {
		return ""
	}
	return fmt.Sprintf(`W/"%016x"`, xxh3.HashString(fmt.Sprintf("%s %s?%s", state, r.URL.Path, r.URL.RawQuery)))
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
