package server

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"weir/internal/insight"
)

type tableInput struct {
	RangeInput
	WhereInput
	By      string `query:"by" enum:"flows,packets,bytes" default:"flows" doc:"Measure to sort by."`
	Sort    string `query:"sort" enum:"total,allowedIn,allowedOut,deniedIn,deniedOut,allowed,denied,maliciousTotal,maliciousAllowedIn,maliciousAllowedOut,maliciousDeniedIn,maliciousDeniedOut,maliciousAllowed,maliciousDenied,deniedBenign,key" default:"total" doc:"Column to sort by, highest first; key: by what rows are told by, lowest first; deniedBenign: what of denied is not malicious. Hosts and pairs not by key, pairs not by in or out."`
	Limit   int    `query:"limit" minimum:"1" maximum:"1000" default:"10" doc:"Rows wanted."`
	Offset  int    `query:"offset" minimum:"0" maximum:"1000000" default:"0" doc:"Rows before the first that is wanted."`
	Compare string `query:"compare" enum:"before,week" doc:"With what the totals of rows are compared: the range of the same length before it, or the same range a week before. Default: nothing."`
}

type seriesInput struct {
	RangeInput
	WhereInput
	By     string `query:"by" enum:"flows,packets,bytes" default:"flows" doc:"Measure of the course, and to choose its lines by."`
	Limit  int    `query:"limit" minimum:"1" maximum:"20" default:"5" doc:"Lines wanted, beside that of the rest."`
	Points int    `query:"points" minimum:"1" maximum:"2000" default:"150" doc:"Points wanted at most."`
}

// mountTables registers a table and a course for every split of traffic.
func (s *Server) mountTables(api huma.API) {
	for _, split := range insight.Splits() {
		get(s, api, "table/"+split.Name, lasting, "Traffic by "+split.One,
			"A row for each of the "+split.Meaning+": flows, packets and bytes, allowed and denied, in and out, and the malicious part of them.",
			func(ctx context.Context, in *tableInput) (*insight.TableAnswer, error) {
				return insight.Table(ctx, s.store, split.Name, insight.TableQuestion{
					Question: insight.Question{From: in.From, To: in.To, By: insight.Measure(in.By), Limit: in.Limit, Where: in.condition},
					Sort:     in.Sort, Offset: in.Offset, Compare: insight.Compare(in.Compare),
				})
			})
		get(s, api, "series/"+split.Name, lasting, "The course of traffic by "+split.One,
			"A line for each of the first of the "+split.Meaning+", and one for the rest.",
			func(ctx context.Context, in *seriesInput) (*insight.SeriesAnswer, error) {
				return insight.Series(ctx, s.store, split.Name,
					insight.Question{From: in.From, To: in.To, By: insight.Measure(in.By), Limit: in.Limit, Where: in.condition}, in.Points)
			})
	}
}
