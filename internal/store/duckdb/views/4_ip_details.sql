-- Columns of spec section 3.10. An address has one row for each interval and flow type.
CREATE OR REPLACE VIEW NTAIpDetails AS
SELECT
    '' AS TenantId,
    interval_start + weir.interval_width() AS TimeGenerated,
    'FlowLog' AS SubType,
    '3' AS FaSchemaVersion,
    interval_start AS FlowIntervalStartTime,
    interval_start + weir.interval_width() AS FlowIntervalEndTime,
    weir.flow_type_text(flow_type) AS FlowType,
    address AS Ip,
    '' AS Location,
    '' AS PublicIpDetails,
    '' AS ThreatType,
    '' AS ThreatDescription,
    '' AS DnsDomain,
    '' AS Url,
    NULL::INTEGER AS Port,
    '' AS SourceSystem,
    'NTAIpDetails' AS Type,
    'False' AS _IsBillable,
    0.0::DOUBLE AS _BilledSize
FROM (
    SELECT DISTINCT f.interval_start, f.flow_type, p.address
    FROM (
        SELECT DISTINCT interval_start, flow_type, CASE direction WHEN 0 THEN initiator ELSE responder END AS party
        FROM weir.fact
        WHERE flow_type IN (weir.flow_type_number('AzurePublic'), weir.flow_type_number('MaliciousFlow'), weir.flow_type_number('ExternalPublic'))
    ) f
    JOIN weir.party p ON p.id = f.party
);

COMMENT ON VIEW NTAIpDetails IS 'The public addresses of each interval with the columns of table NTAIpDetails of Azure Traffic Analytics.';
COMMENT ON COLUMN NTAIpDetails.TenantId IS 'Workspace of the original product; always empty';
COMMENT ON COLUMN NTAIpDetails.TimeGenerated IS 'When the row could first exist: the end of its interval';
COMMENT ON COLUMN NTAIpDetails.SubType IS 'Always FlowLog';
COMMENT ON COLUMN NTAIpDetails.FaSchemaVersion IS 'Version of the schema of Traffic Analytics that the row follows: 3';
COMMENT ON COLUMN NTAIpDetails.FlowIntervalStartTime IS 'Start of the interval, UTC';
COMMENT ON COLUMN NTAIpDetails.FlowIntervalEndTime IS 'End of the interval, UTC';
COMMENT ON COLUMN NTAIpDetails.FlowType IS 'AzurePublic, ExternalPublic or MaliciousFlow';
COMMENT ON COLUMN NTAIpDetails.Ip IS 'The public address';
COMMENT ON COLUMN NTAIpDetails.Location IS 'Country or Azure region; empty where unknown';
COMMENT ON COLUMN NTAIpDetails.PublicIpDetails IS 'Owner of the address; empty where unknown';
COMMENT ON COLUMN NTAIpDetails.ThreatType IS 'Kind of threat; empty where none is known';
COMMENT ON COLUMN NTAIpDetails.ThreatDescription IS 'Description of the threat; empty where none is known';
COMMENT ON COLUMN NTAIpDetails.DnsDomain IS 'Domain of the threat; empty where none is known';
COMMENT ON COLUMN NTAIpDetails.Url IS 'URL of the threat; empty where none is known';
COMMENT ON COLUMN NTAIpDetails.Port IS 'Port of the threat; NULL where none is known';
COMMENT ON COLUMN NTAIpDetails.SourceSystem IS 'Always empty';
COMMENT ON COLUMN NTAIpDetails.Type IS 'Name of the table';
COMMENT ON COLUMN NTAIpDetails._IsBillable IS 'Always False';
COMMENT ON COLUMN NTAIpDetails._BilledSize IS 'Always 0';
