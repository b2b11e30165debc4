-- Schema version 1. Facts and dimensions of the store; everything in schema
-- "weir" is internal, the public surface is views.sql. A migration that was
-- released is never edited: add a file with the next number.

CREATE SCHEMA weir;

-- schema_version, interval_seconds, created_at, last_commit
CREATE TABLE weir.meta (key VARCHAR PRIMARY KEY, value VARCHAR NOT NULL);

-- Dimensions. An id is the xxh3 of the content; commits keep them unique.
CREATE TABLE weir.rule (id UBIGINT NOT NULL, acl VARCHAR NOT NULL, name VARCHAR NOT NULL);
CREATE TABLE weir.log (
    id       UBIGINT NOT NULL,
    family   VARCHAR NOT NULL, -- nsg or vnet
    mac      VARCHAR NOT NULL, -- capture NIC, twelve hex digits
    target   VARCHAR NOT NULL, -- logged resource, lower case
    flow_log VARCHAR NOT NULL, -- flow-log resource, lower case, empty for NSG logs
    scope    UBIGINT NOT NULL  -- scope of the parties seen in it: the hash of target
);
-- An address as seen from a logged resource; what it was, and when, is kept beside it.
CREATE TABLE weir.party (id UBIGINT NOT NULL, address VARCHAR NOT NULL, scope UBIGINT NOT NULL);

-- A reduced flow, or a part of one: readers sum over equal keys.
CREATE TABLE weir.fact (
    interval_start TIMESTAMP NOT NULL,
    initiator      UBIGINT   NOT NULL, -- party
    responder      UBIGINT   NOT NULL, -- party
    port           USMALLINT NOT NULL, -- of the responder
    protocol       UTINYINT  NOT NULL, -- IANA number
    direction      UTINYINT  NOT NULL, -- 0 inbound, 1 outbound, seen from the capture NIC
    status         UTINYINT  NOT NULL, -- 0 allowed, 1 denied
    flow_type      UTINYINT  NOT NULL, -- flow.Type
    encryption     UTINYINT  NOT NULL, -- flow.Encryption
    rule           UBIGINT   NOT NULL,
    log            UBIGINT   NOT NULL,
    started        BIGINT    NOT NULL,
    ended          BIGINT    NOT NULL,
    packets_fwd    BIGINT    NOT NULL,
    bytes_fwd      BIGINT    NOT NULL,
    packets_back   BIGINT    NOT NULL,
    bytes_back     BIGINT    NOT NULL,
    records        BIGINT    NOT NULL,
    first_seen     TIMESTAMP NOT NULL,
    last_seen      TIMESTAMP NOT NULL
);

-- The ledger: see store.Object.
CREATE TABLE weir.object (
    id           UBIGINT PRIMARY KEY,
    name         VARCHAR NOT NULL,
    family       VARCHAR NOT NULL,
    etag         VARCHAR NOT NULL,
    size         BIGINT  NOT NULL,
    read_to      BIGINT  NOT NULL,
    prefix_hash  UBIGINT NOT NULL,
    pending      BIGINT  NOT NULL,
    state        VARCHAR NOT NULL,
    message      VARCHAR NOT NULL,
    records      BIGINT  NOT NULL,
    tuples       BIGINT  NOT NULL,
    rejected     BIGINT  NOT NULL,
    rows_written BIGINT  NOT NULL,
    ignored_counters BIGINT NOT NULL,
    first_tuple  TIMESTAMP,
    last_tuple   TIMESTAMP,
    read_at      TIMESTAMP NOT NULL
);

CREATE TABLE weir.reject (object UBIGINT NOT NULL, reason VARCHAR NOT NULL, count BIGINT NOT NULL);
CREATE TABLE weir.reject_sample (
    object UBIGINT NOT NULL, reason VARCHAR NOT NULL,
    byte_offset BIGINT NOT NULL, length BIGINT NOT NULL, sample VARCHAR NOT NULL
);
