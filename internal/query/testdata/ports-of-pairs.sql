WITH ids AS (
  SELECT f.initiator AS initiator_id,
    f.responder AS responder_id,
    f.port AS port,
    f.protocol AS protocol,
    least(coalesce(sum(f.packets_fwd), 0) + coalesce(sum(f.packets_back), 0), 9223372036854775807)::BIGINT AS total
  FROM weir.counted AS f
  WHERE (f.initiator, f.responder) IN (
      SELECT d_initiator.id, d_responder.id
      FROM (VALUES (?, ?), (?, ?), (?, ?)) AS wanted(v0, v1)
      JOIN weir.party AS d_initiator ON d_initiator.address = wanted.v0
      JOIN weir.party AS d_responder ON d_responder.address = wanted.v1)
  GROUP BY 1, 2, 3, 4
),
keys AS (
  SELECT initiator.address AS initiator,
    responder.address AS responder,
    ids.port AS port,
    ids.protocol AS protocol,
    least(coalesce(sum(ids.total), 0), 9223372036854775807)::BIGINT AS total
  FROM ids
  JOIN weir.party AS initiator ON initiator.id = ids.initiator_id
  JOIN weir.party AS responder ON responder.id = ids.responder_id
  GROUP BY 1, 2, 3, 4
)
SELECT keys.initiator, keys.responder, keys.port, keys.protocol, keys.total
FROM keys
QUALIFY row_number() OVER (PARTITION BY keys.initiator, keys.responder ORDER BY keys.total DESC, keys.port, keys.protocol) <= 2
ORDER BY keys.total DESC, keys.port, keys.protocol
-- [10.0.0.4 10.0.0.5 10.0.1.4 10.0.1.4 10.0.0.6 203.0.113.3]
