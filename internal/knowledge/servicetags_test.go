package knowledge

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"weir/internal/store"
)

func TestImportServiceTags(t *testing.T) {
	later := func() time.Time { return day.Add(100 * 24 * time.Hour) }
	k := keeper(t, Config{Now: later})
	r := importTags(t, k, 7, day, "20.60.0.0/24")
	want := &ServiceTagsReport{
		ServiceTagsVersion: ServiceTagsVersion{Date: day, ChangeNumber: 7, Cloud: "Public", Tags: 2, Prefixes: 1},
		Rejected:           []string{`"not a prefix" in AzureCloud`}, RejectedCount: 1, New: true,
	}
	if diff := cmp.Diff(want, r); diff != "" {
		t.Errorf("report (-want +got):\n%s", diff)
	}
	importTags(t, k, 8, day.Add(7*24*time.Hour), "20.61.0.0/24")
	// Change numbers of the API and of the weekly file are two series.
	if r := importTags(t, k, 8, day.Add(8*24*time.Hour), "20.61.0.0/16"); !r.New {
		t.Error("another file of the same change number is not a new one")
	}
	// What says the same holds from the earliest date.
	if r := importTags(t, k, 8, day.Add(20*24*time.Hour), "20.61.0.0/16"); r.New || r.Earlier || !r.Date.Equal(day.Add(8*24*time.Hour)) {
		t.Errorf("the same file once more: %+v", r)
	}
	importTags(t, k, 9, day.Add(30*24*time.Hour), "20.62.0.0/16")
	if r := importTags(t, k, 9, day.Add(10*24*time.Hour), "20.62.0.0/16"); r.New || !r.Earlier || !r.Date.Equal(day.Add(10*24*time.Hour)) {
		t.Errorf("the same file of an earlier date: %+v", r)
	}
	service := func(address string, at time.Time, want string) {
		t.Helper()
		if got := lookup(t, k, address, at).Service; got != want {
			t.Errorf("%s at %s is of the service %q, want %q", address, at, got, want)
		}
	}
	service("20.60.0.9", day.Add(-time.Hour), "AzureStorage") // before the first, which is used
	service("20.60.0.9", day.Add(9*24*time.Hour), "")
	service("20.61.9.9", day.Add(7*24*time.Hour), "")
	service("20.61.9.9", day.Add(9*24*time.Hour), "AzureStorage")
	service("20.62.9.9", day.Add(12*24*time.Hour), "AzureStorage")
	versions, _ := k.ServiceTags(t.Context())
	if len(versions) != 4 || versions[2].ChangeNumber != 8 || !versions[2].Date.Equal(day.Add(8*24*time.Hour)) {
		t.Errorf("versions: %+v", versions)
	}
	reopened, _ := keeper(t, Config{Store: k.config.Store, Now: later}).ServiceTags(t.Context())
	if diff := cmp.Diff(versions, reopened); diff != "" {
		t.Errorf("versions after opening again (-want +got):\n%s", diff)
	}
	if err := k.ForgetServiceTags(t.Context(), day.Add(8*24*time.Hour)); err != nil {
		t.Fatal(err)
	}
	service("20.61.9.9", day.Add(9*24*time.Hour), "")
	reopened, _ = keeper(t, Config{Store: k.config.Store, Now: later}).ServiceTags(t.Context())
	if len(reopened) != 3 {
		t.Errorf("versions after one was forgotten: %+v", reopened)
	}
	if err := k.ForgetServiceTags(t.Context(), day.Add(8*24*time.Hour)); err == nil || !strings.Contains(err.Error(), "there are none of that day") {
		t.Errorf("forgotten twice: %v", err)
	}

	before := k.Current()
	bad := func(in ServiceTagsInput, want string) {
		t.Helper()
		if _, err := k.ImportServiceTags(t.Context(), in); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not say %q", err, want)
		}
	}
	bad(ServiceTagsInput{Name: "ServiceTags_Public_20990101.json", Content: tagsFile(9, "20.60.0.0/24")}, "cannot take the service tags in ServiceTags_Public_20990101.json: they are of 2099-01-01")
	bad(ServiceTagsInput{Name: "tags.json", Content: tagsFile(9, "20.60.0.0/24")}, "give it with --date")
	bad(ServiceTagsInput{Name: "tags.json", Date: day, Content: []byte("{}")}, "it has no cloud and values")
	other := strings.Replace(string(tagsFile(9, "20.60.0.0/24")), "Public", "China", 1)
	bad(ServiceTagsInput{Name: "tags.json", Date: day, Content: []byte(other)}, "cannot keep service tags of the cloud China beside those of Public")
	if k.Current() != before {
		t.Error("a file that was refused changed what is known")
	}
}

// Stores of before have a document for each change number.
func TestServiceTagsOfEarlierStores(t *testing.T) {
	s := openStore(t, t.TempDir())
	body, _, err := pack(tagsHead{"tags.json", day}, tagsFile(7, "20.60.0.0/24"))
	if err != nil {
		t.Fatal(err)
	}
	old := store.Document{Kind: kindServiceTags, Name: "7", At: day, Body: body}
	if err := s.Learn(t.Context(), store.Learning{Put: []store.Document{old}}); err != nil {
		t.Fatal(err)
	}
	k := keeper(t, Config{Store: s})
	if r := importTags(t, k, 7, day, "20.60.0.0/24"); r.New || r.Earlier {
		t.Errorf("what the store has is new: %+v", r)
	}
	if r := importTags(t, k, 7, day, "20.60.0.0/16"); !r.New {
		t.Errorf("another file of the same change number: %+v", r)
	}
	if r := importTags(t, k, 7, day.Add(-24*time.Hour), "20.60.0.0/24"); !r.Earlier {
		t.Errorf("an earlier date: %+v", r)
	}
	docs, err := s.Documents(t.Context(), kindServiceTags)
	if err != nil || len(docs) != 2 {
		t.Errorf("%d documents, want 2: %v", len(docs), err)
	}
	versions, _ := keeper(t, Config{Store: s}).ServiceTags(t.Context())
	if len(versions) != 2 || !versions[0].Date.Equal(day.Add(-24*time.Hour)) {
		t.Errorf("versions: %+v", versions)
	}
}
