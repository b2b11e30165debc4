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

// mountEnvironment registers how the estate stands.
func (s *Server) mountEnvironment(api huma.API) {
	get(s, api, "environment", lasting, "How the estate stands",
		"What is deployed, active and logged of regions, virtual networks, subnets, load balancers and application gateways; what networks are connected with; public addresses by kind; traffic within and between regions and zones.",
		func(ctx context.Context, in *environmentInput) (*insight.EnvironmentAnswer, error) {
			known, err := s.security(ctx, in.To)
			if err != nil {
				return nil, err
			}
			return insight.Environment(ctx, s.store, insight.Question{From: in.From, To: in.To, By: insight.Measure(in.By), Where: in.condition}, known)
		})
}
