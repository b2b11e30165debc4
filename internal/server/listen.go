package server

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"syscall"
	"time"

	"weir/internal/server/access"
	"weir/internal/server/loganalytics"
)

// Bounds of what a peer may cost before it is answered, and while it is.
const (
	// maxConnections is how many are served. For one more, one that is idle is
	// closed; where none is, the next maxSurplus are told to come back, except
	// for health and metrics, and all others are closed.
	maxConnections = 512
	maxSurplus     = 128
	headerTimeout  = 10 * time.Second // from the first byte to the end of the headers
	idleTimeout    = time.Minute      // between two requests of a connection
	maxHeader      = 32 << 10         // bytes of headers
	maxStreams     = 64               // requests at once over one connection of HTTP/2
)

// Listen listens at an address of host and port, and at nothing beside it:
// 0.0.0.0 is every IPv4 address of the machine, [::] every IPv6 address, and
// no host at all both. It bounds how many connections are open.
func Listen(address string) (net.Listener, error) {
	l, err := net.Listen(network(address), address)
	if err != nil {
		return nil, err
	}
	return &boundedListener{Listener: l, most: maxConnections, surplus: maxSurplus}, nil
}

// network says which protocol the host of an address is of. The network "tcp"
// would take 0.0.0.0 for [::] as well.
func network(address string) string {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return "tcp" // net.Listen says what is wrong
	}
	switch ip, err := netip.ParseAddr(host); {
	case err != nil:
		return "tcp"
	case ip.Unmap().Is4():
		return "tcp4"
	default:
		return "tcp6"
	}
}

// PageServer serves Handler over TCP to whoever can reach it.
func (s *Server) PageServer() *http.Server {
	h := &http.Server{
		Handler:           s.Handler(),
		ReadHeaderTimeout: headerTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeader,
		// A write has a time limit, of slowWrite; an answer may take as long as it takes.
		ConnContext: func(ctx context.Context, c net.Conn) context.Context {
			if b := boundedOf(c); b != nil && b.surplus {
				return context.WithValue(ctx, surplusKey{}, true)
			}
			return ctx
		},
		ConnState: func(c net.Conn, state http.ConnState) {
			if b := boundedOf(c); b != nil {
				b.listener.rests(b, state == http.StateIdle)
			}
		},
	}
	if s.certificate != nil {
		h.TLSConfig = s.certificate.Config()
		h.HTTP2 = &http.HTTP2Config{MaxConcurrentStreams: maxStreams}
	}
	return s.ending(h)
}

// boundedOf returns what is counted of a connection, also under TLS.
func boundedOf(c net.Conn) *boundedConn {
	if t, ok := c.(*tls.Conn); ok {
		c = t.NetConn()
	}
	b, _ := c.(*boundedConn)
	return b
}

// ControlServer serves ControlHandler over the socket to the owner of the
// store, whose commands may take as long as they take.
func (s *Server) ControlServer() *http.Server {
	return s.ending(&http.Server{Handler: s.ControlHandler(), ReadHeaderTimeout: headerTimeout})
}

// ending has the streams of events end when a server begins to, which would
// wait for them.
func (s *Server) ending(h *http.Server) *http.Server {
	h.RegisterOnShutdown(s.watch.end)
	return h
}

type surplusKey struct{}

// surplus tells whether a request came over one connection too many.
func surplus(r *http.Request) bool { return r.Context().Value(surplusKey{}) != nil }

// boundedListener counts the connections that are open.
type boundedListener struct {
	net.Listener
	most, surplus int // connections that are served, and beyond them

	mu   sync.Mutex
	open int
	idle map[*boundedConn]bool // between two requests
}

// Accept implements net.Listener.
func (l *boundedListener) Accept() (net.Conn, error) {
	for {
		c, err := l.Listener.Accept()
		if errors.Is(err, syscall.ECONNABORTED) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if b := l.admit(c); b != nil {
			return b, nil
		}
		_ = c.Close()
	}
}

// admit counts a connection, for which an idle one is closed if need be. It
// returns nil where there are too many.
func (l *boundedListener) admit(c net.Conn) *boundedConn {
	l.mu.Lock()
	var other *boundedConn
	if l.open >= l.most {
		for other = range l.idle {
			delete(l.idle, other)
			break
		}
	}
	l.mu.Unlock()
	if other != nil {
		_ = other.Close()
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.open >= l.most+l.surplus {
		return nil
	}
	l.open++
	return &boundedConn{Conn: c, listener: l, surplus: l.open > l.most}
}

// rests notes whether a connection is between two requests.
func (l *boundedListener) rests(c *boundedConn, idle bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if idle && !c.closed {
		if l.idle == nil {
			l.idle = map[*boundedConn]bool{}
		}
		l.idle[c] = true
	} else {
		delete(l.idle, c)
	}
}

type boundedConn struct {
	net.Conn
	listener *boundedListener
	surplus  bool
	closed   bool // under listener.mu
}

// Close implements net.Conn.
func (c *boundedConn) Close() error {
	c.listener.mu.Lock()
	if !c.closed {
		c.closed = true
		c.listener.open--
		delete(c.listener.idle, c)
	}
	c.listener.mu.Unlock()
	return c.Conn.Close()
}

// CloseWrite lets net/http end an answer so that its reader gets all of it.
func (c *boundedConn) CloseWrite() error {
	if t, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return t.CloseWrite()
	}
	return nil
}

const (
	// slowWrite is how long a peer may take to take writePiece bytes of an answer.
	slowWrite  = 30 * time.Second
	writePiece = 64 << 10
	// contentTime is how long a peer whose content is refused may go on to send it.
	contentTime = time.Second
)

// bounded refuses what no request here needs, and cuts who reads an answer too
// slowly: what is kept for it is kept from others.
func bounded(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w = &pacedWriter{ResponseWriter: w, control: http.NewResponseController(w)}
		if r.ContentLength != 0 && !hasContent(r.URL.Path) {
			w.Header().Set("Connection", "close")
			// net/http reads some of the content before it closes the connection,
			// and would wait for it for ever.
			_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(contentTime))
			writeProblem(w, http.StatusRequestEntityTooLarge, "A request here has no content; what is asked is in its address.")
			return
		}
		if surplus(r) {
			w.Header().Set("Connection", "close")
			if r.URL.Path != healthPath && r.URL.Path != metricsPath {
				writeBusy(w, "Too many connections are open.")
				return
			}
		}
		next.ServeHTTP(w, r)
	})
}

// hasContent tells whether requests for a path have content, which is bounded
// where it is read.
func hasContent(path string) bool {
	return strings.HasPrefix(path, loganalytics.Prefix) || path == access.LoginPath || path == access.LogoutPath
}

// pacedWriter gives each piece of an answer its own time limit.
type pacedWriter struct {
	http.ResponseWriter
	control *http.ResponseController
}

func (w *pacedWriter) moreTime() { _ = w.control.SetWriteDeadline(time.Now().Add(slowWrite)) }

// WriteHeader implements http.ResponseWriter.
func (w *pacedWriter) WriteHeader(status int) {
	w.moreTime()
	w.ResponseWriter.WriteHeader(status)
}

// Write implements http.ResponseWriter.
func (w *pacedWriter) Write(b []byte) (int, error) {
	done := 0
	for {
		w.moreTime()
		n, err := w.ResponseWriter.Write(b[done:min(len(b), done+writePiece)])
		done += n
		if err != nil || done == len(b) {
			return done, err
		}
	}
}

// Unwrap is for http.ResponseController.
func (w *pacedWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
