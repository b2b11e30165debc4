package azblob

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"weir/internal/source"
)

// Step is one thing that must hold for an account to be read.
type Step struct {
	Container string        // "": the account as a whole
	What      string        // that is looked at, in a few words
	Found     string        // what holds; "" where it does not
	Fault     error         // why it does not, with what mends it; nil: it holds
	Newest    source.Object // the blob that was written last, where What is to list
	HourBlobs int           // of the last whole hour
	HourBytes int64         // their stored size: what it brings in an hour
	Missing   bool          // it is not there, which is no fault of one of two that Azure makes
}

// Check looks at what must hold for an account to be read, and yields what it
// finds step by step: the name, who asks, and for each container whether it can be
// listed and which blob was written last. It goes on where a later step can tell more.
func (a *Account) Check(ctx context.Context, yield func(Step)) {
	if !a.resolves(ctx, yield) {
		return
	}
	yield(Step{What: "who asks", Found: a.login.Who()})
	a.LookNow()
	now := a.now()
	a.discoverDue(ctx, now)
	for _, b := range a.boxes {
		yield(a.checkBox(ctx, b, now))
	}
	if a.queue != nil {
		yield(a.queue.check(ctx))
	}
}

// resolves looks the name of the account up.
func (a *Account) resolves(ctx context.Context, yield func(Step)) bool {
	at, err := url.Parse(a.cfg.Endpoint)
	if err != nil {
		yield(Step{What: "the endpoint", Fault: err})
		return false
	}
	host := at.Hostname()
	if _, err := netip.ParseAddr(host); err == nil {
		return true
	}
	found, err := net.DefaultResolver.LookupHost(ctx, host)
	if err != nil {
		yield(Step{What: "the name " + host, Fault: a.explain(err)})
		return false
	}
	yield(Step{What: "the name " + host, Found: strings.Join(found, ", ")})
	return true
}

var errEnough = errors.New("enough was seen")

// checkBox lists a container, and finds the blob that was written last.
func (a *Account) checkBox(ctx context.Context, b *box, now time.Time) Step {
	s := Step{Container: b.name, What: "list"}
	state := b.state()
	if state.Fault != nil {
		s.Fault, s.Missing = state.Fault, state.Missing
		return s
	}
	newest := func(o source.Object) {
		if o.Modified.After(s.Newest.Modified) {
			s.Newest = o
		}
	}
	one := &Account{cfg: a.cfg, login: a.login, name: a.name, boxes: []*box{b}, meter: a.meter, limit: a.limit, retries: retries{first: a.cfg.Retry}}
	last := now.Truncate(time.Hour).Add(-time.Hour)
	err := one.Live().List(ctx, func(o source.Object) error {
		newest(o)
		if _, hour, ok := source.HourOf(o.Name); ok && hour.Equal(last) {
			s.HourBlobs++
			s.HourBytes += o.Size
		}
		return nil
	})
	if err == nil && s.Newest.Name == "" {
		// Of what is older one day tells enough.
		seen := 0
		err = one.History(time.Time{}).List(ctx, func(o source.Object) error {
			newest(o)
			if seen++; seen == parallel {
				return errEnough
			}
			return nil
		})
		if errors.Is(err, errEnough) {
			err = nil
		}
	}
	switch {
	case err != nil:
		s.Fault = a.explain(err)
	case state.FlowLogs == 0:
		s.Fault = &Fault{
			Cause: "there is no flow log in it",
			Mend:  "see whether one is on, and writes into this account: az network watcher flow-log list --location REGION",
		}
	case s.Newest.Name == "":
		s.Fault = &Fault{
			Cause: fmt.Sprintf("there are %d flow logs in it, and no blob of them", state.FlowLogs),
			Mend:  "see whether they are enabled, and whether prefixes and from of the configuration leave them out",
		}
	default:
		s.Found = fmt.Sprintf("%d flow logs, of which %d NICs wrote in this hour", state.FlowLogs, b.state().NICs)
	}
	return s
}
