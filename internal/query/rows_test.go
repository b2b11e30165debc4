package query_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"weir/internal/flow"
	"weir/internal/query"
	"weir/internal/query/querytest"
)

// rowOf is what of a row tells it from others, and what it counts.
type rowOf struct {
	Interval             time.Time
	Initiator, Responder uint64
	Port                 uint16
	Protocol, Direction  uint8
	Rule                 flow.Rule
	Log                  flow.Log
	Encryption, Type     uint8
	Status               uint8
	Started, Bytes, Fwd  int64
	Records              int64
	First, Last          time.Time
}

// merged is the rows of flows, of which those with the same key are one.
func merged(flows []querytest.Flow, c query.Condition) map[string]rowOf {
	rows := map[string]rowOf{}
	for _, f := range flows {
		if !holds(c, f) {
			continue
		}
		first, last := time.UnixMilli(f.First).UTC(), time.UnixMilli(f.Last).UTC()
		r := rowOf{
			Interval: f.Interval, Initiator: querytest.HostID(f.Initiator), Responder: querytest.HostID(f.Responder), Port: f.Port, Protocol: f.Protocol,
			Direction: uint8(f.Direction), Rule: f.Rule, Log: f.Log, Encryption: uint8(f.Encryption), Type: uint8(f.Type), Status: uint8(f.Status),
		}
		key := fmt.Sprint(r)
		if was, ok := rows[key]; ok {
			r = was
		} else {
			r.First, r.Last = first, last
		}
		r.Started += int64(f.Started)
		r.Bytes += int64(f.BytesFwd + f.BytesBack)
		r.Fwd += int64(f.PacketsFwd)
		r.Records += int64(f.Records)
		if first.Before(r.First) {
			r.First = first
		}
		if last.After(r.Last) {
			r.Last = last
		}
		rows[key] = r
	}
	return rows
}

func shownRow(r query.StoredRow) rowOf {
	p := r.Place
	return rowOf{
		p.Interval, p.Initiator, p.Responder, p.Port, p.Protocol, p.Direction, r.Rule, r.Log, p.Encryption, p.Type, p.Status,
		r.Started, r.BytesFwd + r.BytesBack, r.PacketsFwd, r.Records, r.First, r.Last,
	}
}

// Page after page, in every order, rows are those that were committed, each once
// and whole, however many parts it came in.
func TestRows(t *testing.T) {
	s := querytest.Open(t)
	flows := querytest.Random(3, 900, start)
	for i := range 3 {
		querytest.Commit(t, s, fmt.Sprintf("/logs/%d.json", i), flows[i*300:(i+1)*300]...)
	}
	querytest.Commit(t, s, "/logs/again.json", flows[100:400]...) // parts of rows that are there
	flows = append(flows, flows[100:400]...)
	port := query.Test{Field: "port", Values: []any{int64(443), int64(22)}}
	for _, where := range []query.Condition{nil, port, query.Test{Field: "vnet", Op: query.StartsWith, Values: []any{""}}, query.Test{Field: "port", Values: []any{int64(3)}}} {
		want := merged(flows, where)
		for sort := query.ByTime; sort <= query.ByTuples; sort++ {
			q := query.RowsQuestion{From: start.AddDate(-2, 0, 0), To: start.AddDate(0, 0, 3), Where: where, Sort: sort, Limit: 150}
			var all []query.StoredRow
			for {
				rows, err := query.Rows(context.Background(), s, q)
				if err != nil {
					t.Fatal(err)
				}
				all = append(all, rows...)
				if len(rows) < q.Limit {
					break
				}
				q.After = &rows[len(rows)-1].Place
			}
			if len(all) != len(want) {
				t.Errorf("order %d of %v: %d rows, want %d", sort, where, len(all), len(want))
			}
			got := map[string]rowOf{}
			for _, r := range all {
				of := shownRow(r)
				key := of
				key.Started, key.Bytes, key.Fwd, key.Records, key.First, key.Last = 0, 0, 0, 0, time.Time{}, time.Time{}
				got[fmt.Sprint(key)] = of
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("order %d of %v (-want +got):\n%s", sort, where, diff)
			}
			if !slices.IsSortedFunc(all, func(a, b query.StoredRow) int { return int(sortedValue(b, sort) - sortedValue(a, sort)) }) {
				t.Errorf("order %d of %v is none", sort, where)
			}
			n, err := query.CountRows(context.Background(), s, q)
			if err != nil || n != int64(len(want)) {
				t.Errorf("CountRows() = %d, %v, want %d", n, err, len(want))
			}
		}
	}
}

func sortedValue(r query.StoredRow, sort query.RowSort) int64 {
	return []int64{r.Place.Interval.Unix(), r.Started, r.PacketsFwd + r.PacketsBack, r.BytesFwd + r.BytesBack, r.Records}[sort]
}

// Counters that do not fit together do not make a list fail.
func TestRowsThatDoNotFit(t *testing.T) {
	s := querytest.Open(t)
	querytest.Commit(t, s, "/logs/a.json", querytest.Flow{
		Interval: start, Initiator: "10.0.0.4", Responder: "10.0.0.5", Counters: flow.Counters{BytesFwd: 1<<63 - 1, BytesBack: 1<<63 - 1},
	})
	rows, err := query.Rows(context.Background(), s, query.RowsQuestion{From: start, To: start.Add(time.Hour), Sort: query.ByBytes, Limit: 1})
	if err != nil || len(rows) != 1 || rows[0].BytesBack != 1<<63-1 {
		t.Errorf("Rows() = %+v, %v", rows, err)
	}
}

func TestRowsThatCannotBeAsked(t *testing.T) {
	s := querytest.Open(t)
	for _, q := range []query.RowsQuestion{
		{To: start, Limit: 1},
		{From: start, To: start, Limit: 1},
		{From: start, To: start.Add(time.Hour)},
		{From: start, To: start.Add(time.Hour), Limit: 1, Sort: 17},
		{From: start, To: start.Add(time.Hour), Limit: 1, Where: query.And{}},
	} {
		if _, err := query.Rows(context.Background(), s, q); err == nil {
			t.Errorf("%+v was asked", q)
		}
	}
}

func TestSharedSQLOfRows(t *testing.T) {
	for sort := query.ByTime; sort <= query.ByTuples; sort++ {
		var sql string
		q := query.RowsQuestion{From: start, To: start.Add(time.Hour), Sort: sort, Limit: 5, After: &query.RowPlace{Interval: start.Add(time.Minute)}}
		if _, err := query.Rows(context.Background(), told{&sql}, q); !errors.Is(err, errTold) {
			t.Fatal(err)
		}
		checkShared(t, fmt.Sprint("rows ", sort), sql)
	}
}
