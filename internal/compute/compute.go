// Package compute has the functions of KQL that SQL lacks. All of them take and
// give text, as it stands in a store: numbers in digits, dynamics as JSON, times
// and timespans as numbers of ticks of 100 ns.
package compute

import (
	"regexp"
	"strconv"
	"strings"
)

// Value is an argument or an answer. It is valid while the call lasts.
type Value struct {
	Text string
	Null bool
}

// Text is a value that is there.
func Text(s string) Value { return Value{Text: s} }

// Null is a value that is not there.
func Null() Value { return Value{Null: true} }

// Call is a call of a function, with what it remembers from row to row.
type Call struct {
	Args []Value

	patterns map[string]*regexp.Regexp // nil: no pattern
	clauses  map[string]any            // other arguments that take long to read
}

// Func computes a value. Arguments that make no sense give null, or what Kusto
// gives for them; there are no errors.
type Func func(c *Call) Value

// Find returns the function of a name.
func Find(name string) (Func, bool) {
	for _, group := range []func(string) Func{numbers, hashes, texts, patterns, webs, addresses, times, lists, sets, bags, decimals} {
		if f := group(name); f != nil {
			return f, true
		}
	}
	return nil, false
}

func truth(is bool) Value { return Text(strconv.FormatBool(is)) }

func whole(n int64) Value { return Text(strconv.FormatInt(n, 10)) }

// has tells whether an argument is there.
func (c *Call) has(i int) bool { return i < len(c.Args) && !c.Args[i].Null }

// text returns an argument, "" for null.
func (c *Call) text(i int) string {
	if !c.has(i) {
		return ""
	}
	return c.Args[i].Text
}

// number returns an argument that is a whole number.
func (c *Call) number(i int) (int64, bool) {
	if !c.has(i) {
		return 0, false
	}
	n, err := strconv.ParseInt(c.Args[i].Text, 10, 64)
	return n, err == nil
}

// numberOr returns an argument that is a whole number, or what stands for it.
func (c *Call) numberOr(i int, other int64) int64 {
	if n, ok := c.number(i); ok {
		return n
	}
	return other
}

// maxRemembered bounds what a call remembers of arguments that differ by row.
const maxRemembered = 100

// pattern returns a regular expression, nil where it is none.
func (c *Call) pattern(text string) *regexp.Regexp {
	if re, ok := c.patterns[text]; ok {
		return re
	}
	if len(c.patterns) >= maxRemembered || c.patterns == nil {
		c.patterns = map[string]*regexp.Regexp{}
	}
	re, err := regexp.Compile(Pattern(text))
	if err != nil {
		re = nil
	}
	c.patterns[strings.Clone(text)] = re
	return re
}

// remember returns what make gives for a text, from before where it is known.
func remember[T any](c *Call, text string, make func(string) T) T {
	if v, ok := c.clauses[text].(T); ok {
		return v
	}
	if len(c.clauses) >= maxRemembered || c.clauses == nil {
		c.clauses = map[string]any{}
	}
	text = strings.Clone(text)
	v := make(text)
	c.clauses[text] = v
	return v
}
