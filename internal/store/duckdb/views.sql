-- The public views (design section 4).

-- Reduced flows by id, merged over the parts in which they were committed.
CREATE OR REPLACE VIEW weir.flow AS
SELECT interval_start, initiator, responder, port, protocol, direction, status, flow_type, encryption, rule, log,
    least(sum(started), 9223372036854775807)::BIGINT AS started,
    least(sum(ended), 9223372036854775807)::BIGINT AS ended,
    least(sum(packets_fwd), 9223372036854775807)::BIGINT AS packets_fwd,
    least(sum(bytes_fwd), 9223372036854775807)::BIGINT AS bytes_fwd,
    least(sum(packets_back), 9223372036854775807)::BIGINT AS packets_back,
    least(sum(bytes_back), 9223372036854775807)::BIGINT AS bytes_back,
    least(sum(records), 9223372036854775807)::BIGINT AS records,
    min(first_seen) AS first_seen,
    max(last_seen) AS last_seen
FROM weir.fact
GROUP BY ALL;

CREATE OR REPLACE VIEW flows AS
SELECT f.interval_start,
    f.interval_start + weir.interval_width() AS interval_end,
    i.address AS initiator,
    r.address AS responder,
    f.port,
    CASE f.protocol WHEN 6 THEN 'TCP' WHEN 17 THEN 'UDP' ELSE f.protocol::VARCHAR END AS protocol,
    CASE f.direction WHEN 0 THEN 'Inbound' ELSE 'Outbound' END AS direction,
    CASE f.status WHEN 0 THEN 'Allowed' ELSE 'Denied' END AS status,
    weir.flow_type_text(f.flow_type) AS flow_type,
    weir.encryption_text(f.encryption) AS encryption,
    u.acl,
    u.name AS rule,
    l.mac,
    l.target,
    l.flow_log,
    l.family,
    f.started, f.ended, f.packets_fwd, f.bytes_fwd, f.packets_back, f.bytes_back, f.records, f.first_seen, f.last_seen
FROM weir.flow f
JOIN weir.party i ON i.id = f.initiator
JOIN weir.party r ON r.id = f.responder
JOIN weir.rule u ON u.id = f.rule
JOIN weir.log l ON l.id = f.log;

CREATE OR REPLACE VIEW objects AS
SELECT name, family, state, message, size, read_to, pending, etag, records, tuples, rejected,
    rows_written AS rows, ignored_counters, first_tuple, last_tuple, read_at
FROM weir.object;

CREATE OR REPLACE VIEW rejects AS
SELECT o.name AS object, t.reason, t.total, s.byte_offset, s.length, s.sample
FROM (SELECT object, reason, sum(count)::BIGINT AS total FROM weir.reject GROUP BY ALL) t
JOIN weir.object o ON o.id = t.object
LEFT JOIN weir.reject_sample s ON s.object = t.object AND s.reason = t.reason;
