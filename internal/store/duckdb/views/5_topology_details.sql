-- Columns of docs/reference/traffic-analytics.md 3.11. What does not apply to a
-- resource is empty, or NULL where it is no text.
CREATE OR REPLACE VIEW NTATopologyDetails AS
SELECT
    '' AS TenantId,
    snapshot AS TimeGenerated,
    TimeProcessed,
    coalesce(SubType, '') AS SubType,
    coalesce(AzureResourceType, '') AS AzureResourceType,
    coalesce(Name, '') AS Name,
    coalesce(Subscription, '') AS Subscription,
    coalesce(SubscriptionName, '') AS SubscriptionName,
    coalesce(Region, '') AS Region,
    coalesce(DiscoveryRegion, '') AS DiscoveryRegion,
    coalesce(SchemaVersion, '') AS SchemaVersion,
    coalesce(TopologyVersion, '') AS TopologyVersion,
    coalesce(ComponentType, '') AS ComponentType,
    coalesce(Status, '') AS Status,
    coalesce(Tags, '') AS Tags,
    coalesce(Zones, '') AS Zones,
    coalesce(AddressPrefixes, '') AS AddressPrefixes,
    coalesce(SubnetPrefixes, '') AS SubnetPrefixes,
    EncryptionEnabled,
    coalesce(EncryptionEnforcement, '') AS EncryptionEnforcement,
    coalesce(RouteTable, '') AS RouteTable,
    coalesce(Nsg, '') AS Nsg,
    coalesce(VirtualNetwork1, '') AS VirtualNetwork1,
    coalesce(VirtualNetwork2, '') AS VirtualNetwork2,
    AllowForwardedTraffic,
    AllowGatewayTransit,
    AllowVirtualNetworkAccess,
    UseRemoteGateways,
    coalesce(MacAddress, '') AS MacAddress,
    coalesce(PrivateIpAddresses, '') AS PrivateIpAddresses,
    coalesce(PublicIpAddresses, '') AS PublicIpAddresses,
    coalesce(Subnetwork, '') AS Subnetwork,
    coalesce(VirtualMachine, '') AS VirtualMachine,
    EnableIpForwarding,
    IsVirtualAppliance,
    coalesce(VmssName, '') AS VmssName,
    VnetEncryptionSupported,
    IsFlowEnabled,
    coalesce(FlowLogStorageAccount, '') AS FlowLogStorageAccount,
    coalesce(Access, '') AS Access,
    coalesce(Direction, '') AS Direction,
    Priority,
    coalesce(Protocol, '') AS Protocol,
    coalesce(SourceAddressPrefix, '') AS SourceAddressPrefix,
    coalesce(SourcePortRange, '') AS SourcePortRange,
    coalesce(DestinationAddressPrefix, '') AS DestinationAddressPrefix,
    coalesce(DestinationPortRange, '') AS DestinationPortRange,
    coalesce(RuleType, '') AS RuleType,
    coalesce(Description, '') AS Description,
    coalesce(NextHopType, '') AS NextHopType,
    coalesce(NextHopIp, '') AS NextHopIp,
    coalesce(LoadBalancerType, '') AS LoadBalancerType,
    coalesce(FrontendIps, '') AS FrontendIps,
    coalesce(FrontendSubnet, '') AS FrontendSubnet,
    coalesce(FrontendSubnets, '') AS FrontendSubnets,
    coalesce(LoadBalancerBackendPools, '') AS LoadBalancerBackendPools,
    coalesce(BackendAddressPool, '') AS BackendAddressPool,
    coalesce(BackendSubnets, '') AS BackendSubnets,
    coalesce(FrontendIpAddress, '') AS FrontendIpAddress,
    FrontendPort,
    coalesce(BackendIpAddress, '') AS BackendIpAddress,
    BackendPort,
    FloatingIpEnabled,
    coalesce(AppGatewayType, '') AS AppGatewayType,
    coalesce(ApplicationGatewayBackendPools, '') AS ApplicationGatewayBackendPools,
    coalesce(GatewaySubnet, '') AS GatewaySubnet,
    coalesce(PrivateFrontendIps, '') AS PrivateFrontendIps,
    coalesce(PublicFrontendIps, '') AS PublicFrontendIps,
    coalesce(GatewayType, '') AS GatewayType,
    coalesce(Sku, '') AS Sku,
    coalesce(VipAddress, '') AS VipAddress,
    coalesce(VirtualSubnetwork, '') AS VirtualSubnetwork,
    BgpEnabled,
    coalesce(VpnClientAddressPrefixes, '') AS VpnClientAddressPrefixes,
    coalesce(IpAddress, '') AS IpAddress,
    coalesce(ConnectionType, '') AS ConnectionType,
    coalesce(GatewayConnectionType, '') AS GatewayConnectionType,
    coalesce(ConnectionStatus, '') AS ConnectionStatus,
    coalesce(VirtualNetworkGateway1, '') AS VirtualNetworkGateway1,
    coalesce(VirtualNetworkGateway2, '') AS VirtualNetworkGateway2,
    coalesce(LocalNetworkGateway, '') AS LocalNetworkGateway,
    coalesce(Peer, '') AS Peer,
    RoutingWeight,
    EgressBytesTransferred,
    IngressBytesTransferred,
    coalesce(Subnet1, '') AS Subnet1,
    coalesce(Subnet2, '') AS Subnet2,
    coalesce(SubnetRegion1, '') AS SubnetRegion1,
    coalesce(SubnetRegion2, '') AS SubnetRegion2,
    coalesce(VirtualAppliances, '') AS VirtualAppliances,
    coalesce(CircuitProvisioningState, '') AS CircuitProvisioningState,
    coalesce(ServiceProviderProvisioningState, '') AS ServiceProviderProvisioningState,
    coalesce(ServiceProviderProperties, '') AS ServiceProviderProperties,
    coalesce(SkuDetail, '') AS SkuDetail,
    coalesce(PeeringType, '') AS PeeringType,
    coalesce(State, '') AS State,
    AzureAsn,
    PeerAsn,
    VlanId,
    coalesce(PrimaryPeerAddressPrefix, '') AS PrimaryPeerAddressPrefix,
    coalesce(SecondaryPeerAddressPrefix, '') AS SecondaryPeerAddressPrefix,
    coalesce(PrimaryAzurePort, '') AS PrimaryAzurePort,
    coalesce(SecondaryAzurePort, '') AS SecondaryAzurePort,
    PrimaryBytesIn,
    PrimaryBytesOut,
    SecondaryBytesIn,
    SecondaryBytesOut,
    coalesce(Network, '') AS Network,
    coalesce(PrimaryNextHop, '') AS PrimaryNextHop,
    coalesce(SecondaryNextHop, '') AS SecondaryNextHop,
    coalesce(LocalPreference, '') AS LocalPreference,
    Weight,
    coalesce(Path, '') AS Path,
    coalesce(PrivateEndpointResourceId, '') AS PrivateEndpointResourceId,
    coalesce(PrivateLinkResourceId, '') AS PrivateLinkResourceId,
    '' AS SourceSystem,
    'NTATopologyDetails' AS Type,
    'False' AS _IsBillable,
    0.0::DOUBLE AS _BilledSize
FROM weir.resource;

COMMENT ON VIEW NTATopologyDetails IS 'The resources of the estate with the columns of table NTATopologyDetails of Azure Traffic Analytics. No rows without an inventory.';
COMMENT ON COLUMN NTATopologyDetails.TenantId IS 'Workspace of the original product; always empty';
COMMENT ON COLUMN NTATopologyDetails.TimeGenerated IS 'Time of the snapshot of the inventory, UTC';
COMMENT ON COLUMN NTATopologyDetails.TimeProcessed IS 'Time of the snapshot of the inventory, UTC';
COMMENT ON COLUMN NTATopologyDetails.SubType IS 'Topology in rows of resources; StatusMessage in rows that say that a subscription and region of a snapshot are complete';
COMMENT ON COLUMN NTATopologyDetails.AzureResourceType IS 'Kind of resource, for example NetworkInterface; empty in status rows';
COMMENT ON COLUMN NTATopologyDetails.Name IS 'Name of the resource: group/name, of a part group/resource/name';
COMMENT ON COLUMN NTATopologyDetails.Subscription IS 'Subscription of the resource';
COMMENT ON COLUMN NTATopologyDetails.SubscriptionName IS 'Name of the subscription';
COMMENT ON COLUMN NTATopologyDetails.Region IS 'Azure region of the resource, compact';
COMMENT ON COLUMN NTATopologyDetails.DiscoveryRegion IS 'Azure region in which it was found: that of the resource';
COMMENT ON COLUMN NTATopologyDetails.SchemaVersion IS 'Version of the schema of Traffic Analytics that the row follows: 3';
COMMENT ON COLUMN NTATopologyDetails.TopologyVersion IS 'Time of the snapshot, RFC 3339';
COMMENT ON COLUMN NTATopologyDetails.ComponentType IS 'Topology in status rows; else empty';
COMMENT ON COLUMN NTATopologyDetails.Status IS 'Completed in status rows; else empty';
COMMENT ON COLUMN NTATopologyDetails.Tags IS 'Tags of the resource as a JSON object';
COMMENT ON COLUMN NTATopologyDetails.Zones IS 'Availability zones, separated by spaces';
COMMENT ON COLUMN NTATopologyDetails.AddressPrefixes IS 'Prefixes, separated by spaces: of virtual networks, subnets, routes and local network gateways';
COMMENT ON COLUMN NTATopologyDetails.SubnetPrefixes IS 'Prefixes of the subnets of a virtual network, separated by spaces';
COMMENT ON COLUMN NTATopologyDetails.EncryptionEnabled IS 'Whether a virtual network encrypts';
COMMENT ON COLUMN NTATopologyDetails.EncryptionEnforcement IS 'What a virtual network that encrypts does with other traffic: DropUnencrypted or AllowUnencrypted';
COMMENT ON COLUMN NTATopologyDetails.RouteTable IS 'Route table of a subnet or route: group/name';
COMMENT ON COLUMN NTATopologyDetails.Nsg IS 'Network security group of a subnet, NIC or rule: group/name';
COMMENT ON COLUMN NTATopologyDetails.VirtualNetwork1 IS 'Of a peering the network that has it, of a connection that of its gateway: subscription/group/name';
COMMENT ON COLUMN NTATopologyDetails.VirtualNetwork2 IS 'Of a peering the other network, of a connection that of the other gateway: subscription/group/name';
COMMENT ON COLUMN NTATopologyDetails.AllowForwardedTraffic IS 'Setting of a peering';
COMMENT ON COLUMN NTATopologyDetails.AllowGatewayTransit IS 'Setting of a peering';
COMMENT ON COLUMN NTATopologyDetails.AllowVirtualNetworkAccess IS 'Setting of a peering';
COMMENT ON COLUMN NTATopologyDetails.UseRemoteGateways IS 'Setting of a peering';
COMMENT ON COLUMN NTATopologyDetails.MacAddress IS 'MAC of a NIC, for example 00-0D-3A-98-82-CE; those of a machine separated by spaces';
COMMENT ON COLUMN NTATopologyDetails.PrivateIpAddresses IS 'Private addresses of a NIC, machine or private endpoint, separated by spaces';
COMMENT ON COLUMN NTATopologyDetails.PublicIpAddresses IS 'Public addresses of a NIC or machine, separated by spaces';
COMMENT ON COLUMN NTATopologyDetails.Subnetwork IS 'Subnets of a NIC, machine or private endpoint: group/network/name, separated by spaces';
COMMENT ON COLUMN NTATopologyDetails.VirtualMachine IS 'Machine of a NIC: group/name';
COMMENT ON COLUMN NTATopologyDetails.EnableIpForwarding IS 'Whether a NIC, or any of a machine, may forward';
COMMENT ON COLUMN NTATopologyDetails.IsVirtualAppliance IS 'Whether a NIC forwards and a route leads to it';
COMMENT ON COLUMN NTATopologyDetails.VmssName IS 'Scale set of a NIC or machine: group/name';
COMMENT ON COLUMN NTATopologyDetails.VnetEncryptionSupported IS 'Always NULL: an inventory does not tell';
COMMENT ON COLUMN NTATopologyDetails.IsFlowEnabled IS 'Whether flow logging is on, of security groups and flow logs';
COMMENT ON COLUMN NTATopologyDetails.FlowLogStorageAccount IS 'Storage account of the flow log: group/name';
COMMENT ON COLUMN NTATopologyDetails.Access IS 'Of a rule: Allow or Deny';
COMMENT ON COLUMN NTATopologyDetails.Direction IS 'Of a rule: Inbound or Outbound';
COMMENT ON COLUMN NTATopologyDetails.Priority IS 'Of a rule; the lowest is tried first';
COMMENT ON COLUMN NTATopologyDetails.Protocol IS 'Of a rule or inbound NAT rule, as configured';
COMMENT ON COLUMN NTATopologyDetails.SourceAddressPrefix IS 'Sources of a rule, separated by spaces';
COMMENT ON COLUMN NTATopologyDetails.SourcePortRange IS 'Source ports of a rule, separated by spaces';
COMMENT ON COLUMN NTATopologyDetails.DestinationAddressPrefix IS 'Destinations of a rule, separated by spaces';
COMMENT ON COLUMN NTATopologyDetails.DestinationPortRange IS 'Destination ports of a rule, separated by spaces';
COMMENT ON COLUMN NTATopologyDetails.RuleType IS 'Of a rule: UserDefined or Default';
COMMENT ON COLUMN NTATopologyDetails.Description IS 'Description of a rule';
COMMENT ON COLUMN NTATopologyDetails.NextHopType IS 'Of a route, for example VirtualAppliance';
COMMENT ON COLUMN NTATopologyDetails.NextHopIp IS 'Address of a route''s next hop';
COMMENT ON COLUMN NTATopologyDetails.LoadBalancerType IS 'Public or Internal';
COMMENT ON COLUMN NTATopologyDetails.FrontendIps IS 'Addresses of a load balancer, separated by spaces';
COMMENT ON COLUMN NTATopologyDetails.FrontendSubnet IS 'First subnet of a load balancer: group/network/name';
COMMENT ON COLUMN NTATopologyDetails.FrontendSubnets IS 'Subnets of a load balancer, separated by spaces';
COMMENT ON COLUMN NTATopologyDetails.LoadBalancerBackendPools IS 'Names of the pools of a load balancer, separated by spaces';
COMMENT ON COLUMN NTATopologyDetails.BackendAddressPool IS 'Always empty: see LoadBalancerBackendPools';
COMMENT ON COLUMN NTATopologyDetails.BackendSubnets IS 'Subnets of the targets of a load balancer or application gateway, separated by spaces';
COMMENT ON COLUMN NTATopologyDetails.FrontendIpAddress IS 'Of an inbound NAT rule';
COMMENT ON COLUMN NTATopologyDetails.FrontendPort IS 'Of an inbound NAT rule';
COMMENT ON COLUMN NTATopologyDetails.BackendIpAddress IS 'Of an inbound NAT rule';
COMMENT ON COLUMN NTATopologyDetails.BackendPort IS 'Of an inbound NAT rule';
COMMENT ON COLUMN NTATopologyDetails.FloatingIpEnabled IS 'Of an inbound NAT rule';
COMMENT ON COLUMN NTATopologyDetails.AppGatewayType IS 'internal or internet facing';
COMMENT ON COLUMN NTATopologyDetails.ApplicationGatewayBackendPools IS 'Names of the pools of an application gateway, separated by spaces';
COMMENT ON COLUMN NTATopologyDetails.GatewaySubnet IS 'Subnets of an application gateway: group/network/name, separated by spaces';
COMMENT ON COLUMN NTATopologyDetails.PrivateFrontendIps IS 'Private addresses of an application gateway, separated by spaces';
COMMENT ON COLUMN NTATopologyDetails.PublicFrontendIps IS 'Public addresses of an application gateway, separated by spaces';
COMMENT ON COLUMN NTATopologyDetails.GatewayType IS 'Vpn or ExpressRoute';
COMMENT ON COLUMN NTATopologyDetails.Sku IS 'Of gateways, load balancers and application gateways';
COMMENT ON COLUMN NTATopologyDetails.VipAddress IS 'Public addresses of a gateway, separated by spaces';
COMMENT ON COLUMN NTATopologyDetails.VirtualSubnetwork IS 'Subnets of a gateway: group/network/name, separated by spaces';
COMMENT ON COLUMN NTATopologyDetails.BgpEnabled IS 'Of gateways and connections';
COMMENT ON COLUMN NTATopologyDetails.VpnClientAddressPrefixes IS 'Prefixes of the point-to-site clients of a gateway, separated by spaces';
COMMENT ON COLUMN NTATopologyDetails.IpAddress IS 'Address of the device of a local network gateway';
COMMENT ON COLUMN NTATopologyDetails.ConnectionType IS 'Of connections, for example IPsec, Vnet2Vnet or ExpressRoute';
COMMENT ON COLUMN NTATopologyDetails.GatewayConnectionType IS 'Of connections: VpnGateway or ExpressRoute';
COMMENT ON COLUMN NTATopologyDetails.ConnectionStatus IS 'Of connections, as Azure says it';
COMMENT ON COLUMN NTATopologyDetails.VirtualNetworkGateway1 IS 'Of connections: subscription/group/name';
COMMENT ON COLUMN NTATopologyDetails.VirtualNetworkGateway2 IS 'Of connections between networks: subscription/group/name';
COMMENT ON COLUMN NTATopologyDetails.LocalNetworkGateway IS 'Of connections to sites: subscription/group/name';
COMMENT ON COLUMN NTATopologyDetails.Peer IS 'Circuit of an ExpressRoute connection: subscription/group/name';
COMMENT ON COLUMN NTATopologyDetails.RoutingWeight IS 'Of connections';
COMMENT ON COLUMN NTATopologyDetails.EgressBytesTransferred IS 'Of connections, as Azure counts them';
COMMENT ON COLUMN NTATopologyDetails.IngressBytesTransferred IS 'Of connections, as Azure counts them';
COMMENT ON COLUMN NTATopologyDetails.Subnet1 IS 'Always empty: connections between subnets are not written';
COMMENT ON COLUMN NTATopologyDetails.Subnet2 IS 'Always empty: connections between subnets are not written';
COMMENT ON COLUMN NTATopologyDetails.SubnetRegion1 IS 'Always empty: connections between subnets are not written';
COMMENT ON COLUMN NTATopologyDetails.SubnetRegion2 IS 'Always empty: connections between subnets are not written';
COMMENT ON COLUMN NTATopologyDetails.VirtualAppliances IS 'Always empty: connections between subnets are not written';
COMMENT ON COLUMN NTATopologyDetails.CircuitProvisioningState IS 'Of ExpressRoute circuits';
COMMENT ON COLUMN NTATopologyDetails.ServiceProviderProvisioningState IS 'Of ExpressRoute circuits';
COMMENT ON COLUMN NTATopologyDetails.ServiceProviderProperties IS 'Of ExpressRoute circuits: provider;Mbit/s;place';
COMMENT ON COLUMN NTATopologyDetails.SkuDetail IS 'Of ExpressRoute circuits: family;name;tier';
COMMENT ON COLUMN NTATopologyDetails.PeeringType IS 'Of ExpressRoute peerings';
COMMENT ON COLUMN NTATopologyDetails.State IS 'Of ExpressRoute peerings';
COMMENT ON COLUMN NTATopologyDetails.AzureAsn IS 'Of ExpressRoute peerings';
COMMENT ON COLUMN NTATopologyDetails.PeerAsn IS 'Of ExpressRoute peerings';
COMMENT ON COLUMN NTATopologyDetails.VlanId IS 'Of ExpressRoute peerings';
COMMENT ON COLUMN NTATopologyDetails.PrimaryPeerAddressPrefix IS 'Of ExpressRoute peerings';
COMMENT ON COLUMN NTATopologyDetails.SecondaryPeerAddressPrefix IS 'Of ExpressRoute peerings';
COMMENT ON COLUMN NTATopologyDetails.PrimaryAzurePort IS 'Of ExpressRoute peerings';
COMMENT ON COLUMN NTATopologyDetails.SecondaryAzurePort IS 'Of ExpressRoute peerings';
COMMENT ON COLUMN NTATopologyDetails.PrimaryBytesIn IS 'Of ExpressRoute peerings';
COMMENT ON COLUMN NTATopologyDetails.PrimaryBytesOut IS 'Of ExpressRoute peerings';
COMMENT ON COLUMN NTATopologyDetails.SecondaryBytesIn IS 'Of ExpressRoute peerings';
COMMENT ON COLUMN NTATopologyDetails.SecondaryBytesOut IS 'Of ExpressRoute peerings';
COMMENT ON COLUMN NTATopologyDetails.Network IS 'Of ExpressRoute routes';
COMMENT ON COLUMN NTATopologyDetails.PrimaryNextHop IS 'Of ExpressRoute routes';
COMMENT ON COLUMN NTATopologyDetails.SecondaryNextHop IS 'Always empty: a route is listed with each of its next hops';
COMMENT ON COLUMN NTATopologyDetails.LocalPreference IS 'Of ExpressRoute routes';
COMMENT ON COLUMN NTATopologyDetails.Weight IS 'Of ExpressRoute routes';
COMMENT ON COLUMN NTATopologyDetails.Path IS 'Of ExpressRoute routes';
COMMENT ON COLUMN NTATopologyDetails.PrivateEndpointResourceId IS 'Of private endpoints: group/name';
COMMENT ON COLUMN NTATopologyDetails.PrivateLinkResourceId IS 'Of private endpoints the resource behind it: group/type/name';
COMMENT ON COLUMN NTATopologyDetails.SourceSystem IS 'Always empty';
COMMENT ON COLUMN NTATopologyDetails.Type IS 'Name of the table';
COMMENT ON COLUMN NTATopologyDetails._IsBillable IS 'Always False';
COMMENT ON COLUMN NTATopologyDetails._BilledSize IS 'Always 0';

-- When a snapshot is stated in KQL: when it was made, and each day after until the
-- next one.
CREATE OR REPLACE VIEW weir.stated AS
SELECT snapshot, unnest(generate_series(snapshot, greatest(snapshot, until), INTERVAL 1 DAY)) AS time
FROM (
    SELECT snapshot, coalesce(lead(snapshot) OVER (ORDER BY snapshot) - INTERVAL 1 MICROSECOND, weir.present()) AS until
    FROM (SELECT DISTINCT snapshot FROM weir.resource)
);
