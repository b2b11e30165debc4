package pipeline

import (
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"weir/internal/source"
	"weir/internal/source/dir"
	"weir/internal/store"
)

// record is a VNet record of one tuple whose counters are all n.
func record(n int) string {
	return fmt.Sprintf(`{"time":"t","macAddress":"000A0A00AA00","flowLogResourceID":"/F","targetResourceID":"/V","flowRecords":{"flows":[{"aclID":"/A","flowGroups":[{"rule":"R","flowTuples":["%d,10.0.0.1,10.0.0.2,1,22,6,O,E,NX,%d,%d,%d,%d"]}]}]}}`, 1742590776123+int64(n), n, n, n, n)
}

func object(numbers ...int) string {
	records := make([]string, len(numbers))
	for i, n := range numbers {
		records[i] = record(n)
	}
	return `{"records":[` + strings.Join(records, ",") + `]}`
}

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
	// Two writes may fall into one tick of the clock of the file system.
	at := time.Now().Add(time.Duration(clock()) * time.Second)
	if err := os.Chtimes(path, at, at); err != nil {
		t.Fatal(err)
	}
}

var clock = func() func() int {
	n := 0
	return func() int { n++; return n }
}()

const bytesAndRecords = `SELECT coalesce(sum(bytes_fwd), 0), coalesce(sum(records), 0) FROM flows`

func TestGrowingObject(t *testing.T) {
	s, path := openStore(t, t.TempDir()), filepath.Join(t.TempDir(), "PT1H.json")
	want := []int64{0, 0}
	var numbers []int
	for n := 1; n <= 6; n++ {
		numbers = append(numbers, n)
		content := object(numbers...)
		write(t, path, content)
		sum := ingest(t, s, Config{}, path)
		if sum.Tuples != 1 || sum.PendingBytes != 0 {
			t.Errorf("block %d: %d tuples, %d bytes pending", n, sum.Tuples, sum.PendingBytes)
		}
		want[0] += int64(n)
		want[1]++
		if diff := cmp.Diff(want, ints(t, s, bytesAndRecords)); diff != "" {
			t.Fatalf("block %d (-want +got):\n%s", n, diff)
		}
		// The next block is not yet whole.
		write(t, path, strings.TrimSuffix(content, "]}")+","+record(n + 1)[:100])
		sum = ingest(t, s, Config{}, path)
		if sum.Tuples != 0 || sum.PendingBytes != 100 || sum.Rejected != 0 {
			t.Errorf("half of block %d: %d tuples, %d bytes pending, %d rejected", n+1, sum.Tuples, sum.PendingBytes, sum.Rejected)
		}
	}
}

func TestChangedObject(t *testing.T) {
	s, path := openStore(t, t.TempDir()), filepath.Join(t.TempDir(), "PT1H.json")
	write(t, path, object(1, 2))
	ingest(t, s, Config{}, path)
	for name, content := range map[string]string{
		"another number": object(3, 2, 4), "shorter": object(1), "empty": "", "another space": " " + object(1, 2, 3),
	} {
		write(t, path, content)
		for range 2 { // it stays reported
			sum := ingest(t, s, Config{}, path)
			if sum.Changed != 1 || sum.Tuples != 0 || len(sum.Problems) != 1 || sum.Problems[0].Object != path {
				t.Errorf("%s: %+v", name, sum)
			}
		}
		if diff := cmp.Diff([]int64{3, 2}, ints(t, s, bytesAndRecords)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	// What was read is there again, and more.
	write(t, path, object(1, 2, 5))
	if sum := ingest(t, s, Config{}, path); sum.Changed != 0 || sum.Tuples != 1 {
		t.Errorf("restored and grown: %+v", sum)
	}
}

func TestGzipObject(t *testing.T) {
	s, path := openStore(t, t.TempDir()), filepath.Join(t.TempDir(), "a.json.gz")
	zip := func(content string) string {
		var z strings.Builder
		w := gzip.NewWriter(&z)
		io.WriteString(w, content)
		w.Close()
		return z.String()
	}
	write(t, path, zip(object(1, 2)))
	ingest(t, s, Config{}, path)
	write(t, path, zip(object(1, 2, 3)))
	if sum := ingest(t, s, Config{}, path); sum.Tuples != 1 {
		t.Errorf("grown: %+v", sum)
	}
	damaged := zip(object(1, 2, 3) + strings.Repeat(" ", 4096) + object(9, 10))
	write(t, path, damaged[:len(damaged)-20])
	for round := range 2 {
		sum := ingest(t, s, Config{}, path)
		if sum.Failed != 1 || len(sum.Problems) != 1 || !strings.Contains(sum.Problems[0].Message, "cannot decompress") {
			t.Errorf("damaged, round %d: %+v", round, sum)
		}
	}
	got := ints(t, s, `SELECT sum(records)::BIGINT, (SELECT sum(rejected)::BIGINT FROM objects), (SELECT count(*) FROM rejects WHERE reason = 'corrupt-gzip') FROM flows`)
	if got[0] < 3 || got[1] != 1 || got[2] != 1 {
		t.Errorf("tuples, rejected, samples: %v", got)
	}
}

// TestGzipBeingCopied looks at a compressed object again and again while it is
// copied: it is named each time, counts once, and is read in the end.
func TestGzipBeingCopied(t *testing.T) {
	s, path := openStore(t, t.TempDir()), filepath.Join(t.TempDir(), "a.json.gz")
	var z strings.Builder
	w := gzip.NewWriter(&z)
	io.WriteString(w, object(1, 2, 3))
	w.Close()
	rejected := int64(0)
	for _, n := range []int{8, 100, 100, z.Len() - 9} {
		write(t, path, z.String()[:n])
		sum := ingest(t, s, Config{}, path)
		if rejected += sum.Rejected; sum.Failed != 1 || rejected != 1 || !strings.Contains(sum.Problems[0].Message, "still being copied") {
			t.Errorf("%d bytes: %d rejected so far, %+v", n, rejected, sum)
		}
	}
	write(t, path, z.String())
	if sum := ingest(t, s, Config{}, path); sum.Failed != 0 || sum.Rejected != 0 || sum.RejectedBefore != 1 {
		t.Errorf("whole: %+v", sum)
	}
	if diff := cmp.Diff([]int64{6, 3}, ints(t, s, bytesAndRecords)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestArchive holds that what is no text is named by its kind, once counted,
// and not opened again while it stays the same.
func TestArchive(t *testing.T) {
	s, folder := openStore(t, t.TempDir()), t.TempDir()
	path := filepath.Join(folder, "logs.json")
	write(t, path, "PK\x03\x04"+strings.Repeat("x", 1000))
	write(t, filepath.Join(folder, "other.json"), object(1))
	for round := range 2 {
		sum := ingest(t, s, Config{}, folder)
		if sum.Failed != 1 || sum.Rejected+sum.RejectedBefore != 1 || !strings.Contains(sum.Problems[0].Message, "a zip archive: unpack it") || round == 1 && sum.Bytes != 0 {
			t.Errorf("round %d: %+v", round, sum)
		}
	}
	if got := ints(t, s, `SELECT count(*) FROM rejects WHERE reason = 'not-text'`); got[0] != 1 {
		t.Errorf("%d samples", got[0])
	}
}

// TestFutureIsKeptOut holds that the end of what is stored is not that of one
// damaged tuple, nor of a record that cannot have been written yet.
func TestFutureIsKeptOut(t *testing.T) {
	s, path := openStore(t, t.TempDir()), filepath.Join(t.TempDir(), "PT1H.json")
	year2099 := time.Date(2099, 1, 1, 0, 0, 0, 0, time.UTC).UnixMilli()
	tuple := fmt.Sprintf(`"%d,10.0.0.1,10.0.0.2,1,22,6,O,E,NX,1,1,1,1"`, year2099)
	said := func(at, content string) string { return strings.ReplaceAll(content, `"time":"t"`, `"time":"`+at+`"`) }
	write(t, path, said("2025-03-21T21:00:30Z", strings.Replace(object(1, 2), `"flowTuples":[`, `"flowTuples":[`+tuple+`,`, 1))+
		said("2099-01-01T00:00:00Z", strings.Replace(object(4), `1742590776`, fmt.Sprint(year2099/1000), 1))+
		strings.Replace(object(8), `"flowTuples":[`, `"flowTuples":[`+tuple+`,`, 1))
	sum := ingest(t, s, Config{}, path)
	reasons := map[string]int64{}
	for _, r := range sum.Rejects {
		reasons[r.Reason] = r.Count
	}
	if diff := cmp.Diff(map[string]int64{"far-time": 2, "future-time": 1}, reasons); diff != "" || sum.Tuples != 3 {
		t.Errorf("%d tuples, rejects (-want +got):\n%s", sum.Tuples, diff)
	}
	if got := ints(t, s, `SELECT year(max(last_seen)) FROM flows`); got[0] != 2025 {
		t.Errorf("the data ends in %d", got[0])
	}
}

// TestRejectsAreCountedExactly reads an object with many more rejects than are
// kept as samples.
func TestRejectsAreCountedExactly(t *testing.T) {
	s, path := openStore(t, t.TempDir()), filepath.Join(t.TempDir(), "PT1H.json")
	write(t, path, strings.ReplaceAll(object(1, 2), `"flowTuples":[`, `"flowTuples":[`+strings.Repeat(`"x",`, 5000)))
	sum := ingest(t, s, Config{}, path)
	if sum.Tuples != 2 || sum.Rejected != 10_000 || len(sum.Rejects) != 1 || sum.Rejects[0].Count != 10_000 {
		t.Errorf("%+v", sum)
	}
	got := ints(t, s, `SELECT (SELECT rejected FROM objects), (SELECT max(total) FROM rejects), (SELECT count(sample) FROM rejects)`)
	if diff := cmp.Diff([]int64{10_000, 10_000, store.MaxRejectSamples}, got); diff != "" {
		t.Errorf("in the store (-want +got):\n%s", diff)
	}
}

// TestGiantRecords reads records with as many tuples as a table has rows, with
// several workers, of which one at a time has such a record in a batch.
func TestGiantRecords(t *testing.T) {
	s, folder := openStore(t, t.TempDir()), t.TempDir()
	for i := range 3 {
		var tuples strings.Builder
		for n := range giantRecord + 1 {
			fmt.Fprintf(&tuples, `"%d,10.0.0.1,10.%d.%d.%d,1,22,6,O,E,NX,1,1,1,1",`, 1742590776123, i, n>>8&255, n&255)
		}
		giant := strings.ReplaceAll(object(1, 2), `"flowTuples":[`, `"flowTuples":[`+tuples.String())
		write(t, filepath.Join(folder, fmt.Sprintf("%d.json", i)), giant)
	}
	ingest(t, s, Config{Workers: 3, CommitRows: 1000}, folder)
	got := ints(t, s, bytesAndRecords)
	if diff := cmp.Diff([]int64{3 * (2*(giantRecord+1) + 1 + 2), 3 * (2*(giantRecord+1) + 2)}, got); diff != "" {
		t.Errorf("bytes and tuples (-want +got):\n%s", diff)
	}
}

func TestUnreadableObjectSparesTheOthers(t *testing.T) {
	s, folder := openStore(t, t.TempDir()), t.TempDir()
	write(t, filepath.Join(folder, "a.json"), object(1))
	write(t, filepath.Join(folder, "c.json"), object(2))
	broken := errors.New("the disk is on fire")
	src := failing{dir.New(folder), filepath.Join(folder, "b.json"), func() (io.ReadCloser, error) { return nil, broken }}
	sum, err := Run(context.Background(), Config{Store: s, Source: src})
	if err != nil || sum.Tuples != 2 || sum.Failed != 1 || sum.Problems[0].Message != broken.Error() {
		t.Errorf("error %v, %+v", err, sum)
	}
	// It fails in the middle, then not at all.
	src.open = func() (io.ReadCloser, error) {
		return io.NopCloser(io.MultiReader(strings.NewReader(object(5, 6)[:len(object(5))]), failingReader{broken})), nil
	}
	if sum, err = Run(context.Background(), Config{Store: s, Source: src}); err != nil || sum.Tuples != 1 || sum.Failed != 1 {
		t.Errorf("error %v, %+v", err, sum)
	}
	src.open = func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(object(5, 6))), nil }
	if sum, err = Run(context.Background(), Config{Store: s, Source: src}); err != nil || sum.Tuples != 1 || sum.Failed != 0 {
		t.Errorf("error %v, %+v", err, sum)
	}
	if diff := cmp.Diff([]int64{1 + 2 + 5 + 6, 4}, ints(t, s, bytesAndRecords)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestObjectGoesAway holds that an object which was removed after it was
// listed is neither a failure nor in the ledger.
func TestObjectGoesAway(t *testing.T) {
	s, folder := openStore(t, t.TempDir()), t.TempDir()
	write(t, filepath.Join(folder, "a.json"), object(1))
	gone := filepath.Join(folder, "b.json")
	src := failing{dir.New(folder), gone, func() (io.ReadCloser, error) { return os.Open(gone) }}
	sum, err := Run(context.Background(), Config{Store: s, Source: src})
	if err != nil || sum.Tuples != 1 || sum.Failed != 0 || len(sum.Problems) != 0 {
		t.Errorf("error %v, %+v", err, sum)
	}
	if got := ints(t, s, "SELECT count(*) FROM objects"); got[0] != 1 {
		t.Errorf("%d objects in the ledger, want 1", got[0])
	}
}

// failing adds an object to a source that opens as it is told.
type failing struct {
	source.Source
	name string
	open func() (io.ReadCloser, error)
}

func (f failing) List(ctx context.Context, yield func(source.Object) error) error {
	if err := f.Source.List(ctx, yield); err != nil {
		return err
	}
	return yield(source.Object{Name: f.name, ETag: "1", Size: 1, Open: func(context.Context, int64) (source.Content, error) {
		r, err := f.open()
		return source.Content{ReadCloser: r}, err
	}})
}

type failingReader struct{ err error }

func (f failingReader) Read([]byte) (int, error) { return 0, f.err }

// TestListingFails holds that what cannot be listed is an error, and that the
// rest is read.
func TestListingFails(t *testing.T) {
	s := openStore(t, t.TempDir())
	missing, folder := filepath.Join(t.TempDir(), "nowhere"), t.TempDir()
	write(t, filepath.Join(folder, "a.json"), object(1, 2))
	sum, err := Run(context.Background(), Config{Store: s, Source: dir.New(missing, folder)})
	if !errors.Is(err, ErrUnlisted) || !strings.Contains(err.Error(), missing) || sum.Tuples != 2 {
		t.Errorf("a missing folder: %v, %+v", err, sum)
	}
}

// TestStopped ends a run by its context at many points; what it says was
// committed is there, and the next run reads exactly the rest.
func TestStopped(t *testing.T) {
	folders, truth, out := simulated(t, 1, 14, 0.5)
	s := openStore(t, t.TempDir())
	stopped := 0
	for round := 1; ; round++ {
		ctx, cancel := context.WithCancel(context.Background())
		limit := int64(round) * truth.Total.Tuples / 20
		sum, err := Run(ctx, Config{Store: &cancelling{s, limit, cancel}, Source: dir.New(folders...), CommitRows: 200})
		cancel()
		got := ints(t, s, `SELECT coalesce(sum(records), 0), (SELECT coalesce(sum(tuples), 0) FROM objects) FROM flows`)
		if got[0] != got[1] {
			t.Fatalf("%d tuples in the facts, %d in the ledger", got[0], got[1])
		}
		if err == nil {
			break
		}
		if !errors.Is(err, context.Canceled) || round > 60 {
			t.Fatalf("round %d: %v, %+v", round, err, sum)
		}
		stopped++
	}
	if diff := cmp.Diff(trueCaptures(t, truth, out), captures(t, s)); diff != "" {
		t.Errorf("captures (-truth +got):\n%s", diff[:min(len(diff), 4000)])
	}
	if stopped < 3 {
		t.Errorf("the run was stopped %d times only", stopped)
	}
}

// cancelling ends the run once that many tuples were committed.
type cancelling struct {
	store.Store
	left   int64
	cancel func()
}

func (c *cancelling) Commit(ctx context.Context, d *store.Delta) error {
	for _, r := range d.Rows {
		c.left -= int64(r.Records)
	}
	if c.left < 0 {
		c.cancel()
	}
	return c.Store.Commit(ctx, d)
}

// TestFailingStoreStopsTheRun holds that an error of the store is the error
// of the run and that nobody waits for ever.
func TestFailingStoreStopsTheRun(t *testing.T) {
	folders, _, _ := simulated(t, 1, 14, 0.2)
	full := errors.New("no space left on device")
	s := &refusing{openStore(t, t.TempDir()), full, 3}
	_, err := Run(context.Background(), Config{Store: s, Source: dir.New(folders...), CommitRows: 50})
	if !errors.Is(err, full) {
		t.Errorf("error %v, want %v", err, full)
	}
}

// refusing fails every commit after the first few.
type refusing struct {
	store.Store
	err  error
	good int
}

func (r *refusing) Commit(ctx context.Context, d *store.Delta) error {
	if r.good--; r.good < 0 {
		return r.err
	}
	return r.Store.Commit(ctx, d)
}

func TestProgressIsReported(t *testing.T) {
	folders, truth, _ := simulated(t, 1, 14, 0.2)
	var last Progress
	calls := 0
	sum := ingest(t, openStore(t, t.TempDir()), Config{Progress: func(p Progress) {
		calls++
		if p.Tuples < last.Tuples || p.BytesDone < last.BytesDone {
			t.Errorf("progress went back from %+v to %+v", last, p)
		}
		last = p
	}}, folders...)
	if calls == 0 || last.Tuples != truth.Total.Tuples || last.ObjectsDone != last.Objects || last.Bytes != last.BytesDone || last.Rows != sum.Rows || last.Listing {
		t.Errorf("%d calls, the last with %+v", calls, last)
	}
}
