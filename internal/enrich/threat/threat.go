// Package threat says which addresses are malicious, by which feed's word, and
// since when, so that every verdict can be explained and corrected.
//
// # From a feed to a verdict
//
// [Parse] reads a feed in any of the usual forms into indicators: addresses
// and CIDRs with a category, a confidence and, where the feed says so, the
// time from and until which they hold. A [History] takes one reading
// after the other and remembers when each indicator came and went. A [Set]
// lays histories and allow-lists together and judges an address at a time.
// A [Fetcher] keeps feeds fresh from files and URLs.
//
// # When an indicator counts
//
//   - From the time the feed states; else from the reading in which it first
//     appeared. What a feed held when it was first read has been listed for
//     nobody knows how long: it counts for all time before too, marked as
//     assumed, so that a feed that is added today also judges yesterday.
//   - Until the time the feed states or the first reading without it,
//     whichever is earlier. When it appears again, a new entry begins.
//   - Private, shared, reserved and multicast addresses are never malicious,
//     nor are Azure's own, nor what an allow-list holds at
//     that time. This is decided for the address that is judged: a CIDR that
//     covers such addresses loses those and keeps the others. A CIDR or range
//     wider than a /8 of IPv4 or a /19 of IPv6 is rejected when it is read.
//
// Of several verdicts that count, the one with the highest confidence decides,
// then the gravest category, then the narrowest indicator, then the order of
// the feeds.
package threat

import "time"

// Verdict is one statement about an address, whether it counts or not.
type Verdict struct {
	Feed        string
	Indicator   string // as the feed wrote it
	Category    Category
	Confidence  int       // percent
	FirstListed time.Time // by the feed's word, else when it was first read
	LastListed  time.Time // when it was last read in the feed
	Listed      bool      // whether the feed still holds it
	Until       time.Time // end of its validity by the feed's word; zero if it states none
	Detail      string    // what else the feed says: malware, campaign, reference
	Counts      bool
	Assumed     bool   // it counts although the time judged lies before the first reading
	Why         string // why it does not count: "allow-listed by ...", or how it is assumed
}

// Judgement is all that is known about an address at a time.
type Judgement struct {
	Malicious  bool
	Category   Category // of the verdict that decides; 0 if none counts
	Confidence int
	Verdicts   []Verdict // the one that decides first, then those that count, then the others
}
