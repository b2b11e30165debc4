package access

import (
	"crypto/tls"
	"fmt"
	"log/slog"
	"sync"
	"time"
)

// checkEvery is how often at most the files of a certificate are looked at.
const checkEvery = time.Second

// Certificate is one in two files that are renewed while it is used.
type Certificate struct {
	certificate, key string
	log              *slog.Logger
	now              func() time.Time

	mu      sync.Mutex
	pair    *tls.Certificate
	at      [2]stamp // of the files as they were last read, whether that went well or not
	checked time.Time
}

// LoadCertificate reads a certificate, with those that lead to its root behind it,
// and its key, both in PEM. Faults of later versions go to log.
func LoadCertificate(certificate, key string, log *slog.Logger) (*Certificate, error) {
	c := &Certificate{certificate: certificate, key: key, log: log, now: time.Now}
	at, err := c.stamps()
	if err == nil {
		c.at = at
		c.pair, err = c.load()
	}
	if err != nil {
		return nil, fmt.Errorf("cannot serve with TLS: %w", err)
	}
	return c, nil
}

// Config returns how to serve with the certificate: TLS 1.2 or later.
func (c *Certificate) Config() *tls.Config {
	return &tls.Config{
		MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"},
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return c.current(), nil },
	}
}

// current returns the pair that holds for a new connection. A pair that cannot be
// loaded, as one of which only a half is written yet, leaves the one before it.
func (c *Certificate) current() *tls.Certificate {
	c.mu.Lock()
	defer c.mu.Unlock()
	if now := c.now(); now.Sub(c.checked) >= checkEvery {
		c.checked = now
		c.renew()
	}
	return c.pair
}

func (c *Certificate) renew() {
	at, err := c.stamps()
	if err == nil && at == c.at {
		return
	}
	var pair *tls.Certificate
	if err == nil {
		pair, err = c.load()
	}
	if err != nil {
		if at != c.at { // said once for each version
			c.log.Warn("the new certificate cannot be loaded; the one before it is kept", "certificate", c.certificate, "error", err)
		}
		c.at = at
		return
	}
	c.pair, c.at = pair, at
	c.log.Info("the certificate was renewed", "certificate", c.certificate, "until", pair.Leaf.NotAfter.UTC().Format(time.RFC3339))
}

func (c *Certificate) load() (*tls.Certificate, error) {
	pair, err := tls.LoadX509KeyPair(c.certificate, c.key)
	if err != nil {
		return nil, err
	}
	return &pair, nil
}

func (c *Certificate) stamps() (at [2]stamp, err error) {
	for i, path := range []string{c.certificate, c.key} {
		if at[i], err = stampOf(path); err != nil {
			return at, err
		}
	}
	return at, nil
}
