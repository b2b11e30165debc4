package kql_test

import (
	"strings"
	"testing"

	"weir/internal/kql"
)

// TestImplied compiles queries whose times bound the interval of the rows, through
// all that stands between, and those whose times do not.
func TestImplied(t *testing.T) {
	const after, until = `"FlowIntervalEndTime" > make_timestamp(1772323200000000)`, `"FlowIntervalStartTime" <= make_timestamp(1772323200000000)`
	f := func(query string, want ...string) {
		t.Helper()
		q, err := kql.Compile(strings.ReplaceAll(query, "TIME", "datetime(2026-03-01)"), kql.Options{})
		if err != nil {
			t.Errorf("%s: %v", query, err)
			return
		}
		for _, bound := range []string{after, until} {
			wanted := 0
			for _, w := range want {
				if w == bound {
					wanted++
				}
			}
			if got := strings.Count(q.SQL, bound); got != wanted {
				t.Errorf("%s: %d times %s, want %d\n%s", query, got, bound, wanted, q.SQL)
			}
		}
	}
	f("NTANetAnalytics | where FlowStartTime >= TIME | count", after)
	f("NTANetAnalytics | where FlowStartTime between (TIME .. TIME) | count", after, until)
	f("NTANetAnalytics | extend check = FlowEndTime < TIME | where check | count", until)
	f("NTANetAnalytics | extend t = FlowStartTime | project-away FlowStartTime | sort by t | where t > TIME | count", after)
	f("AzureNetworkAnalytics_CL | where FlowStartTime_t >= TIME | count", after)
	f("union NTANetAnalytics, (NTANetAnalytics | where FlowType == 'S2S') | where FlowStartTime > TIME | count", after, after)
	f("NTANetAnalytics | join kind=leftouter (NTANetAnalytics | project SrcIp, FlowStartTime) on SrcIp | where FlowStartTime > TIME | count", after)
	f("NTANetAnalytics | summarize count() by FlowStartTime | where FlowStartTime > TIME", after)
	f("print n = toscalar(NTANetAnalytics | where FlowStartTime > TIME | count)", after)
	f("NTANetAnalytics | mv-expand ip = split(SrcIp, '.') | where FlowStartTime > TIME | count", after)
	// These say nothing of the rows that are read.
	f("NTANetAnalytics | where FlowStartTime >= TIME or SrcIp == '' | count")
	f("NTANetAnalytics | take 5 | where FlowStartTime >= TIME | count")
	f("NTANetAnalytics | summarize t = max(FlowStartTime) by SrcIp | where t >= TIME")
	f("NTANetAnalytics | join kind=leftouter (NTANetAnalytics | project SrcIp, FlowStartTime) on SrcIp | where FlowStartTime1 > TIME | count")
	f("NTANetAnalytics | where not(FlowStartTime >= TIME) | count")
}
