SELECT k.by_initiator_id, k.by_host_id, k.by_service_port, k.m_tuples, k.m_high
FROM (
  SELECT g.id_initiator AS by_initiator_id,
    g.id_host AS by_host_id,
    g.v_service_port AS by_service_port,
    least(coalesce(sum(g.s_tuples), 0), 9223372036854775807)::BIGINT AS m_tuples,
    least(coalesce(sum(CASE WHEN g.v_service_port = ? THEN g.s_tuples ELSE 0 END), 0), 9223372036854775807)::BIGINT AS m_high
  FROM (
    SELECT i.id_initiator, i.id_host, i.id_port, CASE WHEN i.id_port >= 49152 AND i.id_port NOT IN (SELECT port FROM weir.application WHERE port >= 49152) THEN 65536 ELSE i.id_port END AS v_service_port, i.s_tuples FROM (
    SELECT f.initiator AS id_initiator,
      f.host AS id_host,
      f.port AS id_port,
      least(coalesce(sum(f.records), 0), 9223372036854775807)::BIGINT AS s_tuples
    FROM (
      SELECT f.initiator AS host, f.initiator AS initiator, f.port AS port, f.records AS records
      FROM weir.counted AS f
      WHERE f.initiator IN (SELECT t.id FROM weir.host AS t WHERE t.address IN (?)) AND (f.initiator, 1) IN ((?, 1), (?, 0))
      UNION ALL
      SELECT f.responder AS host, f.initiator AS initiator, f.port AS port, f.records AS records
      FROM weir.counted AS f
      WHERE f.initiator IN (SELECT t.id FROM weir.host AS t WHERE t.address IN (?)) AND (f.responder, 0) IN ((?, 1), (?, 0))
    ) AS f
    GROUP BY f.initiator, f.host, f.port
    ) AS i
  ) AS g
  GROUP BY g.id_initiator, g.id_host, g.v_service_port
) AS k
-- [65536 10.0.0.4 1302640571392772250 6188332079089594852 10.0.0.4 1302640571392772250 6188332079089594852]
