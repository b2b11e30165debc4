package bench

import (
	"fmt"
	"strings"
)

// reduceStatement is the reduction of
// docs/explanation/meaning-of-the-numbers.md as one statement over the files.
// DuckDB finds out what the records hold, or, tuned, is told.
func reduceStatement(folders []string, tuned bool) string {
	shape := "union_by_name = true"
	if tuned {
		shape = shapeOfRecords
	}
	quoted := make([]string, len(folders))
	for i, f := range folders {
		quoted[i] = "'" + strings.ReplaceAll(f, "'", "''") + "/**/*.json'"
	}
	return fmt.Sprintf(`
CREATE TABLE reduced AS
WITH record AS (
    SELECT unnest(records) AS r
    FROM read_json([%s], format = 'auto', maximum_object_size = 268435456, %s)
),
nsg AS (
    SELECT r.resourceId AS acl, f.rule, coalesce(g.mac, r.macAddress) AS mac, r.resourceId AS target, '' AS flow_log, unnest(g.flowTuples) AS tuple
    FROM (SELECT r, f, unnest(f.flows) AS g FROM (SELECT r, unnest(r.properties.flows) AS f FROM record))
),
vnet AS (
    SELECT f.aclID AS acl, g.rule, r.macAddress AS mac, r.targetResourceID AS target, r.flowLogResourceID AS flow_log, unnest(g.flowTuples) AS tuple
    FROM (SELECT r, f, unnest(f.flowGroups) AS g FROM (SELECT r, unnest(r.flowRecords.flows) AS f FROM record))
),
field AS (
    SELECT acl, rule, mac, target, flow_log, p,
        CASE WHEN p[9] IN ('B', 'C', 'E') THEN p[9] WHEN p[8] = 'D' THEN 'D' ELSE p[8] END AS state,
        p[8] = 'D' AS denied,
        CASE WHEN length(p[1]) > 11 THEN p[1]::BIGINT ELSE p[1]::BIGINT * 1000 END AS ms
    FROM (SELECT *, string_split(tuple, ',') AS p FROM (FROM nsg UNION ALL FROM vnet))
)
SELECT
    ms - ms %% 600000 AS interval_start, p[2] AS initiator, p[3] AS responder, p[5]::USMALLINT AS port, p[6] AS protocol,
    p[7] AS direction, denied, acl, rule, mac, target, flow_log,
    CASE WHEN p[9] IN ('B', 'C', 'E') THEN '' ELSE p[9] END AS encryption,
    count(*) FILTER (state IN ('B', 'D', 'A')) AS started,
    count(*) FILTER (state = 'E') AS ended,
    sum(TRY_CAST(p[10] AS BIGINT)) FILTER (state IN ('C', 'E')) AS packets_fwd,
    sum(TRY_CAST(p[11] AS BIGINT)) FILTER (state IN ('C', 'E')) AS bytes_fwd,
    sum(TRY_CAST(p[12] AS BIGINT)) FILTER (state IN ('C', 'E')) AS packets_back,
    sum(TRY_CAST(p[13] AS BIGINT)) FILTER (state IN ('C', 'E')) AS bytes_back,
    count(*) AS records, min(ms) AS first_seen, max(ms) AS last_seen
FROM field
GROUP BY ALL`, strings.Join(quoted, ", "), shape)
}

// shapeOfRecords tells read_json what both kinds of log hold of interest.
const shapeOfRecords = `columns = {records: 'STRUCT(
    macAddress VARCHAR, resourceId VARCHAR, targetResourceID VARCHAR, flowLogResourceID VARCHAR,
    properties STRUCT(flows STRUCT(rule VARCHAR, flows STRUCT(mac VARCHAR, flowTuples VARCHAR[])[])[]),
    flowRecords STRUCT(flows STRUCT(aclID VARCHAR, flowGroups STRUCT(rule VARCHAR, flowTuples VARCHAR[])[])[]))[]'}`
