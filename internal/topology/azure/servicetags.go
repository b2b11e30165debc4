package azure

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/arm"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/resourcegraph/armresourcegraph"
)

const (
	// tagsRegion is asked for service tags; whichever is, the answer has all
	// regions (Service Tags - List, learn.microsoft.com).
	tagsRegion  = "westeurope"
	tagsVersion = "2024-05-01"
	// maxTags bounds the answer, in bytes; it has about four million.
	maxTags = 64 << 20
)

// ServiceTags is an answer of Azure about its service tags.
type ServiceTags struct {
	Content []byte    // as az network list-service-tags writes it
	Time    time.Time // when it was asked
}

// ReadServiceTags asks Azure for its service tags, in a subscription that the
// credential sees in the first of the tenants. The role Reader on it is needed.
func ReadServiceTags(ctx context.Context, o Options) (*ServiceTags, error) {
	r := newReader(o)
	name := ""
	if len(o.Tenants) > 0 {
		name = o.Tenants[0]
	}
	tags, err := r.serviceTags(ctx, name)
	if err != nil {
		return nil, fmt.Errorf("cannot read the service tags of Azure: %w", err)
	}
	return &ServiceTags{tags, r.started}, nil
}

func (r *reader) serviceTags(ctx context.Context, name string) ([]byte, error) {
	c, err := r.o.Credential(name)
	if err != nil {
		return nil, signIn(name, err)
	}
	graph, err := armresourcegraph.NewClient(credential{c, name}, &r.o.Client)
	if err != nil {
		return nil, fmt.Errorf("cannot make a client of Resource Graph: %w", err)
	}
	t := &tenant{reader: r, client: graph, name: name}
	subscriptions, err := t.subscriptions(ctx)
	if err != nil {
		return nil, err
	}
	if len(subscriptions) == 0 {
		return nil, errors.New("none of the subscriptions that are named can be seen: " + needReader)
	}
	client, err := arm.NewClient("weir/topology", "v1.0.0", credential{c, name}, &r.o.Client)
	if err != nil {
		return nil, fmt.Errorf("cannot make a client of Resource Manager: %w", err)
	}
	path := fmt.Sprintf("/subscriptions/%s/providers/Microsoft.Network/locations/%s/serviceTags", url.PathEscape(subscriptions[0].SubscriptionID), tagsRegion)
	request, err := runtime.NewRequest(ctx, http.MethodGet, runtime.JoinPaths(client.Endpoint(), path))
	if err != nil {
		return nil, err
	}
	request.Raw().URL.RawQuery = url.Values{"api-version": {tagsVersion}}.Encode()
	runtime.SkipBodyDownload(request)
	response, err := client.Pipeline().Do(request)
	if err != nil {
		return nil, t.explain(err)
	}
	defer response.Body.Close()
	if !runtime.HasStatusCode(response, http.StatusOK) {
		return nil, t.explain(runtime.NewResponseError(response))
	}
	content, err := io.ReadAll(io.LimitReader(response.Body, maxTags+1))
	if err == nil && len(content) > maxTags {
		err = fmt.Errorf("the answer has more than %d bytes", maxTags)
	}
	return content, err
}
