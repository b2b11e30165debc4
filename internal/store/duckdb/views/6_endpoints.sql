-- A party is seen as its own where the capture NIC is its side of the flow.
CREATE OR REPLACE VIEW endpoints AS
SELECT
    p.address,
    s.target AS seen_from,
    coalesce(e.macs, []) AS macs,
    e.macs IS NOT NULL AS captured,
    e.first_seen,
    e.last_seen
FROM (
    SELECT party,
        list_sort(list(DISTINCT mac) FILTER (own AND mac <> '')) AS macs,
        min(first_seen) AS first_seen,
        max(last_seen) AS last_seen
    FROM (
        SELECT initiator AS party, direction = 1 AS own, log, min(first_seen) AS first_seen, max(last_seen) AS last_seen
        FROM weir.fact
        GROUP BY ALL
        UNION ALL
        SELECT responder, direction = 0, log, min(first_seen), max(last_seen)
        FROM weir.fact
        GROUP BY ALL
    ) seen
    JOIN weir.log l ON l.id = seen.log
    GROUP BY party
) e
JOIN weir.party p ON p.id = e.party
JOIN weir.scope s ON s.id = p.scope;

COMMENT ON VIEW endpoints IS 'Every address, as seen from each logged resource.';
COMMENT ON COLUMN endpoints.address IS 'The address';
COMMENT ON COLUMN endpoints.seen_from IS 'Logged resource in whose flows it was seen, lower-case resource id';
COMMENT ON COLUMN endpoints.macs IS 'NICs of its own at which flows were captured';
COMMENT ON COLUMN endpoints.captured IS 'Whether one of its own NICs is known';
COMMENT ON COLUMN endpoints.first_seen IS 'Time of its first tuple, UTC';
COMMENT ON COLUMN endpoints.last_seen IS 'Time of its last tuple, UTC';
