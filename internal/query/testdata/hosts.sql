WITH ids AS (
  SELECT f.host AS host_id,
    least(coalesce(sum(f.started) FILTER (WHERE f.status = 1 AND f.role = 0), 0), 9223372036854775807)::BIGINT AS denied_in,
    least(coalesce(sum(f.records) FILTER (WHERE f.captured = true), 0), 9223372036854775807)::BIGINT AS captured
  FROM (
    SELECT initiator AS host, 1 AS role, direction = 1 AS captured, * FROM weir.counted
    UNION ALL
    SELECT responder AS host, 0 AS role, direction = 0 AS captured, * FROM weir.counted
  ) AS f
  GROUP BY 1
),
keys AS (
  SELECT host.address AS host,
    least(coalesce(sum(ids.denied_in), 0), 9223372036854775807)::BIGINT AS denied_in,
    least(coalesce(sum(ids.captured), 0), 9223372036854775807)::BIGINT AS captured
  FROM ids
  JOIN weir.party AS host ON host.id = ids.host_id
  GROUP BY 1
)
SELECT keys.host, keys.denied_in, keys.captured
FROM keys
ORDER BY keys.host
-- []
