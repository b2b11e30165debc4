-- Schema version 7: the intervals that have facts. A view joins them for the
-- end of an interval, so that a condition on it reads the facts in question only.
CREATE TABLE weir.interval (start TIMESTAMP NOT NULL);
INSERT INTO weir.interval SELECT DISTINCT interval_start FROM weir.fact;
