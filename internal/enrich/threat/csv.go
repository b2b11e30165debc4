package threat

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
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
			"cidr", "network", "prefix", "ip_range", "host", "value", "url", "destination_ip", "source_ip",
		},
		"category":   {"threat_type", "category", "classification", "indicator_type", "threat", "type", "tags", "labels"},
		"confidence": {"confidence_level", "confidence", "score"},
		"first":      {"first_seen_utc", "first_seen", "firstseen", "dateadded", "date_added", "created", "valid_from", "date"},
		"until":      {"valid_until", "expires", "expiration", "expires_at"},
		"detail":     {"malware_printable", "malware", "listingreason", "description", "name", "tags", "comment", "reference"},
		"kind":       {"ioc_type"},
	}
}

// columns holds the positions of the columns; -1 for those there are not.
type columns struct {
	address, category, confidence, first, until, detail, kind int
}

// parseCSV reads a table with a header, which may be the last comment before
// the rows, as abuse.ch writes it.
func (l *Listing) parseCSV(text []byte) error {
	header, body := splitHeader(text)
	r := csv.NewReader(bytes.NewReader(body))
	r.Comma = delimiter(body)
	r.Comment = '#'
	r.LazyQuotes = true
	r.TrimLeadingSpace = true
	r.FieldsPerRecord = -1
	r.ReuseRecord = true

	names := splitNames(header, r.Comma)
	cols, known, err := l.columns(names)
	if err != nil {
		return err
	}
	for first := true; ; first = false {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		line, _ := r.FieldPos(0)
		if err != nil {
			l.reject(line, "", err)
			continue
		}
		if first && (isHeader(row) || !known && l.namesColumns()) {
			if cols, known, err = l.columns(slices.Clone(row)); err != nil {
				return err
			}
			continue
		}
		if !known {
			return fmt.Errorf("%w: no column of the table is known to hold addresses; name it in columns, such as address: \"1\"", ErrContent)
		}
		l.row(row, cols, line)
	}
}

func (l *Listing) row(row []string, c columns, line int) {
	at := func(i int) string {
		if i < 0 || i >= len(row) {
			return ""
		}
		return strings.TrimSpace(strings.Trim(strings.TrimSpace(row[i]), `"`))
	}
	value := at(c.address)
	if strings.Contains(value, "://") {
		if u, err := url.Parse(value); err == nil {
			value = u.Hostname()
		}
	}
	s := statement{
		text: value, confidence: -1, from: parseTime(at(c.first)), until: parseTime(at(c.until)), detail: at(c.detail),
		terms: append([]string{at(c.category)}, strings.FieldsFunc(at(c.category), func(r rune) bool { return r == ',' || r == ';' || r == '|' })...),
	}
	if n, err := strconv.ParseFloat(at(c.confidence), 64); err == nil && n >= 0 {
		if n > 0 && n < 1 { // a share
			n *= 100
		}
		s.confidence = int(min(n, 100))
	}
	err := l.add(s)
	switch {
	case err == nil:
	case value != "" && !strings.ContainsAny(value, "/ ") && strings.ContainsAny(value, ".") && isName(value),
		c.kind >= 0 && !strings.Contains(at(c.kind), "ip"):
		l.skip(skippedName)
	default:
		l.reject(line, strings.Join(row, ","), err)
	}
}

// isName tells whether text may be the name of a host.
func isName(s string) bool {
	last := s[strings.LastIndexByte(s, '.')+1:]
	return last != "" && strings.ContainsFunc(last, func(r rune) bool { return r < '0' || r > '9' })
}

// columns finds the columns by the map of the options or by their usual names.
func (l *Listing) columns(header []string) (c columns, known bool, err error) {
	for i, h := range header {
		header[i] = strings.ToLower(strings.Trim(strings.TrimSpace(h), `"`))
	}
	usual := columnNames()
	find := func(what string) int {
		if want, ok := l.options.Columns[what]; ok && err == nil {
			if n, e := strconv.Atoi(want); e == nil && n >= 1 {
				return n - 1
			}
			i := slices.Index(header, strings.ToLower(want))
			if i < 0 && len(header) > 0 {
				err = fmt.Errorf("the table has no column %q for the %s, only %q", want, what, header)
			}
			return i
		}
		for _, name := range usual[what] {
			if i := slices.Index(header, name); i >= 0 {
				return i
			}
		}
		return -1
	}
	c = columns{find("address"), find("category"), find("confidence"), find("first"), find("until"), find("detail"), find("kind")}
	return c, c.address >= 0, err
}

// namesColumns tells whether the options name columns as a header does.
func (l *Listing) namesColumns() bool {
	for _, name := range l.options.Columns {
		if _, err := strconv.Atoi(name); err != nil {
			return true
		}
	}
	return false
}

// isHeader tells whether a row has names only.
func isHeader(row []string) bool {
	for _, field := range row {
		field = strings.TrimSpace(field)
		if _, err := parseAddresses(field); err == nil || parseTime(field) != 0 || strings.Contains(field, "://") {
			return false
		}
	}
	return looksLikeHeader([]byte(strings.Join(row, ",")))
}

func looksLikeHeader(line []byte) bool {
	usual := columnNames()["address"]
	for _, name := range splitNames(line, delimiter(line)) {
		if slices.Contains(usual, strings.ToLower(name)) {
			return true
		}
	}
	return false
}

func splitNames(line []byte, comma rune) []string {
	if len(line) == 0 {
		return nil
	}
	var out []string
	for _, f := range strings.Split(string(line), string(comma)) {
		out = append(out, strings.Trim(strings.TrimSpace(f), `"`))
	}
	return out
}

// splitHeader returns the last comment before the first row, without its sign,
// and the text from the first row on.
func splitHeader(text []byte) (header, body []byte) {
	for len(text) > 0 {
		line, rest, _ := bytes.Cut(text, []byte("\n"))
		trimmed := bytes.TrimSpace(line)
		if len(trimmed) > 0 && trimmed[0] != '#' && trimmed[0] != ';' {
			break
		}
		if plain := bytes.TrimSpace(bytes.TrimLeft(trimmed, "#; ")); len(plain) > 0 && bytes.ContainsAny(plain, ",;\t|") {
			header = plain
		}
		text = rest
	}
	return header, text
}

// delimiter returns the sign between the fields of the first row.
func delimiter(body []byte) rune {
	line, _, _ := bytes.Cut(body, []byte("\n"))
	best, most := ',', 0
	for _, sign := range []rune{',', ';', '\t', '|'} {
		if n := bytes.Count(line, []byte(string(sign))); n > most {
			best, most = sign, n
		}
	}
	return best
}
