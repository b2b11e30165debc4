package threat

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"weir/internal/plaintext"
)

// Format is the form in which a feed is written.
type Format string

// The formats. Auto tells them apart by their content.
const (
	Auto  Format = ""
	Plain Format = "plain" // addresses, CIDRs and ranges, one a line; also netset and ipset
	CSV   Format = "csv"   // with a header, also that of abuse.ch in a comment
	JSON  Format = "json"  // lists of addresses or of objects with one, also one a line
	STIX  Format = "stix"  // STIX 2.0 and 2.1 bundles and TAXII envelopes
	MISP  Format = "misp"  // events
)

// Formats returns the formats that a feed may be said to have.
func Formats() []Format { return []Format{Plain, CSV, JSON, STIX, MISP} }

// Options say what a feed does not.
type Options struct {
	Format     Format
	Category   Category // of indicators without a category of their own; 0: WatchList
	Confidence int      // of indicators without one, in percent; 0: 50
	// Columns names the columns of a CSV or the members of JSON objects by what
	// they hold: address, category, confidence, first, until, detail. A value is
	// the column's name in the header or its number, counted from 1; what is not
	// named is found by the names that feeds usually have.
	Columns map[string]string
	// AllAttributes takes attributes of MISP events that are not marked for
	// detection (to_ids) too.
	AllAttributes bool
}

func (o Options) category() Category {
	if o.Category == 0 {
		return WatchList
	}
	return o.Category
}

func (o Options) confidence() uint8 {
	if o.Confidence <= 0 {
		return 50
	}
	return uint8(min(o.Confidence, 100))
}

// MaxBytes is the longest text of a feed; the others are its further bounds. They leave room for a million indicators with details,
// and none for a file of kilobytes that unpacks to gigabytes.
const (
	MaxBytes   = 256 << 20 // of the text, unpacked
	maxKept    = 192 << 20 // of what is kept of it: indicators and what they refer to
	maxElement = 1 << 20   // of a JSON object, the lists in it aside
	headBytes  = 64 << 10  // by which the form is told; also of a line
)

// ErrContent is what a feed is that does not look like one: a web page, an
// answer of nothing, a list of which most lines are no addresses.
var ErrContent = errors.New("this is not a feed of addresses")

// Parse reads a feed, an entry at a time. Single entries that cannot be
// understood are counted and sampled; a feed that cannot be one as a whole is an
// error, since taking it would end the verdicts of what it held before.
func Parse(r io.Reader, o Options) (*Listing, error) {
	l := &Listing{words: newWords(), options: o}
	text, err := plaintext.Open(r)
	if err == nil {
		err = l.parse(bufio.NewReaderSize(plaintext.Limit(text, MaxBytes), headBytes))
	}
	if err != nil {
		return nil, fmt.Errorf("cannot read the feed: %w", err)
	}
	return l, nil
}

func (l *Listing) parse(in *bufio.Reader) error {
	head, err := in.Peek(headBytes)
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	head = bytes.TrimSpace(head)
	switch {
	case len(head) == 0:
		return fmt.Errorf("%w: it is empty", ErrContent)
	case head[0] == '<':
		what := "XML"
		if bytes.Contains(bytes.ToLower(head), []byte("<html")) {
			what = "a web page"
		}
		return fmt.Errorf("%w but %s: %.60q", ErrContent, what, head)
	}
	format := l.options.Format
	if format == Auto {
		format = guess(head)
	}
	switch format {
	case Plain:
		err = l.parsePlain(in)
	case CSV:
		err = l.parseCSV(in)
	case JSON:
		err = l.parseJSON(in)
	case STIX:
		err = l.parseSTIX(in)
	case MISP:
		err = l.parseMISP(in)
	default:
		err = fmt.Errorf("the format %q is not known; use %s", format, FormatWords())
	}
	if err != nil {
		return err
	}
	if l.Rejected > l.Len()+total(l.Skipped)-l.Skipped[skippedAbout]-l.Skipped[skippedPages] {
		return fmt.Errorf("%w (%s)%s: %d of its entries cannot be read, such as %s",
			ErrContent, format, l.seems, l.Rejected, strings.Join(l.Samples[:1], ""))
	}
	return l.checkCover()
}

// FormatWords names the formats as a sentence does.
func FormatWords() string {
	all := Formats()
	text := string(all[0])
	for _, f := range all[1 : len(all)-1] {
		text += ", " + string(f)
	}
	return text + " or " + string(all[len(all)-1])
}

func total(counts map[string]int) int {
	n := 0
	for _, c := range counts {
		n += c
	}
	return n
}

// guess tells formats apart by how a feed begins.
func guess(head []byte) Format {
	if head[0] == '{' || head[0] == '[' {
		return guessJSON(head)
	}
	header, first := headerAndFirst(head)
	if bytes.ContainsAny(first, ",;\t|") {
		if _, err := parseAddresses(firstField(string(first))); err != nil || looksLikeHeader(header) {
			return CSV
		}
	}
	if bytes.Contains(first, []byte(`","`)) {
		return CSV
	}
	return Plain
}

// guessJSON tells the formats of JSON apart by names that only one of them has.
func guessJSON(head []byte) Format {
	for _, form := range []struct {
		format Format
		marks  []string
	}{
		{MISP, []string{`"Event"`, `"Attribute"`, `"to_ids"`, `"warninglist"`, `"matching_attributes"`}},
		{STIX, []string{`"objects"`, `"bundle"`, `"spec_version"`, `"pattern"`}},
	} {
		for _, mark := range form.marks {
			if bytes.Contains(head, []byte(mark)) {
				return form.format
			}
		}
	}
	return JSON
}
