SELECT k.by_host, k.m_denied_in, k.m_captured
FROM (
  SELECT g.v_host AS by_host,
    least(coalesce(sum(CASE WHEN g.id_status = 1 AND g.id_role = 0 THEN g.s_flows ELSE 0 END), 0), 9223372036854775807)::BIGINT AS m_denied_in,
    least(coalesce(sum(CASE WHEN g.id_captured = 1 THEN g.s_tuples ELSE 0 END), 0), 9223372036854775807)::BIGINT AS m_captured
  FROM (
    SELECT i.id_host, i.id_status, i.id_role, i.id_captured, t.address AS v_host, i.s_flows, i.s_tuples FROM (
    SELECT f.host AS id_host,
      f.status AS id_status,
      f.role AS id_role,
      f.captured AS id_captured,
      least(coalesce(sum(f.started), 0), 9223372036854775807)::BIGINT AS s_flows,
      least(coalesce(sum(f.records), 0), 9223372036854775807)::BIGINT AS s_tuples
    FROM (
      SELECT CASE WHEN f.direction = 1 THEN 1 ELSE 0 END AS captured, f.initiator AS host, f.records AS records, 1 AS role, f.started AS started, f.status AS status
      FROM weir.counted AS f
      UNION ALL
      SELECT CASE WHEN f.direction = 0 THEN 1 ELSE 0 END AS captured, f.responder AS host, f.records AS records, 0 AS role, f.started AS started, f.status AS status
      FROM weir.counted AS f
    ) AS f
    GROUP BY f.host, f.status, f.role, f.captured
    ) AS i JOIN weir.host AS t ON t.id = i.id_host
  ) AS g
  GROUP BY g.v_host
) AS k
ORDER BY k.by_host
-- []
