package compute

import (
	"strings"
)

// Pattern is a regular expression of Kusto as one of RE2: \d, \w and \s know all
// of Unicode, and groups have names without a P.
func Pattern(text string) string {
	if !strings.ContainsAny(text, `\<`) {
		return text
	}
	classes := map[byte]string{'d': `\p{Nd}`, 'w': `\p{L}\p{M}\p{Nd}\p{Pc}`, 's': `\s\x{85}\p{Z}`}
	var b strings.Builder
	inClass := false
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case c == '\\' && i+1 < len(text):
			i++
			plain, all := text[i], classes[text[i]|0x20]
			switch {
			case all == "" || inClass && plain < 'a': // nothing of RE2 negates within a class
				b.WriteString(text[i-1 : i+1])
			case plain < 'a':
				b.WriteString("[^" + all + "]")
			case inClass || plain == 'd':
				b.WriteString(all)
			default:
				b.WriteString("[" + all + "]")
			}
		case inClass:
			inClass = c != ']'
			b.WriteByte(c)
		case c == '[':
			inClass = true
			b.WriteByte(c)
			for _, first := range []string{"^", "]"} { // a bracket in the first place is itself
				if strings.HasPrefix(text[i+1:], first) {
					b.WriteString(first)
					i++
				}
			}
		case strings.HasPrefix(text[i:], "(?<") && i+3 < len(text) && text[i+3] != '=' && text[i+3] != '!':
			b.WriteString("(?P<")
			i += 2
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}
