-- Schema version 12: the availability zone of what an address was. What is stored
-- from before has none until it is judged by this version, which its knowledge
-- tells by another hash.
ALTER TABLE weir.endpoint ADD COLUMN zone VARCHAR DEFAULT '';
