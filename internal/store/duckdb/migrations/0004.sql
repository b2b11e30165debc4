-- Schema version 4: on the way to version 5, in which a fact says which hosts
-- its sides were then, and what they were, so that neither counting nor ranking
-- asks parties. Package duckdb copies the facts to weir.fact5, a stretch at a
-- time: see copyFacts.

CREATE TABLE weir.fact5 (
    interval_start TIMESTAMP NOT NULL,
    initiator      UBIGINT   NOT NULL, -- flow.Identity.Host; the party where it was not looked at
    responder      UBIGINT   NOT NULL,
    initiator_endpoint UBIGINT NOT NULL, -- flow.Identity.Endpoint: id in weir.endpoint; 0: not looked at
    responder_endpoint UBIGINT NOT NULL,
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
    last_seen      TIMESTAMP NOT NULL,
    marks          UTINYINT  NOT NULL  -- flow.Marks
);
INSERT INTO weir.meta VALUES ('facts_copied', '0');

-- The address of each host.
CREATE TABLE weir.host (id UBIGINT NOT NULL, address VARCHAR NOT NULL);
INSERT INTO weir.host
SELECT host, min(address) FROM (
    SELECT CASE attribution WHEN 0 THEN id ELSE host END AS host, address FROM weir.party
    UNION ALL
    SELECT t.host, p.address FROM weir.tenure t JOIN weir.party p ON p.id = t.party
) GROUP BY host;
