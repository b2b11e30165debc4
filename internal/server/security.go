package server

import (
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"weir/internal/server/access"
	"weir/internal/server/loganalytics"
)

// contentSecurityPolicy lets the page load from this server only. Inline
// styles are allowed because the component library of the page writes them.
const contentSecurityPolicy = "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; " +
	"connect-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"

// withSecurityHeaders sets what a browser needs to know. There are no CORS
// headers: no other site may read an answer.
func withSecurityHeaders(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", contentSecurityPolicy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		next.ServeHTTP(w, r)
	})
}

// onlyForUs refuses requests for another host: a page elsewhere whose name was
// pointed at this machine (DNS rebinding) would otherwise read the answers.
func (s *Server) onlyForUs(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !hostAllowed(r.Host, s.listen) && !slices.Contains(s.names, hostOf(r.Host)) {
			refuse(w, r, http.StatusForbidden, fmt.Sprintf("This server does not answer for the host %q; "+
				"use the address it listens at, localhost on the same machine, or one of the names in its configuration.", r.Host))
			return
		}
		next.ServeHTTP(w, r)
	})
}

// hostAllowed tells whether the Host header of a request names us: a loopback
// name or the host we listen at. Where that is every address of the machine,
// any address will do, for an address cannot be rebound, but no name.
func hostAllowed(header, listen string) bool {
	host := hostOf(header)
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	listenHost := hostOf(listen)
	if addr, err := netip.ParseAddr(host); err == nil {
		if addr.IsLoopback() {
			return true
		}
		listenAddr, err := netip.ParseAddr(listenHost)
		if listenHost == "" && listen != "" || err == nil && listenAddr.IsUnspecified() {
			return true
		}
		return err == nil && listenAddr == addr
	}
	return host != "" && host == listenHost
}

// hostOf returns the host of "host:port", "host" or "[v6]:port" in lower case.
func hostOf(s string) string {
	if host, _, err := net.SplitHostPort(s); err == nil {
		s = host
	}
	s = strings.TrimSuffix(strings.TrimPrefix(s, "["), "]")
	return strings.ToLower(strings.TrimSuffix(s, "."))
}

// forThoseAllowed refuses who needs a token and has none. Health is open, for who
// looks after the process.
func (s *Server) forThoseAllowed(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case healthPath:
			next.ServeHTTP(w, r)
			return
		case access.LoginPath:
			_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(headerTimeout)) // for the form
			s.guard.Login(w, r)
			return
		case access.LogoutPath:
			s.guard.Logout(w, r)
			return
		}
		ctx, done, refused := s.guard.Admit(r)
		if refused != nil {
			if refused.After > 0 {
				w.Header().Set("Retry-After", strconv.Itoa(int(refused.After.Seconds()+1)))
			}
			if fromBrowser(r) {
				access.Ask(w, r, refused)
				return
			}
			w.Header().Set("Cache-Control", "no-store")
			refuse(w, r, refused.Status, refused.Text)
			return
		}
		defer done()
		inner := r.WithContext(ctx)
		defer func() { r.Pattern = inner.Pattern }() // which metrics count by
		next.ServeHTTP(w, inner)
	})
}

// fromBrowser tells whether a request is for a page that a person looks at.
func fromBrowser(r *http.Request) bool {
	return (r.Method == http.MethodGet || r.Method == http.MethodHead) && strings.Contains(r.Header.Get("Accept"), "text/html")
}

// refuse answers who may not ask, in the form of what was asked.
func refuse(w http.ResponseWriter, r *http.Request, status int, why string) {
	if status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", `Bearer realm="weir"`)
	}
	if strings.HasPrefix(r.URL.Path, loganalytics.Prefix) {
		loganalytics.Refuse(w, status, why)
		return
	}
	writeProblem(w, status, why)
}
