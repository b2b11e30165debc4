package azuritetest

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/streaming"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/bloberror"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/blockblob"
)

// What one account holds can be read back from it, and no other has it.
func TestAccountsAreApart(t *testing.T) {
	one, other := Start(t).Client(t), Start(t).Client(t)
	if _, err := one.CreateContainer(t.Context(), "logs", nil); err != nil {
		t.Fatal(err)
	}
	if _, err := one.UploadBuffer(t.Context(), "logs", "a/b.json", []byte("some bytes"), nil); err != nil {
		t.Fatal(err)
	}
	got := make([]byte, 10)
	if _, err := one.DownloadBuffer(t.Context(), "logs", "a/b.json", got, nil); err != nil || string(got) != "some bytes" {
		t.Errorf("read back %q, %v", got, err)
	}
	if _, err := other.DownloadBuffer(t.Context(), "logs", "a/b.json", got, nil); !bloberror.HasCode(err, bloberror.ContainerNotFound) {
		t.Errorf("the other account: error %v, want %s", err, bloberror.ContainerNotFound)
	}
}

// recorder is a test that notes what is said of it.
type recorder struct {
	testing.TB
	skipped, failed string
}

func (r *recorder) Helper()           {}
func (r *recorder) Skip(args ...any)  { r.skipped = args[0].(error).Error() }
func (r *recorder) Fatal(args ...any) { r.failed = args[0].(error).Error() }

// A missing server skips a test with what to do, and fails it in CI.
func TestMissing(t *testing.T) {
	t.Setenv("PATH", "")
	_, err := startServer()
	if !errors.Is(err, errMissing) {
		t.Fatalf("without Node.js: error %v, want %v", err, errMissing)
	}
	for _, c := range []struct {
		ci   string
		want recorder
	}{{"", recorder{skipped: err.Error()}}, {"true", recorder{failed: err.Error()}}} {
		t.Setenv("CI", c.ci)
		var got recorder
		refuse(&got, err)
		if got != c.want || !strings.Contains(err.Error(), "Node.js is not installed") {
			t.Errorf("CI=%s: %+v, want %+v", c.ci, got, c.want)
		}
	}
}

// BenchmarkPutBlock says how many requests a second the server takes.
func BenchmarkPutBlock(b *testing.B) {
	c := Start(b).Client(b).ServiceClient().NewContainerClient("logs")
	if _, err := c.Create(b.Context(), nil); err != nil {
		b.Fatal(err)
	}
	block := bytes.Repeat([]byte("x"), 4<<10)
	run := func(name string, do func(*blockblob.Client) error) {
		b.Run(name, func(b *testing.B) {
			blob := c.NewBlockBlobClient(name)
			if _, err := blob.StageBlock(b.Context(), "MDA=", streaming.NopCloser(bytes.NewReader(block)), nil); err != nil {
				b.Fatal(err)
			}
			if _, err := blob.CommitBlockList(b.Context(), []string{"MDA="}, nil); err != nil {
				b.Fatal(err)
			}
			b.SetParallelism(4)
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					if err := do(blob); err != nil {
						b.Error(err)
					}
				}
			})
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "requests/s")
		})
	}
	run("put-block", func(blob *blockblob.Client) error {
		_, err := blob.StageBlock(b.Context(), "MDE=", streaming.NopCloser(bytes.NewReader(block)), nil)
		return err
	})
	run("get-properties", func(blob *blockblob.Client) error {
		_, err := blob.GetProperties(b.Context(), nil)
		return err
	})
}
