package azblob

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/storage/azqueue"
	"golang.org/x/sync/errgroup"

	"weir/internal/source"
)

const (
	// rarely is how often a flow log is looked at of whose blobs events tell, for
	// those that are lost.
	rarely = 5 * time.Minute
	// perPoll and maxPolls bound how many messages are taken before what they tell is
	// looked at: the most that the service gives at once, and a few thousand.
	perPoll  = 32
	maxPolls = 100
	// queuePatience is how long a queue may take: blobs wait for it.
	queuePatience = 5 * time.Second
	// maxSample bounds how much of a message is shown, in bytes.
	maxSample = 200
)

// queue is where Event Grid tells which blobs were written. It only makes us look
// sooner: events may come twice, late, in any order or not at all. So a message is
// deleted before what it tells was looked at: who is killed in between looks at
// everything when it starts again, and what cannot be opened waits in retries.
type queue struct {
	account *Account
	url     string
	client  *azqueue.QueueClient

	mu       sync.Mutex
	next     time.Time // when it is asked again, by our clock
	failures int       // in a row
	state    QueueState
}

// QueueState is how the queue of events stands. Numbers count from the start.
type QueueState struct {
	URL        string
	Fault      error // why it could not be read the last time; nil: it could
	Received   int64 // events
	Foreign    int64 // of them those of other blobs than are followed
	Unreadable int64 // messages that are no events
	Sample     string
	Newest     time.Time     // when the blob was written of which the last event tells
	Lag        time.Duration // from then until that event was received
}

// newQueue returns the queue at a URL, which has its name at the end.
func (a *Account) newQueue(at string, options *azqueue.ClientOptions) (*queue, error) {
	u, err := url.Parse(at)
	if err != nil || u.Host == "" {
		return nil, errors.New("the queue has no URL such as https://ACCOUNT.queue.core.windows.net/QUEUE")
	}
	if a.login.Key == "" && a.login.SAS == "" && u.Scheme != "https" {
		return nil, fmt.Errorf("cannot log in at %s: an identity is only sent over https", at)
	}
	u.Path = u.Path[:max(0, strings.LastIndexByte(u.Path, '/'))]
	client, err := a.login.queue(options, at, accountOf(u))
	if err != nil {
		return nil, a.hide(err)
	}
	return &queue{account: a, url: at, client: client, state: QueueState{URL: at}}, nil
}

// works tells whether the queue could be read the last time.
func (q *queue) works() bool {
	if q == nil {
		return false
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.state.Fault == nil
}

// due is when the queue is to be asked again.
func (q *queue) due() time.Time {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.next
}

// poll takes what messages there are, and returns the blobs that they tell of and
// in which there is something new. They are gone from the queue then.
func (q *queue) poll(ctx context.Context, now time.Time) []source.Object {
	if q == nil || time.Now().Before(q.due()) {
		return nil
	}
	latest := map[string]source.Object{} // of each blob
	full := false
	var failed error
	for range maxPolls {
		messages, err := q.receive(ctx)
		for _, m := range messages {
			q.take(value(m.MessageText), now, latest)
		}
		failed, full = err, len(messages) == perPoll
		if !full {
			break
		}
	}
	if ctx.Err() != nil {
		return nil // it is looked at again at the next start
	}
	q.polled(failed, full, now)
	out := make([]source.Object, 0, len(latest))
	for _, o := range latest {
		out = append(out, o)
	}
	return out
}

// receive takes messages out of the queue. One that could not be deleted comes
// again, which does no harm.
func (q *queue) receive(ctx context.Context) ([]*azqueue.DequeuedMessage, error) {
	ctx, cancel := context.WithTimeout(ctx, queuePatience)
	defer cancel()
	count := int32(perPoll)
	answer, err := q.client.DequeueMessages(ctx, &azqueue.DequeueMessagesOptions{NumberOfMessages: &count})
	if err != nil {
		return nil, err
	}
	var deleting errgroup.Group
	deleting.SetLimit(parallel)
	for _, m := range answer.Messages {
		deleting.Go(func() error {
			_, _ = q.client.DeleteMessage(ctx, value(m.MessageID), value(m.PopReceipt), nil)
			return nil
		})
	}
	return answer.Messages, deleting.Wait()
}

// polled notes how it went, and when the queue is asked again. Where it cannot be
// read, flow logs are looked at as they are without one.
func (q *queue) polled(failed error, full bool, now time.Time) {
	if failed != nil {
		q.account.hurry(now)
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	q.state.Fault = q.explain(failed)
	wait := q.account.cfg.Every
	switch {
	case failed != nil:
		q.failures++
		wait = max(retryAfter(failed), min(faultEvery, q.account.retries.backoff(q.failures)))
	case full:
		q.failures, wait = 0, 0
	default:
		q.failures = 0
	}
	q.next = time.Now().Add(wait)
}

// take notes what a message tells.
func (q *queue) take(message string, now time.Time, latest map[string]source.Object) {
	events, foreign, err := parseEvents(message)
	q.mu.Lock()
	defer q.mu.Unlock()
	if err != nil {
		q.state.Unreadable++
		q.state.Sample = q.account.hidden(message[:min(len(message), maxSample)])
		return
	}
	q.state.Received += int64(len(events) + foreign)
	q.state.Foreign += int64(foreign)
	for _, e := range events {
		o, ok := q.account.told(e, now)
		if !ok {
			q.state.Foreign++
			continue
		}
		if !e.at.IsZero() {
			q.state.Newest, q.state.Lag = e.at, max(0, now.Sub(e.at))
		}
		if o.Name != "" && o.Size >= latest[o.Name].Size {
			latest[o.Name] = o
		}
	}
}

// told notes an event, and returns the blob that it tells of, without a name where
// nothing in it is new; false, where the event is of something that is not followed.
func (a *Account) told(e event, now time.Time) (source.Object, bool) {
	var b *box
	for _, one := range a.boxes {
		if one.name == e.container {
			b = one
		}
	}
	log, hour, ok := source.HourOf(e.name)
	if b == nil || !ok || !source.IsLog(e.name) || !a.wanted(e.name) || hour.Before(a.raise(now)) || e.account != "" && !a.isNamed(e.account) {
		return source.Object{}, false
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	f := b.logs[log]
	if f == nil { // it is looked at at once
		f = &flowLog{prefix: log}
		b.logs[log] = f
	}
	if e.at.After(f.told) {
		f.told = e.at
	}
	if hour.Equal(now.Truncate(time.Hour)) {
		f.saw(nicOf(e.name), e.at)
	}
	switch {
	case !f.next.After(now), e.size == 0:
		f.next = time.Time{} // a listing tells more
		return source.Object{}, true
	case !f.grew(e.name, e.size):
		return source.Object{}, true // of this version or a later one is known
	}
	o := source.Object{Name: a.url(b, e.name), ETag: e.etag, Size: e.size, Modified: e.at}
	if a.retries.waits(o.Name, time.Now()) {
		return source.Object{}, true // its next try reads what is there then
	}
	return a.openable(b, e.name, o, false), true
}

// isNamed tells whether the account is that of a name in lower case, as far as its
// endpoint tells its name: one of the user's own does not.
func (a *Account) isNamed(name string) bool {
	return strings.EqualFold(a.name, name) || !strings.Contains(a.cfg.Endpoint, "//"+a.name+".blob.") && !strings.HasSuffix(a.cfg.Endpoint, "/"+a.name)
}

// hurry has all flow logs looked at as soon as they would be without a queue.
func (a *Account) hurry(now time.Time) {
	for _, b := range a.boxes {
		b.mu.Lock()
		for _, f := range b.logs {
			if f.next.Sub(now) > quiet {
				f.plan(now, a.cfg.Every, false)
			}
		}
		b.mu.Unlock()
	}
}

// explain says in words why the queue cannot be read.
func (q *queue) explain(err error) error {
	err = q.account.explain(err)
	var f *Fault
	if !errors.As(err, &f) {
		return err
	}
	name := q.url[strings.LastIndexByte(q.url, '/')+1:]
	switch f.Code {
	case "QueueNotFound":
		f.Cause = "there is no such queue (404 QueueNotFound)"
		f.Mend = "make it, and a subscription that writes into it: az storage queue create --name " + name + ", az eventgrid event-subscription create --endpoint-type storagequeue"
	case "AuthorizationPermissionMismatch", "InsufficientAccountPermissions", "AuthorizationServiceMismatch", "AuthorizationResourceTypeMismatch":
		f.Cause = "who asks, " + q.account.login.Who() + ", may not take messages from the queue (" + f.Code + ")"
		f.Mend = "give who asks the role Storage Queue Data Message Processor"
		if q.account.login.SAS != "" {
			f.Mend = "make a signature for both services, with the right to process: az storage account generate-sas --account-name " + q.account.name +
				" --services bq --resource-types co --permissions rlp --expiry DATE"
		}
	}
	return f
}

// check looks whether messages may be taken. The one that it takes is there again
// after a second.
func (q *queue) check(ctx context.Context) Step {
	s := Step{What: "the queue of events"}
	one, second := int32(1), int32(1)
	answer, err := q.client.DequeueMessages(ctx, &azqueue.DequeueMessagesOptions{NumberOfMessages: &one, VisibilityTimeout: &second})
	switch {
	case err != nil:
		s.Fault = q.explain(err)
	case len(answer.Messages) == 0:
		s.Found = "it has no message now; one comes with each block, if a subscription of Event Grid writes into it"
	default:
		m := answer.Messages[0]
		events, _, err := parseEvents(value(m.MessageText))
		s.Found = fmt.Sprintf("a message of %s ago", time.Since(value(m.InsertionTime)).Round(time.Second))
		switch {
		case err != nil:
			s.Fault = &Fault{Cause: s.Found + " is no event", Mend: "have only Event Grid write into this queue"}
			s.Found = ""
		case len(events) == 0:
			s.Found += " tells of something else than a blob that was written; filter the subscription by the type " + created
		default:
			s.Found += " tells of a blob in " + events[0].container
		}
	}
	return s
}
