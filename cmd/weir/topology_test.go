package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
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
	"github.com/google/go-cmp/cmp"

	"weir/internal/knowledge"
	"weir/internal/shared"
	"weir/internal/terminal"
	"weir/internal/topology/azure"
)

// realEstate returns the folder of recorded answers of Azure.
func realEstate(t *testing.T) string {
	t.Helper()
	return shared.Path(t, "data/azure-topology")
}

// Recorded answers of Resource Manager and Resource Graph are imported as a
// user would.
func TestTopologyImportOfRecordedAnswers(t *testing.T) {
	folder := realEstate(t)
	store := t.TempDir()
	f := func(want map[string]int, files ...string) {
		t.Helper()
		args := append([]string{"topology", "import", "--data", store, "--format", "json"}, files...)
		var r knowledge.TopologyReport
		if err := json.Unmarshal([]byte(weirRun(t, args...)), &r); err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(want, r.Kinds); d != "" {
			t.Errorf("%v: kinds (-want +got):\n%s", files, d)
		}
		if len(r.Problems) > 0 {
			t.Errorf("%v: problems %q", files, r.Problems)
		}
	}
	recorded := func(name string) string { return filepath.Join(folder, "cloud-custodian-cassettes", name) }
	f(map[string]int{"bastion": 1}, recorded("BastionHostTest.test_find_by_name.00.GET.Microsoft.Network_bastionHosts.json"))
	f(map[string]int{"virtual machine": 1, "network interface": 1},
		recorded("VMTest.virtual_machine_interface.00.GET.Microsoft.Compute_virtualMachines.json"),
		recorded("VMTest.virtual_machine_interface.02.GET.networkInterfaces_myVMNic.json"))

	// The examples of the documentation stand inside of a description of them.
	b, err := os.ReadFile(filepath.Join(folder, "arm-rest-examples-2021-02-01", "PublicIpAddressListAll.json"))
	if err != nil {
		t.Fatal(err)
	}
	var example struct {
		Responses map[string]struct{ Body json.RawMessage }
	}
	if err := json.Unmarshal(b, &example); err != nil {
		t.Fatal(err)
	}
	list := filepath.Join(t.TempDir(), "list.json")
	if err := os.WriteFile(list, example.Responses["200"].Body, 0o644); err != nil {
		t.Fatal(err)
	}
	f(map[string]int{"public ip": 2}, list)
}

// estate answers for Resource Graph; refuse names a subscription that may not
// be read.
func estate(refuse string) *fake.ServerTransport {
	row := func(text string) json.RawMessage { return json.RawMessage(text) }
	answer := func(q armresourcegraph.QueryRequest) []json.RawMessage {
		var rows []json.RawMessage
		for _, s := range []string{"s1", "s2"} {
			asked := false
			for _, id := range q.Subscriptions {
				asked = asked || *id == s
			}
			switch {
			case strings.HasPrefix(*q.Query, "resourcecontainers "):
				rows = append(rows, row(`{"id":"/subscriptions/`+s+`","name":"Name `+s+`","type":"microsoft.resources/subscriptions","subscriptionId":"`+s+`","tenantId":"t"}`))
			case asked && strings.Contains(*q.Query, "summarize"):
				rows = append(rows, row(`{"type":"microsoft.network/frontdoors","total":1}`))
			case asked && strings.HasPrefix(*q.Query, "resources "):
				rows = append(rows, row(`{"id":"/subscriptions/`+s+`/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v","name":"v","type":"microsoft.network/virtualnetworks","location":"westeurope","properties":{"addressSpace":{"addressPrefixes":["10.0.0.0/16"]}}}`))
			}
		}
		return rows
	}
	return fake.NewServerTransport(&fake.Server{
		Resources: func(_ context.Context, q armresourcegraph.QueryRequest, _ *armresourcegraph.ClientResourcesOptions) (r azfake.Responder[armresourcegraph.ClientResourcesResponse], e azfake.ErrorResponder) {
			for _, id := range q.Subscriptions {
				if *id == refuse {
					e.SetResponseError(http.StatusForbidden, "AuthorizationFailed")
				}
			}
			rows := answer(q)
			r.SetResponse(http.StatusOK, armresourcegraph.ClientResourcesResponse{QueryResponse: armresourcegraph.QueryResponse{
				Data: rows, Count: to.Ptr(int64(len(rows))), TotalRecords: to.Ptr(int64(len(rows))), ResultTruncated: to.Ptr(armresourcegraph.ResultTruncatedFalse),
			}}, nil)
			return r, e
		},
	})
}

// A sync reads Azure and becomes a snapshot; what could not be read stays as
// it was known, and the command fails and says so.
func TestTopologySync(t *testing.T) {
	store := t.TempDir()
	sync := func(f topologyFlags, refuse string) (string, error) {
		t.Helper()
		var stdout bytes.Buffer
		a := newApp(strings.NewReader(""), &stdout, io.Discard)
		a.data = store
		f.format = terminal.Table
		err := a.topologySync(t.Context(), &f, azure.Options{
			Credential: func(string) (azcore.TokenCredential, error) { return &azfake.TokenCredential{}, nil },
			Client:     arm.ClientOptions{ClientOptions: policy.ClientOptions{Transport: estate(refuse), Retry: policy.RetryOptions{RetryDelay: time.Millisecond}}},
		})
		return stdout.String(), err
	}
	holds := func(text string, parts ...string) {
		t.Helper()
		for _, p := range parts {
			if !strings.Contains(strings.Join(strings.Fields(text), " "), p) {
				t.Errorf("%q is not in\n%s", p, text)
			}
		}
	}

	text, err := sync(topologyFlags{}, "")
	if err != nil {
		t.Fatal(err)
	}
	holds(text, "of the whole estate", "virtual network 2 2 0 0", "subscription 2 2 0 0", "microsoft.network/frontdoors 2")

	text, err = sync(topologyFlags{}, "s2")
	want := "cannot read all of the estate: subscription Name s2 (s2): the credential may not read it: give it the role Reader"
	if err == nil || !strings.HasPrefix(err.Error(), want) {
		t.Errorf("error %v, want %s", err, want)
	}
	holds(text, "of the kinds and subscriptions that it shows", "virtual network 1 0 0 0", "Left out or missing: subscription Name s2 (s2)")

	text, err = sync(topologyFlags{subscriptions: []string{"Name s1"}, tenants: []string{"contoso.example"}, strict: true}, "")
	if err == nil || !strings.Contains(err.Error(), "not understood: 1 microsoft.network/frontdoors") {
		t.Errorf("error %v", err)
	}
	holds(text, "virtual network 1 0 0 0")
	holds(weirRun(t, "topology", "list", "--data", store), "whole 4 Azure Resource Graph 2 subscriptions, 2 virtual networks")
}
