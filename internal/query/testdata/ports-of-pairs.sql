SELECT k.by_initiator, k.by_responder, k.by_port, k.by_protocol, k.m_total
FROM (
  SELECT g.v_initiator AS by_initiator,
    g.v_responder AS by_responder,
    g.id_port AS by_port,
    g.id_protocol AS by_protocol,
    least(coalesce(sum(g.s_packets), 0), 9223372036854775807)::BIGINT AS m_total
  FROM (
    SELECT i.id_initiator, i.id_responder, i.id_port, i.id_protocol, i.v_initiator, t.address AS v_responder, i.s_packets FROM (
    SELECT i.id_initiator, i.id_responder, i.id_port, i.id_protocol, t.address AS v_initiator, i.s_packets FROM (
    SELECT f.initiator AS id_initiator,
      f.responder AS id_responder,
      f.port AS id_port,
      f.protocol AS id_protocol,
      least(coalesce(sum(f.packets_fwd), 0) + coalesce(sum(f.packets_back), 0), 9223372036854775807)::BIGINT AS s_packets
    FROM weir.counted AS f
    WHERE ((f.initiator IN (SELECT t.id FROM weir.host AS t WHERE t.address = ?) AND f.responder IN (SELECT t.id FROM weir.host AS t WHERE t.address = ?)) OR (f.initiator IN (SELECT t.id FROM weir.host AS t WHERE t.address = ?) AND f.responder IN (SELECT t.id FROM weir.host AS t WHERE t.address = ?)) OR (f.initiator IN (SELECT t.id FROM weir.host AS t WHERE t.address = ?) AND f.responder IN (SELECT t.id FROM weir.host AS t WHERE t.address = ?)))
    GROUP BY f.initiator, f.responder, f.port, f.protocol
    ) AS i JOIN weir.host AS t ON t.id = i.id_initiator
    ) AS i JOIN weir.host AS t ON t.id = i.id_responder
  ) AS g
  GROUP BY g.v_initiator, g.v_responder, g.id_port, g.id_protocol
) AS k
QUALIFY row_number() OVER (PARTITION BY k.by_initiator, k.by_responder ORDER BY k.m_total DESC, k.by_port, k.by_protocol) <= 2
ORDER BY k.m_total DESC, k.by_port, k.by_protocol
-- [10.0.0.4 10.0.0.5 10.0.1.4 10.0.1.4 10.0.0.6 203.0.113.3]
