package azure

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/arm"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
)

const (
	// maxRetries is how often a page is asked for again when Resource Graph is
	// busy or fails; its quota is renewed every few seconds.
	maxRetries = 6
	// maxWait bounds one wait. Who is told to wait longer gives up, and says so.
	maxWait = time.Minute
)

// patient returns the options of a client that waits as it is told, within
// bounds, and changes nothing.
func patient(o arm.ClientOptions) arm.ClientOptions {
	if o.Retry.MaxRetries == 0 {
		o.Retry.MaxRetries = maxRetries
	}
	if o.Retry.MaxRetryDelay == 0 {
		o.Retry.MaxRetryDelay = maxWait
	}
	if o.Telemetry.ApplicationID == "" {
		o.Telemetry.ApplicationID = "weir"
	}
	o.DisableRPRegistration = true // registering would write
	o.PerRetryPolicies = append([]policy.Policy{quota{}}, o.PerRetryPolicies...)
	return o
}

// quota hands the retry policy of the SDK what Resource Graph says about its
// quota where it gives no Retry-After.
type quota struct{}

// Do sends the request on.
func (quota) Do(req *policy.Request) (*http.Response, error) {
	response, err := req.Next()
	if err != nil || response.StatusCode != http.StatusTooManyRequests || response.Header.Get("Retry-After") != "" {
		return response, err
	}
	if wait := resetsAfter(response.Header); wait > 0 {
		response.Header.Set("Retry-After-Ms", strconv.FormatInt(wait.Milliseconds(), 10))
	}
	return response, err
}

// rest waits for the quota where the last answer used it up.
func rest(ctx context.Context, h http.Header) error {
	if h.Get("x-ms-user-quota-remaining") != "0" {
		return ctx.Err()
	}
	timer := time.NewTimer(min(resetsAfter(h), maxWait))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// resetsAfter returns when the quota is renewed, 0 where the answer does not say.
func resetsAfter(h http.Header) time.Duration {
	var hours, minutes, seconds time.Duration
	if n, err := fmt.Sscanf(h.Get("x-ms-user-quota-resets-after"), "%d:%d:%d", &hours, &minutes, &seconds); n != 3 || err != nil {
		return 0
	}
	return max(0, hours*time.Hour+minutes*time.Minute+seconds*time.Second)
}
