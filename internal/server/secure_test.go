package server_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"weir/internal/server"
	"weir/internal/server/access"
)

// authority signs certificates for tests.
type authority struct {
	key  *ecdsa.PrivateKey
	cert *x509.Certificate
	pem  []byte
	last int64
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	a := &authority{key: key, last: 1}
	a.cert = &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Weir's tests"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, a.cert, a.cert, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	a.pem = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	return a
}

// issue writes a certificate for names and 127.0.0.1 and its key into dir, and
// returns its number.
func (a *authority) issue(t *testing.T, dir string, names ...string) int64 {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	a.last++
	der, err := x509.CreateCertificate(rand.Reader, &x509.Certificate{
		SerialNumber: big.NewInt(a.last), Subject: pkix.Name{CommonName: "weir"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		DNSNames: names, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}, a.cert, &key.PublicKey, a.key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	for name, block := range map[string]*pem.Block{"cert.pem": {Type: "CERTIFICATE", Bytes: der}, "key.pem": {Type: "PRIVATE KEY", Bytes: private}} {
		if err := os.WriteFile(filepath.Join(dir, name), pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return a.last
}

// client trusts the authority, and nobody else.
func (a *authority) client() *http.Client {
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(a.pem)
	return &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}, ForceAttemptHTTP2: true}}
}

// secure is a server over TLS that asks everybody for a token.
type secure struct {
	*authority
	url   string // without a slash at its end
	dir   string // of the certificate and the tokens
	token string
	log   *syncBuffer
}

func serveSecure(t *testing.T, c server.Config) *secure {
	t.Helper()
	s := &secure{authority: newAuthority(t), dir: t.TempDir(), log: &syncBuffer{}}
	c.Log = slog.New(slog.NewTextHandler(s.log, nil))
	s.issue(t, s.dir)
	var err error
	if s.token, err = access.Create(s.dir, "tests", time.Now(), time.Time{}); err != nil {
		t.Fatal(err)
	}
	if c.Guard, err = access.Open(access.Config{Dir: s.dir, Always: true, Names: c.Names, Log: c.Log}); err != nil {
		t.Fatal(err)
	}
	if c.Certificate, err = access.LoadCertificate(filepath.Join(s.dir, "cert.pem"), filepath.Join(s.dir, "key.pem"), c.Log); err != nil {
		t.Fatal(err)
	}
	l, err := server.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c.Listen = l.Addr().String()
	page := server.New(c).PageServer()
	page.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelDebug)
	done := make(chan error, 1)
	go func() { done <- page.ServeTLS(l, "", "") }()
	t.Cleanup(func() {
		_ = page.Close()
		<-done
	})
	s.url = "https://" + c.Listen
	return s
}

// get asks with a token, or none where it is empty.
func (s *secure) get(t *testing.T, client *http.Client, path, token string) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.url+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	res, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(text)
}

// TestTokenRevoked refuses the next request of a token that is no more, over the
// same connection, and ends what is being answered to it.
func TestTokenRevoked(t *testing.T) {
	s := serveSecure(t, server.Config{Store: filled(t)})
	client := s.client()
	if code, text := s.get(t, client, "/api/v1/status", s.token); code != http.StatusOK {
		t.Fatalf("%d %s", code, text)
	}
	// A stream of events goes on until its token does not count any more.
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url+"/api/v1/events", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+s.token)
	events, err := client.Do(r)
	if err != nil || events.StatusCode != http.StatusOK {
		t.Fatalf("events: %v %v", events, err)
	}
	defer events.Body.Close()
	if err := access.Revoke(s.dir, "tests"); err != nil {
		t.Fatal(err)
	}
	if code, text := s.get(t, client, "/api/v1/status", s.token); code != http.StatusUnauthorized || !strings.Contains(text, "revoked") {
		t.Errorf("after it was revoked: %d %s, want 401", code, text)
	}
	if _, err := io.Copy(io.Discard, events.Body); ctx.Err() != nil {
		t.Errorf("the events go on: %v", err)
	}
	again, err := access.Create(s.dir, "tests", time.Now(), time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	if code, text := s.get(t, client, "/metrics", again); code != http.StatusOK {
		t.Errorf("another token of the name: %d %s", code, text)
	}
}

// TestCertificateRenewed has connections that are open go on and new ones get the
// new certificate; what cannot be loaded leaves the old one, with a warning.
func TestCertificateRenewed(t *testing.T) {
	s := serveSecure(t, server.Config{Store: filled(t)})
	old := s.client()
	number := func(client *http.Client) int64 {
		t.Helper()
		res, err := client.Get(s.url + "/healthz")
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		if _, err := io.Copy(io.Discard, res.Body); err != nil || res.StatusCode != http.StatusOK {
			t.Fatalf("%d: %v", res.StatusCode, err)
		}
		return res.TLS.PeerCertificates[0].SerialNumber.Int64()
	}
	awaitNumber := func(want int64) {
		t.Helper()
		var got int64
		for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(100 * time.Millisecond) {
			if got = number(s.client()); got == want {
				return
			}
		}
		t.Fatalf("new connections get certificate %d, want %d\n%s", got, want, s.log)
	}
	first := number(old)
	second := s.issue(t, s.dir)
	awaitNumber(second)
	if got := number(old); got != first {
		t.Errorf("the open connection has certificate %d, want %d as before", got, first)
	}
	for name, content := range map[string]string{"cert.pem": "no certificate", "key.pem": ""} {
		if err := os.WriteFile(filepath.Join(s.dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for deadline := time.Now().Add(10 * time.Second); !strings.Contains(s.log.String(), "the new certificate cannot be loaded; the one before it is kept"); time.Sleep(100 * time.Millisecond) {
		if got := number(s.client()); got != second || time.Now().After(deadline) {
			t.Fatalf("certificate %d, want %d and a warning:\n%s", got, second, s.log)
		}
	}
	awaitNumber(s.issue(t, s.dir))
}

// syncBuffer is a log that is written and read at the same time.
type syncBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

// Write implements io.Writer.
func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

// String implements fmt.Stringer.
func (b *syncBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}
