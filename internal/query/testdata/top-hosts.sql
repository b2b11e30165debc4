SELECT k.by_host, k.m_flows, k.m_bytes, count(*) OVER (), least(coalesce(sum(k.m_flows) OVER (), 0), 9223372036854775807)::BIGINT, least(coalesce(sum(k.m_bytes) OVER (), 0), 9223372036854775807)::BIGINT
FROM (
  SELECT g.v_host AS by_host,
    least(coalesce(sum(g.s_flows), 0), 9223372036854775807)::BIGINT AS m_flows,
    least(coalesce(sum(g.s_bytes), 0), 9223372036854775807)::BIGINT AS m_bytes
  FROM (
    SELECT i.id_host, t.address AS v_host, i.s_flows, i.s_bytes FROM (
    SELECT f.host AS id_host,
      least(coalesce(sum(f.started), 0), 9223372036854775807)::BIGINT AS s_flows,
      least(coalesce(sum(f.bytes_fwd), 0) + coalesce(sum(f.bytes_back), 0), 9223372036854775807)::BIGINT AS s_bytes
    FROM (
      SELECT f.bytes_back AS bytes_back, f.bytes_fwd AS bytes_fwd, f.initiator AS host, f.started AS started
      FROM weir.counted AS f
      WHERE f.interval_start >= ?
      UNION ALL
      SELECT f.bytes_back AS bytes_back, f.bytes_fwd AS bytes_fwd, f.responder AS host, f.started AS started
      FROM weir.counted AS f
      WHERE f.interval_start >= ?
    ) AS f
    GROUP BY f.host
    ) AS i JOIN weir.host AS t ON t.id = i.id_host
  ) AS g
  GROUP BY g.v_host
) AS k
ORDER BY k.m_bytes DESC, k.m_flows DESC, k.by_host
LIMIT 5
-- [2026-01-02 00:00:00 +0000 UTC 2026-01-02 00:00:00 +0000 UTC]
