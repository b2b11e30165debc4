WITH ids AS (
  SELECT f.rule AS rule_id,
    f.status AS status,
    f.log AS log_id,
    least(coalesce(sum(f.packets_fwd), 0) + coalesce(sum(f.packets_back), 0), 9223372036854775807)::BIGINT AS total
  FROM weir.counted AS f
  WHERE (f.rule, f.status) IN (
      SELECT d_rule.id, wanted.v1
      FROM (VALUES (?, 0, ?), (?, 1, ?)) AS wanted(v0, v1, v2)
      JOIN weir.rule AS d_rule ON d_rule.acl = wanted.v0 AND d_rule.name = wanted.v2)
  GROUP BY 1, 2, 3
),
keys AS (
  SELECT rule.name AS rule,
    rule.acl AS acl,
    ids.status AS status,
    log.target AS target,
    least(coalesce(sum(ids.total), 0), 9223372036854775807)::BIGINT AS total
  FROM ids
  JOIN weir.rule AS rule ON rule.id = ids.rule_id
  JOIN weir.log AS log ON log.id = ids.log_id
  GROUP BY 1, 2, 3, 4
)
SELECT keys.rule, keys.acl, keys.status, keys.target, keys.total
FROM keys
-- [/subscriptions/s/nsg-1 rule-1 /subscriptions/s/nsg-0 rule-2]
