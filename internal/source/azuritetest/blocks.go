package azuritetest

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/streaming"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/blockblob"
)

// Log is a blob that grows as Azure's flow logs do: a header block, a block for
// each minute, and a closing block that is committed anew behind each.
type Log struct {
	Container, Name string

	client *azblob.Client
	ids    []string
	text   []byte // without the closing block
}

const (
	header  = `{"records":[`
	closing = `]}`
)

// Client is one of the account.
func (a *Account) Client(t testing.TB) *azblob.Client {
	t.Helper()
	c, err := azblob.NewClientFromConnectionString(a.ConnectionString, nil)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// Log begins a blob in a container that is there.
func (a *Account) Log(t testing.TB, container, name string) *Log {
	return &Log{Container: container, Name: name, client: a.Client(t)}
}

// Append commits a block with records, which are separated by commas.
func (l *Log) Append(t testing.TB, records string) {
	t.Helper()
	blocks := l.client.ServiceClient().NewContainerClient(l.Container).NewBlockBlobClient(l.Name)
	stage := func(text string) string {
		id := base64.StdEncoding.EncodeToString(fmt.Appendf(nil, "%032x", len(l.ids)))
		if _, err := blocks.StageBlock(context.Background(), id, streaming.NopCloser(bytes.NewReader([]byte(text))), nil); err != nil {
			t.Fatal(err)
		}
		return id
	}
	if len(l.ids) == 0 {
		l.ids = append(l.ids, stage(header))
		l.text = []byte(header)
	} else if len(l.ids) > 1 {
		records = "," + records
	}
	l.ids = append(l.ids, stage(records))
	l.text = append(l.text, records...)
	end := base64.StdEncoding.EncodeToString(fmt.Appendf(nil, "%032x", 1<<30))
	if _, err := blocks.StageBlock(context.Background(), end, streaming.NopCloser(bytes.NewReader([]byte(closing))), nil); err != nil {
		t.Fatal(err)
	}
	if _, err := blocks.CommitBlockList(context.Background(), append(append([]string{}, l.ids...), end), &blockblob.CommitBlockListOptions{}); err != nil {
		t.Fatal(err)
	}
}

// Text is what the blob holds.
func (l *Log) Text() string { return string(l.text) + closing }

// Flows makes a container for flow logs and returns its name.
func (a *Account) Flows(t testing.TB, container string) string {
	t.Helper()
	if _, err := a.Client(t).CreateContainer(context.Background(), container, nil); err != nil {
		t.Fatal(err)
	}
	return container
}
