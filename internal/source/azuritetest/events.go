package azuritetest

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/storage/azqueue"
)

// Queue is a storage queue into which Event Grid would write.
type Queue struct {
	URL string

	client *azqueue.QueueClient
	name   string // of the account
	n      atomic.Int64
}

// Events makes a queue.
func (a *Account) Events(t testing.TB, name string) *Queue {
	t.Helper()
	c, err := azqueue.NewQueueClientFromConnectionString(a.ConnectionString, name, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Create(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	return &Queue{URL: a.Queue + "/" + name, client: c, name: a.Name}
}

// Put puts a message as it is.
func (q *Queue) Put(t testing.TB, message string) {
	t.Helper()
	if _, err := q.client.EnqueueMessage(t.Context(), message, nil); err != nil {
		t.Fatal(err)
	}
}

// Len is how many messages there are, also those that somebody has taken and not
// deleted yet.
func (q *Queue) Len(t testing.TB) int {
	t.Helper()
	p, err := q.client.GetProperties(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	return int(*p.ApproximateMessagesCount)
}

// Created is the message that the blob was written as it is now, in the schema of
// Event Grid and in that of CloudEvents in turn, in Base64 and plain.
func (q *Queue) Created(t testing.TB, l *Log) string {
	t.Helper()
	p, err := l.client.ServiceClient().NewContainerClient(l.Container).NewBlobClient(l.Name).GetProperties(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	return q.Message(t, l.Container, l.Name, strings.Trim(string(*p.ETag), `"`), *p.ContentLength)
}

// Message is the message that a blob was written now.
func (q *Queue) Message(t testing.TB, container, name, etag string, size int64) string {
	t.Helper()
	n := q.n.Add(1)
	topic := "/subscriptions/S/resourceGroups/G/providers/Microsoft.Storage/storageAccounts/" + q.name
	e := map[string]any{
		"id": fmt.Sprint(n), "subject": "/blobServices/default/containers/" + container + "/blobs/" + name,
		"data": map[string]any{
			"api": "PutBlockList", "eTag": etag, "contentLength": size, "contentType": "application/octet-stream",
			"blobType": "BlockBlob", "sequencer": fmt.Sprintf("%032d", n),
		},
	}
	kind, at := "Microsoft.Storage.BlobCreated", time.Now().UTC().Format(time.RFC3339Nano)
	if n%4 < 2 {
		e["topic"], e["eventType"], e["eventTime"], e["dataVersion"], e["metadataVersion"] = topic, kind, at, "", "1"
	} else {
		e["source"], e["type"], e["time"], e["specversion"] = topic, kind, at, "1.0"
	}
	text, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	if n%2 == 0 {
		return base64.StdEncoding.EncodeToString(text)
	}
	return string(text)
}
