package compute

import (
	"net/url"
	"strconv"
	"strings"
)

// webs are functions over addresses of the web, paths and versions.
func webs(name string) Func {
	switch name {
	case "parse_url":
		return parseURL
	case "parse_urlquery":
		return func(c *Call) Value {
			return writeBag([]entry{{"Query Parameters", queryBag(strings.TrimPrefix(c.text(0), "?"))}})
		}
	case "url_encode":
		return func(c *Call) Value { return Text(lowerEscapes(url.QueryEscape(c.text(0)))) }
	case "url_encode_component":
		return func(c *Call) Value { return Text(strings.ReplaceAll(url.QueryEscape(c.text(0)), "+", "%20")) }
	case "url_decode":
		return func(c *Call) Value {
			if s, err := url.QueryUnescape(c.text(0)); err == nil {
				return Text(s)
			}
			return c.Args[0]
		}
	case "parse_path":
		return parsePath
	case "parse_version":
		return parseVersion
	}
	return nil
}

// lowerEscapes writes %2F as %2f, as url_encode does.
func lowerEscapes(s string) string {
	b := []byte(s)
	for i := range b {
		if b[i] == '%' && i+2 < len(b) {
			copy(b[i+1:i+3], strings.ToLower(string(b[i+1:i+3])))
		}
	}
	return string(b)
}

func queryBag(query string) string {
	all := []entry{}
	for _, pair := range strings.FieldsFunc(query, func(r rune) bool { return r == '&' }) {
		key, value, _ := strings.Cut(pair, "=")
		for _, part := range []*string{&key, &value} {
			if s, err := url.QueryUnescape(*part); err == nil {
				*part = s
			}
		}
		all = put(all, key, quoted(value), false)
	}
	return writeBag(all).Text
}

func parseURL(c *Call) Value {
	rest := c.text(0)
	cut := func(sep string) (before string, ok bool) {
		if i := strings.Index(rest, sep); i >= 0 {
			before, rest = rest[:i], rest[i+len(sep):]
			return before, true
		}
		return "", false
	}
	rest, fragment, _ := strings.Cut(rest, "#")
	rest, query, _ := strings.Cut(rest, "?")
	scheme, _ := cut("://")
	authority, path := rest, ""
	if i := strings.IndexByte(rest, '/'); i >= 0 {
		authority, path = rest[:i], rest[i:]
	}
	if scheme == "" {
		authority, path = "", rest
	}
	user, password := "", ""
	if i := strings.LastIndexByte(authority, '@'); i >= 0 {
		user, password, _ = strings.Cut(authority[:i], ":")
		authority = authority[i+1:]
	}
	host, port := authority, ""
	if i := strings.LastIndexByte(authority, ':'); i >= 0 && !strings.HasSuffix(authority, "]") {
		host, port = authority[:i], authority[i+1:]
	}
	return writeBag([]entry{
		{"Scheme", quoted(scheme)},
		{"Host", quoted(host)},
		{"Port", quoted(port)},
		{"Path", quoted(path)},
		{"Username", quoted(user)},
		{"Password", quoted(password)},
		{"Query Parameters", queryBag(query)},
		{"Fragment", quoted(fragment)},
	})
}

func parsePath(c *Call) Value {
	path := c.text(0)
	scheme, root, stream := "", "", ""
	rest := path
	if i := strings.Index(rest, "://"); i >= 0 {
		scheme, rest = rest[:i], rest[i+3:]
		if !strings.HasPrefix(rest, "/") {
			if j := strings.IndexByte(rest, '/'); j >= 0 {
				root = rest[:j]
			} else {
				root = rest
			}
		}
	}
	if len(rest) > 1 && rest[1] == ':' {
		root = rest[:2]
	}
	directory, file := "", rest
	if i := strings.LastIndexAny(rest, `/\`); i >= 0 {
		directory, file = rest[:i], rest[i+1:]
	}
	name := directory
	if i := strings.LastIndexAny(directory, `/\`); i >= 0 {
		name = directory[i+1:]
	}
	if i := strings.IndexByte(file, ':'); i >= 0 {
		file, stream = file[:i], file[i+1:]
	}
	extension := ""
	if i := strings.LastIndexByte(file, '.'); i >= 0 {
		extension = file[i+1:]
	}
	return writeBag([]entry{
		{"Scheme", quoted(scheme)},
		{"RootPath", quoted(root)},
		{"DirectoryPath", quoted(directory)},
		{"DirectoryName", quoted(name)},
		{"Filename", quoted(file)},
		{"Extension", quoted(extension)},
		{"AlternateDataStreamName", quoted(stream)},
	})
}

// parseVersion makes a decimal of up to four parts with eight digits each.
func parseVersion(c *Call) Value {
	parts := strings.Split(strings.TrimSpace(c.text(0)), ".")
	if len(parts) > 4 {
		return Null()
	}
	var b strings.Builder
	for i := range 4 {
		part := "0"
		if i < len(parts) {
			part = parts[i]
		}
		if n, err := strconv.ParseUint(part, 10, 32); err != nil || n > 99999999 {
			return Null()
		}
		b.WriteString(strings.Repeat("0", 8-min(8, len(part))) + part)
	}
	digits := strings.TrimLeft(b.String(), "0")
	if digits == "" {
		digits = "0"
	}
	return Text(digits)
}
