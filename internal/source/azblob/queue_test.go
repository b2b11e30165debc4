package azblob

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/storage/azqueue"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azqueue/sas"
	"github.com/google/go-cmp/cmp"

	"weir/internal/source"
	"weir/internal/source/azuritetest"
)

// followed is an account with a queue of which everything was looked at once.
type followed struct {
	*azuritetest.Account
	box    string
	events *azuritetest.Queue
	logs   map[string]*azuritetest.Log
	azure  *Account
}

// follow makes such an account, with a blob of a NIC that an event told of.
func follow(t *testing.T) *followed {
	t.Helper()
	f := &followed{Account: azuritetest.Start(t), logs: map[string]*azuritetest.Log{}}
	f.box, f.events = f.Flows(t, Containers()[1]), f.Events(t, "events")
	f.events.Put(t, f.write(t, "L", "A"))
	f.azure = open(t, Config{Endpoint: f.Blob, Login: Login{Key: f.Key}, Queue: f.events.URL, Every: time.Nanosecond})
	f.azure.begun = time.Now().Add(-eagerFor)
	f.want(t, "L A")
	return f
}

// write appends to a blob of this hour, and returns what Event Grid would say of it.
func (f *followed) write(t *testing.T, log, nic string) string {
	t.Helper()
	l := f.logs[log+nic]
	if l == nil {
		l = f.Log(t, f.box, logged(log, time.Now().UTC(), nic))
		f.logs[log+nic] = l
	}
	l.Append(t, "{}")
	return f.events.Created(t, l)
}

// want looks once and compares what is found.
func (f *followed) want(t *testing.T, want ...string) {
	t.Helper()
	got := []string{}
	for _, o := range list(t, f.azure.Live()) {
		log, _, _ := source.HourOf(strings.TrimPrefix(o.Name, f.Blob+"/"+f.box+"/"))
		got = append(got, strings.TrimSuffix(log, "/")+" "+strings.TrimPrefix(nicOf(o.Name), "macAddress="))
	}
	if diff := cmp.Diff(append([]string{}, want...), got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestQueue holds that an event has its blob looked at without a list, whatever
// else is in the queue, and that nothing stays in it.
func TestQueue(t *testing.T) {
	f := follow(t)
	lists := f.azure.State().Requests.Lists
	f.want(t)
	message := f.write(t, "L", "A")
	f.want(t) // nobody told
	for range 3 {
		f.events.Put(t, message)
	}
	f.want(t, "L A")
	f.events.Put(t, message)
	f.want(t) // what is known is no news

	older := f.write(t, "L", "A")
	newest := f.write(t, "L", "A")
	f.events.Put(t, newest)
	f.events.Put(t, older)
	f.want(t, "L A")
	f.events.Put(t, older)
	f.want(t)
	if got := f.azure.State().Requests.Lists - lists; got != 0 {
		t.Errorf("%d lists were asked for", got)
	}

	for _, foreign := range []string{
		strings.Replace(gridEvent, "ProdLogs", f.Name, 1),
		strings.Replace(newest, "PT1H.json", "PT1H.txt", 1),
		deleted,
	} {
		f.events.Put(t, foreign)
	}
	elsewhere := f.Log(t, f.Flows(t, "elsewhere"), logged("L", time.Now().UTC(), "A"))
	elsewhere.Append(t, "{}")
	f.events.Put(t, f.events.Created(t, elsewhere))
	old := f.Log(t, f.box, logged("L", time.Now().UTC().Add(-hours*time.Hour), "A"))
	old.Append(t, "{}")
	f.events.Put(t, f.events.Created(t, old))
	f.events.Put(t, "no event")
	f.want(t)

	f.events.Put(t, f.write(t, "M", "B")) // a flow log that nobody knew is listed
	f.want(t, "M B")
	s := f.azure.State()
	if q := s.Queue; q.Received != 1+3+1+3+5+1 || q.Unreadable != 1 || q.Sample != "no event" || q.Fault != nil || time.Since(q.Newest) > time.Minute || q.Lag < 0 {
		t.Errorf("the queue stands so: %+v", q)
	}
	if c := s.Containers[0]; s.Containers[1].FlowLogs+c.FlowLogs != 2 || s.Requests.Queue == 0 {
		t.Errorf("the account stands so: %+v", s)
	}
	if got := f.events.Len(t); got != 0 {
		t.Errorf("%d messages are left", got)
	}
}

// TestEventsOfOthers holds that blobs of another account are not taken for ours, as
// far as the endpoint tells the name of ours.
func TestEventsOfOthers(t *testing.T) {
	for _, test := range []struct {
		endpoint, account string
		want              bool
	}{
		{"https://prodlogs.blob.core.windows.net", "prodlogs", true},
		{"https://ProdLogs.blob.core.windows.net/", "prodlogs", true},
		{"https://prodlogs.blob.core.windows.net", "", true},
		{"https://prodlogs.blob.core.windows.net", "others", false},
		{"http://127.0.0.1:10000/weir001", "weir001", true},
		{"http://127.0.0.1:10000/weir001", "weir002", false},
		{"https://logs.example.com", "prodlogs", true},
	} {
		a := open(t, Config{Endpoint: test.endpoint, Login: Login{SAS: "sig=x"}})
		now := time.Now().UTC()
		e := event{account: test.account, container: Containers()[1], name: logged("L", now, "A"), at: now, size: 10}
		if _, got := a.told(e, now); got != test.want {
			t.Errorf("%s, an event of %q: followed is %v", test.endpoint, test.account, got)
		}
	}
}

// TestManyEvents takes all that waits, more than the service gives at once.
func TestManyEvents(t *testing.T) {
	f := follow(t)
	const nics = 2*perPoll + 5
	var want []string
	for n := range nics {
		f.events.Put(t, f.write(t, "L", fmt.Sprintf("N%03d", n)))
		want = append(want, fmt.Sprintf("L N%03d", n))
	}
	got := map[string]bool{}
	for _, o := range list(t, f.azure.Live()) {
		got["L "+strings.TrimPrefix(nicOf(o.Name), "macAddress=")] = true
	}
	for _, name := range want {
		if !got[name] {
			t.Errorf("%s is missing", name)
		}
	}
	if c := f.azure.State().Containers[1]; len(got) != nics || c.NICs != nics+1 || f.events.Len(t) != 0 {
		t.Errorf("%d blobs, %d NICs, %d messages are left", len(got), c.NICs, f.events.Len(t))
	}
}

// TestQueueFails holds that a queue that is not there is told with what mends it,
// that lists then tell what is new as soon as without one, and that it is read as
// soon as it is there.
func TestQueueFails(t *testing.T) {
	account := azuritetest.Start(t)
	box := account.Flows(t, Containers()[1])
	account.Log(t, box, logged("L", time.Now().UTC(), "A")).Append(t, "{}")
	a := open(t, Config{Endpoint: account.Blob, Login: Login{Key: account.Key}, Queue: account.Queue + "/later", Every: time.Nanosecond})
	f := &followed{Account: account, box: box, azure: a}
	f.want(t, "L A")
	var fault *Fault
	if err := a.State().Queue.Fault; !errors.As(err, &fault) || !strings.Contains(fault.Cause, "no such queue") || !strings.Contains(fault.Mend, "az storage queue create --name later") {
		t.Errorf("the fault is %v", err)
	}
	next := func() time.Time { return a.boxes[1].logs["L/"].next }
	if in := time.Until(next()); in > quiet {
		t.Errorf("the flow log is looked at in %s", in)
	}
	f.events = account.Events(t, "later")
	f.logs = map[string]*azuritetest.Log{}
	a.LookNow()
	f.want(t, "L A")
	f.events.Put(t, f.write(t, "L", "B"))
	if err := a.State().Queue.Fault; err != nil {
		t.Errorf("the queue is there, and the fault is %v", err)
	}
	if in := time.Until(next()); in < quiet {
		t.Errorf("the flow log is looked at in %s, though events tell", in)
	}
	f.want(t, "L B")

	a.queue.polled(errors.New("gone"), false, a.now())
	if in := time.Until(next()); in > quiet {
		t.Errorf("the queue fails, and the flow log is looked at in %s", in)
	}
}

// TestQueueCheck holds what is said of a queue, and that no message is gone by it.
func TestQueueCheck(t *testing.T) {
	f := follow(t)
	check := func() (found string, fault *Fault) {
		t.Helper()
		var s Step
		f.azure.Check(t.Context(), func(step Step) { s = step })
		if s.What != "the queue of events" {
			t.Errorf("the last step is %+v", s)
		}
		errors.As(s.Fault, &fault)
		return s.Found, fault
	}
	if found, fault := check(); fault != nil || !strings.Contains(found, "no message now") {
		t.Errorf("an empty queue: %q, %v", found, fault)
	}
	f.events.Put(t, f.write(t, "L", "A"))
	if found, fault := check(); fault != nil || !strings.Contains(found, "tells of a blob in "+f.box) {
		t.Errorf("an event: %q, %v", found, fault)
	}
	// It is there again after a second; until then nobody else gets it.
	for end := time.Now().Add(30 * time.Second); f.azure.State().Queue.Received < 2; time.Sleep(100 * time.Millisecond) {
		_ = list(t, f.azure.Live())
		if time.Now().After(end) {
			t.Fatal("the message is gone")
		}
	}
}

// TestQueueFaults holds that no right to a queue is told with what gives it, and
// without the secret.
func TestQueueFaults(t *testing.T) {
	const sas = "sv=2024-01-01&ss=b&sp=rl&sig=dG9wc2VjcmV0%2Fabc%3D"
	for name, test := range map[string]struct {
		login Login
		code  string
		want  string
	}{
		"a role":      {Login{Identity: "managed"}, "AuthorizationPermissionMismatch", "the role Storage Queue Data Message Processor"},
		"a signature": {Login{SAS: sas}, "AuthorizationServiceMismatch", "--services bq"},
	} {
		a, err := New(Config{Endpoint: "https://a.blob.core.windows.net", Login: test.login, Queue: "https://a.queue.core.windows.net/q"})
		if err != nil {
			t.Fatal(err)
		}
		got := fmt.Sprint(a.queue.explain(&Fault{Code: test.code}))
		if !strings.Contains(got, test.want) || strings.Contains(got, "sig=") || strings.Contains(fmt.Sprintf("%+v", *a.State().Queue), "sig=") {
			t.Errorf("%s: %s", name, got)
		}
	}
	if _, err := New(Config{Endpoint: "https://a.blob.core.windows.net", Login: Login{Identity: "managed"}, Queue: "http://a.queue.core.windows.net/q"}); err == nil {
		t.Error("an identity is sent in the clear")
	}
	if _, err := New(Config{Endpoint: "https://a.blob.core.windows.net", Login: Login{SAS: sas}, Queue: "q"}); err == nil {
		t.Error("a name alone is a URL")
	}
}

// TestQueueLogins holds that who asks the account can ask the queue, whatever the login.
func TestQueueLogins(t *testing.T) {
	f := follow(t)
	key, err := azqueue.NewSharedKeyCredential(f.Name, f.Key)
	if err != nil {
		t.Fatal(err)
	}
	signed := func(rights sas.AccountPermissions) string {
		q, err := sas.AccountSignatureValues{
			Protocol: sas.ProtocolHTTPSandHTTP, ExpiryTime: time.Now().UTC().Add(time.Hour), Permissions: rights.String(),
			ResourceTypes: (&sas.AccountResourceTypes{Container: true, Object: true}).String(),
		}.SignWithSharedKey(key)
		if err != nil {
			t.Fatal(err)
		}
		return q.Encode()
	}
	for name, test := range map[string]struct {
		login Login
		want  string
	}{
		"a connection string":              {Login{Connection: f.ConnectionString}, ""},
		"a signature":                      {Login{SAS: signed(sas.AccountPermissions{Read: true, Process: true})}, ""},
		"a signature without the right to": {Login{SAS: signed(sas.AccountPermissions{Read: true})}, "with the right to process"},
	} {
		a := open(t, Config{Endpoint: f.Blob, Login: test.login, Queue: f.events.URL})
		switch err := a.queue.check(t.Context()).Fault; {
		case (err == nil) != (test.want == ""), err != nil && !strings.Contains(err.Error(), test.want):
			t.Errorf("%s: %v", name, err)
		case err != nil && strings.Contains(fmt.Sprintf("%+v", err), "sig="):
			t.Errorf("%s: the secret is told: %v", name, err)
		}
	}
}

// TestQueueAskedToWait leaves a queue alone for as long as it asks, and lists.
func TestQueueAskedToWait(t *testing.T) {
	busy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "60")
		w.Header().Set("x-ms-error-code", "ServerBusy")
		w.WriteHeader(http.StatusServiceUnavailable)
	}))
	defer busy.Close()
	account := azuritetest.Start(t)
	box := account.Flows(t, Containers()[1])
	account.Log(t, box, logged("L", time.Now().UTC(), "A")).Append(t, "{}")
	f := &followed{Account: account, box: box}
	f.azure = open(t, Config{Endpoint: account.Blob, Login: Login{Key: account.Key}, Queue: busy.URL + "/a/q", Every: time.Nanosecond})
	f.want(t, "L A")
	asked := f.azure.State().Requests.Queue
	if in := time.Until(f.azure.queue.due()); in < 50*time.Second || in > 70*time.Second {
		t.Errorf("the queue is asked again in %s", in)
	}
	if err := f.azure.State().Queue.Fault; err == nil || !strings.Contains(err.Error(), "busy") {
		t.Errorf("the fault is %v", err)
	}
	_ = list(t, f.azure.Live())
	if got := f.azure.State().Requests.Queue; got != asked {
		t.Errorf("it was asked %d times more", got-asked)
	}
}

// TestUntold holds when a flow log is looked at though it has a queue: where events
// do not tell of what is written.
func TestUntold(t *testing.T) {
	now := time.Date(2026, 11, 30, 6, 30, 0, 0, time.UTC)
	const never = -1
	for name, test := range map[string]struct {
		written, told time.Duration // ago
		want          bool
	}{
		"told":                 {30 * time.Second, 30 * time.Second, false},
		"the last one is lost": {30 * time.Second, 90 * time.Second, false},
		"several are lost":     {2 * time.Minute, 4 * time.Minute, true},
		"never told":           {2 * time.Minute, never, true},
		"soon to be told":      {30 * time.Second, never, false},
		"nothing is written":   {20 * time.Minute, never, false},
	} {
		f := &flowLog{nics: map[string]time.Time{"A": now.Add(-test.written)}}
		if test.told != never {
			f.told = now.Add(-test.told)
		}
		f.plan(now, 4*time.Second, true)
		if got := f.next.Sub(now) < rarely; got != test.want || f.untold(now) != test.want {
			t.Errorf("%s: untold is %v, the next look in %s", name, f.untold(now), f.next.Sub(now))
		}
	}
}

// TestForget holds that sizes of blobs that are no longer followed are forgotten.
func TestForget(t *testing.T) {
	f := &flowLog{}
	now := time.Date(2026, 11, 30, 6, 0, 0, 0, time.UTC)
	for n := range 5 {
		if !f.grew(logged("L", now.Add(-time.Duration(n)*time.Hour), "A"), 10) {
			t.Errorf("%d hours ago: a blob that is new did not grow", n)
		}
	}
	f.forget(now.Add(-time.Hour))
	if len(f.sizes) != 2 || f.grew(logged("L", now, "A"), 10) || !f.grew(logged("L", now, "A"), 11) {
		t.Errorf("the sizes are %v", f.sizes)
	}
}
