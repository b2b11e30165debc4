package simulate

import (
	"context"
	"encoding/base64"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/blockblob"

	"weir/internal/source/azuritetest"
)

// storage is a sink in an account of a test, and a reader of it.
func storage(t *testing.T) (*Account, func(object string) *blockblob.Client) {
	t.Helper()
	account := azuritetest.Start(t)
	a, err := NewAccount(account.Blob, account.Key)
	if err != nil {
		t.Fatal(err)
	}
	reader := account.Client(t).ServiceClient()
	return a, func(object string) *blockblob.Client {
		box, name, _ := strings.Cut(object, "/")
		return reader.NewContainerClient(box).NewBlockBlobClient(name)
	}
}

func download(t *testing.T, b *blockblob.Client) string {
	t.Helper()
	r, err := b.DownloadStream(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	text, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// What grows in an account is in the end what is written at once, byte for
// byte, and its blocks lie as Azure's at each commit: header, minutes, end,
// under names that stay.
func TestLiveAccount(t *testing.T) {
	c := small(1)
	c.Hours, c.VMs = 1, minVMs
	want := write(t, c)
	c.Out = t.TempDir()
	a, at := storage(t)
	name := regexp.MustCompile(`^[0-9a-f]{32}$`)
	names := map[string][]string{} // of the blocks of some objects, without the last
	_, err := Live(t.Context(), c, Growth{Sink: a, Committed: func(b Commit) {
		before, known := names[b.Object]
		if !known && len(names) == 4 {
			return
		}
		list, err := at(b.Object).GetBlockList(t.Context(), blockblob.BlockListTypeAll, nil)
		if err != nil {
			t.Error(err)
			return
		}
		var ids []string
		for _, block := range list.CommittedBlocks {
			id, err := base64.StdEncoding.DecodeString(*block.Name)
			if err != nil || !name.Match(id) {
				t.Errorf("a block has the name %q", id)
			}
			ids = append(ids, string(id))
		}
		n := len(ids)
		switch {
		case n != b.Number+3 || len(list.UncommittedBlocks) != 0:
			t.Errorf("%d blocks and %d that are not committed, want %d and none", n, len(list.UncommittedBlocks), b.Number+3)
		case *list.CommittedBlocks[0].Size != 12 || *list.CommittedBlocks[n-1].Size != 2 || *list.CommittedBlocks[n-2].Size != int64(b.Bytes):
			t.Errorf("the first, new and last block have %d, %d and %d bytes, want 12, %d and 2",
				*list.CommittedBlocks[0].Size, *list.CommittedBlocks[n-2].Size, *list.CommittedBlocks[n-1].Size, b.Bytes)
		case known && !slices.Equal(ids[:n-2], before):
			t.Errorf("names of committed blocks went from %v to %v", before, ids[:n-2])
		}
		names[b.Object] = ids[:max(n-1, 0)]
	}})
	if err != nil {
		t.Fatal(err)
	}
	objects := int64(0)
	for object, text := range want.objects {
		if got := download(t, at(object)); got != string(text) {
			t.Errorf("%s: %d bytes, other than the %d that are written at once", object, len(got), len(text))
		}
		objects++
	}
	if len(names) != 4 || objects != want.truth.Total.Objects {
		t.Errorf("looked at the blocks of %d objects and at %d objects", len(names), objects)
	}
	// The same once more would change what is there.
	if _, err := Live(t.Context(), c, Growth{Sink: a}); !errors.Is(err, ErrWritten) {
		t.Errorf("a second time: error %v, want %v", err, ErrWritten)
	}
}

// Stopped in the middle, all blobs are whole.
func TestLiveAccountStopped(t *testing.T) {
	c := small(1)
	c.Hours, c.VMs, c.Out = 1, minVMs, t.TempDir()
	a, at := storage(t)
	ctx, cancel := context.WithCancel(t.Context())
	blocks := map[string]int{}
	truth, err := Live(ctx, c, Growth{Sink: a, Committed: func(b Commit) {
		if blocks[b.Object]++; b.Number == 2 {
			cancel()
		}
	}})
	if err != nil {
		t.Fatal(err)
	}
	s := &simulation{objects: map[string][]byte{}, records: map[string][]logRecord{}, truth: truth, dir: c.Out}
	for object, n := range blocks {
		text := download(t, at(object))
		if !strings.HasPrefix(text, objectBegin) || !strings.HasSuffix(text, objectEnd) {
			t.Errorf("%s is torn: %s", object, text)
		}
		s.parse(t, object, []byte(text))
		if len(s.records[object]) != n {
			t.Errorf("%s: %d records, committed %d", object, len(s.records[object]), n)
		}
	}
	if int64(len(s.entries)) != truth.Total.Tuples || truth.Total.Records > 4*truth.Total.Objects {
		t.Errorf("%d tuples, the truth has %d in %d records", len(s.entries), truth.Total.Tuples, truth.Total.Records)
	}
}

// What is wrong with an account is said in a line, without its key.
func TestAccountFaults(t *testing.T) {
	account := azuritetest.Start(t)
	block := &Block{Object: containerVNet + "/a/PT1H.json", Data: []byte("{}")}
	older := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("x-ms-error-code", "InvalidHeaderValue")
		w.WriteHeader(http.StatusBadRequest)
	}))
	defer older.Close()
	for _, tc := range []struct{ endpoint, key, want string }{
		{account.Blob, base64.StdEncoding.EncodeToString([]byte("another")), "cannot write " + account.Blob + "/" + block.Object + ": the account answers 403 AuthorizationFailure"},
		{older.URL + "/a", account.Key, "cannot write " + older.URL + "/a/" + block.Object + ": the account answers 400 InvalidHeaderValue; if it is Azurite, start it with --skipApiVersionCheck"},
		{account.Blob, "no base64!", "the key is not one of a storage account, which is Base64; copy it anew"},
		{"account", account.Key, "it is no endpoint such as https://ACCOUNT.blob.core.windows.net or http://127.0.0.1:10000/devstoreaccount1"},
		{account.Blob + "?sig=secret", account.Key, "it is no endpoint such as https://ACCOUNT.blob.core.windows.net or http://127.0.0.1:10000/devstoreaccount1"},
	} {
		a, err := NewAccount(tc.endpoint, tc.key)
		if err == nil {
			err = a.Append(t.Context(), block)
		}
		if err == nil || err.Error() != tc.want {
			t.Errorf("%s: error %v, want %s", tc.endpoint, err, tc.want)
		}
	}
	a, err := NewAccount("https://logs.blob.core.windows.net/", account.Key)
	if err != nil || a.endpoint != "https://logs.blob.core.windows.net" {
		t.Errorf("NewAccount() = %+v, %v", a, err)
	}
}
