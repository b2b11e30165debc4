SELECT k.by_time, k.by_mac, k.by_target, k.m_total
FROM (
  SELECT g.id_time AS by_time,
    g.v_mac AS by_mac,
    g.v_target AS by_target,
    least(coalesce(sum(g.s_packets_forward), 0), 9223372036854775807)::BIGINT AS m_total
  FROM (
    SELECT i.id_time, i.id_log, t.mac AS v_mac, t.target AS v_target, i.s_packets_forward FROM (
    SELECT epoch_us(f.interval_start) // 3600000000 * 3600 AS id_time,
      f.log AS id_log,
      least(coalesce(sum(f.packets_fwd), 0), 9223372036854775807)::BIGINT AS s_packets_forward
    FROM weir.counted AS f
    WHERE f.interval_start >= ?
    GROUP BY epoch_us(f.interval_start) // 3600000000 * 3600, f.log
    ) AS i JOIN weir.log AS t ON t.id = i.id_log
  ) AS g
  GROUP BY g.id_time, g.v_mac, g.v_target
) AS k
ORDER BY k.by_time
-- [2026-01-02 01:00:00 +0000 UTC]
