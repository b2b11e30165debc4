package main

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"weir/internal/config"
	apps "weir/internal/enrich/app"
	"weir/internal/enrich/threat"
)

// The words that a configuration may use are those that the feeds know.
func TestWordsOfFeeds(t *testing.T) {
	var categories []string
	for _, c := range threat.Categories() {
		categories = append(categories, c.String())
	}
	got := config.Categories()
	slices.Sort(got)
	slices.Sort(categories)
	if diff := cmp.Diff(categories, got); diff != "" {
		t.Errorf("categories (-threat +config):\n%s", diff)
	}
	want := []string{string(threat.Plain), string(threat.CSV), string(threat.JSON), string(threat.STIX), string(threat.MISP)}
	if diff := cmp.Diff(want, config.Formats()); diff != "" {
		t.Errorf("formats (-threat +config):\n%s", diff)
	}
}

// A configuration that has no faults makes no feed and no name fail later.
func TestWhatAConfigurationAccepts(t *testing.T) {
	c := config.Default()
	for _, f := range []struct{ key, name string }{{"8443/tcp", "https"}, {"1-65535/udp", "games"}, {"9/SCTP", "x"}, {"10", "Unknown"}, {"7/dccp", ""}} {
		c.Applications = map[string]string{f.key: f.name}
		if _, err := apps.New(c.Applications); err != nil {
			t.Errorf("%s: %s: %v", f.key, f.name, err)
		}
	}
	for _, category := range config.Categories() {
		c.Threat.Feeds = append(c.Threat.Feeds, config.Feed{Name: category, Location: "x", Category: category})
	}
	sources, err := feedsOf(c)
	if err != nil || len(sources) != len(config.Categories()) {
		t.Errorf("%d feeds, %v", len(sources), err)
	}
	for _, s := range sources {
		if s.Options.Category.String() != s.Name {
			t.Errorf("%s became %s", s.Name, s.Options.Category)
		}
	}
}
