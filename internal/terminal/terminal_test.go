package terminal

import (
	"encoding/json"
	"errors"
	"math"
	"math/big"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"weir/internal/pipeline"
	"weir/internal/store"
)

// answer is an answer held in memory.
type answer struct {
	columns []store.Column
	rows    [][]any
	err     error
	at      int
}

func (a *answer) Columns() []store.Column { return a.columns }
func (a *answer) Next() bool              { a.at++; return a.at <= len(a.rows) }
func (a *answer) Values() []any           { return a.rows[a.at-1] }
func (a *answer) Err() error              { return a.err }
func (a *answer) Close() error            { return nil }

func write(t *testing.T, f Format, a *answer) string {
	t.Helper()
	var b strings.Builder
	n, err := WriteRows(&b, f, a)
	if err != nil {
		t.Fatal(err)
	}
	if int(n) != len(a.rows) {
		t.Errorf("WriteRows returned %d rows, not %d", n, len(a.rows))
	}
	return b.String()
}

func sample() *answer {
	big38, _ := new(big.Int).SetString("12345678901234567890123456789012345678", 10)
	return &answer{
		columns: []store.Column{{Name: "n", Type: "int"}, {Name: "text", Type: "string"}, {Name: "f", Type: "float"}, {Name: "at", Type: "time"}, {Name: "n", Type: "bool"}, {Name: "list", Type: "VARCHAR[]"}},
		rows: [][]any{
			{int64(9007199254740993), "a,\"b\"\n<c>", 1.5, time.Date(2024, 2, 3, 4, 5, 6, 7e6, time.FixedZone("x", 3600)), true, []any{"x", int64(1), nil}},
			{uint64(math.MaxUint64), "", math.NaN(), nil, nil, map[string]any{"b": math.Inf(-1), "a": 1e21}},
			{big38, "\x1b[31mred\xff", 0.1, time.Date(2024, 2, 3, 0, 0, 0, 0, time.UTC), false, nil},
		},
	}
}

func TestWriteRows(t *testing.T) {
	f := func(format Format, want string) {
		t.Helper()
		if diff := cmp.Diff(want, write(t, format, sample())); diff != "" {
			t.Errorf("%s (-want +got):\n%s", format, diff)
		}
	}
	f(JSON, `[
{"n":9007199254740993,"text":"a,\"b\"\n<c>","f":1.5,"at":"2024-02-03T03:05:06.007Z","n_1":true,"list":["x",1,null]},
{"n":18446744073709551615,"text":"","f":"NaN","at":null,"n_1":null,"list":{"a":1e+21,"b":"-Infinity"}},
{"n":12345678901234567890123456789012345678,"text":"\u001b[31mred\ufffd","f":0.1,"at":"2024-02-03T00:00:00Z","n_1":false,"list":null}
]
`)
	f(CSV, "n,text,f,at,n,list\r\n"+
		"9007199254740993,\"a,\"\"b\"\"\n<c>\",1.5,2024-02-03T03:05:06.007Z,true,\"[\"\"x\"\",1,null]\"\r\n"+
		"18446744073709551615,\"\",NaN,,,\"{\"\"a\"\":1e+21,\"\"b\"\":\"\"-Infinity\"\"}\"\r\n"+
		"12345678901234567890123456789012345678,\\x1b[31mred\ufffd,0.1,2024-02-03T00:00:00Z,false,\r\n")
	f(Table, ``+
		`                                     n  text                 f  at                        n      list
--------------------------------------  -----------------  ---  ------------------------  -----  ---------------------------
                      9007199254740993  a,"b"\n<c>         1.5  2024-02-03T03:05:06.007Z  true   ["x",1,null]
                  18446744073709551615                     NaN  NULL                      NULL   {"a":1e+21,"b":"-Infinity"}
12345678901234567890123456789012345678  \x1b[31mred\ufffd  0.1  2024-02-03T00:00:00Z      false  NULL
`)
}

func TestWriteRowsEmptyAndFailing(t *testing.T) {
	empty := func() *answer { return &answer{columns: []store.Column{{Name: "n", Type: "int"}}} }
	for format, want := range map[Format]string{JSON: "[]\n", CSV: "n\r\n", Table: "n\n-\n"} {
		if diff := cmp.Diff(want, write(t, format, empty())); diff != "" {
			t.Errorf("%s (-want +got):\n%s", format, diff)
		}
		broken := empty()
		broken.err = errors.New("gone")
		if _, err := WriteRows(&strings.Builder{}, format, broken); !errors.Is(err, broken.err) {
			t.Errorf("%s: an answer that broke off is not reported: %v", format, err)
		}
	}
}

// JSON columns are values, not texts, in JSON.
func TestWriteRowsJSONColumn(t *testing.T) {
	a := &answer{columns: []store.Column{{Name: "j", Type: "JSON"}}, rows: [][]any{{`{"a": [1]}`}, {`not json`}}}
	if diff := cmp.Diff("[\n{\"j\":{\"a\": [1]}},\n{\"j\":\"not json\"}\n]\n", write(t, JSON, a)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// A long table is written in parts; columns grow where they must and never shrink.
func TestLongTable(t *testing.T) {
	a := &answer{columns: []store.Column{{Name: "n", Type: "int"}}}
	for i := range widthRows + 1 {
		a.rows = append(a.rows, []any{int64(i)})
	}
	lines := strings.Split(write(t, Table, a), "\n")
	if got, want := lines[0]+lines[1]+lines[2]+lines[len(lines)-2], "   n----   02000"; got != want {
		t.Errorf("lines %q, want %q", got, want)
	}
}

func TestUnits(t *testing.T) {
	f := func(got, want string) {
		t.Helper()
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	f(Count(0), "0")
	f(Count(999), "999")
	f(Count(1000), "1K")
	f(Count(1234), "1.23K")
	f(Count(999_499), "999K")
	f(Count(999_500), "1M")
	f(Count(-45_600_000), "-45.6M")
	f(Bytes(999), "999 B")
	f(Bytes(1_000_000), "1 MB")
	f(Bytes(math.MaxInt64), "9.22 EB")
	f(Full(0), "0")
	f(Full(999), "999")
	f(Full(1000), "1,000")
	f(Full(-1234567), "-1,234,567")
	f(Share(0), "0%")
	f(Share(0.0001), "<0.1%")
	f(Share(0.042), "4.2%")
	f(Share(0.0999), "10%")
	f(Share(1), "100%")
	f(Clock(430*time.Millisecond), "0.4 s")
	f(Clock(59900*time.Millisecond), "59 s")
	f(Clock(185*time.Second), "3 m 05 s")
	f(Clock(127*time.Minute), "2 h 07 m")
	f(Plural(1, "object"), "1 object")
	f(Plural(2000, "object"), "2,000 objects")
	f(Plural(2, "country"), "2 countries")
	f(Plural(2, "gateway"), "2 gateways")
	f(Plural(0, "class"), "0 classes")
}

func TestBar(t *testing.T) {
	p := pipeline.Progress{
		Objects: 4, ObjectsDone: 1, Bytes: 4_000_000, BytesDone: 1_000_000,
		Tuples: 20_000, Rejected: 3, Elapsed: 10 * time.Second,
	}
	draw := func(width int, p pipeline.Progress) string {
		var b strings.Builder
		bar := NewBar(&b, func() int { return width })
		bar.Show(p)
		return b.String()
	}
	f := func(width int, p pipeline.Progress, want string) {
		t.Helper()
		if diff := cmp.Diff("\r"+want+"\x1b[K", draw(width, p)); diff != "" {
			t.Errorf("width %d (-want +got):\n%s", width, diff)
		}
	}
	f(100, p, "[========                           ]  25%  1 MB/4 MB  100 KB/s  2K tuples/s  30 s left  3 rejected")
	f(20, p, "  25%  1 MB/4 MB  1")
	listing := p
	listing.Listing, listing.Rejected = true, 0
	f(80, listing, "[=====                 ]  25%  1 MB/4 MB  100 KB/s  2K tuples/s  over 30 s left")
	f(80, pipeline.Progress{}, "[                         ]   0%  0 B/0 B  0 B/s  0 tuples/s  time left unknown")
}

func TestPlainProgress(t *testing.T) {
	var b strings.Builder
	bar := NewBar(&b, nil)
	for s := range 12 {
		bar.Show(pipeline.Progress{Objects: 2, Bytes: 1200, BytesDone: int64(s) * 100, Tuples: int64(s), Elapsed: time.Duration(s) * time.Second})
	}
	bar.Clear()
	want := "0 of 2 objects, 500 B of 1.2 KB, 5 tuples, 1 tuples/s, 7.0 s left\n" +
		"0 of 2 objects, 1 KB of 1.2 KB, 10 tuples, 1 tuples/s, 2.0 s left\n"
	if diff := cmp.Diff(want, b.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestFormat(t *testing.T) {
	var f Format
	for _, s := range Formats() {
		if err := f.Set(s); err != nil || f.String() != s {
			t.Errorf("Set(%s): %v, %v", s, f, err)
		}
	}
	if err := f.Set("xml"); err == nil {
		t.Error("Set(xml) succeeds")
	}
}

// What a spreadsheet or a terminal would obey is text in CSV, and only there.
// The page's test of what it exports reads the same file.
func TestCSVObeysNobody(t *testing.T) {
	text, err := os.ReadFile("testdata/csv-cells.json")
	if err != nil {
		t.Fatal(err)
	}
	var cells map[string]string
	if err := json.Unmarshal(text, &cells); err != nil || len(cells) < 10 {
		t.Fatalf("%d cells: %v", len(cells), err)
	}
	cells[""] = `""` // not on the page, which has no NULL that it could be taken for
	for in, want := range cells {
		if got := csvCell(in); got != want {
			t.Errorf("%q is %q in CSV, want %q", in, got, want)
		}
	}
	if got := csvCell(int64(-1)); got != "-1" {
		t.Errorf("a number is %q in CSV", got)
	}
	if got := csvCell([]any{"\u009b31m"}); strings.Contains(got, "\u009b") {
		t.Errorf("a list is %q in CSV", got)
	}
	if got := string(appendJSONString(nil, "a\u009b31m\x7f")); got != `"a\u009b31m\u007f"` {
		t.Errorf("in JSON it is %s", got)
	}
}
