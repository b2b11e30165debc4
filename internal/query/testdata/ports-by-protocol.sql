SELECT k.by_port, k.by_protocol, k.m_total
FROM (
  SELECT g.id_port AS by_port,
    g.id_protocol AS by_protocol,
    least(coalesce(sum(CASE WHEN g.id_port = ? AND g.id_protocol = ? THEN g.s_packets_back ELSE 0 END), 0), 9223372036854775807)::BIGINT AS m_total
  FROM (
    SELECT f.port AS id_port,
      f.protocol AS id_protocol,
      least(coalesce(sum(f.packets_back), 0), 9223372036854775807)::BIGINT AS s_packets_back
    FROM weir.counted AS f
    WHERE f.interval_start < ?
    GROUP BY f.port, f.protocol
  ) AS g
  GROUP BY g.id_port, g.id_protocol
) AS k
-- [53 17 2026-01-02 03:00:00 +0000 UTC]
