package duckdb

import (
	"context"
	"fmt"
	"strings"
	"time"

	"weir/internal/store"
)

const (
	// rollUpLag is how far the end of the data is past the end of a period
	// whose roll-ups are made: what comes late drops them again.
	rollUpLag = 10 * time.Minute
	// rollUpAtOnce is how many facts the periods have that one transaction
	// rolls up, unless a single one has more.
	rollUpAtOnce = 500_000

	// Of a period with so many facts a roll-up keeps about one subject in
	// keepOneOf by each of the measures, and at least and at most so many.
	keepOneOf = 64
	keepLeast = 512
	keepMost  = 8192
)

// RollUp implements store.Rolling.
func (s *Store) RollUp(ctx context.Context) (int, error) {
	stats, err := s.Stats(ctx)
	if err != nil || stats.LastTuple.IsZero() {
		return 0, err
	}
	return s.rollUpBefore(ctx, stats.LastTuple.Add(-rollUpLag))
}

// rollUpBefore makes the roll-ups that are due of periods that end by then.
func (s *Store) rollUpBefore(ctx context.Context, over time.Time) (int, error) {
	made := 0
	for _, width := range periodWidths { // hours first: they are asked for first
		due, err := s.due(ctx, width, over)
		if err != nil {
			return made, err
		}
		for _, part := range due {
			n := 0
			err := s.write(ctx, func(w *writer) (err error) {
				n, err = w.rollUp(ctx, width, part, over)
				return err
			})
			if err != nil {
				return made, err
			}
			made += n
		}
	}
	if made == 0 {
		return 0, nil
	}
	return made, s.write(ctx, func(w *writer) error { return w.conn.run(ctx, noteProminent) })
}

// noteProminent notes the addresses of hosts that roll-ups keep: once for all periods
// that were made, since it reads all hosts.
const noteProminent = `INSERT INTO weir.prominent SELECT id, address FROM weir.host WHERE id IN (
	SELECT id FROM (
		SELECT host AS id FROM weir.hour_host WHERE folded = 0 UNION SELECT host FROM weir.day_host WHERE folded = 0
		UNION SELECT initiator FROM weir.hour_pair WHERE folded = 0 UNION SELECT initiator FROM weir.day_pair WHERE folded = 0
		UNION SELECT responder FROM weir.hour_pair WHERE folded = 0 UNION SELECT responder FROM weir.day_pair WHERE folded = 0
	) WHERE id NOT IN (SELECT id FROM weir.prominent)
)`

// duePeriods finds periods that are over and in which all intervals are settled.
const duePeriods = `SELECT epoch_us(d.interval_start) // 1000000, 0 FROM weir.due d
WHERE d.width = %d AND epoch_us(d.interval_start) + %[1]d000000 <= %d AND NOT EXISTS (
	SELECT 1 FROM weir.unsettled u WHERE epoch_us(u.interval_start) // %[1]d000000 = epoch_us(d.interval_start) // %[1]d000000
) ORDER BY 1`

// stretch is a run of periods without a gap: their first and last start, in seconds.
type stretch struct{ first, last int64 }

func (p stretch) where(width int64) string {
	return span{p.first * 1e6, (p.last+width)*1e6 - 1}.where()
}

// due returns the periods that are due, in stretches for one transaction each.
func (s *Store) due(ctx context.Context, width int64, over time.Time) ([]stretch, error) {
	var runs, parts []stretch
	err := s.each(ctx, func(v []any) error {
		at := v[0].(int64)
		if n := len(runs); n > 0 && at == runs[n-1].last+width {
			runs[n-1].last = at
		} else {
			runs = append(runs, stretch{at, at})
		}
		return nil
	}, fmt.Sprintf(duePeriods, width, microsOf(over)))
	if err != nil {
		return nil, err
	}
	for _, run := range runs {
		var rows int64
		err := s.each(ctx, func(v []any) error {
			at, n := v[0].(int64), v[1].(int64)
			if rows == 0 || rows+n > rollUpAtOnce {
				parts, rows = append(parts, stretch{first: at}), 0
			}
			parts[len(parts)-1].last = at
			rows += n
			return nil
		}, fmt.Sprintf("SELECT epoch_us(interval_start) // %d000000 * %[1]d, count(*) FROM weir.fact WHERE %s GROUP BY ALL ORDER BY ALL", width, run.where(width)))
		if err != nil {
			return nil, err
		}
	}
	return parts, nil
}

// rollUp makes the roll-ups of a stretch of periods, in so far as they are due
// still, and returns of how many.
func (w *writer) rollUp(ctx context.Context, width int64, part stretch, over time.Time) (int, error) {
	if err := w.loadPeriods(ctx); err != nil {
		return 0, err
	}
	made := map[periodKey]bool{}
	var starts []int64
	err := w.integers(ctx, fmt.Sprintf(duePeriods, width, microsOf(over)), func(at, _ int64) {
		if at >= part.first && at <= part.last {
			starts = append(starts, at)
			made[periodKey{width, at}] = true
		}
	})
	if err != nil || len(starts) == 0 {
		return 0, err
	}

	facts := rolling{width: width, where: part.where(width), periods: len(starts)}
	if int64(len(starts))*width != part.last-part.first+width { // some are not due any more
		facts.where += fmt.Sprintf(" AND epoch_us(interval_start) // %d000000 * %[1]d IN (%s)", width, numbers(starts))
	}
	rows, err := number(ctx, w.conn, "SELECT count(*) FROM weir.fact WHERE "+facts.where)
	if err != nil {
		return 0, err
	}
	facts.keep = w.keep
	if facts.keep == 0 {
		facts.keep = min(max(rows/int64(len(starts))/keepOneOf, keepLeast), keepMost)
	}
	for _, roll := range store.Rollups() {
		for _, sql := range facts.statements(roll) {
			if err := w.conn.run(ctx, sql); err != nil {
				return 0, err
			}
		}
		if len(roll.Subject) == 0 {
			continue
		}
		if ofHosts(roll) {
			if err := w.noteFolded(ctx, facts, roll); err != nil {
				return 0, err
			}
		}
		if err := w.conn.run(ctx, "DROP TABLE subject; DROP TABLE kept; DROP TABLE folded"); err != nil {
			return 0, err
		}
	}
	w.number++
	in := fmt.Sprintf("width = %d AND interval_start IN (%s)", width, timestamps(starts))
	err = w.conn.run(ctx, fmt.Sprintf("INSERT INTO weir.period SELECT width, interval_start, %d FROM weir.due WHERE %s; DELETE FROM weir.due WHERE %[2]s", w.number, in))
	if err != nil {
		return 0, err
	}
	for k := range made {
		w.periods.stand[k] = true
		delete(w.periods.due, k)
	}
	return len(starts), nil
}

func numbers(list []int64) string {
	return strings.Trim(strings.ReplaceAll(fmt.Sprint(list), " ", ", "), "[]")
}

// rolling is the facts of some periods of a width.
type rolling struct {
	width   int64
	where   string
	periods int
	keep    int64 // subjects of each period by each measure
}

// servicePort is what a roll-up has of a port: those that are drawn by chance
// are one, as in query.
const servicePort = `CASE WHEN port >= 49152 AND port NOT IN (SELECT port FROM weir.application WHERE port >= 49152) THEN 65536 ELSE port::INTEGER END AS port`

// source is the facts as a roll-up sums them.
func (f rolling) source(of store.Facts) string {
	columns := fmt.Sprintf("make_timestamp(epoch_us(interval_start) // %d000000 * %[1]d000000) AS period, %s, * EXCLUDE (port)", f.width, servicePort)
	switch of {
	case store.EachCapture:
		return fmt.Sprintf("(SELECT %s FROM weir.fact WHERE marks & 16 = 0 AND %s)", columns, f.where)
	case store.BothEnds:
		return fmt.Sprintf(`(
	SELECT initiator AS host, initiator_endpoint AS host_endpoint, 1::UTINYINT AS role, (direction = 1)::UTINYINT AS captured, %s FROM weir.counted WHERE %s
	UNION ALL
	SELECT responder AS host, responder_endpoint AS host_endpoint, 0::UTINYINT AS role, (direction = 0)::UTINYINT AS captured, %[1]s FROM weir.counted WHERE %[2]s
)`, columns, f.where)
	}
	return fmt.Sprintf("(SELECT %s FROM weir.counted WHERE %s)", columns, f.where)
}

// statements returns what makes one roll-up.
func (f rolling) statements(r store.Rollup) []string {
	table := store.RollupTable(r.Name, time.Duration(f.width)*time.Second)
	var sums []string
	for _, c := range store.RollupCounters {
		sums = append(sums, "weir.total("+c+")")
	}
	columns := append([]string{"period"}, r.Keys...)
	if len(r.Subject) == 0 {
		return []string{fmt.Sprintf("INSERT INTO %s SELECT %s, %s FROM %s AS f GROUP BY ALL", table,
			strings.Join(columns, ", "), strings.Join(sums, ", "), f.source(r.Of))}
	}
	subject := strings.Join(r.Subject, ", ")
	on := []string{"k.period = f.period"}
	for _, c := range r.Subject {
		on = append(on, fmt.Sprintf("k.%s = f.%[1]s", c))
	}
	for i, c := range columns {
		columns[i] = "f." + c
	}
	columns = append(columns, "(k.period IS NULL)::UTINYINT AS folded")
	for _, c := range append(append([]string{}, r.Subject...), r.Details...) {
		columns = append(columns, fmt.Sprintf("CASE WHEN k.period IS NULL THEN 0 ELSE f.%s END", c))
	}
	return []string{
		fmt.Sprintf(`CREATE OR REPLACE TEMP TABLE subject AS
SELECT period, %s, weir.total(started) AS flows, least(sum(packets_fwd) + sum(packets_back), 9223372036854775807)::BIGINT AS packets,
	least(sum(bytes_fwd) + sum(bytes_back), 9223372036854775807)::BIGINT AS bytes
FROM %s AS f GROUP BY ALL`, subject, f.source(r.Of)),
		// A subject is kept that has more than the first so many have at least.
		fmt.Sprintf(`CREATE OR REPLACE TEMP TABLE least_kept AS
SELECT period, coalesce(max(flows, %[1]d)[%[1]d], -1) AS flows, coalesce(max(packets, %[1]d)[%[1]d], -1) AS packets, coalesce(max(bytes, %[1]d)[%[1]d], -1) AS bytes
FROM subject GROUP BY period`, f.keep),
		fmt.Sprintf(`CREATE OR REPLACE TEMP TABLE kept AS
SELECT s.period, %s FROM subject s JOIN least_kept l ON l.period = s.period
WHERE s.flows > l.flows OR s.packets > l.packets OR s.bytes > l.bytes`, subject),
		`CREATE OR REPLACE TEMP TABLE folded AS
SELECT s.* FROM subject s JOIN least_kept l ON l.period = s.period
WHERE NOT (s.flows > l.flows OR s.packets > l.packets OR s.bytes > l.bytes);
DROP TABLE least_kept`,
		fmt.Sprintf("INSERT INTO %s SELECT %s, %s FROM %s AS f LEFT JOIN kept k ON %s GROUP BY ALL",
			table, strings.Join(columns, ", "), strings.Join(sums, ", "), f.source(r.Of), strings.Join(on, " AND ")),
		fmt.Sprintf(`INSERT INTO weir.bound
SELECT %d, period, '%s', coalesce(max(flows) FILTER (WHERE folded), 0), coalesce(max(packets) FILTER (WHERE folded), 0), coalesce(max(bytes) FILTER (WHERE folded), 0),
	count(*) FILTER (WHERE NOT folded), count(*) FILTER (WHERE folded)
FROM (SELECT period, flows, packets, bytes, true AS folded FROM folded UNION ALL SELECT period, 0, 0, 0, false FROM kept) GROUP BY period`, f.width, r.Name),
	}
}
