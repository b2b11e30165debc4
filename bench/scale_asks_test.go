package bench

import (
	"context"
	"fmt"
	"strings"
	"time"

	"weir/internal/insight"
	"weir/internal/store"
)

// asked is a question that is measured, and what it is to take.
type asked struct {
	name  string
	class class
	// ask puts it to Weir for a range and returns the numbers that it is
	// compared by with plain: the measure of its rows, in their order.
	ask func(ctx context.Context, s store.Store, from, to time.Time) ([]int64, error)
	// plain is the same question on facts by id, as one would write it by hand
	// (empty: nobody would), with %[1]s for the range and %[2]d for the grain in
	// seconds. The numbers are in its last column.
	plain  string
	whole  bool // over all that is stored only
	apart  bool // its answer is not that of plain, which does not merge the parts of a flow, or groups by ids
	inside bool // SQL answered in this process, so that no start of one is measured
}

// class is what a question has as its goal.
type class int

const (
	few   class = iota // a series, tiles, or a ranking of few keys
	many               // a ranking of hosts or pairs
	views              // SQL of a user on a public view, in a process of its own
	pages              // what a page asks beside rankings
)

// goal is what a question may take, warm and cold; 0 where there is no goal.
func (c class) goal(rows int64) (warm, cold time.Duration) {
	switch {
	case c == views:
		return time.Second, 0
	case rows <= 10_000_000:
		return 100 * time.Millisecond, 0
	case c == many:
		return 100 * time.Millisecond, time.Second
	}
	return 100 * time.Millisecond, 0
}

// The sums that count each conversation once.
const (
	countedFlows   = "sum(CASE WHEN marks & 1 = 0 THEN started ELSE 0 END)::BIGINT"
	countedPackets = "sum(CASE WHEN marks & 2 = 0 THEN packets_fwd ELSE 0 END + CASE WHEN marks & 4 = 0 THEN packets_back ELSE 0 END)::BIGINT"
	countedBytes   = "sum(CASE WHEN marks & 2 = 0 THEN bytes_fwd ELSE 0 END + CASE WHEN marks & 4 = 0 THEN bytes_back ELSE 0 END)::BIGINT"
)

// ranks is a ranking on facts by id.
func ranks(keys, from string, by insight.Measure) string {
	sums := []string{countedPackets, countedBytes, countedFlows}
	if by == insight.Bytes {
		sums = []string{countedFlows, countedPackets, countedBytes}
	}
	return fmt.Sprintf("SELECT %s, %s AS ranked FROM %s GROUP BY ALL ORDER BY ranked DESC LIMIT 10", keys, strings.Join(sums, ", "), from)
}

// bothEnds has every flow once for each of its ends.
const bothEnds = `(SELECT initiator AS host, started, packets_fwd, packets_back, bytes_fwd, bytes_back, marks FROM weir.fact WHERE %[1]s
	UNION ALL SELECT responder, started, packets_fwd, packets_back, bytes_fwd, bytes_back, marks FROM weir.fact WHERE %[1]s)`

const facts = "weir.fact WHERE %[1]s"

// measured lists the questions. A new insight gets a line.
func measured() []asked {
	var all []asked
	for _, by := range []insight.Measure{insight.Flows, insight.Bytes} {
		of := func(m insight.Measures) int64 {
			if by == insight.Bytes {
				return m.Bytes
			}
			return m.Flows
		}
		all = append(all,
			asked{
				name: "hosts by " + string(by), class: many, plain: ranks("host", bothEnds, by),
				ask: func(ctx context.Context, s store.Store, from, to time.Time) (n []int64, err error) {
					a, err := insight.Hosts(ctx, s, insight.Question{From: from, To: to, By: by})
					if err == nil {
						for _, r := range a.Rows {
							n = append(n, of(r.Total))
						}
					}
					return n, err
				},
			},
			asked{
				name: "conversations by " + string(by), class: many, plain: ranks("initiator, responder", facts, by),
				ask: func(ctx context.Context, s store.Store, from, to time.Time) (n []int64, err error) {
					a, err := insight.Conversations(ctx, s, insight.Question{From: from, To: to, By: by})
					if err == nil {
						for _, r := range a.Rows {
							n = append(n, of(r.Total))
						}
					}
					return n, err
				},
			},
			asked{
				name: "ports by " + string(by), class: few, plain: ranks("CASE WHEN port >= 49152 THEN 65536 ELSE port END, protocol", facts, by),
				ask: func(ctx context.Context, s store.Store, from, to time.Time) (n []int64, err error) {
					a, err := insight.Ports(ctx, s, insight.Question{From: from, To: to, By: by})
					if err == nil {
						for _, r := range a.Rows {
							n = append(n, of(r.Total))
						}
					}
					return n, err
				},
			},
			asked{
				name: "rules by " + string(by), class: few, plain: everyCapture(ranks("rule, direction, status", facts+" AND marks & 16 = 0", by)),
				ask: func(ctx context.Context, s store.Store, from, to time.Time) (n []int64, err error) {
					a, err := insight.Rules(ctx, s, insight.Question{From: from, To: to, By: by})
					if err == nil {
						for _, r := range a.Rows {
							n = append(n, of(r.Total))
						}
					}
					return n, err
				},
			},
		)
	}
	// What texts cost: the same by the ids that they come out of.
	for _, by := range [][2]string{{"AclRule", "rule"}, {"L7Protocol", "port, protocol"}, {"SrcVm", "initiator_endpoint"}, {"SrcIp", "initiator"}} {
		column, ids := by[0], by[1]
		all = append(all, asked{
			name: "SQL: by " + column + " FROM NTANetAnalytics", class: views, whole: true, apart: true, inside: true,
			ask:   bySQL("SELECT "+column+", count(*), sum(BytesSrcToDest) FROM NTANetAnalytics GROUP BY "+column, ""),
			plain: "SELECT " + ids + ", count(*), sum(bytes_fwd) FROM weir.fact GROUP BY ALL",
		})
	}
	return append(append(all, onPages()...),
		asked{
			name: "traffic", class: few,
			plain: "SELECT epoch_us(interval_start) // %[2]d000000 AS at, direction, status, " +
				strings.Join([]string{countedPackets, countedBytes, countedFlows}, ", ") + " FROM " + facts + " GROUP BY ALL ORDER BY ALL",
			ask: func(ctx context.Context, s store.Store, from, to time.Time) (n []int64, err error) {
				a, err := insight.Traffic(ctx, s, from, to, nil, 0)
				if err == nil {
					for i := range a.Times {
						for _, line := range a.Series {
							if line.Flows[i] > 0 {
								n = append(n, line.Flows[i])
							}
						}
					}
				}
				return n, err
			},
		},
		asked{
			name: "SQL: count(*) FROM flows", class: views, whole: true, apart: true,
			ask:   bySQL("SELECT count(*) FROM flows", ""),
			plain: "SELECT count(*) FROM weir.fact",
		},
		asked{
			name: "SQL: count(*), sum FROM NTANetAnalytics", class: views, whole: true,
			ask:   bySQL("SELECT count(*), sum(AllowedInFlows)::BIGINT FROM NTANetAnalytics", ""),
			plain: "SELECT count(*), sum(CASE WHEN direction = 0 AND status = 0 THEN started ELSE 0 END)::BIGINT FROM weir.fact",
		},
		asked{
			name: "SQL: ports FROM flows", class: views,
			ask:   bySQL("SELECT port, protocol, sum(started)::BIGINT AS n FROM flows WHERE %s GROUP BY port, protocol ORDER BY n DESC, port, protocol LIMIT 10", "interval_start"),
			plain: "SELECT port, protocol, sum(started)::BIGINT AS n FROM weir.fact WHERE %[1]s GROUP BY ALL ORDER BY n DESC LIMIT 10",
		},
		asked{
			name: "SQL: types FROM NTANetAnalytics", class: views,
			ask:   bySQL("SELECT FlowType, sum(AllowedInFlows)::BIGINT AS n FROM NTANetAnalytics WHERE %s GROUP BY FlowType ORDER BY n DESC, FlowType", "FlowIntervalStartTime"),
			plain: "SELECT flow_type, sum(CASE WHEN direction = 0 AND status = 0 THEN started ELSE 0 END)::BIGINT AS n FROM weir.fact WHERE %[1]s GROUP BY ALL ORDER BY n DESC",
		},
	)
}

// everyCapture counts what is decided at a NIC, at each.
func everyCapture(sql string) string {
	return strings.NewReplacer(countedFlows, "sum(started)::BIGINT", countedPackets, "sum(packets_fwd + packets_back)::BIGINT",
		countedBytes, "sum(bytes_fwd + bytes_back)::BIGINT").Replace(sql)
}

// bySQL is a question of a user, with the range as a condition on a column.
func bySQL(sql, column string) func(ctx context.Context, s store.Store, from, to time.Time) ([]int64, error) {
	return func(ctx context.Context, s store.Store, from, to time.Time) (n []int64, err error) {
		if column != "" {
			sql := strings.Replace(sql, "%s", within(column, from, to), 1)
			return lastColumn(ctx, s, sql)
		}
		return lastColumn(ctx, s, sql)
	}
}

func lastColumn(ctx context.Context, s store.Store, sql string) (n []int64, err error) {
	rows, err := s.SQL(ctx, sql)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		v := rows.Values()
		if number, ok := v[len(v)-1].(int64); ok {
			n = append(n, number)
		}
	}
	return n, rows.Err()
}

// within is the condition of a range.
func within(column string, from, to time.Time) string {
	const layout = "2006-01-02 15:04:05"
	return fmt.Sprintf("%[1]s >= TIMESTAMP '%[2]s' AND %[1]s < TIMESTAMP '%[3]s'", column, from.UTC().Format(layout), to.UTC().Format(layout))
}

// inPlainSQL is the plain statement for a range.
func (a *asked) inPlainSQL(from, to time.Time, grain int64) string {
	return strings.NewReplacer("%[1]s", within("interval_start", from, to), "%[2]d", fmt.Sprint(grain)).Replace(a.plain)
}
