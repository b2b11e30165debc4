package query

import (
	"fmt"
	"net/netip"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Condition is what a flow must hold: And, Or, Not or Test. Values are typed
// and never become part of SQL.
type Condition interface {
	// check tells what is wrong with it.
	check() error
	// holds writes it, of a fact as seen from a side.
	holds(b *builder, s side) string
	// columns adds the columns of a fact that it needs; false where no roll-up
	// can tell whether it holds.
	columns(needed []string) ([]string, bool)
}

// And holds where all of its conditions hold.
type And []Condition

// Or holds where one of its conditions does.
type Or []Condition

// Not holds where a condition does not.
type Not struct{ Condition Condition }

// Test compares a field with values.
type Test struct {
	Field string // name of a Field
	End   End    // of a field that ends have: whose it is, HostEnd: of either
	Op    Op
	// Values are strings for text, and words of the list for a choice; int64
	// for numbers; netip.Addr or, with Within, netip.Prefix for addresses. A
	// flag has none.
	Values []any
}

// Op is how a Test compares.
type Op int

// The comparisons.
const (
	Equals Op = iota // equal to one of the values; of a flag: it is up
	Below            // these four: a number, and one value
	AtMost
	Above
	AtLeast
	Between    // a number, from the first to the second of two values, both inclusive
	Within     // an address in one of the prefixes
	StartsWith // a text that begins with one of the values; with an empty one, a text that is not empty
	Has        // a text that one of the values is a part of; of a list: that has it as a whole
	opCount
)

// ops are the comparisons that each kind of field takes.
var ops = map[FieldKind][]Op{
	KindText:    {Equals, StartsWith, Has},
	KindNumber:  {Equals, Below, AtMost, Above, AtLeast, Between},
	KindAddress: {Equals, Within},
	KindChoice:  {Equals},
	KindFlag:    {Equals},
}

func checkCondition(c Condition) error {
	if c == nil {
		return nil
	}
	return c.check()
}

func (c And) check() error { return checkAll(c) }
func (c Or) check() error  { return checkAll(c) }

func checkAll(list []Condition) error {
	if len(list) == 0 {
		return fmt.Errorf("a list of conditions is empty")
	}
	for _, c := range list {
		if c == nil {
			return fmt.Errorf("a list of conditions has an empty place")
		}
		if err := c.check(); err != nil {
			return err
		}
	}
	return nil
}

func (c Not) check() error {
	if c.Condition == nil {
		return fmt.Errorf("the opposite of nothing is no condition")
	}
	return c.Condition.check()
}

func (t Test) check() error {
	f, ok := fieldOf(t.Field)
	switch {
	case !ok:
		return fmt.Errorf("there is no field %q", t.Field)
	case t.End != HostEnd && (!f.Ends || t.End < 0 || t.End >= endCount):
		return fmt.Errorf("field %s has no end %d", t.Field, t.End)
	case !f.Takes(t.Op):
		return fmt.Errorf("field %s cannot be compared in way %d", t.Field, t.Op)
	}
	n := len(t.Values)
	switch {
	case f.Kind == KindFlag && n > 0, f.Kind != KindFlag && n == 0, t.Op == Between && n != 2,
		(t.Op == Below || t.Op == AtMost || t.Op == Above || t.Op == AtLeast) && n != 1:
		return fmt.Errorf("field %s cannot be compared with %d values in way %d", t.Field, n, t.Op)
	}
	for _, v := range t.Values {
		if err := f.checkValue(t.Op, v); err != nil {
			return err
		}
	}
	if t.Op == Between && t.Values[0].(int64) > t.Values[1].(int64) {
		return fmt.Errorf("a range of %s begins after its end", t.Field)
	}
	return nil
}

// checkValue tells what is wrong with a value.
func (f *Field) checkValue(op Op, v any) error {
	ok := false
	switch v := v.(type) {
	case string:
		if f.Kind == KindText {
			ok = CheckText(v) == nil && (v != "" || op != Has)
		} else if f.Kind == KindChoice {
			word, _ := f.Choice(v)
			ok = word == v
		}
	case int64:
		ok = f.Kind == KindNumber && v >= 0 && v <= f.Max
	case netip.Addr:
		ok = f.Kind == KindAddress && op == Equals && v.IsValid() && v == v.Unmap() && v.Zone() == ""
	case netip.Prefix:
		ok = f.Kind == KindAddress && op == Within && v.IsValid() && v == v.Masked() && !v.Addr().Is4In6()
	}
	if !ok {
		return fmt.Errorf("field %s cannot be compared with %T %v", f.Name, v, v)
	}
	return nil
}

// CheckText tells why a text cannot be looked for.
func CheckText(text string) error {
	if !utf8.ValidString(text) {
		return fmt.Errorf("it is not UTF-8")
	}
	if strings.ContainsFunc(text, unicode.IsControl) {
		return fmt.Errorf("it has a control character")
	}
	return nil
}

// conditionColumns returns the columns of a fact that a condition needs; false
// where no roll-up can tell whether it holds.
func conditionColumns(c Condition) ([]string, bool) {
	if c == nil {
		return nil, true
	}
	return c.columns(nil)
}

func (c And) columns(needed []string) ([]string, bool) { return columnsOfAll(c, needed) }
func (c Or) columns(needed []string) ([]string, bool)  { return columnsOfAll(c, needed) }
func (c Not) columns(needed []string) ([]string, bool) { return c.Condition.columns(needed) }

func columnsOfAll(list []Condition, needed []string) ([]string, bool) {
	all := true
	for _, c := range list {
		var ok bool
		needed, ok = c.columns(needed)
		all = all && ok
	}
	return needed, all
}

func (t Test) columns(needed []string) ([]string, bool) {
	f, _ := fieldOf(t.Field)
	switch {
	case f.means != nil:
		return f.means.columns(needed)
	case f.application:
		return append(needed, columns[Port].fact, columns[Protocol].fact), true
	case f.verdict != "": // which holds for some intervals of an hour or a day
		return needed, false
	}
	for _, d := range f.dimensions(t.End) {
		needed = append(needed, columns[d].fact)
	}
	return needed, f.dimension != Port || t.tellsEphemeral()
}

// tellsEphemeral tells whether a test of a port holds for all ephemeral ports or
// for none of them, so that it holds as well for what stands for them in roll-ups.
func (t Test) tellsEphemeral() bool {
	const last = 1<<16 - 1
	n := func(i int) int64 { return t.Values[i].(int64) }
	switch t.Op {
	case Below, AtLeast:
		return n(0) <= FirstEphemeral
	case AtMost, Above:
		return n(0) < FirstEphemeral
	case Between:
		return n(1) < FirstEphemeral || n(0) <= FirstEphemeral && n(1) == last
	}
	for i := range t.Values {
		if n(i) >= FirstEphemeral {
			return false
		}
	}
	return true
}
