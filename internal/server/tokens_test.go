package server_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"weir/internal/server"
	"weir/internal/server/access"
)

// guarded is a server with one token, asked without a network, so that requests
// can come from anywhere.
type guarded struct {
	http.Handler
	dir, token string
}

func newGuarded(t *testing.T, always bool) *guarded {
	t.Helper()
	g := &guarded{dir: t.TempDir()}
	var err error
	if g.token, err = access.Create(g.dir, "grafana", time.Now(), time.Time{}); err != nil {
		t.Fatal(err)
	}
	names := []string{"weir.example.org"}
	guard, err := access.Open(access.Config{Dir: g.dir, Always: always, Names: names})
	if err != nil {
		t.Fatal(err)
	}
	g.Handler = server.New(server.Config{Store: filled(t), Guard: guard, Names: names, Listen: "0.0.0.0:8750"}).Handler()
	return g
}

// ask sends a request from an address, with headers as pairs of name and value.
func (g *guarded) ask(method, target, from, content string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, strings.NewReader(content))
	r.RemoteAddr = from
	r.Host = "127.0.0.1:8750"
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
		if headers[i] == "Host" {
			r.Host = headers[i+1]
		}
	}
	w := httptest.NewRecorder()
	g.ServeHTTP(w, r)
	return w
}

const (
	here      = "127.0.0.1:50000"
	elsewhere = "192.0.2.7:50000"
)

// TestWhoNeedsAToken decides by where a connection comes from, and by nothing
// that a request says of itself.
func TestWhoNeedsAToken(t *testing.T) {
	for _, always := range []bool{false, true} {
		g := newGuarded(t, always)
		good, bad := "Bearer "+g.token, "Bearer weir_"+strings.Repeat("A", 43)
		f := func(name, from string, want int, headers ...string) {
			t.Helper()
			for _, path := range []string{"/api/v1/status", "/v1/workspaces/w/metadata", "/metrics", "/licences.txt"} {
				res := g.ask("GET", path, from, "", headers...)
				if res.Code != want {
					t.Errorf("%s, always %v: GET %s = %d %.200s, want %d", name, always, path, res.Code, res.Body, want)
				}
				if challenge := res.Header().Get("WWW-Authenticate"); (challenge != "") != (want == http.StatusUnauthorized) {
					t.Errorf("%s: GET %s has WWW-Authenticate %q", name, path, challenge)
				}
			}
			if res := g.ask("GET", "/healthz", from, "", headers...); res.Code != http.StatusOK && want != http.StatusForbidden {
				t.Errorf("%s: health is %d", name, res.Code)
			}
		}
		unlessAlways := http.StatusOK
		if always {
			unlessAlways = http.StatusUnauthorized
		}
		f("here", here, unlessAlways)
		f("here, IPv6", "[::1]:50000", unlessAlways)
		f("here, IPv4 in IPv6", "[::ffff:127.0.0.1]:50000", unlessAlways)
		f("here, with a token", here, http.StatusOK, "Authorization", good)
		f("here, by another name", here, http.StatusUnauthorized, "Host", "weir.example.org")
		f("here, by another name with a port", here, http.StatusUnauthorized, "Host", "WEIR.example.org:8750")
		f("here, by a name that is not ours", here, http.StatusForbidden, "Host", "evil.example")
		f("elsewhere", elsewhere, http.StatusUnauthorized)
		f("elsewhere, as localhost", elsewhere, http.StatusUnauthorized, "Host", "localhost")
		f("elsewhere, forwarded", elsewhere, http.StatusUnauthorized, "X-Forwarded-For", "127.0.0.1")
		f("elsewhere, with a token", elsewhere, http.StatusOK, "Authorization", good)
		f("elsewhere, with a token and another name", elsewhere, http.StatusOK, "Authorization", good, "Host", "weir.example.org")
		f("elsewhere, with another scheme", elsewhere, http.StatusUnauthorized, "Authorization", "Basic "+g.token)
		f("elsewhere, with a longer token", "192.0.2.8:1", http.StatusUnauthorized, "Authorization", good+"A")
		f("elsewhere, with a wrong token", "192.0.2.9:1", http.StatusUnauthorized, "Authorization", bad)
		// A token of ours is judged wherever it comes from: who has one that was
		// revoked shall notice.
		f("here, with a wrong token of ours", "127.0.0.2:1", http.StatusUnauthorized, "Authorization", bad)
		f("here, with what is no token of ours", "127.0.0.3:1", unlessAlways, "Authorization", "Bearer x")
	}
}

// TestTokenReads has a token change nothing, whatever is asked with it.
func TestTokenReads(t *testing.T) {
	g := newGuarded(t, false)
	for _, path := range []string{"/api/v1/status", "/api/v1/ingest", "/control/v1/ingest", "/control/v1/sql", "/metrics"} {
		for _, method := range []string{"POST", "PUT", "DELETE"} {
			if res := g.ask(method, path, elsewhere, "", "Authorization", "Bearer "+g.token); res.Code != http.StatusMethodNotAllowed && res.Code != http.StatusNotFound {
				t.Errorf("%s %s = %d %s", method, path, res.Code, res.Body)
			}
		}
	}
}

// TestTokenExpires refuses a token from its end on.
func TestTokenExpires(t *testing.T) {
	g := newGuarded(t, false)
	now := time.Now()
	later, err := access.Create(g.dir, "later", now, now.Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	over, err := access.Create(g.dir, "over", now.Add(-2*time.Hour), now.Add(-time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	for token, want := range map[string]int{later: http.StatusOK, over: http.StatusUnauthorized} {
		if res := g.ask("GET", "/api/v1/status", elsewhere, "", "Authorization", "Bearer "+token); res.Code != want {
			t.Errorf("%d %s, want %d", res.Code, res.Body, want)
		}
	}
	all, err := access.List(g.dir)
	if err != nil || len(all) != 3 || all[1].Name != "later" || now.Sub(all[1].Used).Abs() > time.Minute || !all[2].Used.IsZero() {
		t.Errorf("the tokens are %+v: %v, want later used now and over never", all, err)
	}
}

// TestWrongTokensSlow tells an address that shows wrong tokens to wait; a right
// one is let in from there all the same, and other addresses do not notice.
func TestWrongTokensSlow(t *testing.T) {
	g := newGuarded(t, false)
	var codes []int
	for range 12 {
		codes = append(codes, g.ask("GET", "/api/v1/status", elsewhere, "", "Authorization", "Bearer x").Code)
	}
	if codes[0] != http.StatusUnauthorized || codes[9] != http.StatusUnauthorized || codes[11] != http.StatusTooManyRequests {
		t.Errorf("wrong tokens are answered %v, want 401 ten times, then 429", codes)
	}
	if res := g.ask("GET", "/v1/workspaces/w/metadata", elsewhere, "", "Authorization", "Bearer x"); res.Code != http.StatusTooManyRequests || res.Header().Get("Retry-After") == "" {
		t.Errorf("%d, Retry-After %q, want 429", res.Code, res.Header().Get("Retry-After"))
	}
	if res := g.ask("GET", "/api/v1/status", elsewhere, "", "Authorization", "Bearer "+g.token); res.Code != http.StatusOK {
		t.Errorf("a right token is answered %d", res.Code)
	}
	if res := g.ask("GET", "/api/v1/status", "192.0.2.8:1", "", "Authorization", "Bearer x"); res.Code != http.StatusUnauthorized {
		t.Errorf("another address is answered %d", res.Code)
	}
}

// TestLogin goes the way of a browser: the form, a wrong token, a right one, the
// page, and out again.
func TestLogin(t *testing.T) {
	g := newGuarded(t, false)
	html := []string{"Accept", "text/html,application/xhtml+xml"}
	form := func(token, to string) string { return url.Values{"token": {token}, "to": {to}}.Encode() }
	send := func(content string, headers ...string) *httptest.ResponseRecorder {
		return g.ask("POST", "/login", elsewhere, content, append([]string{"Content-Type", "application/x-www-form-urlencoded", "Sec-Fetch-Site", "same-origin"}, headers...)...)
	}
	res := g.ask("GET", "/flows?where=denied", elsewhere, "", html...)
	if body := res.Body.String(); res.Code != http.StatusUnauthorized || !strings.Contains(body, `name="token"`) || !strings.Contains(body, `value="/flows?where=denied"`) || strings.Contains(body, `role="alert"`) {
		t.Errorf("a page without a token: %d %s, want the form", res.Code, body)
	}
	if res := send(form("weir_wrong", "/flows")); res.Code != http.StatusUnauthorized || !strings.Contains(res.Body.String(), "This token is wrong") || len(res.Result().Cookies()) > 0 {
		t.Errorf("a wrong token: %d %s", res.Code, res.Body)
	}
	if res := send(form(g.token, "/flows"), "Sec-Fetch-Site", "cross-site"); res.Code != http.StatusForbidden {
		t.Errorf("a form of another site: %d", res.Code)
	}
	for to, want := range map[string]string{"/flows?where=denied": "/flows?where=denied", "//evil.example/": "/", `/\evil.example`: "/", "https://evil.example/": "/", "": "/"} {
		if res := send(form(" "+g.token+"\n", to)); res.Code != http.StatusSeeOther || res.Header().Get("Location") != want {
			t.Errorf("a right token on the way to %q: %d to %q, want %q", to, res.Code, res.Header().Get("Location"), want)
		}
	}
	cookies := send(form(g.token, "/")).Result().Cookies()
	if len(cookies) != 2 || cookies[0].Value != g.token || !cookies[0].HttpOnly || cookies[0].SameSite != http.SameSiteStrictMode || cookies[0].Secure || cookies[1].Value != "grafana" || cookies[1].HttpOnly {
		t.Errorf("the cookies are %v", cookies)
	}
	cookie := cookies[0].Name + "=" + cookies[0].Value
	if res := g.ask("GET", "/api/v1/status", elsewhere, "", "Cookie", cookie); res.Code != http.StatusOK {
		t.Errorf("with the cookie: %d %s", res.Code, res.Body)
	}
	out := g.ask("POST", "/logout", elsewhere, "", "Cookie", cookie, "Sec-Fetch-Site", "same-origin")
	for _, c := range out.Result().Cookies() {
		if c.MaxAge >= 0 || c.Value != "" {
			t.Errorf("after logging out there is the cookie %v", c)
		}
	}
	if out.Code != http.StatusSeeOther || len(out.Result().Cookies()) != 2 {
		t.Errorf("logging out: %d %v", out.Code, out.Result().Cookies())
	}
	if err := access.Revoke(g.dir, "grafana"); err != nil {
		t.Fatal(err)
	}
	if res := g.ask("GET", "/", elsewhere, "", append(html, "Cookie", cookie)...); res.Code != http.StatusUnauthorized || !strings.Contains(res.Body.String(), "was revoked") {
		t.Errorf("the page with a token that was revoked: %d %s", res.Code, res.Body)
	}
}
