package server

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/zeebo/xxh3"
)

// stateOf names the state of everything that answers about data are made of:
// it changes with a commit, with what is known, judged and forgotten. Empty:
// it cannot be told.
func (s *Server) stateOf(ctx context.Context) (state string, empty bool) {
	stats, err := s.store.Stats(ctx)
	if err != nil {
		return "", true
	}
	horizon, err := s.store.Horizon(ctx)
	if err != nil {
		return "", true
	}
	revision := int64(0)
	if s.know != nil {
		revision = s.know.Revision()
	}
	// The time of the start of the server: it counts revisions from there.
	return hash("%d %d %d %d %s %s", s.started, revision, stats.LastCommit.UnixNano(), horizon.Intervals.UnixNano(), s.version.Version, s.version.Commit), stats.LastCommit.IsZero()
}

func hash(format string, args ...any) string {
	return fmt.Sprintf("%016x", xxh3.HashString(fmt.Sprintf(format, args...)))
}

// tagOf returns the ETag of an answer that is made of a state. The state is
// told before the data is read, so that a commit in between makes the caller
// ask once more rather than keep old numbers.
func tagOf(state string, r *http.Request) string {
	return fmt.Sprintf(`W/"%s"`, hash("%s %s?%s", state, r.URL.Path, r.URL.RawQuery))
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
