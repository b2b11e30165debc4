package terminal

import (
	"bytes"
	"errors"
	"io"
	"math"
	"math/big"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/parquet-go/parquet-go"

	"weir/internal/store"
)

// What has no type in Parquet is text, what is null is null, and a number that does
// not fit is told rather than cut.
func TestParquetValues(t *testing.T) {
	columns := []store.Column{
		{Name: "z", Type: "int", Unit: "bytes"},
		{Name: "a", Type: "string"},
		{Name: "f", Type: "float"},
		{Name: "t", Type: "time"},
		{Name: "z", Type: "bool"},
		{Name: "list", Type: "VARCHAR[]"},
		{Name: "j", Type: "JSON"},
	}
	at := time.Date(2024, 2, 3, 4, 5, 6, 7e6, time.FixedZone("x", 3600))
	a := &answer{columns: columns, rows: [][]any{
		{int64(math.MinInt64), "größe, \"x\"", 1.5, at, true, []any{"x", int64(1), nil}, `{"a":1}`},
		{uint64(math.MaxInt64), "", math.Inf(1), nil, nil, nil, nil},
		{big.NewInt(7), nil, nil, at, false, map[string]any{"a": 1.0}, "1"},
		{nil, nil, nil, nil, nil, nil, nil},
	}}
	var b bytes.Buffer
	if n, err := WriteRows(&b, Parquet, a); n != 4 || err != nil {
		t.Fatal(n, err)
	}
	file, err := parquet.OpenFile(bytes.NewReader(b.Bytes()), int64(b.Len()))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range file.Schema().Fields() {
		names = append(names, f.Name())
	}
	if diff := cmp.Diff([]string{"z", "a", "f", "t", "z_1", "list", "j"}, names); diff != "" {
		t.Errorf("columns (-want +got):\n%s", diff)
	}
	if unit, _ := file.Lookup("unit.z"); unit != "bytes" {
		t.Errorf("z counts %q", unit)
	}
	var got []string
	r := parquet.NewReader(file)
	for rows := make([]parquet.Row, 1); ; {
		n, err := r.ReadRows(rows)
		if n == 1 {
			var cells []string
			for _, v := range rows[0] {
				cells = append(cells, v.String())
			}
			got = append(got, strings.Join(cells, "|"))
		}
		if errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
	}
	want := []string{
		`-9223372036854775808|größe, "x"|1.5|1706929506007000|true|["x",1,null]|{"a":1}`,
		`9223372036854775807||+Inf|<null>|<null>|<null>|<null>`,
		`7|<null>|<null>|1706929506007000|false|{"a":1}|1`,
		`<null>|<null>|<null>|<null>|<null>|<null>|<null>`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
	for _, v := range []any{uint64(math.MaxUint64), new(big.Int).Lsh(big.NewInt(1), 70), "x"} {
		if _, err := WriteRows(io.Discard, Parquet, &answer{columns: columns[:1], rows: [][]any{{v}}}); err == nil || !strings.Contains(err.Error(), "column z") {
			t.Errorf("%v was written: %v", v, err)
		}
	}
	if _, err := WriteRows(&b, Parquet, &answer{columns: columns[:1], err: errors.New("no disk")}); err == nil {
		t.Error("rows that failed were written")
	}
}

// many are rows without end.
type many struct {
	store.Rows
	left   int
	values []any
}

func (m *many) Columns() []store.Column {
	return []store.Column{{Name: "n", Type: "int"}, {Name: "text", Type: "string"}}
}

func (m *many) Next() bool {
	m.left--
	m.values[0] = int64(m.left)
	return m.left >= 0
}

func (m *many) Values() []any { return m.values }
func (m *many) Err() error    { return nil }

// A long answer takes no more memory than a short one, nor anything for each row.
func TestParquetMemory(t *testing.T) {
	allocated := func(rows int) uint64 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		if n, err := WriteRows(io.Discard, Parquet, &many{left: rows, values: []any{nil, "AllowVnetInBound"}}); n != int64(rows) || err != nil {
			t.Fatal(n, err)
		}
		runtime.ReadMemStats(&after)
		return after.Mallocs - before.Mallocs
	}
	const rows = 4 * groupRows
	// Each row of the test boxes a number.
	if more := allocated(rows) - allocated(groupRows); more > rows+rows/10 {
		t.Errorf("%d allocations for %d rows more", more, rows-groupRows)
	}
}
