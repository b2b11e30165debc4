// Package filter is the language in which people say which flows they mean: in
// a box of the page, in an address, on the command line and over HTTP. It turns
// text into a condition of package query and back.
//
//	vnet = hub and port in (22, 3389) and src in 10.0.0.0/8 and not country = us and malicious
//
// The words are the fields of query.Fields; docs/reference/filters.md is made
// from them.
package filter

import (
	"fmt"
	"unicode/utf8"

	"weir/internal/query"
)

// The bounds of a filter.
const (
	MaxBytes  = 4096
	MaxDepth  = 100  // of brackets and nots in each other
	MaxValues = 1000 // in all of its lists
)

// Error says what is wrong with a filter, and where.
type Error struct {
	Pos, Len int    // of the word at fault, in bytes
	Column   int    // of its first character, from 1
	Text     string // what is wrong
	Hint     string // what to write instead; empty where nobody knows
}

// Error returns it as a sentence.
func (e *Error) Error() string {
	text := fmt.Sprintf("at character %d: %s", e.Column, e.Text)
	if e.Hint != "" {
		text += "; " + e.Hint
	}
	return text
}

// Parse reads a filter; nil where it is empty. Its error is an *Error.
func Parse(text string) (query.Condition, error) {
	c, fault := parse(text)
	if fault == nil {
		return c, nil
	}
	fault.Column = utf8.RuneCountInString(text[:fault.Pos]) + 1
	return nil, fault
}

func parse(text string) (query.Condition, *Error) {
	if len(text) > MaxBytes {
		return nil, &Error{Pos: MaxBytes, Len: len(text) - MaxBytes, Text: fmt.Sprintf("the filter is longer than %d bytes", MaxBytes)}
	}
	tokens, fault := lex(text)
	if fault != nil {
		return nil, fault
	}
	p := parser{tokens: tokens}
	if p.next().kind == endOfText {
		return nil, nil
	}
	c, fault := p.either()
	if fault != nil {
		return nil, fault
	}
	if t := p.next(); t.kind != endOfText {
		if t.kind == symbol && t.text == ")" {
			return nil, t.fault(`there is no "(" to this ")"`, "")
		}
		return nil, follows(t)
	}
	if n := len(Print(c)); n > MaxBytes {
		return nil, &Error{Len: len(text), Text: fmt.Sprintf("written out the filter has %d bytes, more than %d", n, MaxBytes)}
	}
	return c, nil
}
