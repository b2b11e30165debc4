package compute

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// HasTerm tells whether a text has another one as a whole term, which ends where
// a character is neither letter nor digit. Case does not count.
func HasTerm(text, term string) bool {
	if term == "" {
		return true
	}
	text, term = strings.ToLower(text), strings.ToLower(term)
	first, _ := utf8.DecodeRuneInString(term)
	last, _ := utf8.DecodeLastRuneInString(term)
	begins, ends := isTermRune(first), isTermRune(last)
	for at := 0; ; {
		i := strings.Index(text[at:], term)
		if i < 0 {
			return false
		}
		i += at
		before, _ := utf8.DecodeLastRuneInString(text[:i])
		after, _ := utf8.DecodeRuneInString(text[i+len(term):])
		if !(begins && i > 0 && isTermRune(before)) && !(ends && i+len(term) < len(text) && isTermRune(after)) {
			return true
		}
		_, size := utf8.DecodeRuneInString(text[i:])
		at = i + size
	}
}

func isTermRune(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsNumber(r) }

// hasTerms are functions of a text and an array of terms.
func hasTerms(name string) Func {
	return func(c *Call) Value {
		terms, ok := array(c.Args[1])
		if !ok && c.has(1) {
			terms = []string{c.text(1)}
		}
		found := 0
		for i, term := range terms {
			if !HasTerm(c.text(0), plain(term)) {
				continue
			}
			found++
			if name == "has_any_index" {
				return whole(int64(i))
			}
		}
		switch name {
		case "has_any_index":
			return whole(-1)
		case "has_all":
			return truth(found == len(terms))
		}
		return truth(found > 0)
	}
}

// replaceStrings takes text, what to find, and what stands for each.
func replaceStrings(c *Call) Value {
	what, ok1 := array(c.Args[1])
	by, ok2 := array(c.Args[2])
	s := c.text(0)
	if !ok1 || !ok2 || len(what) != len(by) {
		return Text(s)
	}
	for i := range what {
		if from := plain(what[i]); from != "" {
			s = strings.ReplaceAll(s, from, plain(by[i]))
		}
	}
	return Text(s)
}

// extractJSON takes a path such as $.a[0].b, and a text that is JSON.
func extractJSON(c *Call) Value {
	v := parseJSON(&Call{Args: c.Args[1:2]})
	rest, ok := strings.CutPrefix(c.text(0), "$")
	if !ok {
		return Null()
	}
	for rest != "" && !v.Null {
		var key string
		switch {
		case strings.HasPrefix(rest, "['"), strings.HasPrefix(rest, `["`):
			end := strings.Index(rest[2:], rest[1:2]+"]")
			if end < 0 {
				return Null()
			}
			key, rest = rest[2:2+end], rest[end+4:]
		case rest[0] == '[':
			index, after, ok := strings.Cut(rest[1:], "]")
			list, isList := array(v)
			n, err := strconv.Atoi(index)
			if n < 0 {
				n += len(list)
			}
			if !ok || !isList || err != nil || n < 0 || n >= len(list) {
				return Null()
			}
			v, rest = dynamic(list[n]), after
			continue
		case rest[0] == '.':
			end := strings.IndexAny(rest[1:], ".[")
			if end < 0 {
				end = len(rest) - 1
			}
			key, rest = rest[1:1+end], rest[1+end:]
		default:
			return Null()
		}
		found, ok := reach(v, []string{key})
		if !ok {
			return Null()
		}
		v = dynamic(found)
	}
	return v
}
