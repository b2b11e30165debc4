package threat

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"strings"
)

// Format is the form in which a feed is written.
type Format string

// The formats. Auto tells them apart by their content.
const (
	Auto  Format = ""
	Plain Format = "plain" // addresses, CIDRs and ranges, one a line; also netset and ipset
	CSV   Format = "csv"   // with a header, also that of abuse.ch in a comment
	STIX  Format = "stix"  // STIX 2.0 and 2.1 bundles and TAXII envelopes
	MISP  Format = "misp"  // events
)

// Options say what a feed does not.
type Options struct {
	Format     Format
	Category   Category // of indicators without a category of their own; 0: WatchList
	Confidence int      // of indicators without one, in percent; 0: 50
	// Columns names the columns of a CSV by what they hold: address, category,
	// confidence, first, until, detail. A value is the column's name in the
	// header or its number, counted from 1; what is not named is found by
	// the names that feeds usually have.
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

// maxBytes bounds a feed, unpacked.
const maxBytes = 256 << 20

// ErrContent is what a feed is that does not look like one: a web page, an
// answer of nothing, a list of which most lines are no addresses.
var ErrContent = errors.New("this is not a feed of addresses")

// Parse reads a feed. Single entries that cannot be understood are counted and
// sampled; a feed that cannot be one as a whole is an error, since taking it
// would end the verdicts of what it held before.
func Parse(r io.Reader, o Options) (*Listing, error) {
	text, err := io.ReadAll(io.LimitReader(r, maxBytes+1))
	if err == nil && bytes.HasPrefix(text, []byte{0x1f, 0x8b}) {
		var unpacked *gzip.Reader
		if unpacked, err = gzip.NewReader(bytes.NewReader(text)); err == nil {
			text, err = io.ReadAll(io.LimitReader(unpacked, maxBytes+1))
		}
	}
	if err != nil {
		return nil, fmt.Errorf("cannot read the feed: %w", err)
	}
	if len(text) > maxBytes {
		return nil, fmt.Errorf("cannot read the feed: it is larger than %d MB", maxBytes>>20)
	}
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	l := &Listing{words: newWords(), options: o}
	if err := l.parse(text); err != nil {
		return nil, fmt.Errorf("cannot read the feed: %w", err)
	}
	return l, nil
}

func (l *Listing) parse(text []byte) error {
	start := bytes.TrimSpace(text)
	if len(start) == 0 {
		return fmt.Errorf("%w: it is empty", ErrContent)
	}
	if start[0] == '<' {
		return fmt.Errorf("%w but a web page: %.60q", ErrContent, start)
	}
	format := l.options.Format
	if format == Auto {
		format = guess(start)
	}
	var err error
	switch format {
	case Plain:
		l.parsePlain(text)
	case CSV:
		err = l.parseCSV(text)
	case STIX:
		err = l.parseSTIX(text)
	case MISP:
		err = l.parseMISP(text)
	default:
		err = fmt.Errorf("the format %q is not known; use plain, csv, stix or misp", format)
	}
	if err != nil {
		return err
	}
	if l.Rejected > len(l.Indicators)+total(l.Skipped) {
		return fmt.Errorf("%w (%s): %d of its entries cannot be read, such as %s",
			ErrContent, format, l.Rejected, strings.Join(l.Samples[:1], ""))
	}
	return nil
}

func total(counts map[string]int) int {
	n := 0
	for _, c := range counts {
		n += c
	}
	return n
}

// guess tells formats apart by their content.
func guess(text []byte) Format {
	if text[0] == '{' || text[0] == '[' {
		head := text[:min(len(text), 1<<16)]
		for _, mark := range []string{`"Event"`, `"Attribute"`, `"to_ids"`, `"warninglist"`} {
			if bytes.Contains(head, []byte(mark)) {
				return MISP
			}
		}
		return STIX
	}
	header, body := splitHeader(text)
	first, _, _ := bytes.Cut(body, []byte("\n"))
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
