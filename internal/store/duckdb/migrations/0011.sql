-- Schema version 11: what the ends of flows were is summed by hour and by day.
CREATE TABLE weir.hour_ends (
    interval_start TIMESTAMP NOT NULL,
    direction UTINYINT NOT NULL,
    status UTINYINT NOT NULL,
    flow_type UTINYINT NOT NULL,
    protocol UTINYINT NOT NULL,
    encryption UTINYINT NOT NULL,
    initiator_endpoint UBIGINT NOT NULL,
    responder_endpoint UBIGINT NOT NULL,
    started BIGINT NOT NULL,
    ended BIGINT NOT NULL,
    packets_fwd BIGINT NOT NULL,
    bytes_fwd BIGINT NOT NULL,
    packets_back BIGINT NOT NULL,
    bytes_back BIGINT NOT NULL,
    records BIGINT NOT NULL
);
CREATE TABLE weir.day_ends (
    interval_start TIMESTAMP NOT NULL,
    direction UTINYINT NOT NULL,
    status UTINYINT NOT NULL,
    flow_type UTINYINT NOT NULL,
    protocol UTINYINT NOT NULL,
    encryption UTINYINT NOT NULL,
    initiator_endpoint UBIGINT NOT NULL,
    responder_endpoint UBIGINT NOT NULL,
    started BIGINT NOT NULL,
    ended BIGINT NOT NULL,
    packets_fwd BIGINT NOT NULL,
    bytes_fwd BIGINT NOT NULL,
    packets_back BIGINT NOT NULL,
    bytes_back BIGINT NOT NULL,
    records BIGINT NOT NULL
);

-- The roll-ups of which there are facts are made anew, in the background. Those of
-- what is forgotten are all that there is, and have no sums by ends.
CREATE TEMP TABLE anew AS
SELECT width, interval_start FROM weir.period
WHERE interval_start >= coalesce((SELECT value::TIMESTAMP FROM weir.meta WHERE key = 'horizon_intervals'), '-infinity'::TIMESTAMP);
DELETE FROM weir.hour_course WHERE interval_start IN (SELECT interval_start FROM anew WHERE width = 3600);
DELETE FROM weir.hour_rule WHERE interval_start IN (SELECT interval_start FROM anew WHERE width = 3600);
DELETE FROM weir.hour_port WHERE interval_start IN (SELECT interval_start FROM anew WHERE width = 3600);
DELETE FROM weir.hour_host WHERE interval_start IN (SELECT interval_start FROM anew WHERE width = 3600);
DELETE FROM weir.hour_pair WHERE interval_start IN (SELECT interval_start FROM anew WHERE width = 3600);
DELETE FROM weir.day_course WHERE interval_start IN (SELECT interval_start FROM anew WHERE width = 86400);
DELETE FROM weir.day_rule WHERE interval_start IN (SELECT interval_start FROM anew WHERE width = 86400);
DELETE FROM weir.day_port WHERE interval_start IN (SELECT interval_start FROM anew WHERE width = 86400);
DELETE FROM weir.day_host WHERE interval_start IN (SELECT interval_start FROM anew WHERE width = 86400);
DELETE FROM weir.day_pair WHERE interval_start IN (SELECT interval_start FROM anew WHERE width = 86400);
DELETE FROM weir.period WHERE (width, interval_start) IN (SELECT (width, interval_start) FROM anew);
DELETE FROM weir.bound WHERE (width, interval_start) IN (SELECT (width, interval_start) FROM anew);
DELETE FROM weir.folded WHERE (width, interval_start) IN (SELECT (width, interval_start) FROM anew);
INSERT INTO weir.due SELECT width, interval_start FROM anew;
DROP TABLE anew;
