package compute

import (
	"encoding/base64"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// texts are functions over text.
func texts(name string) Func {
	switch name {
	case "substring":
		return substring
	case "indexof":
		return indexOf
	case "countof":
		return countOf
	case "translate":
		return translate
	case "base64_encode":
		return func(c *Call) Value { return Text(base64.StdEncoding.EncodeToString([]byte(c.text(0)))) }
	case "base64_decode":
		return base64Decode
	case "base64_encode_array":
		return base64EncodeArray
	case "base64_decode_array":
		return base64DecodeArray
	case "replace_strings":
		return replaceStrings
	case "extract_json":
		return extractJSON
	case "has_any_index", "has_any", "has_all":
		return hasTerms(name)
	case "codepoints":
		return func(c *Call) Value {
			all := []string{}
			for _, r := range c.text(0) {
				all = append(all, strconv.Itoa(int(r)))
			}
			return writeList(all)
		}
	case "of_codepoints":
		return ofCodepoints
	case "parse_csv":
		return parseCSV
	case "parse_command_line":
		return parseCommandLine
	case "json": // of a text: what it says, or the text itself
		return parseJSON
	}
	return nil
}

// substring counts characters; a place before the beginning is one from the end.
func substring(c *Call) Value {
	s := []rune(c.text(0))
	n := int64(len(s))
	from := c.numberOr(1, 0)
	if from < 0 {
		from = max(0, n+from)
	}
	length := c.numberOr(2, n)
	if from >= n || length <= 0 {
		return Text("")
	}
	return Text(string(s[from : from+min(length, n-from)]))
}

// indexOf takes text, what to find, and where to begin, how far, which one.
func indexOf(c *Call) Value {
	what := []rune(c.text(1))
	if len(what) == 0 {
		return Null()
	}
	s := []rune(c.text(0))
	n := len(s)
	start, length, nth := int(c.numberOr(2, 0)), int(c.numberOr(3, -1)), c.numberOr(4, 1)
	if start < 0 {
		start = max(0, n+start)
	}
	end := n
	if length >= 0 && length < n-start {
		end = start + length
	}
	for i := start; i+len(what) <= end; i++ {
		if slices.Equal(s[i:i+len(what)], what) {
			if nth--; nth == 0 {
				return whole(int64(i))
			}
		}
	}
	return whole(-1)
}

// countOf counts occurrences, which may overlap.
func countOf(c *Call) Value {
	s, what := c.text(0), c.text(1)
	if what == "" {
		return whole(0)
	}
	n := int64(0)
	for {
		i := strings.Index(s, what)
		if i < 0 {
			return whole(n)
		}
		_, size := utf8.DecodeRuneInString(s[i:])
		s = s[i+size:]
		n++
	}
}

// translate changes characters of the first list into those of the second, of
// which the last one stands for all that are missing.
func translate(c *Call) Value {
	from, to := []rune(c.text(0)), []rune(c.text(1))
	return Text(strings.Map(func(r rune) rune {
		i := slices.Index(from, r)
		switch {
		case i < 0:
			return r
		case len(to) == 0:
			return -1
		}
		return to[min(i, len(to)-1)]
	}, c.text(2)))
}

func fromBase64(s string) ([]byte, bool) {
	b, err := base64.StdEncoding.DecodeString(s)
	if err != nil {
		b, err = base64.RawStdEncoding.DecodeString(s)
	}
	return b, err == nil
}

func base64Decode(c *Call) Value {
	b, ok := fromBase64(c.text(0))
	if !ok || !utf8.Valid(b) {
		return Text("")
	}
	return Text(string(b))
}

func base64DecodeArray(c *Call) Value {
	b, ok := fromBase64(c.text(0))
	if !ok {
		return Null()
	}
	all := make([]string, len(b))
	for i, v := range b {
		all[i] = strconv.Itoa(int(v))
	}
	return writeList(all)
}

func base64EncodeArray(c *Call) Value {
	list, ok := array(c.Args[0])
	b := make([]byte, len(list))
	for i, v := range list {
		n, err := strconv.ParseUint(v, 10, 8)
		if err != nil {
			return Text("")
		}
		b[i] = byte(n)
	}
	if !ok {
		return Text("")
	}
	return Text(base64.StdEncoding.EncodeToString(b))
}

// ofCodepoints makes a text of numbers and arrays of numbers.
func ofCodepoints(c *Call) Value {
	var b strings.Builder
	for _, v := range c.Args {
		list, ok := array(v)
		if !ok {
			list = []string{v.Text}
		}
		for _, n := range list {
			if r, err := strconv.ParseInt(plain(n), 10, 32); err == nil && utf8.ValidRune(rune(r)) {
				b.WriteRune(rune(r))
			}
		}
	}
	return Text(b.String())
}

// parseCSV reads the first record of a text.
func parseCSV(c *Call) Value {
	s := c.text(0)
	all := []string{}
	var field strings.Builder
	quotedNow := false
	for i := 0; i < len(s); i++ {
		switch ch := s[i]; {
		case quotedNow && ch == '"' && i+1 < len(s) && s[i+1] == '"':
			field.WriteByte('"')
			i++
		case ch == '"' && (quotedNow || field.Len() == 0):
			quotedNow = !quotedNow
		case !quotedNow && ch == ',':
			all = append(all, field.String())
			field.Reset()
		case !quotedNow && (ch == '\n' || ch == '\r'):
			return writeTexts(append(all, field.String()))
		default:
			field.WriteByte(ch)
		}
	}
	return writeTexts(append(all, field.String()))
}

// parseCommandLine splits as programs of Windows do.
func parseCommandLine(c *Call) Value {
	s := c.text(0)
	if strings.TrimSpace(s) == "" || !strings.EqualFold(c.text(1), "windows") {
		return Null()
	}
	var all []string
	var word strings.Builder
	inQuotes, begun := false, false
	for i := 0; i < len(s); i++ {
		switch ch := s[i]; {
		case ch == '\\':
			n := 1
			for i+n < len(s) && s[i+n] == '\\' {
				n++
			}
			begun = true
			if i+n < len(s) && s[i+n] == '"' {
				word.WriteString(strings.Repeat(`\`, n/2))
				if n%2 == 1 {
					word.WriteByte('"')
					n++
				}
			} else {
				word.WriteString(strings.Repeat(`\`, n))
			}
			i += n - 1
		case ch == '"':
			inQuotes, begun = !inQuotes, true
		case !inQuotes && (ch == ' ' || ch == '\t'):
			if begun {
				all = append(all, word.String())
				word.Reset()
				begun = false
			}
		default:
			word.WriteByte(ch)
			begun = true
		}
	}
	if begun {
		all = append(all, word.String())
	}
	return writeTexts(all)
}

func parseJSON(c *Call) Value {
	s := c.text(0)
	switch {
	case s == "":
		return Null()
	case json.Valid([]byte(s)):
		return dynamic(strings.TrimSpace(s))
	}
	return Text(quoted(s))
}
