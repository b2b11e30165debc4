WITH ids AS (
  SELECT f.port AS port,
    f.protocol AS protocol,
    least(coalesce(sum(f.packets_back) FILTER (WHERE f.port = ? AND f.protocol = ?), 0), 9223372036854775807)::BIGINT AS total
  FROM weir.counted AS f
  WHERE f.interval_start < ?
  GROUP BY 1, 2
),
keys AS (
  SELECT ids.port AS port,
    ids.protocol AS protocol,
    ids.total AS total
  FROM ids
)
SELECT keys.port, keys.protocol, keys.total
FROM keys
-- [53 17 2026-01-02 03:00:00 +0000 UTC]
