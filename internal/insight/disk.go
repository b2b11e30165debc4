package insight

import (
	"context"
	"fmt"
	"slices"
	"time"

	"weir/internal/store"
)

// StoreAnswer says what uses the disk, from when on what detail exists, and
// where that leads.
type StoreAnswer struct {
	Now       time.Time        `json:"now" doc:"The server's clock"`
	Bytes     int64            `json:"bytes" doc:"Bytes on disk in all: file, log and spill"`
	File      int64            `json:"file" doc:"Bytes of the database file, with what is free in it"`
	Free      int64            `json:"free" doc:"Bytes in the database file that nothing uses: what comes next does, and weir store compact gives them back"`
	Log       int64            `json:"log" doc:"Bytes of the write-ahead log"`
	Spill     int64            `json:"spill" doc:"Bytes that questions have put aside at the moment"`
	Disk      DiskSize         `json:"disk"`
	Detail    Detail           `json:"detail"`
	Retention RetentionSetting `json:"retention"`
	Growth    Growth           `json:"growth"`
	Warning   string           `json:"warning" doc:"Where the disk will be full within 30 days: when, and what to do. Else empty"`
	Advice    string           `json:"advice" doc:"The line of the configuration that keeps the disk from becoming full; empty where there is no warning, or no such line"`
	Tables    []StoreTable     `json:"tables" nullable:"false" doc:"What is kept, the largest first"`
	Days      []StoreDay       `json:"days" nullable:"false" doc:"What is kept by time, by table and day"`
}

// DiskSize is the file system that the store is on.
type DiskSize struct {
	Size      int64 `json:"size" doc:"Bytes in all; 0 where the system does not say"`
	Available int64 `json:"available" doc:"Bytes that are left for weir"`
}

// Detail is from when on what detail exists: the first day that is kept.
type Detail struct {
	Intervals *time.Time `json:"intervals" doc:"Of flows by interval, null where there are none"`
	Hours     *time.Time `json:"hours" doc:"Of sums by hour, null where there are none"`
	Days      *time.Time `json:"days" doc:"Of sums by day, null where there are none"`
}

// RetentionSetting is how long things are kept, as the configuration has it.
type RetentionSetting struct {
	Intervals string `json:"intervals" doc:"0: for ever" example:"90d"`
	Hours     string `json:"hours" doc:"0: for ever" example:"400d"`
	Days      string `json:"days" doc:"0: for ever" example:"0"`
}

// Growth is where the last day of the data leads, if each day is like it.
type Growth struct {
	From     *time.Time `json:"from" doc:"Start of the last day of the data, null where there is none"`
	To       *time.Time `json:"to" doc:"End of the data"`
	Rows     int64      `json:"rows" doc:"Reduced rows a day"`
	Bytes    int64      `json:"bytes" doc:"Bytes a day, before anything is forgotten"`
	In30Days int64      `json:"in30Days" doc:"Bytes on disk in 30 days, by the retention in force"`
	Full     *time.Time `json:"full" doc:"When the disk will be full, null where it will not within ten years"`
}

// StoreTable is one kind of thing that is kept.
type StoreTable struct {
	Name  string     `json:"name" enum:"facts,hours,days,hosts,endpoints,ledger,documents,other"`
	Rows  int64      `json:"rows"`
	Bytes int64      `json:"bytes" doc:"Bytes of its blocks; what is in the write-ahead log yet has none"`
	First *time.Time `json:"first" doc:"First day of what is kept by time, else null"`
	Last  *time.Time `json:"last" doc:"Last day of what is kept by time, else null"`
}

// StoreDay is one day of what is kept by time.
type StoreDay struct {
	Table string    `json:"table" enum:"facts,hours,days"`
	Day   time.Time `json:"day" doc:"Start of the day, UTC"`
	Rows  int64     `json:"rows"`
	Bytes int64     `json:"bytes" doc:"Part of the bytes of the table, by rows"`
}

const day = 24 * time.Hour

// Disk says what uses the disk, and for how long there is room.
func Disk(ctx context.Context, s store.Store, r store.Retention) (*StoreAnswer, error) {
	u, err := s.Usage(ctx)
	if err != nil {
		return nil, fmt.Errorf("cannot read what uses the disk: %w", err)
	}
	return diskAnswer(&u, r, time.Now().UTC()), nil
}

func diskAnswer(u *store.Usage, r store.Retention, now time.Time) *StoreAnswer {
	a := &StoreAnswer{
		Now: now, Bytes: u.File + u.Log + u.Spill, File: u.File, Free: u.Free, Log: u.Log, Spill: u.Spill,
		Disk:      DiskSize{u.Disk.Size, u.Disk.Available},
		Retention: RetentionSetting{store.SpanText(r.Intervals), store.SpanText(r.Hours), store.SpanText(r.Days)},
		Tables:    []StoreTable{}, Days: []StoreDay{},
	}
	for _, t := range u.Tables {
		row := StoreTable{Name: string(t.Table), Rows: t.Rows, Bytes: t.Bytes}
		for _, d := range u.Days {
			if d.Table != t.Table {
				continue
			}
			if row.First == nil {
				row.First = &d.Day
			}
			row.Last = &d.Day
		}
		switch t.Table {
		case store.TableFacts:
			a.Detail.Intervals = row.First
		case store.TableHours:
			a.Detail.Hours = row.First
		case store.TableDays:
			a.Detail.Days = row.First
		}
		a.Tables = append(a.Tables, row)
	}
	for _, d := range u.Days {
		a.Days = append(a.Days, StoreDay{string(d.Table), d.Day, d.Rows, d.Bytes})
	}
	f := newForecast(u)
	a.Growth = Growth{From: maybeTime(u.Recent.From), To: maybeTime(u.Recent.To), Rows: int64(f.rows), Bytes: int64(f.bytes())}
	in30, full := f.run(r, now)
	a.Growth.In30Days = in30
	if full > 0 {
		at := now.Add(time.Duration(full) * day).Truncate(day)
		a.Growth.Full = &at
	}
	if full > 0 && full <= soon {
		a.Warning, a.Advice = f.advise(r, now, full)
	}
	return a
}

const (
	// soon is within how many days a disk becomes full that is warned of.
	soon = 30
	// farthest is how many days a forecast looks ahead.
	farthest = 3650
	// fewRows is up to how many rows say nothing of what a row takes: each
	// table has whole blocks. typicalRow is taken instead, with all that comes
	// with a row, in bytes.
	fewRows    = 200_000
	typicalRow = 80
)

// forecast is what each further day adds.
type forecast struct {
	usage *store.Usage
	rows  float64                 // of facts
	add   map[store.Table]float64 // bytes; those of TableOther are never forgotten
}

// newForecast takes the last day of the data as the measure of all to come.
func newForecast(u *store.Usage) *forecast {
	f := &forecast{usage: u, add: map[store.Table]float64{}}
	covered := u.Recent.To.Sub(u.Recent.From)
	if covered <= 0 {
		return f
	}
	f.rows = float64(u.Recent.Rows) * float64(day) / float64(covered)
	days := map[store.Table]float64{}
	for _, d := range u.Days {
		days[d.Table]++
	}
	// What was forgotten since left its hosts and its objects behind.
	known := max(days[store.TableFacts], days[store.TableHours], days[store.TableDays])
	if known == 1 {
		known = float64(covered) / float64(day)
	}
	for _, t := range u.Tables {
		switch {
		case t.Table == store.TableFacts && t.Rows < fewRows:
			f.add[t.Table] = f.rows * typicalRow
			return f
		case t.Table == store.TableFacts:
			f.add[t.Table] = f.rows * float64(t.Bytes+logged(u, t)) / float64(t.Rows)
		}
	}
	for _, t := range u.Tables {
		switch t.Table {
		case store.TableFacts, store.TableDocuments:
		case store.TableHours, store.TableDays:
			f.add[t.Table] = float64(t.Bytes) / max(1, days[t.Table])
		default: // it grows with the facts
			f.add[store.TableOther] += float64(t.Bytes) / max(known, 1e-3)
		}
	}
	return f
}

// logged returns what of the log counts as facts: all, where the file has few.
func logged(u *store.Usage, facts store.TableUsage) int64 {
	if facts.Bytes < u.Log {
		return u.Log
	}
	return 0
}

func (f *forecast) bytes() (sum float64) {
	for _, n := range f.add {
		sum += n
	}
	return sum
}

// run returns how many bytes are on the disk in 30 days, and after how many
// days it is full, 0 for not in sight.
func (f *forecast) run(r store.Retention, now time.Time) (in30 int64, full int) {
	u := f.usage
	used := float64(u.File - u.Free + u.Log)
	held := u.File + u.Log // a file does not shrink by itself
	room := float64(held + u.Disk.Available)
	old := slices.Clone(u.Days)
	for d := 1; d <= farthest; d++ {
		used += f.bytes()
		for table, n := range f.add {
			if keep := r.Of(table); keep > 0 && time.Duration(d)*day > keep {
				used -= n // a day that was added meanwhile
			}
		}
		at := now.Add(time.Duration(d) * day)
		old = slices.DeleteFunc(old, func(o store.DayUsage) bool {
			keep := r.Of(o.Table)
			gone := keep > 0 && o.Day.Add(day+keep).Before(at)
			if gone {
				used -= float64(o.Bytes)
			}
			return gone
		})
		held = max(held, int64(used))
		if d == soon {
			in30 = held
		}
		if full == 0 && u.Disk.Size > 0 && used > room {
			full = d
		}
		if full > 0 && d >= soon {
			break
		}
	}
	return in30, full
}

// advise says what to do about a disk that will soon be full: the longest
// retention with which it lasts a year.
func (f *forecast) advise(r store.Retention, now time.Time, full int) (warning, advice string) {
	warning = fmt.Sprintf("At the rate of the last day of data the disk will be full in %s.", daysText(full))
	for _, n := range []int{365, 180, 90, 60, 30, 14, 7, 3, 1} {
		keep := time.Duration(n) * day
		if r.Intervals > 0 && keep >= r.Intervals {
			continue
		}
		with := r
		with.Intervals = keep
		if _, full := f.run(with, now); full > 0 && full <= 365 {
			continue
		}
		advice = fmt.Sprintf("retention: {intervals: %s, hours: %s, days: %s}", store.SpanText(keep), store.SpanText(r.Hours), store.SpanText(r.Days))
		return warning + " Give it more room, or keep flows by interval for a shorter time: put this line into the configuration and start weir serve again.", advice
	}
	return warning + " Give it more room: no retention keeps it from becoming full.", ""
}

func daysText(n int) string {
	if n == 1 {
		return "one day"
	}
	return fmt.Sprintf("%d days", n)
}
