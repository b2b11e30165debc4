package insight

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"weir/internal/store"
)

// TestForecast follows a store that gets 1 GB and 10 M rows a day, of which
// it has ten days.
func TestForecast(t *testing.T) {
	const gb = 1_000_000_000
	now := time.Date(2026, 3, 11, 12, 0, 0, 0, time.UTC)
	usage := func(available int64) *store.Usage {
		u := &store.Usage{
			File: 10 * gb, Disk: store.Disk{Size: 1000 * gb, Available: available},
			Tables: []store.TableUsage{{Table: store.TableFacts, Rows: 100_000_000, Bytes: 10 * gb}},
			Recent: store.RecentUsage{From: now.Add(-day), To: now, Rows: 10_000_000},
		}
		for d := range 10 {
			u.Days = append(u.Days, store.DayUsage{Table: store.TableFacts, Day: now.Truncate(day).AddDate(0, 0, d-9), Rows: 10_000_000, Bytes: gb})
		}
		return u
	}
	type want struct {
		In30Days int64
		Full     string
		Advice   string
	}
	f := func(what string, u *store.Usage, r store.Retention, w want) {
		t.Helper()
		a := diskAnswer(u, r, now)
		got := want{In30Days: a.Growth.In30Days, Advice: a.Advice}
		if a.Growth.Full != nil {
			got.Full = a.Growth.Full.Format(time.DateOnly)
		}
		if diff := cmp.Diff(w, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", what, diff)
		}
		if (a.Warning != "") != (a.Growth.Full != nil && a.Growth.Full.Before(now.AddDate(0, 0, soon+1))) {
			t.Errorf("%s: full on %s, and the warning is %q", what, got.Full, a.Warning)
		}
	}
	ever := store.Retention{}
	days := func(n int) store.Retention { return store.Retention{Intervals: time.Duration(n) * day} }
	f("much room", usage(900*gb), ever, want{In30Days: 40 * gb, Full: "2028-08-28"})
	f("room for a month and a half", usage(45*gb), ever, want{In30Days: 40 * gb, Full: "2026-04-26"})
	f("room for three weeks", usage(20*gb+1), ever, want{In30Days: 40 * gb, Full: "2026-04-01", Advice: "retention: {intervals: 14d, hours: 0, days: 0}"})
	f("forgetting in time", usage(20*gb), days(14), want{In30Days: 15 * gb})
	f("forgetting too late", usage(20*gb), days(60), want{In30Days: 40 * gb, Full: "2026-04-01", Advice: "retention: {intervals: 14d, hours: 0, days: 0}"})
	f("no room", usage(0), ever, want{In30Days: 40 * gb, Full: "2026-03-12", Advice: "retention: {intervals: 7d, hours: 0, days: 0}"})

	free := usage(0)
	free.File, free.Free = 60*gb, 50*gb
	f("room in the file itself", free, ever, want{In30Days: 60 * gb, Full: "2026-05-01"})

	silent := usage(0)
	silent.Disk = store.Disk{}
	f("a disk that does not say its size", silent, ever, want{In30Days: 40 * gb})

	f("an empty store", &store.Usage{File: 1 << 20, Disk: store.Disk{Size: gb, Available: gb}}, ever, want{In30Days: 1 << 20})

	// What is kept beside the facts is not forgotten with them.
	ledger := usage(12 * gb)
	ledger.Tables = append(ledger.Tables, store.TableUsage{Table: store.TableLedger, Rows: 1, Bytes: 5 * gb})
	ledger.File += 5 * gb
	f("a large ledger", ledger, days(14), want{In30Days: 34 * gb, Full: "2026-03-28"})
}

// TestForecastOfFewRows checks that whole blocks of small tables are not taken
// for what a row takes.
func TestForecastOfFewRows(t *testing.T) {
	now := time.Date(2026, 3, 11, 12, 0, 0, 0, time.UTC)
	a := diskAnswer(&store.Usage{
		File: 8 << 20, Disk: store.Disk{Size: 1 << 30, Available: 1 << 29},
		Tables: []store.TableUsage{{Table: store.TableOther, Rows: 9, Bytes: 7 << 20}, {Table: store.TableFacts, Rows: 3, Bytes: 1 << 20}},
		Days:   []store.DayUsage{{Table: store.TableFacts, Day: now.Truncate(day), Rows: 3, Bytes: 1 << 20}},
		Recent: store.RecentUsage{From: now.Add(-10 * time.Minute), To: now, Rows: 3},
	}, store.Retention{}, now)
	if want := int64(3 * 144); a.Growth.Rows != want || a.Growth.Bytes != want*typicalRow {
		t.Errorf("%d rows and %d bytes a day, want %d and %d", a.Growth.Rows, a.Growth.Bytes, want, want*typicalRow)
	}
	if a.Growth.Full != nil && a.Growth.Full.Before(now.AddDate(1, 0, 0)) || strings.Contains(a.Warning, "full") {
		t.Errorf("three rows fill the disk on %s", a.Growth.Full)
	}
}
