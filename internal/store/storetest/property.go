package storetest

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"weir/internal/flow"
	"weir/internal/store"
)

// flowColumns are those of view flows that say what a flow is, then its
// counters and times.
var flowColumns = []string{
	"interval_start", "initiator", "responder", "port", "protocol", "direction", "status", "flow_type", "encryption", "acl", "rule",
	"mac", "target", "flow_log", "family",
	"started", "ended", "packets_fwd", "bytes_fwd", "packets_back", "bytes_back", "records", "first_seen", "last_seen",
}

// flowsOn returns the rows of view flows of a day, in two texts, sorted: what
// they are, and their counters and times.
func flowsOn(t *testing.T, s store.Store, day int64) ([][]any, error) {
	rows, err := Table(s.Query(t.Context(), "SELECT "+strings.Join(flowColumns, ", ")+" FROM flows WHERE interval_start >= ? AND interval_start < ?",
		time.Unix(day, 0), time.Unix(day+86400, 0)))
	for i, row := range rows {
		for j, v := range row {
			if at, ok := v.(time.Time); ok {
				row[j] = at.UnixMilli()
			}
		}
		text := func(part []any) string { return strings.TrimSuffix(fmt.Sprintln(part...), "\n") }
		counters := slices.Index(flowColumns, "started")
		rows[i] = []any{text(row[:counters]), text(row[counters:])}
	}
	sortTable(rows)
	return rows, err
}

// testAnySplit commits the same rows split into deltas in any way and order,
// with rules and logs numbered differently in each, and compares view flows
// with a sum that is made without the store.
func testAnySplit(t *testing.T, s store.Store) {
	round := int64(0)
	rapid.Check(t, func(rt *rapid.T) {
		round++
		day := Start.Unix() + round*86400 // rounds share a store, each has a day
		rows := rapid.SliceOfN(rapid.Custom(func(rt *rapid.T) contentRow { return drawRow(rt, day) }), 1, 60).Draw(rt, "rows")
		order := rapid.Permutation(seq(len(rows))).Draw(rt, "order")
		cuts := rapid.SliceOfN(rapid.IntRange(0, len(rows)), 0, 5).Draw(rt, "cuts")
		cuts = append(cuts, 0, len(rows))
		slices.Sort(cuts)
		for i := range len(cuts) - 1 {
			d := &store.Delta{}
			for _, j := range order[cuts[i]:cuts[i+1]] {
				rows[j].addTo(d)
			}
			if err := s.Commit(t.Context(), d); err != nil {
				rt.Fatal(err)
			}
		}
		got, err := flowsOn(t, s, day)
		if err != nil {
			rt.Fatal(err)
		}
		if diff := gocmp.Diff(model(rows), got); diff != "" {
			rt.Fatalf("flows (-want +got):\n%s", diff)
		}
	})
}

// contentRow is a row with what its rule and log are.
type contentRow struct {
	flow.Row
	rule flow.Rule
	log  flow.Log
}

func drawRow(rt *rapid.T, day int64) contentRow {
	small := func(n int) int { return rapid.IntRange(0, n-1).Draw(rt, "n") }
	count := func() uint64 { return rapid.Uint64Range(0, 1<<40).Draw(rt, "count") }
	address := func() flow.Addr {
		return flow.MustParseAddr([]string{"10.0.0.1", "10.0.0.2", "2001:db8::1", "::ffff:10.0.0.1"}[small(4)])
	}
	start := day + 600*int64(small(2))
	r := contentRow{rule: Rule(small(2)), log: Log(small(2))}
	r.Key = flow.Key{
		Initiator: address(), Responder: address(), Interval: start, Port: uint16(small(2)), Protocol: []uint8{6, 17, 1}[small(3)],
		Direction: flow.Direction(small(2)), Status: flow.Status(small(2)), Encryption: flow.Encryption(small(3)),
	}
	r.Counters = flow.Counters{
		Started: count(), Ended: count(), PacketsFwd: count(), BytesFwd: count(), PacketsBack: count(), BytesBack: count(), Records: count(),
		First: start*1000 + int64(small(600_000)), Last: start*1000 + int64(small(600_000)),
	}
	return r
}

// addTo adds the row to a delta, its rule and log under the numbers they have there.
func (r contentRow) addTo(d *store.Delta) {
	row := r.Row
	row.Rule, row.Log = numberOf(&d.Rules, r.rule), numberOf(&d.Logs, r.log)
	d.Rows = append(d.Rows, row)
}

func numberOf[T comparable](all *[]T, v T) uint32 {
	i := slices.Index(*all, v)
	if i < 0 {
		i = len(*all)
		*all = append(*all, v)
	}
	return uint32(i)
}

// model is the answer that the store should give, in any order of rows.
func model(rows []contentRow) [][]any {
	sums := map[string]flow.Counters{}
	for _, r := range rows {
		protocol := map[uint8]string{6: "TCP", 17: "UDP", 1: "1"}[r.Protocol]
		key := fmt.Sprint(r.Interval*1000, " ", r.Initiator, " ", r.Responder, " ", r.Port, " ", protocol, " ", r.Direction, " ", r.Status, " ", r.Type, " ",
			r.Encryption, " ", r.rule.ACL, " ", r.rule.Name, " ", r.log.MAC, " ", r.log.Target, " ", r.log.FlowLog, " ", r.log.Family)
		c, ok := sums[key]
		if !ok {
			c.First, c.Last = r.First, r.Last
		}
		c.Started, c.Ended, c.Records = c.Started+r.Started, c.Ended+r.Ended, c.Records+r.Records
		c.PacketsFwd, c.BytesFwd = c.PacketsFwd+r.PacketsFwd, c.BytesFwd+r.BytesFwd
		c.PacketsBack, c.BytesBack = c.PacketsBack+r.PacketsBack, c.BytesBack+r.BytesBack
		c.First, c.Last = min(c.First, r.First), max(c.Last, r.Last)
		sums[key] = c
	}
	table := make([][]any, 0, len(sums))
	for key, c := range sums {
		table = append(table, []any{key, fmt.Sprint(c.Started, c.Ended, c.PacketsFwd, c.BytesFwd, c.PacketsBack, c.BytesBack, c.Records, c.First, c.Last)})
	}
	sortTable(table)
	return table
}

func sortTable(table [][]any) {
	slices.SortFunc(table, func(a, b []any) int { return cmp.Compare(fmt.Sprint(a...), fmt.Sprint(b...)) })
}

func seq(n int) []int {
	s := make([]int, n)
	for i := range s {
		s[i] = i
	}
	return s
}
