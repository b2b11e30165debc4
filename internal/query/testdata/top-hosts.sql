WITH ids AS (
  SELECT f.host AS host_id,
    least(coalesce(sum(f.started), 0), 9223372036854775807)::BIGINT AS flows,
    least(coalesce(sum(f.bytes_fwd), 0) + coalesce(sum(f.bytes_back), 0), 9223372036854775807)::BIGINT AS bytes
  FROM (
    SELECT initiator AS host, 1 AS role, direction = 1 AS captured, * FROM weir.counted
    UNION ALL
    SELECT responder AS host, 0 AS role, direction = 0 AS captured, * FROM weir.counted
  ) AS f
  WHERE f.interval_start >= ?
  GROUP BY 1
),
keys AS (
  SELECT host.address AS host,
    least(coalesce(sum(ids.flows), 0), 9223372036854775807)::BIGINT AS flows,
    least(coalesce(sum(ids.bytes), 0), 9223372036854775807)::BIGINT AS bytes
  FROM ids
  JOIN weir.party AS host ON host.id = ids.host_id
  GROUP BY 1
)
SELECT first.host AS host, -first.flows AS flows, -first.bytes AS bytes, total_count, total_of_flows, total_of_bytes
FROM (
  SELECT total_count, total_of_flows, total_of_bytes, unnest(firsts) AS first
  FROM (
    SELECT count(*) AS total_count,
      least(coalesce(sum(flows), 0), 9223372036854775807)::BIGINT AS total_of_flows,
      least(coalesce(sum(bytes), 0), 9223372036854775807)::BIGINT AS total_of_bytes,
      min(struct_pack(bytes := -bytes, flows := -flows, host := host), 5) AS firsts
    FROM keys
  ) AS total
) AS unfolded
ORDER BY bytes DESC, flows DESC, host
-- [2026-01-02 00:00:00 +0000 UTC]
