package filter

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"weir/internal/query"
)

// tokenKind is what a token is.
type tokenKind int

const (
	endOfText tokenKind = iota
	word                // without quotes
	quoted              // with them, its text without
	symbol              // a bracket, a comma or a comparison
)

// token is a word of a filter with its place.
type token struct {
	kind     tokenKind
	text     string
	star     bool // * behind a quoted text
	pos, len int
}

// String names the token in a message.
func (t token) String() string {
	if t.kind == endOfText {
		return "the end"
	}
	return fmt.Sprintf("%q", t.text)
}

func (t token) fault(text, hint string) *Error {
	return &Error{Pos: t.pos, Len: t.len, Text: text, Hint: hint}
}

// is tells whether the token is a word of the language, in any case.
func (t token) is(keyword string) bool { return t.kind == word && strings.EqualFold(t.text, keyword) }

// keywords are the words of the language.
var keywords = []string{"and", "or", "not", "in", "has"}

// lex cuts a filter into tokens; the last one is its end.
func lex(text string) ([]token, *Error) {
	var tokens []token
	for at := 0; at < len(text); {
		r, size := utf8.DecodeRuneInString(text[at:])
		t := token{pos: at, len: size}
		switch {
		case r == utf8.RuneError:
			return nil, t.fault("the text is not UTF-8, or has the sign for what is not", "")
		case unicode.IsSpace(r):
			at += size
			continue
		case unicode.IsControl(r):
			return nil, t.fault("a control character cannot be part of a filter", "")
		case r == '"':
			var fault *Error
			if t, fault = lexQuoted(text, at); fault != nil {
				return nil, fault
			}
		case strings.ContainsRune("(),=<>!", r):
			t.kind, t.text = symbol, string(r)
			if strings.ContainsRune("<>!", r) && strings.HasPrefix(text[at+1:], "=") {
				t.text += "="
			}
			t.len = len(t.text)
			if t.text == "!" {
				return nil, t.fault(`"!" alone means nothing`, `write "not", or "!="`)
			}
		default:
			t.kind, t.text = word, text[at:at+strings.IndexFunc(text[at:]+" ", endsWord)]
			t.len = len(t.text)
		}
		tokens = append(tokens, t)
		at = t.pos + t.len
	}
	return append(tokens, token{pos: len(text)}), nil
}

// endsWord tells whether a word without quotes ends before it.
func endsWord(r rune) bool {
	return unicode.IsSpace(r) || unicode.IsControl(r) || r == utf8.RuneError || strings.ContainsRune(`(),=<>!"`, r)
}

// lexQuoted reads a text in quotes: \" is a quote in it, \\ a backslash.
func lexQuoted(text string, at int) (token, *Error) {
	var b strings.Builder
	t := token{kind: quoted, pos: at}
	for i := at + 1; i < len(text); i++ {
		switch text[i] {
		case '"':
			t.text, t.len = b.String(), i+1-at
			if strings.HasPrefix(text[i+1:], "*") {
				t.star = true
				t.len++
			}
			if err := query.CheckText(t.text); err != nil {
				return t, t.fault("this text cannot be looked for: "+err.Error(), "")
			}
			return t, nil
		case '\\':
			if i++; i == len(text) || text[i] != '"' && text[i] != '\\' {
				t.pos, t.len = i-1, min(2, len(text)-i+1)
				return t, t.fault(`a backslash in quotes stands before \ or "`, `write \\ for a backslash`)
			}
			b.WriteByte(text[i])
		default:
			b.WriteByte(text[i])
		}
	}
	t.len = len(text) - at
	return t, t.fault("the quotes are not closed", `put a " at the end of the text`)
}

// quote writes a text so that lex reads it as a value.
func quote(text string) string {
	plain := text != "" && !strings.ContainsFunc(text, func(r rune) bool {
		return r == utf8.RuneError || !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("_./:@-", r)
	})
	for _, k := range keywords {
		plain = plain && !strings.EqualFold(text, k)
	}
	if plain {
		return text
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(text) + `"`
}
