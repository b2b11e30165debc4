-- Columns of docs/reference/traffic-analytics.md 3.10. An address has one row
-- for each interval and flow type, with the gravest verdict that counted at any
-- time in the interval.
CREATE OR REPLACE VIEW NTAIpDetails AS
SELECT
    '' AS TenantId,
    interval_end AS TimeGenerated,
    'FlowLog' AS SubType,
    '3' AS FaSchemaVersion,
    interval_start AS FlowIntervalStartTime,
    interval_end AS FlowIntervalEndTime,
    weir.flow_type_text(flow_type) AS FlowType,
    address AS Ip,
    CASE WHEN flow_type = weir.flow_type_number('AzurePublic') THEN azure_region ELSE country END AS Location,
    CASE WHEN flow_type = weir.flow_type_number('AzurePublic') AND service <> '' THEN service ELSE owner END AS PublicIpDetails,
    coalesce(threat.category, '') AS ThreatType,
    coalesce(threat.description, '') AS ThreatDescription,
    '' AS DnsDomain,
    '' AS Url,
    NULL::INTEGER AS Port,
    '' AS SourceSystem,
    'NTAIpDetails' AS Type,
    'False' AS _IsBillable,
    0.0::DOUBLE AS _BilledSize
FROM (
    SELECT p.interval_start, p.interval_end, p.flow_type, p.address,
        coalesce(max(e.country), '') AS country,
        coalesce(max(e.azure_region), '') AS azure_region,
        coalesce(max(e.service), '') AS service,
        coalesce(max(weir.owner_text(e.asn, e.organisation)), '') AS owner,
        arg_max({'category': v.category, 'description': weir.verdict_text(v.feed, v.indicator, v.detail, v.confidence, v.first_listed, v.last_listed)},
            (v.confidence, v.from_time)) FILTER (v.confidence IS NOT NULL) AS threat
    FROM (
        SELECT interval_start, interval_end, flow_type,
            CASE WHEN initiator_is_public THEN initiator_address ELSE responder_address END AS address,
            CASE WHEN initiator_is_public THEN initiator_endpoint ELSE responder_endpoint END AS endpoint
        FROM (
            SELECT f.interval_start, f.interval_end, f.flow_type, i.address AS initiator_address, r.address AS responder_address,
                f.initiator_endpoint, f.responder_endpoint,
                weir.initiator_is_public(f.direction, s.class, d.class) AS initiator_is_public
            FROM (
                SELECT DISTINCT interval_start, n.until AS interval_end, initiator, responder, initiator_endpoint, responder_endpoint, direction, flow_type
                FROM weir.fact
                JOIN weir.span n ON n.start = interval_start AND n.until = interval_start + weir.interval_width()
                WHERE flow_type IN (weir.flow_type_number('AzurePublic'), weir.flow_type_number('MaliciousFlow'), weir.flow_type_number('ExternalPublic'))
            ) f
            JOIN weir.host i ON i.id = f.initiator
            JOIN weir.host r ON r.id = f.responder
            LEFT JOIN weir.endpoint s ON s.id = f.initiator_endpoint
            LEFT JOIN weir.endpoint d ON d.id = f.responder_endpoint
        )
    ) p
    LEFT JOIN weir.endpoint e ON e.id = p.endpoint
    LEFT JOIN weir.verdict v ON v.address = CASE WHEN p.flow_type = weir.flow_type_number('MaliciousFlow') THEN p.address END
        AND v.from_time < p.interval_end AND v.until_time > p.interval_start
    GROUP BY p.interval_start, p.interval_end, p.flow_type, p.address
);

COMMENT ON VIEW NTAIpDetails IS 'The public addresses of each interval and flow type with the columns of table NTAIpDetails of Azure Traffic Analytics.';
COMMENT ON COLUMN NTAIpDetails.TenantId IS 'Workspace of the original product; always empty';
COMMENT ON COLUMN NTAIpDetails.TimeGenerated IS 'When the row could first exist: the end of its interval';
COMMENT ON COLUMN NTAIpDetails.SubType IS 'Always FlowLog';
COMMENT ON COLUMN NTAIpDetails.FaSchemaVersion IS 'Version of the schema of Traffic Analytics that the row follows: 3';
COMMENT ON COLUMN NTAIpDetails.FlowIntervalStartTime IS 'Start of the interval, UTC';
COMMENT ON COLUMN NTAIpDetails.FlowIntervalEndTime IS 'End of the interval, UTC';
COMMENT ON COLUMN NTAIpDetails.FlowType IS 'AzurePublic, ExternalPublic or MaliciousFlow';
COMMENT ON COLUMN NTAIpDetails.Ip IS 'The public address';
COMMENT ON COLUMN NTAIpDetails.Location IS 'Of AzurePublic the Azure region, or Global; else the country, ISO 3166-1 alpha-2, lower case; empty where unknown';
COMMENT ON COLUMN NTAIpDetails.PublicIpDetails IS 'Of AzurePublic the Azure service, for example AzureStorage or Microsoft Virtual Public IP; else the autonomous system and organisation that announce it, for example AS15169 Google LLC; empty where unknown';
COMMENT ON COLUMN NTAIpDetails.ThreatType IS 'Of MaliciousFlow the category of the gravest verdict on the address in the interval, for example Botnet; else empty';
COMMENT ON COLUMN NTAIpDetails.ThreatDescription IS 'Of MaliciousFlow that verdict in words: feed, indicator, detail, confidence and when it was listed; else empty';
COMMENT ON COLUMN NTAIpDetails.DnsDomain IS 'Always empty: feeds are read for addresses only';
COMMENT ON COLUMN NTAIpDetails.Url IS 'Always empty: feeds are read for addresses only';
COMMENT ON COLUMN NTAIpDetails.Port IS 'Always NULL: feeds are read for addresses only';
COMMENT ON COLUMN NTAIpDetails.SourceSystem IS 'Always empty';
COMMENT ON COLUMN NTAIpDetails.Type IS 'Name of the table';
COMMENT ON COLUMN NTAIpDetails._IsBillable IS 'Always False';
COMMENT ON COLUMN NTAIpDetails._BilledSize IS 'Always 0';
