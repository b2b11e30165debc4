package pipeline

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"weir/internal/shared"
	"weir/internal/source"
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
	cfg.Store = s
	if cfg.Source == nil {
		cfg.Source = dir.New(paths...)
	}
	sum, err := Run(context.Background(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	return sum
}

// inTurn are objects that are read in this order, and not by their hours.
type inTurn []string

func (i inTurn) String() string { return strings.Join(i, ", ") }

func (i inTurn) List(ctx context.Context, yield func(source.Object) error) error {
	for _, path := range i {
		if err := dir.New(path).List(ctx, yield); err != nil {
			return err
		}
	}
	return nil
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

// TestRealFiles reads what was published of real logs.
func TestRealFiles(t *testing.T) {
	sumsAsCounted(t, shared.Path(t, "data/azure-nsg"), shared.Path(t, "data/azure-vnet"))
}

// TestOwnFiles reads a log of each format that we wrote ourselves, so that any
// clone of the tree proves them.
func TestOwnFiles(t *testing.T) {
	logs := filepath.Join("..", "decode", "testdata")
	if want := sumsAsCounted(t, logs); want[6] != 4+6+8 {
		t.Errorf("%d tuples counted in another way in %s", want[6], logs)
	}
}

// sumsAsCounted ingests the folders, twice, and holds the sums in the store to
// those counted in another way, which it returns.
func sumsAsCounted(t *testing.T, folders ...string) []int64 {
	t.Helper()
	s := openStore(t, t.TempDir())
	sum := ingest(t, s, Config{}, folders...)
	want := count(t, folders...)
	if diff := cmp.Diff(want, ints(t, s, totals)); diff != "" {
		t.Errorf("totals (-counted in another way +store):\n%s", diff)
	}
	if sum.Tuples != want[6] || sum.Tuples == 0 {
		t.Errorf("summary says %d tuples, want %d", sum.Tuples, want[6])
	}
	again := ingest(t, s, Config{}, folders...)
	if again.Tuples != 0 || again.Unchanged != sum.Objects {
		t.Errorf("second run: %+v", again)
	}
	if diff := cmp.Diff(want, ints(t, s, totals)); diff != "" {
		t.Errorf("totals after a second run (-want +got):\n%s", diff)
	}
	return want
}

// TestTotalsOfOneConversation holds what a conversation adds up to that begins,
// goes on and ends: the sums of its deltas, in each direction, and one start.
func TestTotalsOfOneConversation(t *testing.T) {
	for format, lines := range map[string][]string{
		"NSG 2": {
			"1614834350,10.1.0.4,10.1.1.5,49200,1433,T,O,A,B,,,,", "1614834380,10.1.0.4,10.1.1.5,49200,1433,T,O,A,C,10,1000,20,30000",
			"1614834395,10.1.0.4,10.1.1.5,49200,1433,T,O,A,E,1,60,2,120",
		},
		"VNet 4": {
			"1614834350000,10.1.0.4,10.1.1.5,49200,1433,6,O,B,NX,0,0,0,0", "1614834380000,10.1.0.4,10.1.1.5,49200,1433,6,O,C,NX,10,1000,20,30000",
			"1614834395000,10.1.0.4,10.1.1.5,49200,1433,6,O,E,NX,1,60,2,120",
		},
		"NSG 1": {"1614834350,10.1.0.4,10.1.1.5,49200,1433,T,O,A"},
	} {
		record := fmt.Sprintf(`{"time":"2021-03-04T05:06:40Z","macAddress":"m","resourceId":"/n","properties":{"Version":%c,"flows":[{"rule":"r","flows":[{"mac":"m","flowTuples":["%s"]}]}]}}`,
			format[len(format)-1], strings.Join(lines, `","`))
		if format == "VNet 4" {
			record = `{"time":"2021-03-04T05:06:40Z","flowLogVersion":4,"macAddress":"m","flowRecords":{"flows":[{"aclID":"a","flowGroups":[{"rule":"r","flowTuples":["` + strings.Join(lines, `","`) + `"]}]}]}}`
		}
		file := filepath.Join(t.TempDir(), "example.json")
		if err := os.WriteFile(file, []byte(record), 0o644); err != nil {
			t.Fatal(err)
		}
		s := openStore(t, t.TempDir())
		if sum := ingest(t, s, Config{}, file); sum.Rejected != 0 {
			t.Errorf("%s: rejects %+v", format, sum.Rejects)
		}
		want := []int64{11, 1060, 22, 30120, 1, 1, 3}
		if format == "NSG 1" {
			want = []int64{0, 0, 0, 0, 1, 0, 1}
		}
		got := ints(t, s, `SELECT sum(packets_fwd), sum(bytes_fwd), sum(packets_back), sum(bytes_back), sum(started), sum(ended), sum(records) FROM flows`)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", format, diff)
		}
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
