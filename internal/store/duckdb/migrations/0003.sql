-- Schema version 3: what tells that two objects hold the same log.

ALTER TABLE weir.object ADD COLUMN fingerprint UBIGINT DEFAULT 0; -- store.Object.Fingerprint; 0: not known
