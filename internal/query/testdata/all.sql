WITH ids AS (
  SELECT least(coalesce(sum(f.bytes_fwd), 0) + coalesce(sum(f.bytes_back), 0), 9223372036854775807)::BIGINT AS total
  FROM weir.counted AS f
),
keys AS (
  SELECT ids.total AS total
  FROM ids
)
SELECT keys.total
FROM keys
-- []
