package server

import (
	"context"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"weir/internal/insight"
	"weir/internal/terminal"
)

// TableOrder is exported only because huma reads the fields of no other embedded struct.
type TableOrder struct {
	RangeInput
	WhereInput
	By      string `query:"by" enum:"flows,packets,bytes" default:"flows" doc:"Measure to sort by."`
	Sort    string `query:"sort" enum:"total,allowedIn,allowedOut,deniedIn,deniedOut,allowed,denied,maliciousTotal,maliciousAllowedIn,maliciousAllowedOut,maliciousDeniedIn,maliciousDeniedOut,maliciousAllowed,maliciousDenied,deniedBenign,key" default:"total" doc:"Column to sort by, highest first; key: by what rows are told by, lowest first; deniedBenign: what of denied is not malicious. Hosts and pairs not by key, pairs not by in or out."`
	Compare string `query:"compare" enum:"before,week" doc:"With what the totals of rows are compared: the range of the same length before it, or the same range a week before. Default: nothing."`
}

type tableInput struct {
	TableOrder
	Limit  int `query:"limit" minimum:"1" maximum:"1000" default:"10" doc:"Rows wanted."`
	Offset int `query:"offset" minimum:"0" maximum:"1000000" default:"0" doc:"Rows before the first that is wanted."`
}

type tableExportInput struct {
	Split string `query:"split" required:"true" maxLength:"64" doc:"Which table, by its name in /api/v1/table/NAME." example:"machines"`
	TableOrder
	FormatInput
}

// question asks for a table from its first row on.
func (in *TableOrder) question() insight.TableQuestion {
	return insight.TableQuestion{
		Question: insight.Question{From: in.From, To: in.To, By: insight.Measure(in.By), Where: in.condition, Compare: insight.Compare(in.Compare)},
		Sort:     in.Sort,
	}
}

// table asks for rows of a table.
func (in *tableInput) table() insight.TableQuestion {
	q := in.question()
	q.Limit, q.Offset = in.Limit, in.Offset
	return q
}

type seriesInput struct {
	RangeInput
	WhereInput
	By     string `query:"by" enum:"flows,packets,bytes" default:"flows" doc:"Measure of the course, and to choose its lines by."`
	Limit  int    `query:"limit" minimum:"1" maximum:"20" default:"5" doc:"Lines wanted, beside that of the rest."`
	Points int    `query:"points" minimum:"1" maximum:"2000" default:"150" doc:"Points wanted at most."`
}

func (in *seriesInput) question() insight.Question {
	return insight.Question{From: in.From, To: in.To, By: insight.Measure(in.By), Limit: in.Limit, Where: in.condition}
}

// mountTables registers a table and a course for every split of traffic.
func (s *Server) mountTables(api huma.API) {
	for _, split := range insight.Splits() {
		get(s, api, "table/"+split.Name, lasting, "Traffic by "+split.One,
			"A row for each of the "+split.Meaning+": flows, packets and bytes, allowed and denied, in and out, and the malicious part of them.",
			func(ctx context.Context, in *tableInput) (*insight.TableAnswer, error) {
				return insight.Table(ctx, s.store, split.Name, in.table())
			})
		get(s, api, "series/"+split.Name, lasting, "The course of traffic by "+split.One,
			"A line for each of the first of the "+split.Meaning+", and one for the rest.",
			func(ctx context.Context, in *seriesInput) (*insight.SeriesAnswer, error) {
				return insight.Series(ctx, s.store, split.Name, in.question(), in.Points)
			})
	}
	export(s, api, "table/export", "All rows of a table as a file",
		"What /api/v1/table/NAME has of each row, of all rows, in their order.", s.exportTable)
}

// exportTable has all rows of a table.
func (s *Server) exportTable(ctx context.Context, in *tableExportInput) (*exported, error) {
	var to time.Time
	rows, err := insight.TableRows(in.Split, in.question(), inTurn(ctx, s, func(q insight.TableQuestion) (*insight.TableAnswer, error) {
		a, err := insight.Table(ctx, s.store, in.Split, q)
		if err == nil {
			to = a.To
		}
		return a, err
	}))
	if err != nil {
		return nil, err
	}
	return &exported{in.Split, to, terminal.Format(in.Format), rows}, nil
}
