package simulate

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"math"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/streaming"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/bloberror"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/blockblob"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/service"
	"github.com/zeebo/xxh3"
)

// Account is a sink in a storage account. Its blobs are written as Azure does: a
// block for the beginning, one for each minute, one for the end, and at each
// commit the list of them with the new one before the last.
type Account struct {
	endpoint string
	client   *service.Client

	mu         sync.Mutex
	containers map[string]bool // that are there
}

// NewAccount returns the account whose blobs are at an endpoint, such as
// https://ACCOUNT.blob.core.windows.net, with its key.
func NewAccount(endpoint, key string) (*Account, error) {
	at, err := url.Parse(endpoint)
	if err != nil || at.Host == "" || at.Scheme != "https" && at.Scheme != "http" || at.RawQuery != "" || at.User != nil {
		return nil, errors.New("it is no endpoint such as https://ACCOUNT.blob.core.windows.net or http://127.0.0.1:10000/devstoreaccount1")
	}
	name := strings.Trim(at.Path, "/") // of an emulator, whose host is an address
	if name == "" {
		name, _, _ = strings.Cut(at.Hostname(), ".")
	}
	login, err := service.NewSharedKeyCredential(name, key)
	if err != nil {
		return nil, errors.New("the key is not one of a storage account, which is Base64; copy it anew")
	}
	endpoint = strings.TrimSuffix(endpoint, "/")
	client, err := service.NewClientWithSharedKeyCredential(endpoint, login, &service.ClientOptions{
		ClientOptions: azcore.ClientOptions{Retry: policy.RetryOptions{TryTimeout: 30 * time.Second}},
	})
	if err != nil {
		return nil, err
	}
	return &Account{endpoint: endpoint, client: client, containers: map[string]bool{}}, nil
}

// ErrWritten means that an account has blobs with the names of ours.
var ErrWritten = errors.New("it is there already; take another --seed, whose network has other names, or remove the earlier logs")

// Append implements [Sink].
func (a *Account) Append(ctx context.Context, b *Block) error {
	box, name, _ := strings.Cut(b.Object, "/")
	if err := a.append(ctx, box, name, b); err != nil {
		return fmt.Errorf("cannot write %s/%s: %w", a.endpoint, b.Object, plainly(err))
	}
	return nil
}

func (a *Account) append(ctx context.Context, box, name string, b *Block) error {
	to := a.client.NewContainerClient(box).NewBlockBlobClient(name)
	stage := func(id string, text []byte) error {
		_, err := to.StageBlock(ctx, id, streaming.NopCloser(bytes.NewReader(text)), nil)
		return err
	}
	first, last := blockID(b.Object, 0), blockID(b.Object, math.MaxUint64)
	if b.Number == 0 {
		if err := a.begin(ctx, box, to); err != nil {
			return err
		}
		if err := errors.Join(stage(first, []byte(objectBegin)), stage(last, []byte(objectEnd))); err != nil {
			return err
		}
	}
	ids := []string{first}
	for i := range b.Number + 1 {
		ids = append(ids, blockID(b.Object, uint64(i+1)))
	}
	if err := stage(ids[len(ids)-1], b.Data); err != nil {
		return err
	}
	_, err := to.CommitBlockList(ctx, append(ids, last), nil)
	return err
}

// begin makes the container where it is missing, and makes sure that the blob is.
func (a *Account) begin(ctx context.Context, box string, to *blockblob.Client) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if !a.containers[box] {
		if _, err := a.client.CreateContainer(ctx, box, nil); err != nil && !bloberror.HasCode(err, bloberror.ContainerAlreadyExists) {
			return err
		}
		a.containers[box] = true
	}
	_, err := to.GetProperties(ctx, nil)
	switch {
	case err == nil:
		return ErrWritten
	case bloberror.HasCode(err, bloberror.BlobNotFound):
		return nil
	}
	return err
}

// blockID is the name of a block, 32 hex digits in Base64 as Azure's are.
func blockID(object string, i uint64) string {
	h := xxh3.HashString128Seed(object, i)
	return base64.StdEncoding.EncodeToString(fmt.Appendf(nil, "%016x%016x", h.Hi, h.Lo))
}

// plainly says what an account answered in a line.
func plainly(err error) error {
	var answer *azcore.ResponseError
	if !errors.As(err, &answer) {
		return err
	}
	hint := ""
	if answer.ErrorCode == string(bloberror.InvalidHeaderValue) { // of the version that we speak
		hint = "; if it is Azurite, start it with --skipApiVersionCheck"
	}
	return fmt.Errorf("the account answers %d %s%s", answer.StatusCode, answer.ErrorCode, hint)
}
