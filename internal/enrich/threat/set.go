package threat

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"weir/internal/enrich/ranges"
	"weir/internal/flow"
)

// Feed is a history with its name.
type Feed struct {
	Name    string
	History *History
}

// SetConfig is what a Set is made of.
type SetConfig struct {
	Feeds  []Feed // of two verdicts alike, the earlier feed's decides
	Allows []Allow
	// IsAzure tells whether an address was Azure's own at a time; nil: none was.
	IsAzure func(a flow.Addr, at time.Time) bool
}

// Loss counts the indicators of a feed that never count, or not wholly.
type Loss struct {
	Feed    string
	Listed  int            // indicators listed now
	Special map[string]int // of them lost, by what they are: "a private address"
	Cut     int            // CIDRs of which a special part is lost
	Azure   int            // lost because Azure owns the address or a CIDR's first and last
}

// Set judges addresses. It does not change once made and may be asked by any
// number of goroutines.
type Set struct {
	feeds   []setFeed
	isAzure func(flow.Addr, time.Time) bool
	special *ranges.Table
	why     []ranges.Special

	nest  *ranges.Nest
	start []uint32 // by number of the nest: where its statements begin; one more at the end
	list  []statementOf

	allowNest *ranges.Nest
	allowHere [][]int32
	allows    []Allow
	always    *ranges.Table // addresses on an allow-list for ever
	listed4   *ranges.Set4  // what Listed says of IPv4

	losses []Loss
}

// setFeed is a feed as it was when the set was made.
type setFeed struct {
	name string
	held entries
	last seconds
}

// statementOf finds an entry of a feed.
type statementOf struct {
	feed  uint32
	entry uint32
}

// NewSet makes a set of the feeds as they are; the histories may go on. Losses
// are counted with the owners of addresses as of now.
func NewSet(c SetConfig, now time.Time) (*Set, error) {
	s := &Set{isAzure: c.IsAzure, allows: slices.Clone(c.Allows)}
	if s.isAzure == nil {
		s.isAzure = func(flow.Addr, time.Time) bool { return false }
	}
	s.special, s.why = ranges.SpecialTable()
	if err := s.addAllows(); err != nil {
		return nil, err
	}
	size := 0
	for _, feed := range c.Feeds {
		size += feed.History.held.len()
	}
	for _, feed := range c.Feeds {
		s.feeds = append(s.feeds, setFeed{feed.Name, feed.History.held, feed.History.last})
		s.losses = append(s.losses, s.loss(feed, now))
	}
	var number []int32
	s.nest, number = ranges.NestOf(size, s.prefixes)
	s.start = make([]uint32, s.nest.Len()+1)
	for _, n := range number {
		s.start[n+1]++
	}
	for i := range s.nest.Len() {
		s.start[i+1] += s.start[i]
	}
	s.list = make([]statementOf, size)
	next := slices.Clone(s.start)
	for f := range s.feeds {
		for i := range s.feeds[f].held.len() {
			n := number[0]
			s.list[next[n]] = statementOf{uint32(f), uint32(i)}
			next[n]++
			number = number[1:]
		}
	}
	s.listed4 = s.nest.Set4(s.special, s.always)
	return s, nil
}

// ReadAgain returns the set after a reading that left what a feed holds as it
// was: only when it was last listed is another.
func (s *Set) ReadAgain(f Feed) *Set {
	next := *s
	next.feeds = slices.Clone(s.feeds)
	for i := range next.feeds {
		if next.feeds[i].name == f.Name {
			next.feeds[i].last = f.History.last
		}
	}
	return &next
}

// prefixes yields those of all entries, feed by feed.
func (s *Set) prefixes(yield func(netip.Prefix) bool) {
	for f := range s.feeds {
		held := &s.feeds[f].held
		for i := range held.len() {
			if e := held.at(uint32(i)); !yield(e.prefix()) {
				return
			}
		}
	}
}

func (s *Set) addAllows() error {
	var prefixes []netip.Prefix
	var of []int32
	var faults []error
	var always []ranges.Entry
	for i := range s.allows {
		all, err := s.allows[i].prefixes()
		if err != nil {
			faults = append(faults, err)
		}
		for _, p := range all {
			prefixes, of = append(prefixes, p), append(of, int32(i))
			if s.allows[i].Until.IsZero() {
				always = append(always, ranges.Entry{Prefix: p, Value: 1})
			}
		}
	}
	var number []int32
	s.allowNest, number = ranges.NewNest(prefixes)
	s.allowHere = make([][]int32, s.allowNest.Len())
	for i, n := range number {
		s.allowHere[n] = append(s.allowHere[n], of[i])
	}
	s.always = ranges.Build(always)
	return errors.Join(faults...)
}

// fate is what becomes of an entry.
type fate struct {
	special uint32 // which range it lies in wholly; 0: none
	kind    uint8
}

const (
	_ uint8 = iota // it counts
	lostSpecial
	lostAzure
	lostInPart
)

// loss counts what a feed loses, as of now. A range is one indicator; where
// its parts fare differently it is lost in part.
func (s *Set) loss(f Feed, now time.Time) Loss {
	held := &f.History.held
	l := Loss{Feed: f.Name, Listed: f.History.listed, Special: map[string]int{}}
	count := func(of fate) {
		switch of.kind {
		case lostSpecial:
			l.Special[s.why[of.special-1].Why]++
		case lostAzure:
			l.Azure++
		case lostInPart:
			l.Cut++
		}
	}
	type part struct {
		text     uint32
		category Category
	}
	parts := map[part]fate{}
	for i := range held.listed {
		p := held.listed[i]
		e := held.entry(p)
		of := s.fate(e.prefix(), now)
		if p.text == 0 || !strings.Contains(e.text, "-") {
			count(of)
			continue
		}
		key := part{p.text, e.category}
		if before, other := parts[key]; other && before != of {
			of = fate{kind: lostInPart}
		}
		parts[key] = of
	}
	for _, of := range parts {
		count(of)
	}
	return l
}

func (s *Set) fate(p netip.Prefix, now time.Time) fate {
	first, last := ranges.Addrs(p)
	a, b := s.special.Find(first), s.special.Find(last)
	switch {
	case a != 0 && a == b && s.within(p, a):
		return fate{a, lostSpecial}
	case a != 0 || b != 0 || s.covers(p):
		return fate{kind: lostInPart}
	case s.isAzure(first, now) && s.isAzure(last, now):
		return fate{kind: lostAzure}
	}
	return fate{}
}

// within tells whether a prefix lies in one special range.
func (s *Set) within(p netip.Prefix, special uint32) bool {
	around := s.why[special-1].Prefix
	return around.Bits() <= p.Bits() && around.Contains(p.Addr())
}

// covers tells whether a special range lies in a prefix.
func (s *Set) covers(p netip.Prefix) bool {
	if p.IsSingleIP() {
		return false
	}
	return slices.ContainsFunc(s.why, func(w ranges.Special) bool { return !w.Documentation && p.Overlaps(w.Prefix) })
}

// Losses returns, feed by feed, how many indicators never count.
func (s *Set) Losses() []Loss { return slices.Clone(s.losses) }

// Len returns how many different prefixes the set holds.
func (s *Set) Len() int { return s.nest.Len() }

// Listed tells whether any feed lists or listed an address that is neither
// special nor on an allow-list for ever. It takes nanoseconds; where it says
// no, no verdict on the address counts at any time. Where it says yes, Judge
// decides for a time.
func (s *Set) Listed(a flow.Addr) bool {
	if a.Hi == 0 && a.Lo>>32 == 0xffff {
		return s.listed4.Has(uint32(a.Lo))
	}
	return s.nest.Narrowest(a) >= 0 && s.special.Find(a) == 0 && s.always.Find(a) == 0
}

// String describes the set for logs.
func (s *Set) String() string {
	return fmt.Sprintf("%d feeds, %d prefixes, %d allow-list entries", len(s.feeds), s.nest.Len(), len(s.allows))
}
