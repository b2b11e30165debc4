package server

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"weir/internal/insight"
)

type hostInput struct {
	RangeInput
	WhereInput
	Host    string `query:"host" maxLength:"512" required:"true" doc:"Its address, or the name of a machine of the inventory, of which the end is enough." example:"10.0.0.4"`
	VNet    string `query:"vnet" maxLength:"512" doc:"Virtual network that it is in, of whose name the end is enough, where address spaces overlap. Default: any." example:"1/rg/hub"`
	By      string `query:"by" enum:"flows,packets,bytes" default:"flows" doc:"Measure to rank by."`
	Limit   int    `query:"limit" minimum:"1" maximum:"1000" default:"10" doc:"Rows wanted of each list."`
	Points  int    `query:"points" minimum:"1" maximum:"2000" default:"150" doc:"Points wanted at most."`
	Compare string `query:"compare" enum:"before,week" default:"before" doc:"With what it is compared: the range of the same length before it, or the same range a week before."`
}

func (in *hostInput) question() insight.HostQuestion {
	return insight.HostQuestion{
		Question: insight.Question{From: in.From, To: in.To, By: insight.Measure(in.By), Limit: in.Limit, Where: in.condition, Compare: insight.Compare(in.Compare)},
		Host:     in.Host, VNet: in.VNet, Points: in.Points,
	}
}

// mountHost registers the question about one host.
func (s *Server) mountHost(api huma.API) {
	get(s, api, "host", lasting, "All about one host",
		"What an address or a machine was, its traffic and the course of it, its partners, the ports that it serves and uses, the rules that decided, and what it had not before.",
		func(ctx context.Context, in *hostInput) (*insight.HostAnswer, error) {
			return insight.OneHost(ctx, s.store, in.question())
		})
	for _, field := range []string{"before", "beforeCourse", "compared", "news"} {
		allowNull(api, "HostAnswer", field)
	}
}
