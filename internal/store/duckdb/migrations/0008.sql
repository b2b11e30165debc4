-- Schema version 8: tuples that are older than what is kept are counted.
ALTER TABLE weir.object ADD COLUMN too_old BIGINT DEFAULT 0; -- of the tuples, those that were not stored
