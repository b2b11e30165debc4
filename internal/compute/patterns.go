package compute

import (
	"regexp"
	"strconv"
	"unicode/utf8"
)

// patterns are functions with regular expressions.
func patterns(name string) Func {
	switch name {
	case "matches":
		return func(c *Call) Value {
			re := c.pattern(c.text(1))
			return truth(re != nil && re.MatchString(c.text(0)))
		}
	case "regex_quote":
		return func(c *Call) Value { return Text(regexp.QuoteMeta(c.text(0))) }
	case "extract":
		return extract
	case "extract_all":
		return extractAll
	case "countof_regex":
		return func(c *Call) Value {
			re := c.pattern(c.text(1))
			if re == nil {
				return whole(0)
			}
			return whole(int64(len(re.FindAllStringIndex(c.text(0), -1))))
		}
	case "indexof_regex":
		return indexOfRegex
	case "replace_regex":
		return replaceRegex
	}
	return nil
}

// extract takes pattern, number of a group, text.
func extract(c *Call) Value {
	re := c.pattern(c.text(0))
	if re == nil {
		return Text("")
	}
	found := re.FindStringSubmatch(c.text(2))
	if n := c.numberOr(1, 0); n >= 0 && n < int64(len(found)) {
		return Text(found[n])
	}
	return Text("")
}

// extractAll takes pattern, groups or null, text.
func extractAll(c *Call) Value {
	re := c.pattern(c.text(0))
	if re == nil {
		return Null()
	}
	var groups []int
	if list, ok := array(c.Args[1]); ok {
		for _, g := range list {
			n := re.SubexpIndex(plain(g))
			if k, err := strconv.Atoi(g); err == nil {
				n = k
			}
			if n < 0 || n > re.NumSubexp() {
				return Null()
			}
			groups = append(groups, n)
		}
	} else {
		for n := 1; n <= re.NumSubexp(); n++ {
			groups = append(groups, n)
		}
	}
	if len(groups) == 0 {
		groups = []int{0}
	}
	var all []string
	for _, m := range re.FindAllStringSubmatch(c.text(2), -1) {
		if len(groups) == 1 {
			all = append(all, quoted(m[groups[0]]))
			continue
		}
		one := make([]string, len(groups))
		for i, n := range groups {
			one[i] = quoted(m[n])
		}
		all = append(all, writeList(one).Text)
	}
	if all == nil {
		return Null()
	}
	return writeList(all)
}

// indexOfRegex takes text, pattern, and where to begin, how far, which one.
func indexOfRegex(c *Call) Value {
	re := c.pattern(c.text(1))
	if re == nil {
		return Null()
	}
	s := []rune(c.text(0))
	n := int64(len(s))
	start, length, nth := c.numberOr(2, 0), c.numberOr(3, -1), c.numberOr(4, 1)
	if start < 0 {
		start = max(0, n+start)
	}
	if start > n || nth < 1 {
		return whole(-1)
	}
	end := n
	if length >= 0 && length < n-start {
		end = start + length
	}
	part := string(s[start:end])
	found := re.FindAllStringIndex(part, int(min(nth, 1<<20)))
	if int64(len(found)) < nth {
		return whole(-1)
	}
	return whole(start + int64(utf8.RuneCountInString(part[:found[nth-1][0]])))
}

// replaceRegex takes text, pattern, and what stands for each match: \1 is what
// its first group found.
func replaceRegex(c *Call) Value {
	s := c.text(0)
	re := c.pattern(c.text(1))
	if re == nil {
		return Text(s)
	}
	by := c.text(2)
	var out []byte
	last := 0
	for _, m := range re.FindAllStringSubmatchIndex(s, -1) {
		out = append(out, s[last:m[0]]...)
		for i := 0; i < len(by); i++ {
			if by[i] != '\\' || i+1 == len(by) {
				out = append(out, by[i])
				continue
			}
			i++
			switch g := int(by[i] - '0'); {
			case by[i] < '0' || by[i] > '9':
				out = append(out, by[i])
			case 2*g+1 < len(m) && m[2*g] >= 0:
				out = append(out, s[m[2*g]:m[2*g+1]]...)
			}
		}
		last = m[1]
	}
	return Text(string(append(out, s[last:]...)))
}
