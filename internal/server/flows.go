package server

import (
	"context"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"weir/internal/flow"
	"weir/internal/insight"
	"weir/internal/terminal"
)

type flowsInput struct {
	RangeInput
	WhereInput
	Sort  string `query:"sort" enum:"time,flows,packets,bytes,tuples" default:"time" doc:"What rows are sorted by, newest or highest first."`
	Limit int    `query:"limit" minimum:"1" maximum:"5000" default:"100" doc:"Rows wanted."`
	After string `query:"after" maxLength:"200" doc:"What the answer before has as next: the rows behind it, in the same order. Default: from the first."`
	Count bool   `query:"count" doc:"Also count all rows, which looks at all of the range."`
}

func (in *flowsInput) question() insight.FlowsQuestion {
	return insight.FlowsQuestion{From: in.From, To: in.To, Where: in.condition, Sort: in.Sort, Limit: in.Limit, After: in.After, Count: in.Count}
}

type exportInput struct {
	RangeInput
	WhereInput
	FormatInput
}

type flowObjectsInput struct {
	Family  string    `query:"family" enum:"nsg,vnet" required:"true" doc:"Kind of flow log, as the flow has it."`
	MAC     string    `query:"mac" maxLength:"64" doc:"NIC that recorded the flow, as it has it."`
	Target  string    `query:"target" maxLength:"2048" doc:"Resource whose logging is on, as the flow has it."`
	FlowLog string    `query:"flowLog" maxLength:"2048" doc:"Flow log that wrote it, as the flow has it."`
	First   time.Time `query:"first" required:"true" doc:"Time of the first tuple." example:"2026-01-02T00:00:00Z"`
	Last    time.Time `query:"last" required:"true" doc:"Time of the last tuple." example:"2026-01-02T00:09:00Z"`
}

func (in *flowObjectsInput) question() insight.FlowObjectsQuestion {
	q := insight.FlowObjectsQuestion{Log: flow.Log{MAC: in.MAC, Target: in.Target, FlowLog: in.FlowLog}, First: in.First, Last: in.Last}
	if in.Family == flow.VNet.String() {
		q.Log.Family = flow.VNet
	}
	return q
}

// mountFlows registers what is about reduced flows themselves.
func (s *Server) mountFlows(api huma.API) {
	get(s, api, "flows", lasting, "Reduced flows",
		"The rows that every number is the sum of, as each NIC recorded them, with all that is known of each. Page by page in the time that one takes, however many come before.",
		func(ctx context.Context, in *flowsInput) (*insight.FlowsAnswer, error) {
			return insight.FlowList(ctx, s.store, in.question())
		})
	get(s, api, "flows/objects", lasting, "The log objects that a reduced flow came from",
		"A row does not carry its objects: they are those of the ledger with tuples of its time whose names are not of another NIC or log. The answer says how sure that is.",
		func(ctx context.Context, in *flowObjectsInput) (*insight.FlowObjectsAnswer, error) {
			return insight.FlowObjects(ctx, s.store, in.question())
		})
	export(s, api, "flows/export", "All reduced flows as a file",
		"Every row in the range that passes, the newest first.", s.exportFlows)
}

// exportFlows has all rows.
func (s *Server) exportFlows(ctx context.Context, in *exportInput) (*exported, error) {
	ask := inTurn(ctx, s, func(q insight.FlowsQuestion) (*insight.FlowsAnswer, error) { return insight.FlowList(ctx, s.store, q) })
	q := insight.FlowsQuestion{From: in.From, To: in.To, Where: in.condition, Limit: insight.MaxFlows}
	first, err := ask(q) // what cannot be answered is told before anything is sent
	if err != nil {
		return nil, err
	}
	to := first.To
	rows := insight.AllFlows(q, func(q insight.FlowsQuestion) (*insight.FlowsAnswer, error) {
		if a := first; a != nil {
			first = nil
			return a, nil
		}
		return ask(q)
	})
	return &exported{"flows", to, terminal.Format(in.Format), rows}, nil
}
