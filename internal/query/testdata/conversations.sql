WITH ids AS (
  SELECT f.initiator AS initiator_id,
    f.responder AS responder_id,
    least(coalesce(sum(f.started), 0), 9223372036854775807)::BIGINT AS flows,
    least(coalesce(sum(f.bytes_back), 0), 9223372036854775807)::BIGINT AS back
  FROM weir.fact AS f
  WHERE f.interval_start >= ?
    AND f.interval_start < ?
  GROUP BY 1, 2
),
keys AS (
  SELECT coalesce(initiator.address, '') AS initiator,
    coalesce(responder.address, '') AS responder,
    least(coalesce(sum(ids.flows), 0), 9223372036854775807)::BIGINT AS flows,
    least(coalesce(sum(ids.back), 0), 9223372036854775807)::BIGINT AS back
  FROM ids
  LEFT JOIN weir.party AS initiator ON initiator.id = ids.initiator_id
  LEFT JOIN weir.party AS responder ON responder.id = ids.responder_id
  GROUP BY 1, 2
)
SELECT keys.initiator, keys.responder, keys.flows, keys.back, total.rows, total.flows, total.back
FROM keys
CROSS JOIN (
  SELECT count(*) AS rows,
    least(coalesce(sum(flows), 0), 9223372036854775807)::BIGINT AS flows,
    least(coalesce(sum(back), 0), 9223372036854775807)::BIGINT AS back
  FROM keys
) AS total
ORDER BY keys.flows DESC, keys.initiator, keys.responder
LIMIT 7
-- [2026-01-02 00:00:00 +0000 UTC 2026-01-02 12:00:00 +0000 UTC]
