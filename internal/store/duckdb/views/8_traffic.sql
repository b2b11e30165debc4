-- What the pages count: the same sums as weir.counted has, with what both ends were in
-- words, so that a question of KQL or SQL about it needs no join.
CREATE OR REPLACE VIEW traffic AS
SELECT
    f.interval_start,
    n.until AS interval_end,
    i.address AS initiator,
    r.address AS responder,
    lower(lpad(hex(f.initiator), 16, '0')) AS initiator_host,
    lower(lpad(hex(f.responder), 16, '0')) AS responder_host,
    f.initiator <= f.responder AS initiator_is_lower,
    f.port,
    CASE WHEN f.port >= 49152 AND f.port NOT IN (SELECT port FROM weir.application WHERE port >= 49152) THEN 65536 ELSE f.port::INTEGER END AS service_port,
    coalesce(a.name, '') AS application,
    weir.protocol_text(f.protocol) AS protocol,
    weir.direction_text(f.direction) AS direction,
    weir.status_text(f.status) AS status,
    k.name AS flow_type,
    weir.encryption_text(f.encryption) AS encryption,
    u.acl,
    u.name AS rule,
    CASE WHEN lower(substring(u.name, 1, 9)) = 'userrule_' THEN 'user'
        WHEN lower(substring(u.name, 1, 12)) = 'defaultrule_' THEN 'default'
        WHEN lower(substring(u.name, 1, 12)) = 'platformrule' THEN 'platform' ELSE 'other' END AS rule_kind,
    l.mac,
    l.target,
    l.flow_log,
    l.family,
    CASE WHEN weir.counts_starts(f.marks) THEN f.started ELSE 0 END AS flows,
    CASE WHEN weir.counts_forward(f.marks) THEN f.packets_fwd ELSE 0 END AS packets_fwd,
    CASE WHEN weir.counts_back(f.marks) THEN f.packets_back ELSE 0 END AS packets_back,
    CASE WHEN weir.counts_forward(f.marks) THEN f.bytes_fwd ELSE 0 END AS bytes_fwd,
    CASE WHEN weir.counts_back(f.marks) THEN f.bytes_back ELSE 0 END AS bytes_back,
    f.records,
    weir.recorded_first(f.marks) AS first_record,
    f.started AS nic_flows,
    f.packets_fwd AS nic_packets_fwd,
    f.packets_back AS nic_packets_back,
    f.bytes_fwd AS nic_bytes_fwd,
    f.bytes_back AS nic_bytes_back,
    f.first_seen,
    f.last_seen,
    weir.class_text(s.class) AS initiator_class,
    s.kind AS initiator_kind,
    s.vnet AS initiator_vnet,
    s.subnet AS initiator_subnet,
    s.nic AS initiator_nic,
    s.vm AS initiator_vm,
    s.scale_set AS initiator_scale_set,
    CASE WHEN s.region = '' THEN s.azure_region ELSE s.region END AS initiator_region,
    s.zone AS initiator_zone,
    s.subscription AS initiator_subscription,
    CASE WHEN s.resource = '' THEN split_part(s.vnet, '/', 2) ELSE split_part(s.resource, '/', 5) END AS initiator_resource_group,
    s.gateway AS initiator_gateway,
    s.connection AS initiator_connection,
    s.local_gateway AS initiator_site,
    s.load_balancer AS initiator_load_balancer,
    s.app_gateway AS initiator_application_gateway,
    s.firewall AS initiator_firewall,
    s.private_endpoint AS initiator_private_endpoint,
    s.service AS initiator_service,
    s.service_tags AS initiator_service_tags,
    s.country AS initiator_country,
    s.asn AS initiator_asn,
    s.organisation AS initiator_organisation,
    weir.class_text(d.class) AS responder_class,
    d.kind AS responder_kind,
    d.vnet AS responder_vnet,
    d.subnet AS responder_subnet,
    d.nic AS responder_nic,
    d.vm AS responder_vm,
    d.scale_set AS responder_scale_set,
    CASE WHEN d.region = '' THEN d.azure_region ELSE d.region END AS responder_region,
    d.zone AS responder_zone,
    d.subscription AS responder_subscription,
    CASE WHEN d.resource = '' THEN split_part(d.vnet, '/', 2) ELSE split_part(d.resource, '/', 5) END AS responder_resource_group,
    d.gateway AS responder_gateway,
    d.connection AS responder_connection,
    d.local_gateway AS responder_site,
    d.load_balancer AS responder_load_balancer,
    d.app_gateway AS responder_application_gateway,
    d.firewall AS responder_firewall,
    d.private_endpoint AS responder_private_endpoint,
    d.service AS responder_service,
    d.service_tags AS responder_service_tags,
    d.country AS responder_country,
    d.asn AS responder_asn,
    d.organisation AS responder_organisation
FROM weir.flow f
JOIN weir.span n ON n.start = f.interval_start AND n.until = f.interval_start + weir.interval_width()
JOIN words.flow_type k ON k.number = f.flow_type
JOIN weir.host i ON i.id = f.initiator
JOIN weir.host r ON r.id = f.responder
JOIN weir.endpoint s ON s.id = f.initiator_endpoint
JOIN weir.endpoint d ON d.id = f.responder_endpoint
JOIN weir.rule u ON u.id = f.rule
JOIN weir.log l ON l.id = f.log
LEFT JOIN weir.application a ON a.port = f.port AND a.protocol = f.protocol;

COMMENT ON VIEW traffic IS 'What the pages count: the reduced flows with what of each is part of sums that count each conversation once, and with what both ends were. Names are in lower case; what does not apply or is not known is empty.';
COMMENT ON COLUMN traffic.interval_start IS 'Start of the interval, UTC';
COMMENT ON COLUMN traffic.interval_end IS 'End of the interval, UTC';
COMMENT ON COLUMN traffic.initiator IS 'Address that opened the connection';
COMMENT ON COLUMN traffic.responder IS 'Address that was connected to';
COMMENT ON COLUMN traffic.initiator_host IS 'Identity of the initiator, sixteen hex digits: an address that was re-used is a host for each of its owners';
COMMENT ON COLUMN traffic.responder_host IS 'The same of the responder';
COMMENT ON COLUMN traffic.initiator_is_lower IS 'Whether the identity of the initiator is the lower of both, or both are one: to count pairs whoever initiates';
COMMENT ON COLUMN traffic.port IS 'Port of the responder';
COMMENT ON COLUMN traffic.service_port IS 'The same; 65536 for all ports from 49152 on that have no name';
COMMENT ON COLUMN traffic.application IS 'Service that is registered for port and protocol, or named in the configuration';
COMMENT ON COLUMN traffic.protocol IS 'TCP, UDP, or the IANA number of another protocol';
COMMENT ON COLUMN traffic.direction IS 'Inbound where the capture NIC is the responder, Outbound where it is the initiator';
COMMENT ON COLUMN traffic.status IS 'Allowed or Denied';
COMMENT ON COLUMN traffic.flow_type IS 'Kind of flow: IntraVNet, InterVNet, P2S, S2S, AzurePublic, MaliciousFlow, ExternalPublic, UnknownPrivate or Unknown';
COMMENT ON COLUMN traffic.encryption IS 'Encryption of the virtual network, for example Unencrypted; empty in NSG flow logs';
COMMENT ON COLUMN traffic.acl IS 'Network security group or admin configuration that decided, as logged, lower case';
COMMENT ON COLUMN traffic.rule IS 'Rule that decided, as logged';
COMMENT ON COLUMN traffic.rule_kind IS 'Who made the rule, as its name says: user, default, platform or other';
COMMENT ON COLUMN traffic.mac IS 'Capture NIC: twelve hex digits';
COMMENT ON COLUMN traffic.target IS 'Resource whose logging is on: the network, subnet or NIC; the group in NSG flow logs';
COMMENT ON COLUMN traffic.flow_log IS 'Flow log that wrote it; empty in NSG flow logs';
COMMENT ON COLUMN traffic.family IS 'Kind of flow log: nsg or vnet';
COMMENT ON COLUMN traffic.flows IS 'Flows started that count here; those that another capture has too are counted there';
COMMENT ON COLUMN traffic.packets_fwd IS 'Packets from the initiator to the responder that count here';
COMMENT ON COLUMN traffic.packets_back IS 'Packets from the responder to the initiator that count here';
COMMENT ON COLUMN traffic.bytes_fwd IS 'Bytes from the initiator to the responder that count here';
COMMENT ON COLUMN traffic.bytes_back IS 'Bytes from the responder to the initiator that count here';
COMMENT ON COLUMN traffic.records IS 'Tuples merged';
COMMENT ON COLUMN traffic.first_record IS 'Whether no other log of the same NIC has it, too: of what NICs recorded, only these rows count';
COMMENT ON COLUMN traffic.nic_flows IS 'Flows started, as the NIC recorded them';
COMMENT ON COLUMN traffic.nic_packets_fwd IS 'Packets from the initiator to the responder, as the NIC recorded them';
COMMENT ON COLUMN traffic.nic_packets_back IS 'Packets from the responder to the initiator, as the NIC recorded them';
COMMENT ON COLUMN traffic.nic_bytes_fwd IS 'Bytes from the initiator to the responder, as the NIC recorded them';
COMMENT ON COLUMN traffic.nic_bytes_back IS 'Bytes from the responder to the initiator, as the NIC recorded them';
COMMENT ON COLUMN traffic.first_seen IS 'Time of the first tuple, UTC';
COMMENT ON COLUMN traffic.last_seen IS 'Time of the last tuple, UTC';
COMMENT ON COLUMN traffic.initiator_class IS 'What the initiator was in the decision of the flow type: vnet, p2s, s2s, private, azure or external; empty where it was not looked at yet';
COMMENT ON COLUMN traffic.initiator_kind IS 'Kind of resource that had the address of the initiator, for example nic or load balancer; none where there is none';
COMMENT ON COLUMN traffic.initiator_vnet IS 'Virtual network of the initiator: subscription/group/name';
COMMENT ON COLUMN traffic.initiator_subnet IS 'Subnet of the initiator: group/network/name';
COMMENT ON COLUMN traffic.initiator_nic IS 'NIC of the initiator: group/name';
COMMENT ON COLUMN traffic.initiator_vm IS 'Virtual machine of the initiator: group/name; an instance of a scale set is group/set_instance';
COMMENT ON COLUMN traffic.initiator_scale_set IS 'Scale set of the initiator: group/name';
COMMENT ON COLUMN traffic.initiator_region IS 'Azure region of the initiator, of its resource, else of Azure''s own address';
COMMENT ON COLUMN traffic.initiator_zone IS 'Availability zone of the initiator: region/zone';
COMMENT ON COLUMN traffic.initiator_subscription IS 'Subscription of the initiator';
COMMENT ON COLUMN traffic.initiator_resource_group IS 'Resource group of the initiator, or of its network';
COMMENT ON COLUMN traffic.initiator_gateway IS 'Virtual network gateway that the initiator is, or that leads to its site: subscription/group/name';
COMMENT ON COLUMN traffic.initiator_connection IS 'Connection of a gateway to the site of the initiator: subscription/group/name';
COMMENT ON COLUMN traffic.initiator_site IS 'Local network gateway of the site of the initiator: subscription/group/name';
COMMENT ON COLUMN traffic.initiator_load_balancer IS 'Load balancer of which the initiator is a front end: subscription/group/name';
COMMENT ON COLUMN traffic.initiator_application_gateway IS 'Application gateway that the initiator is: subscription/group/name';
COMMENT ON COLUMN traffic.initiator_firewall IS 'Azure Firewall that the initiator is: subscription/group/name';
COMMENT ON COLUMN traffic.initiator_private_endpoint IS 'Private endpoint that the initiator is: group/name';
COMMENT ON COLUMN traffic.initiator_service IS 'Azure service of the address of the initiator';
COMMENT ON COLUMN traffic.initiator_service_tags IS 'Service tags of the address of the initiator, separated by spaces';
COMMENT ON COLUMN traffic.initiator_country IS 'Country of the public address of the initiator, ISO 3166-1 alpha-2, lower case';
COMMENT ON COLUMN traffic.initiator_asn IS 'Autonomous system that announces the address of the initiator; 0 where unknown';
COMMENT ON COLUMN traffic.initiator_organisation IS 'Organisation that announces the address of the initiator';
COMMENT ON COLUMN traffic.responder_class IS 'What the responder was in the decision of the flow type: vnet, p2s, s2s, private, azure or external; empty where it was not looked at yet';
COMMENT ON COLUMN traffic.responder_kind IS 'Kind of resource that had the address of the responder, for example nic or load balancer; none where there is none';
COMMENT ON COLUMN traffic.responder_vnet IS 'Virtual network of the responder: subscription/group/name';
COMMENT ON COLUMN traffic.responder_subnet IS 'Subnet of the responder: group/network/name';
COMMENT ON COLUMN traffic.responder_nic IS 'NIC of the responder: group/name';
COMMENT ON COLUMN traffic.responder_vm IS 'Virtual machine of the responder: group/name; an instance of a scale set is group/set_instance';
COMMENT ON COLUMN traffic.responder_scale_set IS 'Scale set of the responder: group/name';
COMMENT ON COLUMN traffic.responder_region IS 'Azure region of the responder, of its resource, else of Azure''s own address';
COMMENT ON COLUMN traffic.responder_zone IS 'Availability zone of the responder: region/zone';
COMMENT ON COLUMN traffic.responder_subscription IS 'Subscription of the responder';
COMMENT ON COLUMN traffic.responder_resource_group IS 'Resource group of the responder, or of its network';
COMMENT ON COLUMN traffic.responder_gateway IS 'Virtual network gateway that the responder is, or that leads to its site: subscription/group/name';
COMMENT ON COLUMN traffic.responder_connection IS 'Connection of a gateway to the site of the responder: subscription/group/name';
COMMENT ON COLUMN traffic.responder_site IS 'Local network gateway of the site of the responder: subscription/group/name';
COMMENT ON COLUMN traffic.responder_load_balancer IS 'Load balancer of which the responder is a front end: subscription/group/name';
COMMENT ON COLUMN traffic.responder_application_gateway IS 'Application gateway that the responder is: subscription/group/name';
COMMENT ON COLUMN traffic.responder_firewall IS 'Azure Firewall that the responder is: subscription/group/name';
COMMENT ON COLUMN traffic.responder_private_endpoint IS 'Private endpoint that the responder is: group/name';
COMMENT ON COLUMN traffic.responder_service IS 'Azure service of the address of the responder';
COMMENT ON COLUMN traffic.responder_service_tags IS 'Service tags of the address of the responder, separated by spaces';
COMMENT ON COLUMN traffic.responder_country IS 'Country of the public address of the responder, ISO 3166-1 alpha-2, lower case';
COMMENT ON COLUMN traffic.responder_asn IS 'Autonomous system that announces the address of the responder; 0 where unknown';
COMMENT ON COLUMN traffic.responder_organisation IS 'Organisation that announces the address of the responder';
