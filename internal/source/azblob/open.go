package azblob

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/blob"

	"weir/internal/source"
)

// openable returns a blob that can be opened. Whatever version answers is read: one that
// is newer than the listing's has only more in it. What is read of it after a
// cut is of that version, as If-Match holds.
func (a *Account) openable(b *box, name string, o source.Object, limited bool) source.Object {
	o.Open = func(ctx context.Context, from int64) (source.Content, error) {
		c, err := a.open(ctx, b, name, from, limited)
		switch {
		case err == nil:
			a.retries.done(o.Name)
		case errors.Is(err, source.ErrLater):
			a.retries.failed(o, time.Now())
		}
		return c, err
	}
	return o
}

func (a *Account) open(ctx context.Context, b *box, name string, from int64, limited bool) (source.Content, error) {
	if until := a.retries.paused(time.Now()); until > 0 {
		return source.Content{}, fmt.Errorf("%w: the account asked to be left alone for another %s", source.ErrLater, until.Round(time.Second))
	}
	if limited {
		ctx = context.WithValue(ctx, ofHistory{}, true)
	}
	ctx, cancel := context.WithCancelCause(ctx)
	resp, err := b.client.NewBlobClient(name).DownloadStream(ctx, &blob.DownloadStreamOptions{Range: blob.HTTPRange{Offset: from}})
	if err != nil {
		cancel(nil)
		return a.unopened(err)
	}
	a.retries.answered()
	body := &body{
		Reader: resp.NewRetryReader(ctx, &blob.RetryReaderOptions{MaxRetries: 3}),
		ctx:    ctx, cancel: cancel, account: a, limited: limited,
	}
	size := from + value(resp.ContentLength)
	if _, total, ok := strings.Cut(value(resp.ContentRange), "/"); ok {
		if n, err := strconv.ParseInt(total, 10, 64); err == nil {
			size = n
		}
	}
	return source.Content{ReadCloser: body, ETag: etag(resp.ETag), Size: size, Modified: value(resp.LastModified)}, nil
}

// unopened says what became of a blob that could not be opened.
func (a *Account) unopened(err error) (source.Content, error) {
	var answer *azcore.ResponseError
	if errors.As(err, &answer) {
		switch {
		case answer.StatusCode == http.StatusRequestedRangeNotSatisfiable:
			// It is no longer than what was read of it, which its end will tell.
			return source.Content{ReadCloser: io.NopCloser(bytes.NewReader(nil))}, nil
		case answer.StatusCode == http.StatusNotFound && answer.ErrorCode == "BlobNotFound":
			return source.Content{}, &fs.PathError{Op: "open", Path: "blob", Err: fs.ErrNotExist}
		}
	}
	if isTransient(err) {
		a.retries.pause(retryAfter(err), time.Now())
		return source.Content{}, fmt.Errorf("%w: %w", source.ErrLater, a.explain(err))
	}
	return source.Content{}, a.explain(err)
}

// stall is how long a blob may send nothing before its reading is given up.
const stall = 30 * time.Second

var errStalled = errors.New("the storage account sent nothing for 30 seconds")

// body is the content of a blob.
type body struct {
	io.Reader
	ctx     context.Context
	cancel  context.CancelCauseFunc
	account *Account
	limited bool
}

func (b *body) Read(p []byte) (int, error) {
	watch := time.AfterFunc(stall, func() { b.cancel(errStalled) })
	n, err := b.Reader.Read(p)
	watch.Stop()
	b.account.meter.received(int64(n))
	switch {
	case err == nil || err == io.EOF:
	case context.Cause(b.ctx) == errStalled:
		err = errStalled
	default:
		err = b.account.explain(err)
	}
	if b.limited {
		b.account.limit.wait(b.ctx, n)
	}
	return n, err
}

func (b *body) Close() error {
	defer b.cancel(nil)
	return b.Reader.(io.Closer).Close()
}

// limiter bounds how much is read in a second.
type limiter struct {
	rate int64 // bytes a second; 0: as much as there is

	mu   sync.Mutex
	free time.Time // when what was read so far is paid for
}

// wait returns when n more bytes may be read, or ctx ends.
func (l *limiter) wait(ctx context.Context, n int) {
	if l.rate == 0 || n == 0 {
		return
	}
	l.mu.Lock()
	if now := time.Now(); l.free.Before(now) {
		l.free = now
	}
	l.free = l.free.Add(time.Duration(float64(n) / float64(l.rate) * float64(time.Second)))
	until := time.Until(l.free)
	l.mu.Unlock()
	select {
	case <-time.After(until):
	case <-ctx.Done():
	}
}
