SELECT k.by_rule, k.by_acl, k.by_status, k.by_target, k.m_total
FROM (
  SELECT g.v_rule AS by_rule,
    g.v_acl AS by_acl,
    g.id_status AS by_status,
    g.v_target AS by_target,
    least(coalesce(sum(g.s_packets), 0), 9223372036854775807)::BIGINT AS m_total
  FROM (
    SELECT i.id_rule, i.id_status, i.id_log, i.v_rule, i.v_acl, t.target AS v_target, i.s_packets FROM (
    SELECT i.id_rule, i.id_status, i.id_log, t.name AS v_rule, t.acl AS v_acl, i.s_packets FROM (
    SELECT f.rule AS id_rule,
      f.status AS id_status,
      f.log AS id_log,
      least(coalesce(sum(f.packets_fwd), 0) + coalesce(sum(f.packets_back), 0), 9223372036854775807)::BIGINT AS s_packets
    FROM weir.counted AS f
    WHERE ((f.rule IN (SELECT t.id FROM weir.rule AS t WHERE t.acl = ? AND t.name = ?) AND f.status = 0) OR (f.rule IN (SELECT t.id FROM weir.rule AS t WHERE t.acl = ? AND t.name = ?) AND f.status = 1))
    GROUP BY f.rule, f.status, f.log
    ) AS i JOIN weir.rule AS t ON t.id = i.id_rule
    ) AS i JOIN weir.log AS t ON t.id = i.id_log
  ) AS g
  GROUP BY g.v_rule, g.v_acl, g.id_status, g.v_target
) AS k
-- [/subscriptions/s/nsg-1 rule-1 /subscriptions/s/nsg-0 rule-2]
