package server

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"weir/internal/insight"
)

type mapInput struct {
	RangeInput
	WhereInput
	By      string   `query:"by" enum:"flows,packets,bytes" default:"flows" doc:"Measure to rank edges by."`
	Limit   int      `query:"limit" minimum:"1" maximum:"20000" default:"500" doc:"Edges with traffic wanted."`
	Open    []string `query:"open,explode" maxItems:"50" doc:"Virtual network that is shown as its subnets, subscription/group/network; may be repeated." example:"[\"00000000-0000-0000-0000-000000000001/rg-hub/hub\"]"`
	Compare string   `query:"compare" enum:",before,week" doc:"What edges are compared with: the range of the same length before, or the same range a week before. Default: nothing."`
}

// mountMap registers the maps.
func (s *Server) mountMap(api huma.API) {
	get(s, api, "map/networks", lasting, "Who talks to whom, and what connects them",
		"A graph: virtual networks, or subnets of those that are open, sites and clients behind gateways, Azure and the internet; between them what each initiates and answers, allowed and denied, benign and malicious; which peering, gateway or hub connects both; and connections that carried nothing. Each flow counts once.",
		func(ctx context.Context, in *mapInput) (*insight.MapAnswer, error) {
			known, err := s.security(ctx, in.To)
			if err != nil {
				return nil, err
			}
			return insight.NetworkMap(ctx, s.store, insight.MapQuestion{
				Question: insight.Question{From: in.From, To: in.To, By: insight.Measure(in.By), Limit: in.Limit, Where: in.condition},
				Open:     in.Open, Compare: insight.Compare(in.Compare),
			}, known)
		})
	allowNull(api, "MapAnswer", "compared")
	allowNull(api, "MapEdge", "before")
}
