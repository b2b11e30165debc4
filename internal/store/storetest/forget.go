package storetest

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"weir/internal/flow"
	"weir/internal/store"
)

func forgetting() map[string]func(*testing.T, store.Store) {
	return map[string]func(*testing.T, store.Store){
		"forget":                   testForget,
		"forget never the last":    testForgetNeverTheLast,
		"forget after the last":    testForgetAfterTheLast,
		"forget days":              testForgetDays,
		"forget what is said late": testForgetSaidLate,
		"forget nothing":           testForgetNothing,
	}
}

// forgetDays is from when the tests of forgetting have rows, and of how many days.
const forgetDays = 5

var firstDay = time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)

func dayOf(n int) time.Time { return firstDay.AddDate(0, 0, n) }

// daysOfRows is a delta with a row for every three hours of some days, and the
// object that they are from.
func daysOfRows(from, to int) *store.Delta {
	d := Delta()
	for at := dayOf(from); at.Before(dayOf(to)); at = at.Add(3 * time.Hour) {
		r := Row(len(d.Rows) % 4)
		r.Interval, r.First, r.Last = at.Unix(), at.UnixMilli(), at.UnixMilli()+1000
		d.Rows = append(d.Rows, r)
	}
	o := Object(fmt.Sprintf("/days%d-%d", from, to))
	o.FirstTuple, o.LastTuple = d.Rows[0].First, d.Rows[len(d.Rows)-1].Last
	d.Objects = []store.Object{o}
	return d
}

// rolledUp settles and makes the roll-ups of all that is over.
func rolledUp(t *testing.T, s store.Store) {
	t.Helper()
	list, err := s.Unsettled(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Recount(t.Context(), nil, list); err != nil {
		t.Fatal(err)
	}
	if _, err := s.RollUp(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func forget(t *testing.T, s store.Store, h store.Horizon) store.Forgotten {
	t.Helper()
	done, err := s.Forget(t.Context(), h)
	if err != nil {
		t.Fatal(err)
	}
	return done
}

// kept tells which days each table has.
func kept(t *testing.T, s store.Store) map[store.Table][]int {
	t.Helper()
	u, err := s.Usage(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	days := map[store.Table][]int{}
	for _, d := range u.Days {
		days[d.Table] = append(days[d.Table], int(d.Day.Sub(firstDay)/(24*time.Hour)))
	}
	return days
}

// standing tells of how many hours and days the roll-ups stand.
func standing(t *testing.T, s store.Store) (hours, days int) {
	t.Helper()
	list, err := s.Periods(t.Context(), time.Time{}, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range list {
		if p.Width == store.Hour {
			hours++
		} else {
			days++
		}
	}
	return hours, days
}

// flowsFrom returns the flows from a time on.
func flowsFrom(t *testing.T, s store.Store, from time.Time) [][]any {
	t.Helper()
	rows := ask(t, s, "SELECT * FROM flows WHERE interval_start >= ?", from)
	sortTable(rows)
	return rows
}

func testForget(t *testing.T, s store.Store) {
	commit(t, s, daysOfRows(0, forgetDays))
	rolledUp(t, s)
	after, objects := flowsFrom(t, s, dayOf(2)), ask(t, s, "SELECT * FROM objects")
	want(t, "before", kept(t, s), map[store.Table][]int{
		store.TableFacts: {0, 1, 2, 3, 4}, store.TableHours: {0, 1, 2, 3, 4}, store.TableDays: {0, 1, 2, 3},
	})

	if none, err := s.Horizon(t.Context()); err != nil || none != (store.Horizon{}) {
		t.Errorf("horizon before: %+v, %v", none, err)
	}
	h := store.Horizon{Intervals: dayOf(2), Hours: dayOf(1)}
	done := forget(t, s, h)
	if done.Facts != 16 || done.Sums == 0 || !done.WaitsFor.IsZero() || done.Horizon != h {
		t.Errorf("forgot %+v", done)
	}
	check := func(what string) {
		t.Helper()
		want(t, what+": kept", kept(t, s), map[store.Table][]int{
			store.TableFacts: {2, 3, 4}, store.TableHours: {1, 2, 3, 4}, store.TableDays: {0, 1, 2, 3},
		})
		want(t, what+": flows", flowsFrom(t, s, dayOf(0)), after)
		want(t, what+": objects", ask(t, s, "SELECT * FROM objects"), objects)
		got, err := s.Horizon(t.Context()) // also where it was asked for before
		if err != nil || got != h {
			t.Errorf("%s: horizon %+v, %v", what, got, err)
		}
		if hours, days := standing(t, s); hours != 32-1 && hours != 32 || days != 4 {
			t.Errorf("%s: %d hours and %d days stand", what, hours, days)
		}
	}
	check("forgotten")
	if again := forget(t, s, h); again.Facts+again.Sums != 0 {
		t.Errorf("again: %+v", again)
	}
	if back := forget(t, s, store.Horizon{Intervals: dayOf(1)}); back.Horizon != h {
		t.Errorf("the horizon moved back: %+v", back)
	}
	check("again")

	// What is gone stays gone: rows of that time are left out, those beside them are not.
	late := daysOfRows(1, 3)
	late.Objects[0].Name = "/late"
	late.Objects[0].TooOld = 24
	commit(t, s, late)
	want(t, "left out", late.LeftOut, store.LeftOut{Rows: 8, Tuples: 24})
	want(t, "days after a late object", kept(t, s)[store.TableFacts], []int{2, 3, 4})
	want(t, "records of the day that is kept", ask(t, s, "SELECT sum(records) FROM flows WHERE interval_start < ?", dayOf(3)), [][]any{{int64(2 * 8 * 3)}})
	rolledUp(t, s)
	if _, days := standing(t, s); days != 4 {
		t.Errorf("%d days stand after a late object", days)
	}
	stats, err := s.Stats(t.Context())
	if err != nil || stats.TooOld != 29 { // and those of Object
		t.Errorf("%d tuples are too old, %v", stats.TooOld, err)
	}
	old := daysOfRows(0, 1)
	commit(t, s, old)
	want(t, "all left out", old.LeftOut, store.LeftOut{Rows: 8, Tuples: 24})
	want(t, "days after an old object", kept(t, s)[store.TableFacts], []int{2, 3, 4})
}

// testForgetNeverTheLast keeps what has no roll-ups yet, and what comes after it.
func testForgetNeverTheLast(t *testing.T, s store.Store) {
	commit(t, s, daysOfRows(0, forgetDays))
	h := store.Horizon{Intervals: dayOf(3), Hours: dayOf(2)}
	all := flowsFrom(t, s, dayOf(0))
	done := forget(t, s, h)
	if done.Facts+done.Sums != 0 || !done.WaitsFor.Equal(dayOf(0)) || done.Horizon != (store.Horizon{}) {
		t.Errorf("without roll-ups: %+v", done)
	}
	want(t, "flows", flowsFrom(t, s, dayOf(0)), all)
	rolledUp(t, s)
	// The second day changes: it has to wait, and with it what comes after.
	r := daysOfRows(1, 2)
	r.Objects[0].Name = "/second"
	commit(t, s, r)
	done = forget(t, s, h)
	if !done.WaitsFor.Equal(dayOf(1)) || done.Horizon != (store.Horizon{Intervals: dayOf(1), Hours: dayOf(1)}) {
		t.Errorf("with a day that waits: %+v", done)
	}
	want(t, "days", kept(t, s)[store.TableFacts], []int{1, 2, 3, 4})
	rolledUp(t, s)
	if done = forget(t, s, h); !done.WaitsFor.IsZero() || done.Horizon != h {
		t.Errorf("after it was rolled up: %+v", done)
	}
	want(t, "days", kept(t, s), map[store.Table][]int{
		store.TableFacts: {3, 4}, store.TableHours: {2, 3, 4}, store.TableDays: {0, 1, 2, 3},
	})
}

// testForgetAfterTheLast forgets the last day of logs that stopped: it is over by
// the clock, though no data say so.
func testForgetAfterTheLast(t *testing.T, s store.Store) {
	commit(t, s, daysOfRows(0, forgetDays))
	rolledUp(t, s)
	h := store.Horizon{Intervals: dayOf(forgetDays + 1), Hours: dayOf(forgetDays + 1)}
	if done := forget(t, s, h); !done.WaitsFor.IsZero() || done.Horizon != h || done.Facts != 8*forgetDays {
		t.Errorf("forgot %+v", done)
	}
	want(t, "days", kept(t, s), map[store.Table][]int{store.TableDays: {0, 1, 2, 3, 4}})
}

// testForgetDays forgets the sums by day too: then nothing has to stand.
func testForgetDays(t *testing.T, s store.Store) {
	commit(t, s, daysOfRows(0, forgetDays))
	h := store.Horizon{Intervals: dayOf(2), Hours: dayOf(2), Days: dayOf(2)}
	if done := forget(t, s, h); !done.WaitsFor.IsZero() || done.Horizon != h || done.Facts != 16 {
		t.Errorf("forgot %+v", done)
	}
	rolledUp(t, s)
	want(t, "days", kept(t, s), map[store.Table][]int{
		store.TableFacts: {2, 3, 4}, store.TableHours: {2, 3, 4}, store.TableDays: {2, 3},
	})
	stats, err := s.Stats(t.Context())
	if err != nil || !stats.FirstTuple.Equal(dayOf(2)) {
		t.Errorf("the data begin at %s, %v", stats.FirstTuple, err)
	}
	h = store.Horizon{Intervals: dayOf(4), Hours: dayOf(4), Days: dayOf(3)}
	forget(t, s, h)
	want(t, "days", kept(t, s), map[store.Table][]int{
		store.TableFacts: {4}, store.TableHours: {4}, store.TableDays: {3},
	})
}

// testForgetSaidLate has who read rows before they were forgotten say afterwards
// how they count and what they are: the roll-ups stand.
func testForgetSaidLate(t *testing.T, s store.Store) {
	commit(t, s, daysOfRows(0, forgetDays))
	rolledUp(t, s)
	var counted []store.Counted
	err := s.Captured(t.Context(), dayOf(0), dayOf(2), func(rows []store.CapturedFact) error {
		for _, r := range rows {
			counted = append(counted, store.Counted{
				Interval: r.Interval, Initiator: r.Initiator, Responder: r.Responder, Port: r.Port, Protocol: r.Protocol,
				Direction: r.Direction, Status: r.Status, Log: r.Log, Marks: flow.NoStarts,
			})
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	var judged []store.Judged
	var unsettled []time.Time
	err = s.FactsOf(t.Context(), nil, nil, func(rows []store.StoredFact) error {
		for _, r := range rows {
			if r.Interval >= dayOf(2).Unix() {
				continue
			}
			judged = append(judged, store.Judged{StoredFact: r})
			unsettled = append(unsettled, time.Unix(r.Interval, 0))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	h := store.Horizon{Intervals: dayOf(2)}
	forget(t, s, h)
	hours, days := standing(t, s)
	if err := s.Recount(t.Context(), counted, store.Unsettled{}); err != nil {
		t.Fatal(err)
	}
	if err := s.Rejudge(t.Context(), store.Rejudging{Rows: judged, Unsettled: unsettled}); err != nil {
		t.Fatal(err)
	}
	if err := s.Learn(t.Context(), store.Learning{Applications: []store.Application{{Port: 50_000, Protocol: 6, Name: "late"}}}); err != nil {
		t.Fatal(err)
	}
	list, err := s.Unsettled(t.Context())
	if err != nil || slices.ContainsFunc(list.Intervals, func(at time.Time) bool { return at.Before(dayOf(2)) }) {
		t.Errorf("unsettled: %v, %v", list.Intervals, err)
	}
	rolledUp(t, s)
	if h, d := standing(t, s); h != hours || d != days {
		t.Errorf("%d hours and %d days stand, before %d and %d", h, d, hours, days)
	}
	want(t, "kept", kept(t, s), map[store.Table][]int{
		store.TableFacts: {2, 3, 4}, store.TableHours: {0, 1, 2, 3, 4}, store.TableDays: {0, 1, 2, 3},
	})
}

func testForgetNothing(t *testing.T, s store.Store) {
	if done := forget(t, s, store.Horizon{}); done != (store.Forgotten{}) {
		t.Errorf("an empty store: %+v", done)
	}
	commit(t, s, daysOfRows(0, 1))
	if done := forget(t, s, store.Horizon{}); done != (store.Forgotten{}) {
		t.Errorf("no horizon: %+v", done)
	}
	if done := forget(t, s, store.Horizon{Intervals: dayOf(-10), Hours: dayOf(-20), Days: dayOf(-30)}); done != (store.Forgotten{}) {
		t.Errorf("a horizon before all there is: %+v", done)
	}
	commit(t, s, daysOfRows(-15, -14))
	want(t, "days", kept(t, s)[store.TableFacts], []int{-15, 0})
}
