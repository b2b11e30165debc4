package pipeline

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"weir/internal/shared"
	"weir/internal/source/dir"
	"weir/internal/store"
	"weir/internal/store/duckdb"
)

func openStore(t testing.TB, folder string) store.Store {
	t.Helper()
	s, err := duckdb.Open(context.Background(), folder, duckdb.Options{Command: "test"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func ingest(t testing.TB, s store.Store, cfg Config, paths ...string) Summary {
	t.Helper()
	cfg.Store, cfg.Source = s, dir.New(paths...)
	sum, err := Run(context.Background(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	return sum
}

// ints returns the only row of an answer of whole numbers.
func ints(t testing.TB, s store.Store, query string) []int64 {
	t.Helper()
	rows, err := s.SQL(context.Background(), query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var out []int64
	for rows.Next() {
		for _, v := range rows.Values() {
			switch v := v.(type) {
			case int64:
				out = append(out, v)
			case interface{ Int64() int64 }:
				out = append(out, v.Int64())
			case nil:
				out = append(out, 0)
			default:
				t.Fatalf("%T in the answer to %s", v, query)
			}
		}
	}
	if rows.Err() != nil {
		t.Fatal(rows.Err())
	}
	return out
}

const totals = `SELECT coalesce(sum(started),0), coalesce(sum(ended),0), coalesce(sum(packets_fwd),0), coalesce(sum(bytes_fwd),0),
	coalesce(sum(packets_back),0), coalesce(sum(bytes_back),0), coalesce(sum(records),0),
	coalesce(sum(started) FILTER (status = 'Denied'),0) FROM flows`

// count sums the tuples of the files of a folder in another way than the
// pipeline does: by a regular expression over their text.
func count(t testing.TB, folders ...string) []int64 {
	t.Helper()
	tuple := regexp.MustCompile(`"(\d{10,13}(?:,[^",]*){7,12})"`)
	sum := make([]int64, 8)
	for _, folder := range folders {
		files, err := filepath.Glob(filepath.Join(folder, "*.json"))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range tuple.FindAllStringSubmatch(string(text), -1) {
				f := append(strings.Split(m[1], ","), make([]string, 5)...)
				state := f[7]
				denied := state == "D"
				if f[7] == "A" || f[7] == "D" && (f[8] == "" || strings.Contains("BCE", f[8])) {
					state = f[8]
				}
				switch state {
				case "C", "E":
					for i, at := range []int{9, 10, 11, 12} {
						n, _ := strconv.ParseInt(f[at], 10, 64)
						sum[2+i] += n
					}
					if state == "E" {
						sum[1]++
					}
				default:
					sum[0]++
					if denied {
						sum[7]++
					}
				}
				sum[6]++
			}
		}
	}
	return sum
}

func TestRealFiles(t *testing.T) {
	nsg, vnet := shared.Path(t, "data/azure-nsg"), shared.Path(t, "data/azure-vnet")
	s := openStore(t, t.TempDir())
	sum := ingest(t, s, Config{}, nsg, vnet)
	want := count(t, nsg, vnet)
	if diff := cmp.Diff(want, ints(t, s, totals)); diff != "" {
		t.Errorf("totals (-counted in another way +store):\n%s", diff)
	}
	if sum.Tuples != want[6] || sum.Tuples == 0 {
		t.Errorf("summary says %d tuples, want %d", sum.Tuples, want[6])
	}
	again := ingest(t, s, Config{}, nsg, vnet)
	if again.Tuples != 0 || again.Unchanged != sum.Objects {
		t.Errorf("second run: %+v", again)
	}
	if diff := cmp.Diff(want, ints(t, s, totals)); diff != "" {
		t.Errorf("totals after a second run (-want +got):\n%s", diff)
	}
}

// TestMicrosoftsTotals reads the documentation's bandwidth examples.
func TestMicrosoftsTotals(t *testing.T) {
	for _, example := range []string{"azure-nsg/msdocs-nsg-overview-bandwidth-example.txt", "azure-vnet/msdocs-vnet-overview-bandwidth-example.txt"} {
		text := shared.Read(t, "data/"+example)
		var tuples []string
		for line := range strings.Lines(string(text)) {
			if !strings.HasPrefix(line, "#") {
				tuples = append(tuples, `"`+strings.TrimSpace(line)+`"`)
			}
		}
		file := filepath.Join(t.TempDir(), "example.json")
		record := `{"time":"t","macAddress":"m","flowRecords":{"flows":[{"aclID":"a","flowGroups":[{"rule":"r","flowTuples":[` + strings.Join(tuples, ",") + `]}]}]}}`
		if err := os.WriteFile(file, []byte(record), 0o644); err != nil {
			t.Fatal(err)
		}
		s := openStore(t, t.TempDir())
		ingest(t, s, Config{}, file)
		got := ints(t, s, `SELECT sum(packets_fwd + packets_back), sum(bytes_fwd + bytes_back), sum(started), sum(ended), sum(records) FROM flows`)
		if diff := cmp.Diff([]int64{9125, 5256000, 1, 1, 3}, got); diff != "" {
			t.Errorf("%s (-documented +got):\n%s", example, diff)
		}
	}
}
