package client_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"weir/internal/kql"
	"weir/internal/query/querytest"
	"weir/internal/server"
)

// KQL gives the same answer as the store, under the names of the query; faults,
// and longer SQL than that of a user, come over as well.
func TestKQL(t *testing.T) {
	s := serve(t, t.TempDir(), server.Config{})
	querytest.Commit(t, s.store, "/logs/a.json", querytest.Random(1, 500, start)...)
	c := connect(t, s.dir)
	o := kql.Options{Now: start, From: start.Add(time.Hour), Until: start.Add(24 * time.Hour)}
	for _, query := range []string{
		"NTANetAnalytics | summarize Flows = count(), Now = take_any(now()) by FlowType | sort by FlowType asc",
		"NTANetAnalytics | where FlowType == '" + strings.Repeat("x", 60<<10) + "' or isempty(AclRule) | count",
		"let long = '" + strings.Repeat("x", 60<<10) + "'; NTANetAnalytics | where AclRule != long | where FlowType != long | summarize n = count()",
		"NTANetAnalytics | where Nothing == 1",
	} {
		answer, _, err := kql.Ask(t.Context(), s.store, query, o)
		wantColumns, wantRows, want := all(answer, err)
		columns, rows, got := all(c.KQL(context.Background(), query, o))
		name := fmt.Sprintf("%.40s", query)
		if (want == nil) != (got == nil) || want != nil && want.Error() != got.Error() {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
		if diff := cmp.Diff(wantColumns, columns); diff != "" {
			t.Errorf("%s: columns (-want +got):\n%s", name, diff)
		}
		if diff := cmp.Diff(wantRows, rows); diff != "" || got == nil && len(rows) == 0 {
			t.Errorf("%s: %d rows (-want +got):\n%s", name, len(rows), diff)
		}
	}
}
