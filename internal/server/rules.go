package server

import (
	"context"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"weir/internal/insight"
	"weir/internal/knowledge"
)

type rulesInput struct {
	RangeInput
	WhereInput
	By     string `query:"by" enum:"flows,packets,bytes" default:"flows" doc:"Measure to sort by."`
	Show   string `query:"show" enum:"all,hit,blocking,malicious,unused,shadowed" default:"all" doc:"Which rules: with flows in the range, that denied some, that let malicious flows pass, of the inventory without flows, that can never decide."`
	Sort   string `query:"sort" enum:"total,allowed,denied,malicious,last,key" doc:"Column to sort by, highest first; last: the longest ago first; key: by group and order of evaluation. Default: what suits the choice."`
	Limit  int    `query:"limit" minimum:"1" maximum:"1000" default:"10" doc:"Rows wanted."`
	Offset int    `query:"offset" minimum:"0" maximum:"1000000" default:"0" doc:"Rows before the first that is wanted."`
}

type openInput struct {
	RangeInput
	WhereInput
	By     string `query:"by" enum:"flows,packets,bytes" default:"flows" doc:"Measure to sort by."`
	Show   string `query:"show" enum:"all,used,unused,unexplained,malicious" default:"all" doc:"Which ports: that were reached, that the inventory leaves open though nobody came, that were reached and the inventory does not say how, that malicious addresses reached."`
	Sort   string `query:"sort" enum:"total,malicious,key" default:"total" doc:"Column to sort by, highest first; key: by machine and port."`
	Limit  int    `query:"limit" minimum:"1" maximum:"1000" default:"10" doc:"Rows wanted."`
	Offset int    `query:"offset" minimum:"0" maximum:"1000000" default:"0" doc:"Rows before the first that is wanted."`
}

func (in *rulesInput) question() insight.RuleQuestion {
	return insight.RuleQuestion{
		Question: insight.Question{From: in.From, To: in.To, By: insight.Measure(in.By), Limit: in.Limit, Where: in.condition},
		Show:     insight.RuleShow(in.Show), Sort: in.Sort, Offset: in.Offset,
	}
}

func (in *openInput) question() insight.OpenQuestion {
	return insight.OpenQuestion{
		Question: insight.Question{From: in.From, To: in.To, By: insight.Measure(in.By), Limit: in.Limit, Where: in.condition},
		Show:     insight.OpenShow(in.Show), Sort: in.Sort, Offset: in.Offset,
	}
}

// mountRules registers what is known of security rules beside their use.
func (s *Server) mountRules(api huma.API) {
	get(s, api, "rules", lasting, "Security rules and how they are used",
		"Each rule of the inventory and of the logs: its text, what it allowed and denied at each NIC, when it was last hit, and which rules before it leave it nothing to decide.",
		func(ctx context.Context, in *rulesInput) (*insight.RuleUsesAnswer, error) {
			known, err := s.security(ctx, in.To)
			if err != nil {
				return nil, err
			}
			return insight.RuleUses(ctx, s.store, in.question(), known)
		})
	allowNull(api, "RuleUse", "text")
	get(s, api, "open", lasting, "What is open to the internet",
		"Ports of machines that took traffic from the internet and let it in: since when, last, from how many addresses and from where. Beside them what rules and public ways of the inventory leave open though nobody came, and why.",
		func(ctx context.Context, in *openInput) (*insight.OpenAnswer, error) {
			known, err := s.security(ctx, in.To)
			if err != nil {
				return nil, err
			}
			return insight.Open(ctx, s.store, in.question(), known)
		})
}

// security is the rules that the inventory has at a time; none without knowledge.
func (s *Server) security(ctx context.Context, at time.Time) (knowledge.SecurityState, error) {
	if s.know == nil {
		return knowledge.SecurityState{}, nil
	}
	return s.know.Security(ctx, at)
}
