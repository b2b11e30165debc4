package wire

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/big"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"weir/internal/store"
)

// Everything that store.Rows can return arrives as it was.
func TestRow(t *testing.T) {
	huge, _ := new(big.Int).SetString("-170141183460469231731687303715884105728", 10)
	row := Row{
		nil, true, false, int64(0), int64(math.MinInt64), int64(math.MaxInt64), uint64(math.MaxUint64), uint64(1), huge, big.NewInt(5),
		0.0, 1.0, -1.5e300, 0.1, math.NaN(), math.Inf(1), math.Inf(-1), math.Copysign(0, -1),
		"", "a\"b\\c\n\x00 é <&> 日本", "1", "null",
		time.Date(2026, 1, 2, 3, 4, 5, 678901000, time.UTC), time.Date(-44, 3, 15, 0, 0, 0, 1, time.UTC), time.Date(294246, 1, 1, 0, 0, 0, 0, time.UTC),
		[]any{},
		[]any{int64(1), nil, []any{"x", 2.0}},
		map[string]any{},
		map[string]any{"u": int64(1), "m": map[string]any{"t": nil}, "": []any{uint64(2)}},
	}
	line, err := json.Marshal(SQLLine{Row: row})
	if err != nil {
		t.Fatal(err)
	}
	var got SQLLine
	if err := json.Unmarshal(line, &got); err != nil {
		t.Fatal(err)
	}
	same := cmp.Comparer(func(a, b *big.Int) bool { return a.Cmp(b) == 0 })
	if diff := cmp.Diff(row, got.Row, same, cmpopts.EquateNaNs()); diff != "" {
		t.Errorf("row (-sent +received):\n%s", diff)
	}
	if math.Signbit(got.Row[17].(float64)) != true {
		t.Error("the sign of a negative zero was lost")
	}
	for i, v := range row {
		if want, have := fmt.Sprintf("%T", v), fmt.Sprintf("%T", got.Row[i]); want != have {
			t.Errorf("value %d is a %s, was a %s", i, have, want)
		}
	}
}

func TestRowsThatCannotBeRead(t *testing.T) {
	for _, text := range []string{`{}`, `[{}]`, `[{"x":1}]`, `[1.5]`, `[{"u":-1}]`, `[{"n":"1"}]`, `[{"f":1}]`, `[{"t":[1]}]`, `[{"t":["a",2]}]`, `[{"m":[]}]`, `[99999999999999999999]`} {
		var r Row
		if err := json.Unmarshal([]byte(text), &r); err == nil {
			t.Errorf("%s was read as %v, want an error", text, r)
		}
	}
	if _, err := json.Marshal(Row{int8(1)}); err == nil {
		t.Error("a value of a type that no store returns was sent, want an error")
	}
}

// Known errors keep their identity, all keep their text.
func TestError(t *testing.T) {
	for _, is := range []error{context.Canceled, context.DeadlineExceeded, store.ErrReadOnlySQL, nil} {
		sent := errors.New("cannot do it")
		if is != nil {
			sent = fmt.Errorf("cannot do it: %w", is)
		}
		text, err := json.Marshal(FromError(sent))
		if err != nil {
			t.Fatal(err)
		}
		var got Error
		if err := json.Unmarshal(text, &got); err != nil {
			t.Fatal(err)
		}
		if got.Error() != sent.Error() || is != nil && !errors.Is(&got, is) || is == nil && got.Unwrap() != nil {
			t.Errorf("received %q (%v), sent %q (%v)", got.Error(), got.Unwrap(), sent, is)
		}
	}
}
