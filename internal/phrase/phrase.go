// Package phrase says the question of an insight in KQL, so that who sees a number
// on a page can ask for it in the log search, change the question, and go on from
// there. The query counts what the insight counts: a test compares the numbers.
//
// It asks the view traffic. The tables of Azure cannot answer: a conversation that
// two NICs recorded has two rows there, and none says which of them counts.
package phrase

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"weir/internal/insight"
	"weir/internal/query"
)

// Query is a question in KQL. It says itself what time it is about, so that it is
// asked without a timespan.
type Query struct {
	Text string
	Note string // what it leaves out of what the insight shows; empty: nothing
}

// UnsayableError is why an insight cannot be said in KQL; its text is meant for the
// person who asked.
type UnsayableError struct{ Reason string }

// Error returns the reason.
func (e *UnsayableError) Error() string { return e.Reason }

func unsayable(format string, args ...any) error {
	return &UnsayableError{fmt.Sprintf(format, args...)}
}

// about begins a query about a range: which rows of traffic it is of.
func about(r insight.Range, where query.Condition, nics bool) (lines []string, err error) {
	if r.Detail != nil {
		return nil, unsayable("Before %s flows are kept as sums by hour and day alone, which KQL does not ask. Choose a range that begins later.", moment(*r.Detail))
	}
	lines = []string{"traffic", "| where " + during(r)}
	if nics {
		lines = append(lines, "| where first_record")
	}
	if where != nil {
		lines = append(lines, "| where "+sayer{during(r)}.condition(where))
	}
	return lines, nil
}

// during says that an interval is in a range.
func during(r insight.Range) string {
	return fmt.Sprintf("interval_start >= datetime(%s) and interval_start < datetime(%s)", moment(r.From), moment(r.To))
}

// queryOf makes a query of its lines.
func queryOf(lines []string) *Query { return &Query{Text: strings.Join(lines, "\n")} }

func moment(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05Z") }

// span writes a length of time of whole seconds.
func span(d time.Duration) string {
	for _, unit := range []struct {
		of     time.Duration
		letter string
	}{{24 * time.Hour, "d"}, {time.Hour, "h"}, {time.Minute, "m"}} {
		if d%unit.of == 0 {
			return fmt.Sprintf("%d%s", d/unit.of, unit.letter)
		}
	}
	return fmt.Sprintf("%ds", d/time.Second)
}

// quote writes a text. Where it has signs that KQL or a regular expression gives a
// meaning to, it is written as it is, between quotes of the other kind where it
// has none of these.
func quote(text string) string {
	text = strings.ToValidUTF8(text, "")
	switch {
	case !strings.ContainsAny(text, `\'`):
		return "'" + text + "'"
	case !strings.Contains(text, "'"):
		return "@'" + text + "'"
	case !strings.Contains(text, `"`):
		return `@"` + text + `"`
	}
	return "'" + strings.NewReplacer(`\`, `\\`, "'", `\'`).Replace(text) + "'"
}

func quoteAll(texts []string) string {
	quoted := slices.Clone(texts)
	for i, t := range quoted {
		quoted[i] = quote(t)
	}
	return "(" + strings.Join(quoted, ", ") + ")"
}
