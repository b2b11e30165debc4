package server

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"weir/internal/insight"
	"weir/internal/phrase"
)

type kqlOfInput struct {
	Of   string `query:"of" required:"true" maxLength:"8192" doc:"What is asked otherwise, with its parameters: an address of this API from /api/v1/ on." example:"/api/v1/top/hosts?by=bytes&limit=5"`
	Part string `query:"part" maxLength:"64" doc:"Of what has several parts, which: of host traffic, course, partners, malicious, serves, uses or rules; of environment regions, vnets, subnets, app-gateways, between or zones." example:"partners"`
}

// KQLAnswer is a question of the API in KQL.
type KQLAnswer struct {
	Query string `json:"query" doc:"Asks for the same numbers. It says what time it is about, so it is asked without a timespan"`
	Note  string `json:"note" doc:"What it leaves out of what the question answers; empty: nothing"`
}

// saying is how a question is said in KQL, by the input that it takes.
type saying func(ctx context.Context, in any, part string) (*phrase.Query, error)

// said registers how the question at apiPrefix/name is said in KQL.
func said[I any](s *Server, name string, say func(ctx context.Context, in *I, part string) (*phrase.Query, error)) {
	s.sayings[apiPrefix+"/"+name] = func(ctx context.Context, in any, part string) (*phrase.Query, error) { return say(ctx, in.(*I), part) }
}

// whole is said of what has no parts.
func whole[I any](say func(context.Context, *I) (*phrase.Query, error)) func(context.Context, *I, string) (*phrase.Query, error) {
	return func(ctx context.Context, in *I, part string) (*phrase.Query, error) {
		if part != "" {
			return nil, &phrase.UnsayableError{Reason: fmt.Sprintf("It has no parts, so there is no %q.", part)}
		}
		return say(ctx, in)
	}
}

// toSay is the key of what is not to be answered but said, in the context of a request.
type toSay struct{}

// spoken takes what was said.
type spoken struct {
	part  string
	query *phrase.Query
	err   error
}

// mountKQL registers the question how other questions are asked in KQL.
func (s *Server) mountKQL(api huma.API) {
	get(s, api, "kql", light, "A question of this API in KQL",
		"The query that asks for the same numbers, for the log search and for clients of it. What cannot be said in KQL is refused with the reason.", s.kqlOf)
	said(s, "traffic", whole(func(ctx context.Context, in *trafficInput) (*phrase.Query, error) {
		return phrase.Traffic(ctx, s.store, insight.Question{From: in.From, To: in.To, Where: in.condition}, in.Points)
	}))
	said(s, "top/hosts", whole(func(ctx context.Context, in *topInput) (*phrase.Query, error) {
		return phrase.Hosts(ctx, s.store, in.question())
	}))
	said(s, "top/conversations", whole(func(ctx context.Context, in *topInput) (*phrase.Query, error) {
		return phrase.Conversations(ctx, s.store, in.question())
	}))
	said(s, "top/ports", whole(func(ctx context.Context, in *topInput) (*phrase.Query, error) {
		return phrase.Ports(ctx, s.store, in.question())
	}))
	said(s, "top/rules", whole(func(ctx context.Context, in *topInput) (*phrase.Query, error) {
		return phrase.Rules(ctx, s.store, in.question())
	}))
	for _, split := range insight.Splits() {
		said(s, "table/"+split.Name, whole(func(ctx context.Context, in *tableInput) (*phrase.Query, error) {
			return phrase.Table(ctx, s.store, split.Name, in.table())
		}))
		said(s, "series/"+split.Name, whole(func(ctx context.Context, in *seriesInput) (*phrase.Query, error) {
			return phrase.Series(ctx, s.store, split.Name, in.question(), in.Points)
		}))
	}
	said(s, "host", func(ctx context.Context, in *hostInput, part string) (*phrase.Query, error) {
		return phrase.Host(ctx, s.store, in.question(), part)
	})
	said(s, "rules", whole(func(ctx context.Context, in *rulesInput) (*phrase.Query, error) {
		return phrase.RuleUses(ctx, s.store, in.question())
	}))
	said(s, "open", whole(func(ctx context.Context, in *openInput) (*phrase.Query, error) {
		return phrase.Open(ctx, s.store, in.question())
	}))
	said(s, "flows", whole(func(ctx context.Context, in *flowsInput) (*phrase.Query, error) {
		return phrase.Flows(ctx, s.store, in.question())
	}))
	said(s, "gateways", whole(func(ctx context.Context, in *trafficInput) (*phrase.Query, error) {
		return phrase.Gateways(ctx, s.store, insight.Question{From: in.From, To: in.To, Where: in.condition})
	}))
	said(s, "map/networks", whole(func(ctx context.Context, in *networksInput) (*phrase.Query, error) {
		return phrase.Networks(ctx, s.store, in.question())
	}))
	said(s, "map/geography", whole(func(ctx context.Context, in *MapInput) (*phrase.Query, error) {
		return phrase.Geography(ctx, s.store, in.question())
	}))
	said(s, "environment", func(ctx context.Context, in *environmentInput, part string) (*phrase.Query, error) {
		return phrase.Environment(ctx, s.store, in.question(), part)
	})
	said(s, "objects", whole(func(_ context.Context, in *objectsInput) (*phrase.Query, error) {
		return phrase.Objects(in.State, in.Limit), nil
	}))
	said(s, "rejects", whole(func(_ context.Context, in *rejectsInput) (*phrase.Query, error) { return phrase.Rejects(in.Limit), nil }))
}

// kqlOf says a question in KQL. It is read as it would be to be answered, so that
// what is wrong with it is told in the same words.
func (s *Server) kqlOf(ctx context.Context, in *kqlOfInput) (*KQLAnswer, error) {
	of, err := url.Parse(in.Of)
	if err != nil || of.Host != "" {
		return nil, refusedOf(in, "%q is no address of this API, such as /api/v1/top/hosts?by=bytes.", in.Of)
	}
	name, inside := strings.CutPrefix(of.Path, apiPrefix+"/")
	switch reason := phrase.Reasons()[name]; {
	case !inside, s.sayings[of.Path] == nil && reason == "":
		return nil, refusedOf(in, "There is no question at %s; the API is described at %s/openapi.json.", of.Path, apiPrefix)
	case reason != "":
		return nil, refusedOf(in, "It cannot be asked in KQL. %s", reason)
	}
	if _, err := url.ParseQuery(of.RawQuery); err != nil {
		return nil, refusedOf(in, "%q cannot be read behind its question mark: %v.", in.Of, err)
	}
	said := spoken{part: in.Part}
	ask, err := http.NewRequestWithContext(context.WithValue(ctx, toSay{}, &said), http.MethodGet, of.Path, nil)
	if err != nil {
		return nil, err
	}
	ask.URL.RawQuery = of.RawQuery
	var answer unsent
	s.apiMux.ServeHTTP(&answer, ask)
	switch {
	case said.err != nil:
		return nil, said.err
	case said.query == nil:
		return nil, answer.problem()
	}
	return &KQLAnswer{Query: said.query.Text, Note: said.query.Note}, nil
}

func refusedOf(in *kqlOfInput, format string, args ...any) error {
	text := fmt.Sprintf(format, args...)
	return huma.NewError(http.StatusUnprocessableEntity, text, &huma.ErrorDetail{Message: text, Location: "query.of", Value: in.Of})
}

// unsent is an answer that nobody gets: where the question is refused, it says why.
type unsent struct {
	status int
	header http.Header
	body   bytes.Buffer
}

// Header implements http.ResponseWriter.
func (u *unsent) Header() http.Header {
	if u.header == nil {
		u.header = http.Header{}
	}
	return u.header
}

// WriteHeader implements http.ResponseWriter.
func (u *unsent) WriteHeader(status int) { u.status = status }

// Write implements http.ResponseWriter.
func (u *unsent) Write(b []byte) (int, error) { return u.body.Write(b) }

// problem is why the question was refused.
func (u *unsent) problem() error {
	m := &huma.ErrorModel{}
	if err := json.Unmarshal(u.body.Bytes(), m); err != nil {
		return fmt.Errorf("cannot read why a question was refused: %w", err)
	}
	return m
}
