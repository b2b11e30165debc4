package simulate

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// threatFeedFile lists addresses, one a line, with a comment behind each.
const threatFeedFile = "threat-feed.txt"

// writeThreatFeed writes the listed addresses of the planted events and a few
// scanners: what a feed would know.
func writeThreatFeed(dir string, t *traffic) error {
	var b strings.Builder
	b.WriteString("# Threat feed of a simulated estate: one address a line, the reason behind the hash.\n")
	for _, e := range t.events {
		for _, a := range e.Listed {
			kind := "WatchList"
			switch e.Kind {
			case EventBeacon:
				kind = "C2"
			case EventBruteForce:
				kind = "Botnet"
			}
			fmt.Fprintf(&b, "%s # %s: %s\n", a, kind, e.Kind)
		}
	}
	for _, a := range t.outside("scanners", scannerCount, scannerRanges()...).texts()[:20] {
		fmt.Fprintf(&b, "%s # WatchList: internet scanner\n", a)
	}
	if err := os.WriteFile(filepath.Join(dir, threatFeedFile), []byte(b.String()), 0o644); err != nil {
		return fmt.Errorf("cannot write the threat feed: %w", err)
	}
	return nil
}
