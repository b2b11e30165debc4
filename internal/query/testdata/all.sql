SELECT k.m_total
FROM (
  SELECT g.s_bytes AS m_total
  FROM (
    SELECT least(coalesce(sum(f.bytes_fwd), 0) + coalesce(sum(f.bytes_back), 0), 9223372036854775807)::BIGINT AS s_bytes
    FROM weir.counted AS f
  ) AS g
) AS k
-- []
