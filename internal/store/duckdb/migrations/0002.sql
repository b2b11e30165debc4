-- Schema version 2: what addresses were, and when; and what it takes to count
-- each conversation once.

-- From where addresses are seen: store.ScopeOf. Parties of version 1 were seen
-- from the logged resource alone, also in logs of security groups.
CREATE TABLE weir.scope (
    id     UBIGINT NOT NULL,
    target VARCHAR NOT NULL, -- logged resource, lower case
    mac    VARCHAR NOT NULL  -- capture NIC; empty where the logged resource tells the network
);
INSERT INTO weir.scope SELECT DISTINCT scope, target, '' FROM weir.log;
ALTER TABLE weir.log DROP COLUMN scope;

-- What a party was: for all time, or, where it has tenures, last.
ALTER TABLE weir.party ADD COLUMN endpoint UBIGINT DEFAULT 0;    -- id in weir.endpoint; 0: not attributed yet
ALTER TABLE weir.party ADD COLUMN host UBIGINT DEFAULT 0;        -- enrich.Tenure.Host
ALTER TABLE weir.party ADD COLUMN attribution UBIGINT DEFAULT 0; -- enrich.Attribution.Hash

-- Of parties that were more than one thing; they cover all time without a gap.
CREATE TABLE weir.tenure (
    party      UBIGINT   NOT NULL,
    from_time  TIMESTAMP NOT NULL, -- inclusive; -infinity where open
    until_time TIMESTAMP NOT NULL, -- exclusive; infinity where open
    endpoint   UBIGINT   NOT NULL,
    host       UBIGINT   NOT NULL
);

-- See enrich.Endpoint and topology.Endpoint.
CREATE TABLE weir.endpoint (
    id                UBIGINT NOT NULL,
    class             UTINYINT NOT NULL, -- enrich.Class
    kind              VARCHAR NOT NULL,  -- topology.EndpointKind in words
    resource          VARCHAR NOT NULL,  -- id of the resource that owns the address
    subscription      VARCHAR NOT NULL,
    region            VARCHAR NOT NULL,  -- of the customer's resource
    vnet_id           VARCHAR NOT NULL,
    vnet              VARCHAR NOT NULL,
    subnet            VARCHAR NOT NULL,
    nic               VARCHAR NOT NULL,
    mac               VARCHAR NOT NULL,
    vm                VARCHAR NOT NULL,
    scale_set         VARCHAR NOT NULL,
    forwards          BOOLEAN NOT NULL,
    load_balancer     VARCHAR NOT NULL,
    app_gateway       VARCHAR NOT NULL,
    firewall          VARCHAR NOT NULL,
    bastion           VARCHAR NOT NULL,
    nat_gateway       VARCHAR NOT NULL,
    gateway           VARCHAR NOT NULL,
    public_ip         VARCHAR NOT NULL,
    public_ip_prefix  VARCHAR NOT NULL,
    local_gateway     VARCHAR NOT NULL,
    connection        VARCHAR NOT NULL,
    circuit           VARCHAR NOT NULL,
    connection_type   VARCHAR NOT NULL,
    peering_type      VARCHAR NOT NULL,
    private_endpoint  VARCHAR NOT NULL,
    private_link      VARCHAR NOT NULL,
    private_link_name VARCHAR NOT NULL,
    ambiguous         BOOLEAN NOT NULL,
    country           VARCHAR NOT NULL,
    asn               UINTEGER NOT NULL,
    organisation      VARCHAR NOT NULL,
    azure_region      VARCHAR NOT NULL,  -- of Azure's own addresses
    service           VARCHAR NOT NULL,
    service_tags      VARCHAR NOT NULL
);

-- Times in which addresses counted as malicious: enrich.Verdict.
CREATE TABLE weir.verdict (
    address      VARCHAR   NOT NULL,
    from_time    TIMESTAMP NOT NULL, -- inclusive; -infinity where open
    until_time   TIMESTAMP NOT NULL, -- exclusive; infinity where open
    category     VARCHAR   NOT NULL,
    confidence   UTINYINT  NOT NULL,
    feed         VARCHAR   NOT NULL,
    indicator    VARCHAR   NOT NULL,
    detail       VARCHAR   NOT NULL,
    first_listed TIMESTAMP,
    last_listed  TIMESTAMP
);

-- How VNets that talked to each other were connected: enrich.Relation.
CREATE TABLE weir.relation (
    vnet1            VARCHAR   NOT NULL, -- resource id, of the initiator
    vnet2            VARCHAR   NOT NULL, -- resource id, of the responder
    from_time        TIMESTAMP NOT NULL, -- inclusive; -infinity where open
    until_time       TIMESTAMP NOT NULL, -- exclusive; infinity where open
    connection_type  VARCHAR   NOT NULL,
    connection       VARCHAR   NOT NULL,
    circuit          VARCHAR   NOT NULL,
    connecting_vnets VARCHAR   NOT NULL
);

-- Parties at whose own NIC something was captured, with that NIC.
CREATE TABLE weir.own (id UBIGINT NOT NULL, mac VARCHAR NOT NULL);
INSERT INTO weir.own
SELECT party, min(mac) FROM (
    SELECT DISTINCT CASE direction WHEN 1 THEN initiator ELSE responder END AS party, log FROM weir.fact
) f JOIN weir.log l ON l.id = f.log
WHERE mac <> ''
GROUP BY party;

-- Names of services by port and protocol of the responder.
CREATE TABLE weir.application (port USMALLINT NOT NULL, protocol UTINYINT NOT NULL, name VARCHAR NOT NULL);

-- What is known, as those who know it write it: store.Document. A body is cut
-- into parts, so that one of any size is written and read in little memory.
CREATE TABLE weir.document (
    kind  VARCHAR   NOT NULL,
    name  VARCHAR   NOT NULL,
    time  TIMESTAMP NOT NULL,
    size  BIGINT    NOT NULL, -- of the whole body, in bytes
    start BIGINT    NOT NULL, -- of the part in the body
    part  BLOB      NOT NULL
);

-- flow.Marks.
ALTER TABLE weir.fact ADD COLUMN marks UTINYINT DEFAULT 0;

-- Intervals with rows that may count a conversation twice.
-- Each time one is put on the list it gets a row with the next number.
CREATE TABLE weir.unsettled (interval_start TIMESTAMP NOT NULL, number UBIGINT NOT NULL);
INSERT INTO weir.unsettled SELECT DISTINCT interval_start, 1 FROM weir.fact;

-- The rows of NTATopologyDetails: topology.Details of every snapshot.
CREATE TABLE weir.resource (
    snapshot TIMESTAMP NOT NULL,
    id       VARCHAR   NOT NULL, -- of the resource; empty in status rows
    TimeProcessed TIMESTAMP,
    SubType VARCHAR,
    AzureResourceType VARCHAR,
    Name VARCHAR,
    Subscription VARCHAR,
    SubscriptionName VARCHAR,
    Region VARCHAR,
    DiscoveryRegion VARCHAR,
    SchemaVersion VARCHAR,
    TopologyVersion VARCHAR,
    ComponentType VARCHAR,
    Status VARCHAR,
    Tags VARCHAR,
    Zones VARCHAR,
    AddressPrefixes VARCHAR,
    SubnetPrefixes VARCHAR,
    EncryptionEnabled BOOLEAN,
    EncryptionEnforcement VARCHAR,
    RouteTable VARCHAR,
    Nsg VARCHAR,
    VirtualNetwork1 VARCHAR,
    VirtualNetwork2 VARCHAR,
    AllowForwardedTraffic BOOLEAN,
    AllowGatewayTransit BOOLEAN,
    AllowVirtualNetworkAccess BOOLEAN,
    UseRemoteGateways BOOLEAN,
    MacAddress VARCHAR,
    PrivateIpAddresses VARCHAR,
    PublicIpAddresses VARCHAR,
    Subnetwork VARCHAR,
    VirtualMachine VARCHAR,
    EnableIpForwarding BOOLEAN,
    IsVirtualAppliance BOOLEAN,
    VmssName VARCHAR,
    VnetEncryptionSupported BOOLEAN,
    IsFlowEnabled BOOLEAN,
    FlowLogStorageAccount VARCHAR,
    Access VARCHAR,
    Direction VARCHAR,
    Priority INTEGER,
    Protocol VARCHAR,
    SourceAddressPrefix VARCHAR,
    SourcePortRange VARCHAR,
    DestinationAddressPrefix VARCHAR,
    DestinationPortRange VARCHAR,
    RuleType VARCHAR,
    Description VARCHAR,
    NextHopType VARCHAR,
    NextHopIp VARCHAR,
    LoadBalancerType VARCHAR,
    FrontendIps VARCHAR,
    FrontendSubnet VARCHAR,
    FrontendSubnets VARCHAR,
    LoadBalancerBackendPools VARCHAR,
    BackendAddressPool VARCHAR,
    BackendSubnets VARCHAR,
    FrontendIpAddress VARCHAR,
    FrontendPort INTEGER,
    BackendIpAddress VARCHAR,
    BackendPort INTEGER,
    FloatingIpEnabled BOOLEAN,
    AppGatewayType VARCHAR,
    ApplicationGatewayBackendPools VARCHAR,
    GatewaySubnet VARCHAR,
    PrivateFrontendIps VARCHAR,
    PublicFrontendIps VARCHAR,
    GatewayType VARCHAR,
    Sku VARCHAR,
    VipAddress VARCHAR,
    VirtualSubnetwork VARCHAR,
    BgpEnabled BOOLEAN,
    VpnClientAddressPrefixes VARCHAR,
    IpAddress VARCHAR,
    ConnectionType VARCHAR,
    GatewayConnectionType VARCHAR,
    ConnectionStatus VARCHAR,
    VirtualNetworkGateway1 VARCHAR,
    VirtualNetworkGateway2 VARCHAR,
    LocalNetworkGateway VARCHAR,
    Peer VARCHAR,
    RoutingWeight INTEGER,
    EgressBytesTransferred BIGINT,
    IngressBytesTransferred BIGINT,
    Subnet1 VARCHAR,
    Subnet2 VARCHAR,
    SubnetRegion1 VARCHAR,
    SubnetRegion2 VARCHAR,
    VirtualAppliances VARCHAR,
    CircuitProvisioningState VARCHAR,
    ServiceProviderProvisioningState VARCHAR,
    ServiceProviderProperties VARCHAR,
    SkuDetail VARCHAR,
    PeeringType VARCHAR,
    State VARCHAR,
    AzureAsn BIGINT,
    PeerAsn BIGINT,
    VlanId INTEGER,
    PrimaryPeerAddressPrefix VARCHAR,
    SecondaryPeerAddressPrefix VARCHAR,
    PrimaryAzurePort VARCHAR,
    SecondaryAzurePort VARCHAR,
    PrimaryBytesIn BIGINT,
    PrimaryBytesOut BIGINT,
    SecondaryBytesIn BIGINT,
    SecondaryBytesOut BIGINT,
    Network VARCHAR,
    PrimaryNextHop VARCHAR,
    SecondaryNextHop VARCHAR,
    LocalPreference VARCHAR,
    Weight INTEGER,
    Path VARCHAR,
    PrivateEndpointResourceId VARCHAR,
    PrivateLinkResourceId VARCHAR
);
