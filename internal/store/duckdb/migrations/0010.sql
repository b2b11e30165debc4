-- Schema version 10: hosts are found by ranges of addresses, and what was not
-- looked at yet has a row as all else has.

-- The address as text and as two numbers: flow.Addr, in which IPv4 is mapped.
CREATE TABLE weir.host10 (id UBIGINT NOT NULL, address VARCHAR NOT NULL, hi UBIGINT NOT NULL, lo UBIGINT NOT NULL);
INSERT INTO weir.host10
SELECT id, address, 0, 281470681743360 -- ::ffff:0:0
    + split_part(address, '.', 1)::UBIGINT * 16777216 + split_part(address, '.', 2)::UBIGINT * 65536
    + split_part(address, '.', 3)::UBIGINT * 256 + split_part(address, '.', 4)::UBIGINT
FROM weir.host WHERE NOT contains(address, ':');
-- IPv6 is text of RFC 5952: '::' stands for as many groups of zeros as are missing.
INSERT INTO weir.host10
SELECT id, address, ('0x' || substr(digits, 1, 16))::UBIGINT, ('0x' || substr(digits, 17, 16))::UBIGINT
FROM (
    SELECT id, address,
        concat(array_to_string(before, ''), repeat('0000', 8 - len(before) - len(after)), array_to_string(after, '')) AS digits
    FROM (
        SELECT id, address,
            [lpad(g, 4, '0') FOR g IN string_split(split_part(address, '::', 1), ':') IF g <> ''] AS before,
            [lpad(g, 4, '0') FOR g IN string_split(split_part(address, '::', 2), ':') IF g <> ''] AS after
        FROM weir.host WHERE contains(address, ':')
    )
);
DROP TABLE weir.host;
ALTER TABLE weir.host10 RENAME TO host;

-- What an address was that nobody looked at: nothing that is known.
INSERT INTO weir.endpoint
VALUES (0, 0, 'none', '', '', '', '', '', '', '', '', '', '', false, '', '', '', '', '', '', '', '', '', '', '', '', '', '', '', '', false, '', 0, '', '', '', '');
