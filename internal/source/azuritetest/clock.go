package azuritetest

import (
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"testing"
	"time"
)

// At returns the endpoint of the blobs of an account whose clock is now: readers
// go by the date of its answers, so that a day passes in a minute. It ends with
// the test.
func (a *Account) At(t testing.TB, now func() time.Time) string {
	t.Helper()
	to, err := url.Parse(a.Blob)
	if err != nil {
		t.Fatal(err)
	}
	proxy := httputil.NewSingleHostReverseProxy(&url.URL{Scheme: to.Scheme, Host: to.Host})
	proxy.ModifyResponse = func(r *http.Response) error {
		r.Header.Set("Date", now().UTC().Format(http.TimeFormat))
		return nil
	}
	server := httptest.NewServer(proxy)
	t.Cleanup(server.Close)
	return server.URL + to.Path
}
