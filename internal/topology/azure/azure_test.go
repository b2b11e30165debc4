package azure

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	azfake "github.com/Azure/azure-sdk-for-go/sdk/azcore/fake"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/to"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/resourcegraph/armresourcegraph"
	"github.com/google/go-cmp/cmp"

	"weir/internal/topology"
	"weir/internal/topology/importer"
)

func read(t *testing.T, o Options) *Estate {
	t.Helper()
	e, err := Read(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func same(t *testing.T, what string, want, got any) {
	t.Helper()
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("%s (-want +got):\n%s", what, d)
	}
}

// faultsOf returns the problems as lines.
func faultsOf(e *Estate) []string {
	var out []string
	for _, p := range e.Report.Problems {
		out = append(out, p.String())
	}
	return out
}

// oneFault checks that there is one problem, with these texts in it.
func oneFault(t *testing.T, e *Estate, texts ...string) {
	t.Helper()
	faults := faultsOf(e)
	if len(faults) != 1 {
		t.Fatalf("%d faults, want 1: %q", len(faults), faults)
	}
	for _, text := range texts {
		if !strings.Contains(faults[0], text) {
			t.Errorf("the fault %q does not say %q", faults[0], text)
		}
	}
}

func TestReadAll(t *testing.T) {
	g := &graph{subs: []sub{
		{id: "s1", name: "Production", tenant: contoso, resources: []string{vnet("s1", "hub"), gateway("s1")}, compute: []string{instance("s1", ""), instance("s1", "/networkInterfaces/nic")}},
		{id: "s2", name: "Test", tenant: contoso, resources: []string{vnet("s2", "spoke")}, others: `{"type":"microsoft.network/frontdoors","total":3}` + "\n" + `{"type":"microsoft.network/dnszones","total":7}`},
	}}
	var last Progress
	calls := 0
	o := options(cloud(t, map[string]*graph{"": g}))
	o.Progress = func(p Progress) { last = p; calls++ }
	begin := time.Now()
	e := read(t, o)

	same(t, "kinds", map[topology.Kind]int{
		topology.KindSubscription: 2, topology.KindVNet: 2, topology.KindNATGateway: 1, topology.KindVM: 1, topology.KindNIC: 1,
	}, e.Report.Kinds)
	same(t, "unknown", map[string]int{"microsoft.network/frontdoors": 3, "microsoft.network/dnszones": 7}, e.Report.Unknown)
	same(t, "problems", []string(nil), faultsOf(e))
	same(t, "name of a subscription", "Production", e.Inventory.Subscriptions[0].Name)
	if e.Partial || e.Subscriptions != 2 || e.Time.Before(begin) || e.Time.After(time.Now()) {
		t.Errorf("partial %v, %d subscriptions, at %v", e.Partial, e.Subscriptions, e.Time)
	}
	last.Elapsed = 0
	same(t, "last progress", Progress{Subscriptions: 2, SubscriptionsDone: 2, Pages: 5, Resources: 2 + 3 + 2 + 2}, last)
	if calls != 6 {
		t.Errorf("%d calls of the progress, want one for each of 5 pages and 1 group", calls)
	}
}

// The resources and the instances of scale sets are asked for, each in its
// table, and what is no resource in Azure is not.
func TestTypes(t *testing.T) {
	asked := strings.Split(types(), ", ")
	for kind, want := range map[string]bool{
		"microsoft.network/networkinterfaces": true, "microsoft.network/natgateways": true, "microsoft.network/networkwatchers/flowlogs": true,
		"microsoft.compute/virtualmachines": true, "microsoft.compute/virtualmachinescalesets": true,
		"microsoft.compute/virtualmachinescalesets/virtualmachines": false, "microsoft.resources/subscriptions": false,
	} {
		if got := slices.Contains(asked, `"`+kind+`"`); got != want {
			t.Errorf("%s: asked for %v, want %v", kind, got, want)
		}
	}
	for _, kind := range importer.Types() {
		if covered := slices.Contains(asked, `"`+kind+`"`) || strings.HasPrefix(kind, instances); strings.HasPrefix(kind, "microsoft.network/") && !covered {
			t.Errorf("%s is understood and not asked for", kind)
		}
	}
}

// An answer has as many pages as it needs, each with the token of the one before.
func TestPages(t *testing.T) {
	const rows = 2*pageSize + 500
	s := sub{id: "s1", name: "Production", tenant: contoso}
	for i := range rows {
		s.resources = append(s.resources, vnet("s1", fmt.Sprintf("v%04d", i)))
	}
	g := &graph{subs: []sub{s}}
	e := read(t, options(cloud(t, map[string]*graph{"": g})))
	same(t, "networks", rows, e.Report.Kinds[topology.KindVNet])
	var tokens []string
	for _, q := range g.asked {
		if tableOf(q) != "resources" || strings.Contains(*q.Query, "summarize") {
			continue
		}
		token := ""
		if q.Options.SkipToken != nil {
			token = *q.Options.SkipToken
		}
		tokens = append(tokens, fmt.Sprint(*q.Options.Top, " ", token))
	}
	same(t, "pages", []string{"1000 ", "1000 1000", "1000 2000"}, tokens)
}

// More subscriptions than one question takes are asked for in groups.
func TestGroups(t *testing.T) {
	g := &graph{}
	for i := range 2*groupSize + 1 {
		id := fmt.Sprintf("s%d", i)
		g.subs = append(g.subs, sub{id: id, name: id, tenant: contoso, resources: []string{vnet(id, "v")}})
	}
	e := read(t, options(cloud(t, map[string]*graph{"": g})))
	same(t, "networks", len(g.subs), e.Report.Kinds[topology.KindVNet])
	same(t, "subscriptions", len(g.subs), e.Subscriptions)
	same(t, "questions", 1+3*4, len(g.asked))
}

func TestSubscriptionsChosen(t *testing.T) {
	g := &graph{subs: []sub{
		{id: "s1", name: "Production", tenant: contoso, resources: []string{vnet("s1", "v")}},
		{id: "s2", name: "Test", tenant: contoso, resources: []string{vnet("s2", "v")}},
		{id: "s3", name: "Lab", tenant: contoso, resources: []string{vnet("s3", "v")}},
	}}
	o := options(cloud(t, map[string]*graph{"": g}))
	o.Subscriptions = []string{"S1", "test", "gone"}
	e := read(t, o)
	same(t, "networks", 2, e.Report.Kinds[topology.KindVNet])
	same(t, "subscriptions", 2, e.Report.Kinds[topology.KindSubscription])
	if !e.Partial {
		t.Error("some subscriptions of many are said to be all")
	}
	oneFault(t, e, "subscription gone: ", "does not see it", "Reader")

	o.Subscriptions = []string{"Lab"}
	if e = read(t, o); !e.Partial || len(faultsOf(e)) > 0 {
		t.Errorf("partial %v, faults %q", e.Partial, faultsOf(e))
	}
}

// Who may not be read is found out and named; the others of its group are used.
func TestRefusedSubscription(t *testing.T) {
	g := &graph{}
	for i := range 7 {
		id := fmt.Sprintf("s%d", i)
		g.subs = append(g.subs, sub{id: id, name: "Name " + id, tenant: contoso, resources: []string{vnet(id, "v")}})
	}
	g.before = func(q armresourcegraph.QueryRequest, _ *armresourcegraph.QueryResponse, e *azfake.ErrorResponder) {
		if asksFor(q, "s4") {
			e.SetResponseError(http.StatusForbidden, "AuthorizationFailed")
		}
	}
	e := read(t, options(cloud(t, map[string]*graph{"": g})))
	same(t, "networks", 6, e.Report.Kinds[topology.KindVNet])
	same(t, "subscriptions", 6, e.Subscriptions)
	oneFault(t, e, "subscription Name s4 (s4): ", "role Reader", "403 AuthorizationFailed")
	same(t, "faults", e.Report.Problems, e.Faults)
	if !e.Partial {
		t.Error("the estate is said to be whole")
	}
}

// A group of which one question fails shows nothing: some of its interfaces
// would say that the others are gone.
func TestNoHalfGroups(t *testing.T) {
	g := &graph{
		subs: []sub{{id: "s1", name: "Production", tenant: contoso, resources: []string{vnet("s1", "v")}}},
		before: func(q armresourcegraph.QueryRequest, _ *armresourcegraph.QueryResponse, e *azfake.ErrorResponder) {
			if tableOf(q) == "computeresources" {
				e.SetResponseError(http.StatusInternalServerError, "InternalServerError")
			}
		},
	}
	_, err := Read(t.Context(), options(cloud(t, map[string]*graph{"": g})))
	if err == nil || !strings.Contains(err.Error(), "cannot read the estate: subscription Production (s1): asking Resource Graph: 500 InternalServerError") {
		t.Errorf("error %v", err)
	}
}

// The estate of one tenant is used although another cannot be read.
func TestTenants(t *testing.T) {
	tenants := map[string]*graph{
		contoso:  {subs: []sub{{id: "s1", name: "Production", tenant: contoso, resources: []string{vnet("s1", "v")}}}},
		fabrikam: {subs: []sub{{id: "s2", name: "Shop", tenant: fabrikam, resources: []string{vnet("s2", "v")}}}},
	}
	e := read(t, options(cloud(t, tenants), contoso, fabrikam))
	same(t, "networks", 2, e.Report.Kinds[topology.KindVNet])
	if e.Partial || len(faultsOf(e)) > 0 {
		t.Errorf("partial %v, faults %q", e.Partial, faultsOf(e))
	}

	o := options(cloud(t, tenants), fabrikam, contoso)
	o.Credential = func(tenant string) (azcore.TokenCredential, error) {
		if tenant == fabrikam {
			return tenantToken{errors.New("AADSTS700016: the application is not in the directory")}, nil
		}
		return tenantToken{}, nil
	}
	e = read(t, o)
	same(t, "networks", 1, e.Report.Kinds[topology.KindVNet])
	oneFault(t, e, "tenant "+fabrikam+": cannot sign in: run az login --tenant "+fabrikam, "AADSTS700016")
	if !e.Partial {
		t.Error("the estate is said to be whole")
	}

	o.Credential = func(string) (azcore.TokenCredential, error) { return nil, errors.New("nobody is signed in") }
	_, err := Read(t.Context(), o)
	if err == nil || strings.Count(err.Error(), "nobody is signed in") != 2 {
		t.Errorf("error %v, want one that names both tenants", err)
	}
}

// A subscription that shows in two tenants is read once.
func TestSubscriptionOfTwoTenants(t *testing.T) {
	shared := sub{id: "s1", name: "Production", tenant: contoso, resources: []string{vnet("s1", "v")}}
	tenants := map[string]*graph{
		contoso:  {subs: []sub{shared}},
		fabrikam: {subs: []sub{shared, {id: "s2", name: "Shop", tenant: fabrikam}}},
	}
	e := read(t, options(cloud(t, tenants), contoso, fabrikam))
	same(t, "repeated", 0, e.Report.Repeated)
	same(t, "subscriptions", 2, e.Subscriptions)
	same(t, "faults", []string(nil), faultsOf(e))
}

// A credential that answers for another tenant than asked, as a managed
// identity does, is found out.
func TestTenantOfAnother(t *testing.T) {
	g := &graph{subs: []sub{{id: "s1", name: "Production", tenant: contoso, resources: []string{vnet("s1", "v")}}}}
	e := read(t, options(cloud(t, map[string]*graph{fabrikam: g}), fabrikam))
	same(t, "networks", 1, e.Report.Kinds[topology.KindVNet])
	oneFault(t, e, "tenant "+fabrikam+": no subscription that the credential sees is of this tenant")
}

func TestNoSubscription(t *testing.T) {
	_, err := Read(t.Context(), options(cloud(t, map[string]*graph{"": {}})))
	if err == nil || !strings.Contains(err.Error(), "the credential sees no subscription there: give it the role Reader") {
		t.Errorf("error %v", err)
	}
}

func TestTooManySubscriptions(t *testing.T) {
	g := &graph{
		subs:   []sub{{id: "s1", name: "Production", tenant: contoso}},
		header: http.Header{"X-Ms-Tenant-Subscription-Limit-Hit": {"true"}},
	}
	oneFault(t, read(t, options(cloud(t, map[string]*graph{"": g}))), "more than the 10 000 subscriptions")
}

// A key that cannot be used is left out alone, with its place; of a resource
// without a usable id nobody knows what it is, so that nothing counts as gone.
func TestMalformedResource(t *testing.T) {
	bad := strings.ReplaceAll(vnet("s1", "bad"), "10.0.0.0/16", "nowhere")
	g := &graph{subs: []sub{{id: "s1", name: "Production", tenant: contoso, resources: []string{vnet("s1", "a"), bad, vnet("s1", "c")}}}}
	e := read(t, options(cloud(t, map[string]*graph{"": g})))
	same(t, "networks", 3, e.Report.Kinds[topology.KindVNet])
	oneFault(t, e, "resources of subscription Production (s1):2 ", "virtualNetworks/bad", "nowhere")
	if e.Partial || len(e.Faults) > 0 {
		t.Errorf("a key that was left out does not make the listing partial: %v", e.Faults)
	}

	g.subs[0].resources[1] = strings.ReplaceAll(vnet("s1", "bad"), "/subscriptions/", "/nowhere/")
	e = read(t, options(cloud(t, map[string]*graph{"": g})))
	same(t, "networks", 2, e.Report.Kinds[topology.KindVNet])
	if !e.Partial || e.Report.Lost != 1 || len(e.Report.Open) == 0 {
		t.Errorf("of a row without an id: partial %t, %d lost, open %v", e.Partial, e.Report.Lost, e.Report.Open)
	}
}

func TestTruncated(t *testing.T) {
	g := &graph{
		subs: []sub{{id: "s1", name: "Production", tenant: contoso, resources: []string{vnet("s1", "a")}}, {id: "s2", name: "Test", tenant: contoso}},
		before: func(q armresourcegraph.QueryRequest, r *armresourcegraph.QueryResponse, _ *azfake.ErrorResponder) {
			if asksFor(q, "s1") {
				r.ResultTruncated = to.Ptr(armresourcegraph.ResultTruncatedTrue)
			}
		},
	}
	_, err := Read(t.Context(), options(cloud(t, map[string]*graph{"": g})))
	if err == nil || !strings.Contains(err.Error(), "cut off (resultTruncated without $skipToken)") {
		t.Errorf("error %v", err)
	}
	g.before = func(q armresourcegraph.QueryRequest, r *armresourcegraph.QueryResponse, _ *azfake.ErrorResponder) {
		if asksFor(q, "s1") && tableOf(q) == "resources" {
			r.TotalRecords = to.Ptr(*r.TotalRecords + 1)
		}
	}
	_, err = Read(t.Context(), options(cloud(t, map[string]*graph{"": g})))
	if err == nil || !strings.Contains(err.Error(), "should have 2 rows and has 1") {
		t.Errorf("error %v", err)
	}
}

// An answer that changed between two pages is asked for again.
func TestShifted(t *testing.T) {
	s := sub{id: "s1", name: "Production", tenant: contoso}
	for i := range pageSize + 2 {
		s.resources = append(s.resources, vnet("s1", fmt.Sprintf("v%04d", i)))
	}
	g := &graph{subs: []sub{s}}
	shifts := 2
	g.before = func(q armresourcegraph.QueryRequest, r *armresourcegraph.QueryResponse, _ *azfake.ErrorResponder) {
		if q.Options.SkipToken != nil && shifts > 0 {
			shifts--
			r.TotalRecords = to.Ptr(*r.TotalRecords - 1)
		}
	}
	e := read(t, options(cloud(t, map[string]*graph{"": g})))
	same(t, "networks", pageSize+2, e.Report.Kinds[topology.KindVNet])

	shifts = attempts
	_, err := Read(t.Context(), options(cloud(t, map[string]*graph{"": g})))
	if err == nil || !strings.Contains(err.Error(), errShifted.Error()) {
		t.Errorf("error %v", err)
	}
}

func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	g := &graph{
		subs: []sub{{id: "s1", name: "Production", tenant: contoso}},
		before: func(q armresourcegraph.QueryRequest, _ *armresourcegraph.QueryResponse, _ *azfake.ErrorResponder) {
			if tableOf(q) == "computeresources" {
				cancel()
			}
		},
	}
	e, err := Read(ctx, options(cloud(t, map[string]*graph{"": g})))
	if e != nil || !errors.Is(err, context.Canceled) {
		t.Errorf("%v, %v", e, err)
	}
}
