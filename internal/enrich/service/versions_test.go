package service

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"weir/internal/flow"
	"weir/internal/shared"
)

// snapshot makes a file with one prefix.
func snapshot(t testing.TB, change int, date time.Time, cloud, prefix string) *Snapshot {
	t.Helper()
	text, err := json.Marshal(map[string]any{"cloud": cloud, "changeNumber": change, "values": []any{map[string]any{
		"name": "Sql", "properties": map[string]any{"systemService": "AzureSQL", "addressPrefixes": []string{prefix}},
	}}})
	if err != nil {
		t.Fatal(err)
	}
	s, err := Read("x", bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return s.Dated(date)
}

func november(day int) time.Time { return time.Date(2025, 11, day, 0, 0, 0, 0, time.UTC) }

func TestVersions(t *testing.T) {
	address, platform := flow.MustParseAddr("20.0.0.1"), flow.MustParseAddr("168.63.129.16")
	v := NewVersions()
	if v.IsAzure(address, november(1)) || !v.IsAzure(platform, november(1)) {
		t.Error("without versions only the platform's address is Azure's")
	}
	with := func(v *Versions, s *Snapshot, want Change) *Versions {
		t.Helper()
		next, change, err := v.With(s)
		if err != nil || change != want {
			t.Fatalf("With(%d of %s): change %v, error %v, want %v", s.ChangeNumber, s.Date, change, err, want)
		}
		return next
	}
	v = with(v, snapshot(t, 12, november(17), "Public", "21.0.0.0/8"), New)
	v = with(v, snapshot(t, 10, november(3), "Public", "20.0.0.0/8"), New)
	v = with(v, snapshot(t, 11, november(10), "Public", "20.0.0.0/9"), New)
	f := func(v *Versions, at time.Time, change int, assumed, azure bool) {
		t.Helper()
		s, a := v.At(at)
		if s.ChangeNumber != change || a != assumed || v.IsAzure(address, at) != azure || !v.IsAzure(platform, at) {
			t.Errorf("At(%s) = %d assumed %v azure %v, want %d %v %v", at, s.ChangeNumber, a, v.IsAzure(address, at), change, assumed, azure)
		}
	}
	f(v, november(1), 10, true, true) // before the first: as then
	f(v, november(3), 10, false, true)
	f(v, november(10).Add(-1), 10, false, true)
	f(v, november(10), 11, false, true)
	f(v, november(17), 12, false, false)
	f(v, november(29), 12, false, false)

	// Another series with the same change number.
	again := with(v, snapshot(t, 11, november(12), "public", "30.0.0.0/8"), New)
	f(again, november(11), 11, false, true)
	f(again, november(12), 11, false, false)
	f(v, november(12), 11, false, true) // With changed the versions it was called on
	// The same once more, and earlier.
	again = with(again, snapshot(t, 11, november(20), "Public", "30.0.0.0/8"), Known)
	f(again, november(12), 11, false, false)
	again = with(again, snapshot(t, 11, november(11), "Public", "30.0.0.0/8"), Earlier)
	f(again, november(11), 11, false, false)
	if n := len(again.All()); n != 4 {
		t.Errorf("%d versions, want 4", n)
	}
	if _, _, err := v.With(snapshot(t, 1, november(1), "China", "30.0.0.0/8")); err == nil || !strings.Contains(err.Error(), "China") {
		t.Errorf("another cloud: error %v", err)
	}
	if _, _, err := v.With(snapshot(t, 1, time.Time{}, "Public", "30.0.0.0/8")); err == nil || !strings.Contains(err.Error(), "date") {
		t.Errorf("without a date: error %v", err)
	}
}

// In whatever order files are taken, and however often, the same is known, and
// nothing is lost.
func TestVersionsInAnyOrder(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		text := func(s *Snapshot) string { return fmt.Sprint(s.ChangeNumber, " ", s.nest.Prefix(0)) }
		files := rapid.SliceOfN(rapid.Custom(func(rt *rapid.T) *Snapshot {
			return snapshot(t, rapid.IntRange(1, 3).Draw(rt, "change number"), november(rapid.IntRange(1, 6).Draw(rt, "day")), "Public",
				rapid.SampledFrom([]string{"20.0.0.0/8", "20.0.0.0/9", "21.0.0.0/8"}).Draw(rt, "prefix"))
		}), 1, 8).Draw(rt, "files")
		take := func(files []*Snapshot) (out []string) {
			v := NewVersions()
			for _, s := range files {
				var err error
				if v, _, err = v.With(s); err != nil {
					rt.Fatal(err)
				}
			}
			for _, s := range v.All() {
				out = append(out, s.Date.Format(time.DateOnly)+" "+text(s))
			}
			return out
		}
		earliest := map[string]string{}
		for _, s := range files {
			if day := s.Date.Format(time.DateOnly); earliest[text(s)] == "" || day < earliest[text(s)] {
				earliest[text(s)] = day
			}
		}
		want := take(files)
		for what, day := range earliest {
			if !slices.Contains(want, day+" "+what) || len(want) != len(earliest) {
				rt.Fatalf("versions %q, want %v", want, earliest)
			}
		}
		if got := take(rapid.Permutation(append(slices.Clone(files), files[0])).Draw(rt, "another order")); !slices.Equal(got, want) {
			rt.Fatalf("versions %q, want %q", got, want)
		}
	})
}

// Files of people who took answers of the API beside weekly files, which count
// their changes on their own.
func TestSeriesFromTheField(t *testing.T) {
	v := NewVersions()
	day := func(text string) time.Time {
		t.Helper()
		at, err := time.Parse(time.DateOnly, text)
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	take := func(name, date string) {
		t.Helper()
		s, err := Read(name, shared.Open(t, "data/field/"+name))
		if err != nil {
			t.Fatal(err)
		}
		if date != "" {
			s = s.Dated(day(date))
		}
		if v, _, err = v.With(s); err != nil {
			t.Fatal(err)
		}
	}
	is := func(address, date, want string) {
		t.Helper()
		s, _ := v.At(day(date))
		r := s.Record(s.Find(flow.MustParseAddr(address)))
		if got := strings.TrimSpace(r.Service + " " + r.Location); got != want {
			t.Errorf("%s at %s is %q, want %q", address, date, got, want)
		}
	}
	count := func(want int) {
		t.Helper()
		if n := len(v.All()); n != want {
			t.Errorf("%d versions, want %d", n, want)
		}
	}
	take("ServiceTags_Public_20190610.json", "")
	take("ServiceTags_Public_20210215.json", "")
	take("service-tags-api-68.json", "2021-02-18")
	is("13.70.208.20", "2019-07-01", "AzureStorage northeurope")
	count(3)
	v = NewVersions()
	take("service-tags-api-67.json", "2021-01-01")
	take("service-tags-api-68.json", "2021-02-01")
	take("service-tags-api-68.json", "2021-02-18")
	is("20.50.64.9", "2021-02-10", "northeurope")
	take("service-tags-utf16.json", "2021-02-18") // what > of Windows PowerShell makes of 68
	count(2)
}
