package server

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/klauspost/compress/gzip"

	"weir/internal/flow"
	"weir/internal/insight"
	"weir/internal/store"
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
	Format string `query:"format" enum:"csv,json" default:"csv" doc:"CSV with a header, or a list of objects."`
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
	op := huma.Operation{
		OperationID: "getFlowsExport", Method: http.MethodGet, Path: apiPrefix + "/flows/export",
		Summary:     "All reduced flows as a file",
		Description: "Every row in the range that passes, the newest first, sent while it is read. Where it fails on the way the connection is cut.",
		Responses: map[string]*huma.Response{"200": {Description: "All rows", Content: map[string]*huma.MediaType{
			"text/csv": {Schema: &huma.Schema{Type: "string"}},
		}}},
	}
	s.routes[op.Path] = streamed
	huma.Register(api, op, s.exportFlows)
}

// exportFlows sends all rows. Each page has a turn of its own, so that who reads
// slowly keeps nobody from asking.
func (s *Server) exportFlows(ctx context.Context, in *exportInput) (*huma.StreamResponse, error) {
	ask := func(q insight.FlowsQuestion) (a *insight.FlowsAnswer, err error) {
		if err := s.turns.take(ctx); err != nil {
			return nil, err
		}
		defer s.turns.give()
		page := func() (*insight.FlowsAnswer, error) { return insight.FlowList(ctx, s.store, q) }
		if a, err = page(); errors.Is(err, store.ErrMemory) {
			a, err = again(ctx, s.turns, page)
		}
		return a, err
	}
	q := insight.FlowsQuestion{From: in.From, To: in.To, Where: in.condition, Limit: insight.MaxFlows}
	first, err := ask(q) // what cannot be answered is told before anything is sent
	if errors.Is(err, errBusy) {
		return nil, huma.ErrorWithHeaders(huma.NewError(http.StatusServiceUnavailable, "The store has enough to answer: other questions come first. Ask again in a moment."),
			http.Header{"Retry-After": {fmt.Sprint(int(retryAfter / time.Second))}})
	}
	if err != nil {
		return nil, s.problem(ctx, apiPrefix+"/flows/export", err)
	}
	rows := insight.AllFlows(q, func(q insight.FlowsQuestion) (*insight.FlowsAnswer, error) {
		if a := first; a != nil {
			first = nil
			return a, nil
		}
		return ask(q)
	})
	name := fmt.Sprintf("weir-flows-%s.%s", first.To.Format("2006-01-02-1504"), in.Format)
	format, kind := terminal.CSV, "text/csv; charset=utf-8"
	if in.Format == "json" {
		format, kind = terminal.JSON, "application/json"
	}
	return &huma.StreamResponse{Body: func(out huma.Context) {
		out.SetHeader("Content-Type", kind)
		out.SetHeader("Content-Disposition", fmt.Sprintf("attachment; filename=%q", name))
		if _, err := terminal.WriteRows(out.BodyWriter(), format, rows); err != nil {
			if ctx.Err() == nil {
				s.log.Error("cannot send all flows", "error", err)
			}
			panic(http.ErrAbortHandler) // so that the peer does not take what it has for all
		}
	}}, nil
}

// stream answers a request while the answer is made.
func (s *Server) stream(w http.ResponseWriter, r *http.Request, ask *http.Request) {
	if r.Method == http.MethodHead {
		return
	}
	if !acceptsGzip(r) {
		s.apiMux.ServeHTTP(w, ask)
		return
	}
	w.Header().Set("Content-Encoding", "gzip")
	w.Header().Set("Vary", "Accept-Encoding")
	z := gzip.NewWriter(w)
	s.apiMux.ServeHTTP(&packedWriter{w, z}, ask)
	_ = z.Close() // who went away needs no end
}

// packedWriter compresses what is written.
type packedWriter struct {
	http.ResponseWriter
	packed io.Writer
}

// Write implements http.ResponseWriter.
func (w *packedWriter) Write(b []byte) (int, error) { return w.packed.Write(b) }
