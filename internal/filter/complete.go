package filter

import (
	"slices"
	"strings"

	"weir/internal/query"
)

// Suggestion is a word that can stand at the cursor.
type Suggestion struct {
	Text       string // to be put in place of the bytes from Start to End
	Start, End int
	Detail     string // what it means; of a value what else is known of it
}

// Value is a value of a field that a store has.
type Value struct {
	Text   string // as a filter has it, without quotes
	Detail string // what else is known of it; empty: nothing
}

// Stored returns values of a field, with its end as in src.vnet, that begin with
// a text.
type Stored func(field, begin string) ([]Value, error)

// place is what can stand at a place of a filter.
type place int

const (
	nowhere      place = iota // behind a fault
	atCondition               // a field, not, (
	atComparison              // =, in, has and the like
	atNegated                 // in, has
	atValue                   // a value, or ( where a list is possible
	atBound                   // a number to compare with
	inList                    // a value
	afterValue                // , or )
	atJoint                   // and, or, )
)

// Complete returns what can stand at the cursor, a place in the text in bytes,
// and begins with what stands before it. It asks for values of fields that are
// no choices where one can stand; nil: there are none.
func Complete(text string, cursor int, stored Stored) ([]Suggestion, error) {
	cursor = max(0, min(cursor, len(text)))
	before, fault := lex(text[:cursor])
	partial := token{pos: cursor}
	switch {
	case fault != nil && fault.Pos < cursor && text[fault.Pos] == '"' && fault.Pos+fault.Len == cursor: // open quotes
		partial = token{kind: quoted, pos: fault.Pos, text: text[fault.Pos+1 : cursor]}
		if before, fault = lex(text[:fault.Pos]); fault != nil {
			return nil, nil
		}
		before = before[:len(before)-1]
	case fault != nil:
		return nil, nil
	default:
		before = before[:len(before)-1]
		if n := len(before); n > 0 && before[n-1].kind == word && before[n-1].pos+before[n-1].len == cursor {
			before, partial = before[:n-1], before[n-1]
		}
	}
	c := completion{partial: partial, end: cursor + strings.IndexFunc(text[cursor:]+" ", endsWord)}
	switch partial.kind {
	case endOfText:
		c.end = cursor
	case quoted: // with the rest of what stands in them
		if whole, fault := lexQuoted(text, partial.pos); fault == nil {
			c.end = partial.pos + whole.len
		}
	}
	at, f, open := placeAfter(before)
	err := c.suggest(at, f, open, stored)
	return c.found, err
}

// completion collects suggestions that begin as what stands there.
type completion struct {
	partial token
	end     int
	found   []Suggestion
}

func (c *completion) add(text, detail string) {
	begin := strings.ToLower(c.partial.text)
	if strings.HasPrefix(strings.ToLower(strings.TrimPrefix(text, `"`)), begin) && (c.partial.kind != quoted || detail == "") {
		c.found = append(c.found, Suggestion{Text: text, Start: c.partial.pos, End: c.end, Detail: detail})
	}
}

func (c *completion) suggest(at place, f named, open bool, stored Stored) error {
	switch at {
	case atCondition:
		c.fields()
		c.add("not", "the opposite of what follows")
		c.add("(", "several conditions")
	case atComparison:
		for _, o := range comparisons {
			if f.Takes(o.op) {
				c.add(o.text, o.detail)
			}
		}
	case atNegated:
		c.add("in", "none of a list")
		if f.Takes(query.Has) {
			c.add("has", "not a part of the text")
		}
	case atValue, inList:
		for _, word := range f.Choices() {
			c.add(quote(word), "")
		}
		if stored != nil && f.Kind != query.KindChoice {
			return c.values(f, stored)
		}
	case afterValue:
		c.add(",", "one more value")
		c.add(")", "the end of the list")
	case atJoint:
		c.add("and", "both conditions")
		c.add("or", "one of the conditions")
		if open {
			c.add(")", "the end of the conditions")
		}
	}
	return nil
}

// values suggests what is stored.
func (c *completion) values(f named, stored Stored) error {
	begin := c.partial.text
	if c.partial.kind == quoted {
		begin = strings.NewReplacer(`\\`, `\`, `\"`, `"`).Replace(begin)
	}
	values, err := stored(f.NameAt(f.end), begin)
	for _, v := range values {
		c.found = append(c.found, Suggestion{Text: quote(v.Text), Start: c.partial.pos, End: c.end, Detail: v.Detail})
	}
	return err
}

// comparisons are the words between a field and a value, each with a way to
// compare that fields take which it goes with.
var comparisons = []struct {
	text   string
	op     query.Op
	detail string
}{
	{"=", query.Equals, "equal"},
	{"!=", query.Equals, "not equal"},
	{"in", query.Equals, "one of a list, or in a range or prefix"},
	{"not in", query.Equals, "none of a list"},
	{"has", query.Has, "a part of the text"},
	{"<", query.Below, "below"},
	{"<=", query.AtMost, "at most"},
	{">", query.Above, "above"},
	{">=", query.AtLeast, "at least"},
}

// fields suggests names of fields: those of one end where src. or dst. was begun.
func (c *completion) fields() {
	begin := strings.ToLower(c.partial.text)
	for _, f := range query.Fields() {
		c.add(f.Name, f.Meaning)
		for end, name := range map[query.End]string{query.InitiatorEnd: "src", query.ResponderEnd: "dst"} {
			if f.Ends && (strings.HasPrefix(begin, name+".") || f.NameAt(end) == name) {
				c.add(f.NameAt(end), f.Meaning)
			}
		}
	}
	slices.SortStableFunc(c.found, func(a, b Suggestion) int {
		return strings.Compare(strings.SplitN(a.Text, ".", 2)[0], strings.SplitN(b.Text, ".", 2)[0])
	})
}

// placeAfter returns what can stand behind tokens, of which field a value is,
// and whether a bracket is open.
func placeAfter(tokens []token) (at place, f named, open bool) {
	at = atCondition
	depth := 0
	listed := false
	for _, t := range tokens {
		bracket := t.kind == symbol && (t.text == "(" || t.text == ")")
		switch {
		case at == atCondition && t.kind == symbol && t.text == "(":
			depth++
		case at == atCondition && t.is("not"):
		case at == atCondition:
			var ok bool
			f.Field, f.end, ok = query.FieldNamed(t.text)
			switch {
			case !ok || t.kind != word:
				return nowhere, f, false
			case f.Kind == query.KindFlag:
				at = atJoint
			default:
				at = atComparison
			}
		case at == atComparison && t.is("not"):
			at = atNegated
		case (at == atComparison || at == atNegated) && (t.is("in") || t.is("has")):
			at, listed = atValue, true
		case at == atComparison && t.kind == symbol && strings.ContainsAny(t.text, "<>"):
			at = atBound
		case at == atComparison && t.kind == symbol && !bracket && t.text != ",":
			at, listed = atValue, false
		case at == atValue && listed && t.kind == symbol && t.text == "(":
			at = inList
		case (at == atValue || at == atBound || at == inList) && (t.kind == word || t.kind == quoted):
			at = map[place]place{atValue: atJoint, atBound: atJoint, inList: afterValue}[at]
		case at == afterValue && t.kind == symbol && t.text == ",":
			at = inList
		case at == afterValue && t.kind == symbol && t.text == ")":
			at = atJoint
		case at == atJoint && t.kind == symbol && t.text == ")" && depth > 0:
			depth--
		case at == atJoint && (t.is("and") || t.is("or")):
			at = atCondition
		default:
			return nowhere, f, false
		}
	}
	return at, f, depth > 0
}
