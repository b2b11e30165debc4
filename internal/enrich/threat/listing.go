package threat

import (
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"weir/internal/enrich/ranges"
)

// Indicator is one statement of a feed: these addresses are that.
type Indicator struct {
	Prefix     netip.Prefix // masked; an address is a prefix of its full length
	Text       string       // as the feed wrote it, where that differs from Prefix
	Category   Category
	Confidence uint8  // percent
	From       int64  // Unix seconds from which it holds, by the feed's word; 0 if it states none
	Until      int64  // Unix seconds until which it holds; 0 if the feed states none
	Detail     string // what else the feed says
}

// Listing is one reading of a feed.
type Listing struct {
	Indicators []Indicator
	Skipped    map[string]int // what was understood but is no indicator for a network, by reason
	Rejected   int            // what could not be understood
	Samples    []string       // of Rejected, with their lines; at most 5
	words      *words
	options    Options
}

func (l *Listing) skip(reason string) {
	if l.Skipped == nil {
		l.Skipped = map[string]int{}
	}
	l.Skipped[reason]++
}

func (l *Listing) reject(line int, text string, err error) {
	l.Rejected++
	if len(l.Samples) < 5 {
		if len(text) > 80 {
			text = text[:80] + "..."
		}
		l.Samples = append(l.Samples, fmt.Sprintf("line %d: %q: %v", line, text, err))
	}
}

// Reasons for Listing.Skipped.
const (
	skippedName    = "names no address"
	skippedMore    = "needs more than an address to match"
	skippedRevoked = "revoked or deleted"
	skippedNotIDs  = "not meant for detection"
)

// statement is what a feed says about an indicator before it is checked.
type statement struct {
	text       string
	terms      []string // from which the category is read
	confidence int      // percent; -1 if not said
	from       int64
	until      int64
	detail     string
}

// add takes a statement about an address, a CIDR, a range of addresses, or an
// address with a port.
func (l *Listing) add(s statement) error {
	prefixes, err := parseAddresses(s.text)
	if err != nil {
		return err
	}
	i := Indicator{
		Category:   l.words.category(s.terms...),
		Confidence: l.options.confidence(),
		From:       s.from,
		Until:      s.until,
		Detail:     s.detail,
	}
	if i.Category == 0 {
		i.Category = l.options.category()
	}
	if s.confidence >= 0 {
		i.Confidence = uint8(min(s.confidence, 100))
	}
	for _, p := range prefixes {
		if p.Bits() == 0 {
			return errors.New("it covers all addresses")
		}
	}
	for _, p := range prefixes {
		i.Prefix = p
		i.Text = ""
		if s.text != textOf(p) {
			i.Text = s.text
		}
		l.Indicators = append(l.Indicators, i)
	}
	return nil
}

// textOf returns a prefix as feeds write it: an address without its length.
func textOf(p netip.Prefix) string {
	if p.IsSingleIP() {
		return p.Addr().String()
	}
	return p.String()
}

var errNoAddress = errors.New("it is not an address or CIDR")

// parseAddresses reads 1.2.3.4, 1.2.3.0/24, 1.2.3.4:80, [::1]:80, ::1,
// 1.2.3.4-1.2.3.9, and any of them defanged as 1.2.3[.]4.
func parseAddresses(s string) ([]netip.Prefix, error) {
	if strings.Contains(s, "[.]") || strings.Contains(s, "[:]") {
		s = strings.NewReplacer("[.]", ".", "[:]", ":").Replace(s)
	}
	if strings.Contains(s, "/") {
		p, err := netip.ParsePrefix(s)
		if err != nil {
			return nil, errNoAddress
		}
		return []netip.Prefix{ranges.Clean(p)}, nil
	}
	if a, err := netip.ParseAddr(s); err == nil {
		a = a.WithZone("").Unmap()
		return []netip.Prefix{netip.PrefixFrom(a, a.BitLen())}, nil
	}
	if ap, err := netip.ParseAddrPort(s); err == nil {
		a := ap.Addr().WithZone("").Unmap()
		return []netip.Prefix{netip.PrefixFrom(a, a.BitLen())}, nil
	}
	if from, to, ok := strings.Cut(s, "-"); ok {
		first, errF := netip.ParseAddr(strings.TrimSpace(from))
		last, errL := netip.ParseAddr(strings.TrimSpace(to))
		if errF == nil && errL == nil {
			return prefixesBetween(first.WithZone("").Unmap(), last.WithZone("").Unmap())
		}
	}
	return nil, errNoAddress
}

// prefixesBetween returns the fewest prefixes that hold exactly the addresses
// from first to last.
func prefixesBetween(first, last netip.Addr) ([]netip.Prefix, error) {
	if first.BitLen() != last.BitLen() || last.Less(first) {
		return nil, errors.New("the range ends before it begins")
	}
	var out []netip.Prefix
	for first.IsValid() && !last.Less(first) {
		bits := first.BitLen()
		for bits > 0 {
			wider := netip.PrefixFrom(first, bits-1).Masked()
			if _, end := ranges.Addrs(wider); wider.Addr() != first || last.Less(end.Netip()) {
				break
			}
			bits--
		}
		p := netip.PrefixFrom(first, bits)
		out = append(out, p)
		_, end := ranges.Addrs(p)
		first = end.Netip().Next()
	}
	return out, nil
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
