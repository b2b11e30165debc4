SELECT k.by_rule, k.by_service_port, k.m_total
FROM (
  SELECT g.v_rule AS by_rule,
    g.v_service_port AS by_service_port,
    least(coalesce(sum(g.s_flows), 0), 9223372036854775807)::BIGINT AS m_total
  FROM (
    SELECT i.id_rule, i.id_port, i.v_rule, CASE WHEN i.id_port >= 49152 AND i.id_port NOT IN (SELECT port FROM weir.application WHERE port >= 49152) THEN 65536 ELSE i.id_port END AS v_service_port, i.s_flows, i.s_first FROM (
    SELECT i.id_rule, i.id_port, t.name AS v_rule, i.s_flows, i.s_first FROM (
    SELECT f.rule AS id_rule,
      f.port AS id_port,
      least(coalesce(sum(f.started), 0), 9223372036854775807)::BIGINT AS s_flows,
      min(f.interval_start) AS s_first
    FROM weir.counted AS f
    WHERE f.status = 1 AND f.initiator IN (SELECT t.id FROM weir.host AS t WHERE t.address IN (?, ?))
    GROUP BY f.rule, f.port
    ) AS i JOIN weir.rule AS t ON t.id = i.id_rule
    ) AS i
  ) AS g
  GROUP BY g.v_rule, g.v_service_port
  HAVING min(g.s_first) >= ?
) AS k
ORDER BY k.m_total DESC
-- [10.0.0.4 10.0.1.5 2026-01-02 02:00:00 +0000 UTC]
