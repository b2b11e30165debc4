package insight_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"weir/internal/insight"
	"weir/internal/store"
)

// All rows are read page after page, each once, and a page that fails ends them
// with its error.
func TestTableRows(t *testing.T) {
	broken := errors.New("no memory")
	for _, c := range []struct{ rows, pages, fails int }{{0, 1, -1}, {3, 1, -1}, {20_000, 2, -1}, {45_678, 3, -1}, {45_678, 2, 1}} {
		asked := 0
		rows, err := insight.TableRows("vnets", insight.TableQuestion{Question: insight.Question{Limit: 7}, Offset: 9}, func(q insight.TableQuestion) (*insight.TableAnswer, error) {
			if asked++; asked-1 == c.fails {
				return nil, broken
			}
			if asked > 1 && (q.From != start || q.To.IsZero()) {
				t.Errorf("page %d is about %s to %s, not what the first said", asked, q.From, q.To)
			}
			a := &insight.TableAnswer{Range: insight.Range{From: start, To: start.AddDate(0, 0, 1)}}
			for i := q.Offset; i < min(q.Offset+q.Limit, c.rows); i++ {
				a.Rows = append(a.Rows, insight.TableRow{Keys: []string{fmt.Sprint(i)}})
			}
			return a, nil
		})
		if err != nil {
			t.Fatal(err)
		}
		at := slices.IndexFunc(rows.Columns(), func(c store.Column) bool { return c.Name == "vnet" })
		n := 0
		for ; rows.Next(); n++ {
			if got := rows.Values()[at]; got != fmt.Sprint(n) {
				t.Fatalf("row %d of %+v is %v", n, c, got)
			}
		}
		if c.fails < 0 && (rows.Err() != nil || n != c.rows || asked != c.pages) || c.fails >= 0 && !errors.Is(rows.Err(), broken) {
			t.Errorf("%+v: %d rows in %d pages, %v", c, n, asked, rows.Err())
		}
		if rows.Next() {
			t.Errorf("%+v: a row behind the last", c)
		}
	}
	var bad *insight.AskError
	if _, err := insight.TableRows("nothing", insight.TableQuestion{}, nil); !errors.As(err, &bad) || bad.Field != "split" {
		t.Errorf("rows of no table: %v", err)
	}
}
