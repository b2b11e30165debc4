package threat

import (
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Indicator is one statement of a feed: these addresses are that.
type Indicator struct {
	Prefix     netip.Prefix // masked; an address is a prefix of its full length
	Text       string       // as the feed wrote it, where that differs from Prefix
	Category   Category
	Confidence uint8 // percent
	// Part says that it goes on with the indicator before it: a range of
	// addresses is as many prefixes as it takes.
	Part   bool
	From   int64  // Unix seconds from which it holds, by the feed's word; 0 if it states none
	Until  int64  // Unix seconds until which it holds; 0 if the feed states none
	Detail string // what else the feed says
}

// Listing is one reading of a feed.
type Listing struct {
	Indicators []Indicator
	Skipped    map[string]int // what was understood but is no indicator for a network, by reason
	Rejected   int            // what could not be understood
	Samples    []string       // of Rejected, with their lines; at most 5
	words      *words
	options    Options
	seems      string // what it seems to be, in words, if it is no feed
	kept       int    // bytes, about, that indicators and what they refer to take
	details    map[string]string
}

// Len returns how many indicators it holds, a range being one.
func (l *Listing) Len() int {
	n := 0
	for i := range l.Indicators {
		if !l.Indicators[i].Part {
			n++
		}
	}
	return n
}

// Addresses counts the addresses that it lists, each once, and the networks of
// IPv6 beside them, whose addresses nobody counts.
func (l *Listing) Addresses() (addresses int64, networks6 int) {
	all := make([]netip.Prefix, len(l.Indicators))
	for i := range l.Indicators {
		all[i] = l.Indicators[i].Prefix
	}
	for _, p := range outermost(all) {
		if p.Addr().Is4() || p.IsSingleIP() {
			addresses += 1 << (p.Addr().BitLen() - p.Bits())
		} else {
			networks6++
		}
	}
	return addresses, networks6
}

func (l *Listing) skip(reason string) {
	if l.Skipped == nil {
		l.Skipped = map[string]int{}
	}
	l.Skipped[reason]++
}

// reject counts an entry that cannot be understood. It returns nil, for none
// as well, unless the error is that of the whole feed.
func (l *Listing) reject(line int, text string, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, errKept):
		return err
	}
	l.Rejected++
	if len(l.Samples) < 5 {
		l.Samples = append(l.Samples, fmt.Sprintf("line %d: %q: %v", line, clip(text, 80), err))
	}
	return nil
}

// clip shortens a text to so many bytes.
func clip(text string, most int) string {
	if len(text) <= most {
		return text
	}
	for most > 0 && !utf8.RuneStart(text[most]) {
		most--
	}
	return text[:most] + "..."
}

// errKept is the error of a feed that says more than there is room for.
var errKept = fmt.Errorf("it holds more than %d MiB of indicators and what they refer to; split it into several feeds", maxKept>>20)

// keep counts what is kept against the room that there is.
func (l *Listing) keep(bytes int) error {
	if l.kept += bytes; l.kept > maxKept {
		return errKept
	}
	return nil
}

// keepDetail returns a detail as it is kept: not too long, and once where many
// indicators have the same.
func (l *Listing) keepDetail(s string) string {
	if s == "" {
		return ""
	}
	s = clip(s, 300)
	if same, ok := l.details[s]; ok {
		return same
	}
	s = strings.Clone(s) // of its line, which is not kept
	if l.details == nil || len(l.details) > 10_000 {
		l.details = map[string]string{}
	}
	l.details[s] = s
	l.kept += len(s)
	return s
}

// Reasons for Listing.Skipped.
const (
	skippedName    = "names no address"
	skippedMore    = "needs more than an address to match"
	skippedRevoked = "revoked or deleted"
	skippedNotIDs  = "not meant for detection"
	skippedAbout   = "says something of the list"
	skippedSafe    = "said to be harmless"
	skippedSeen    = "only observed, by no indicator"
	skippedPages   = "page that more pages follow, which were not read"
)

// statement is what a feed says about an indicator before it is checked.
type statement struct {
	text       string
	terms      []string // from which the category is read
	category   Category // as it is, where there are no terms
	confidence int      // percent; -1 if not said
	from       int64
	until      int64
	detail     string
}

// indicatorBytes is about what an indicator takes, its texts aside.
const indicatorBytes = 96

// add takes a statement about an address, a CIDR, a range of addresses, or an
// address with a port.
func (l *Listing) add(s statement) error {
	prefixes, err := parseAddresses(s.text)
	if err != nil {
		return err
	}
	if err := checkWidth(prefixes); err != nil {
		return err
	}
	i := Indicator{
		Category:   s.category,
		Confidence: l.options.confidence(),
		From:       s.from,
		Until:      s.until,
		Detail:     l.keepDetail(s.detail),
	}
	if len(s.terms) > 0 {
		i.Category = l.words.category(s.terms...)
	}
	if i.Category == 0 {
		i.Category = l.options.category()
	}
	if s.confidence >= 0 {
		i.Confidence = uint8(min(s.confidence, 100))
	}
	text := ""
	for n, p := range prefixes {
		i.Prefix, i.Part, i.Text = p, n > 0, ""
		if s.text != textOf(p) {
			if text == "" {
				text = strings.Clone(s.text)
			}
			i.Text = text
		}
		l.Indicators = append(l.Indicators, i)
	}
	return l.keep(len(text) + indicatorBytes*len(prefixes))
}

// textOf returns a prefix as feeds write it: an address without its length.
func textOf(p netip.Prefix) string {
	if p.IsSingleIP() {
		return p.Addr().String()
	}
	return p.String()
}

// parseTime reads the times that feeds write, in Unix seconds; 0 if there is
// none or it cannot be read.
func parseTime(s string) int64 {
	s = strings.TrimSuffix(strings.TrimSpace(s), " UTC")
	if s == "" {
		return 0
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02 15:04:05", "2006-01-02T15:04:05", "2006-01-02 15:04", time.DateOnly} {
		if t, err := time.Parse(layout, s); err == nil {
			return max(t.Unix(), 0)
		}
	}
	if n, err := strconv.ParseInt(s, 10, 64); err == nil && n > 0 {
		if n > 1e11 { // milliseconds
			n /= 1000
		}
		return n
	}
	return 0
}
