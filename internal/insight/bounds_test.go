package insight_test

import (
	"errors"
	"testing"
	"time"

	"weir/internal/insight"
	"weir/internal/query/querytest"
)

// Times at the edges of what can be asked are answered, those beyond refused by name.
func TestTimesOutOfBounds(t *testing.T) {
	s := filled(t, querytest.Random(1, 10, start))
	f := func(from, to, field string) {
		t.Helper()
		at := func(text string) (t time.Time) {
			if text != "" {
				t, _ = time.Parse(time.RFC3339Nano, text)
			}
			return t
		}
		_, err := insight.Hosts(t.Context(), s, insight.Question{From: at(from), To: at(to)})
		var ask *insight.AskError
		if errors.As(err, &ask) {
			if ask.Field != field {
				t.Errorf("from %q to %q: %q is refused (%v), want %q", from, to, ask.Field, err, field)
			}
		} else if err != nil || field != "" {
			t.Errorf("from %q to %q: %v, want %q refused", from, to, err, field)
		}
	}
	f("1970-01-01T00:00:00Z", "1970-01-02T00:00:00Z", "")
	f("1969-12-31T23:59:59Z", "1970-01-02T00:00:00Z", "from")
	f("", "1969-01-01T00:00:00Z", "to")
	f("9998-12-01T00:00:00Z", "9999-01-01T00:00:00Z", "")
	f("", "9998-12-31T23:59:59.999999999Z", "")
	f("9998-12-01T00:00:00Z", "9999-01-01T00:00:00.000000001Z", "to")
	f("", "9999-12-31T23:59:59Z", "to")
	f("9999-12-31T23:59:59Z", "", "from")
}
