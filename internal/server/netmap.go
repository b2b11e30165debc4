package server

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"weir/internal/insight"
)

// MapInput is what every map takes. It is exported only because huma reads the fields of no other embedded struct.
type MapInput struct {
	RangeInput
	WhereInput
	By      string `query:"by" enum:"flows,packets,bytes" default:"flows" doc:"Measure to rank edges by."`
	Limit   int    `query:"limit" minimum:"1" maximum:"20000" default:"500" doc:"Edges with traffic wanted."`
	Compare string `query:"compare" enum:",before,week" doc:"What edges are compared with: the range of the same length before, or the same range a week before. Default: nothing."`
}

func (in *MapInput) question() insight.MapQuestion {
	return insight.MapQuestion{
		Question: insight.Question{From: in.From, To: in.To, By: insight.Measure(in.By), Limit: in.Limit, Where: in.condition, Compare: insight.Compare(in.Compare)},
	}
}

type networksInput struct {
	MapInput
	Open   []string `query:"open,explode" maxItems:"50" doc:"Virtual network that is shown as its subnets, subscription/group/network; may be repeated." example:"[\"00000000-0000-0000-0000-000000000001/rg-hub/hub\"]"`
	Inside []string `query:"inside,explode" maxItems:"50" doc:"Subnet of an open network that is shown as the machines, scale sets and services in it, group/network/subnet; may be repeated." example:"[\"rg-hub/hub/default\"]"`
}

func (in *networksInput) question() insight.MapQuestion {
	q := in.MapInput.question()
	q.Open, q.Inside = in.Open, in.Inside
	return q
}

// mountMap registers the maps.
func (s *Server) mountMap(api huma.API) {
	get(s, api, "map/networks", lasting, "Who talks to whom, and what connects them",
		"A graph: virtual networks, or subnets of those that are open, or what is inside these, sites and clients behind gateways, Azure and the internet; between them what each initiates and answers, allowed and denied, benign and malicious; which peering, gateway or hub connects both; and connections that carried nothing. Each flow counts once.",
		func(ctx context.Context, in *networksInput) (*insight.MapAnswer, error) {
			known, err := s.security(ctx, in.To)
			if err != nil {
				return nil, err
			}
			return insight.NetworkMap(ctx, s.store, in.question(), known)
		})
	get(s, api, "map/geography", lasting, "Which countries and regions talk to each other",
		"A graph on the map of the world: Azure regions with where they are and whether they are deployed, active and logged; countries; what has no known place, as sites and private addresses; between them what each initiates and answers, allowed and denied, benign and malicious. Each flow counts once.",
		func(ctx context.Context, in *MapInput) (*insight.GeoAnswer, error) {
			known, err := s.security(ctx, in.To)
			if err != nil {
				return nil, err
			}
			return insight.GeoMap(ctx, s.store, in.question(), known)
		})
	allowNull(api, "GeoAnswer", "compared")
	allowNull(api, "GeoNode", "place")
	allowNull(api, "GeoEdge", "before")
	allowNull(api, "MapAnswer", "compared")
	allowNull(api, "MapEdge", "before")
}
