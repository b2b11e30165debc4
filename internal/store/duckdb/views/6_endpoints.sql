-- The best short name for a person, as enrich.Endpoint.ShortName has it.
CREATE OR REPLACE MACRO weir.endpoint_name(kind, resource, vm, nic, scale_set, subnet, gateway, local_gateway, circuit, private_endpoint, private_link_name) AS
    CASE kind
        WHEN 'none' THEN ''
        WHEN 'nic' THEN weir.either(vm, weir.either(nic, scale_set))
        WHEN 'private endpoint' THEN weir.either(private_link_name, private_endpoint)
        WHEN 'subnet' THEN subnet
        WHEN 'site (S2S)' THEN weir.either(local_gateway, gateway)
        WHEN 'site (P2S)' THEN gateway
        WHEN 'site (ExpressRoute)' THEN weir.either(circuit, gateway)
        ELSE regexp_replace(weir.short_id(resource), '^[^/]+/', '') END;

-- When and at which of their own NICs hosts were seen, apart for each thing that
-- they were, as seen from each scope: the logged resource, and in logs of
-- security groups the NIC. A capture where the flow passed by is no NIC of
-- either side. What version 1 stored was seen from the group alone.
CREATE OR REPLACE VIEW weir.sighting AS
SELECT host, endpoint, target, seen_at,
    list_sort(list(DISTINCT mac) FILTER (own AND mac <> '')) AS macs,
    min(first_seen) AS first_seen,
    max(last_seen) AS last_seen
FROM (
    SELECT initiator AS host, initiator_endpoint AS endpoint, direction = 1 AND NOT weir.at_hop(marks) AS own, log,
        min(first_seen) AS first_seen, max(last_seen) AS last_seen
    FROM weir.fact GROUP BY ALL
    UNION ALL
    SELECT responder, responder_endpoint, direction = 0 AND NOT weir.at_hop(marks), log, min(first_seen), max(last_seen)
    FROM weir.fact GROUP BY ALL
) seen
JOIN (
    SELECT id, mac, target, '' AS seen_at FROM weir.log
    UNION ALL
    SELECT id, mac, target, mac FROM weir.log WHERE family = 'nsg' AND mac <> ''
) l ON l.id = seen.log
GROUP BY host, endpoint, target, seen_at;

CREATE OR REPLACE VIEW endpoints AS
SELECT
    p.address,
    p.target AS seen_from,
    p.mac AS seen_at,
    CASE WHEN s.macs IS NOT NULL THEN 'vnet' ELSE coalesce(weir.class_text(e.class), '') END AS class,
    CASE WHEN coalesce(e.kind, 'none') <> 'none' THEN e.kind WHEN s.macs IS NOT NULL THEN 'captured interface' ELSE '' END AS kind,
    weir.either(regexp_replace(weir.endpoint_name(e.kind, e.resource, e.vm, e.nic, e.scale_set, e.subnet, e.gateway, e.local_gateway, e.circuit,
        e.private_endpoint, e.private_link_name), '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/', ''), CASE
        WHEN s.macs IS NOT NULL THEN weir.dashed_mac(s.macs[1])
        WHEN p.address = '168.63.129.16' THEN e.service
        WHEN e.class = weir.class_number('azure') THEN concat(weir.either(e.service, 'Azure'), ' (', e.azure_region, ')')
        ELSE weir.either(e.organisation, p.address) END) AS name,
    coalesce(e.subscription, '') AS subscription,
    coalesce(e.region, '') AS region,
    coalesce(e.zone, '') AS zone,
    coalesce(e.vnet, '') AS vnet,
    coalesce(e.subnet, '') AS subnet,
    coalesce(e.nic, '') AS nic,
    coalesce(e.vm, '') AS vm,
    coalesce(e.scale_set, '') AS scale_set,
    coalesce(e.forwards, false) AS forwards,
    coalesce(e.load_balancer, '') AS load_balancer,
    coalesce(e.app_gateway, '') AS application_gateway,
    coalesce(e.firewall, '') AS firewall,
    coalesce(e.bastion, '') AS bastion,
    coalesce(e.nat_gateway, '') AS nat_gateway,
    coalesce(e.gateway, '') AS gateway,
    coalesce(e.public_ip, '') AS public_ip,
    coalesce(e.public_ip_prefix, '') AS public_ip_prefix,
    coalesce(e.local_gateway, '') AS local_network_gateway,
    coalesce(e.circuit, '') AS circuit,
    coalesce(e.peering_type, '') AS peering_type,
    coalesce(e.connection_type, '') AS connection_type,
    CASE WHEN e.class = weir.class_number('p2s') THEN concat(e.gateway, '_', p.address) ELSE coalesce(e.connection, '') END AS connection,
    coalesce(e.private_endpoint, '') AS private_endpoint,
    coalesce(e.private_link, '') AS private_link,
    coalesce(e.private_link_name, '') AS private_link_name,
    coalesce(e.resource, '') AS resource,
    coalesce(e.ambiguous, false) AS ambiguous,
    coalesce(e.country, '') AS country,
    coalesce(e.asn, 0) AS asn,
    coalesce(e.organisation, '') AS organisation,
    coalesce(e.azure_region, '') AS azure_region,
    coalesce(e.service, '') AS service,
    coalesce(e.service_tags, '') AS service_tags,
    v.category IS NOT NULL AS malicious,
    coalesce(v.category, '') AS category,
    weir.open_time(p.from_time) AS valid_from,
    weir.open_time(p.until_time) AS valid_until,
    s.macs IS NOT NULL AS captured,
    coalesce(s.macs, []) AS macs,
    s.first_seen,
    s.last_seen
FROM (
    SELECT p.address, c.target, c.mac, t.from_time, t.until_time, coalesce(t.endpoint, p.endpoint) AS endpoint,
        coalesce(t.host, CASE p.attribution WHEN 0 THEN p.id ELSE p.host END) AS host
    FROM weir.party p
    JOIN weir.scope c ON c.id = p.scope
    LEFT JOIN weir.tenure t ON t.party = p.id
) p
LEFT JOIN weir.sighting s ON s.host = p.host AND s.endpoint = p.endpoint AND s.target = p.target AND s.seen_at = p.mac
LEFT JOIN weir.endpoint e ON e.id = p.endpoint
LEFT JOIN (
    SELECT address, arg_max(category, (confidence, from_time)) AS category
    FROM weir.verdict
    WHERE from_time <= weir.present() AND until_time > weir.present()
    GROUP BY address
) v ON v.address = p.address;

COMMENT ON VIEW endpoints IS 'Every address, as seen from each logged resource, with what is known of it. An address that was more than one thing has a row for each time. Names are in lower case; what does not apply or is not known is empty. Names of networks and resources need an inventory, regions and services of Azure its service tags.';
COMMENT ON COLUMN endpoints.address IS 'The address';
COMMENT ON COLUMN endpoints.seen_from IS 'Logged resource in whose flows it was seen, lower-case resource id';
COMMENT ON COLUMN endpoints.seen_at IS 'NIC in whose flows it was seen, twelve hex digits; only in logs of security groups, whose NICs may be of several networks, else empty';
COMMENT ON COLUMN endpoints.class IS 'What it is in the decision of the flow type: vnet, p2s, s2s, private, azure or external; empty where it was not looked at yet';
COMMENT ON COLUMN endpoints.kind IS 'Kind of resource that owns it, for example nic, load balancer, subnet, site (S2S); captured interface where only its own NIC is known';
COMMENT ON COLUMN endpoints.name IS 'The best short name for a person: of the machine, service, site or network, else the organisation, else the address';
COMMENT ON COLUMN endpoints.subscription IS 'Subscription of the resource';
COMMENT ON COLUMN endpoints.region IS 'Azure region of the resource, compact, for example westeurope';
COMMENT ON COLUMN endpoints.zone IS 'Availability zone where the resource is in one: region/zone, for example westeurope/1';
COMMENT ON COLUMN endpoints.vnet IS 'Virtual network: subscription/group/name';
COMMENT ON COLUMN endpoints.subnet IS 'Subnet: group/network/name';
COMMENT ON COLUMN endpoints.nic IS 'NIC: group/name; of an instance of a scale set the set';
COMMENT ON COLUMN endpoints.vm IS 'Virtual machine: group/name; an instance of a scale set is group/set_instance';
COMMENT ON COLUMN endpoints.scale_set IS 'Scale set: group/name';
COMMENT ON COLUMN endpoints.forwards IS 'Whether its NIC passes on packets of others, as a network appliance does';
COMMENT ON COLUMN endpoints.load_balancer IS 'Load balancer: subscription/group/name';
COMMENT ON COLUMN endpoints.application_gateway IS 'Application gateway: subscription/group/name';
COMMENT ON COLUMN endpoints.firewall IS 'Azure Firewall: subscription/group/name';
COMMENT ON COLUMN endpoints.bastion IS 'Bastion host: subscription/group/name';
COMMENT ON COLUMN endpoints.nat_gateway IS 'NAT gateway: subscription/group/name';
COMMENT ON COLUMN endpoints.gateway IS 'Virtual network gateway that it is, or that leads to its site: subscription/group/name';
COMMENT ON COLUMN endpoints.public_ip IS 'Public address resource that it is: subscription/group/name';
COMMENT ON COLUMN endpoints.public_ip_prefix IS 'Public prefix resource that has it: subscription/group/name';
COMMENT ON COLUMN endpoints.local_network_gateway IS 'Local network gateway of its site: subscription/group/name';
COMMENT ON COLUMN endpoints.circuit IS 'ExpressRoute circuit of its site: subscription/group/name';
COMMENT ON COLUMN endpoints.peering_type IS 'Peering of that circuit, for example AzurePrivatePeering';
COMMENT ON COLUMN endpoints.connection_type IS 'How its site is connected: VpnGateway or ExpressRoute';
COMMENT ON COLUMN endpoints.connection IS 'Connection to its site: subscription/group/name; of a point-to-site client gateway_address';
COMMENT ON COLUMN endpoints.private_endpoint IS 'Private endpoint: group/name';
COMMENT ON COLUMN endpoints.private_link IS 'Resource behind the private endpoint: group/type/name';
COMMENT ON COLUMN endpoints.private_link_name IS 'Name of that resource';
COMMENT ON COLUMN endpoints.resource IS 'Resource that owns it, lower-case resource id';
COMMENT ON COLUMN endpoints.ambiguous IS 'Whether other owners are as likely, because address spaces overlap';
COMMENT ON COLUMN endpoints.country IS 'Country of a public address, ISO 3166-1 alpha-2, lower case';
COMMENT ON COLUMN endpoints.asn IS 'Autonomous system that announces it; 0 where unknown';
COMMENT ON COLUMN endpoints.organisation IS 'Organisation that announces it';
COMMENT ON COLUMN endpoints.azure_region IS 'Region of an address of Azure itself, or Global';
COMMENT ON COLUMN endpoints.service IS 'Azure service of an address of Azure itself, for example AzureStorage';
COMMENT ON COLUMN endpoints.service_tags IS 'Its service tags, separated by spaces, that of the longest prefix first';
COMMENT ON COLUMN endpoints.malicious IS 'Whether a verdict on it counts now; see verdicts for other times';
COMMENT ON COLUMN endpoints.category IS 'Category of the gravest such verdict, for example Botnet';
COMMENT ON COLUMN endpoints.valid_from IS 'Since when it was that, UTC; NULL: since ever';
COMMENT ON COLUMN endpoints.valid_until IS 'Until when, exclusive, UTC; NULL: still';
COMMENT ON COLUMN endpoints.captured IS 'Whether flows were captured at a NIC of its own in that time';
COMMENT ON COLUMN endpoints.macs IS 'Those NICs, twelve hex digits each';
COMMENT ON COLUMN endpoints.first_seen IS 'Time of its first tuple in that time, UTC; NULL where there is none';
COMMENT ON COLUMN endpoints.last_seen IS 'Time of its last tuple in that time, UTC; NULL where there is none';
