SELECT k.by_initiator_id, k.by_responder_id, k.m_total
FROM (
  SELECT g.id_initiator AS by_initiator_id,
    g.id_responder AS by_responder_id,
    g.s_bytes AS m_total
  FROM (
    SELECT f.initiator AS id_initiator,
      f.responder AS id_responder,
      least(coalesce(sum(f.bytes_fwd), 0) + coalesce(sum(f.bytes_back), 0), 9223372036854775807)::BIGINT AS s_bytes,
      min(f.interval_start) AS s_first
    FROM weir.counted AS f
    GROUP BY f.initiator, f.responder
  ) AS g
  WHERE g.s_first >= ?
) AS k
-- [2026-01-02 06:00:00 +0000 UTC]
