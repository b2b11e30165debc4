package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"

	"weir/internal/config"
	"weir/internal/insight"
	"weir/internal/pipeline"
	"weir/internal/server"
	"weir/internal/server/access"
	"weir/internal/service"
	"weir/internal/topology/azure"
	"weir/ui"
)

// grace is how long requests may take that are under way when we stop.
const grace = 5 * time.Second

// served is a store that is served: over HTTP to browsers, and over the
// socket in its folder to the other commands.
type served struct {
	page, control *http.Server
	tcp, unix     net.Listener
	tls           bool     // on tcp
	names         []string // that the certificate may be for
	ingest        *ingester
	jobs          service.Runner
	log           *slog.Logger
}

// newService listens at the address and in the folder of the store. It serves
// nothing until run.
func newService(ctx context.Context, l *local, listen string, demo bool, log *slog.Logger) (*served, error) {
	k, err := l.keeper(ctx)
	if err != nil {
		return nil, err
	}
	guard, err := access.Open(access.Config{Dir: l.config.Data, Always: l.config.Tokens == config.TokensAlways, Names: l.config.Names, Log: log})
	if err != nil {
		return nil, err
	}
	var certificate *access.Certificate
	if t := l.config.TLS; t.Certificate != "" {
		if certificate, err = access.LoadCertificate(t.Certificate, t.Key, log); err != nil {
			return nil, err
		}
	}
	tcp, err := listenTCP(listen)
	if err != nil {
		return nil, err
	}
	unix, err := server.ListenControl(l.config.Data)
	if err != nil {
		return nil, errors.Join(err, tcp.Close())
	}
	ingest := newIngester(l.store, k, l.settled, l.config.Workers, l.engine, retention(l.config))
	l.turns = append(l.turns, ingest.turn)
	accounts, err := l.accounts(ingest, new(pipeline.Claims))
	if err != nil {
		return nil, errors.Join(err, tcp.Close(), unix.Close())
	}
	watched := newFolders(l.config.Folders(), l.config.PollInterval, ingest)
	readers := []*ingester{ingest}
	for _, a := range accounts {
		readers = append(readers, a.history, a.live)
	}
	b := thisBuild()
	settings := server.Config{
		Store: l.store, MemoryMB: l.engine, Version: server.VersionInfo{Version: b.Version, Commit: b.Commit, DuckDB: b.DuckDB}, Demo: demo, Log: log,
		Listen: tcp.Addr().String(), Names: l.config.Names, Guard: guard, Certificate: certificate, Ingest: ingest.paths, IngestState: func() *server.IngestState { return reading(readers...) },
		Know: k, Learn: l, Retention: retention(l.config), Compact: l.Compact,
	}
	s := &served{tcp: tcp, unix: unix, tls: certificate != nil, names: l.config.Names, ingest: ingest, log: log}
	settings.Jobs = s.jobs.States
	settings.Sources = func() []insight.SourceState {
		states := watched.states()
		for _, a := range accounts {
			states = append(states, a.state())
		}
		return states
	}
	if page, ok := ui.FS(); ok {
		settings.Page = page
	} else {
		log.Warn("this binary has no page, because it was built without Node; the API is there")
	}
	srv := server.New(settings)
	s.page, s.control = srv.PageServer(), srv.ControlServer()
	s.jobs.Failed = func(job string, err error, next time.Time) {
		log.Error("a job failed; it is tried again", "job", job, "in", time.Until(next).Round(100*time.Millisecond), "cause", err)
	}
	s.jobs.Recovered = func(job string) { log.Info("a job that had failed works again", "job", job) }
	if len(watched.paths) > 0 {
		s.jobs.Add(watched.job(log))
	}
	for _, a := range accounts {
		for _, j := range a.jobs(log) {
			s.jobs.Add(j)
		}
	}
	for _, j := range l.settled.jobs(log) {
		s.jobs.Add(j)
	}
	for _, j := range slices.Concat(k.Jobs(log), estateJobs(l.config.Topology, k, azure.Options{}, log)) {
		s.jobs.Add(j)
	}
	s.jobs.Add((&forgetter{l.store, retention(l.config)}).job(log))
	return s, nil
}

// address is where the page is.
func (s *served) address() string {
	if !s.tls {
		return "http://" + s.tcp.Addr().String() + "/"
	}
	host, port, err := net.SplitHostPort(s.tcp.Addr().String())
	if err == nil && len(s.names) > 0 {
		host = s.names[0]
	}
	return "https://" + net.JoinHostPort(host, port) + "/"
}

// run serves until ctx ends or work fails; work runs beside it. When run
// returns nothing is under way any more.
func (s *served) run(ctx context.Context, work func(context.Context) error) error {
	g, ctx := errgroup.WithContext(ctx)
	for _, part := range []struct {
		server   *http.Server
		listener net.Listener
	}{{s.page, s.tcp}, {s.control, s.unix}} {
		part.server.BaseContext = func(net.Listener) context.Context { return ctx }
		part.server.ErrorLog = slog.NewLogLogger(s.log.Handler(), slog.LevelDebug)
		serve := part.server.Serve
		if part.server.TLSConfig != nil {
			serve = func(l net.Listener) error { return part.server.ServeTLS(l, "", "") }
		}
		g.Go(func() error {
			if err := serve(part.listener); !errors.Is(err, http.ErrServerClosed) {
				return fmt.Errorf("cannot serve at %s: %w", part.listener.Addr(), err)
			}
			return nil
		})
		g.Go(func() error {
			<-ctx.Done()
			end, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
			defer cancel()
			if part.server.Shutdown(end) != nil {
				return part.server.Close()
			}
			return nil
		})
	}
	g.Go(func() error {
		s.jobs.Run(ctx)
		return nil
	})
	g.Go(func() error { return work(ctx) })
	return g.Wait()
}

// listenTCP listens and says what to do where that is not possible.
func listenTCP(listen string) (net.Listener, error) {
	l, err := server.Listen(listen)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, fmt.Errorf("cannot listen at %s: something else does; stop it, or give another address with --listen (port 0 takes a free one): %w", listen, errInUse)
	case err != nil:
		return nil, fmt.Errorf("cannot listen at %s: %w; give an address of this machine with --listen", listen, cause(err))
	}
	return l, nil
}

// errInUse means that the address is taken.
var errInUse = errors.New("the address is in use")

// reachable tells whether other machines can reach an address.
func reachable(listen string) bool {
	host, _, err := net.SplitHostPort(listen)
	if err != nil || host == "localhost" {
		return false // a wrong address fails when it is listened at
	}
	ip, err := netip.ParseAddr(host)
	return err != nil || !ip.Unmap().IsLoopback()
}

// checkReach refuses an address that other machines can reach where nothing hides
// what is said, and to ask for tokens where there is none.
func checkReach(c *config.Config, allowRemote bool) error {
	if reachable(c.Listen) && c.TLS.Certificate == "" && !allowRemote {
		return fmt.Errorf("cannot listen at %s: other machines could reach it, and who is on the way would read tokens and answers; "+
			"name a certificate under tls in the configuration, listen at 127.0.0.1, or accept it with --allow-remote", c.Listen)
	}
	if !reachable(c.Listen) && c.Tokens != config.TokensAlways {
		return nil
	}
	guard, err := access.Open(access.Config{Dir: c.Data})
	if err != nil {
		return err
	}
	if !guard.Any() {
		return fmt.Errorf("cannot serve at %s: who asks there needs a token, and the store in %s has none; make one with weir token create NAME", c.Listen, c.Data)
	}
	return nil
}
