package pipeline

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"weir/internal/source"
	"weir/internal/source/azblob"
	"weir/internal/source/azuritetest"
	"weir/internal/source/dir"
)

// blobName is the name of a blob of a flow log, as Azure gives it.
func blobName(log string, hour time.Time, nic int) string {
	return fmt.Sprintf("flowLogResourceID=/SUB_NETWORKWATCHERRG/NETWORKWATCHER_WESTEUROPE_%s/y=%04d/m=%02d/d=%02d/h=%02d/m=00/macAddress=00224871C2%02X/PT1H.json",
		log, hour.Year(), hour.Month(), hour.Day(), hour.Hour(), nic)
}

// flowLogs is the container of VNet flow logs.
func flowLogs() string { return azblob.Containers()[1] }

// TestAzureExactlyOnce looks at blobs that grow, at any time and through a
// network that refuses, cuts and lags: at the end the store is that of one that
// read everything at once, however the looks fell, and no look read a byte twice
// but for the end that it checks.
func TestAzureExactlyOnce(t *testing.T) {
	rounds := 4
	if testing.Short() {
		rounds = 2
	}
	for seed := range uint64(rounds) {
		random := rand.New(rand.NewPCG(seed, 5))
		account := azuritetest.Start(t)
		container := account.Flows(t, flowLogs())
		chaos := account.Disturb(t, seed)
		azure, err := azblob.New(azblob.Config{Endpoint: chaos.URL, Login: azblob.Login{Key: account.Key}, Every: time.Millisecond, Retry: 4 * time.Millisecond})
		if err != nil {
			t.Fatal(err)
		}
		now := time.Now().UTC()
		var logs []*azuritetest.Log
		for i := range 8 {
			// Some hours are over: those are read as history.
			hour := now.Add(-time.Duration(random.IntN(8)) * time.Hour)
			logs = append(logs, account.Log(t, container, blobName(fmt.Sprint("L", i%3), hour, i)))
		}
		s := openStore(t, t.TempDir())
		claims := new(Claims)
		look := func(history bool) {
			src := azure.Live()
			if history {
				src = azure.History(time.Time{})
			}
			azure.LookNow()
			_, err := Run(t.Context(), Config{Store: s, Source: src, Follow: true, Ahead: 3, Claims: claims})
			if err != nil && !errors.Is(err, ErrUnlisted) {
				t.Fatal(err)
			}
		}
		chaos.Share.Store(25)
		n := 0
		for range 40 {
			for range 1 + random.IntN(3) {
				var records []string
				for range 1 + random.IntN(3) {
					n++
					records = append(records, record(n))
				}
				logs[random.IntN(len(logs))].Append(t, strings.Join(records, ","))
			}
			// Two looks may go on beside each other.
			var both sync.WaitGroup
			if random.IntN(2) == 0 {
				both.Go(func() { look(false) })
			}
			if random.IntN(3) == 0 {
				both.Go(func() { look(true) })
			}
			both.Wait()
		}
		chaos.Share.Store(0)
		want := azureAtOnce(t, logs)
		deadline := time.Now().Add(30 * time.Second)
		for {
			look(false)
			look(true)
			got := ints(t, s, bytesAndRecords)
			if cmp.Equal(want, got) {
				break
			}
			if time.Now().After(deadline) {
				t.Fatalf("seed %d (-read at once +looked at): %s\n%v", seed, cmp.Diff(want, got), chaos.Counts())
			}
		}
		t.Logf("seed %d: %d records, %v, %+v", seed, n, chaos.Counts(), azure.State().Requests)
	}
}

// TestAzureEvents has events tell which blobs were written, of which some are lost,
// others come twice, late or in another order, between others' and broken ones,
// through a network that refuses: whatever comes, the store is that of one that
// read everything at once, and mostly no list was needed.
func TestAzureEvents(t *testing.T) {
	rounds := 2
	if testing.Short() {
		rounds = 1
	}
	for seed := range uint64(rounds) {
		random := rand.New(rand.NewPCG(seed, 6))
		account := azuritetest.Start(t)
		container := account.Flows(t, flowLogs())
		blobs, queue := account.Disturb(t, seed), account.DisturbQueue(t, seed)
		name := fmt.Sprint("events", seed)
		azure, err := azblob.New(azblob.Config{
			Endpoint: blobs.URL, Login: azblob.Login{Key: account.Key}, Queue: queue.URL + "/" + name, Every: time.Millisecond, Retry: 4 * time.Millisecond,
		})
		if err != nil {
			t.Fatal(err)
		}
		s := openStore(t, t.TempDir())
		look := func() {
			_, err := Run(t.Context(), Config{Store: s, Source: azure.Live(), Follow: true, Ahead: 3, Claims: new(Claims)})
			if err != nil && !errors.Is(err, ErrUnlisted) {
				t.Fatal(err)
			}
		}
		look() // there is no queue yet
		if azure.State().Queue.Fault == nil {
			t.Error("there is no queue, and it is not told")
		}
		events := account.Events(t, name)
		now := time.Now().UTC()
		var logs []*azuritetest.Log
		for i := range 8 {
			hour := now.Add(-time.Duration(random.IntN(3)) * time.Hour)
			logs = append(logs, account.Log(t, container, blobName(fmt.Sprint("L", i%3), hour, i)))
		}
		blobs.Share.Store(20)
		queue.Share.Store(20)
		var late []string
		n, lost := 0, 0
		for range 60 {
			for range 1 + random.IntN(3) {
				var records []string
				for range 1 + random.IntN(3) {
					n++
					records = append(records, record(n))
				}
				l := logs[random.IntN(len(logs))]
				l.Append(t, strings.Join(records, ","))
				message := events.Created(t, l)
				switch chance := random.IntN(100); {
				case chance < 30:
					lost++
				case chance < 60:
					late = append(late, message, message)
				default:
					events.Put(t, message)
				}
			}
			if random.IntN(4) == 0 {
				events.Put(t, []string{"", "?", "{}", `{"subject":"/blobServices/default/containers/c/blobs/b","type":"Microsoft.Storage.BlobDeleted"}`}[random.IntN(4)])
			}
			if random.IntN(3) == 0 {
				random.Shuffle(len(late), func(i, j int) { late[i], late[j] = late[j], late[i] })
				for _, message := range late[:len(late)/2] {
					events.Put(t, message)
				}
				late = late[len(late)/2:]
			}
			if random.IntN(2) == 0 {
				look()
			}
		}
		blobs.Share.Store(0)
		queue.Share.Store(0)
		want := azureAtOnce(t, logs)
		deadline := time.Now().Add(30 * time.Second)
		for {
			azure.LookNow() // the rare look, which finds what no event tells
			look()
			got := ints(t, s, bytesAndRecords)
			if cmp.Equal(want, got) {
				break
			}
			if time.Now().After(deadline) {
				t.Fatalf("seed %d (-read at once +looked at): %s\n%v\n%v", seed, cmp.Diff(want, got), blobs.Counts(), queue.Counts())
			}
		}
		q := azure.State().Queue
		if q.Fault != nil || q.Received == 0 || q.Foreign == 0 || q.Unreadable == 0 {
			t.Errorf("seed %d: the queue stands so: %+v", seed, q)
		}
		t.Logf("seed %d: %d records, %d events lost, %v, %v, %+v, %+v", seed, n, lost, blobs.Counts(), queue.Counts(), azure.State().Requests, q)
	}
}

// TestAzureEventsOnly holds what a block costs of which an event tells: one read,
// and no list.
func TestAzureEventsOnly(t *testing.T) {
	account := azuritetest.Start(t)
	container, events := account.Flows(t, flowLogs()), account.Events(t, "events")
	azure, err := azblob.New(azblob.Config{
		Endpoint: account.Blob, Login: azblob.Login{Key: account.Key}, Containers: []string{container}, Queue: events.URL, Every: time.Nanosecond,
	})
	if err != nil {
		t.Fatal(err)
	}
	l := account.Log(t, container, blobName("L", time.Now().UTC(), 1))
	s := openStore(t, t.TempDir())
	look := func() Summary {
		sum, err := Run(t.Context(), Config{Store: s, Source: azure.Live(), Follow: true, Ahead: 2, Claims: new(Claims)})
		if err != nil {
			t.Fatal(err)
		}
		return sum
	}
	l.Append(t, record(1))
	events.Put(t, events.Created(t, l))
	if sum := look(); sum.Tuples != 1 {
		t.Fatalf("the first look: %+v", sum)
	}
	for n := 2; n < 20; n++ {
		block := record(n)
		l.Append(t, block)
		message := events.Created(t, l)
		events.Put(t, message)
		before := azure.State().Requests
		sum := look()
		after := azure.State().Requests
		want := int64(len(",") + len(block) + len("]}") + 64)
		if sum.Tuples != 1 || after.Bytes-before.Bytes > want || after.Reads-before.Reads != 1 || after.Lists != before.Lists || after.Queue-before.Queue != 2 {
			t.Fatalf("block %d: %d tuples, %+v, then %+v", n, sum.Tuples, before, after)
		}
		if n%5 == 0 {
			events.Put(t, message)
			if sum := look(); sum.Objects != 0 {
				t.Fatalf("an event that came twice: %+v", sum)
			}
		}
	}
}

// azureAtOnce reads what blobs hold from a folder, into a store of its own.
func azureAtOnce(t *testing.T, logs []*azuritetest.Log) []int64 {
	t.Helper()
	folder := t.TempDir()
	for i, l := range logs {
		if l.Text() != "]}" {
			if err := os.WriteFile(filepath.Join(folder, fmt.Sprint(i, ".json")), []byte(l.Text()), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	s := openStore(t, t.TempDir())
	if _, err := Run(t.Context(), Config{Store: s, Source: dir.New(folder)}); err != nil {
		t.Fatal(err)
	}
	return ints(t, s, bytesAndRecords)
}

// TestAzureReadsOnlyWhatIsNew holds what a look costs: of a blob that has grown
// its new block and the end of what was read, of others nothing.
func TestAzureReadsOnlyWhatIsNew(t *testing.T) {
	account := azuritetest.Start(t)
	container := account.Flows(t, flowLogs())
	azure, err := azblob.New(azblob.Config{Endpoint: account.Blob, Login: azblob.Login{Key: account.Key}, Containers: []string{container}})
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now().UTC()
	one, other := account.Log(t, container, blobName("L", now, 1)), account.Log(t, container, blobName("L", now, 2))
	s := openStore(t, t.TempDir())
	look := func() Summary {
		azure.LookNow()
		sum, err := Run(t.Context(), Config{Store: s, Source: azure.Live(), Follow: true})
		if err != nil {
			t.Fatal(err)
		}
		return sum
	}
	other.Append(t, record(1))
	for n := 2; n < 20; n++ {
		block := record(n)
		one.Append(t, block)
		before := azure.State().Requests
		sum := look()
		after := azure.State().Requests
		if n == 2 {
			continue
		}
		if want := int64(len(",") + len(block) + len("]}") + 64); sum.Tuples != 1 || sum.Bytes > want || after.Bytes-before.Bytes > want || after.Reads-before.Reads != 1 {
			t.Fatalf("block %d: %d tuples, %d bytes read in %d requests, want at most %d in one", n, sum.Tuples, sum.Bytes, after.Reads-before.Reads, want)
		}
	}
	if sum := look(); sum.Bytes != 0 || sum.Unchanged != 2 {
		t.Errorf("nothing is new: %+v", sum)
	}
	// What was written anew is told, and not read again.
	client := account.Client(t)
	if _, err := client.UploadBuffer(t.Context(), container, one.Name, []byte(object(7, 8)), nil); err != nil {
		t.Fatal(err)
	}
	long := strings.Repeat(" ", len(other.Text())) + object(9)
	if _, err := client.UploadBuffer(t.Context(), container, other.Name, []byte(long), nil); err != nil {
		t.Fatal(err)
	}
	if sum := look(); sum.Changed != 2 || sum.Tuples != 0 {
		t.Errorf("shorter and written anew: %+v", sum)
	}
}

// TestClaims holds that two runs never read one object at once.
func TestClaims(t *testing.T) {
	s, folder := openStore(t, t.TempDir()), t.TempDir()
	path := filepath.Join(folder, "a.json")
	write(t, path, object(1, 2))
	claims := new(Claims)
	reading, goOn := make(chan struct{}), make(chan struct{})
	slow := failing{dir.New(t.TempDir()), path, func() (io.ReadCloser, error) {
		close(reading)
		<-goOn
		return os.Open(path)
	}}
	done := make(chan Summary)
	go func() {
		sum, err := Run(t.Context(), Config{Store: s, Source: slow, Claims: claims})
		if err != nil {
			t.Error(err)
		}
		done <- sum
	}()
	<-reading
	if sum := ingest(t, s, Config{Claims: claims}, path); sum.Tuples != 0 || sum.Objects != 0 {
		t.Errorf("what another run is reading: %+v", sum)
	}
	close(goOn)
	if sum := <-done; sum.Tuples != 2 {
		t.Errorf("who came first: %+v", sum)
	}
	write(t, path, object(1, 2, 3))
	if sum := ingest(t, s, Config{Claims: claims}, path); sum.Tuples != 1 {
		t.Errorf("after its end: %+v", sum)
	}
}

// TestClaimsOfWhatIsLater holds that what could not be opened yet is free for
// others while the run that gave it up goes on.
func TestClaimsOfWhatIsLater(t *testing.T) {
	s, folder := openStore(t, t.TempDir()), t.TempDir()
	later, slow := filepath.Join(folder, "a.json"), filepath.Join(folder, "b.json")
	write(t, later, object(1, 2))
	write(t, slow, object(3))
	claims := new(Claims)
	reading, goOn := make(chan struct{}), make(chan struct{})
	src := failing{failing{dir.New(t.TempDir()), later, func() (io.ReadCloser, error) { return nil, source.ErrLater }}, slow, func() (io.ReadCloser, error) {
		close(reading)
		<-goOn
		return os.Open(slow)
	}}
	done := make(chan Summary)
	go func() {
		sum, err := Run(t.Context(), Config{Store: s, Source: src, Claims: claims, Workers: 1})
		if err != nil {
			t.Error(err)
		}
		done <- sum
	}()
	<-reading
	if sum := ingest(t, s, Config{Claims: claims}, later); sum.Tuples != 2 {
		t.Errorf("what another run gave up: %+v", sum)
	}
	close(goOn)
	if sum := <-done; sum.Tuples != 1 {
		t.Errorf("the run that gave it up: %+v", sum)
	}
}
