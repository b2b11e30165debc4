package insight_test

import (
	"context"
	"fmt"
	"testing"

	"weir/internal/insight"
	"weir/internal/query/querytest"
	"weir/internal/store"
)

// row is what a row of a ranking is told by, has, and had.
type row struct {
	key    string
	total  insight.Measures
	before *insight.Measures
}

// rankings asks for each of the rankings.
func rankings() map[string]func(context.Context, store.Store, insight.Question) (*insight.Compared, []row, error) {
	return map[string]func(context.Context, store.Store, insight.Question) (*insight.Compared, []row, error){
		"hosts": func(ctx context.Context, s store.Store, q insight.Question) (*insight.Compared, []row, error) {
			a, err := insight.Hosts(ctx, s, q)
			if err != nil {
				return nil, nil, err
			}
			rows := []row{}
			for _, r := range a.Rows {
				rows = append(rows, row{r.Address + r.Side.VNet, r.Total, r.Before})
			}
			return a.Compared, rows, nil
		},
		"conversations": func(ctx context.Context, s store.Store, q insight.Question) (*insight.Compared, []row, error) {
			a, err := insight.Conversations(ctx, s, q)
			if err != nil {
				return nil, nil, err
			}
			rows := []row{}
			for _, r := range a.Rows {
				rows = append(rows, row{r.Initiator + r.From.VNet + " " + r.Responder + r.To.VNet, r.Total, r.Before})
			}
			return a.Compared, rows, nil
		},
		"ports": func(ctx context.Context, s store.Store, q insight.Question) (*insight.Compared, []row, error) {
			a, err := insight.Ports(ctx, s, q)
			if err != nil {
				return nil, nil, err
			}
			rows := []row{}
			for _, r := range a.Rows {
				rows = append(rows, row{fmt.Sprint(r.PortKey), r.Total, r.Before})
			}
			return a.Compared, rows, nil
		},
		"rules": func(ctx context.Context, s store.Store, q insight.Question) (*insight.Compared, []row, error) {
			a, err := insight.Rules(ctx, s, q)
			if err != nil {
				return nil, nil, err
			}
			rows := []row{}
			for _, r := range a.Rows {
				rows = append(rows, row{fmt.Sprint(r.ACL, r.Rule, r.Direction, r.Status), r.Total, r.Before})
			}
			return a.Compared, rows, nil
		},
	}
}

// What rows of a ranking had before is what the ranking of that time says of them.
func TestRankingsCompare(t *testing.T) {
	s := filled(t, append(querytest.Random(33, 1500, start), querytest.Random(34, 1500, start.AddDate(0, 0, -7))...))
	for name, ask := range rankings() {
		for _, by := range []insight.Measure{insight.Flows, insight.Bytes} {
			q := insight.Question{From: start, To: start.AddDate(0, 0, 1), By: by, Limit: 30, Compare: insight.CompareWeek}
			compared, rows, err := ask(t.Context(), s, q)
			if err != nil {
				t.Fatal(err)
			}
			then := insight.Question{From: start.AddDate(0, 0, -7), To: start.AddDate(0, 0, -6), By: by, Limit: insight.MaxLimit}
			nothing, earlier, err := ask(t.Context(), s, then)
			if err != nil {
				t.Fatal(err)
			}
			if compared == nil || !compared.From.Equal(then.From) || !compared.To.Equal(then.To) || nothing != nil {
				t.Errorf("%s by %s: compared with %+v, and without with %+v", name, by, compared, nothing)
			}
			was := map[string]insight.Measures{}
			for _, r := range earlier {
				was[r.key] = r.total
				if r.before != nil {
					t.Errorf("%s by %s: %s had %+v, though nothing was compared", name, by, r.key, *r.before)
				}
			}
			had := 0
			for _, r := range rows {
				if r.before == nil || *r.before != was[r.key] {
					t.Errorf("%s by %s: %s had %+v, want %+v", name, by, r.key, r.before, was[r.key])
				} else if *r.before != (insight.Measures{}) {
					had++
				}
			}
			if len(rows) == 0 || had == 0 {
				t.Errorf("%s by %s: %d rows, of which %d had something", name, by, len(rows), had)
			}
		}
	}
	for name, ask := range rankings() {
		_, _, err := ask(t.Context(), s, insight.Question{Compare: "year"})
		if err == nil {
			t.Errorf("%s are compared with a year", name)
			continue
		}
		checkAsk(t, err, "compare")
	}
}

// The course of a host before is the course of that time, and its rows had what the
// lists of that time say.
func TestHostBefore(t *testing.T) {
	s := filled(t, append(querytest.Random(33, 1500, start), querytest.Random(34, 1500, start.AddDate(0, 0, -7))...))
	q := insight.HostQuestion{Host: "10.0.0.4", Question: insight.Question{From: start, To: start.AddDate(0, 0, 1), Compare: insight.CompareWeek, Limit: insight.MaxLimit}}
	now := oneHost(t, s, q)
	q.From, q.To = start.AddDate(0, 0, -7), start.AddDate(0, 0, -6)
	then := oneHost(t, s, q)
	if now.BeforeCourse == nil || then.BeforeCourse != nil {
		t.Fatalf("the course before is %+v, where nothing is compared %+v", now.BeforeCourse, then.BeforeCourse)
	}
	if got, want := fmt.Sprintf("%+v", *now.BeforeCourse), fmt.Sprintf("%+v", *then.Course); got != want {
		t.Errorf("the course before is\n%s\nwant\n%s", got, want)
	}
	if len(now.BeforeCourse.Times) != len(now.Course.Times) || now.BeforeCourse.GrainSeconds != now.Course.GrainSeconds {
		t.Errorf("the course before has other points: %d, not %d", len(now.BeforeCourse.Times), len(now.Course.Times))
	}
	was := map[string]insight.Measures{}
	for _, p := range then.Partners.Rows {
		was["partner "+p.Address+p.Side.VNet] = p.Total
	}
	for _, p := range then.Serves.Rows {
		was["serves "+fmt.Sprint(p.PortKey)] = p.Total
	}
	check := func(key string, before *insight.Measures) {
		if before == nil || *before != was[key] {
			t.Errorf("%s had %+v, want %+v", key, before, was[key])
		}
	}
	for _, p := range now.Partners.Rows {
		check("partner "+p.Address+p.Side.VNet, p.Before)
	}
	for _, p := range now.Serves.Rows {
		check("serves "+fmt.Sprint(p.PortKey), p.Before)
	}
	if len(now.Partners.Rows) == 0 || len(was) == 0 {
		t.Error("there is nothing to compare")
	}
}
