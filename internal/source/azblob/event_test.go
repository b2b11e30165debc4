package azblob

import (
	"encoding/base64"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const (
	gridEvent = `{"topic":"/subscriptions/S/resourceGroups/G/providers/Microsoft.Storage/storageAccounts/ProdLogs",
"subject":"/blobServices/default/containers/c/blobs/a=/B/y=2026/m=11/PT1H.json","eventType":"Microsoft.Storage.BlobCreated",
"eventTime":"2026-11-30T12:00:01.123Z","id":"1","data":{"api":"PutBlockList","clientRequestId":"x","requestId":"y","eTag":"0x8D4BCC2E4835CD0",
"contentType":"application/octet-stream","contentLength":524288,"blobType":"BlockBlob","url":"https://prodlogs.blob.core.windows.net/c/a",
"sequencer":"00000000000004420000000000028963","storageDiagnostics":{"batchId":"b"}},"dataVersion":"","metadataVersion":"1"}`
	cloudEvent = `{"source":"/subscriptions/S/resourceGroups/G/providers/Microsoft.Storage/storageAccounts/prodlogs",
"subject":"/blobServices/default/containers/c/blobs/a=/B/y=2026/m=11/PT1H.json","type":"Microsoft.Storage.BlobCreated",
"time":"2026-11-30T12:00:01.123Z","id":"1","data":{"api":"PutBlockList","etag":"\"0x8D4BCC2E4835CD0\"","contentLength":524288,"blobType":"BlockBlob"},"specversion":"1.0"}`
	deleted = `{"subject":"/blobServices/default/containers/c/blobs/b","eventType":"Microsoft.Storage.BlobDeleted","eventTime":"2026-11-30T12:00:01Z","data":{"blobType":"BlockBlob"}}`
	sealed  = `{"subject":"","eventType":"Microsoft.EventGrid.SubscriptionValidationEvent","data":{"validationCode":"c"}}`
)

// TestParseEvents reads both schemas, as text and in Base64, one and several.
func TestParseEvents(t *testing.T) {
	want := event{
		account: "prodlogs", container: "c", name: "a=/B/y=2026/m=11/PT1H.json", etag: "0x8D4BCC2E4835CD0", size: 524288,
		at: time.Date(2026, 11, 30, 12, 0, 1, 123e6, time.UTC),
	}
	coded := func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }
	f := func(name, message string, events []event, foreign int) {
		t.Helper()
		got, others, err := parseEvents(message)
		if diff := cmp.Diff(events, got, cmp.AllowUnexported(event{})); diff != "" || others != foreign || err != nil {
			t.Errorf("%s: %d foreign, want %d; %v (-want +got):\n%s", name, others, foreign, err, diff)
		}
	}
	f("Event Grid", gridEvent, []event{want}, 0)
	f("in Base64", coded(gridEvent), []event{want}, 0)
	f("CloudEvents", cloudEvent, []event{want}, 0)
	f("in Base64, with space around it", " "+coded("\n"+cloudEvent)+"\n", []event{want}, 0)
	f("an array", "["+gridEvent+","+deleted+","+cloudEvent+"]", []event{want, want}, 1)
	f("an array in Base64", coded("["+gridEvent+"]"), []event{want}, 0)
	f("a blob that was deleted", deleted, nil, 1)
	f("something else", sealed, nil, 1)
	f("a page blob", `{"subject":"/blobServices/default/containers/c/blobs/b","type":"Microsoft.Storage.BlobCreated","data":{"blobType":"PageBlob"}}`, nil, 1)
	f("no container", `{"subject":"/blobServices/default/containers//blobs/b","type":"Microsoft.Storage.BlobCreated"}`, nil, 1)
	f("no blob", `{"subject":"/blobServices/default/containers/c/blobs/","type":"Microsoft.Storage.BlobCreated"}`, nil, 1)
	f("little is told", `{"subject":"/blobServices/default/containers/c/blobs/b","type":"Microsoft.Storage.BlobCreated","time":"now","data":{"contentLength":-1}}`,
		[]event{{container: "c", name: "b"}}, 0)

	for _, message := range []string{"", "{", "[]", "{}", "[1]", "hello", coded("hello"), coded(gridEvent[:40]), `{"a":1}`, `"text"`, "[" + gridEvent + ",{}]", "\x00\xff", "=", `{"subject":1}`} {
		if got, foreign, err := parseEvents(message); err == nil {
			t.Errorf("%q is read as %v and %d others", message, got, foreign)
		}
	}
}

// FuzzParseEvents holds that no message does harm: what is read of it has a place,
// and is the same in Base64.
func FuzzParseEvents(f *testing.F) {
	for _, seed := range []string{gridEvent, cloudEvent, deleted, sealed, "[" + gridEvent + "," + cloudEvent + "]", base64.StdEncoding.EncodeToString([]byte(gridEvent)), "", "[", "{}", "\x00"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, message string) {
		events, foreign, err := parseEvents(message)
		if err != nil && (events != nil || foreign != 0) || err == nil && len(events)+foreign == 0 {
			t.Fatalf("%d events, %d foreign, %v", len(events), foreign, err)
		}
		for _, e := range events {
			if e.container == "" || e.name == "" || e.size < 0 {
				t.Fatalf("%+v", e)
			}
		}
		if message == "" || message[0] != '{' && message[0] != '[' {
			return
		}
		again, others, err2 := parseEvents(base64.StdEncoding.EncodeToString([]byte(message)))
		if diff := cmp.Diff(events, again, cmp.AllowUnexported(event{})); diff != "" || others != foreign || (err == nil) != (err2 == nil) {
			t.Fatalf("in Base64 it is something else: %v, %v\n%s", err, err2, diff)
		}
	})
}
