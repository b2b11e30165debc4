SELECT k.by_host_id, k.by_port, k.m_total, count(*) OVER (), least(coalesce(sum(k.m_total) OVER (), 0), 9223372036854775807)::BIGINT
FROM (
  SELECT g.id_host AS by_host_id,
    g.id_port AS by_port,
    g.s_flows AS m_total
  FROM (
    SELECT f.host AS id_host,
      f.port AS id_port,
      least(coalesce(sum(f.started), 0), 9223372036854775807)::BIGINT AS s_flows,
      min(f.interval_start) AS s_first
    FROM (
      SELECT f.initiator AS host, f.interval_start AS interval_start, f.port AS port, f.started AS started
      FROM weir.counted AS f
      WHERE f.interval_start >= ?
        AND f.status = 1
      UNION ALL
      SELECT f.responder AS host, f.interval_start AS interval_start, f.port AS port, f.started AS started
      FROM weir.counted AS f
      WHERE f.interval_start >= ?
        AND f.status = 1
    ) AS f
    GROUP BY f.host, f.port
  ) AS g
  WHERE g.s_first >= ?
) AS k
ORDER BY k.m_total DESC, k.by_host_id, k.by_port
LIMIT 5
-- [2026-01-02 01:00:00 +0000 UTC 2026-01-02 01:00:00 +0000 UTC 2026-01-02 06:00:00 +0000 UTC]
