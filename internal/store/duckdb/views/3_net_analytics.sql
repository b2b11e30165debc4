-- Value formats of spec sections 3.2, 3.7 and 3.9. What an inventory or a feed tells is empty without one.
CREATE OR REPLACE VIEW NTANetAnalytics AS
SELECT
    '' AS TenantId,
    f.interval_end AS TimeGenerated,
    'FlowLog' AS SubType,
    '3' AS FaSchemaVersion,
    f.interval_end AS TimeProcessed,
    f.interval_start AS FlowIntervalStartTime,
    f.interval_end AS FlowIntervalEndTime,
    weir.flow_type_text(f.flow_type) AS FlowType,
    f.first_seen AS FlowStartTime,
    f.last_seen AS FlowEndTime,
    CASE WHEN f.public_source THEN '' ELSE i.address END AS SrcIp,
    CASE WHEN f.public_destination THEN '' ELSE r.address END AS DestIp,
    '' AS SrcPorts,
    f.port::INTEGER AS DestPort,
    weir.protocol_text(f.protocol) AS L4Protocol,
    'Unknown' AS L7Protocol,
    false AS IsFlowCapturedAtUdrHop,
    weir.direction_text(f.direction) AS FlowDirection,
    weir.status_text(f.status) AS FlowStatus,
    '' AS NsgList,
    '' AS NsgRule,
    '' AS NsgRuleType,
    l.mac_address AS MacAddress,
    l.target_id AS TargetResourceId,
    l.target_type AS TargetResourceType,
    l.flow_log_id AS FlowLogResourceId,
    '' AS SrcSubscription,
    '' AS DestSubscription,
    '' AS SrcRegion,
    '' AS DestRegion,
    '' AS SrcNic,
    '' AS DestNic,
    '' AS SrcVm,
    '' AS DestVm,
    '' AS SrcSubnet,
    '' AS DestSubnet,
    '' AS SrcApplicationGateway,
    '' AS DestApplicationGateway,
    '' AS SrcLoadBalancer,
    '' AS DestLoadBalancer,
    '' AS SrcLocalNetworkGateway,
    '' AS DestLocalNetworkGateway,
    '' AS SrcExpressRouteCircuit,
    '' AS DestExpressRouteCircuit,
    '' AS ExpressRouteCircuitPeeringType,
    '' AS ConnectionType,
    '' AS ConnectionName,
    '' AS ConnectingVnets,
    '' AS Country,
    '' AS AzureRegion,
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
    CASE WHEN f.public_source THEN concat_ws('|', i.address, f.started, f.ended, f.packets_fwd, f.packets_back, f.bytes_fwd, f.bytes_back) ELSE '' END AS SrcPublicIps,
    CASE WHEN f.public_destination THEN concat_ws('|', r.address, f.started, f.ended, f.packets_fwd, f.packets_back, f.bytes_fwd, f.bytes_back) ELSE '' END AS DestPublicIps,
    u.acl_group AS AclGroup,
    u.acl_rule AS AclRule,
    '' AS Status,
    '' AS PrivateEndpointResourceId,
    '' AS PrivateLinkResourceId,
    '' AS PrivateLinkResourceName,
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
    '' AS SrcServiceTags,
    '' AS DestServiceTags,
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
        interval_start + weir.interval_width() AS interval_end,
        direction = 0 AND collapsed AS public_source, -- inbound: the capture NIC is the responder
        direction = 1 AND collapsed AS public_destination
    FROM (SELECT *, flow_type IN (weir.flow_type_number('AzurePublic'), weir.flow_type_number('ExternalPublic')) AS collapsed FROM weir.flow)
) f
JOIN weir.party i ON i.id = f.initiator
JOIN weir.party r ON r.id = f.responder
JOIN (
    SELECT id,
        CASE WHEN acl IN ('', 'unspecified', '00000000-0000-0000-0000-000000000000') THEN 'Unspecified' ELSE lower(acl) END AS acl_group,
        lower(regexp_replace(name, '^(defaultrule|userrule)_', '', 'i')) AS acl_rule
    FROM weir.rule
) u ON u.id = f.rule
JOIN (
    SELECT id,
        CASE WHEN length(mac) = 12 THEN concat_ws('-', mac[1:2], mac[3:4], mac[5:6], mac[7:8], mac[9:10], mac[11:12]) ELSE mac END AS mac_address,
        weir.short_id(target) AS target_id,
        weir.resource_type(target) AS target_type,
        weir.short_flow_log(flow_log) AS flow_log_id
    FROM weir.log
) l ON l.id = f.log;

COMMENT ON VIEW NTANetAnalytics IS 'The reduced flows with the columns, types and formats of table NTANetAnalytics of Azure Traffic Analytics. A conversation captured at both NICs has a row of each.';
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
COMMENT ON COLUMN NTANetAnalytics.SrcIp IS 'Address of the initiator; empty where it is public and listed in SrcPublicIps';
COMMENT ON COLUMN NTANetAnalytics.DestIp IS 'Address of the responder; empty where it is public and listed in DestPublicIps';
COMMENT ON COLUMN NTANetAnalytics.SrcPorts IS 'Source ports; always empty, they are not kept';
COMMENT ON COLUMN NTANetAnalytics.DestPort IS 'Port of the responder';
COMMENT ON COLUMN NTANetAnalytics.L4Protocol IS 'TCP, UDP, or the IANA number of another protocol';
COMMENT ON COLUMN NTANetAnalytics.L7Protocol IS 'Application protocol by the port of the responder; Unknown where there is none';
COMMENT ON COLUMN NTANetAnalytics.IsFlowCapturedAtUdrHop IS 'Whether a forwarding NIC captured the flow';
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
COMMENT ON COLUMN NTANetAnalytics.SrcRegion IS 'Region of the initiator; empty without an inventory';
COMMENT ON COLUMN NTANetAnalytics.DestRegion IS 'Region of the responder; empty without an inventory';
COMMENT ON COLUMN NTANetAnalytics.SrcNic IS 'NIC, group/name of the initiator; empty without an inventory';
COMMENT ON COLUMN NTANetAnalytics.DestNic IS 'NIC, group/name of the responder; empty without an inventory';
COMMENT ON COLUMN NTANetAnalytics.SrcVm IS 'Virtual machine, group/name of the initiator; empty without an inventory';
COMMENT ON COLUMN NTANetAnalytics.DestVm IS 'Virtual machine, group/name of the responder; empty without an inventory';
COMMENT ON COLUMN NTANetAnalytics.SrcSubnet IS 'Subnet, group/network/name of the initiator; empty without an inventory';
COMMENT ON COLUMN NTANetAnalytics.DestSubnet IS 'Subnet, group/network/name of the responder; empty without an inventory';
COMMENT ON COLUMN NTANetAnalytics.SrcApplicationGateway IS 'Application gateway, subscription/group/name of the initiator; empty without an inventory';
COMMENT ON COLUMN NTANetAnalytics.DestApplicationGateway IS 'Application gateway, subscription/group/name of the responder; empty without an inventory';
COMMENT ON COLUMN NTANetAnalytics.SrcLoadBalancer IS 'Load balancer, subscription/group/name of the initiator; empty without an inventory';
COMMENT ON COLUMN NTANetAnalytics.DestLoadBalancer IS 'Load balancer, subscription/group/name of the responder; empty without an inventory';
COMMENT ON COLUMN NTANetAnalytics.SrcLocalNetworkGateway IS 'Local network gateway, subscription/group/name of the initiator; empty without an inventory';
COMMENT ON COLUMN NTANetAnalytics.DestLocalNetworkGateway IS 'Local network gateway, subscription/group/name of the responder; empty without an inventory';
COMMENT ON COLUMN NTANetAnalytics.SrcExpressRouteCircuit IS 'ExpressRoute circuit, subscription/group/name of the initiator; empty without an inventory';
COMMENT ON COLUMN NTANetAnalytics.DestExpressRouteCircuit IS 'ExpressRoute circuit, subscription/group/name of the responder; empty without an inventory';
COMMENT ON COLUMN NTANetAnalytics.ExpressRouteCircuitPeeringType IS 'AzurePrivatePeering, AzurePublicPeering or MicrosoftPeering; empty without an inventory';
COMMENT ON COLUMN NTANetAnalytics.ConnectionType IS 'VNetPeering, VpnGateway or ExpressRoute; empty without an inventory';
COMMENT ON COLUMN NTANetAnalytics.ConnectionName IS 'Connection, subscription/group/name; empty without an inventory';
COMMENT ON COLUMN NTANetAnalytics.ConnectingVnets IS 'Hub networks between the two, separated by spaces; empty without an inventory';
COMMENT ON COLUMN NTANetAnalytics.Country IS 'Country of the public address, ISO 3166 alpha-2, lower case; empty where unknown';
COMMENT ON COLUMN NTANetAnalytics.AzureRegion IS 'Azure region of the public address; empty where unknown';
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
COMMENT ON COLUMN NTANetAnalytics.SrcPublicIps IS 'The public initiator as address|started|ended|packets to responder|packets back|bytes to responder|bytes back; one entry a row';
COMMENT ON COLUMN NTANetAnalytics.DestPublicIps IS 'The public responder in the format of SrcPublicIps; one entry a row';
COMMENT ON COLUMN NTANetAnalytics.AclGroup IS 'Network security group or admin configuration that decided, lower-case resource id; Unspecified where there is none';
COMMENT ON COLUMN NTANetAnalytics.AclRule IS 'Rule that decided, lower case, without DefaultRule_ or UserRule_';
COMMENT ON COLUMN NTANetAnalytics.Status IS 'Always empty in rows of flows';
COMMENT ON COLUMN NTANetAnalytics.PrivateEndpointResourceId IS 'Private endpoint, group/name; empty without an inventory';
COMMENT ON COLUMN NTANetAnalytics.PrivateLinkResourceId IS 'Resource behind the private endpoint; empty without an inventory';
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
COMMENT ON COLUMN NTANetAnalytics.SrcNetworkGroups IS 'Network groups of the initiator; empty without an inventory';
COMMENT ON COLUMN NTANetAnalytics.DestNetworkGroups IS 'Network groups of the responder; empty without an inventory';
COMMENT ON COLUMN NTANetAnalytics.SrcServiceTags IS 'Service tags of the public initiator; empty where unknown';
COMMENT ON COLUMN NTANetAnalytics.DestServiceTags IS 'Service tags of the public responder; empty where unknown';
COMMENT ON COLUMN NTANetAnalytics.Action IS 'Always empty in rows of flow logs';
COMMENT ON COLUMN NTANetAnalytics.Description IS 'Always empty in rows of flow logs';
COMMENT ON COLUMN NTANetAnalytics.LogResourceId IS 'Always empty in rows of flow logs';
COMMENT ON COLUMN NTANetAnalytics.RecordCount IS 'Tuples merged into the row';
COMMENT ON COLUMN NTANetAnalytics.TrafficAnalyticsResourceId IS 'Always empty';
COMMENT ON COLUMN NTANetAnalytics.SourceSystem IS 'Always empty';
COMMENT ON COLUMN NTANetAnalytics.Type IS 'Name of the table';
COMMENT ON COLUMN NTANetAnalytics._IsBillable IS 'Always False';
COMMENT ON COLUMN NTANetAnalytics._BilledSize IS 'Always 0';
