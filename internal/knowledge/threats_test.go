package knowledge

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"weir/internal/enrich"
	"weir/internal/enrich/threat"
	"weir/internal/flow"
	"weir/internal/shared"
	"weir/internal/topology"
)

func TestImportThreats(t *testing.T) {
	k := keeper(t, Config{Feeds: []threat.Source{{Name: "configured", Location: "/nowhere"}}})
	importTags(t, k, 7, day, "20.60.0.0/24")
	in := ThreatInput{
		Name: "house", File: "house.csv", At: day, Format: "CSV", Category: "botnet", Confidence: 80,
		Columns: map[string]string{"address": "where", "category": "kind"},
		Content: []byte("where,kind\n45.83.64.7,c2\n45.83.64.8,\n10.0.0.1,\n20.60.0.9,\n1.1.1,\nfe80::1,\n192.0.0.0/8,\n"),
	}
	r, err := k.ImportThreats(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	want := &ThreatReport{
		Name: "house", Time: day, Indicators: 6, Addresses: 1<<24 + 5, Added: 6, Categories: map[string]int{"C2": 1, "Botnet": 5}, Rejected: 1,
		Samples: r.Samples, Skipped: map[string]int{}, Cut: 1,
		Lost: map[string]int{"a private address": 1, "a link-local address": 1, "an address of Azure": 1},
	}
	if diff := cmp.Diff(want, r); diff != "" {
		t.Errorf("report (-want +got):\n%s", diff)
	}
	if len(r.Samples) != 1 || !strings.Contains(r.Samples[0], "1.1.1") {
		t.Errorf("samples of what was rejected: %q", r.Samples)
	}
	facts := lookup(t, k, "45.83.64.7", day.Add(-time.Hour))
	if !facts.Malicious || facts.Category != "C2" || facts.Verdicts[0].Confidence != 80 || facts.Verdicts[0].Feed != "house" {
		t.Errorf("the verdict is %+v", facts.Verdicts)
	}
	for _, address := range []string{"10.0.0.1", "20.60.0.9"} {
		if lookup(t, k, address, day).Malicious {
			t.Errorf("%s is malicious", address)
		}
	}

	in.At, in.Content = day.Add(time.Hour), []byte("where,kind\n45.83.64.8,\n45.83.64.9,\n")
	if r, err = k.ImportThreats(t.Context(), in); err != nil || r.Added != 1 || r.Gone != 5 || r.Kept != 1 || r.Indicators != 2 {
		t.Errorf("the second reading: %+v, %v", r, err)
	}
	if lookup(t, k, "45.83.64.7", day.Add(2*time.Hour)).Malicious || !lookup(t, k, "45.83.64.7", day.Add(time.Minute)).Malicious {
		t.Error("what is gone counts not until it was gone")
	}
	state, err := k.State(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	house := state.Feeds[1]
	if house.Name != "house" || house.Location != "" || house.Indicators != 2 || house.Past != 5 || state.Feeds[0].Location != "/nowhere" {
		t.Errorf("feeds: %+v", state.Feeds)
	}

	bad := func(change func(*ThreatInput), want string) {
		t.Helper()
		b := in
		change(&b)
		if _, err := k.ImportThreats(t.Context(), b); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not say %q", err, want)
		}
	}
	bad(func(i *ThreatInput) { i.Name = "configured" }, "the configuration has a feed of that name, which is read from /nowhere; choose another with --name")
	bad(func(i *ThreatInput) { i.Name = "" }, "give it one with --name")
	bad(func(i *ThreatInput) { i.Format = "xml" }, `"xml" is no format of threat feeds: use plain, csv, json, stix or misp`)
	bad(func(i *ThreatInput) { i.Category = "evil" }, `"evil" is not a category`)
	bad(func(i *ThreatInput) { i.Confidence = 101 }, "no percentage")
	bad(func(i *ThreatInput) { i.Content = []byte("<html>") }, "cannot import house.csv as the threat feed house")

	if err := k.ForgetFeed(t.Context(), "configured"); err == nil || !strings.Contains(err.Error(), "the configuration names it") {
		t.Errorf("forgetting a configured feed: %v", err)
	}
	if err := k.ForgetFeed(t.Context(), "hous"); err == nil || !strings.Contains(err.Error(), "there is none of that name") {
		t.Errorf("forgetting a feed that is not there: %v", err)
	}
	if err := k.ForgetFeed(t.Context(), "house"); err != nil {
		t.Fatal(err)
	}
	if len(lookup(t, k, "45.83.64.8", day.Add(2*time.Hour)).Verdicts) != 0 {
		t.Error("a feed that was forgotten still speaks")
	}
	again := keeper(t, Config{Store: k.config.Store, Feeds: k.config.Feeds})
	if again.Current().Hash != k.Current().Hash {
		t.Error("a feed that was forgotten came back")
	}
}

func TestAllowList(t *testing.T) {
	k := keeper(t, Config{})
	importFeed(t, k, "list", day, "8.8.8.8", "8.8.4.4", "1.1.1.0/24")
	malicious := func(address string, at time.Time, want bool) {
		t.Helper()
		if got := lookup(t, k, address, at); got.Malicious != want {
			t.Errorf("%s at %s is malicious: %t, want %t (%+v)", address, at, got.Malicious, want, got.Verdicts)
		}
	}
	report := func(r *AllowReport, err error) AllowReport {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return *r
	}
	malicious("8.8.8.8", day.Add(-time.Hour), true)
	until := day.Add(time.Hour)
	got := report(k.Allow(t.Context(), []threat.Allow{
		{Text: " 8.8.8.8 ", Who: "ann", Why: "our resolver"}, {Text: "8.8.4.4/32", Who: "bob", Why: "for a test", Until: until}, {Text: "1.1.1.0-1.1.1.7", Who: "bob", Why: "cdn"},
	}))
	if diff := cmp.Diff(AllowReport{Added: 3, Entries: 3}, got); diff != "" {
		t.Errorf("report (-want +got):\n%s", diff)
	}
	// The past is judged anew at once, and an entry ends when it says.
	malicious("8.8.8.8", day.Add(-time.Hour), false)
	malicious("8.8.4.4", day.Add(-time.Hour), false)
	malicious("8.8.4.4", until.Add(-time.Second), false)
	malicious("8.8.4.4", until.Add(time.Second), true)
	malicious("1.1.1.7", day, false)
	malicious("1.1.1.8", day, true)
	if why := lookup(t, k, "8.8.4.4", day).Verdicts[0].Why; why != "allow-listed by bob until 2026-03-02T01:00:00Z: for a test" {
		t.Errorf("why it does not count: %q", why)
	}

	got = report(k.Allow(t.Context(), []threat.Allow{{Text: "8.8.4.4", Who: "eve", Why: "for ever"}}))
	if diff := cmp.Diff(AllowReport{Replaced: 1, Entries: 3}, got); diff != "" {
		t.Errorf("report of a replacement (-want +got):\n%s", diff)
	}
	malicious("8.8.4.4", until.Add(time.Second), false)

	bad := func(err error, want string) {
		t.Helper()
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not say %q", err, want)
		}
	}
	before := k.Current()
	_, err := k.Allow(t.Context(), []threat.Allow{{Text: "9.9.9.9", Who: "ann"}})
	bad(err, "say who says so and why")
	_, err = k.Allow(t.Context(), []threat.Allow{{Text: "9.9.9.9", Who: "ann", Why: "x"}, {Text: "9.9.9", Who: "ann", Why: "x"}})
	bad(err, `"9.9.9"`)
	// An entry of half of the internet would hide every threat in it.
	_, err = k.Allow(t.Context(), []threat.Allow{{Text: "0.0.0.0/1", Who: "ann", Why: "x"}})
	bad(err, "it covers more than a /8")
	_, err = k.Disallow(t.Context(), []string{"8.8.8.8", "1.1.1.3"})
	bad(err, "cannot take 1.1.1.3 off the allow-list")
	if k.Current() != before {
		t.Error("a change that was refused in part was made in part")
	}
	got = report(k.Disallow(t.Context(), []string{"8.8.8.8/32", "1.1.1.0 - 1.1.1.7"}))
	if diff := cmp.Diff(AllowReport{Removed: 2, Entries: 1}, got); diff != "" {
		t.Errorf("report of a removal (-want +got):\n%s", diff)
	}
	malicious("8.8.8.8", day, true)

	report(k.Allow(t.Context(), []threat.Allow{{Text: "1.1.0.0/16", Who: "ann", Why: "x"}}))
	_, err = k.Disallow(t.Context(), []string{"1.1.1.3"})
	bad(err, "the entry 1.1.0.0/16 holds it")
}

// A reading with nothing new says only until when what it holds was listed.
func TestImportThreatsAgain(t *testing.T) {
	s := openStore(t, t.TempDir())
	k := keeper(t, Config{Store: s})
	importFeed(t, k, "list", day, "45.83.64.7", "45.83.64.8")
	importFeed(t, k, "list", day.Add(time.Hour), "45.83.64.8")
	signalled(k)
	before := k.Current()
	judged := func(k *Keeper, address string) enrich.Attribution {
		return k.Current().Attribute(flow.MustParseAddr(address), topology.Capture{})
	}
	listed, gone := judged(k, "45.83.64.8"), judged(k, "45.83.64.7")
	if len(listed.Verdicts) != 1 || len(gone.Verdicts) != 1 || !listed.Verdicts[0].Listed.IsZero() || !gone.Verdicts[0].Listed.Equal(day) {
		t.Fatalf("verdicts: %+v, %+v", listed, gone)
	}
	body := func() string {
		t.Helper()
		docs, err := s.Documents(t.Context(), kindFeed)
		if err != nil || len(docs) != 1 {
			t.Fatalf("%d documents, %v", len(docs), err)
		}
		return string(docs[0].Body)
	}
	kept := body()
	importFeed(t, k, "list", day.Add(2*time.Hour), "45.83.64.8")
	for what, k := range map[string]*Keeper{"again": k, "opened again": keeper(t, Config{Store: s})} {
		if k.Current().Hash != before.Hash || signalled(k) {
			t.Errorf("%s: a reading with nothing new is a change", what)
		}
		if diff := cmp.Diff(listed, judged(k, "45.83.64.8")); diff != "" {
			t.Errorf("%s: what is listed (-before +after):\n%s", what, diff)
		}
		if diff := cmp.Diff(gone, judged(k, "45.83.64.7")); diff != "" {
			t.Errorf("%s: what is gone (-before +after):\n%s", what, diff)
		}
		v := lookup(t, k, "45.83.64.8", day).Verdicts[0]
		if !v.FirstListed.Equal(day) || !v.LastListed.Equal(day.Add(2*time.Hour)) {
			t.Errorf("%s: listed from %s to %s", what, v.FirstListed, v.LastListed)
		}
	}
	if body() != kept {
		t.Error("all that the feed holds was written again")
	}
	if v := before.Lookup(flow.MustParseAddr("45.83.64.8"), day, topology.Capture{}).Verdicts[0]; !v.LastListed.Equal(day.Add(time.Hour)) {
		t.Errorf("what was known before changed: last listed %s", v.LastListed)
	}

	// Another confidence is another verdict, though nothing came or went.
	if _, err := k.ImportThreats(t.Context(), ThreatInput{Name: "list", At: day.Add(3 * time.Hour), Confidence: 99, Content: []byte("45.83.64.8\n")}); err != nil {
		t.Fatal(err)
	}
	if again := keeper(t, Config{Store: s}); k.Current().Hash == before.Hash || !signalled(k) || again.Current().Hash != k.Current().Hash || judged(again, "45.83.64.8").Verdicts[0].Confidence != 99 {
		t.Error("another confidence is no change, or was not kept")
	}
}

// Real service tags and lists: Azure's own addresses are never malicious, and
// a warning list is taken as a whole.
func TestRealInputs(t *testing.T) {
	tags := shared.Read(t, "data/service-tags/ServiceTags_Public_change376_20251117.json")
	k := keeper(t, Config{})
	r, err := k.ImportServiceTags(t.Context(), ServiceTagsInput{Name: "ServiceTags_Public_20251117.json", Content: tags})
	if err != nil {
		t.Fatal(err)
	}
	if r.ChangeNumber != 376 || !r.Date.Equal(time.Date(2025, 11, 17, 0, 0, 0, 0, time.UTC)) || r.Tags < 1000 || !r.New {
		t.Errorf("report: %+v", r)
	}
	list := shared.Read(t, "data/threat-intel/ipsum-level3.txt")
	feed, err := k.ImportThreats(t.Context(), ThreatInput{Name: "ipsum", File: "ipsum-level3.txt", Content: list})
	if err != nil {
		t.Fatal(err)
	}
	if feed.Indicators < 1000 || feed.Rejected > 0 || feed.Lost[lostToAzure] == 0 {
		t.Errorf("report: %+v", feed)
	}
	warning := shared.Read(t, "data/threat-intel/warninglist-microsoft-azure.json")
	allows, _, err := threat.ParseWarningList(bytes.NewReader(warning))
	if err != nil {
		t.Fatal(err)
	}
	a, err := k.Allow(t.Context(), allows)
	if err != nil || a.Entries < 100 {
		t.Errorf("allow-list: %+v, %v", a, err)
	}
	if again := keeper(t, Config{Store: k.config.Store}); again.Current().Hash != k.Current().Hash {
		t.Error("opened again it is not the same")
	}
}
