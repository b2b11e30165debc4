// Package simulate writes what a real Azure estate would write: flow-log
// objects of a hub and its spokes, what its owner can know about it, and the
// exact truth about the traffic. The same Config gives the same bytes on every
// machine. The output folder holds
//
//   - the two containers of Azure with the log objects (spec sections 1.1 and 2.1);
//   - inventory/, the estate before the log begins as Azure Resource Manager
//     answers, inventory-az/, the same as `az ... list` writes it, and where
//     the simulation lasts two hours or more inventory-2/, the estate after
//     an address got another owner;
//   - service-tags/ServiceTags_Public_YYYYMMDD.json, Azure's own ranges in the
//     layout of Microsoft's weekly file;
//   - threat-feed.txt, a list, and threat-feed.csv, a table with categories;
//   - truth.json with what is true of the whole, and beside it line by line
//     truth-captures.ndjson, what each NIC recorded of a conversation,
//     truth-conversations.ndjson, each conversation once with its flow type,
//     and truth-endpoints.ndjson, what each address was.
//
// LogFolders names what is to be ingested; a .weirignore keeps the rest out
// where the whole folder is. The truth comes from what the simulator generated,
// never from the rooms that it tests.
package simulate

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
)

// Config says what to simulate.
type Config struct {
	// Out is the folder to write to: new, empty, or holding an earlier simulation, which is replaced.
	Out string
	// Start is when the log begins, a full minute.
	Start time.Time
	// Hours is how long it lasts: 1 to 8784.
	Hours int
	// VMs is the number of machines, scale-set instances included: 12 to 10000.
	// Beside them stand a few more with little traffic, see Estate and NIC.Aside.
	VMs int
	// Seed chooses the estate and its traffic.
	Seed uint64
	// Rate multiplies the number of flows: above 0, up to 1000.
	Rate float64
	// Progress, if not nil, is told how much is written of how much: hours of logs
	// of NICs, or minutes of a live simulation. It is called by one goroutine at a
	// time.
	Progress func(done, total int64)
}

// DefaultConfig is the estate of the demo: a day of about sixty machines.
func DefaultConfig() Config {
	return Config{Start: time.Date(2026, 11, 2, 0, 0, 0, 0, time.UTC), Hours: 24, VMs: 60, Seed: 1, Rate: 1}
}

// Validate names every fault of the configuration at once.
func (c Config) Validate() error {
	var faults []error
	fault := func(bad bool, format string, args ...any) {
		if bad {
			faults = append(faults, fmt.Errorf(format, args...))
		}
	}
	fault(c.Out == "", "no output folder is given")
	fault(c.Start.Truncate(time.Minute) != c.Start, "the start %s is not a full minute", c.Start.Format(time.RFC3339))
	fault(c.Start.Before(time.Date(2018, 1, 1, 0, 0, 0, 0, time.UTC)) || c.Start.Year() > 2200, "the start %s is not between 2018 and 2200", c.Start.Format(time.RFC3339))
	fault(c.Hours < 1 || c.Hours > 8784, "hours is %d: it must be 1 to 8784", c.Hours)
	fault(c.VMs < minVMs || c.VMs > 10000, "vms is %d: it must be %d to 10000", c.VMs, minVMs)
	fault(math.IsNaN(c.Rate) || c.Rate <= 0 || c.Rate > 1000, "rate is %v: it must be above 0 and at most 1000", c.Rate)
	return errors.Join(faults...)
}

// run is one simulation under way.
type run struct {
	out       string
	seed      uint64
	from, to  int64 // ms since 1970
	estate    *Estate
	traffic   *traffic
	byNIC     [][]*edge
	points    []*point
	feed      []listing
	scanPorts []uint16
}

// NewEstate returns the estate that Write simulates for a configuration.
func NewEstate(c Config) *Estate {
	return buildEstate(c.Seed, c.VMs, newCalendar(c.Start.UTC(), time.Duration(c.Hours)*time.Hour))
}

func newRun(c Config) *run {
	start := c.Start.UTC()
	span := time.Duration(c.Hours) * time.Hour
	r := &run{out: c.Out, seed: c.Seed, from: start.UnixMilli(), to: start.Add(span).UnixMilli(), estate: NewEstate(c), scanPorts: scannedPorts()}
	r.traffic = &traffic{e: r.estate, seed: c.Seed, rate: c.Rate, from: r.from, to: r.to}
	r.traffic.build()
	r.byNIC = make([][]*edge, len(r.estate.NICs))
	for _, e := range r.traffic.edges {
		for _, n := range e.recorders() {
			r.byNIC[n.index] = append(r.byNIC[n.index], e)
		}
	}
	for _, n := range r.estate.NICs {
		r.points = append(r.points, r.pointsOf(n)...)
	}
	for i, p := range r.points {
		p.index = i
	}
	r.feed = threatFeed(r.traffic)
	return r
}

// Write simulates an estate and returns the truth about what it wrote. When
// ctx ends it stops within an hour of one NIC and returns ctx's error; what
// lies in the folder then is marked as incomplete and may be written over.
func Write(ctx context.Context, c Config) (*Truth, error) {
	r, l, err := begin(c)
	if err != nil {
		return nil, err
	}
	return l.end(r.replayAll(ctx, c.Progress, l))
}

// begin makes the run of a configuration, writes what is known of its estate,
// and opens the ledger of its truth.
func begin(c Config) (*run, *ledger, error) {
	if err := c.Validate(); err != nil {
		return nil, nil, fmt.Errorf("cannot simulate: %w", err)
	}
	truth := newTruth(c)
	if err := prepareFolder(c.Out, truth); err != nil {
		return nil, nil, err
	}
	r := newRun(c)
	truth.Estate = summarise(r.estate)
	if err := r.writeKnowledge(truth); err != nil {
		return nil, nil, err
	}
	l, err := newLedger(r, truth)
	return r, l, err
}

// writeKnowledge writes what can be known of the estate and its surroundings.
func (r *run) writeKnowledge(t *Truth) error {
	t.Feeds, t.ServiceTags = []string{threatFeedFile, threatTableFile}, tagsFile(t.Start)
	return errors.Join(
		r.writeInventories(t), writeServiceTags(r.out, t.ServiceTags, r.estate),
		writeThreatFeeds(r.out, r.feed, t.Start), writeIgnore(r.out),
	)
}

// maxAhead is how many points may be under way or wait for the ledger.
const maxAhead = 48

// replayAll writes all logs of all NICs on all CPUs. The ledger takes the
// results in the order of the points, whoever is done first.
func (r *run) replayAll(ctx context.Context, progress func(done, total int64), l *ledger) error {
	var mu sync.Mutex
	hours := (r.to - r.from) / 3_600_000
	done, total := int64(0), hours*int64(len(r.points))
	hourDone := func() {
		mu.Lock()
		defer mu.Unlock()
		done++
		if progress != nil {
			progress(done, total)
		}
	}
	results := make([]chan *capture, len(r.points))
	for i := range results {
		results[i] = make(chan *capture, 1)
	}
	g, ctx := errgroup.WithContext(ctx)
	// The queue is in the order of the ledger and never far ahead of it, so
	// that few results wait. The busiest NICs, the DNS servers, come first.
	queue := make(chan *point)
	ahead := make(chan struct{}, maxAhead)
	g.Go(func() error {
		defer close(queue)
		for _, p := range r.points {
			select {
			case ahead <- struct{}{}:
			case <-ctx.Done():
				return ctx.Err()
			}
			select {
			case queue <- p:
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		return nil
	})
	for range runtime.GOMAXPROCS(0) {
		g.Go(func() error {
			for p := range queue {
				to := &files{dir: r.out}
				c := newCapture(r, p, to)
				if err := errors.Join(c.replay(ctx, hourDone), to.close()); err != nil {
					return err
				}
				c.finish()
				results[p.index] <- c
			}
			return nil
		})
	}
	g.Go(func() error {
		for i := range results {
			select {
			case c := <-results[i]:
				if err := l.add(c); err != nil {
					return err
				}
				results[i] = nil
				<-ahead
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		return nil
	})
	return g.Wait()
}

// LogFolders returns the folders of a simulation that hold log objects.
func LogFolders(dir string) []string {
	var out []string
	for _, c := range []string{containerNSG, containerVNet} {
		p := filepath.Join(dir, c)
		if s, err := os.Stat(p); err == nil && s.IsDir() {
			out = append(out, p)
		}
	}
	return out
}

// prepareFolder makes the folder and clears an earlier simulation out of it;
// anything else in it is an error. The new simulation is marked incomplete
// before its first object, so that a killed one can be told.
func prepareFolder(dir string, t *Truth) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("cannot make the output folder: %w", err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return fmt.Errorf("cannot read the output folder: %w", err)
	}
	if len(entries) > 0 {
		if _, err := readTruth(dir); err != nil {
			return fmt.Errorf("cannot simulate into %s: it is not empty and holds no earlier simulation (%s); give a new or empty folder", dir, truthFile)
		}
		for _, name := range []string{
			containerNSG, containerVNet, inventoryFolder, inventoryAzFolder, inventoryLaterFolder, tagsFolder,
			capturesFile, conversationsFile, endpointsFile, threatFeedFile, threatTableFile,
		} {
			if err := os.RemoveAll(filepath.Join(dir, name)); err != nil {
				return fmt.Errorf("cannot remove the earlier simulation: %w", err)
			}
		}
	}
	return t.save(dir)
}

// ignoreFile tells weir ingest which files of a folder are no logs.
const ignoreFile = ".weirignore"

func writeIgnore(dir string) error {
	text := "# What a simulation writes beside its logs.\ntruth*\nthreat-feed*\n" + inventoryFolder + "*\n" + tagsFolder + "\n"
	if err := os.WriteFile(filepath.Join(dir, ignoreFile), []byte(text), 0o644); err != nil {
		return fmt.Errorf("cannot write the list of files that are no logs: %w", err)
	}
	return nil
}
