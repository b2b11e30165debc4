SELECT k.by_initiator, k.by_responder, k.m_flows, k.m_back, count(*) OVER (), least(coalesce(sum(k.m_flows) OVER (), 0), 9223372036854775807)::BIGINT, least(coalesce(sum(k.m_back) OVER (), 0), 9223372036854775807)::BIGINT
FROM (
  SELECT g.v_initiator AS by_initiator,
    g.v_responder AS by_responder,
    least(coalesce(sum(g.s_flows), 0), 9223372036854775807)::BIGINT AS m_flows,
    least(coalesce(sum(g.s_bytes_back), 0), 9223372036854775807)::BIGINT AS m_back
  FROM (
    SELECT i.id_initiator, i.id_responder, i.v_initiator, t.address AS v_responder, i.s_flows, i.s_bytes_back FROM (
    SELECT i.id_initiator, i.id_responder, t.address AS v_initiator, i.s_flows, i.s_bytes_back FROM (
    SELECT f.initiator AS id_initiator,
      f.responder AS id_responder,
      least(coalesce(sum(f.started), 0), 9223372036854775807)::BIGINT AS s_flows,
      least(coalesce(sum(f.bytes_back), 0), 9223372036854775807)::BIGINT AS s_bytes_back
    FROM weir.counted AS f
    WHERE f.interval_start >= ?
      AND f.interval_start < ?
    GROUP BY f.initiator, f.responder
    ) AS i JOIN weir.host AS t ON t.id = i.id_initiator
    ) AS i JOIN weir.host AS t ON t.id = i.id_responder
  ) AS g
  GROUP BY g.v_initiator, g.v_responder
) AS k
ORDER BY k.m_flows DESC, k.by_initiator, k.by_responder
LIMIT 7
-- [2026-01-02 00:00:00 +0000 UTC 2026-01-02 12:00:00 +0000 UTC]
