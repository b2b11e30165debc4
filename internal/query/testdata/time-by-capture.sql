WITH ids AS (
  SELECT epoch_us(f.interval_start) // 3600000000 * 3600 AS time,
    f.log AS log_id,
    least(coalesce(sum(f.packets_fwd), 0), 9223372036854775807)::BIGINT AS total
  FROM weir.counted AS f
  WHERE f.interval_start >= ?
  GROUP BY 1, 2
),
keys AS (
  SELECT ids.time AS time,
    log.mac AS mac,
    log.target AS target,
    least(coalesce(sum(ids.total), 0), 9223372036854775807)::BIGINT AS total
  FROM ids
  JOIN weir.log AS log ON log.id = ids.log_id
  GROUP BY 1, 2, 3
)
SELECT keys.time, keys.mac, keys.target, keys.total
FROM keys
ORDER BY keys.time
-- [2026-01-02 01:00:00 +0000 UTC]
