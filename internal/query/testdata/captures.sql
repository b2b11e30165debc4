SELECT k.by_rule, k.by_mac, k.by_captured, k.m_total
FROM (
  SELECT g.v_rule AS by_rule,
    g.v_mac AS by_mac,
    g.id_captured AS by_captured,
    least(coalesce(sum(g.s_flows), 0), 9223372036854775807)::BIGINT AS m_total
  FROM (
    SELECT i.id_rule, i.id_log, i.id_captured, i.v_rule, t.mac AS v_mac, i.s_flows FROM (
    SELECT i.id_rule, i.id_log, i.id_captured, t.name AS v_rule, i.s_flows FROM (
    SELECT f.rule AS id_rule,
      f.log AS id_log,
      f.captured AS id_captured,
      least(coalesce(sum(f.started), 0), 9223372036854775807)::BIGINT AS s_flows
    FROM (
      SELECT CASE WHEN f.direction = 1 THEN 1 ELSE 0 END AS captured, f.log AS log, f.rule AS rule, f.started AS started
      FROM weir.captured AS f
      UNION ALL
      SELECT CASE WHEN f.direction = 0 THEN 1 ELSE 0 END AS captured, f.log AS log, f.rule AS rule, f.started AS started
      FROM weir.captured AS f
    ) AS f
    GROUP BY f.rule, f.log, f.captured
    ) AS i JOIN weir.rule AS t ON t.id = i.id_rule
    ) AS i JOIN weir.log AS t ON t.id = i.id_log
  ) AS g
  GROUP BY g.v_rule, g.v_mac, g.id_captured
) AS k
ORDER BY k.m_total DESC
-- []
