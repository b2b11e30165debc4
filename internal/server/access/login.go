package access

import (
	_ "embed"
	"html/template"
	"io"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Paths of the form.
const (
	LoginPath  = "/login"
	LogoutPath = "/logout"
)

const (
	// cookieLasts is how long a browser keeps a token that is good for longer.
	cookieLasts = 30 * 24 * time.Hour
	// nameCookie tells the page who is logged in; it opens nothing.
	nameCookie = "weir-token-name"
	maxForm    = 8 << 10
)

//go:embed login.html
var loginText string

var loginForm = template.Must(template.New("login").Parse(loginText))

// cookieName is that of the token. A browser takes the one of TLS from the very
// host alone.
func cookieName(r *http.Request) string {
	if r.TLS != nil {
		return "__Host-weir-token"
	}
	return "weir-token"
}

// Ask answers a browser that has no token with the form for one.
func Ask(w http.ResponseWriter, r *http.Request, refused *Refusal) {
	to := r.URL.RequestURI()
	why := ""
	if _, shown := secretOf(r); shown {
		why = refused.Text
	}
	writeForm(w, refused.Status, to, why)
}

func writeForm(w http.ResponseWriter, status int, to, why string) {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Referrer-Policy", "same-origin") // without one the form would come from nowhere, over HTTP
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = loginForm.Execute(w, struct{ To, Why string }{to, why}) // who went away needs no form
}

// Login takes the form and lets the browser keep the token.
func (g *Guard) Login(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		writeForm(w, http.StatusOK, "/", "")
		return
	}
	if err := http.NewCrossOriginProtection().Check(r); err != nil {
		writeForm(w, http.StatusForbidden, "/", "The form was sent by another site: use this one.")
		return
	}
	text, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxForm))
	values, invalid := url.ParseQuery(string(text))
	if err != nil || invalid != nil {
		writeForm(w, http.StatusBadRequest, "/", "The form cannot be read: send it again.")
		return
	}
	secret, to := strings.TrimSpace(values.Get("token")), values.Get("to")
	if !strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") || strings.HasPrefix(to, "/\\") { // another site
		to = "/"
	}
	if secret == "" {
		writeForm(w, http.StatusUnauthorized, to, "Give a token.")
		return
	}
	t, ok := g.find(secret)
	if !ok {
		if wait := g.slow.failed(addressOf(r), g.now()); wait > 0 {
			setRetry(w, wait)
			writeForm(w, http.StatusTooManyRequests, to, "Too many wrong tokens came from this address: try again in "+wait.String()+".")
			return
		}
		writeForm(w, http.StatusUnauthorized, to, "This token is wrong, or was revoked, or is over.")
		return
	}
	lasts := cookieLasts
	if !t.Expires.IsZero() {
		lasts = min(lasts, t.Expires.Sub(g.now()))
	}
	setCookie(w, r, cookieName(r), secret, max(int(lasts/time.Second), 1), true)
	setCookie(w, r, nameCookie, url.PathEscape(t.Name), max(int(lasts/time.Second), 1), false)
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, to, http.StatusSeeOther)
}

// Logout has the browser forget the token.
func (g *Guard) Logout(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		writeForm(w, http.StatusMethodNotAllowed, "/", "")
		return
	}
	if err := http.NewCrossOriginProtection().Check(r); err != nil {
		writeForm(w, http.StatusForbidden, "/", "The form was sent by another site: use this one.")
		return
	}
	setCookie(w, r, cookieName(r), "", -1, true)
	setCookie(w, r, nameCookie, "", -1, false)
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

func setCookie(w http.ResponseWriter, r *http.Request, name, value string, seconds int, secret bool) {
	http.SetCookie(w, &http.Cookie{
		Name: name, Value: value, Path: "/", MaxAge: seconds, HttpOnly: secret, Secure: r.TLS != nil, SameSite: http.SameSiteStrictMode,
	})
}

// setRetry tells when to come again.
func setRetry(w http.ResponseWriter, wait time.Duration) {
	w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(wait.Seconds()))))
}
