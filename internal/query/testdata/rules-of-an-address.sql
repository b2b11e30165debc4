SELECT k.by_acl, k.by_rule, k.by_direction, k.by_status, k.m_total
FROM (
  SELECT g.v_acl AS by_acl,
    g.v_rule AS by_rule,
    g.id_direction AS by_direction,
    g.id_status AS by_status,
    least(coalesce(sum(g.s_flows), 0), 9223372036854775807)::BIGINT AS m_total
  FROM (
    SELECT i.id_rule, i.id_direction, i.id_status, t.acl AS v_acl, t.name AS v_rule, i.s_flows FROM (
    SELECT f.rule AS id_rule,
      f.direction AS id_direction,
      f.status AS id_status,
      least(coalesce(sum(f.started), 0), 9223372036854775807)::BIGINT AS s_flows
    FROM (
      SELECT f.direction AS direction, f.rule AS rule, f.started AS started, f.status AS status
      FROM weir.counted AS f
      WHERE f.initiator IN (SELECT t.id FROM weir.host AS t WHERE t.address IN (?, ?)) AND f.port IN (?, ?)
      UNION ALL
      SELECT f.direction AS direction, f.rule AS rule, f.started AS started, f.status AS status
      FROM weir.counted AS f
      WHERE f.responder IN (SELECT t.id FROM weir.host AS t WHERE t.address IN (?, ?)) AND f.port IN (?, ?)
    ) AS f
    GROUP BY f.rule, f.direction, f.status
    ) AS i JOIN weir.rule AS t ON t.id = i.id_rule
  ) AS g
  GROUP BY g.v_acl, g.v_rule, g.id_direction, g.id_status
) AS k
ORDER BY k.m_total DESC
-- [10.0.0.4 10.0.1.5 443 80 10.0.0.4 10.0.1.5 443 80]
