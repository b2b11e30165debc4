SELECT k.by_service_port, k.by_rule, k.m_first, k.m_last, k.m_who, k.m_flows
FROM (
  SELECT n.by_service_port AS by_service_port, n.by_rule AS by_rule, min(n.m_first) AS m_first, max(n.m_last) AS m_last, count(*) AS m_who, least(coalesce(sum(n.m_flows), 0), 9223372036854775807)::BIGINT AS m_flows
  FROM (
  SELECT g.v_service_port AS by_service_port,
    g.v_rule AS by_rule,
    g.id_initiator AS by_initiator_id,
    min(g.s_first_time) AS m_first,
    max(g.s_last_time) AS m_last,
    least(coalesce(sum(g.s_flows), 0), 9223372036854775807)::BIGINT AS m_flows
  FROM (
    SELECT i.id_port, i.id_rule, i.id_initiator, i.v_service_port, t.name AS v_rule, i.s_first_time, i.s_last_time, i.s_flows FROM (
    SELECT i.id_port, i.id_rule, i.id_initiator, CASE WHEN i.id_port >= 49152 AND i.id_port NOT IN (SELECT port FROM weir.application WHERE port >= 49152) THEN 65536 ELSE i.id_port END AS v_service_port, i.s_first_time, i.s_last_time, i.s_flows FROM (
    SELECT f.port AS id_port,
      f.rule AS id_rule,
      f.initiator AS id_initiator,
      min(epoch_us(f.interval_start) // 1200000000 * 1200) AS s_first_time,
      max(epoch_us(f.interval_start) // 1200000000 * 1200) AS s_last_time,
      least(coalesce(sum(f.started), 0), 9223372036854775807)::BIGINT AS s_flows
    FROM weir.counted AS f
    GROUP BY f.port, f.rule, f.initiator
    ) AS i
    ) AS i JOIN weir.rule AS t ON t.id = i.id_rule
  ) AS g
  GROUP BY g.v_service_port, g.v_rule, g.id_initiator
  ) AS n
  GROUP BY n.by_service_port, n.by_rule
) AS k
ORDER BY k.m_who DESC, k.by_service_port, k.by_rule
-- []
