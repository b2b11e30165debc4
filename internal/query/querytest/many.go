package querytest

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	duck "github.com/duckdb/duckdb-go-bindings"

	"weir/internal/flow"
	"weir/internal/store/duckdb"
)

// Start is when the flows of Many begin; they are spread over the seven days
// after it.
var Start = time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)

// Many makes a store of so many facts in a folder: 2 000 machines and millions of
// outside addresses, most of which appear in a few intervals only. A store that
// was read from logs is as large after minutes; this one is after seconds, since
// its rows are made where they are stored.
func Many(t testing.TB, dir string, facts int) {
	t.Helper()
	s, err := duckdb.Open(context.Background(), dir, duckdb.Options{Command: "test"})
	if err != nil {
		t.Fatal(err)
	}
	Commit(t, s, "/logs/first.json", Flow{
		Interval: Start, Initiator: "10.0.0.4", Responder: "10.0.0.5", Port: 443, Protocol: 6,
		Rule: flow.Rule{ACL: "/subscriptions/s/nsg", Name: "allow-web"}, Log: flow.Log{Family: flow.VNet, MAC: "00224871C201", Target: "/subscriptions/s/vnet"},
		Counters: flow.Counters{Started: 1},
	})
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := run(filepath.Join(dir, "store.duckdb"), fmt.Sprintf(many, facts, Start.Format(time.DateTime))); err != nil {
		t.Fatal(err)
	}
}

// many makes the rows. The number of a row is spread by hash, so that neither
// hosts nor pairs lie beside each other.
const many = `
SET preserve_insertion_order = false;
SET memory_limit = '2GB';
CREATE MACRO rolled(i, n, salt) AS (hash(i, salt) %% n)::BIGINT;
CREATE MACRO inside(n) AS 1000000000 + n;
CREATE MACRO outside(n) AS 2000000000 + n;
CREATE MACRO v4(a, b, c, d) AS 281470681743360 + a * 16777216 + b * 65536 + c * 256 + d;

INSERT INTO weir.rule SELECT 1000 + range, concat('/subscriptions/s/nsg-', range // 20), concat('rule-', range) FROM range(400);
INSERT INTO weir.log SELECT l.* REPLACE (1000 + range AS id, format('0022487{:05X}', range) AS mac) FROM weir.log AS l, range(2000);
INSERT INTO weir.host SELECT inside(range), format('10.{}.{}.{}', 1 + range // 250, range %% 5, range %% 250 + 4), 0, v4(10, 1 + range // 250, range %% 5, range %% 250 + 4) FROM range(2000);
INSERT INTO weir.host SELECT outside(range), format('{}.{}.{}.{}', 11 + range // 65536, range // 256 %% 256, range %% 256, range %% 251),
    0, v4(11 + range // 65536, range // 256 %% 256, range %% 256, range %% 251) FROM range(%[1]d // 5);
INSERT INTO weir.host SELECT 3000000000 + range, format('2001:db8:{:x}::{:x}', range // 65536, range %% 65536),
    2306139568115548160 + range // 65536 * 65536, range %% 65536 FROM range(%[1]d // 20);

INSERT INTO weir.fact BY NAME SELECT
    TIMESTAMP '%[2]s' + INTERVAL 10 MINUTE * (i * 1008 // %[1]d) AS interval_start,
    CASE WHEN out THEN inside(machine) WHEN east_west THEN inside(rolled(i, 2000, 1)) ELSE other END AS initiator,
    CASE WHEN out THEN other ELSE inside(machine) END AS responder,
    0 AS initiator_endpoint, 0 AS responder_endpoint,
    CASE WHEN rolled(i, 4, 2) = 0 THEN rolled(i, 65536, 3) ELSE [22, 53, 80, 443, 445, 1433, 3389, 8080][1 + rolled(i, 8, 4)] END AS port,
    CASE WHEN rolled(i, 5, 5) = 0 THEN 17 ELSE 6 END AS protocol,
    out::UTINYINT AS direction,
    CASE WHEN rolled(i, 3, 6) = 0 THEN 1 ELSE 0 END AS status,
    2 + rolled(i, 9, 7) AS flow_type, 0 AS encryption,
    1000 + rolled(i, 400, 8) AS rule, 1000 + machine AS log,
    1 + rolled(i, 5, 9) AS started, rolled(i, 5, 10) AS ended,
    rolled(i, 100, 11) AS packets_fwd, rolled(i, 100, 11) * 700 AS bytes_fwd,
    rolled(i, 80, 12) AS packets_back, rolled(i, 80, 12) * 900 AS bytes_back,
    1 + rolled(i, 12, 13) AS records,
    interval_start + INTERVAL 1 SECOND * rolled(i, 600, 14) AS first_seen, first_seen AS last_seen, 0 AS marks
FROM (
    SELECT range AS i, rolled(range, 2000, 15) AS machine, rolled(range, 10, 16) = 0 AS east_west,
        rolled(range, 10, 16) > 6 AS out,
        CASE WHEN rolled(range, 5, 17) = 0 THEN 3000000000 + rolled(range, %[1]d // 20, 18) ELSE outside(rolled(range, %[1]d // 5, 19)) END AS other
    FROM range(%[1]d)
);
UPDATE weir.object SET last_tuple = TIMESTAMP '%[2]s' + INTERVAL 7 DAY, tuples = (SELECT sum(records) FROM weir.fact);
DELETE FROM weir.unsettled;
DROP MACRO rolled;
DROP MACRO inside;
DROP MACRO outside;
DROP MACRO v4;
CHECKPOINT;
`

// run runs statements on a database file that nobody has open.
func run(path, statements string) error {
	var db duck.Database
	var message string
	if duck.OpenExt(path, &db, duck.Config{}, &message) == duck.StateError {
		return fmt.Errorf("cannot open %s: %s", path, message)
	}
	defer duck.Close(&db)
	var c duck.Connection
	if duck.Connect(db, &c) == duck.StateError {
		return fmt.Errorf("cannot connect to %s", path)
	}
	defer duck.Disconnect(&c)
	var res duck.Result
	defer duck.DestroyResult(&res)
	if duck.Query(c, statements, &res) == duck.StateError {
		return fmt.Errorf("cannot make facts: %s", duck.ResultError(&res))
	}
	return nil
}
