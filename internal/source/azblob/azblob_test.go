package azblob

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/blockblob"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/container"
	"github.com/google/go-cmp/cmp"

	"weir/internal/source"
	"weir/internal/source/azuritetest"
)

// logged is the name of a blob of a flow log.
func logged(log string, hour time.Time, nic string) string {
	return hourPrefix(log+"/", hour) + "m=00/macAddress=" + nic + "/PT1H.json"
}

func open(t *testing.T, cfg Config) *Account {
	t.Helper()
	cfg.Retry = time.Millisecond
	a, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func list(t *testing.T, s source.Source) (found []source.Object) {
	t.Helper()
	if err := s.List(t.Context(), func(o source.Object) error { found = append(found, o); return nil }); err != nil {
		t.Error(err)
	}
	return found
}

// short are names without what all have in common.
func short(a *azuritetest.Account, container string, objects []source.Object) []string {
	out := []string{}
	for _, o := range objects {
		out = append(out, strings.TrimPrefix(o.Name, a.Blob+"/"+container+"/"))
	}
	return out
}

// TestLiveAndHistory holds that together they find every blob, each of them
// once, the newest hour first, and none that is not asked for.
func TestLiveAndHistory(t *testing.T) {
	account := azuritetest.Start(t)
	container := account.Flows(t, Containers()[0])
	now := time.Now().UTC().Truncate(time.Hour)
	hours := func(n int) time.Time { return now.Add(-time.Duration(n) * time.Hour) }
	put := func(name string) string {
		account.Log(t, container, name).Append(t, "{}")
		return name
	}
	const one, other = "resourceId=/SUBSCRIPTIONS/S/NSG/ONE", "resourceId=/SUBSCRIPTIONS/S/NSG/OTHER"
	running, last := put(logged(one, now, "A")), put(logged(one, hours(2), "A"))
	old, older := put(logged(other, hours(3), "B")), put(logged(one, hours(3*24), "A"))
	oldest := put(logged(one, hours(90*24), "A"))
	put(one + "/notes.txt")
	put(logged("resourceId=/SUBSCRIPTIONS/ELSE", now, "A"))

	a := open(t, Config{Endpoint: account.Blob, Login: Login{Key: account.Key}, Containers: []string{container}, Prefixes: []string{"resourceId=/SUBSCRIPTIONS/S/"}})
	if diff := cmp.Diff([]string{running, last}, short(account, container, list(t, a.Live()))); diff != "" {
		t.Errorf("live (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{old, older, oldest}, short(account, container, list(t, a.History(time.Time{})))); diff != "" {
		t.Errorf("history (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{old, older}, short(account, container, list(t, a.History(hours(10*24))))); diff != "" {
		t.Errorf("history of ten days (-want +got):\n%s", diff)
	}
	if got := list(t, a.Live()); len(got) != 0 {
		t.Errorf("nothing is due, and %d blobs were listed", len(got))
	}
	s := a.State()
	if c := s.Containers[0]; c.FlowLogs != 2 || c.NICs != 1 || c.Fault != nil || time.Since(c.Newest) > time.Minute {
		t.Errorf("the state is %+v", c)
	}
}

// TestFolders holds that entries for folders, as accounts with a hierarchical
// namespace list them, hide nothing and are no blobs, and that names without a NIC,
// as of 2017, are read.
func TestFolders(t *testing.T) {
	account := azuritetest.Start(t)
	box := account.Flows(t, Containers()[0])
	now := time.Now().UTC().Truncate(time.Hour)
	const log = "resourceId=/SUBSCRIPTIONS/S/RESOURCEGROUPS/G/PROVIDERS/MICROSOFT.NETWORK/NETWORKSECURITYGROUPS/N"
	blobs := account.Client(t).ServiceClient().NewContainerClient(box)
	folder := func(name string) {
		yes := "true"
		_, err := blobs.NewBlockBlobClient(name).UploadBuffer(t.Context(), nil, &blockblob.UploadBufferOptions{Metadata: map[string]*string{"hdi_isfolder": &yes}})
		if err != nil {
			t.Fatal(err)
		}
	}
	var want []string
	for _, hours := range []time.Duration{0, 5} {
		hour := now.Add(-hours * time.Hour)
		named := hourPrefix(log+"/", hour) + "m=00/PT1H.json"
		want = append(want, named)
		account.Log(t, box, named).Append(t, "{}")
		for at := hourPrefix(log+"/", hour) + "m=00"; strings.Contains(at, "/"); at = at[:strings.LastIndexByte(at, '/')] {
			folder(at)
		}
	}
	a := open(t, Config{Endpoint: account.Blob, Login: Login{Key: account.Key}, Containers: []string{box}})
	got := append(short(account, box, list(t, a.Live())), short(account, box, list(t, a.History(time.Time{})))...)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if c := a.State().Containers[0]; c.FlowLogs != 1 || c.NICs != 1 {
		t.Errorf("the state is %+v", c)
	}
	for kind, want := range map[string]bool{"directory": true, "Directory": true, "file": false, "": false} {
		if got := isFolder(&item{Properties: &container.BlobProperties{ResourceType: &kind}}); got != want {
			t.Errorf("the type %q: a folder is %v", kind, got)
		}
	}
	if isFolder(&item{}) {
		t.Error("what has no properties is a folder")
	}
}

// TestOpen reads a blob from anywhere, with the version that is there now.
func TestOpen(t *testing.T) {
	account := azuritetest.Start(t)
	container := account.Flows(t, "logs")
	log := account.Log(t, container, logged("F", time.Now().UTC(), "A"))
	log.Append(t, `{"a":1}`)
	a := open(t, Config{Endpoint: account.Blob, Login: Login{Connection: account.ConnectionString}, Containers: []string{container}})
	o := list(t, a.Live())[0]
	log.Append(t, `{"b":2}`)
	text := log.Text()
	read := func(from int64) string {
		c, err := o.Open(t.Context(), from)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		got, err := io.ReadAll(c)
		if err != nil {
			t.Fatal(err)
		}
		if from <= int64(len(text)) && (c.Size != int64(len(text)) || c.ETag == o.ETag || c.ETag == "" || strings.Contains(c.ETag, `"`) || c.Modified.IsZero()) {
			t.Errorf("from %d: the version is %q of %d bytes", from, c.ETag, c.Size)
		}
		return string(got)
	}
	for _, from := range []int64{0, 5, int64(len(text)) - 1} {
		if got := read(from); got != text[from:] {
			t.Errorf("from %d: %q, want %q", from, got, text[from:])
		}
	}
	if got := read(int64(len(text)) + 10); got != "" {
		t.Errorf("behind its end: %q", got)
	}
	if _, err := account.Client(t).DeleteBlob(t.Context(), container, log.Name, nil); err != nil {
		t.Fatal(err)
	}
	if _, err := o.Open(t.Context(), 0); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a blob that is gone: %v", err)
	}
}

// TestPastIsWritten looks again within a minute at hours that are over and yet
// grow, as where logs are copied into an account, and at others as rarely as ever.
func TestPastIsWritten(t *testing.T) {
	account := azuritetest.Start(t)
	container := account.Flows(t, Containers()[0])
	clock := time.Now().UTC()
	back := 2 * time.Hour
	if clock.Minute() >= 45 { // another hour begins within this test, and it must be followed to its end
		back = time.Hour
	}
	past, old := logged("L", clock.Add(-back), "1"), logged("L", clock.Add(-9*time.Hour), "1")
	account.Log(t, container, past).Append(t, "x")
	account.Log(t, container, old).Append(t, "x")
	a := open(t, Config{Endpoint: account.At(t, func() time.Time { return clock }), Login: Login{Key: account.Key}, Every: time.Second})
	if names := short(account, container, list(t, a.History(time.Time{}))); len(names) != 1 {
		t.Errorf("history is %v", names)
	}
	if got, want := a.State().History.Growing, clock.Add(-9*time.Hour).Truncate(time.Hour); !got.Equal(want) {
		t.Errorf("what still grows begins at %v, want %v", got, want)
	}
	for _, look := range []struct {
		after time.Duration
		want  int
		why   string
	}{
		{0, 1, "the first look"},
		{30 * time.Second, 0, "soon after"},
		{time.Minute, 1, "a minute after, since it was written just before"},
		{10 * time.Minute, 1, "ten minutes later, as always"},
		{time.Minute, 0, "a minute after that, since it rests"},
	} {
		clock = clock.Add(look.after)
		if _, err := a.boxes[0].client.GetProperties(t.Context(), nil); err != nil { // tells the time
			t.Fatal(err)
		}
		if got := list(t, a.Live()); len(got) != look.want {
			t.Errorf("%s: %d blobs, want %d", look.why, len(got), look.want)
		}
	}
	if list(t, a.History(time.Time{})); !a.State().History.Growing.IsZero() {
		t.Errorf("what rests still grows: %+v", a.State().History)
	}
}

// TestClock goes by Azure's clock from its first answer on, also where ours is
// days from it: the hours that are followed are those in which Azure writes.
func TestClock(t *testing.T) {
	for _, off := range []time.Duration{-72 * time.Hour, 72 * time.Hour} {
		account := azuritetest.Start(t)
		container := account.Flows(t, Containers()[0])
		now := time.Now().UTC().Add(off)
		running, before := logged("L", now, "1"), logged("L", now.Add(-30*time.Hour), "1")
		account.Log(t, container, running).Append(t, "x")
		account.Log(t, container, before).Append(t, "x")
		a := open(t, Config{Endpoint: account.At(t, func() time.Time { return now }), Login: Login{Key: account.Key}})
		names := func(s source.Source) (out []string) {
			for _, o := range list(t, s) {
				_, name, _ := strings.Cut(o.Name, container+"/")
				out = append(out, name)
			}
			return out
		}
		if diff := cmp.Diff([]string{running}, names(a.Live())); diff != "" {
			t.Errorf("followed, with a clock off by %s (-want +got):\n%s", off, diff)
		}
		if diff := cmp.Diff([]string{before}, names(a.History(time.Time{}))); diff != "" {
			t.Errorf("history, with a clock off by %s (-want +got):\n%s", off, diff)
		}
		if next := time.Until(a.Next()); next > quiet {
			t.Errorf("the next look is in %s", next)
		}
	}
}

// TestOneContainerOfTwo holds that what cannot be listed does not hide the rest.
func TestOneContainerOfTwo(t *testing.T) {
	account := azuritetest.Start(t)
	container := account.Flows(t, Containers()[1])
	account.Log(t, container, logged("F", time.Now().UTC(), "A")).Append(t, "{}")
	a := open(t, Config{Endpoint: account.Blob, Login: Login{Key: account.Key}})
	found := 0
	err := a.Live().List(t.Context(), func(source.Object) error { found++; return nil })
	s := a.State().Containers
	if found != 1 || err != nil || s[1].Fault != nil || !s[0].Missing || !strings.Contains(s[0].Fault.Error(), "there is no such container (404 ContainerNotFound)") {
		t.Errorf("%d blobs, %v, %+v", found, err, s)
	}
	a = open(t, Config{Endpoint: account.Blob, Login: Login{Key: account.Key}, Containers: []string{"nowhere", container}})
	if found := len(list(t, a.Live())); found != 1 || a.State().Containers[0].Missing || a.State().Containers[0].Fault == nil {
		t.Errorf("%d blobs, %+v", found, a.State())
	}
}

// TestFaults holds that each fault is told with its cause and what mends it, and
// without the secret.
func TestFaults(t *testing.T) {
	account := azuritetest.Start(t)
	account.Flows(t, "logs")
	answers := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		code := strings.Split(r.URL.Path, "/")[1]
		status := http.StatusForbidden
		switch code {
		case "ServerBusy":
			status = http.StatusServiceUnavailable
		case "InvalidHeaderValue":
			status = http.StatusBadRequest
		}
		w.Header().Set("x-ms-error-code", code)
		w.WriteHeader(status)
		if code == "InvalidHeaderValue" {
			fmt.Fprintf(w, "<Error><Code>%s</Code><Message>The API version %s is not supported by Azurite. Please upgrade Azurite.</Message></Error>", code, r.Header.Get("x-ms-version"))
		}
	}))
	defer answers.Close()
	wrong := strings.Repeat("c2VjcmV0", 8)
	const sas = "?sv=2024-01-01&sp=rl&se=2020-01-01&sig=dG9wc2VjcmV0%2Fabc%3D"
	for name, test := range map[string]struct {
		cfg  Config
		want []string
	}{
		"a wrong key":        {Config{Endpoint: account.Blob, Login: Login{Key: wrong}}, []string{"does not accept the key of the account", "az storage account keys list"}},
		"an expired SAS":     {Config{Endpoint: account.Blob, Login: Login{SAS: sas}}, []string{"shared access signature", "generate-sas"}},
		"no such container":  {Config{Endpoint: account.Blob, Login: Login{Key: account.Key}, Containers: []string{"nowhere"}}, []string{"no such container", "flow-log list"}},
		"no such name":       {Config{Endpoint: "https://weir-test.invalid", Login: Login{SAS: sas}}, []string{"weir-test.invalid", "az storage account show"}},
		"nobody listens":     {Config{Endpoint: "http://127.0.0.1:1/a", Login: Login{SAS: sas}}, []string{"connection refused"}},
		"no role":            {Config{Endpoint: answers.URL + "/AuthorizationPermissionMismatch", Login: Login{SAS: sas}}, []string{"may not read", "generate-sas"}},
		"a firewall":         {Config{Endpoint: answers.URL + "/AuthorizationFailure", Login: Login{Key: wrong}}, []string{"firewall", "network-rule add"}},
		"keys are forbidden": {Config{Endpoint: answers.URL + "/KeyBasedAuthenticationNotPermitted", Login: Login{Key: wrong}}, []string{"takes no keys", "login"}},
		"busy":               {Config{Endpoint: answers.URL + "/ServerBusy", Login: Login{Key: wrong}}, []string{"busy", "tried again"}},
		"an old server":      {Config{Endpoint: answers.URL + "/InvalidHeaderValue", Login: Login{Key: wrong}}, []string{"does not know the API version 20", "--skipApiVersionCheck"}},
	} {
		t.Run(name, func(t *testing.T) {
			if len(test.cfg.Containers) == 0 {
				test.cfg.Containers = []string{"logs"}
			}
			a := open(t, test.cfg)
			err := a.Live().List(t.Context(), func(source.Object) error { return nil })
			var fault *Fault
			if !errors.As(err, &fault) || fault.Cause == "" || fault.Mend == "" {
				t.Fatalf("the error is %v", err)
			}
			for _, want := range test.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%q does not say %q", err, want)
				}
			}
			for _, secret := range []string{wrong, account.Key, "dG9wc2VjcmV0", "sig="} {
				if text := fmt.Sprintf("%v %+v %#v", err, err, fault); strings.Contains(text, secret) {
					t.Errorf("the secret is told: %s", text)
				}
			}
		})
	}
}

// TestLetIn names the role where an identity asks.
func TestLetIn(t *testing.T) {
	a := &Account{name: "prodlogs"}
	if got := a.letIn(); !strings.Contains(got, "Storage Blob Data Reader") || !strings.Contains(got, "prodlogs") {
		t.Error(got)
	}
}

// TestLimit holds that what is read is bounded.
func TestLimit(t *testing.T) {
	l := &limiter{rate: 1 << 20}
	begun := time.Now()
	for range 10 {
		l.wait(t.Context(), 20<<10)
	}
	if took := time.Since(begun); took < 150*time.Millisecond {
		t.Errorf("200 KB at 1 MB a second took %s", took)
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	l.wait(ctx, 1<<30) // does not wait for a quarter of an hour
}
