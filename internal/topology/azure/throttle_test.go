package azure

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"weir/internal/topology"
)

func production() map[string]*graph {
	return map[string]*graph{"": {subs: []sub{{id: "s1", name: "Production", tenant: contoso, resources: []string{vnet("s1", "v")}}}}}
}

// A page that is refused because of the quota is asked for again, after the
// time that the answer names.
func TestThrottled(t *testing.T) {
	f := func(name, value string, least time.Duration) {
		t.Helper()
		servers := cloud(t, production())
		refusals := 2
		o := options(func(r *http.Request) (*http.Response, error) {
			if refusals > 0 {
				refusals--
				a := faulty(r, http.StatusTooManyRequests, "RateLimiting", "Please retry")
				a.Header.Set(name, value)
				return a, nil
			}
			return servers(r)
		})
		o.Client.Retry.RetryDelay = time.Nanosecond
		begin := time.Now()
		e := read(t, o)
		if took := time.Since(begin); took < 2*least || took > 2*least+10*time.Second {
			t.Errorf("%s: %s: took %s", name, value, took)
		}
		if e.Partial || e.Report.Kinds[topology.KindVNet] != 1 {
			t.Errorf("%s: partial %v, %v", name, e.Partial, e.Report.Kinds)
		}
	}
	f("Retry-After", "1", time.Second)
	f("x-ms-user-quota-resets-after", "00:00:01", time.Second)
	f("x-ms-user-quota-resets-after", "soon", 0)
}

// Who is to wait too long gives up and says so; what was read before is used.
func TestThrottledTooLong(t *testing.T) {
	servers := cloud(t, production())
	o := options(func(r *http.Request) (*http.Response, error) {
		a := faulty(r, http.StatusTooManyRequests, "RateLimiting", "Please retry")
		a.Header.Set("Retry-After", "3600")
		return a, nil
	})
	_, err := Read(t.Context(), o)
	if err == nil || !strings.Contains(err.Error(), "asking Resource Graph too often, also after waiting: try again later: 429 RateLimiting: Please retry") {
		t.Errorf("error %v", err)
	}
	asked := 0
	o = options(func(r *http.Request) (*http.Response, error) {
		if asked++; asked > 1 && asked < 10 {
			return faulty(r, http.StatusTooManyRequests, "RateLimiting", ""), nil
		}
		return servers(r)
	})
	o.Client.Retry.MaxRetries = 3
	if _, err = Read(t.Context(), o); err == nil || !strings.Contains(err.Error(), "subscription Production (s1): asking Resource Graph too often") {
		t.Errorf("error %v", err)
	}
}

// A wait ends when the reading is given up.
func TestCancelledWhileWaiting(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	o := options(func(r *http.Request) (*http.Response, error) {
		a := faulty(r, http.StatusTooManyRequests, "RateLimiting", "")
		a.Header.Set("Retry-After", "50")
		time.AfterFunc(10*time.Millisecond, cancel)
		return a, nil
	})
	begin := time.Now()
	if _, err := Read(ctx, o); !errors.Is(err, context.Canceled) || time.Since(begin) > 10*time.Second {
		t.Errorf("error %v after %s", err, time.Since(begin))
	}
}

func TestResetsAfter(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"00:00:05": 5 * time.Second, "01:02:03": time.Hour + 2*time.Minute + 3*time.Second,
		"": 0, "5": 0, "-01:00:00": 0, "a:b:c": 0,
	} {
		h := http.Header{}
		h.Set("x-ms-user-quota-resets-after", text)
		if got := resetsAfter(h); got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}

// The quota that the last answer used up is waited for before the next question.
func TestRest(t *testing.T) {
	h := http.Header{}
	h.Set("x-ms-user-quota-remaining", "0")
	h.Set("x-ms-user-quota-resets-after", "00:00:01")
	begin := time.Now()
	if err := rest(t.Context(), h); err != nil || time.Since(begin) < time.Second {
		t.Errorf("error %v after %s", err, time.Since(begin))
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	h.Set("x-ms-user-quota-resets-after", "00:00:50")
	if err := rest(ctx, h); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	h.Set("x-ms-user-quota-remaining", "3")
	begin = time.Now()
	if err := rest(t.Context(), h); err != nil || time.Since(begin) > time.Second {
		t.Errorf("error %v after %s", err, time.Since(begin))
	}
}

// An error of the service that is not about permission is told in one line.
func TestServiceError(t *testing.T) {
	o := options(func(r *http.Request) (*http.Response, error) {
		a := faulty(r, http.StatusBadRequest, "BadRequest", "Please provide below info")
		return a, nil
	})
	_, err := Read(t.Context(), o)
	want := "cannot read the estate: the tenant of the credential: asking Resource Graph: 400 BadRequest: Please provide below info"
	if err == nil || err.Error() != want {
		t.Errorf("error %q, want %q", err, want)
	}
}
