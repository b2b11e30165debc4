package server

import (
	"context"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"weir/internal/insight"
)

type coverageInput struct {
	Limit  int `query:"limit" minimum:"1" maximum:"1000" default:"100" doc:"NICs wanted."`
	Offset int `query:"offset" minimum:"0" maximum:"1000000" default:"0" doc:"NICs before the first that is wanted."`
}

// mountCoverage registers what is read and what is missing.
func (s *Server) mountCoverage(api huma.API) {
	get(s, api, "coverage", heavy, "What is read, and what is missing",
		"By place and kind of log: the last object, lag, bytes, tuples, rejects and reduction. And the NICs of the inventory that send no logs, with why that may be.",
		func(ctx context.Context, in *coverageInput) (*insight.CoverageAnswer, error) {
			known, err := s.security(ctx, time.Time{})
			if err != nil {
				return nil, err
			}
			return insight.Coverage(ctx, s.store, in.Limit, in.Offset, known)
		})
}
