package insight_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"weir/internal/filter"
	"weir/internal/flow"
	"weir/internal/insight"
	"weir/internal/query"
	"weir/internal/query/querytest"
	"weir/internal/store"
)

// What a filter leaves is answered as if there were nothing else.
func TestWhere(t *testing.T) {
	flows := querytest.Random(21, 900, start)
	for i := range flows {
		if f := &flows[i]; len(querytest.Verdicts(f.Initiator))+len(querytest.Verdicts(f.Responder)) > 0 {
			f.Type = flow.MaliciousFlow
		}
	}
	all := filled(t, flows)
	f := func(text string, passes func(querytest.Flow) bool) {
		t.Helper()
		where, err := filter.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		var left []querytest.Flow
		for _, f := range flows {
			if passes(f) {
				left = append(left, f)
			}
		}
		if len(left) < 10 || len(left) > 800 {
			t.Fatalf("%s lets %d flows pass, so little is tested", text, len(left))
		}
		some := filled(t, left)
		same(t, text, where, all, some, insight.Hosts)
		same(t, text, where, all, some, insight.Conversations)
		same(t, text, where, all, some, insight.Ports)
		same(t, text, where, all, some, insight.Rules)
		same(t, text, where, all, some, traffic)
	}
	f("denied", func(f querytest.Flow) bool { return f.Status == flow.Denied })
	f("port < 1024 and src not in 10.0.0.0/24", func(f querytest.Flow) bool {
		return f.Port < 1024 && !strings.HasPrefix(f.Initiator, "10.0.0.")
	})
	f("feed has o and category in (C2, Botnet)", func(f querytest.Flow) bool {
		listed := func(address, category string) bool {
			for _, v := range querytest.Verdicts(address) {
				if (v.From.IsZero() || v.From.Before(f.Interval.Add(10*time.Minute))) && (v.Until.IsZero() || v.Until.After(f.Interval)) &&
					strings.Contains(v.Feed, "o") && (category == "" || v.Category == category) {
					return true
				}
			}
			return false
		}
		either := func(category string) bool { return listed(f.Initiator, category) || listed(f.Responder, category) }
		return f.Type == flow.MaliciousFlow && either("") && (either("C2") || either("Botnet"))
	})
	f("external or rule = rule-1", func(f querytest.Flow) bool {
		external := func(address string) bool { return querytest.Was(address, query.Country) != "" }
		return external(f.Initiator) || external(f.Responder) || f.Rule.Name == "rule-1"
	})
}

func traffic(ctx context.Context, s store.Store, q insight.Question) (*insight.TrafficAnswer, error) {
	return insight.Traffic(ctx, s, q.From, q.To, q.Where, 24)
}

// same checks that an answer about what passes a filter is that of a store of
// nothing else, but for the filter, which it says, and what addresses were, which
// flows that are left out tell as well.
func same[A any](t *testing.T, text string, where query.Condition, all, some store.Store, ask func(context.Context, store.Store, insight.Question) (*A, error)) {
	t.Helper()
	q := insight.Question{From: start, To: start.AddDate(0, 0, 1), By: insight.Bytes, Limit: 15}
	want, err := ask(t.Context(), some, q)
	if err != nil {
		t.Fatal(err)
	}
	q.Where = where
	got, err := ask(t.Context(), all, q)
	if err != nil {
		t.Fatal(err)
	}
	said := ""
	diff := cmp.Diff(want, got, cmpopts.IgnoreTypes(insight.Side{}), cmp.FilterPath(func(p cmp.Path) bool { return p.Last().String() == ".Where" },
		cmp.Comparer(func(a, b string) bool { said = a + b; return true })))
	if diff != "" || said != text {
		t.Errorf("%s: %T says %q (-want +got):\n%s", text, got, said, diff)
	}
}
