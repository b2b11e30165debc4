-- What the views say in words. weir.interval_width, weir.flow_type_text,
-- weir.flow_type_number and weir.encryption_text are made from the Go constants.

CREATE OR REPLACE MACRO weir.direction_text(v) AS CASE v WHEN 0 THEN 'Inbound' ELSE 'Outbound' END;
CREATE OR REPLACE MACRO weir.status_text(v) AS CASE v WHEN 0 THEN 'Allowed' ELSE 'Denied' END;
CREATE OR REPLACE MACRO weir.protocol_text(v) AS CASE v WHEN 6 THEN 'TCP' WHEN 17 THEN 'UDP' ELSE v::VARCHAR END;

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

-- Both forms of the id of a flow log (spec section 2.1).
CREATE OR REPLACE MACRO weir.short_flow_log(id) AS regexp_replace(regexp_replace(id,
    '^/?subscriptions/([^/]+)/resourcegroups/([^/]+)/providers/[^/]+/networkwatchers/([^/]+)/flowlogs/([^/]+)$', '\1/\2/\3/\4', 'i'),
    '^/?([^/_]+)_([^/]+)/(networkwatcher_[^/_]+)_([^/]+)$', '\1/\2/\3/\4', 'i');
