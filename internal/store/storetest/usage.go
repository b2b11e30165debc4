package storetest

import (
	"testing"
	"time"

	"weir/internal/flow"
	"weir/internal/store"
)

// testUsage checks what a store tells of the disk.
func testUsage(t *testing.T, s store.Store) {
	usage := func() store.Usage {
		t.Helper()
		u, err := s.Usage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return u
	}
	rows := func(u store.Usage, of store.Table) int64 {
		for _, table := range u.Tables {
			if table.Table == of {
				return table.Rows
			}
		}
		return 0
	}
	u := usage()
	if u.File+u.Log <= 0 || u.File < u.Free || u.Spill < 0 || u.Disk.Available > u.Disk.Size {
		t.Errorf("an empty store: %+v", u)
	}
	want(t, "days of an empty store", u.Days, []store.DayUsage(nil))
	want(t, "recent rows of an empty store", u.Recent, store.RecentUsage{})

	on := func(days, n int) flow.Row {
		r := Row(n)
		r.Interval += int64(days) * 86400
		r.First, r.Last = r.Interval*1000, r.Interval*1000+1
		return r
	}
	d := Delta(on(0, 0), on(0, 1), on(1, 2), on(3, 3))
	o := Object("/a")
	o.FirstTuple, o.LastTuple = d.Rows[0].First, d.Rows[3].Last
	d.Objects = []store.Object{o}
	commit(t, s, d)
	u = usage()
	day := Start.Truncate(24 * time.Hour)
	type dayRows struct {
		Table store.Table
		Day   time.Time
		Rows  int64
	}
	var days []dayRows
	for _, d := range u.Days {
		days = append(days, dayRows{d.Table, d.Day, d.Rows})
	}
	want(t, "days", days, []dayRows{
		{store.TableFacts, day, 2}, {store.TableFacts, day.AddDate(0, 0, 1), 1}, {store.TableFacts, day.AddDate(0, 0, 3), 1},
	})
	want(t, "facts and objects", []int64{rows(u, store.TableFacts), rows(u, store.TableLedger)}, []int64{4, 1})
	end := time.Unix(d.Rows[3].Interval, 0).UTC().Add(s.Interval())
	want(t, "the last day", u.Recent, store.RecentUsage{From: end.AddDate(0, 0, -1), To: end, Rows: 1})
	var sum int64
	for _, table := range u.Tables {
		sum += table.Bytes
	}
	if off := sum - (u.File - u.Free); off < -1<<20 || off > 1<<20 {
		t.Errorf("the tables have %d bytes, the file %d of which %d are free", sum, u.File, u.Free)
	}
}

// testUsageOfOneDay checks that the rate is told of what there is: half an
// hour is no day.
func testUsageOfOneDay(t *testing.T, s store.Store) {
	d := Delta(Row(0), Row(1), Row(2))
	o := Object("/a")
	o.FirstTuple, o.LastTuple = d.Rows[0].First, d.Rows[2].Last
	d.Objects = []store.Object{o}
	commit(t, s, d)
	u, err := s.Usage(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want(t, "the last day", u.Recent, store.RecentUsage{From: Start, To: Start.Add(30 * time.Minute), Rows: 3})
}
