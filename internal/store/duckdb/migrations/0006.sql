-- Schema version 6: sums by hour and by day beside the facts: store.Rollups.

-- The periods whose roll-ups stand.
CREATE TABLE weir.period (
    width          UINTEGER  NOT NULL, -- in seconds: an hour or a day
    interval_start TIMESTAMP NOT NULL, -- of the period
    number         UBIGINT   NOT NULL
);

-- What a roll-up folded in a period: store.Bound.
CREATE TABLE weir.bound (
    width          UINTEGER  NOT NULL,
    interval_start TIMESTAMP NOT NULL,
    rollup         VARCHAR   NOT NULL,
    flows          BIGINT    NOT NULL,
    packets        BIGINT    NOT NULL,
    bytes          BIGINT    NOT NULL,
    kept           BIGINT    NOT NULL,
    folded         BIGINT    NOT NULL
);

-- The periods with facts whose roll-ups do not stand.
CREATE TABLE weir.due (width UINTEGER NOT NULL, interval_start TIMESTAMP NOT NULL);
INSERT INTO weir.due
SELECT DISTINCT 3600, make_timestamp(epoch_us(interval_start) // 3600000000 * 3600000000) FROM weir.fact
UNION ALL
SELECT DISTINCT 86400, make_timestamp(epoch_us(interval_start) // 86400000000 * 86400000000) FROM weir.fact;

CREATE TABLE weir.hour_course (
    interval_start TIMESTAMP NOT NULL,
    direction UTINYINT NOT NULL,
    status UTINYINT NOT NULL,
    flow_type UTINYINT NOT NULL,
    protocol UTINYINT NOT NULL,
    encryption UTINYINT NOT NULL,
    started BIGINT NOT NULL,
    ended BIGINT NOT NULL,
    packets_fwd BIGINT NOT NULL,
    bytes_fwd BIGINT NOT NULL,
    packets_back BIGINT NOT NULL,
    bytes_back BIGINT NOT NULL,
    records BIGINT NOT NULL
);
CREATE TABLE weir.day_course (
    interval_start TIMESTAMP NOT NULL,
    direction UTINYINT NOT NULL,
    status UTINYINT NOT NULL,
    flow_type UTINYINT NOT NULL,
    protocol UTINYINT NOT NULL,
    encryption UTINYINT NOT NULL,
    started BIGINT NOT NULL,
    ended BIGINT NOT NULL,
    packets_fwd BIGINT NOT NULL,
    bytes_fwd BIGINT NOT NULL,
    packets_back BIGINT NOT NULL,
    bytes_back BIGINT NOT NULL,
    records BIGINT NOT NULL
);
CREATE TABLE weir.hour_rule (
    interval_start TIMESTAMP NOT NULL,
    rule UBIGINT NOT NULL,
    direction UTINYINT NOT NULL,
    status UTINYINT NOT NULL,
    flow_type UTINYINT NOT NULL,
    started BIGINT NOT NULL,
    ended BIGINT NOT NULL,
    packets_fwd BIGINT NOT NULL,
    bytes_fwd BIGINT NOT NULL,
    packets_back BIGINT NOT NULL,
    bytes_back BIGINT NOT NULL,
    records BIGINT NOT NULL
);
CREATE TABLE weir.day_rule (
    interval_start TIMESTAMP NOT NULL,
    rule UBIGINT NOT NULL,
    direction UTINYINT NOT NULL,
    status UTINYINT NOT NULL,
    flow_type UTINYINT NOT NULL,
    started BIGINT NOT NULL,
    ended BIGINT NOT NULL,
    packets_fwd BIGINT NOT NULL,
    bytes_fwd BIGINT NOT NULL,
    packets_back BIGINT NOT NULL,
    bytes_back BIGINT NOT NULL,
    records BIGINT NOT NULL
);
CREATE TABLE weir.hour_port (
    interval_start TIMESTAMP NOT NULL,
    direction UTINYINT NOT NULL,
    status UTINYINT NOT NULL,
    flow_type UTINYINT NOT NULL,
    folded UTINYINT NOT NULL,
    port INTEGER NOT NULL,
    protocol UTINYINT NOT NULL,
    started BIGINT NOT NULL,
    ended BIGINT NOT NULL,
    packets_fwd BIGINT NOT NULL,
    bytes_fwd BIGINT NOT NULL,
    packets_back BIGINT NOT NULL,
    bytes_back BIGINT NOT NULL,
    records BIGINT NOT NULL
);
CREATE TABLE weir.day_port (
    interval_start TIMESTAMP NOT NULL,
    direction UTINYINT NOT NULL,
    status UTINYINT NOT NULL,
    flow_type UTINYINT NOT NULL,
    folded UTINYINT NOT NULL,
    port INTEGER NOT NULL,
    protocol UTINYINT NOT NULL,
    started BIGINT NOT NULL,
    ended BIGINT NOT NULL,
    packets_fwd BIGINT NOT NULL,
    bytes_fwd BIGINT NOT NULL,
    packets_back BIGINT NOT NULL,
    bytes_back BIGINT NOT NULL,
    records BIGINT NOT NULL
);
CREATE TABLE weir.hour_host (
    interval_start TIMESTAMP NOT NULL,
    role UTINYINT NOT NULL,
    captured UTINYINT NOT NULL,
    status UTINYINT NOT NULL,
    flow_type UTINYINT NOT NULL,
    folded UTINYINT NOT NULL,
    host UBIGINT NOT NULL,
    host_endpoint UBIGINT NOT NULL,
    started BIGINT NOT NULL,
    ended BIGINT NOT NULL,
    packets_fwd BIGINT NOT NULL,
    bytes_fwd BIGINT NOT NULL,
    packets_back BIGINT NOT NULL,
    bytes_back BIGINT NOT NULL,
    records BIGINT NOT NULL
);
CREATE TABLE weir.day_host (
    interval_start TIMESTAMP NOT NULL,
    role UTINYINT NOT NULL,
    captured UTINYINT NOT NULL,
    status UTINYINT NOT NULL,
    flow_type UTINYINT NOT NULL,
    folded UTINYINT NOT NULL,
    host UBIGINT NOT NULL,
    host_endpoint UBIGINT NOT NULL,
    started BIGINT NOT NULL,
    ended BIGINT NOT NULL,
    packets_fwd BIGINT NOT NULL,
    bytes_fwd BIGINT NOT NULL,
    packets_back BIGINT NOT NULL,
    bytes_back BIGINT NOT NULL,
    records BIGINT NOT NULL
);
CREATE TABLE weir.hour_pair (
    interval_start TIMESTAMP NOT NULL,
    direction UTINYINT NOT NULL,
    status UTINYINT NOT NULL,
    flow_type UTINYINT NOT NULL,
    folded UTINYINT NOT NULL,
    initiator UBIGINT NOT NULL,
    responder UBIGINT NOT NULL,
    port INTEGER NOT NULL,
    protocol UTINYINT NOT NULL,
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
CREATE TABLE weir.day_pair (
    interval_start TIMESTAMP NOT NULL,
    direction UTINYINT NOT NULL,
    status UTINYINT NOT NULL,
    flow_type UTINYINT NOT NULL,
    folded UTINYINT NOT NULL,
    initiator UBIGINT NOT NULL,
    responder UBIGINT NOT NULL,
    port INTEGER NOT NULL,
    protocol UTINYINT NOT NULL,
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
