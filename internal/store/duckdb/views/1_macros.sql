-- What the views say in words, and how they find what addresses were.
-- weir.interval_width, and the macros of flow types, encryption, classes and
-- marks (counts_starts, counts_forward, counts_back, at_hop) are made from the
-- Go constants.

CREATE OR REPLACE MACRO weir.direction_text(v) AS CASE v WHEN 0 THEN 'Inbound' ELSE 'Outbound' END;
CREATE OR REPLACE MACRO weir.status_text(v) AS CASE v WHEN 0 THEN 'Allowed' ELSE 'Denied' END;
CREATE OR REPLACE MACRO weir.protocol_text(v) AS CASE v WHEN 6 THEN 'TCP' WHEN 17 THEN 'UDP' ELSE v::VARCHAR END;

-- What of a row takes part in sums that count each conversation once.
CREATE OR REPLACE MACRO weir.counted_text(v) AS CASE
    WHEN weir.counts_starts(v) AND weir.counts_forward(v) AND weir.counts_back(v) THEN 'all'
    WHEN NOT (weir.counts_starts(v) OR weir.counts_forward(v) OR weir.counts_back(v)) THEN 'none'
    ELSE concat_ws(', ',
        CASE WHEN weir.counts_starts(v) THEN 'starts' END,
        CASE WHEN weir.counts_forward(v) THEN 'forward' END,
        CASE WHEN weir.counts_back(v) THEN 'back' END) END;

-- A sum as BIGINT: a log full of absurd counters must not make the views fail.
CREATE OR REPLACE MACRO weir.total(v) AS least(sum(v), 9223372036854775807)::BIGINT;

-- The id of a resource as Traffic Analytics writes it: subscription/group/name, subscription/group/network/subnet.
CREATE OR REPLACE MACRO weir.short_id(id) AS regexp_replace(regexp_replace(id,
    '^/?subscriptions/([^/]+)/resourcegroups/([^/]+)/providers/[^/]+/[^/]+/([^/]+)', '\1/\2/\3', 'i'), '/subnets/([^/]+)$', '/\1', 'i');

CREATE OR REPLACE MACRO weir.resource_type(id) AS CASE
    WHEN regexp_matches(id, '/subnets/[^/]+$', 'i') THEN 'Subnet'
    WHEN regexp_matches(id, '/virtualnetworks/[^/]+$', 'i') THEN 'VirtualNetwork'
    WHEN regexp_matches(id, '/networkinterfaces/[^/]+$', 'i') THEN 'NetworkInterface'
    WHEN regexp_matches(id, '/networksecuritygroups/[^/]+$', 'i') THEN 'NetworkSecurityGroup'
    ELSE '' END;

-- Both forms of the id of a flow log (docs/reference/traffic-analytics.md 2.1).
CREATE OR REPLACE MACRO weir.short_flow_log(id) AS regexp_replace(regexp_replace(id,
    '^/?subscriptions/([^/]+)/resourcegroups/([^/]+)/providers/[^/]+/networkwatchers/([^/]+)/flowlogs/([^/]+)$', '\1/\2/\3/\4', 'i'),
    '^/?([^/_]+)_([^/]+)/(networkwatcher_[^/_]+)_([^/]+)$', '\1/\2/\3/\4', 'i');

-- Twelve digits as Traffic Analytics writes them.
CREATE OR REPLACE MACRO weir.dashed_mac(mac) AS CASE WHEN length(mac) = 12
    THEN concat_ws('-', mac[1:2], mac[3:4], mac[5:6], mac[7:8], mac[9:10], mac[11:12]) ELSE mac END;

-- The first that is not empty, and not NULL.
CREATE OR REPLACE MACRO weir.either(a, b) AS coalesce(nullif(a, ''), b, '');

-- Which side of a flow with a public address has it: that which is Azure's or
-- anybody's by its class. Where the classes do not tell, the capture NIC is the
-- other side's.
CREATE OR REPLACE MACRO weir.is_public(class) AS
    coalesce(class IN (weir.class_number('azure'), weir.class_number('external')), false);
CREATE OR REPLACE MACRO weir.initiator_is_public(direction, initiator_class, responder_class) AS CASE
    WHEN weir.is_public(initiator_class) = weir.is_public(responder_class) THEN direction = 0
    ELSE weir.is_public(initiator_class) END;

-- Who announces an address, in words.
CREATE OR REPLACE MACRO weir.owner_text(asn, organisation) AS
    trim(concat(CASE WHEN asn > 0 THEN concat('AS', asn, ' ') END, organisation));

-- The time that ends or begins a span; NULL where it is open.
CREATE OR REPLACE MACRO weir.open_time(v) AS CASE WHEN isfinite(v) THEN v END;

-- The present, UTC.
CREATE OR REPLACE MACRO weir.present() AS make_timestamp(epoch_us(now()));

-- A verdict in words.
CREATE OR REPLACE MACRO weir.verdict_text(feed, indicator, detail, confidence, first_listed, last_listed) AS concat(
    'Listed by ', feed, ' as ', indicator, CASE WHEN detail <> '' THEN concat(': ', detail) END, '; confidence ', confidence, ' percent',
    strftime(first_listed, '; first listed %Y-%m-%d'), strftime(last_listed, '; last listed %Y-%m-%d'));
