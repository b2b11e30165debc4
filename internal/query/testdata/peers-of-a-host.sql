SELECT k.by_peer_id, k.by_role, k.m_total
FROM (
  SELECT g.id_peer AS by_peer_id,
    g.id_role AS by_role,
    g.s_bytes AS m_total
  FROM (
    SELECT f.peer AS id_peer,
      f.role AS id_role,
      least(coalesce(sum(f.bytes_fwd), 0) + coalesce(sum(f.bytes_back), 0), 9223372036854775807)::BIGINT AS s_bytes
    FROM (
      SELECT f.bytes_back AS bytes_back, f.bytes_fwd AS bytes_fwd, f.responder AS peer, 1 AS role
      FROM weir.counted AS f
      WHERE f.initiator IN (?, ?) AND NOT (f.responder = ?)
      UNION ALL
      SELECT f.bytes_back AS bytes_back, f.bytes_fwd AS bytes_fwd, f.initiator AS peer, 0 AS role
      FROM weir.counted AS f
      WHERE f.responder IN (?, ?) AND NOT (f.initiator = ?)
    ) AS f
    GROUP BY f.peer, f.role
  ) AS g
) AS k
ORDER BY k.m_total DESC
-- [1302640571392772250 6314249321521303744 1302640571392772250 1302640571392772250 6314249321521303744 1302640571392772250]
