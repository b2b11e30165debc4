package azure

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/to"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/resourcegraph/armresourcegraph"
)

const (
	// pageSize is the most that Resource Graph gives at once.
	pageSize = 1000
	// attempts is how often a question is asked anew whose answer changed
	// between its pages.
	attempts = 3
)

var (
	errTruncated = errors.New("the answer of Resource Graph is cut off (resultTruncated without $skipToken): try again later, or name fewer subscriptions")
	errShifted   = errors.New("the estate changed again and again while it was read: try again later")
)

// answer is all rows of a question.
type answer struct {
	list []json.RawMessage
	// limited tells that Resource Graph left subscriptions out.
	limited bool
}

// ask asks a question to the end. No subscriptions means all of the tenant.
func (t *tenant) ask(ctx context.Context, text string, subscriptions []*string) (answer, error) {
	for range attempts {
		a, err := t.once(ctx, text, subscriptions)
		if !errors.Is(err, errShifted) {
			return a, err
		}
	}
	return answer{}, errShifted
}

// once asks for all pages. Pages are counted from the front, so an answer that
// grew or shrank between two of them may have lost a row.
func (t *tenant) once(ctx context.Context, text string, subscriptions []*string) (answer, error) {
	request := armresourcegraph.QueryRequest{
		Query: &text, Subscriptions: subscriptions,
		Options: &armresourcegraph.QueryRequestOptions{
			ResultFormat: to.Ptr(armresourcegraph.ResultFormatObjectArray), Top: to.Ptr[int32](pageSize),
		},
	}
	var out answer
	total := int64(-1)
	for {
		if err := rest(ctx, t.last); err != nil {
			return out, err
		}
		var raw *http.Response
		response, err := t.client.Resources(policy.WithCaptureResponse(ctx, &raw), request, nil)
		if err != nil {
			return out, err
		}
		t.last = raw.Header
		list, err := rowsOf(raw)
		if err != nil {
			return out, err
		}
		out.list = append(out.list, list...)
		out.limited = out.limited || raw.Header.Get("x-ms-tenant-subscription-limit-hit") == "true"
		t.step(len(list))
		if n := response.TotalRecords; n != nil {
			if total >= 0 && *n != total {
				return out, errShifted
			}
			total = *n
		}
		if response.SkipToken == nil || *response.SkipToken == "" {
			return out, whole(&response, len(out.list), total)
		}
		request.Options.SkipToken = response.SkipToken
	}
}

// whole tells by the last page whether all rows came.
func whole(last *armresourcegraph.ClientResourcesResponse, rows int, total int64) error {
	if last.ResultTruncated != nil && *last.ResultTruncated == armresourcegraph.ResultTruncatedTrue {
		return errTruncated
	}
	if int64(rows) < total {
		return fmt.Errorf("the answer of Resource Graph should have %d rows and has %d: try again later", total, rows)
	}
	return nil
}

// rowsOf returns the rows of an answer as they were written: the SDK would
// make floating-point numbers of all numbers.
func rowsOf(response *http.Response) ([]json.RawMessage, error) {
	body, err := runtime.Payload(response)
	if err != nil {
		return nil, fmt.Errorf("cannot read the answer of Resource Graph: %w", err)
	}
	var page struct{ Data []json.RawMessage }
	if err := json.Unmarshal(body, &page); err != nil {
		return nil, fmt.Errorf("cannot read the answer of Resource Graph: %w", err)
	}
	return page.Data, nil
}

// rowsReader writes rows as the importer expects an answer, a row to a line,
// so that the lines of its problems count the rows.
func rowsReader(list []json.RawMessage) io.Reader {
	parts := make([][]byte, len(list))
	for i, row := range list {
		parts[i] = row
	}
	return io.MultiReader(bytes.NewReader([]byte(`{"data":[`)), bytes.NewReader(bytes.Join(parts, []byte(",\n"))), bytes.NewReader([]byte(`]}`)))
}
