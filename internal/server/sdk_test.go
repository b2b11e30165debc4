package server_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/cloud"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/to"
	"github.com/Azure/azure-sdk-for-go/sdk/monitor/azquery"
	"github.com/Azure/azure-sdk-for-go/sdk/monitor/query/azlogs"
	"github.com/google/go-cmp/cmp"

	"weir/internal/server"
)

// allTypes is the query of the official clients' own tests: a row of every type,
// joined with a hundred numbers.
const allTypes = `let dt = datatable (DateTime: datetime, Bool:bool, Guid: guid, Int: int, Long:long, Double: double, String: string, Timespan: timespan, Decimal: decimal, Dynamic: dynamic)
[datetime(2015-12-31 23:59:59.9), false, guid(74be27de-1e4e-49d9-b579-fe0b331d3642), 12345, 1, 12345.6789, 'string value', 10s, decimal(0.10101), dynamic({"a":123, "b":"hello", "c":[1,2,3], "d":{}})];
range x from 1 to 100 step 1 | extend y=1 | join kind=fullouter dt on $left.y == $right.Long`

const workspaceID, resourceID = "d2d0e126-fa1e-4b0a-b647-250cdd471e68", "/subscriptions/faa080af-c1d8-40ad-9cce-e1a450ca5b57/resourceGroups/rg/providers/Microsoft.OperationalInsights/workspaces/w"

// bearer is a credential that has a token of Weir.
type bearer string

// GetToken implements azcore.TokenCredential.
func (b bearer) GetToken(context.Context, policy.TokenRequestOptions) (azcore.AccessToken, error) {
	return azcore.AccessToken{Token: string(b), ExpiresOn: time.Now().Add(time.Hour)}, nil
}

// options point a client of Azure at a server.
func (s *secure) options(name cloud.ServiceName) azcore.ClientOptions {
	return azcore.ClientOptions{
		Cloud:     cloud.Configuration{Services: map[cloud.ServiceName]cloud.ServiceConfiguration{name: {Endpoint: s.url + "/v1", Audience: "https://weir"}}},
		Transport: s.client(), Retry: policy.RetryOptions{MaxRetries: -1},
	}
}

func (s *secure) azlogs(t *testing.T, token string) *azlogs.Client {
	t.Helper()
	c, err := azlogs.NewClient(bearer(token), &azlogs.ClientOptions{ClientOptions: s.options(azlogs.ServiceName)})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// refused compares an error of a client with what the service would say.
func refused(t *testing.T, what string, err error, code string, status int) {
	t.Helper()
	var got *azcore.ResponseError
	if !errors.As(err, &got) || got.ErrorCode != code || got.StatusCode != status {
		t.Errorf("%s: %v, want %s with status %d", what, err, code, status)
	}
}

// TestAzlogs runs the cases of the official client azlogs.
func TestAzlogs(t *testing.T) {
	s := serveSecure(t, server.Config{Store: filled(t)})
	c, ctx := s.azlogs(t, s.token), t.Context()
	query, span := allTypes, azlogs.NewTimeInterval(time.Date(2022, 12, 1, 0, 0, 0, 0, time.UTC), time.Date(2022, 12, 2, 0, 0, 0, 0, time.UTC))
	everyType := func(what string, r azlogs.QueryResults, err error) {
		t.Helper()
		if err != nil || r.Error != nil || len(r.Tables) != 1 || len(r.Tables[0].Rows) != 100 {
			t.Fatalf("%s: %+v: %v", what, r, err)
		}
		row := r.Tables[0].Rows[99]
		want := azlogs.Row{row[0], 1.0, "2015-12-31T23:59:59.9Z", false, "74be27de-1e4e-49d9-b579-fe0b331d3642", 12345.0, 1.0, 12345.6789, "string value", "00:00:10", "0.10101", `{"a":123,"b":"hello","c":[1,2,3],"d":{}}`}
		if diff := cmp.Diff(want, row); diff != "" {
			t.Errorf("%s (-want +got):\n%s", what, diff)
		}
	}
	res, err := c.QueryWorkspace(ctx, workspaceID, azlogs.QueryBody{Query: &query, Timespan: &span}, nil)
	everyType("a workspace", res.QueryResults, err)
	if res.Visualization != nil || res.Statistics != nil {
		t.Errorf("nobody asked for %s and %s", res.Visualization, res.Statistics)
	}
	res, err = c.QueryWorkspace(ctx, workspaceID, azlogs.QueryBody{Query: &query, AdditionalWorkspaces: []string{"other"}}, nil)
	everyType("several workspaces", res.QueryResults, err)
	all := &azlogs.QueryOptions{Statistics: to.Ptr(true), Visualization: to.Ptr(true), Wait: to.Ptr(600)}
	res, err = c.QueryWorkspace(ctx, workspaceID, azlogs.QueryBody{Query: &query}, &azlogs.QueryWorkspaceOptions{Options: all})
	everyType("with all options", res.QueryResults, err)
	if res.Visualization == nil || res.Statistics == nil {
		t.Errorf("visualization %s, statistics %s, both were asked for", res.Visualization, res.Statistics)
	}
	byID, err := c.QueryResource(ctx, resourceID, azlogs.QueryBody{Query: &query, Timespan: &span}, &azlogs.QueryResourceOptions{Options: all})
	everyType("a resource", byID.QueryResults, err)

	wrong, two := "not a valid query", azlogs.TimeInterval("PT2H")
	_, err = c.QueryWorkspace(ctx, workspaceID, azlogs.QueryBody{Query: &wrong, Timespan: &two}, nil)
	refused(t, "a wrong query", err, "BadArgumentError", http.StatusBadRequest)
	_, err = c.QueryResource(ctx, resourceID, azlogs.QueryBody{Query: &wrong, Timespan: &two}, nil)
	refused(t, "a wrong query of a resource", err, "BadArgumentError", http.StatusBadRequest)
	many := "range x from 1 to 500001 step 1"
	res, err = c.QueryWorkspace(ctx, workspaceID, azlogs.QueryBody{Query: &many}, nil)
	if err != nil || res.Error == nil || res.Error.Code != "PartialError" || len(res.Tables[0].Rows) != 500_000 {
		t.Errorf("too many rows: %v, %v, want 500 000 and a PartialError", res.Error, err)
	}
	_, err = s.azlogs(t, "weir_wrong").QueryWorkspace(ctx, workspaceID, azlogs.QueryBody{Query: &query}, nil)
	refused(t, "a wrong token", err, "AuthorizationRequiredError", http.StatusUnauthorized)
}

// TestAzquery runs the cases of azquery, the client before azlogs, which knows batches.
func TestAzquery(t *testing.T) {
	s := serveSecure(t, server.Config{Store: filled(t)})
	c, err := azquery.NewLogsClient(bearer(s.token), &azquery.LogsClientOptions{ClientOptions: s.options(azquery.ServiceNameLogs)})
	if err != nil {
		t.Fatal(err)
	}
	query, span := "range x from 1 to 3 step 1", azquery.TimeInterval("2022-12-01/2022-12-02")
	res, err := c.QueryWorkspace(t.Context(), workspaceID, azquery.Body{Query: &query, Timespan: &span}, nil)
	if err != nil || len(res.Tables) != 1 || len(res.Tables[0].Rows) != 3 || res.Error != nil {
		t.Errorf("a workspace: %+v: %v", res, err)
	}
	byID, err := c.QueryResource(t.Context(), resourceID, azquery.Body{Query: &query}, nil)
	if err != nil || len(byID.Tables) != 1 || len(byID.Tables[0].Rows) != 3 {
		t.Errorf("a resource: %+v: %v", byID, err)
	}
	options := azquery.LogsQueryOptions{Statistics: to.Ptr(true), Visualization: to.Ptr(true), Wait: to.Ptr(600)}
	batch, err := c.QueryBatch(t.Context(), azquery.BatchRequest{Requests: []*azquery.BatchQueryRequest{
		to.Ptr(azquery.NewBatchQueryRequest(workspaceID, query, span, "1", options)),
		to.Ptr(azquery.NewBatchQueryRequest(workspaceID, "not a valid query", span, "2", azquery.LogsQueryOptions{})),
		to.Ptr(azquery.NewBatchQueryRequest(workspaceID, query, span, "3", azquery.LogsQueryOptions{})),
	}}, nil)
	if err != nil || len(batch.Responses) != 3 {
		t.Fatalf("a batch: %+v: %v", batch, err)
	}
	for i, r := range batch.Responses {
		if i == 1 {
			if *r.Status != http.StatusBadRequest || r.Body.Error == nil || r.Body.Error.Code != "BadArgumentError" {
				t.Errorf("the wrong one: %d %+v", *r.Status, r.Body)
			}
			continue
		}
		if *r.Status != http.StatusOK || r.Body.Error != nil || len(r.Body.Tables[0].Rows) != 3 || (r.Body.Statistics != nil) != (i == 0) || (r.Body.Visualization != nil) != (i == 0) {
			t.Errorf("number %s: %d %+v", *r.CorrelationID, *r.Status, r.Body)
		}
	}
}

// TestJavaScriptClient runs the official client of JavaScript, which trusts the
// certificate of the test.
func TestJavaScriptClient(t *testing.T) {
	folder, err := filepath.Abs(filepath.Join("..", "..", "ui", "node_modules", "@azure", "monitor-query-logs"))
	if err != nil {
		t.Fatal(err)
	}
	node, err := exec.LookPath("node")
	if err == nil {
		_, err = os.Stat(folder)
	}
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatalf("the client has to be there: %v", err)
		}
		t.Skipf("the client is not there; cd ui && npm ci: %v", err)
	}
	s := serveSecure(t, server.Config{Store: filled(t)})
	trusted := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(trusted, s.pem, 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), node, filepath.Join("testdata", "client.mjs"), folder, s.url+"/v1", s.token, allTypes)
	cmd.Env = append(os.Environ(), "NODE_EXTRA_CA_CERTS="+trusted)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("node: %v\n%s", err, out)
	}
	var got map[string]any
	if err := json.Unmarshal(out, &got); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	want := map[string]any{
		"types": map[string]any{
			"status": "Success", "rows": 100.0, "time": "2015-12-31T23:59:59.900Z", "bool": false, "int": 12345.0, "real": 12345.6789, "text": "string value",
			"span": "00:00:10", "decimal": "0.10101", "dynamic": map[string]any{"a": 123.0, "b": "hello", "c": []any{1.0, 2.0, 3.0}, "d": map[string]any{}},
		},
		"options":  map[string]any{"visualization": "barchart", "title": "of all", "statistics": true},
		"resource": []any{[]any{7.0}},
		"partial":  map[string]any{"status": "PartialFailure", "code": "PartialError", "rows": 500_000.0},
		"wrong":    map[string]any{"status": 400.0, "code": "BadArgumentError", "inner": "SyntaxError", "innermost": "SYN0002"},
		"token":    map[string]any{"status": 401.0, "code": "AuthorizationRequiredError"},
		"batch":    []any{"Success", "PartialFailure", "Success"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
