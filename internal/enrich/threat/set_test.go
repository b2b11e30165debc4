package threat

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"weir/internal/flow"
)

func day(d int) time.Time { return time.Date(2026, 1, d, 0, 0, 0, 0, time.UTC) }

// history reads texts one day after the other, from the tenth.
func history(t testing.TB, o Options, readings ...string) *History {
	t.Helper()
	h := &History{}
	for i, text := range readings {
		h.Add(parse(t, text, o), day(10+i))
	}
	return h
}

func newSet(t testing.TB, c SetConfig) *Set {
	t.Helper()
	s, err := NewSet(c, day(20))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// says puts a judgement in words, one line for each verdict.
func says(s *Set, address string, at time.Time) []string {
	j := s.Judge(flow.MustParseAddr(address), at)
	out := []string{fmt.Sprintf("%v %s %d", j.Malicious, j.Category, j.Confidence)}
	for _, v := range j.Verdicts {
		out = append(out, strings.TrimSpace(fmt.Sprintf("%s %s %s %d counts=%v %s", v.Feed, v.Indicator, v.Category, v.Confidence, v.Counts, v.Why)))
	}
	return out
}

func TestJudge(t *testing.T) {
	list := parse(t, "20.0.0.1\n30.0.0.0/24\n30.0.0.7\n10.0.0.0/8\n40.0.0.1\n", Options{Category: Botnet, Confidence: 60})
	list.Indicators = append(list.Indicators, Indicator{Prefix: netip.MustParsePrefix("0.0.0.0/1"), Category: Botnet, Confidence: 60}) // as earlier versions kept it
	bots := &History{}
	bots.Add(list, day(10))
	stix := history(t, Options{}, `{"type":"bundle","objects":[{"type":"indicator","id":"i","name":"beacon","labels":["c2"],"confidence":90,
		"pattern":"[ipv4-addr:value = '30.0.0.7' OR ipv6-addr:value = '2a00::1']","valid_from":"2026-01-05T00:00:00Z","valid_until":"2026-01-15T00:00:00Z"}]}`)
	azure := netip.MustParsePrefix("40.0.0.0/24")
	s := newSet(t, SetConfig{
		Feeds: []Feed{{"bots", bots}, {"stix", stix}},
		Allows: []Allow{
			{Text: "30.0.0.128/25", Who: "ann", Why: "our scanner"},
			{Text: "2a00::/12", Who: "bob", Why: "until it is clear", Until: day(8)},
		},
		IsAzure: func(a flow.Addr, at time.Time) bool { return azure.Contains(a.Netip()) && !at.Before(day(3)) },
	})
	f := func(address string, at time.Time, want ...string) {
		t.Helper()
		if d := cmp.Diff(want, says(s, address, at)); d != "" {
			t.Errorf("%s on %s (-want +got):\n%s", address, at.Format(time.DateOnly), d)
		}
	}
	wide := "bots 0.0.0.0/1 Botnet 60 counts=true"
	assumed := " assumed: it was listed when the feed was first read, 2026-01-10T00:00:00Z"

	f("20.0.0.1", day(12), "true Botnet 60", "bots 20.0.0.1 Botnet 60 counts=true", wide)
	f("20.0.0.1", day(9), "true Botnet 60", "bots 20.0.0.1 Botnet 60 counts=true"+assumed, wide+assumed)
	// The feed with more confidence decides; outside its time the other does.
	f("30.0.0.7", day(12), "true C2 90",
		"stix 30.0.0.7 C2 90 counts=true", "bots 30.0.0.7 Botnet 60 counts=true", "bots 30.0.0.0/24 Botnet 60 counts=true", wide)
	f("30.0.0.7", day(15), "true Botnet 60",
		"bots 30.0.0.7 Botnet 60 counts=true", "bots 30.0.0.0/24 Botnet 60 counts=true", wide,
		"stix 30.0.0.7 C2 90 counts=false no longer valid: the feed says until 2026-01-15T00:00:00Z")
	f("30.0.0.7", day(4), "true Botnet 60",
		"bots 30.0.0.7 Botnet 60 counts=true"+assumed, "bots 30.0.0.0/24 Botnet 60 counts=true"+assumed, wide+assumed,
		"stix 30.0.0.7 C2 90 counts=false not yet listed: first listed 2026-01-05T00:00:00Z")
	// Allow-lists win, for ever or for a time.
	f("30.0.0.200", day(12), "false  0",
		"bots 30.0.0.0/24 Botnet 60 counts=false allow-listed by ann: our scanner",
		"bots 0.0.0.0/1 Botnet 60 counts=false allow-listed by ann: our scanner")
	f("2a00::1", day(7), "false  0", "stix 2a00::1 C2 90 counts=false allow-listed by bob until 2026-01-08T00:00:00Z: until it is clear")
	f("2a00::1", day(8), "true C2 90", "stix 2a00::1 C2 90 counts=true")
	// What is never malicious.
	f("10.1.2.3", day(12), "false  0",
		"bots 10.0.0.0/8 Botnet 60 counts=false 10.1.2.3 is a private address, which is never malicious",
		"bots 0.0.0.0/1 Botnet 60 counts=false 10.1.2.3 is a private address, which is never malicious")
	f("40.0.0.1", day(12), "false  0",
		"bots 40.0.0.1 Botnet 60 counts=false 40.0.0.1 is Azure's own, which is never malicious",
		"bots 0.0.0.0/1 Botnet 60 counts=false 40.0.0.1 is Azure's own, which is never malicious")
	f("40.0.0.1", day(2), "true Botnet 60", "bots 40.0.0.1 Botnet 60 counts=true"+assumed, wide+assumed) // not yet Azure's
	f("99.0.0.1", day(12), "true Botnet 60", wide)
	f("127.0.0.1", day(12), "false  0", "bots 0.0.0.0/1 Botnet 60 counts=false 127.0.0.1 is a loopback address, which is never malicious")
	f("200.0.0.1", day(12), "false  0")

	for address, want := range map[string]bool{
		"20.0.0.1": true, "30.0.0.7": true, "2a00::1": true, "40.0.0.1": true, "99.0.0.1": true,
		"30.0.0.200": false, "10.1.2.3": false, "127.0.0.1": false, "200.0.0.1": false, "2a00::2": false,
	} {
		if got := s.Listed(flow.MustParseAddr(address)); got != want {
			t.Errorf("Listed(%s) = %v, want %v", address, got, want)
		}
	}
	want := []Loss{
		{Feed: "bots", Listed: 6, Special: map[string]int{"a private address": 1}, Cut: 1, Azure: 1},
		{Feed: "stix", Listed: 2, Special: map[string]int{}},
	}
	if d := cmp.Diff(want, s.Losses()); d != "" {
		t.Errorf("Losses() (-want +got):\n%s", d)
	}
}

func TestDecidingVerdict(t *testing.T) {
	f := func(want string, feeds ...Feed) {
		t.Helper()
		s := newSet(t, SetConfig{Feeds: feeds})
		j := s.Judge(flow.MustParseAddr("20.0.0.1"), day(12))
		if got := j.Verdicts[0].Feed + " " + j.Verdicts[0].Indicator; !j.Malicious || got != want {
			t.Errorf("%s decides, want %s", got, want)
		}
	}
	feed := func(name string, c Category, confidence int, text string) Feed {
		return Feed{name, history(t, Options{Category: c, Confidence: confidence}, text)}
	}
	f("b 20.0.0.1", feed("a", C2, 50, "20.0.0.1"), feed("b", PUA, 51, "20.0.0.1"))          // confidence
	f("b 20.0.0.0/8", feed("a", PUA, 50, "20.0.0.1"), feed("b", C2, 50, "20.0.0.0/8"))      // category
	f("b 20.0.0.0/16", feed("a", C2, 50, "20.0.0.0/8"), feed("b", C2, 50, "20.0.0.0/16"))   // the narrower
	f("a 20.0.0.1", feed("a", C2, 50, "20.0.0.1"), feed("b", C2, 50, "20.0.0.1\n20.0.0.2")) // the order of feeds
}

func TestHistoryRemembersComingAndGoing(t *testing.T) {
	h := &History{}
	at := func(d int, text string, want Changes) {
		t.Helper()
		if got := h.Add(parse(t, text, Options{}), day(d)); got != want {
			t.Errorf("day %d: %+v, want %+v", d, got, want)
		}
	}
	at(10, "20.0.0.1\n20.0.0.2\n20.0.0.2\n", Changes{Added: 2})
	at(11, "20.0.0.1\n20.0.0.3\n", Changes{Added: 1, Gone: 1, Kept: 1})
	h.Touch(day(12))
	at(13, "20.0.0.1\n20.0.0.2\n", Changes{Added: 1, Gone: 1, Kept: 1})
	at(14, "20.0.0.1\n20.0.0.2\n", Changes{Kept: 2})
	if listed, past := h.Len(); listed != 2 || past != 2 {
		t.Errorf("%d listed, %d past, want 2 and 2", listed, past)
	}
	first, last := h.Reads()
	if !first.Equal(day(10)) || !last.Equal(day(14)) {
		t.Errorf("read from %s to %s", first, last)
	}

	// The same before and after the history was kept in a file.
	var b bytes.Buffer
	if err := h.Write(&b); err != nil {
		t.Fatal(err)
	}
	kept := bytes.Clone(b.Bytes())
	again, err := ReadHistory(&b)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(h, again, whole); d != "" {
		t.Errorf("ReadHistory() (-want +got):\n%s", d)
	}
	if d := cmp.Diff(golden, "\n"+hex.Dump(kept)); d != "" {
		t.Errorf("the file (-want +got):\n%s", d)
	}

	s := newSet(t, SetConfig{Feeds: []Feed{{"list", again}}})
	f := func(address string, want string) {
		t.Helper()
		got := ""
		for d := 9; d <= 15; d++ {
			j := s.Judge(flow.MustParseAddr(address), day(d))
			switch {
			case j.Malicious && j.Verdicts[0].Assumed:
				got += "a"
			case j.Malicious:
				got += "+"
			default:
				got += "-"
			}
		}
		if got != want {
			t.Errorf("%s from day 9 to 15: %s, want %s", address, got, want)
		}
	}
	f("20.0.0.1", "a++++++")
	f("20.0.0.2", "a+--+++")
	f("20.0.0.3", "--++---")
	f("20.0.0.4", "-------")
	want := []string{
		"true WatchList 50", "list 20.0.0.2 WatchList 50 counts=true",
		"list 20.0.0.2 WatchList 50 counts=false no longer listed: last listed 2026-01-10T00:00:00Z",
	}
	if d := cmp.Diff(want, says(s, "20.0.0.2", day(14))); d != "" {
		t.Errorf("20.0.0.2 (-want +got):\n%s", d)
	}
	v := s.Judge(flow.MustParseAddr("20.0.0.1"), day(14)).Verdicts[0]
	if !v.FirstListed.Equal(day(10)) || !v.LastListed.Equal(day(14)) || !v.Listed {
		t.Errorf("%+v", v)
	}
	wantSpans := []Span{
		{To: day(11), Malicious: true, Category: WatchList, Feed: "list"},
		{From: day(11), To: day(13)},
		{From: day(13), Malicious: true, Category: WatchList, Feed: "list"},
	}
	if d := cmp.Diff(wantSpans, s.Spans(flow.MustParseAddr("20.0.0.2"))); d != "" {
		t.Errorf("Spans() (-want +got):\n%s", d)
	}
	if d := cmp.Diff([]Span{{}}, s.Spans(flow.MustParseAddr("1.1.1.1"))); d != "" {
		t.Errorf("Spans() of what is not listed (-want +got):\n%s", d)
	}
}

func TestWarningList(t *testing.T) {
	allows, skipped, err := ParseWarningList(bytes.NewReader(sharedFeed(t, "warninglist-microsoft-azure.json")))
	if err != nil || len(allows) != 2683 || skipped != 0 {
		t.Fatalf("%d entries, %d skipped, error %v", len(allows), skipped, err)
	}
	h := history(t, Options{}, "102.133.0.9\n102.132.0.9\n")
	s := newSet(t, SetConfig{Feeds: []Feed{{"list", h}}, Allows: allows})
	want := []string{
		"false  0",
		"list 102.133.0.9 WatchList 50 counts=false allow-listed by the warning list List of known Microsoft Azure Datacenter IP Ranges: Microsoft Azure Datacenter IP Ranges",
	}
	if d := cmp.Diff(want, says(s, "102.133.0.9", day(12))); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	if !s.Listed(flow.MustParseAddr("102.132.0.9")) || s.Listed(flow.MustParseAddr("102.133.0.9")) {
		t.Error("Listed disagrees")
	}
	for _, text := range []string{"", "[]", `{"list":["example.com"]}`} {
		if _, _, err := ParseWarningList(strings.NewReader(text)); err == nil {
			t.Errorf("%q: no error", text)
		}
	}
	_, err = NewSet(SetConfig{Allows: []Allow{{Text: "example.com"}, {Text: "1.2.3.4/99"}}}, day(1))
	if err == nil || strings.Count(err.Error(), "cannot use the allow-list entry") != 2 {
		t.Errorf("error %v does not name both entries", err)
	}
}

// The whole decision against the plain meaning of its words.
func TestJudgeAgreesWithTheRules(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pool := []string{
			"20.0.0.0/8", "20.1.0.0/16", "20.1.2.0/24", "20.1.2.3", "20.1.2.4", "10.0.0.0/8", "10.1.2.3", "9.0.0.0/8",
			"2a00::/20", "2a00::1", "fe80::/20", "192.168.0.0/15",
		}
		days := rapid.IntRange(1, 4).Draw(t, "readings")
		var feeds []Feed
		held := map[string][][]string{} // by feed and reading
		for f := range rapid.IntRange(1, 2).Draw(t, "feeds") {
			h := &History{}
			name := fmt.Sprint(f)
			for d := range days {
				texts := rapid.SliceOfNDistinct(rapid.SampledFrom(pool), 1, 6, rapid.ID[string]).Draw(t, "held")
				l, err := Parse(strings.NewReader(strings.Join(texts, "\n")), Options{})
				if err != nil {
					t.Fatal(err)
				}
				h.Add(l, day(10+d))
				held[name] = append(held[name], texts)
			}
			feeds = append(feeds, Feed{name, h})
		}
		var allows []Allow
		for _, text := range rapid.SliceOfN(rapid.SampledFrom(pool[1:]), 0, 2).Draw(t, "allowed") {
			a := Allow{Text: text}
			if rapid.Bool().Draw(t, "for a time") {
				a.Until = day(12)
			}
			allows = append(allows, a)
		}
		azure := netip.MustParsePrefix("20.1.2.4/32")
		s, err := NewSet(SetConfig{
			Feeds: feeds, Allows: allows, IsAzure: func(a flow.Addr, _ time.Time) bool { return azure.Contains(a.Netip()) },
		}, day(20))
		if err != nil {
			t.Fatal(err)
		}
		holds := func(text string, a netip.Addr) bool {
			all, err := parseAddresses(text)
			return err == nil && slices.ContainsFunc(all, func(p netip.Prefix) bool { return p.Contains(a) })
		}
		for _, address := range []string{"20.1.2.3", "20.1.2.4", "20.1.9.9", "20.9.9.9", "10.1.2.3", "99.1.1.1", "192.169.0.1", "2a00::1", "2a00::2", "fe80::1"} {
			a := netip.MustParseAddr(address)
			ever := false
			for d := 9; d <= 15; d++ {
				want := false
				for _, readings := range held {
					r := min(max(d-10, 0), days-1) // before the first as at the first, after the last as at the last
					want = want || slices.ContainsFunc(readings[r], func(text string) bool { return holds(text, a) })
				}
				want = want && !a.IsPrivate() && !a.IsLinkLocalUnicast() && !azure.Contains(a)
				for _, allow := range allows {
					if holds(allow.Text, a) && (allow.Until.IsZero() || day(d).Before(allow.Until)) {
						want = false
					}
				}
				j := s.Judge(flow.AddrFrom16(a.As16()), day(d))
				if j.Malicious != want {
					t.Fatalf("%s on day %d: %+v, want %v", address, d, j, want)
				}
				ever = ever || want
				for _, span := range s.Spans(flow.AddrFrom16(a.As16())) {
					if !day(d).Before(span.From) && (span.To.IsZero() || day(d).Before(span.To)) && span.Malicious != want {
						t.Fatalf("%s on day %d: span %+v, want %v", address, d, span, want)
					}
				}
			}
			if ever && !s.Listed(flow.AddrFrom16(a.As16())) {
				t.Fatalf("%s counts at some time and is not listed", address)
			}
		}
	})
}

// million returns a feed of a million indicators, one in ten a CIDR, one in
// ten of IPv6.
func million() *Listing {
	r := rand.New(rand.NewPCG(11, 12))
	l := &Listing{}
	for range 1_000_000 {
		var p netip.Prefix
		switch r.IntN(10) {
		case 0:
			p = netip.PrefixFrom(flow.AddrFrom4(r.Uint32()).Netip(), 20+r.IntN(12)).Masked()
		case 1:
			p = netip.PrefixFrom(flow.Addr{Hi: 0x2000<<48 | r.Uint64N(0xc10<<48), Lo: r.Uint64()}.Netip(), 128)
		default:
			p = netip.PrefixFrom(flow.AddrFrom4(r.Uint32()).Netip(), 32)
		}
		l.Indicators = append(l.Indicators, Indicator{Prefix: p, Category: Botnet, Confidence: 50})
	}
	return l
}

func BenchmarkListed(b *testing.B) {
	h := &History{}
	l := million()
	h.Add(l, day(1))
	s, err := NewSet(SetConfig{Feeds: []Feed{{"million", h}}}, day(1))
	if err != nil {
		b.Fatal(err)
	}
	r := rand.New(rand.NewPCG(13, 14))
	listed, other, busy := make([]flow.Addr, 1<<16), make([]flow.Addr, 1<<16), make([]flow.Addr, 1<<16)
	for i := range other {
		other[i] = flow.AddrFrom4(r.Uint32())
		listed[i] = flow.AddrFrom16(l.Indicators[r.IntN(len(l.Indicators))].Prefix.Addr().As16())
	}
	// In traffic few addresses make most flows, and one in a hundred is listed.
	often := rand.NewZipf(r, 1.2, 8, 1<<16-1)
	for i := range busy {
		busy[i] = other[often.Uint64()]
		if r.IntN(100) == 0 {
			busy[i] = listed[often.Uint64()]
		}
	}
	for _, c := range []struct {
		name string
		at   []flow.Addr
	}{{"any of IPv4", other}, {"listed ones", listed}, {"as in traffic", busy}} {
		b.Run("1M indicators/"+c.name, func(b *testing.B) {
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				_ = s.Listed(c.at[i&(1<<16-1)])
				i++
			}
			b.ReportMetric(float64(b.N)/1e6/b.Elapsed().Seconds(), "Mlookups/s")
			b.ReportMetric(float64(s.nest.Bytes()+s.listed4.Bytes())/1e6, "MB")
		})
	}
}

func BenchmarkNewSet(b *testing.B) {
	h := &History{}
	h.Add(million(), day(1))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := NewSet(SetConfig{Feeds: []Feed{{"million", h}}}, day(1)); err != nil {
			b.Fatal(err)
		}
	}
}
