WITH ids AS (
  SELECT f.rule AS rule_id,
    f.direction AS direction,
    f.status AS status,
    least(coalesce(sum(f.started), 0), 9223372036854775807)::BIGINT AS total
  FROM (
    SELECT initiator AS host, 1 AS role, direction = 1 AS captured, * FROM weir.counted
    UNION ALL
    SELECT responder AS host, 0 AS role, direction = 0 AS captured, * FROM weir.counted
  ) AS f
  WHERE f.host IN (SELECT id FROM weir.party WHERE address IN (?, ?)) AND f.port IN (?, ?)
  GROUP BY 1, 2, 3
),
keys AS (
  SELECT rule.acl AS acl,
    rule.name AS rule,
    ids.direction AS direction,
    ids.status AS status,
    least(coalesce(sum(ids.total), 0), 9223372036854775807)::BIGINT AS total
  FROM ids
  JOIN weir.rule AS rule ON rule.id = ids.rule_id
  GROUP BY 1, 2, 3, 4
)
SELECT keys.acl, keys.rule, keys.direction, keys.status, keys.total
FROM keys
ORDER BY keys.total DESC
-- [10.0.0.4 10.0.1.5 443 80]
