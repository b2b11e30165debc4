package phrase_test

import (
	"fmt"
	"testing"
	"time"

	"weir/internal/filter"
	"weir/internal/insight"
	"weir/internal/query/querytest"
	"weir/internal/simulate"
	"weir/internal/simulate/simulatetest"
)

// TestSimulated compares insights with their queries on logs as Azure writes them: of
// networks and of security groups, with what both ends and NICs between recorded.
func TestSimulated(t *testing.T) {
	c := simulate.DefaultConfig()
	c.Out, c.Hours, c.VMs, c.Rate = t.TempDir(), 2, 40, 2
	s := querytest.Open(t)
	truth := simulatetest.Fill(t, s, c)
	for i, text := range []string{"", "denied or port in (443, 53)"} {
		where, err := filter.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		q := insight.Question{From: truth.Start, To: truth.Start.Add(2 * time.Hour), By: insight.Bytes, Limit: 20, Where: where}
		if i == 1 {
			q.From, q.To, q.By = truth.Start.Add(33*time.Minute), truth.Start.Add(95*time.Minute), insight.Flows
		}
		for _, f := range []func(string, insight.Question){rankings(t, s), lists(t, s), maps(t, s)} {
			f(fmt.Sprintf("of simulated logs where %s", text), q)
		}
	}
}
