// Package azure reads a live estate through Azure Resource Graph: the
// subscriptions that a credential sees in one or more tenants, and in them
// every resource that the package importer understands. It only reads.
//
// Subscriptions are read in groups. The rows of a group count only once all of
// its questions were answered to the end, because a snapshot that shows some
// resources of a kind says that the others are gone. What could not be read is
// named in the report, and the estate is then marked as partial.
//
// Resource Graph does not know everything: there are no learned routes of
// gateways and circuits and no regions in it, addresses that Azure assigns may
// come minutes late, and a principal sees 10 000 subscriptions of a tenant at
// most (which is reported when it is hit).
package azure

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/arm"

	"weir/internal/topology"
	"weir/internal/topology/importer"
)

// Options say what is read, and how. The zero value reads all that the usual
// credential of this machine sees in its own tenant.
type Options struct {
	// Tenants are ids or domains; none means the tenant of the credential.
	Tenants []string
	// Subscriptions are ids or names; none means all that can be seen.
	Subscriptions []string
	// Credential returns the credential for a tenant, which is empty for the
	// credential's own. Nil means [Credential].
	Credential func(tenant string) (azcore.TokenCredential, error)
	// Client has the transport, the cloud and the retries; its zero value is
	// the public cloud, asked patiently.
	Client arm.ClientOptions
	// Progress is called after every page, from the goroutine of Read.
	Progress func(Progress)
}

// Progress says how far the reading has come.
type Progress struct {
	Tenant            string // empty: the credential's own
	Subscriptions     int    // found so far, in all tenants
	SubscriptionsDone int
	Pages             int
	Resources         int64
	Elapsed           time.Duration
}

// Estate is what was read.
type Estate struct {
	Inventory *topology.Inventory
	// Report has Faults among its problems.
	Report importer.Report
	// Faults name every tenant and subscription that could not be read, and why.
	Faults []importer.Problem
	// Partial tells that the estate is not whole: subscriptions were chosen, or
	// something could not be read, not even its id.
	Partial bool
	// Time is when the reading began.
	Time time.Time
	// Subscriptions is how many were read.
	Subscriptions int
}

// Read reads the estate. What fails is named in the report and does not take
// the rest with it; the error says that nothing at all could be read, or that
// ctx ended.
func Read(ctx context.Context, o Options) (*Estate, error) {
	r := newReader(o)
	tenants := o.Tenants
	if len(tenants) == 0 {
		tenants = []string{""}
	}
	for _, t := range tenants {
		err := r.tenant(ctx, t)
		if ctx.Err() != nil {
			return nil, fmt.Errorf("cannot read the estate to the end: %w", ctx.Err())
		}
		if err != nil {
			r.fail(describeTenant(t), err)
		}
	}
	for _, name := range o.Subscriptions {
		if !r.chosen[strings.ToLower(name)] {
			r.fail("subscription "+name, fmt.Errorf("the credential does not see it: check the id or name, and %s", needReader))
		}
	}
	if r.read == 0 {
		return nil, r.nothing()
	}
	return r.estate(), nil
}

// reader is one reading of an estate.
type reader struct {
	o        Options
	started  time.Time
	importer *importer.Importer
	unknown  map[string]int
	faults   []importer.Problem
	causes   []error
	seen     map[string]bool // subscriptions by id: one may show in several tenants
	chosen   map[string]bool // what of Options.Subscriptions was found
	read     int             // subscriptions read to the end
	progress Progress
}

func newReader(o Options) *reader {
	if o.Credential == nil {
		o.Credential = Credential
	}
	o.Client = patient(o.Client)
	return &reader{
		o: o, started: time.Now(), importer: importer.New(), unknown: map[string]int{},
		seen: map[string]bool{}, chosen: map[string]bool{},
	}
}

// fail notes that something of the estate is missing.
func (r *reader) fail(where string, err error) {
	r.faults = append(r.faults, importer.Problem{Where: where, Why: err.Error(), Lost: true})
	r.causes = append(r.causes, fmt.Errorf("%s: %w", where, err))
}

// nothing is the error of a reading that read nothing.
func (r *reader) nothing() error {
	return fmt.Errorf("cannot read the estate: %w", errors.Join(r.causes...))
}

func (r *reader) estate() *Estate {
	inv, report := r.importer.Finish()
	report.Problems = slices.Concat(r.faults, report.Problems)
	report.Lost += len(r.faults)
	for kind, n := range r.unknown {
		report.Unknown[kind] += n
	}
	return &Estate{
		Inventory: inv, Report: report, Faults: r.faults, Time: r.started, Subscriptions: r.read,
		Partial: len(r.faults) > 0 || len(r.o.Subscriptions) > 0 || report.Unfinished,
	}
}

// step tells how far the reading has come.
func (r *reader) step(rows int) {
	r.progress.Pages++
	r.progress.Resources += int64(rows)
	r.tell()
}

func (r *reader) tell() {
	if r.o.Progress != nil {
		r.progress.Elapsed = time.Since(r.started)
		r.o.Progress(r.progress)
	}
}

// describeTenant names a tenant for a reader of the report.
func describeTenant(tenant string) string {
	if tenant == "" {
		return "the tenant of the credential"
	}
	return "tenant " + tenant
}
