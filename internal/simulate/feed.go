package simulate

import (
	"fmt"
	"net/netip"
	"strings"
	"time"
)

// The feeds: a list of addresses, one a line with a comment behind each, and a
// table with categories and confidence.
const (
	threatFeedFile  = "threat-feed.txt"
	threatTableFile = "threat-feed.csv"
)

// listing is an address in a feed.
type listing struct {
	addr       netip.Addr
	category   string // docs/reference/traffic-analytics.md 3.6
	reason     string
	confidence int // percent; 0: in the list, else in the table
}

// threatFeed returns what feeds would know: the addresses of the planted
// events, a few scanners, and by mistake one address of Azure, which is never
// malicious for that.
func threatFeed(t *traffic) []listing {
	var out []listing
	list := func(category, reason string, confidence int, addrs ...string) {
		for _, a := range addrs {
			out = append(out, listing{netip.MustParseAddr(a), category, reason, confidence})
		}
	}
	for _, e := range t.events {
		kind := "WatchList"
		switch e.Kind {
		case EventBeacon:
			kind = "C2"
		case EventBruteForce:
			kind = "Botnet"
		}
		list(kind, e.Kind, 0, e.Listed...)
	}
	scanners := t.outside("scanners", scannerCount, scannerRanges()...).texts()
	list("WatchList", "internet scanner", 0, scanners[:20]...)
	list("WatchList", "listed by mistake", 0, t.outside("entra", t.many(12, 200), entraPrefix).texts()[0])
	// The table knows some of them better, and others.
	list("C2", "command and control of a loader", 95, beaconHost)
	list("Botnet", "tries passwords on SSH", 85, sshAttackers()...)
	list("Proxy", "open proxy", 70, scanners[15:18]...)
	list("DarkNet", "exit node", 75, scanners[20:24]...)
	list("Malware", "spreads a worm", 80, scanners[24:27]...)
	return out
}

// writeThreatFeeds writes the list and the table.
func writeThreatFeeds(dir string, feed []listing, start time.Time) error {
	var text, table strings.Builder
	text.WriteString("# Threat feed of a simulated estate: one address a line, the reason behind the hash.\n")
	table.WriteString("ip,category,confidence,first_seen,description\n")
	seen := start.UTC().AddDate(0, 0, -30).Format(time.RFC3339)
	for _, l := range feed {
		if l.confidence == 0 {
			fmt.Fprintf(&text, "%s # %s: %s\n", l.addr, l.category, l.reason)
		} else {
			fmt.Fprintf(&table, "%s,%s,%d,%s,%s\n", l.addr, l.category, l.confidence, seen, l.reason)
		}
	}
	for name, b := range map[string]string{threatFeedFile: text.String(), threatTableFile: table.String()} {
		if err := writeFile(dir, name, []byte(b)); err != nil {
			return fmt.Errorf("cannot write the threat feed: %w", err)
		}
	}
	return nil
}
