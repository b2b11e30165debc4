package bind

import (
	"strings"

	"weir/internal/kql/syntax"
	"weir/internal/query/rel"
)

func textFunctions() []Function {
	return []Function{
		{Name: "strcat", Params: "a", more: true, Result: rel.String, make: strcat},
		{Name: "strcat_delim", Params: "saa", more: true, Result: rel.String, make: strcatDelim},
		{Name: "strlen", Params: "s", Result: rel.Long, op: rel.Length},
		{Name: "string_size", Params: "s", Result: rel.Long, op: rel.Size},
		{Name: "strcmp", Params: "ss", Result: rel.Long, op: rel.CompareText},
		{Name: "tolower", Params: "s", Result: rel.String, op: rel.Lower},
		{Name: "toupper", Params: "s", Result: rel.String, op: rel.Upper},
		{Name: "reverse", Params: "a", Result: rel.String, make: reverse},
		{Name: "split", Params: "ss*l", Result: rel.Dynamic, make: split},
		{Name: "substring", Params: "sl*l", Result: rel.String, make: substring},
		{Name: "indexof", Params: "ss*lll", Result: rel.Long, make: indexOf},
		{Name: "indexof_regex", Params: "ss*lll", Result: rel.Long, make: indexOfRegex},
		{Name: "countof", Params: "ss*s", Result: rel.Long, make: countOf},
		{Name: "trim", Params: "ss", Result: rel.String, make: trim("^(?:", "(?:"), Note: "the pattern is a constant"},
		{Name: "trim_start", Params: "ss", Result: rel.String, make: trim("^(?:", ""), Note: "the pattern is a constant"},
		{Name: "trim_end", Params: "ss", Result: rel.String, make: trim("", "(?:"), Note: "the pattern is a constant"},
		{Name: "replace_string", Params: "sss", Result: rel.String, op: rel.ReplaceText},
		pure("replace_strings", "sdd", rel.String, "replace_strings"),
		{Name: "replace_regex", Params: "sss", Result: rel.String, make: replaceRegex},
		{Name: "replace", Params: "sss", Result: rel.String, make: replace},
		{Name: "extract", Params: "sls*y", Result: rel.String, make: extract},
		{Name: "extract_all", Params: "sa*s", Result: rel.Dynamic, make: extractAll},
		{Name: "extractall", Params: "sa*s", Result: rel.Dynamic, make: extractAll},
		{Name: "extract_json", Params: "ss*y", Result: rel.String, make: extractJSON},
		{Name: "extractjson", Params: "ss*y", Result: rel.String, make: extractJSON},
		{Name: "strrep", Params: "al*s", Result: rel.String, make: strrep},
		{Name: "format_bytes", Params: "r*ls", Result: rel.String, make: formatBytes},
		pure("translate", "sss", rel.String, "translate"),
		{Name: "isascii", Params: "s", Result: rel.Bool, op: rel.IsASCII},
		pure("base64_encode_tostring", "s", rel.String, "base64_encode"), pure("base64_encodestring", "s", rel.String, "base64_encode"),
		pure("base64_decode_tostring", "s", rel.String, "base64_decode"), pure("base64_decodestring", "s", rel.String, "base64_decode"),
		pure("base64_decode_toarray", "s", rel.Dynamic, "base64_decode_array"), pure("base64_encode_fromarray", "d", rel.String, "base64_encode_array"),
		pure("unicode_codepoints_from_string", "s", rel.Dynamic, "codepoints"), pure("to_utf8", "s", rel.Dynamic, "codepoints"),
		many("unicode_codepoints_to_string", "a", rel.String, "of_codepoints"), many("make_string", "a", rel.String, "of_codepoints"),
		pure("parse_csv", "s", rel.Dynamic, "parse_csv"),
		noted(pure("parse_command_line", "ss", rel.Dynamic, "parse_command_line"), "of windows alone, as in Kusto"),
		pure("parse_url", "s", rel.Dynamic, "parse_url"), pure("parse_urlquery", "s", rel.Dynamic, "parse_urlquery"),
		pure("parseurl", "s", rel.Dynamic, "parse_url"), pure("parseurlquery", "s", rel.Dynamic, "parse_urlquery"),
		pure("regex_quote", "s", rel.String, "regex_quote"),
		pure("url_encode", "s", rel.String, "url_encode"), pure("url_encode_component", "s", rel.String, "url_encode_component"),
		pure("url_decode", "s", rel.String, "url_decode"),
		pure("parse_path", "s", rel.Dynamic, "parse_path"), pure("parse_version", "s", rel.Decimal, "parse_version"),
		pure("has_any_index", "sd", rel.Long, "has_any_index"),
		hashOf("hash_md5", rel.MD5), hashOf("hash_sha1", rel.SHA1), hashOf("hash_sha256", rel.SHA256),
		{Name: "hash", Params: "a*l", Result: rel.Long, make: hash},
		{Name: "hash_xxhash64", Params: "a*l", Result: rel.Long, make: hash},
	}
}

func addressFunctions() []Function {
	return []Function{
		pure("parse_ipv4", "s", rel.Long, "parse_ipv4"), pure("parse_ipv4_mask", "sl", rel.Long, "parse_ipv4_mask"),
		pure("parse_ipv6", "s", rel.String, "parse_ipv6"), pure("parse_ipv6_mask", "sl", rel.String, "parse_ipv6_mask"),
		pure("ipv4_is_private", "s", rel.Bool, "ipv4_is_private"), pure("ipv4_netmask_suffix", "s", rel.Long, "ipv4_netmask_suffix"),
		pure("ipv4_compare", "ss*l", rel.Long, "ipv4_compare"), pure("ipv6_compare", "ss*l", rel.Long, "ipv6_compare"),
		pure("ipv4_is_match", "ss*l", rel.Bool, "ipv4_is_match"), pure("ipv6_is_match", "ss*l", rel.Bool, "ipv6_is_match"),
		pure("ipv4_is_in_range", "ss", rel.Bool, "ipv4_is_in_range"), pure("ipv6_is_in_range", "ss", rel.Bool, "ipv6_is_in_range"),
		many("ipv4_is_in_any_range", "sa", rel.Bool, "ipv4_is_in_any_range"), many("ipv6_is_in_any_range", "sa", rel.Bool, "ipv6_is_in_any_range"),
		pure("ipv4_range_to_cidr_list", "ss", rel.Dynamic, "ipv4_range_to_cidr_list"),
		pure("format_ipv4", "a*l", rel.String, "format_ipv4"), pure("format_ipv4_mask", "a*l", rel.String, "format_ipv4_mask"),
		pure("has_ipv4", "ss", rel.Bool, "has_ipv4"), pure("has_ipv4_prefix", "ss", rel.Bool, "has_ipv4_prefix"),
		many("has_any_ipv4", "sa", rel.Bool, "has_any_ipv4"), many("has_any_ipv4_prefix", "sa", rel.Bool, "has_any_ipv4_prefix"),
	}
}

// hashOf is a digest of what tostring gives, in hexadecimal digits.
func hashOf(name string, op rel.Op) Function {
	return Function{Name: name, Params: "a", Result: rel.String, make: func(c *funcall) rel.Expr {
		return call(op, rel.String, false, c.b.toText(c.args[0]))
	}}
}

// hash gives the numbers of Kusto: of the bytes of a number, or of text.
func hash(c *funcall) rel.Expr {
	v := c.args[0]
	function := "hash_text"
	switch v.Type() {
	case rel.Int:
		function = "hash_int"
	case rel.Long, rel.Timespan:
		function = "hash_long"
	case rel.DateTime, rel.Instant:
		function, v = "hash_long", c.b.ticks(v)
	case rel.Bool:
		function, v = "hash_bool", c.b.toLong(v)
	case rel.Real:
		function = "hash_real"
	default:
		v = c.b.toText(v)
	}
	return computed(function, rel.Long, append([]rel.Expr{v}, c.args[1:]...)...)
}

func reverse(c *funcall) rel.Expr { return call(rel.Reverse, rel.String, false, c.b.toText(c.args[0])) }

func strcat(c *funcall) rel.Expr {
	var all []rel.Expr
	for _, v := range c.args {
		v = c.b.toText(v)
		if k, ok := v.(rel.Const); ok && len(all) > 0 {
			if before, ok := all[len(all)-1].(rel.Const); ok {
				l, _ := before.Value.(string)
				r, _ := k.Value.(string)
				if len(l)+len(r) > syntax.MaxText {
					panic(syntax.Faultf(c.x.Place(), syntax.CodeTooMuch, "this text would be longer than %d bytes", syntax.MaxText))
				}
				all[len(all)-1] = word1(l + r)
				continue
			}
		}
		all = append(all, v)
	}
	if k, ok := all[0].(rel.Const); ok && len(all) == 1 {
		return k
	}
	return call(rel.Concat, rel.String, false, all...)
}

func strcatDelim(c *funcall) rel.Expr {
	all := []rel.Expr{c.b.toText(c.args[1])}
	for _, v := range c.args[2:] {
		all = append(all, c.args[0], c.b.toText(v))
	}
	return call(rel.Concat, rel.String, false, all...)
}

func split(c *funcall) rel.Expr {
	op := rel.SplitText
	if d, ok := c.args[1].(rel.Const); ok && d.Value != "" {
		op = rel.SplitBy
	}
	all := call(op, rel.Dynamic, false, c.args[0], c.args[1])
	if len(c.args) < 3 {
		return all
	}
	one := dynamicAt(all, c.args[2])
	return call(rel.If, rel.Dynamic, true, call(rel.IsNull, rel.Bool, false, one), rel.Const{T: rel.Dynamic}, call(rel.ListOf, rel.Dynamic, false, one))
}

func substring(c *funcall) rel.Expr {
	k, ok := c.args[1].(rel.Const)
	if n, _ := k.Value.(int64); !ok || n < 0 {
		return substringFromEnd(c)
	}
	op := rel.Substring
	if len(c.args) == 3 {
		op = rel.SubstringOf
	}
	return call(op, rel.String, false, c.args...)
}

// substringFromEnd is substring where a place may be one before the end.
func substringFromEnd(c *funcall) rel.Expr {
	place := call(rel.PlaceIn, rel.Long, false, c.args[0], c.args[1])
	if len(c.args) == 3 {
		return call(rel.SubstringOf, rel.String, false, c.args[0], place, c.args[2])
	}
	return call(rel.Substring, rel.String, false, c.args[0], place)
}

func indexOf(c *funcall) rel.Expr {
	if what, ok := c.constText(1); ok && what != "" && len(c.args) == 2 {
		return call(rel.IndexOf, rel.Long, false, c.args...)
	}
	return computed("indexof", rel.Long, c.args...)
}

// pattern checks an argument that is a regular expression and known.
func pattern(c *funcall, i int) (string, bool) {
	text, ok := c.constText(i)
	if ok {
		text = checkPattern(c.x.Args[i], text)
	}
	return text, ok
}

// needPattern is pattern where it has to be known.
func needPattern(c *funcall, i int) string {
	text, ok := pattern(c, i)
	if !ok {
		refuse(c.x.Args[i], "the pattern of '%s' is a constant in Weir", c.x.Name)
	}
	return text
}

func indexOfRegex(c *funcall) rel.Expr {
	if text, ok := pattern(c, 1); ok && len(c.args) == 2 {
		return call(rel.IndexMatch, rel.Long, false, c.args[0], word1("(?s)^(.*?)(?:"+text+")"))
	}
	return computed("indexof_regex", rel.Long, c.args...)
}

func countOf(c *funcall) rel.Expr {
	kind := "normal"
	if len(c.args) == 3 {
		kind, _ = c.constText(2)
	}
	switch kind {
	case "normal":
		return computed("countof", rel.Long, c.args[:2]...)
	case "regex":
		pattern(c, 1)
		return computed("countof_regex", rel.Long, c.args[:2]...)
	}
	fail(c.x.Args[2], "countof() counts 'normal' or 'regex', in quotes")
	return nil
}

func trim(start, end string) func(c *funcall) rel.Expr {
	return func(c *funcall) rel.Expr {
		p := needPattern(c, 0)
		v := c.args[1]
		if start != "" {
			v = call(rel.ReplaceRegexp, rel.String, false, v, word1(start+p+")"), word1(""))
		}
		if end != "" {
			v = call(rel.ReplaceRegexp, rel.String, false, v, word1(end+p+")$"), word1(""))
		}
		return v
	}
}

func replaceRegex(c *funcall) rel.Expr {
	p, ok1 := pattern(c, 1)
	by, ok2 := c.constText(2)
	if ok1 && ok2 && !strings.Contains(by, `\`) {
		return call(rel.ReplaceRegexp, rel.String, false, c.args[0], word1(p), word1(by))
	}
	return computed("replace_regex", rel.String, c.args...)
}

// replace is replace_regex with its arguments in another order.
func replace(c *funcall) rel.Expr {
	pattern(c, 0)
	return computed("replace_regex", rel.String, c.args[2], c.args[0], c.args[1])
}

func extract(c *funcall) rel.Expr {
	p, ok := pattern(c, 0)
	k, ok2 := c.args[1].(rel.Const)
	n, whole := k.Value.(int64)
	var found rel.Expr
	if ok && ok2 && whole && n >= 0 && n <= 9 {
		if n > int64(strings.Count(p, "(")) {
			fail(c.x, "the pattern has no group %d", n)
		}
		found = call(rel.Extract, rel.String, false, c.args[2], word1(p), c.args[1])
	} else {
		found = computed("extract", rel.String, c.args[:3]...)
	}
	return c.typed(3, found)
}

// typed converts what was found to the type that an argument names.
func (c *funcall) typed(i int, v rel.Expr) rel.Expr {
	if i >= len(c.args) {
		return v
	}
	name, _ := c.constText(i)
	if name == "string" {
		return v
	}
	return c.b.convert(c.x, v, typeNamed(c.x.Args[i], name))
}

func extractAll(c *funcall) rel.Expr {
	pattern(c, 0)
	if len(c.args) == 2 {
		return computed("extract_all", rel.Dynamic, c.args[0], rel.Const{T: rel.Dynamic}, c.b.argument(c.x.Args[1], c.args[1], 's'))
	}
	return computed("extract_all", rel.Dynamic, c.args[0], c.b.argument(c.x.Args[1], c.args[1], 'd'), c.args[2])
}

func extractJSON(c *funcall) rel.Expr {
	found := computed("extract_json", rel.Dynamic, c.args[0], c.args[1])
	if len(c.args) < 3 {
		return c.b.toText(found)
	}
	return c.typed(2, found)
}

func strrep(c *funcall) rel.Expr {
	k, ok := c.args[1].(rel.Const)
	n, _ := k.Value.(int64)
	if !ok || n < 0 || n > 1024 {
		refuse(c.x, "strrep() repeats a constant number of times, at most 1024")
	}
	var all []rel.Expr
	for i := range n {
		if i > 0 && len(c.args) == 3 {
			all = append(all, c.args[2])
		}
		all = append(all, c.b.toText(c.args[0]))
	}
	if n == 0 {
		return word1("")
	}
	return call(rel.Concat, rel.String, false, all...)
}

func formatBytes(c *funcall) rel.Expr {
	digits := long1(0)
	if len(c.args) >= 2 {
		digits = c.args[1]
	}
	if len(c.args) == 3 {
		return computed("format_bytes", rel.String, c.args[0], digits, c.args[2])
	}
	return call(rel.Text, rel.String, false, call(rel.Bytes, rel.String, false, c.args[0], digits))
}
