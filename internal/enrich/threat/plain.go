package threat

import (
	"bufio"
	"errors"
	"net/netip"
	"slices"
	"strings"
)

// parsePlain reads one address, CIDR or range a line. What follows a # or a ;
// is a comment; behind an indicator it is its detail, as in the lists of
// Spamhaus. A netmask or the end of a block may follow, behind a space, tab or
// comma; what else follows is not looked at, such as the number of lists that
// hold the address. Of a URL its host is taken. The lines of ipset ("add NAME ENTRY", of old "-A NAME ENTRY") and of PeerGuardian
// ("NAME:FIRST-LAST") are understood too.
func (l *Listing) parsePlain(in *bufio.Reader) error {
	return eachLine(in, func(number int, raw []byte, fault error) error {
		line, comment := string(raw), ""
		if i := strings.IndexAny(line, "#;"); i >= 0 {
			sign := line[i]
			line, comment = line[:i], strings.TrimSpace(line[i+1:])
			if _, err := netip.ParseAddr(firstField(comment)); err == nil && sign == ';' && strings.TrimSpace(line) != "" {
				line, comment = line+" "+comment, "" // the sign is between columns
			}
		}
		line = strings.TrimPrefix(strings.TrimSpace(line), "- ") // of a list in YAML
		if strings.Trim(line, "-=") == "" || startsWith(line, "//", "create ", "-N ") {
			return nil
		}
		if fault == nil {
			var text string
			if text, fault = plainEntry(line); fault == nil {
				fault = l.add(statement{text: text, confidence: -1, detail: comment})
			}
			if errors.Is(fault, errNoAddress) && isName(text) && strings.Contains(line, "://") {
				l.skip(skippedName)
				return nil
			}
		}
		return l.reject(number, line, fault)
	})
}

func startsWith(line string, prefixes ...string) bool {
	return slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(line, p) })
}

// plainEntry returns what a line lists.
func plainEntry(line string) (string, error) {
	if fields := strings.Fields(line); len(fields) >= 3 && (fields[0] == "add" || fields[0] == "-A") {
		return firstField(fields[2]), nil
	}
	if before, after, ok := strings.Cut(line, " - "); ok { // a range with spaces
		return before + "-" + firstField(after), nil
	}
	first := firstField(line)
	if strings.Contains(first, "://") {
		return hostOf(first), nil
	}
	if name := strings.LastIndexByte(line, ':'); name > 0 && strings.Contains(line[name:], "-") {
		if text := firstField(line[name+1:]); !strings.Contains(first, "-") {
			if _, err := parseAddresses(text); err == nil {
				return text, nil
			}
		}
	}
	a, err := netip.ParseAddr(first)
	if err != nil {
		return first, nil
	}
	second, err := netip.ParseAddr(secondField(line))
	if err != nil {
		return first, nil
	}
	if bits, ok := maskBits(second.String()); ok {
		return netip.PrefixFrom(a, bits).String(), nil
	}
	if block, err := prefixesBetween(a, second); err == nil && len(block) == 1 && a != second {
		return first + "-" + second.String(), nil
	}
	return "", errors.New("it has two addresses that are no block: write FIRST-LAST for a range, else one a line")
}

// firstField returns what stands before the first space, tab, comma, semicolon or bar,
// without quotes.
func firstField(line string) string {
	field, _ := cutField(strings.TrimSpace(line))
	return field
}

func secondField(line string) string {
	_, rest := cutField(strings.TrimSpace(line))
	return firstField(strings.TrimLeft(rest, " \t,;|"))
}

func cutField(line string) (field, rest string) {
	if i := strings.IndexAny(line, " \t,;|"); i >= 0 {
		line, rest = line[:i], line[i:]
	}
	return strings.Trim(line, `"'`), rest
}
