package server

import (
	"context"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"weir/internal/insight"
	"weir/internal/service"
)

// mountSources registers how sources and jobs stand.
func (s *Server) mountSources(api huma.API) {
	get(s, api, "sources", light, "How the sources stand",
		"Of each folder and storage account of the configuration: the last look, the last block, how long blocks take until they can be asked for, requests and what they cost, how far history is read, and what cannot be read and why.",
		func(context.Context, *struct{}) (*insight.SourcesAnswer, error) {
			a := &insight.SourcesAnswer{Now: time.Now().UTC(), Rows: []insight.SourceState{}}
			if s.sources != nil {
				a.Rows = s.sources()
			}
			return a, nil
		})
	get(s, api, "jobs", light, "How what is done by the clock stands",
		"Of each job: when it was last done and what came of it, when it is done again, and why it fails.",
		func(context.Context, *struct{}) (*insight.JobsAnswer, error) {
			a := &insight.JobsAnswer{Now: time.Now().UTC(), Rows: []insight.JobState{}}
			if s.jobs != nil {
				for _, j := range s.jobs() {
					a.Rows = append(a.Rows, jobState(j))
				}
			}
			return a, nil
		})
	for _, field := range []string{"fault", "requests", "events", "history", "expected"} {
		allowNull(api, "SourceState", field)
	}
	allowNull(api, "SourceContainer", "fault")
	allowNull(api, "SourceEvents", "fault")
}

func jobState(j service.State) insight.JobState {
	return insight.JobState{
		Name: j.Name, Does: j.Does, Running: j.Running, Since: maybe(j.Since), LastAt: maybe(j.Last), Took: j.Took.Seconds(),
		Did: j.Did, DidAt: maybe(j.DidAt), Error: j.Error, Failures: j.Failures, Runs: j.Runs, Failed: j.Failed, NextAt: maybe(j.Next),
	}
}

// maybe is nil for the zero time.
func maybe(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
