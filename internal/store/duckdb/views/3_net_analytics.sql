-- Value formats of spec sections 3.2, 3.7 and 3.9. What an address was, and how
-- two networks were connected, is that of the start of the interval.
CREATE OR REPLACE VIEW NTANetAnalytics AS
SELECT
    '' AS TenantId,
    n.until AS TimeGenerated,
    'FlowLog' AS SubType,
    '3' AS FaSchemaVersion,
    n.until AS TimeProcessed,
    f.interval_start AS FlowIntervalStartTime,
    n.until AS FlowIntervalEndTime,
    k.name AS FlowType,
    f.first_seen AS FlowStartTime,
    f.last_seen AS FlowEndTime,
    CASE WHEN f.collapsed AND weir.initiator_is_public(f.direction, s.class, d.class) THEN '' ELSE i.address END AS SrcIp,
    CASE WHEN f.collapsed AND NOT weir.initiator_is_public(f.direction, s.class, d.class) THEN '' ELSE r.address END AS DestIp,
    '' AS SrcPorts,
    f.port::INTEGER AS DestPort,
    weir.protocol_text(f.protocol) AS L4Protocol,
    coalesce(a.name, 'Unknown') AS L7Protocol,
    weir.at_hop(f.marks) AS IsFlowCapturedAtUdrHop,
    weir.direction_text(f.direction) AS FlowDirection,
    weir.status_text(f.status) AS FlowStatus,
    '' AS NsgList,
    '' AS NsgRule,
    '' AS NsgRuleType,
    l.mac_address AS MacAddress,
    l.target_id AS TargetResourceId,
    l.target_type AS TargetResourceType,
    l.flow_log_id AS FlowLogResourceId,
    coalesce(s.subscription, '') AS SrcSubscription,
    coalesce(d.subscription, '') AS DestSubscription,
    coalesce(s.region, '') AS SrcRegion,
    coalesce(d.region, '') AS DestRegion,
    coalesce(s.nic, '') AS SrcNic,
    coalesce(d.nic, '') AS DestNic,
    coalesce(s.vm, '') AS SrcVm,
    coalesce(d.vm, '') AS DestVm,
    coalesce(s.subnet, '') AS SrcSubnet,
    coalesce(d.subnet, '') AS DestSubnet,
    coalesce(s.app_gateway, '') AS SrcApplicationGateway,
    coalesce(d.app_gateway, '') AS DestApplicationGateway,
    coalesce(s.load_balancer, '') AS SrcLoadBalancer,
    coalesce(d.load_balancer, '') AS DestLoadBalancer,
    coalesce(s.local_gateway, '') AS SrcLocalNetworkGateway,
    coalesce(d.local_gateway, '') AS DestLocalNetworkGateway,
    weir.either(s.circuit, v.circuit) AS SrcExpressRouteCircuit,
    weir.either(d.circuit, v.circuit) AS DestExpressRouteCircuit,
    weir.either(s.peering_type, weir.either(d.peering_type,
        CASE WHEN v.circuit <> '' THEN 'AzurePrivatePeering' END)) AS ExpressRouteCircuitPeeringType,
    weir.either(v.connection_type, weir.either(s.connection_type, d.connection_type)) AS ConnectionType,
    CASE weir.class_number('p2s')
        WHEN s.class THEN concat(s.gateway, '_', i.address)
        WHEN d.class THEN concat(d.gateway, '_', r.address)
        ELSE weir.either(v.connection, weir.either(s.connection, d.connection)) END AS ConnectionName,
    coalesce(v.connecting_vnets, '') AS ConnectingVnets,
    CASE WHEN f.flow_type NOT IN (weir.flow_type_number('ExternalPublic'), weir.flow_type_number('MaliciousFlow')) THEN ''
        WHEN weir.initiator_is_public(f.direction, s.class, d.class) THEN coalesce(s.country, '')
        ELSE coalesce(d.country, '') END AS Country,
    CASE WHEN f.flow_type <> weir.flow_type_number('AzurePublic') THEN ''
        WHEN weir.initiator_is_public(f.direction, s.class, d.class) THEN coalesce(s.azure_region, '')
        ELSE coalesce(d.azure_region, '') END AS AzureRegion,
    weir.encryption_text(f.encryption) AS FlowEncryption,
    CASE WHEN f.status = 0 AND f.direction = 0 THEN f.started ELSE 0 END AS AllowedInFlows,
    CASE WHEN f.status = 1 AND f.direction = 0 THEN f.started ELSE 0 END AS DeniedInFlows,
    CASE WHEN f.status = 0 AND f.direction = 1 THEN f.started ELSE 0 END AS AllowedOutFlows,
    CASE WHEN f.status = 1 AND f.direction = 1 THEN f.started ELSE 0 END AS DeniedOutFlows,
    f.packets_back AS PacketsDestToSrc,
    f.packets_fwd AS PacketsSrcToDest,
    f.bytes_back AS BytesDestToSrc,
    f.bytes_fwd AS BytesSrcToDest,
    f.ended AS CompletedFlows,
    CASE WHEN f.collapsed AND weir.initiator_is_public(f.direction, s.class, d.class)
        THEN concat_ws('|', i.address, f.started, f.ended, f.packets_fwd, f.packets_back, f.bytes_fwd, f.bytes_back) ELSE '' END AS SrcPublicIps,
    CASE WHEN f.collapsed AND NOT weir.initiator_is_public(f.direction, s.class, d.class)
        THEN concat_ws('|', r.address, f.started, f.ended, f.packets_fwd, f.packets_back, f.bytes_fwd, f.bytes_back) ELSE '' END AS DestPublicIps,
    u.acl_group AS AclGroup,
    u.acl_rule AS AclRule,
    '' AS Status,
    weir.either(d.private_endpoint, s.private_endpoint) AS PrivateEndpointResourceId,
    weir.either(d.private_link, s.private_link) AS PrivateLinkResourceId,
    weir.either(d.private_link_name, s.private_link_name) AS PrivateLinkResourceName,
    '' AS SrcServiceId,
    '' AS DestServiceId,
    '' AS SrcServiceName,
    '' AS DestServiceName,
    '' AS SrcTenantId,
    '' AS DestTenantId,
    '' AS SrcTenantName,
    '' AS DestTenantName,
    '' AS SrcEnvironment,
    '' AS DestEnvironment,
    '' AS SrcCloud,
    '' AS DestCloud,
    '' AS SrcNetworkGroups,
    '' AS DestNetworkGroups,
    CASE WHEN s.service_tags <> '' THEN concat(i.address, '|', split_part(s.service_tags, ' ', 1)) ELSE '' END AS SrcServiceTags,
    CASE WHEN d.service_tags <> '' THEN concat(r.address, '|', split_part(d.service_tags, ' ', 1)) ELSE '' END AS DestServiceTags,
    '' AS Action,
    '' AS Description,
    '' AS LogResourceId,
    f.records AS RecordCount,
    '' AS TrafficAnalyticsResourceId,
    '' AS SourceSystem,
    'NTANetAnalytics' AS Type,
    'False' AS _IsBillable,
    0.0::DOUBLE AS _BilledSize
FROM (
    SELECT *,
        flow_type IN (weir.flow_type_number('AzurePublic'), weir.flow_type_number('ExternalPublic')) AS collapsed,
        flow_type = weir.flow_type_number('InterVNet') AS inter_vnet
    FROM weir.flow
) f
JOIN weir.span n ON n.start = f.interval_start AND n.until = f.interval_start + weir.interval_width()
JOIN words.flow_type k ON k.number = f.flow_type
JOIN weir.host i ON i.id = f.initiator
JOIN weir.host r ON r.id = f.responder
JOIN (
    SELECT id,
        CASE WHEN acl IN ('', 'unspecified', '00000000-0000-0000-0000-000000000000') THEN 'Unspecified' ELSE lower(acl) END AS acl_group,
        lower(regexp_replace(name, '^(defaultrule|userrule)_', '', 'i')) AS acl_rule
    FROM weir.rule
) u ON u.id = f.rule
JOIN (
    SELECT id,
        weir.dashed_mac(mac) AS mac_address,
        weir.short_id(target) AS target_id,
        weir.resource_type(target) AS target_type,
        weir.short_flow_log(flow_log) AS flow_log_id
    FROM weir.log
) l ON l.id = f.log
LEFT JOIN weir.application a ON a.port = f.port AND a.protocol = f.protocol
-- Last, because of their many columns: what follows takes more memory, and so
-- would the long ids of the networks.
LEFT JOIN (SELECT *, hash(vnet_id) AS network FROM weir.endpoint) s ON s.id = f.initiator_endpoint
LEFT JOIN (SELECT *, hash(vnet_id) AS network FROM weir.endpoint) d ON d.id = f.responder_endpoint
LEFT JOIN (SELECT *, hash(vnet1) AS network1, hash(vnet2) AS network2 FROM weir.relation) v
    ON v.network1 = CASE WHEN f.inter_vnet THEN s.network END AND v.network2 = d.network
    AND f.interval_start >= v.from_time AND f.interval_start < v.until_time;

COMMENT ON VIEW NTANetAnalytics IS 'The reduced flows with the columns, types and formats of table NTANetAnalytics of Azure Traffic Analytics. A conversation captured at several NICs has a row of each, and no row says which of them counts: see flows.counted. What addresses were is that of the start of the interval.';
COMMENT ON COLUMN NTANetAnalytics.TenantId IS 'Workspace of the original product; always empty';
COMMENT ON COLUMN NTANetAnalytics.TimeGenerated IS 'When the row could first exist: the end of its interval';
COMMENT ON COLUMN NTANetAnalytics.SubType IS 'Always FlowLog';
COMMENT ON COLUMN NTANetAnalytics.FaSchemaVersion IS 'Version of the schema of Traffic Analytics that the row follows: 3';
COMMENT ON COLUMN NTANetAnalytics.TimeProcessed IS 'The end of the interval';
COMMENT ON COLUMN NTANetAnalytics.FlowIntervalStartTime IS 'Start of the interval, UTC';
COMMENT ON COLUMN NTANetAnalytics.FlowIntervalEndTime IS 'End of the interval, UTC';
COMMENT ON COLUMN NTANetAnalytics.FlowType IS 'Kind of flow: IntraVNet, InterVNet, P2S, S2S, AzurePublic, MaliciousFlow, ExternalPublic, UnknownPrivate or Unknown';
COMMENT ON COLUMN NTANetAnalytics.FlowStartTime IS 'Time of the first tuple of the flow in the interval';
COMMENT ON COLUMN NTANetAnalytics.FlowEndTime IS 'Time of the last tuple of the flow in the interval';
COMMENT ON COLUMN NTANetAnalytics.SrcIp IS 'Address of the initiator; empty in AzurePublic and ExternalPublic where it is the public one, which SrcPublicIps has';
COMMENT ON COLUMN NTANetAnalytics.DestIp IS 'Address of the responder; empty in AzurePublic and ExternalPublic where it is the public one, which DestPublicIps has';
COMMENT ON COLUMN NTANetAnalytics.SrcPorts IS 'Source ports; always empty, they are not kept';
COMMENT ON COLUMN NTANetAnalytics.DestPort IS 'Port of the responder';
COMMENT ON COLUMN NTANetAnalytics.L4Protocol IS 'TCP, UDP, or the IANA number of another protocol';
COMMENT ON COLUMN NTANetAnalytics.L7Protocol IS 'Service name of the responder''s port and protocol, lower case; Unknown where there is none';
COMMENT ON COLUMN NTANetAnalytics.IsFlowCapturedAtUdrHop IS 'Whether the capture NIC is neither end but forwards between them, because of a user-defined route';
COMMENT ON COLUMN NTANetAnalytics.FlowDirection IS 'Inbound or Outbound, as seen from the capture NIC';
COMMENT ON COLUMN NTANetAnalytics.FlowStatus IS 'Allowed or Denied';
COMMENT ON COLUMN NTANetAnalytics.NsgList IS 'Always empty; see AclGroup and AclRule';
COMMENT ON COLUMN NTANetAnalytics.NsgRule IS 'Always empty; see AclGroup and AclRule';
COMMENT ON COLUMN NTANetAnalytics.NsgRuleType IS 'Always empty; see AclGroup and AclRule';
COMMENT ON COLUMN NTANetAnalytics.MacAddress IS 'Capture NIC, for example 00-0D-3A-98-82-CE';
COMMENT ON COLUMN NTANetAnalytics.TargetResourceId IS 'Logged resource: subscription/group/name, for a subnet subscription/group/network/name';
COMMENT ON COLUMN NTANetAnalytics.TargetResourceType IS 'VirtualNetwork, Subnet, NetworkInterface or NetworkSecurityGroup';
COMMENT ON COLUMN NTANetAnalytics.FlowLogResourceId IS 'Flow log: subscription/networkwatcherrg/networkwatcher_region/name; empty for NSG flow logs';
COMMENT ON COLUMN NTANetAnalytics.SrcSubscription IS 'Subscription of the initiator; empty without an inventory';
COMMENT ON COLUMN NTANetAnalytics.DestSubscription IS 'Subscription of the responder; empty without an inventory';
COMMENT ON COLUMN NTANetAnalytics.SrcRegion IS 'Azure region of the initiator''s resource, for example westeurope; empty without an inventory';
COMMENT ON COLUMN NTANetAnalytics.DestRegion IS 'Azure region of the responder''s resource, for example westeurope; empty without an inventory';
COMMENT ON COLUMN NTANetAnalytics.SrcNic IS 'NIC of the initiator: group/name; empty without an inventory';
COMMENT ON COLUMN NTANetAnalytics.DestNic IS 'NIC of the responder: group/name; empty without an inventory';
COMMENT ON COLUMN NTANetAnalytics.SrcVm IS 'Virtual machine of the initiator: group/name, an instance of a scale set group/set_instance; empty without an inventory';
COMMENT ON COLUMN NTANetAnalytics.DestVm IS 'Virtual machine of the responder: group/name, an instance of a scale set group/set_instance; empty without an inventory';
COMMENT ON COLUMN NTANetAnalytics.SrcSubnet IS 'Subnet of the initiator: group/network/name; empty without an inventory';
COMMENT ON COLUMN NTANetAnalytics.DestSubnet IS 'Subnet of the responder: group/network/name; empty without an inventory';
COMMENT ON COLUMN NTANetAnalytics.SrcApplicationGateway IS 'Application gateway of the initiator: subscription/group/name; empty without an inventory';
COMMENT ON COLUMN NTANetAnalytics.DestApplicationGateway IS 'Application gateway of the responder: subscription/group/name; empty without an inventory';
COMMENT ON COLUMN NTANetAnalytics.SrcLoadBalancer IS 'Load balancer of the initiator: subscription/group/name; empty without an inventory';
COMMENT ON COLUMN NTANetAnalytics.DestLoadBalancer IS 'Load balancer of the responder: subscription/group/name; empty without an inventory';
COMMENT ON COLUMN NTANetAnalytics.SrcLocalNetworkGateway IS 'Local network gateway of the initiator''s site: subscription/group/name; empty without an inventory';
COMMENT ON COLUMN NTANetAnalytics.DestLocalNetworkGateway IS 'Local network gateway of the responder''s site: subscription/group/name; empty without an inventory';
COMMENT ON COLUMN NTANetAnalytics.SrcExpressRouteCircuit IS 'ExpressRoute circuit by which the initiator is reached: subscription/group/name; empty without an inventory';
COMMENT ON COLUMN NTANetAnalytics.DestExpressRouteCircuit IS 'ExpressRoute circuit by which the responder is reached: subscription/group/name; empty without an inventory';
COMMENT ON COLUMN NTANetAnalytics.ExpressRouteCircuitPeeringType IS 'Peering of the circuit: AzurePrivatePeering, AzurePublicPeering or MicrosoftPeering; empty without an inventory';
COMMENT ON COLUMN NTANetAnalytics.ConnectionType IS 'How two networks, or a site and a network, are connected: VNetPeering, VpnGateway or ExpressRoute; empty without an inventory';
COMMENT ON COLUMN NTANetAnalytics.ConnectionName IS 'Connection of the gateways: subscription/group/name; of a point-to-site client gateway_address; empty without an inventory';
COMMENT ON COLUMN NTANetAnalytics.ConnectingVnets IS 'Hub networks between the two: subscription/group/name, separated by spaces; empty without an inventory';
COMMENT ON COLUMN NTANetAnalytics.Country IS 'Of ExternalPublic and MaliciousFlow the country of the public address, ISO 3166-1 alpha-2, lower case; empty where unknown';
COMMENT ON COLUMN NTANetAnalytics.AzureRegion IS 'Of AzurePublic the region of the public address, or Global; empty without service tags';
COMMENT ON COLUMN NTANetAnalytics.FlowEncryption IS 'Encryption of the virtual network, for example Unencrypted; empty in NSG flow logs';
COMMENT ON COLUMN NTANetAnalytics.AllowedInFlows IS 'Allowed flows started, inbound';
COMMENT ON COLUMN NTANetAnalytics.DeniedInFlows IS 'Denied flows, inbound';
COMMENT ON COLUMN NTANetAnalytics.AllowedOutFlows IS 'Allowed flows started, outbound';
COMMENT ON COLUMN NTANetAnalytics.DeniedOutFlows IS 'Denied flows, outbound';
COMMENT ON COLUMN NTANetAnalytics.PacketsDestToSrc IS 'Packets from the responder to the initiator';
COMMENT ON COLUMN NTANetAnalytics.PacketsSrcToDest IS 'Packets from the initiator to the responder';
COMMENT ON COLUMN NTANetAnalytics.BytesDestToSrc IS 'Bytes from the responder to the initiator';
COMMENT ON COLUMN NTANetAnalytics.BytesSrcToDest IS 'Bytes from the initiator to the responder';
COMMENT ON COLUMN NTANetAnalytics.CompletedFlows IS 'Flows that ended in the interval';
COMMENT ON COLUMN NTANetAnalytics.SrcPublicIps IS 'The public initiator of AzurePublic and ExternalPublic as address|started|ended|packets to responder|packets back|bytes to responder|bytes back; one entry a row, Traffic Analytics merges those of one country or region';
COMMENT ON COLUMN NTANetAnalytics.DestPublicIps IS 'The public responder in the format of SrcPublicIps; one entry a row';
COMMENT ON COLUMN NTANetAnalytics.AclGroup IS 'Network security group or admin configuration that decided, lower-case resource id; Unspecified where there is none';
COMMENT ON COLUMN NTANetAnalytics.AclRule IS 'Rule that decided, lower case, without DefaultRule_ or UserRule_';
COMMENT ON COLUMN NTANetAnalytics.Status IS 'Always empty in rows of flows';
COMMENT ON COLUMN NTANetAnalytics.PrivateEndpointResourceId IS 'Private endpoint at either end: group/name; empty without an inventory';
COMMENT ON COLUMN NTANetAnalytics.PrivateLinkResourceId IS 'Resource behind that private endpoint: group/type/name; empty without an inventory';
COMMENT ON COLUMN NTANetAnalytics.PrivateLinkResourceName IS 'Name of that resource; empty without an inventory';
COMMENT ON COLUMN NTANetAnalytics.SrcServiceId IS 'Internal to Microsoft; always empty';
COMMENT ON COLUMN NTANetAnalytics.DestServiceId IS 'Internal to Microsoft; always empty';
COMMENT ON COLUMN NTANetAnalytics.SrcServiceName IS 'Internal to Microsoft; always empty';
COMMENT ON COLUMN NTANetAnalytics.DestServiceName IS 'Internal to Microsoft; always empty';
COMMENT ON COLUMN NTANetAnalytics.SrcTenantId IS 'Internal to Microsoft; always empty';
COMMENT ON COLUMN NTANetAnalytics.DestTenantId IS 'Internal to Microsoft; always empty';
COMMENT ON COLUMN NTANetAnalytics.SrcTenantName IS 'Internal to Microsoft; always empty';
COMMENT ON COLUMN NTANetAnalytics.DestTenantName IS 'Internal to Microsoft; always empty';
COMMENT ON COLUMN NTANetAnalytics.SrcEnvironment IS 'Internal to Microsoft; always empty';
COMMENT ON COLUMN NTANetAnalytics.DestEnvironment IS 'Internal to Microsoft; always empty';
COMMENT ON COLUMN NTANetAnalytics.SrcCloud IS 'Internal to Microsoft; always empty';
COMMENT ON COLUMN NTANetAnalytics.DestCloud IS 'Internal to Microsoft; always empty';
COMMENT ON COLUMN NTANetAnalytics.SrcNetworkGroups IS 'Always empty: network groups are not part of an inventory';
COMMENT ON COLUMN NTANetAnalytics.DestNetworkGroups IS 'Always empty: network groups are not part of an inventory';
COMMENT ON COLUMN NTANetAnalytics.SrcServiceTags IS 'Of an initiator that is Azure''s own: address|tag, the tag of the longest prefix; see endpoints for all of them';
COMMENT ON COLUMN NTANetAnalytics.DestServiceTags IS 'Of a responder that is Azure''s own: address|tag, the tag of the longest prefix; see endpoints for all of them';
COMMENT ON COLUMN NTANetAnalytics.Action IS 'Always empty in rows of flow logs';
COMMENT ON COLUMN NTANetAnalytics.Description IS 'Always empty in rows of flow logs';
COMMENT ON COLUMN NTANetAnalytics.LogResourceId IS 'Always empty in rows of flow logs';
COMMENT ON COLUMN NTANetAnalytics.RecordCount IS 'Tuples merged into the row';
COMMENT ON COLUMN NTANetAnalytics.TrafficAnalyticsResourceId IS 'Always empty';
COMMENT ON COLUMN NTANetAnalytics.SourceSystem IS 'Always empty';
COMMENT ON COLUMN NTANetAnalytics.Type IS 'Name of the table';
COMMENT ON COLUMN NTANetAnalytics._IsBillable IS 'Always False';
COMMENT ON COLUMN NTANetAnalytics._BilledSize IS 'Always 0';
