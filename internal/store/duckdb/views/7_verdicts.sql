CREATE OR REPLACE VIEW verdicts AS
SELECT
    address,
    weir.open_time(from_time) AS valid_from,
    weir.open_time(until_time) AS valid_until,
    category,
    confidence,
    feed,
    indicator,
    detail,
    first_listed,
    last_listed
FROM weir.verdict;

COMMENT ON VIEW verdicts IS 'The times in which addresses that were seen counted as malicious, and by whose word. Statements that do not count, because of an allow-list or the kind of address, are not in it.';
COMMENT ON COLUMN verdicts.address IS 'The address';
COMMENT ON COLUMN verdicts.valid_from IS 'Since when it counted as malicious, UTC; NULL: since ever';
COMMENT ON COLUMN verdicts.valid_until IS 'Until when, exclusive, UTC; NULL: still';
COMMENT ON COLUMN verdicts.category IS 'Botnet, C2, CryptoMining, DarkNet, DDos, MaliciousUrl, Malware, Phishing, Proxy, PUA or WatchList';
COMMENT ON COLUMN verdicts.confidence IS 'How sure the feed is, percent';
COMMENT ON COLUMN verdicts.feed IS 'Feed whose statement decides';
COMMENT ON COLUMN verdicts.indicator IS 'The statement: address or prefix, as the feed wrote it';
COMMENT ON COLUMN verdicts.detail IS 'What else the feed says';
COMMENT ON COLUMN verdicts.first_listed IS 'When the feed listed it first, UTC; NULL where unknown';
COMMENT ON COLUMN verdicts.last_listed IS 'When the feed listed it last, UTC; NULL while it lists it, and where unknown';
