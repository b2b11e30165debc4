package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"weir/internal/source/azblob"
	"weir/internal/source/azuritetest"
	"weir/internal/terminal"
)

// TestSourceCheck looks at sources of every kind of fault: each is told with its
// cause, and what mends it, and no secret is.
func TestSourceCheck(t *testing.T) {
	account := azuritetest.Start(t)
	hour := time.Now().UTC()
	record := strings.Replace(fmt.Sprintf(oneTuple, hour.UnixMilli()), "2025-08-24T19:00:52Z", hour.Format(time.RFC3339), 1)
	record = strings.TrimSuffix(strings.TrimPrefix(record, `{"records":[`), "]}")
	made := map[string]string{}
	blob := func(container, text string, at time.Time) {
		if made[container] == "" {
			made[container] = account.Flows(t, container)
		}
		name := fmt.Sprintf("flowLogResourceID=/S_NETWORKWATCHERRG/NETWORKWATCHER_R_F/y=%04d/m=%02d/d=%02d/h=%02d/m=00/macAddress=00224871C201/PT1H.json",
			at.Year(), at.Month(), at.Day(), at.Hour())
		account.Log(t, made[container], name).Append(t, text)
	}
	blob(azblob.Containers()[1], record, hour)
	blob(azblob.Containers()[1], record, hour.Add(-time.Hour))
	blob("old", record, hour.Add(-100*24*time.Hour))
	blob("others", `{"category":"AuditEvent"}`, hour)
	account.Flows(t, "empty")
	t.Setenv("WEIR_TEST_KEY", account.Key)
	t.Setenv("WEIR_TEST_WRONG", strings.Repeat("c2VjcmV0", 8))
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "a.json"), []byte("["+record+"]"), 0o644); err != nil {
		t.Fatal(err)
	}
	configured := filepath.Join(t.TempDir(), "weir.yaml")
	var text strings.Builder
	fmt.Fprintf(&text, "sources:\n  - folder: %s\n  - folder: %s\n", folder, t.TempDir())
	for _, source := range []string{
		"name: good\n    key: ${WEIR_TEST_KEY}",
		"name: queued\n    key: ${WEIR_TEST_KEY}\n    queue: " + account.Events(t, "events").URL,
		"name: unqueued\n    key: ${WEIR_TEST_KEY}\n    queue: " + account.Queue + "/nowhere",
		"name: several\n    key: ${WEIR_TEST_KEY}\n    containers: [old, others, empty, nowhere]",
		"name: wrong\n    key: ${WEIR_TEST_WRONG}",
		"name: unset\n    key: ${WEIR_TEST_NOT_SET}",
	} {
		fmt.Fprintf(&text, "  - azure: %s\n    %s\n", account.Blob, source)
	}
	fmt.Fprint(&text, "  - azure: https://weir-test.invalid\n    name: unknown\n    key: ${WEIR_TEST_KEY}\n")
	if err := os.WriteFile(configured, []byte(text.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	checked := func(args ...string) (string, int) {
		var stdout, stderr bytes.Buffer
		code := run(t.Context(), newApp(strings.NewReader(""), &stdout, &stderr), append([]string{"source", "check", "--config", configured}, args...))
		for _, secret := range []string{account.Key, "c2VjcmV0"} {
			if strings.Contains(stdout.String()+stderr.String(), secret) {
				t.Error("a secret is told")
			}
		}
		return stdout.String(), code
	}
	out, code := checked("--format", "json")
	var rows []struct{ Source, Place, Check, State, Found, Cause, Mend string }
	if err := json.Unmarshal([]byte(out), &rows); err != nil || code != 1 {
		t.Fatalf("code %d, %v: %s", code, err, out)
	}
	got := map[string]string{}
	for _, r := range rows {
		if r.State == "failed" && (r.Cause == "" || r.Mend == "" && r.Source != "unset") {
			t.Errorf("a fault has no cause, or nothing mends it: %+v", r)
		}
		got[strings.TrimPrefix(r.Source+" "+r.Place+" "+r.Check, folder)] = r.State + " " + strings.Split(r.Found+r.Cause, ":")[0]
	}
	for what, want := range map[string]string{
		"  list": "ok 1 file", "  read": "ok a flow log of the kind vnet",
		"good  who asks": "ok the key of the account",
		"good insights-logs-networksecuritygroupflowevent list": "absent it is not there; Azure makes it for the first flow log of its kind",
		"good insights-logs-flowlogflowevent list":              "ok 1 flow logs, of which 1 NICs wrote in this hour",
		"good insights-logs-flowlogflowevent read":              "ok a flow log of the kind vnet",
		"good insights-logs-flowlogflowevent a day":             fmt.Sprintf("ok about %s in 24 blobs, as of the last whole hour", terminal.Bytes(24*int64(len(record)+len(`{"records":[]}`)))),
		"queued  the queue of events":                           "ok it has no message now; one comes with each block, if a subscription of Event Grid writes into it",
		"unqueued  the queue of events":                         "failed there is no such queue (404 QueueNotFound)",
		"several old read":                                      "ok a flow log of the kind vnet",
		"several others read":                                   "failed it is no flow log (not-a-record)",
		"several empty list":                                    "failed there is no flow log in it",
		"several nowhere list":                                  "failed there is no such container (404 ContainerNotFound)",
		"wrong insights-logs-flowlogflowevent list":             "failed the account does not let us in (403 AuthorizationFailure)",
		"unset  the configuration":                              "failed cannot open the source unset",
		"unknown  the name weir-test.invalid":                   "failed the name weir-test.invalid does not resolve",
	} {
		if diff := cmp.Diff(want, got[what]); diff != "" {
			t.Errorf("%q (-want +got):\n%s", what, diff)
		}
	}
	if out, code := checked("good"); code != 0 || !strings.Contains(out, "\n  ok      insights-logs-flowlogflowevent: read: a flow log") {
		t.Errorf("one that is good: code %d\n%s", code, out)
	}
	if _, code := checked("goood"); code != 2 {
		t.Errorf("one that there is not: code %d", code)
	}
}
