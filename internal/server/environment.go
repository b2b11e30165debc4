package server

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"weir/internal/insight"
)

type environmentInput struct {
	RangeInput
	WhereInput
	By string `query:"by" enum:"flows,packets,bytes" default:"flows" doc:"Measure to sort by."`
}

func (in *environmentInput) question() insight.Question {
	return insight.Question{From: in.From, To: in.To, By: insight.Measure(in.By), Where: in.condition}
}

// mountEnvironment registers how the estate stands.
func (s *Server) mountEnvironment(api huma.API) {
	get(s, api, "environment", lasting, "How the estate stands",
		"What is deployed, active and logged of regions, virtual networks, subnets, load balancers and application gateways; what networks are connected with; public addresses by kind; traffic within and between regions and zones.",
		func(ctx context.Context, in *environmentInput) (*insight.EnvironmentAnswer, error) {
			known, err := s.security(ctx, in.To)
			if err != nil {
				return nil, err
			}
			return insight.Environment(ctx, s.store, in.question(), known)
		})
	get(s, api, "map/backends", lasting, "How balancers spread traffic over what is behind them",
		"Load balancers and application gateways of the inventory with their front ends and rules; where what came to them is from, allowed and denied, benign and malicious; and what each back end was asked, also those that got nothing. A load balancer's traffic is what its back ends answer at the ports of its rules, since logs do not show it.",
		func(ctx context.Context, in *environmentInput) (*insight.BackendsAnswer, error) {
			known, err := s.security(ctx, in.To)
			if err != nil {
				return nil, err
			}
			return insight.Backends(ctx, s.store, in.question(), known)
		})
}
