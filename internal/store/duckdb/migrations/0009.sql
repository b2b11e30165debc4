-- Schema version 9: what is shown of a host is found without reading all parties.

-- The NICs at which hosts were captured, day by day: an address that was re-used
-- has one after another. Of rows of earlier versions no day is known.
CREATE TABLE weir.own9 (
    host UBIGINT   NOT NULL, -- flow.Identity.Host
    mac  VARCHAR   NOT NULL,
    day  TIMESTAMP NOT NULL  -- its start; -infinity where it is not known
);
INSERT INTO weir.own9
SELECT DISTINCT coalesce(t.host, CASE p.attribution WHEN 0 THEN p.id ELSE p.host END), o.mac, '-infinity'::TIMESTAMP
FROM weir.own o JOIN weir.party p ON p.id = o.id LEFT JOIN weir.tenure t ON t.party = p.id;
DROP TABLE weir.own;
ALTER TABLE weir.own9 RENAME TO own;

-- Of weir.host those that roll-ups keep, and which are shown most: a few, so
-- that their addresses are found at once.
CREATE TABLE weir.prominent (id UBIGINT NOT NULL, address VARCHAR NOT NULL);
INSERT INTO weir.prominent
SELECT id, address FROM weir.host WHERE id IN (
    SELECT host FROM weir.hour_host WHERE folded = 0 UNION SELECT host FROM weir.day_host WHERE folded = 0
    UNION SELECT initiator FROM weir.hour_pair WHERE folded = 0 UNION SELECT initiator FROM weir.day_pair WHERE folded = 0
    UNION SELECT responder FROM weir.hour_pair WHERE folded = 0 UNION SELECT responder FROM weir.day_pair WHERE folded = 0
);

-- Which subjects a roll-up may have folded in a period (folded.go).
CREATE TABLE weir.folded (
    width          UINTEGER  NOT NULL,
    interval_start TIMESTAMP NOT NULL,
    rollup         VARCHAR   NOT NULL,
    filter         BLOB      NOT NULL
);
