package server

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"weir/internal/filter"
	"weir/internal/insight"
	"weir/internal/knowledge"
	"weir/internal/phrase"
	"weir/internal/query"
	"weir/internal/store"
)

// apiPrefix is where version 1 of the API lives.
const apiPrefix = "/api/v1"

// apiVersion is the version of the API document, not that of the program: a
// document that only changes with the API can be compared.
const apiVersion = "1.0.0"

type answer[T any] struct {
	Body *T
}

// RangeInput is exported only because huma reads the fields of no other embedded struct.
type RangeInput struct {
	From time.Time `query:"from" doc:"Start of the range, inclusive, from the year 1970. Default: 24 hours before the end." example:"2026-01-02T00:00:00Z"`
	To   time.Time `query:"to" doc:"End of the range, exclusive, up to the end of the year 9998. Default: the end of the data." example:"2026-01-03T00:00:00Z"`
}

// Resolve implements huma.Resolver.
func (in *RangeInput) Resolve(ctx huma.Context) []error {
	return checkTimes(ctx, map[string]time.Time{"from": in.From, "to": in.To})
}

// checkTimes refuses times that are out of bounds, also the one that means
// that none was given.
func checkTimes(ctx huma.Context, times map[string]time.Time) (errs []error) {
	for _, field := range slices.Sorted(maps.Keys(times)) {
		if ctx.Query(field) == "" {
			continue
		}
		if err := insight.CheckTime(field, times[field]); err != nil {
			errs = append(errs, &huma.ErrorDetail{Message: err.Error(), Location: "query." + field, Value: ctx.Query(field)})
		}
	}
	return errs
}

// WhereInput is exported for the same reason.
type WhereInput struct {
	Where string `query:"where" maxLength:"4096" doc:"Which flows, as a filter: docs/reference/filters.md. Default: all." example:"vnet = hub and port in (22, 3389) and not country = us"`

	condition query.Condition
}

// Resolve implements huma.Resolver.
func (in *WhereInput) Resolve(huma.Context) []error {
	c, err := filter.Parse(in.Where)
	if err != nil {
		return []error{&huma.ErrorDetail{Message: "The filter cannot be read: " + err.Error() + ".", Location: "query.where", Value: in.Where}}
	}
	in.condition = c
	return nil
}

type topInput struct {
	RangeInput
	WhereInput
	By      string `query:"by" enum:"flows,packets,bytes" default:"flows" doc:"Measure to rank by."`
	Compare string `query:"compare" enum:"before,week" doc:"With what the totals of rows are compared: the range of the same length before it, or the same range a week before. Default: nothing."`
	Limit   int    `query:"limit" minimum:"1" maximum:"1000" default:"10" doc:"Rows wanted."`
}

func (in topInput) question() insight.Question {
	return insight.Question{From: in.From, To: in.To, By: insight.Measure(in.By), Limit: in.Limit, Where: in.condition, Compare: insight.Compare(in.Compare)}
}

type trafficInput struct {
	RangeInput
	WhereInput
	Points int `query:"points" minimum:"1" maximum:"2000" default:"150" doc:"Points wanted at most."`
}

type findingsInput struct {
	RangeInput
	WhereInput
}

type objectsInput struct {
	State string `query:"state" enum:"complete,pending,changed,failed" doc:"Only objects in this state. Default: all."`
	Limit int    `query:"limit" minimum:"1" maximum:"1000" default:"100" doc:"Rows wanted."`
}

type rejectsInput struct {
	Limit int `query:"limit" minimum:"1" maximum:"1000" default:"100" doc:"Rows wanted."`
}

// mountAPI registers every operation of the API on mux.
func (s *Server) mountAPI(mux *http.ServeMux) {
	config := huma.Config{
		OpenAPI: &huma.OpenAPI{
			OpenAPI: "3.1.0",
			Info: &huma.Info{
				Title:   "Weir",
				Version: apiVersion,
				Description: "Traffic analytics for cloud flow logs. All times are RFC 3339 in UTC. " +
					"Errors are problem documents (RFC 9457) whose `detail` says what to do.",
			},
			Components: &huma.Components{Schemas: huma.NewMapRegistry("#/components/schemas/", huma.DefaultSchemaNamer)},
		},
		OpenAPIPath:                  apiPrefix + "/openapi",
		Formats:                      map[string]huma.Format{"application/json": huma.DefaultJSONFormat, "json": huma.DefaultJSONFormat},
		DefaultFormat:                "application/json",
		RejectUnknownQueryParameters: true,
		Transformers:                 []huma.Transformer{explainInvalid},
	}
	api := humago.New(mux, config)

	get(s, api, "status", light, "What runs and how fresh its data is",
		"Version, freshness and size of the store, and what is being read at the moment.",
		func(ctx context.Context, _ *struct{}) (*insight.StatusAnswer, error) { return s.status(ctx) })
	get(s, api, "traffic", lasting, "The course of the traffic over time",
		"Flows, packets and bytes per point in time, by direction of capture and decision. Points without traffic are zero.",
		func(ctx context.Context, in *trafficInput) (*insight.TrafficAnswer, error) {
			return insight.Traffic(ctx, s.store, in.From, in.To, in.condition, in.Points)
		})
	get(s, api, "top/hosts", lasting, "Hosts ranked by traffic",
		"A host is credited with what it initiates (out) and what it answers (in).",
		func(ctx context.Context, in *topInput) (*insight.HostsAnswer, error) {
			return insight.Hosts(ctx, s.store, in.question())
		})
	get(s, api, "top/conversations", lasting, "Conversations ranked by traffic",
		"Pairs of initiator and responder, with the most used ports of each.",
		func(ctx context.Context, in *topInput) (*insight.ConversationsAnswer, error) {
			return insight.Conversations(ctx, s.store, in.question())
		})
	get(s, api, "top/ports", lasting, "Ports of responders ranked by traffic",
		"A port counts for all its responders together.",
		func(ctx context.Context, in *topInput) (*insight.PortsAnswer, error) {
			return insight.Ports(ctx, s.store, in.question())
		})
	get(s, api, "top/rules", lasting, "Security rules ranked by traffic",
		"A rule counts once for each direction of capture.",
		func(ctx context.Context, in *topInput) (*insight.RulesAnswer, error) {
			return insight.Rules(ctx, s.store, in.question())
		})
	get(s, api, "findings", lasting, "What deserves a look",
		"Malicious addresses that were let pass, uploads to new places, ports that answered the internet, attacks, rules that deny far more than before, new machines: each with its numbers and the filter that leads to its flows.",
		func(ctx context.Context, in *findingsInput) (*insight.FindingsAnswer, error) {
			known, err := s.gateways(ctx, in.To)
			if err != nil {
				return nil, err
			}
			return insight.Findings(ctx, s.store, insight.Question{From: in.From, To: in.To, Where: in.condition}, known)
		})
	get(s, api, "gateways", lasting, "How full gateways are",
		"What VPN and ExpressRoute gateways carried over time, beside what their SKU can carry: mean, 95th percentile, peak, and the SKU that would fit.",
		func(ctx context.Context, in *trafficInput) (*insight.GatewaysAnswer, error) {
			known, err := s.gateways(ctx, in.To)
			if err != nil {
				return nil, err
			}
			return insight.Gateways(ctx, s.store, insight.Question{From: in.From, To: in.To, Where: in.condition}, in.Points, known)
		})
	s.mountTables(api)
	s.mountHost(api)
	s.mountRules(api)
	s.mountFlows(api)
	s.mountCoverage(api)
	s.mountSources(api)
	s.mountEvents(api)
	s.mountEnvironment(api)
	s.mountMap(api)
	s.mountKQL(api)
	get(s, api, "complete", light, "What can stand in a filter at the cursor",
		"Fields, comparisons, choices and stored values that begin as what stands there, and what is wrong with the text as a filter. The range tells which values come first.",
		s.complete)
	get(s, api, "values", lasting, "Which values of a field are stored",
		"Names of networks, machines, rules, services, countries and all else that a filter can have, those with the most traffic first. It takes the same for any number of flows.",
		s.values)
	get(s, api, "store", heavy, "What uses the disk, and for how long there is room",
		"Sizes by table and day, from when on what detail exists, the retention in force, and when the disk will be full at the rate of the last day of data.",
		func(ctx context.Context, _ *struct{}) (*insight.StoreAnswer, error) {
			return insight.Disk(ctx, s.store, s.retention)
		})
	get(s, api, "objects", lasting, "Log objects and how far each was read",
		"The ledger, the most recently read object first.",
		func(ctx context.Context, in *objectsInput) (*insight.ObjectsAnswer, error) {
			return insight.Objects(ctx, s.store, in.State, in.Limit)
		})
	get(s, api, "rejects", lasting, "What was rejected, and why",
		"Exact counts by object and reason, with samples, the most frequent first.",
		func(ctx context.Context, in *rejectsInput) (*insight.RejectsAnswer, error) {
			return insight.Rejects(ctx, s.store, in.Limit)
		})

	get(s, api, "lookup", heavy, "Everything known about an address",
		"Owner, network, place, Azure service, and every verdict with the reason why it counts or not, at a time.",
		s.lookup)
	get(s, api, "explain", heavy, "What kind of flow a flow is, and why",
		"The rule that decided, on which facts, and why the rules before it did not hold.",
		s.explain)
	get(s, api, "knowledge", heavy, "What is known about addresses, and how fresh it is",
		"Inventories, service tags, databases, threat feeds with their faults, and the allow-list.",
		func(ctx context.Context, _ *struct{}) (*knowledge.State, error) { return s.knowledge(ctx) })

	allowNull(api, "StatusAnswer", "ingest")
	allowNull(api, "FeedState", "aside")
	allowNull(api, "Finding", "before")
	allowNull(api, "FindingsAnswer", "compared")
	for _, schema := range []string{"TableRow", "Host", "Conversation", "Port", "Rule", "Partner"} {
		allowNull(api, schema, "before")
	}
	for _, schema := range []string{"TableAnswer", "HostsAnswer", "ConversationsAnswer", "PortsAnswer", "RulesAnswer"} {
		allowNull(api, schema, "compared")
	}
	allowNull(api, "Completion", "fault")
	for _, schema := range api.OpenAPI().Components.Schemas.Map() {
		schema.AdditionalProperties = nil // a later version may add fields without breaking its clients
	}
}

// cost is what an answer takes.
type cost int

const (
	light    cost = iota // little: it never waits for a turn
	heavy                // a question to the store
	lasting              // the same; the answer is good until there are other data or other knowledge, and says so by its ETag
	endless              // as little as a connection
	streamed             // as many questions as it has pages, each of which waits for its turn
)

// get registers one question of the API at apiPrefix/name.
func get[I, T any](s *Server, api huma.API, name string, cost cost, summary, description string, ask func(context.Context, *I) (*T, error)) {
	op := huma.Operation{
		OperationID: operationID(name),
		Method:      http.MethodGet,
		Path:        apiPrefix + "/" + name,
		Summary:     summary,
		Description: description,
	}
	s.routes[op.Path] = cost
	huma.Register(api, op, func(ctx context.Context, in *I) (*answer[T], error) {
		if to, ok := ctx.Value(toSay{}).(*spoken); ok {
			to.query, to.err = s.sayings[op.Path](ctx, in, to.part)
			return nil, nil
		}
		a, err := ask(ctx, in)
		if cost != light && errors.Is(err, store.ErrMemory) {
			a, err = again(ctx, s.turns, func() (*T, error) { return ask(ctx, in) })
		}
		if err != nil {
			return nil, s.problem(ctx, op.Path, err)
		}
		return &answer[T]{Body: a}, nil
	})
}

// operationID is what a client calls the question at apiPrefix/name.
func operationID(name string) string {
	words := strings.FieldsFunc(name, func(r rune) bool { return r == '/' || r == '-' })
	for i, w := range words {
		words[i] = strings.ToUpper(w[:1]) + w[1:]
	}
	return "get" + strings.Join(words, "")
}

// again asks a question alone that found too little memory beside others.
func again[T any](ctx context.Context, t *turns, ask func() (*T, error)) (a *T, err error) {
	gone := t.alone(ctx, func() {
		for try := range triesAlone {
			if try > 0 {
				select {
				case <-time.After(pauseAlone):
				case <-ctx.Done():
					return
				}
			}
			if a, err = ask(); !errors.Is(err, store.ErrMemory) {
				return
			}
		}
	})
	return a, cmp.Or(gone, err)
}

// problem turns an error into the problem document that the caller gets. The
// cause of a failure of ours goes to the log and, since the caller is the
// owner of the machine or an authorised user, into the answer.
func (s *Server) problem(ctx context.Context, path string, err error) error {
	var ask *insight.AskError
	if errors.As(err, &ask) {
		return huma.NewError(http.StatusUnprocessableEntity, ask.Text,
			&huma.ErrorDetail{Message: ask.Text, Location: "query." + ask.Field})
	}
	var unsayable *phrase.UnsayableError
	if errors.As(err, &unsayable) {
		return huma.NewError(http.StatusUnprocessableEntity, "It cannot be asked in KQL. "+unsayable.Reason,
			&huma.ErrorDetail{Message: unsayable.Reason, Location: "query.of"})
	}
	var refused *huma.ErrorModel
	if errors.As(err, &refused) {
		return refused
	}
	if ctx.Err() != nil {
		return huma.NewError(http.StatusServiceUnavailable, "The question was given up before it was answered.")
	}
	if errors.Is(err, errBusy) {
		return huma.ErrorWithHeaders(huma.NewError(http.StatusServiceUnavailable, "The store has enough to answer: other questions come first. Ask again in a moment."),
			http.Header{"Retry-After": {strconv.Itoa(int(retryAfter / time.Second))}})
	}
	if errors.Is(err, store.ErrMemory) {
		s.metrics.refused.Inc()
		return huma.ErrorWithHeaders(huma.NewError(http.StatusServiceUnavailable, fmt.Sprintf("The question could not be answered beside others: %v.", err)),
			http.Header{"Retry-After": {strconv.Itoa(int(retryAfter / time.Second))}})
	}
	s.log.Error("cannot answer", "path", path, "error", err)
	return huma.NewError(http.StatusInternalServerError, fmt.Sprintf("The question could not be answered: %v.", err))
}

// explainInvalid puts into the detail of a validation error what is wrong with
// which parameter, in one sentence.
func explainInvalid(_ huma.Context, _ string, v any) (any, error) {
	m, ok := v.(*huma.ErrorModel)
	if !ok || len(m.Errors) == 0 || m.Detail != "validation failed" {
		return v, nil
	}
	e := m.Errors[0]
	kind, name, found := strings.Cut(e.Location, ".")
	switch {
	case strings.HasSuffix(e.Message, "."): // a sentence of ours
		m.Detail = e.Message
	case e.Message == "unknown query parameter":
		m.Detail = fmt.Sprintf("There is no parameter %q here.", name)
	case found && kind == "query":
		m.Detail = fmt.Sprintf("The parameter %q cannot be %q: %s.", name, fmt.Sprint(e.Value), plainMessage(e.Message))
	default:
		m.Detail = fmt.Sprintf("%s: %s.", e.Location, e.Message)
	}
	return m, nil
}

func plainMessage(m string) string {
	if strings.HasPrefix(m, "invalid date/time") {
		return "expected a time such as 2026-01-02T15:04:05Z (a + in it must be written %2B)"
	}
	return m
}

// allowNull makes a field that refers to another schema nullable, which the
// tags of huma cannot say.
func allowNull(api huma.API, schema, field string) {
	properties := api.OpenAPI().Components.Schemas.Map()[schema].Properties
	was := properties[field]
	properties[field] = &huma.Schema{
		OneOf:       []*huma.Schema{{Ref: was.Ref}, {Type: "null"}},
		Description: was.Description,
	}
}

func (s *Server) status(ctx context.Context) (*insight.StatusAnswer, error) {
	revision, _ := s.stateOf(ctx) // before what it is of
	a, err := insight.StoreStatus(ctx, s.store)
	if err != nil {
		return nil, err
	}
	a.Version, a.Commit, a.DuckDBVersion = s.version.Version, s.version.Commit, s.version.DuckDB
	a.GoVersion = runtime.Version()
	a.Demo, a.Revision = s.demo, revision
	if s.ingestState != nil {
		a.Ingest = s.ingestState()
	}
	return a, nil
}
