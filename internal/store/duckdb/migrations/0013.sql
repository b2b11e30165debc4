-- Schema version 13: a hash of the last bytes of what was read of a log object, by
-- which a growing one is read on where it was left; 0: it is read from its
-- beginning, as those that are here already are once more.
ALTER TABLE weir.object ADD COLUMN tail_hash UBIGINT DEFAULT 0;
