package rel

import "strings"

// Layout writes SQL on lines, indented by SELECT, as people read it. It changes
// white space outside of quotes alone.
func Layout(sql string) string {
	var b strings.Builder
	depth := 0
	var selects []bool // for each open parenthesis, whether a SELECT is in it
	line := func() {
		b.WriteString("\n" + strings.Repeat("  ", depth))
	}
	inSelect := func() bool { return len(selects) == 0 || selects[len(selects)-1] }
	for i := 0; i < len(sql); {
		rest := sql[i:]
		switch c := sql[i]; {
		case c == '\'' || c == '"':
			n := closed(rest)
			b.WriteString(rest[:n])
			i += n
			continue
		case c == '(':
			nested := strings.HasPrefix(rest, "(SELECT ") || strings.HasPrefix(rest, "(VALUES ")
			selects = append(selects, nested)
			b.WriteByte(c)
			if nested {
				depth++
				line()
			}
			i++
			continue
		case c == ')' && len(selects) > 0:
			if inSelect() {
				depth--
				line()
			}
			selects = selects[:len(selects)-1]
		case c == ' ' && inSelect():
			if word := clause(rest[1:]); word != "" && !strings.HasSuffix(sql[:i], "DISTINCT") { // IS DISTINCT FROM
				line()
				b.WriteString(word)
				i += 1 + len(word)
				continue
			}
		}
		b.WriteByte(sql[i])
		i++
	}
	return b.String()
}

// closed returns the length of what stands in quotes at the beginning.
func closed(s string) int {
	for i := 1; i < len(s); i++ {
		if s[i] == s[0] {
			if i+1 < len(s) && s[i+1] == s[0] {
				i++
				continue
			}
			return i + 1
		}
	}
	return len(s)
}

// clause returns the words that begin a line, or nothing.
func clause(s string) string {
	for _, word := range []string{
		"FROM ", "WHERE ", "GROUP BY ", "ORDER BY ", "LIMIT ", "UNION ALL ", "JOIN ", "LEFT JOIN ", "RIGHT JOIN ", "FULL JOIN ", "SEMI JOIN ", "ANTI JOIN ", "ON ",
	} {
		if strings.HasPrefix(s, word) {
			return word
		}
	}
	return ""
}
