package kql_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"weir/internal/kql"
	"weir/internal/kql/syntax"
	"weir/internal/shared"
	"weir/internal/store"
	"weir/internal/store/duckdb"
)

// recorded is an answer of Microsoft's own engine.
type recorded struct {
	ID, KQL  string
	Phase1   bool
	Columns  []string
	Rows     []string
	Complete bool
}

// Least numbers of recorded answers that are supported, that is, not refused.
// They may only grow.
const (
	leastSupported = 986
	leastPhase1    = 456
)

// TestRecordedAnswers asks what Microsoft's engine was asked. What is supported
// answers the same, or is on the list of exceptions with a reason.
func TestRecordedAnswers(t *testing.T) {
	s := newStore(t)
	excused := exceptions(t)
	lines := bufio.NewScanner(shared.Open(t, "data/kql/answers.jsonl"))
	lines.Buffer(nil, 1<<20)
	var all, supported, phase1, equal int
	for lines.Scan() {
		var r recorded
		if err := json.Unmarshal(lines.Bytes(), &r); err != nil {
			t.Fatal(err)
		}
		all++
		r.ID = fmt.Sprintf("%s-%08x", r.ID, crc32.ChecksumIEEE([]byte(r.KQL))) // ids are not unique
		q, err := kql.Compile(r.KQL, kql.Options{Look: kql.Looking(t.Context(), s.ReadOnly)})
		var f *syntax.Fault
		if errors.As(err, &f) && f.Code == syntax.CodeUnsupported {
			if excused[r.ID] != "" {
				t.Errorf("%s is refused, and on the list of exceptions", r.ID)
			}
			continue
		}
		supported++
		if r.Phase1 {
			phase1++
		}
		var fault string
		if err != nil {
			fault = err.Error()
		} else {
			fault = r.differs(t, s, q)
		}
		switch {
		case fault == "":
			equal++
			if excused[r.ID] != "" {
				t.Errorf("%s answers as recorded: take it off the list of exceptions", r.ID)
			}
		case excused[r.ID] == "":
			t.Errorf("%s: %s\n%s\n%s", r.ID, fault, r.KQL, q.SQL)
		}
	}
	t.Logf("%d recorded answers, %d supported (%d of the first phase), %d equal", all, supported, phase1, equal)
	if supported < leastSupported || phase1 < leastPhase1 {
		t.Errorf("%d are supported (%d of the first phase), want %d (%d)", supported, phase1, leastSupported, leastPhase1)
	}
	if most := supported / 50; supported-equal > most {
		t.Errorf("%d exceptions, at most %d may be", supported-equal, most)
	}
}

// exceptions reads the list: an id and a reason on each line.
func exceptions(t *testing.T) map[string]string {
	t.Helper()
	text, err := os.ReadFile("testdata/exceptions.txt")
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for line := range strings.Lines(string(text)) {
		id, reason, _ := strings.Cut(strings.TrimSpace(line), " ")
		if id != "" && id != "#" {
			if reason == "" {
				t.Errorf("exception %s has no reason", id)
			}
			all[id] = reason
		}
	}
	return all
}

// differs says what is other than recorded, or nothing.
func (r *recorded) differs(t *testing.T, s store.Store, q kql.Question) string {
	t.Helper()
	merged := map[string]string{
		"int": "Int", "long": "Int", "real": "Real", "string": "String", "bool": "Bool", "datetime": "DateTime",
		"timespan": "TimeSpan", "dynamic": "Dynamic", "guid": "Guid", "decimal": "Real",
	}
	var columns []string
	for _, c := range q.Columns {
		columns = append(columns, c.Name+":"+merged[c.Type])
	}
	if !slices.Equal(columns, r.Columns) {
		return fmt.Sprintf("columns are %v, recorded were %v", columns, r.Columns)
	}
	rows, _, err := kql.Ask(t.Context(), s, r.KQL, kql.Options{})
	if err != nil {
		return err.Error()
	}
	defer rows.Close()
	var got []string
	for rows.Next() {
		var cells []string
		for i, v := range rows.Values() {
			cells = append(cells, recordedText(v, q.Columns[i].Type))
		}
		got = append(got, "("+strings.Join(cells, ", ")+")")
	}
	if err := rows.Err(); err != nil {
		return err.Error()
	}
	want := slices.Clone(r.Rows)
	if !r.Complete {
		return ""
	}
	if !inOrder(r.KQL) {
		slices.Sort(got)
		slices.Sort(want)
	}
	if !slices.EqualFunc(got, want, near) {
		return fmt.Sprintf("rows are\n%s\nrecorded were\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	return ""
}

// inOrder tells whether the last operator sorts.
func inOrder(text string) bool {
	q, err := syntax.Parse(text)
	if err != nil {
		return false
	}
	p, ok := q.Statements[len(q.Statements)-1].Value.(*syntax.Pipe)
	if !ok {
		return false
	}
	last := p.Ops[len(p.Ops)-1].Name
	return last == "sort" || last == "top"
}

// recordedText writes a value as the recording does.
func recordedText(v any, kind string) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case bool:
		return map[bool]string{true: "True", false: "False"}[v]
	case float64:
		return realText(v)
	case time.Time:
		return v.UTC().Format("2006-01-02T15:04:05.0000000Z")
	case string:
		switch kind {
		case "string", "guid":
			return "'" + v + "'"
		case "dynamic":
			var b bytes.Buffer
			if json.Indent(&b, []byte(v), "", "  ") == nil {
				return b.String()
			}
		}
		return v
	}
	return fmt.Sprint(v)
}

func realText(f float64) string {
	switch {
	case f == 0:
		return "0" // also -0
	case math.IsNaN(f):
		return "NaN"
	case math.IsInf(f, 0):
		return strings.ReplaceAll(fmt.Sprint(f), "Inf", "Infinity")[map[bool]int{true: 1, false: 0}[f > 0]:]
	}
	return strconv.FormatFloat(f, 'g', -1, 64)
}

// near compares rows of which reals may differ in the last digits.
func near(got, want string) bool {
	if got == want {
		return true
	}
	cut := func(r rune) bool { return strings.ContainsRune(" ,()[]\n", r) }
	a, b := strings.FieldsFunc(got, cut), strings.FieldsFunc(want, cut)
	return slices.EqualFunc(a, b, func(x, y string) bool {
		f, err1 := strconv.ParseFloat(x, 64)
		g, err2 := strconv.ParseFloat(y, 64)
		return x == y || err1 == nil && err2 == nil && math.Abs(f-g) <= 1e-9*math.Max(math.Abs(f), math.Abs(g))
	})
}

func newStore(t testing.TB) store.Store {
	t.Helper()
	s, err := duckdb.Open(t.Context(), t.TempDir(), duckdb.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}
