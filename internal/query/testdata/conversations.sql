WITH ids AS (
  SELECT f.initiator AS initiator_id,
    f.responder AS responder_id,
    least(coalesce(sum(f.started), 0), 9223372036854775807)::BIGINT AS flows,
    least(coalesce(sum(f.bytes_back), 0), 9223372036854775807)::BIGINT AS back
  FROM weir.counted AS f
  WHERE f.interval_start >= ?
    AND f.interval_start < ?
  GROUP BY 1, 2
),
keys AS (
  SELECT initiator.address AS initiator,
    responder.address AS responder,
    least(coalesce(sum(ids.flows), 0), 9223372036854775807)::BIGINT AS flows,
    least(coalesce(sum(ids.back), 0), 9223372036854775807)::BIGINT AS back
  FROM ids
  JOIN weir.party AS initiator ON initiator.id = ids.initiator_id
  JOIN weir.party AS responder ON responder.id = ids.responder_id
  GROUP BY 1, 2
)
SELECT first.initiator AS initiator, first.responder AS responder, -first.flows AS flows, first.back AS back, total_count, total_of_flows, total_of_back
FROM (
  SELECT total_count, total_of_flows, total_of_back, unnest(firsts) AS first
  FROM (
    SELECT count(*) AS total_count,
      least(coalesce(sum(flows), 0), 9223372036854775807)::BIGINT AS total_of_flows,
      least(coalesce(sum(back), 0), 9223372036854775807)::BIGINT AS total_of_back,
      min(struct_pack(flows := -flows, initiator := initiator, responder := responder, back := back), 7) AS firsts
    FROM keys
  ) AS total
) AS unfolded
ORDER BY flows DESC, initiator, responder
-- [2026-01-02 00:00:00 +0000 UTC 2026-01-02 12:00:00 +0000 UTC]
