package pipeline

import (
	"testing"

	"weir/internal/decode"
)

// Which reject is shown does not depend on which worker was first.
func TestSampleOfRejects(t *testing.T) {
	type reject struct {
		object string
		offset int64
	}
	f := func(rejects ...reject) {
		t.Helper()
		tally := newTally()
		for _, r := range rejects {
			tally.reject(r.object, decode.Rejection{Reason: decode.BadPort, Offset: r.offset, Sample: r.object})
		}
		got := *tally.reasons[decode.BadPort]
		if want := (RejectSummary{Reason: string(decode.BadPort), Count: 3, Object: "a", Offset: 7, Sample: "a"}); got != want {
			t.Errorf("got %+v, want %+v", got, want)
		}
	}
	f(reject{"a", 7}, reject{"a", 9}, reject{"b", 1})
	f(reject{"b", 1}, reject{"a", 9}, reject{"a", 7})
}
