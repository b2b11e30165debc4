package azure

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/arm"
	azfake "github.com/Azure/azure-sdk-for-go/sdk/azcore/fake"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/to"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/resourcegraph/armresourcegraph"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/resourcegraph/armresourcegraph/fake"
)

const (
	contoso  = "72f988bf-0000-0000-0000-000000000001"
	fabrikam = "72f988bf-0000-0000-0000-000000000002"
)

// sub is a subscription of the cloud that the fake servers show.
type sub struct {
	id, name, tenant string
	resources        []string // rows of the table resources
	compute          []string // rows of the table computeresources
	others           string   // rows of the count of other kinds, without brackets
}

// graph answers as Resource Graph does for one tenant: pages of at most the
// size asked for, told apart by $skipToken, of the subscriptions asked for.
type graph struct {
	subs []sub
	// before may change the answer, or replace it by an error.
	before func(q armresourcegraph.QueryRequest, r *armresourcegraph.QueryResponse, e *azfake.ErrorResponder)
	header http.Header
	asked  []armresourcegraph.QueryRequest
}

func (g *graph) server() *fake.ServerTransport {
	return fake.NewServerTransport(&fake.Server{
		Resources: func(_ context.Context, q armresourcegraph.QueryRequest, _ *armresourcegraph.ClientResourcesOptions) (r azfake.Responder[armresourcegraph.ClientResourcesResponse], e azfake.ErrorResponder) {
			g.asked = append(g.asked, q)
			response := g.answer(q)
			if g.before != nil {
				g.before(q, &response, &e)
			}
			r.SetResponse(http.StatusOK, armresourcegraph.ClientResourcesResponse{QueryResponse: response}, &azfake.SetResponseOptions{Header: g.header})
			return r, e
		},
	})
}

func (g *graph) answer(q armresourcegraph.QueryRequest) armresourcegraph.QueryResponse {
	rows := g.rows(q)
	from := 0
	if q.Options.SkipToken != nil {
		from, _ = strconv.Atoi(*q.Options.SkipToken)
	}
	last := min(len(rows), from+int(*q.Options.Top))
	list := make([]json.RawMessage, 0, last-from)
	for _, r := range rows[from:last] {
		list = append(list, json.RawMessage(r))
	}
	r := armresourcegraph.QueryResponse{
		Data: list, Count: to.Ptr(int64(len(list))), TotalRecords: to.Ptr(int64(len(rows))),
		ResultTruncated: to.Ptr(armresourcegraph.ResultTruncatedFalse),
	}
	if last < len(rows) {
		r.SkipToken = to.Ptr(strconv.Itoa(last))
	}
	return r
}

func (g *graph) rows(q armresourcegraph.QueryRequest) []string {
	var rows []string
	for _, s := range g.subs {
		switch {
		case tableOf(q) == "resourcecontainers":
			rows = append(rows, fmt.Sprintf(`{"id":"/subscriptions/%[1]s","name":%[2]q,"type":"microsoft.resources/subscriptions","tags":null,"subscriptionId":%[1]q,"tenantId":%[3]q}`, s.id, s.name, s.tenant))
		case !asksFor(q, s.id):
		case strings.Contains(*q.Query, "summarize"):
			if s.others != "" {
				rows = append(rows, strings.Split(s.others, "\n")...)
			}
		case tableOf(q) == "resources":
			for _, r := range s.resources {
				if ofType(q, r) {
					rows = append(rows, r)
				}
			}
		case tableOf(q) == "computeresources":
			rows = append(rows, s.compute...)
		}
	}
	return rows
}

// ofType tells whether a question names the type of a row.
func ofType(q armresourcegraph.QueryRequest, row string) bool {
	var r struct{ Type string }
	return json.Unmarshal([]byte(row), &r) == nil && strings.Contains(*q.Query, strconv.Quote(r.Type))
}

func tableOf(q armresourcegraph.QueryRequest) string {
	table, _, _ := strings.Cut(*q.Query, " ")
	return table
}

func asksFor(q armresourcegraph.QueryRequest, id string) bool {
	for _, s := range q.Subscriptions {
		if *s == id {
			return true
		}
	}
	return false
}

// tenantToken is the credential of a tenant; its token is the tenant's name.
type tenantToken struct{ err error }

func (t tenantToken) GetToken(_ context.Context, o policy.TokenRequestOptions) (azcore.AccessToken, error) {
	return azcore.AccessToken{Token: "of:" + o.TenantID, ExpiresOn: time.Now().Add(time.Hour)}, t.err
}

// transport is a function that answers requests.
type transport func(*http.Request) (*http.Response, error)

func (f transport) Do(r *http.Request) (*http.Response, error) { return f(r) }

// cloud is the transport to the fake servers of several tenants, told apart by
// the token.
func cloud(t *testing.T, tenants map[string]*graph) transport {
	t.Helper()
	servers := map[string]*fake.ServerTransport{}
	for name, g := range tenants {
		servers["Bearer of:"+name] = g.server()
	}
	return func(r *http.Request) (*http.Response, error) {
		s, ok := servers[r.Header.Get("Authorization")]
		if !ok {
			t.Errorf("a request with the token %q", r.Header.Get("Authorization"))
			return faulty(r, http.StatusUnauthorized, "InvalidAuthenticationToken", ""), nil
		}
		return s.Do(r)
	}
}

// faulty is an error as Resource Manager writes it.
func faulty(r *http.Request, status int, code, message string) *http.Response {
	body := fmt.Sprintf(`{"error":{"code":%q,"message":%q}}`, code, message)
	return &http.Response{
		Status: http.StatusText(status), StatusCode: status, Request: r, Header: http.Header{},
		Body: io.NopCloser(strings.NewReader(body)),
	}
}

// options are those to read from a transport without delay between retries.
func options(t transport, tenants ...string) Options {
	return Options{
		Tenants:    tenants,
		Credential: func(string) (azcore.TokenCredential, error) { return tenantToken{}, nil },
		Client: arm.ClientOptions{ClientOptions: policy.ClientOptions{
			Transport: t, Retry: policy.RetryOptions{RetryDelay: time.Millisecond},
		}},
	}
}

func vnet(sub, name string) string {
	return fmt.Sprintf(`{"id":"/subscriptions/%s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/%s","name":%q,"type":"microsoft.network/virtualnetworks","location":"westeurope","tags":{},"zones":null,"sku":null,"properties":{"addressSpace":{"addressPrefixes":["10.0.0.0/16"]},"subnets":[]}}`, sub, name, name)
}

func gateway(sub string) string {
	return fmt.Sprintf(`{"id":"/subscriptions/%s/resourceGroups/g/providers/Microsoft.Network/natGateways/n","name":"n","type":"microsoft.network/natgateways","location":"westeurope","properties":{}}`, sub)
}

func instance(sub, rest string) string {
	return fmt.Sprintf(`{"id":"/subscriptions/%s/resourceGroups/g/providers/Microsoft.Compute/virtualMachineScaleSets/web/virtualMachines/0%s","name":"0","type":"microsoft.compute/virtualmachinescalesets/virtualmachines","location":"westeurope","properties":{}}`, sub, rest)
}
