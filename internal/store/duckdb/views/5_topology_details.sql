-- Columns of spec section 3.11.
CREATE OR REPLACE VIEW NTATopologyDetails AS
SELECT
    NULL::VARCHAR AS TenantId,
    NULL::TIMESTAMP AS TimeGenerated,
    NULL::TIMESTAMP AS TimeProcessed,
    NULL::VARCHAR AS SubType,
    NULL::VARCHAR AS AzureResourceType,
    NULL::VARCHAR AS Name,
    NULL::VARCHAR AS Subscription,
    NULL::VARCHAR AS SubscriptionName,
    NULL::VARCHAR AS Region,
    NULL::VARCHAR AS DiscoveryRegion,
    NULL::VARCHAR AS SchemaVersion,
    NULL::VARCHAR AS TopologyVersion,
    NULL::VARCHAR AS ComponentType,
    NULL::VARCHAR AS Status,
    NULL::VARCHAR AS Tags,
    NULL::VARCHAR AS Zones,
    NULL::VARCHAR AS AddressPrefixes,
    NULL::VARCHAR AS SubnetPrefixes,
    NULL::BOOLEAN AS EncryptionEnabled,
    NULL::VARCHAR AS EncryptionEnforcement,
    NULL::VARCHAR AS RouteTable,
    NULL::VARCHAR AS Nsg,
    NULL::VARCHAR AS VirtualNetwork1,
    NULL::VARCHAR AS VirtualNetwork2,
    NULL::BOOLEAN AS AllowForwardedTraffic,
    NULL::BOOLEAN AS AllowGatewayTransit,
    NULL::BOOLEAN AS AllowVirtualNetworkAccess,
    NULL::BOOLEAN AS UseRemoteGateways,
    NULL::VARCHAR AS MacAddress,
    NULL::VARCHAR AS PrivateIpAddresses,
    NULL::VARCHAR AS PublicIpAddresses,
    NULL::VARCHAR AS Subnetwork,
    NULL::VARCHAR AS VirtualMachine,
    NULL::BOOLEAN AS EnableIpForwarding,
    NULL::BOOLEAN AS IsVirtualAppliance,
    NULL::VARCHAR AS VmssName,
    NULL::BOOLEAN AS VnetEncryptionSupported,
    NULL::BOOLEAN AS IsFlowEnabled,
    NULL::VARCHAR AS FlowLogStorageAccount,
    NULL::VARCHAR AS Access,
    NULL::VARCHAR AS Direction,
    NULL::INTEGER AS Priority,
    NULL::VARCHAR AS Protocol,
    NULL::VARCHAR AS SourceAddressPrefix,
    NULL::VARCHAR AS SourcePortRange,
    NULL::VARCHAR AS DestinationAddressPrefix,
    NULL::VARCHAR AS DestinationPortRange,
    NULL::VARCHAR AS RuleType,
    NULL::VARCHAR AS Description,
    NULL::VARCHAR AS NextHopType,
    NULL::VARCHAR AS NextHopIp,
    NULL::VARCHAR AS LoadBalancerType,
    NULL::VARCHAR AS FrontendIps,
    NULL::VARCHAR AS FrontendSubnet,
    NULL::VARCHAR AS FrontendSubnets,
    NULL::VARCHAR AS LoadBalancerBackendPools,
    NULL::VARCHAR AS BackendAddressPool,
    NULL::VARCHAR AS BackendSubnets,
    NULL::VARCHAR AS FrontendIpAddress,
    NULL::INTEGER AS FrontendPort,
    NULL::VARCHAR AS BackendIpAddress,
    NULL::INTEGER AS BackendPort,
    NULL::BOOLEAN AS FloatingIpEnabled,
    NULL::VARCHAR AS AppGatewayType,
    NULL::VARCHAR AS ApplicationGatewayBackendPools,
    NULL::VARCHAR AS GatewaySubnet,
    NULL::VARCHAR AS PrivateFrontendIps,
    NULL::VARCHAR AS PublicFrontendIps,
    NULL::VARCHAR AS GatewayType,
    NULL::VARCHAR AS Sku,
    NULL::VARCHAR AS VipAddress,
    NULL::VARCHAR AS VirtualSubnetwork,
    NULL::BOOLEAN AS BgpEnabled,
    NULL::VARCHAR AS VpnClientAddressPrefixes,
    NULL::VARCHAR AS IpAddress,
    NULL::VARCHAR AS ConnectionType,
    NULL::VARCHAR AS GatewayConnectionType,
    NULL::VARCHAR AS ConnectionStatus,
    NULL::VARCHAR AS VirtualNetworkGateway1,
    NULL::VARCHAR AS VirtualNetworkGateway2,
    NULL::VARCHAR AS LocalNetworkGateway,
    NULL::VARCHAR AS Peer,
    NULL::INTEGER AS RoutingWeight,
    NULL::BIGINT AS EgressBytesTransferred,
    NULL::BIGINT AS IngressBytesTransferred,
    NULL::VARCHAR AS Subnet1,
    NULL::VARCHAR AS Subnet2,
    NULL::VARCHAR AS SubnetRegion1,
    NULL::VARCHAR AS SubnetRegion2,
    NULL::VARCHAR AS VirtualAppliances,
    NULL::VARCHAR AS CircuitProvisioningState,
    NULL::VARCHAR AS ServiceProviderProvisioningState,
    NULL::VARCHAR AS ServiceProviderProperties,
    NULL::VARCHAR AS SkuDetail,
    NULL::VARCHAR AS PeeringType,
    NULL::VARCHAR AS State,
    NULL::BIGINT AS AzureAsn,
    NULL::BIGINT AS PeerAsn,
    NULL::INTEGER AS VlanId,
    NULL::VARCHAR AS PrimaryPeerAddressPrefix,
    NULL::VARCHAR AS SecondaryPeerAddressPrefix,
    NULL::VARCHAR AS PrimaryAzurePort,
    NULL::VARCHAR AS SecondaryAzurePort,
    NULL::BIGINT AS PrimaryBytesIn,
    NULL::BIGINT AS PrimaryBytesOut,
    NULL::BIGINT AS SecondaryBytesIn,
    NULL::BIGINT AS SecondaryBytesOut,
    NULL::VARCHAR AS Network,
    NULL::VARCHAR AS PrimaryNextHop,
    NULL::VARCHAR AS SecondaryNextHop,
    NULL::VARCHAR AS LocalPreference,
    NULL::INTEGER AS Weight,
    NULL::VARCHAR AS Path,
    NULL::VARCHAR AS PrivateEndpointResourceId,
    NULL::VARCHAR AS PrivateLinkResourceId,
    NULL::VARCHAR AS SourceSystem,
    NULL::VARCHAR AS Type,
    NULL::VARCHAR AS _IsBillable,
    NULL::DOUBLE AS _BilledSize
WHERE false;

COMMENT ON VIEW NTATopologyDetails IS 'The resources of the estate with the columns of table NTATopologyDetails of Azure Traffic Analytics. No rows without an inventory.';
COMMENT ON COLUMN NTATopologyDetails.TenantId IS 'Workspace of the original product; always empty';
COMMENT ON COLUMN NTATopologyDetails.TimeGenerated IS 'When the row was written';
COMMENT ON COLUMN NTATopologyDetails.TimeProcessed IS 'When the estate was read';
COMMENT ON COLUMN NTATopologyDetails.SubType IS 'Topology or StatusMessage';
COMMENT ON COLUMN NTATopologyDetails.AzureResourceType IS 'Kind of resource';
COMMENT ON COLUMN NTATopologyDetails.Name IS 'Name of the resource: group/name';
COMMENT ON COLUMN NTATopologyDetails.Subscription IS 'Subscription of the resource';
COMMENT ON COLUMN NTATopologyDetails.SubscriptionName IS 'Name of the subscription';
COMMENT ON COLUMN NTATopologyDetails.Region IS 'Region of the resource';
COMMENT ON COLUMN NTATopologyDetails.DiscoveryRegion IS 'Region in which it was found';
COMMENT ON COLUMN NTATopologyDetails.SchemaVersion IS 'Version of the schema';
COMMENT ON COLUMN NTATopologyDetails.TopologyVersion IS 'Version of the topology';
COMMENT ON COLUMN NTATopologyDetails.ComponentType IS 'Flowlog or Topology, in status rows';
COMMENT ON COLUMN NTATopologyDetails.Status IS 'Completed, Partial or Failed, in status rows';
COMMENT ON COLUMN NTATopologyDetails.Tags IS 'Tags of the resource';
COMMENT ON COLUMN NTATopologyDetails.Zones IS 'Zones of the resource';
COMMENT ON COLUMN NTATopologyDetails.AddressPrefixes IS 'Of virtual networks and subnets';
COMMENT ON COLUMN NTATopologyDetails.SubnetPrefixes IS 'Of virtual networks and subnets';
COMMENT ON COLUMN NTATopologyDetails.EncryptionEnabled IS 'Of virtual networks and subnets';
COMMENT ON COLUMN NTATopologyDetails.EncryptionEnforcement IS 'Of virtual networks and subnets';
COMMENT ON COLUMN NTATopologyDetails.RouteTable IS 'Of virtual networks and subnets';
COMMENT ON COLUMN NTATopologyDetails.Nsg IS 'Of virtual networks and subnets';
COMMENT ON COLUMN NTATopologyDetails.VirtualNetwork1 IS 'Of peerings';
COMMENT ON COLUMN NTATopologyDetails.VirtualNetwork2 IS 'Of peerings';
COMMENT ON COLUMN NTATopologyDetails.AllowForwardedTraffic IS 'Of peerings';
COMMENT ON COLUMN NTATopologyDetails.AllowGatewayTransit IS 'Of peerings';
COMMENT ON COLUMN NTATopologyDetails.AllowVirtualNetworkAccess IS 'Of peerings';
COMMENT ON COLUMN NTATopologyDetails.UseRemoteGateways IS 'Of peerings';
COMMENT ON COLUMN NTATopologyDetails.MacAddress IS 'Of NICs and virtual machines';
COMMENT ON COLUMN NTATopologyDetails.PrivateIpAddresses IS 'Of NICs and virtual machines';
COMMENT ON COLUMN NTATopologyDetails.PublicIpAddresses IS 'Of NICs and virtual machines';
COMMENT ON COLUMN NTATopologyDetails.Subnetwork IS 'Of NICs and virtual machines';
COMMENT ON COLUMN NTATopologyDetails.VirtualMachine IS 'Of NICs and virtual machines';
COMMENT ON COLUMN NTATopologyDetails.EnableIpForwarding IS 'Of NICs and virtual machines';
COMMENT ON COLUMN NTATopologyDetails.IsVirtualAppliance IS 'Of NICs and virtual machines';
COMMENT ON COLUMN NTATopologyDetails.VmssName IS 'Of NICs and virtual machines';
COMMENT ON COLUMN NTATopologyDetails.VnetEncryptionSupported IS 'Of NICs and virtual machines';
COMMENT ON COLUMN NTATopologyDetails.IsFlowEnabled IS 'Of network security groups and their rules';
COMMENT ON COLUMN NTATopologyDetails.FlowLogStorageAccount IS 'Of network security groups and their rules';
COMMENT ON COLUMN NTATopologyDetails.Access IS 'Of network security groups and their rules';
COMMENT ON COLUMN NTATopologyDetails.Direction IS 'Of network security groups and their rules';
COMMENT ON COLUMN NTATopologyDetails.Priority IS 'Of network security groups and their rules';
COMMENT ON COLUMN NTATopologyDetails.Protocol IS 'Of network security groups and their rules';
COMMENT ON COLUMN NTATopologyDetails.SourceAddressPrefix IS 'Of network security groups and their rules';
COMMENT ON COLUMN NTATopologyDetails.SourcePortRange IS 'Of network security groups and their rules';
COMMENT ON COLUMN NTATopologyDetails.DestinationAddressPrefix IS 'Of network security groups and their rules';
COMMENT ON COLUMN NTATopologyDetails.DestinationPortRange IS 'Of network security groups and their rules';
COMMENT ON COLUMN NTATopologyDetails.RuleType IS 'Of network security groups and their rules';
COMMENT ON COLUMN NTATopologyDetails.Description IS 'Of network security groups and their rules';
COMMENT ON COLUMN NTATopologyDetails.NextHopType IS 'Of routes';
COMMENT ON COLUMN NTATopologyDetails.NextHopIp IS 'Of routes';
COMMENT ON COLUMN NTATopologyDetails.LoadBalancerType IS 'Of load balancers';
COMMENT ON COLUMN NTATopologyDetails.FrontendIps IS 'Of load balancers';
COMMENT ON COLUMN NTATopologyDetails.FrontendSubnet IS 'Of load balancers';
COMMENT ON COLUMN NTATopologyDetails.FrontendSubnets IS 'Of load balancers';
COMMENT ON COLUMN NTATopologyDetails.LoadBalancerBackendPools IS 'Of load balancers';
COMMENT ON COLUMN NTATopologyDetails.BackendAddressPool IS 'Of load balancers';
COMMENT ON COLUMN NTATopologyDetails.BackendSubnets IS 'Of load balancers';
COMMENT ON COLUMN NTATopologyDetails.FrontendIpAddress IS 'Of load balancers';
COMMENT ON COLUMN NTATopologyDetails.FrontendPort IS 'Of load balancers';
COMMENT ON COLUMN NTATopologyDetails.BackendIpAddress IS 'Of load balancers';
COMMENT ON COLUMN NTATopologyDetails.BackendPort IS 'Of load balancers';
COMMENT ON COLUMN NTATopologyDetails.FloatingIpEnabled IS 'Of load balancers';
COMMENT ON COLUMN NTATopologyDetails.AppGatewayType IS 'Of application gateways';
COMMENT ON COLUMN NTATopologyDetails.ApplicationGatewayBackendPools IS 'Of application gateways';
COMMENT ON COLUMN NTATopologyDetails.GatewaySubnet IS 'Of application gateways';
COMMENT ON COLUMN NTATopologyDetails.PrivateFrontendIps IS 'Of application gateways';
COMMENT ON COLUMN NTATopologyDetails.PublicFrontendIps IS 'Of application gateways';
COMMENT ON COLUMN NTATopologyDetails.GatewayType IS 'Of VPN and ExpressRoute gateways';
COMMENT ON COLUMN NTATopologyDetails.Sku IS 'Of VPN and ExpressRoute gateways';
COMMENT ON COLUMN NTATopologyDetails.VipAddress IS 'Of VPN and ExpressRoute gateways';
COMMENT ON COLUMN NTATopologyDetails.VirtualSubnetwork IS 'Of VPN and ExpressRoute gateways';
COMMENT ON COLUMN NTATopologyDetails.BgpEnabled IS 'Of VPN and ExpressRoute gateways';
COMMENT ON COLUMN NTATopologyDetails.VpnClientAddressPrefixes IS 'Of VPN and ExpressRoute gateways';
COMMENT ON COLUMN NTATopologyDetails.IpAddress IS 'Of VPN and ExpressRoute gateways';
COMMENT ON COLUMN NTATopologyDetails.ConnectionType IS 'Of connections';
COMMENT ON COLUMN NTATopologyDetails.GatewayConnectionType IS 'Of connections';
COMMENT ON COLUMN NTATopologyDetails.ConnectionStatus IS 'Of connections';
COMMENT ON COLUMN NTATopologyDetails.VirtualNetworkGateway1 IS 'Of connections';
COMMENT ON COLUMN NTATopologyDetails.VirtualNetworkGateway2 IS 'Of connections';
COMMENT ON COLUMN NTATopologyDetails.LocalNetworkGateway IS 'Of connections';
COMMENT ON COLUMN NTATopologyDetails.Peer IS 'Of connections';
COMMENT ON COLUMN NTATopologyDetails.RoutingWeight IS 'Of connections';
COMMENT ON COLUMN NTATopologyDetails.EgressBytesTransferred IS 'Of connections';
COMMENT ON COLUMN NTATopologyDetails.IngressBytesTransferred IS 'Of connections';
COMMENT ON COLUMN NTATopologyDetails.Subnet1 IS 'Of connections between subnets';
COMMENT ON COLUMN NTATopologyDetails.Subnet2 IS 'Of connections between subnets';
COMMENT ON COLUMN NTATopologyDetails.SubnetRegion1 IS 'Of connections between subnets';
COMMENT ON COLUMN NTATopologyDetails.SubnetRegion2 IS 'Of connections between subnets';
COMMENT ON COLUMN NTATopologyDetails.VirtualAppliances IS 'Of connections between subnets';
COMMENT ON COLUMN NTATopologyDetails.CircuitProvisioningState IS 'Of ExpressRoute circuits';
COMMENT ON COLUMN NTATopologyDetails.ServiceProviderProvisioningState IS 'Of ExpressRoute circuits';
COMMENT ON COLUMN NTATopologyDetails.ServiceProviderProperties IS 'Of ExpressRoute circuits';
COMMENT ON COLUMN NTATopologyDetails.SkuDetail IS 'Of ExpressRoute circuits';
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
COMMENT ON COLUMN NTATopologyDetails.SecondaryNextHop IS 'Of ExpressRoute routes';
COMMENT ON COLUMN NTATopologyDetails.LocalPreference IS 'Of ExpressRoute routes';
COMMENT ON COLUMN NTATopologyDetails.Weight IS 'Of ExpressRoute routes';
COMMENT ON COLUMN NTATopologyDetails.Path IS 'Of ExpressRoute routes';
COMMENT ON COLUMN NTATopologyDetails.PrivateEndpointResourceId IS 'Of private endpoints';
COMMENT ON COLUMN NTATopologyDetails.PrivateLinkResourceId IS 'Of private endpoints';
COMMENT ON COLUMN NTATopologyDetails.SourceSystem IS 'Always empty';
COMMENT ON COLUMN NTATopologyDetails.Type IS 'Name of the table';
COMMENT ON COLUMN NTATopologyDetails._IsBillable IS 'Always False';
COMMENT ON COLUMN NTATopologyDetails._BilledSize IS 'Always 0';
