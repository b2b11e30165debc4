package syntax

import "strings"

// reserved are words that stand for a column or a value in brackets alone:
// ['time'].
const reserved = ` __id and anomalychart areachart asc bagexpansion barchart between cachingpolicy callout cancel card columnchart
 containscs contains_cs __contextual_datatable cycles dataexport datascope decodeblocks desc encodingpolicy endswith endswith_cs
 expandoutput extent_tags_retention external_data first flags harddelete hardretention has_any has_all has_cs hasprefix
 hasprefix_cs hassuffix hassuffix_cs hotcache isfuzzy force_remote journal ladderchart last like likecs linechart missing
 nooptimization notcontains notcontainscs notlike notlikecs or others pathformat piechart pivotchart project queries query_results
 relaxed restricted_view_access row_level_security rowstore rowstore_references rowstore_sealinfo rowstorepolicy rowstores
 scatterchart seal seals shards simple softdelete softretention stackedareachart startswith startswith_cs statistics
 storedqueryresultcontainers tablepurge timechart timeline timepivot treemap union unrestrictedviewers views with_itemindex
 with_match_id with_step_name writeaheadlog boolean char byte int uint long ulong float real decimal double string time timespan
 date datetime uniqueid dynamic `

// Words that are reserved where a value is read, but may be given to a column,
// and the other way round.
const (
	readReserved = ` accumulate as by contains datatable earliest externaldata find has in invoke latest materialize mdm of print
 sample search set sql title to toscalar totable verbose viewers where `
	givenReserved = ` kind with_source withsource `
)

func among(list, s string) bool {
	return strings.Contains(list, " "+s+" ") || strings.Contains(list, " "+s+"\n")
}

func bracketed(pos int, s string) error {
	return Faultf(pos, CodeSyntax, "The name '%s' needs to be bracketed as ['%s'] to be used in this context", s, s)
}
