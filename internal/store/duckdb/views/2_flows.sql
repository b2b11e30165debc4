-- The facts with counters that count each conversation once: flow.Marks.
CREATE OR REPLACE VIEW weir.counted AS
SELECT interval_start, initiator, responder, initiator_endpoint, responder_endpoint, port, protocol, direction, status, flow_type, encryption, rule, log,
    CASE WHEN weir.counts_starts(marks) THEN started ELSE 0 END AS started,
    CASE WHEN weir.counts_starts(marks) THEN ended ELSE 0 END AS ended,
    CASE WHEN weir.counts_forward(marks) THEN packets_fwd ELSE 0 END AS packets_fwd,
    CASE WHEN weir.counts_forward(marks) THEN bytes_fwd ELSE 0 END AS bytes_fwd,
    CASE WHEN weir.counts_back(marks) THEN packets_back ELSE 0 END AS packets_back,
    CASE WHEN weir.counts_back(marks) THEN bytes_back ELSE 0 END AS bytes_back,
    records, first_seen, last_seen, marks
FROM weir.fact;

-- The facts as each NIC recorded them, without what a second log of it has, too.
CREATE OR REPLACE VIEW weir.captured AS
SELECT * FROM weir.fact WHERE weir.recorded_first(marks);

-- Reduced flows by id. Where parts were committed that are not merged yet
-- (weir.unmerged), they are merged here; all else is rows as they are stored.
CREATE OR REPLACE VIEW weir.flow AS
SELECT interval_start, initiator, responder, initiator_endpoint, responder_endpoint, port, protocol, direction, status, flow_type, encryption, rule, log,
    started, ended, packets_fwd, bytes_fwd, packets_back, bytes_back, records, first_seen, last_seen, marks
FROM weir.fact f
WHERE NOT EXISTS (SELECT 1 FROM weir.unmerged u WHERE u.interval_start = f.interval_start)
UNION ALL
SELECT interval_start, initiator, responder, initiator_endpoint, responder_endpoint, port, protocol, direction, status, flow_type, encryption, rule, log,
    weir.total(started), weir.total(ended), weir.total(packets_fwd), weir.total(bytes_fwd), weir.total(packets_back), weir.total(bytes_back),
    weir.total(records), min(first_seen), max(last_seen), marks
FROM weir.fact
WHERE interval_start IN (SELECT interval_start FROM weir.unmerged)
GROUP BY ALL;

-- Intervals with their ends. Joined by its start, a condition on either is one on
-- the start, and the facts in question alone are read. Joined by its end as well, the
-- engine knows that these are few, and does not keep all hosts in memory to name theirs.
CREATE OR REPLACE VIEW weir.span AS
SELECT start, start + weir.interval_width() AS until FROM weir.interval;

-- Flow types in words, all that a column could hold: to join them to many rows
-- takes DuckDB a quarter of what the macro takes. Not in schema weir, whose tables
-- are data: this one follows the binary, as views do.
CREATE SCHEMA IF NOT EXISTS words;
CREATE OR REPLACE TABLE words.flow_type AS
SELECT number::UTINYINT AS number, weir.flow_type_text(number) AS name FROM range(256) t(number);

CREATE OR REPLACE VIEW flows AS
SELECT
    f.interval_start,
    n.until AS interval_end,
    i.address AS initiator,
    r.address AS responder,
    f.port,
    weir.protocol_text(f.protocol) AS protocol,
    weir.direction_text(f.direction) AS direction,
    weir.status_text(f.status) AS status,
    k.name AS flow_type,
    weir.encryption_text(f.encryption) AS encryption,
    u.acl,
    u.name AS rule,
    l.mac,
    l.target,
    l.flow_log,
    l.family,
    f.started,
    f.ended,
    f.packets_fwd,
    f.bytes_fwd,
    f.packets_back,
    f.bytes_back,
    f.records,
    f.first_seen,
    f.last_seen,
    weir.counted_text(f.marks) AS counted,
    weir.at_hop(f.marks) AS at_hop,
    coalesce(f.interval_start < (SELECT min(time) FROM weir.document WHERE kind = 'topology'), false) AS assumed
FROM weir.flow f
JOIN weir.span n ON n.start = f.interval_start AND n.until = f.interval_start + weir.interval_width()
JOIN words.flow_type k ON k.number = f.flow_type
JOIN weir.host i ON i.id = f.initiator
JOIN weir.host r ON r.id = f.responder
JOIN weir.rule u ON u.id = f.rule
JOIN weir.log l ON l.id = f.log;

COMMENT ON VIEW flows IS 'The reduced flows: all tuples of one interval with the same key. A conversation captured at several NICs has a row of each; column counted says which of them is part of sums that count it once.';
COMMENT ON COLUMN flows.interval_start IS 'Start of the interval, UTC';
COMMENT ON COLUMN flows.interval_end IS 'End of the interval, UTC';
COMMENT ON COLUMN flows.initiator IS 'Address that opened the connection';
COMMENT ON COLUMN flows.responder IS 'Address that was connected to';
COMMENT ON COLUMN flows.port IS 'Port of the responder';
COMMENT ON COLUMN flows.protocol IS 'TCP, UDP, or the IANA number of another protocol';
COMMENT ON COLUMN flows.direction IS 'Inbound where the capture NIC is the responder, Outbound where it is the initiator';
COMMENT ON COLUMN flows.status IS 'Allowed or Denied';
COMMENT ON COLUMN flows.flow_type IS 'Kind of flow: IntraVNet, InterVNet, P2S, S2S, AzurePublic, MaliciousFlow, ExternalPublic, UnknownPrivate or Unknown';
COMMENT ON COLUMN flows.encryption IS 'Encryption of the virtual network, for example Unencrypted; empty in NSG flow logs';
COMMENT ON COLUMN flows.acl IS 'Network security group or admin configuration that decided, as logged, lower case';
COMMENT ON COLUMN flows.rule IS 'Rule that decided, as logged';
COMMENT ON COLUMN flows.mac IS 'Capture NIC: twelve hex digits';
COMMENT ON COLUMN flows.target IS 'Resource whose logging is on: the network, subnet or NIC; the group in NSG flow logs';
COMMENT ON COLUMN flows.flow_log IS 'Flow log that wrote it; empty in NSG flow logs';
COMMENT ON COLUMN flows.family IS 'Kind of flow log: nsg or vnet';
COMMENT ON COLUMN flows.started IS 'Flows started; for denied flows the attempts';
COMMENT ON COLUMN flows.ended IS 'Flows ended';
COMMENT ON COLUMN flows.packets_fwd IS 'Packets from the initiator to the responder';
COMMENT ON COLUMN flows.bytes_fwd IS 'Bytes from the initiator to the responder';
COMMENT ON COLUMN flows.packets_back IS 'Packets from the responder to the initiator';
COMMENT ON COLUMN flows.bytes_back IS 'Bytes from the responder to the initiator';
COMMENT ON COLUMN flows.records IS 'Tuples merged';
COMMENT ON COLUMN flows.first_seen IS 'Time of the first tuple, UTC';
COMMENT ON COLUMN flows.last_seen IS 'Time of the last tuple, UTC';
COMMENT ON COLUMN flows.counted IS 'What is part of sums that count each conversation once: all, none, or which of starts, forward, back; the rest is counted in the row of another capture';
COMMENT ON COLUMN flows.at_hop IS 'Whether the capture NIC is neither initiator nor responder but forwards between them';
COMMENT ON COLUMN flows.assumed IS 'Whether it is older than the first inventory, which was used for it';

CREATE OR REPLACE VIEW objects AS
SELECT name, family, state, message, size, read_to, pending, etag, records, tuples, rejected,
    rows_written AS rows, too_old, ignored_counters, first_tuple, last_tuple, read_at, fingerprint
FROM weir.object;

COMMENT ON VIEW objects IS 'The ledger: every log object and how far it was read.';
COMMENT ON COLUMN objects.name IS 'Path or URL of the object';
COMMENT ON COLUMN objects.family IS 'nsg, vnet or mixed; empty before the first tuple';
COMMENT ON COLUMN objects.state IS 'complete; pending: its last record is not complete yet; changed: a part already read is no longer the same, it is not read any more; failed: it could not be read to its end and is tried again';
COMMENT ON COLUMN objects.message IS 'Why it is changed or failed; else empty';
COMMENT ON COLUMN objects.size IS 'Size where it is stored, in bytes';
COMMENT ON COLUMN objects.read_to IS 'Bytes of content, uncompressed, that are read for good';
COMMENT ON COLUMN objects.pending IS 'Bytes of content after them that wait for the rest of their record';
COMMENT ON COLUMN objects.etag IS 'Version of the object when it was last read';
COMMENT ON COLUMN objects.records IS 'Records read';
COMMENT ON COLUMN objects.tuples IS 'Tuples read';
COMMENT ON COLUMN objects.rejected IS 'Tuples and records rejected; see rejects';
COMMENT ON COLUMN objects.rows IS 'Reduced flows written, before parts of one were merged';
COMMENT ON COLUMN objects.too_old IS 'Tuples read that are not stored, for they were older than what is kept';
COMMENT ON COLUMN objects.ignored_counters IS 'Begin and deny tuples with counters, which are no part of any sum';
COMMENT ON COLUMN objects.first_tuple IS 'Time of its first tuple, UTC; NULL before that';
COMMENT ON COLUMN objects.last_tuple IS 'Time of its last tuple, UTC; NULL before that';
COMMENT ON COLUMN objects.read_at IS 'When it was last read, UTC';
COMMENT ON COLUMN objects.fingerprint IS 'Equal in objects that hold the same log, or a longer part of it; 0: not known';

CREATE OR REPLACE VIEW rejects AS
SELECT o.name AS object, t.reason, t.total, s.byte_offset, s.length, s.sample
FROM (SELECT object, reason, weir.total(count) AS total FROM weir.reject GROUP BY ALL) t
JOIN weir.object o ON o.id = t.object
LEFT JOIN weir.reject_sample s ON s.object = t.object AND s.reason = t.reason;

COMMENT ON VIEW rejects IS 'What could not be read: a row for each sample that is kept, at most ten of an object and reason.';
COMMENT ON COLUMN rejects.object IS 'Path or URL of the object';
COMMENT ON COLUMN rejects.reason IS 'Why';
COMMENT ON COLUMN rejects.total IS 'How often in this object for this reason; the same in every row of them';
COMMENT ON COLUMN rejects.byte_offset IS 'Place of the sample in the content, uncompressed';
COMMENT ON COLUMN rejects.length IS 'Length of what was rejected there, in bytes';
COMMENT ON COLUMN rejects.sample IS 'Its beginning';
