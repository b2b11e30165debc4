package threat

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// columnNames holds the names that feeds have for their columns, by what the
// columns hold, the best first.
func columnNames() map[string][]string {
	return map[string][]string{
		"address": {
			"dst_ip", "dstip", "ip", "ip_address", "ipaddress", "address", "src_ip", "srcip", "ioc_value", "ioc", "indicator",
			"cidr", "network", "prefix", "ip_prefix", "ipv6_prefix", "ip_range", "host", "value", "url", "destination_ip", "source_ip",
			"scope:value", "start", "start_ip", "first_ip", "ip_start", "range_start", "network_ipv4", "network_ipv6", "network_cidr_block",
		},
		"last":       {"end", "end_ip", "last_ip", "ip_end", "range_end"},
		"mask":       {"netmask", "mask", "subnet_mask", "prefix_length", "prefixlen", "cidr"},
		"category":   {"threat_type", "category", "classification", "indicator_type", "threat", "type", "tags", "labels"},
		"confidence": {"confidence_level", "confidence", "abuse_confidence_score", "score"},
		"first":      {"first_seen_utc", "first_seen", "firstseen", "dateadded", "date_added", "created", "valid_from", "date"},
		"until":      {"valid_until", "expires", "expiration", "expires_at"},
		"detail":     {"malware_printable", "malware", "listingreason", "scenario", "detail", "description", "name", "tags", "comment", "reference"},
		"kind":       {"ioc_type", "scope", "type"},
		"detect":     {"to_ids"},
		"active":     {"is_active"},
		"harmless":   {"is_whitelisted", "whitelisted", "riot"},
	}
}

// ColumnNames returns the names that columns may have, by what they hold.
func ColumnNames() map[string][]string { return columnNames() }

// columns holds the positions of the columns; -1 for those there are not.
type columns struct {
	address                                                                                []int // the first that is not empty holds the address
	last, mask, category, confidence, first, until, detail, kind, detect, active, harmless int
}

func (c *columns) known() bool { return len(c.address) > 0 }

// sameName is equal for the spellings of a name: ip_address, IP Address, ipAddress.
func sameName(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '_' || r == '-' || r == ' ' || r == '"' || r == '\t':
			return -1
		case 'A' <= r && r <= 'Z':
			return r + 'a' - 'A'
		}
		return r
	}, s)
}

// columns finds the columns by the map of the options or by their usual names.
func (l *Listing) columns(header []string) (columns, error) {
	var fault error
	at := map[string]int{}
	for i, h := range slices.Backward(header) {
		at[sameName(h)] = i
	}
	usual := columnNames()
	all := func(what string) []int {
		if want, ok := l.options.Columns[what]; ok {
			if n, err := strconv.Atoi(want); err == nil && n >= 1 {
				return []int{n - 1}
			}
			if i, ok := at[sameName(want)]; ok {
				return []int{i}
			}
			if len(header) > 0 && fault == nil {
				fault = fmt.Errorf("the table has no column %q for the %s, only %.500q", want, what, header)
			}
			return nil
		}
		var found []int
		for _, name := range usual[what] {
			if i, ok := at[sameName(name)]; ok {
				found = append(found, i)
			}
		}
		return found
	}
	find := func(what string) int {
		if found := all(what); len(found) > 0 {
			return found[0]
		}
		return -1
	}
	c := columns{
		all("address"), find("last"), find("mask"), find("category"), find("confidence"), find("first"), find("until"),
		find("detail"), find("kind"), find("detect"), find("active"), find("harmless"),
	}
	return c, fault
}

// row takes a row of a table.
func (l *Listing) row(row []string, c *columns, line int) error {
	at := func(i int) string {
		if i < 0 || i >= len(row) {
			return ""
		}
		return strings.TrimSpace(strings.Trim(strings.TrimSpace(row[i]), `"`))
	}
	value := ""
	for _, i := range c.address {
		if value = at(i); value != "" {
			break
		}
	}
	if c.detect >= 0 && !l.options.AllAttributes {
		switch strings.ToLower(at(c.detect)) {
		case "1", "true", "yes":
		case "":
			return l.reject(line, strings.Join(row, ","), errors.New("it does not say whether it is meant for detection (to_ids)"))
		default:
			l.skip(skippedNotIDs)
			return nil
		}
	}
	switch active, harmless := strings.ToLower(at(c.active)), strings.ToLower(at(c.harmless)); {
	case active == "0" || active == "false":
		l.skip(skippedRevoked)
		return nil
	case harmless == "1" || harmless == "true" || isHarmless(at(c.category)):
		l.skip(skippedSafe)
		return nil
	}
	text, err := addressOf(value, at(c.last), at(c.mask))
	if err == nil {
		s := statement{
			text: text, confidence: -1, from: parseTime(at(c.first)), until: parseTime(at(c.until)), detail: at(c.detail),
			terms: append([]string{at(c.category)}, strings.FieldsFunc(at(c.category), func(r rune) bool { return r == ',' || r == ';' || r == '|' })...),
		}
		if n, err := strconv.ParseFloat(at(c.confidence), 64); err == nil && n >= 0 {
			if n > 0 && n < 1 { // a share
				n *= 100
			}
			s.confidence = int(min(n, 100))
		}
		err = l.add(s)
	}
	if errors.Is(err, errNoAddress) && (isName(value) || isName(text) || c.isOther(at(c.kind))) {
		l.skip(skippedName)
		return nil
	}
	return l.reject(line, strings.Join(row, ","), err)
}

// isHarmless tells whether a category is the word of a publisher that rates
// harmless addresses too, such as GreyNoise.
func isHarmless(category string) bool {
	return slices.Contains([]string{"benign", "harmless", "whitelist", "whitelisted", "false positive", "false_positive"}, strings.ToLower(category))
}

// isOther tells whether a row is of a kind that is no address, such as a hash.
// Every kind of an attribute of MISP is known; other tables may call anything
// their type.
func (c *columns) isOther(kind string) bool {
	kind = strings.ToLower(kind)
	switch {
	case kind == "" || strings.Contains(kind, "ip"):
		return false
	case c.detect >= 0 || kind == "as":
		return true
	}
	return slices.ContainsFunc([]string{"hash", "md5", "sha", "domain", "host", "url", "uri", "mail", "from", "file", "fqdn", "country", "asn", "cve"},
		func(word string) bool { return strings.Contains(kind, word) })
}

// addressOf returns the address, CIDR or range of a row: of a URL its host, of
// several values with bars between them the one that is an address, with the
// end of the range or the netmask beside it if there is one.
func addressOf(value, last, mask string) (string, error) {
	value = hostOf(value)
	if scope, of, ok := strings.Cut(value, ":"); ok && (strings.EqualFold(scope, "ip") || strings.EqualFold(scope, "range")) {
		value = of // as CrowdSec writes decisions
	}
	if strings.Contains(value, "|") {
		for part := range strings.SplitSeq(value, "|") {
			if _, err := netip.ParseAddr(part); err == nil {
				return part, nil
			}
		}
	}
	first, err := netip.ParseAddr(value)
	if err != nil {
		return value, nil
	}
	if end, err := netip.ParseAddr(last); err == nil {
		return value + "-" + end.String(), nil
	}
	if mask == "" || mask == value || strings.Contains(mask, "/") {
		return value, nil
	}
	bits, ok := maskBits(mask)
	if !ok || bits > first.BitLen() {
		return "", fmt.Errorf("%q is no netmask of it", clip(mask, 40))
	}
	if bits == first.BitLen() {
		return value, nil
	}
	return netip.PrefixFrom(first, bits).String(), nil
}

// hostOf returns the host of a URL, also of a defanged one, and other text as
// it is.
func hostOf(value string) string {
	if !strings.Contains(value, "://") {
		return value
	}
	u, err := url.Parse(strings.ReplaceAll(value, "[.]", "."))
	if err != nil {
		return value
	}
	return u.Hostname()
}

// isName tells whether text may be the name of a host.
func isName(s string) bool {
	last := s[strings.LastIndexByte(s, '.')+1:]
	return strings.Contains(s, ".") && !strings.ContainsAny(s, "/ ") && strings.ContainsFunc(last, func(r rune) bool { return r < '0' || r > '9' })
}
