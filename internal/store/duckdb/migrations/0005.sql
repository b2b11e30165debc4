-- Schema version 5: the facts with hosts.

DROP TABLE weir.fact;
ALTER TABLE weir.fact5 RENAME TO fact;
DELETE FROM weir.meta WHERE key = 'facts_copied';

-- Intervals whose flows may have several rows: as weir.unsettled.
CREATE TABLE weir.unmerged (interval_start TIMESTAMP NOT NULL, number UBIGINT NOT NULL);
INSERT INTO weir.unmerged SELECT DISTINCT interval_start, 1 FROM weir.fact;
