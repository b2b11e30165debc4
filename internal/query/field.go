package query

import (
	"slices"
	"strings"

	"weir/internal/flow"
)

// FieldKind is what the values of a field are.
type FieldKind int

// The kinds of fields.
const (
	KindText    FieldKind = iota // compared without case
	KindNumber                   // 0 to Max
	KindAddress                  // an address or a prefix
	KindChoice                   // a word of a list
	KindFlag                     // none: a word that holds or not
)

// String returns the word for the kind.
func (k FieldKind) String() string {
	return [...]string{"text", "number", "address", "choice", "flag"}[k]
}

// Field is what conditions are about. Filters, their completion and their
// documentation follow from the list of fields.
type Field struct {
	Name    string
	Aliases []string
	Kind    FieldKind
	Ends    bool   // each end of a flow has it: src.NAME and dst.NAME, and NAME for either
	Meaning string // one sentence
	Example string // a whole filter
	Max     int64  // of a number

	dimension   Dimension // of a field of the flow
	property    Property  // of a field of ends
	form        form      // of a text
	choices     []choice
	application bool      // the name of the service at the port, which no fact refers to
	verdict     string    // instead of a property: what of the verdict on a malicious end, in SQL
	means       Condition // of a flag
}

// choice is a word and what the store has for it.
type choice struct {
	word  string
	value any
}

// form is how a text is looked for in what is stored, as regular expressions.
type form struct {
	begin, end string // around a whole text
	rest       string // after the beginning of one
	ignored    string // signs that people write in it and logs do not
}

var (
	plain    = form{begin: "^", end: "$"}
	path     = form{begin: "(^|/)", end: "$", rest: "[^/]*$"}       // parts between slashes: the last ones are enough
	listed   = form{begin: "(^| )", end: "( |$)"}                   // words between spaces: any of them
	ruleName = form{begin: "^(?:(?:user|default)rule_)?", end: "$"} // with or without who made it
	hex      = form{begin: "^", end: "$", ignored: ":-"}            // of a MAC
)

// Fields returns all fields, those of flows first.
func Fields() []Field { return slices.Clone(fields) }

// FieldNamed returns the field with a name or alias, in any case, and the end
// that it names: src.NAME the initiator, dst.NAME the responder.
func FieldNamed(name string) (Field, End, bool) {
	name = strings.ToLower(name)
	end := HostEnd
	switch rest, _ := strings.CutPrefix(name, "src"); {
	case name == "src":
		name, end = addressField, InitiatorEnd
	case name == "dst":
		name, end = addressField, ResponderEnd
	case strings.HasPrefix(rest, ".") && rest != name:
		name, end = rest[1:], InitiatorEnd
	case strings.HasPrefix(name, "dst."):
		name, end = name[4:], ResponderEnd
	}
	for _, f := range fields {
		if (f.Name == name || slices.Contains(f.Aliases, name)) && (end == HostEnd || f.Ends) {
			return f, end, true
		}
	}
	return Field{}, HostEnd, false
}

// NameAt returns the name of the field for an end, as FieldNamed reads it.
func (f Field) NameAt(e End) string {
	name := [endCount]string{"", "src", "dst"}[e]
	switch {
	case name == "":
		return f.Name
	case f.Name == addressField:
		return name
	}
	return name + "." + f.Name
}

// Takes tells whether a field can be compared so.
func (f Field) Takes(op Op) bool { return slices.Contains(ops[f.Kind], op) }

// Means returns the condition that a flag stands for, nil for all other fields.
func (f Field) Means() Condition { return f.means }

// Pattern returns the regular expression of RE2 that a text matches which passes a
// test of the field, and whether all that it compares is texts: whole ones, how they
// begin, or parts of them.
func (f Field) Pattern(t Test) (pattern string, texts bool) {
	return f.pattern(t), f.form == plain || t.Op == Has && f.form != listed && f.form.ignored == ""
}

// Choices returns the words that a choice can be.
func (f Field) Choices() []string {
	words := make([]string, len(f.choices))
	for i, c := range f.choices {
		words[i] = c.word
	}
	return words
}

// Choice returns the word of the list that a text is, in any case, and what the
// store has for it; empty where there is none. A protocol can be any number.
func (f *Field) Choice(text string) (word string, value any) {
	for _, c := range f.choices {
		if strings.EqualFold(c.word, text) {
			return c.word, c.value
		}
	}
	if f.dimension == Protocol && f.Kind == KindChoice && !f.Ends {
		if n, ok := flow.ProtocolNumber(text); ok {
			return flow.ProtocolText(n), n
		}
	}
	return "", nil
}

// Dimension returns what is split by the field; false where nothing can be.
func (f Field) Dimension(e End) (Dimension, bool) {
	if f.Kind == KindFlag || f.application || f.verdict != "" {
		return 0, false
	}
	if f.Ends && e == HostEnd && f.Kind == KindAddress {
		return Host, true
	}
	if f.Ends && e == HostEnd {
		return Of(HostEnd, f.property), true
	}
	return f.dimensions(e)[0], true
}

// dimensions returns those of the end, of both ends for either.
func (f *Field) dimensions(e End) []Dimension {
	switch {
	case !f.Ends:
		return []Dimension{f.dimension}
	case e == HostEnd:
		return slices.Concat(f.dimensions(InitiatorEnd), f.dimensions(ResponderEnd))
	case f.Kind != KindAddress && f.verdict == "":
		return []Dimension{Of(e, f.property)}
	case e == InitiatorEnd:
		return []Dimension{Initiator}
	}
	return []Dimension{Responder}
}

func fieldOf(name string) (*Field, bool) {
	i := slices.IndexFunc(fields, func(f Field) bool { return f.Name == name })
	if i < 0 {
		return nil, false
	}
	return &fields[i], true
}
