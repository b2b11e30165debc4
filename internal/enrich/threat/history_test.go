package threat

import (
	"bytes"
	"encoding/binary"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/zeebo/xxh3"
)

// whole compares histories with all that they hold.
var whole = cmp.AllowUnexported(History{}, entries{}, packed{}, note{})

// golden is the file that a history of four readings was written as: it must stay
// readable.
const golden = `
00000000  77 65 69 72 68 69 73 74  01 00 00 00 80 96 61 69  |weirhist......ai|
00000010  80 dc 66 69 05 00 00 00  02 00 00 00 02 00 00 00  |..fi............|
00000020  04 00 00 00 01 00 00 00  00 00 00 00 00 00 00 00  |................|
00000030  89 5a 4c a0 84 e5 4d ee  0e 22 22 03 07 f0 4d 8c  |.ZL...M..""...M.|
00000040  00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00  |................|
00000050  00 00 00 00 80 96 61 69  00 00 00 00 00 00 00 00  |......ai........|
00000060  20 0b 32 01 00 00 00 00  00 00 00 00 00 00 00 00  | .2.............|
00000070  00 8b 65 69 00 00 00 00  00 00 00 00 20 0b 32 00  |..ei........ .2.|
00000080  00 00 00 00 00 00 00 00  00 00 00 00 80 96 61 69  |..............ai|
00000090  80 96 61 69 00 e8 62 69  20 0b 32 01 00 00 00 00  |..ai..bi .2.....|
000000a0  00 00 00 00 00 00 00 00  00 e8 62 69 80 39 64 69  |..........bi.9di|
000000b0  00 8b 65 69 20 0b 32 00  00 00 00 00 00 00 00 00  |..ei .2.........|
000000c0  01 00 00 14 ff ff 00 00  00 00 00 00 00 00 00 00  |................|
000000d0  00 00 00 00 00 00 00 00  02 00 00 14 ff ff 00 00  |................|
000000e0  01 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00  |................|
000000f0  02 00 00 14 ff ff 00 00  02 00 00 00 00 00 00 00  |................|
00000100  00 00 00 00 00 00 00 00  03 00 00 14 ff ff 00 00  |................|
00000110  03 00 00 00 00 00 00 00                           |........|
`

// A set, and a copy, stay as they were made while a history goes on, also
// while somebody asks.
func TestHistoriesAreIndependent(t *testing.T) {
	h := history(t, Options{}, "20.0.0.1\n20.0.0.2:80\n20.0.0.3\n", "20.0.0.1\n20.0.0.2:80\n", "20.0.0.1\n20.0.0.2:80\n20.0.0.4\n")
	s := newSet(t, SetConfig{Feeds: []Feed{{"list", h}}})
	addresses := []string{"20.0.0.1", "20.0.0.2", "20.0.0.3", "20.0.0.4", "20.0.0.9", "20.0.0.10"}
	answers := func(s *Set) (out [][]string) {
		for _, a := range addresses {
			out = append(out, says(s, a, day(15)))
		}
		return out
	}
	before := answers(s)
	var g sync.WaitGroup
	g.Go(func() {
		for range 100 {
			if d := cmp.Diff(before, answers(s)); d != "" {
				t.Errorf("the set (-before +after):\n%s", d)
				return
			}
		}
	})
	one, other := *h, *h
	for i, text := range []string{"20.0.0.9:1\n", "20.0.0.1\n20.0.0.9:1\n", "20.0.0.2:81\n"} {
		one.Add(parse(t, text, Options{}), day(16+i))
	}
	oneSays := answers(newSet(t, SetConfig{Feeds: []Feed{{"list", &one}}}))
	for i, text := range []string{"20.0.0.10:2 # x\n", "20.0.0.3\n20.0.0.10:2\n", "20.0.0.4:81\n"} {
		other.Add(parse(t, text, Options{Category: C2}), day(16+i))
	}
	g.Wait()
	if d := cmp.Diff(before, answers(newSet(t, SetConfig{Feeds: []Feed{{"list", h}}}))); d != "" {
		t.Errorf("the history that was copied (-before +after):\n%s", d)
	}
	if d := cmp.Diff(oneSays, answers(newSet(t, SetConfig{Feeds: []Feed{{"list", &one}}}))); d != "" {
		t.Errorf("another copy (-before +after):\n%s", d)
	}
}

// The hash follows what was listed when, and not how often it was looked at.
func TestHistoryHash(t *testing.T) {
	const text = "20.0.0.1\n20.0.0.2:80 # bad\n20.0.0.2:80\n"
	h := history(t, Options{}, text, text+"20.0.0.3\n", text)
	same := func(what string, want bool, change func(h *History)) {
		t.Helper()
		now := *h
		change(&now)
		if got := now.Hash() == h.Hash(); got != want {
			t.Errorf("%s: same hash %t, want %t", what, got, want)
		}
	}
	reads := func(text string, o Options) func(*History) {
		return func(h *History) { h.Add(parse(t, text, o), day(20)) }
	}
	same("nothing changed", true, func(h *History) { h.Touch(day(19)) })
	same("the same again", true, reads(text, Options{}))
	same("in another order", true, reads("20.0.0.2:80 # bad\n20.0.0.1\n", Options{}))
	same("one more", false, reads(text+"20.0.0.4\n", Options{}))
	same("one gone", false, reads("20.0.0.1\n", Options{}))
	same("another confidence", false, reads(text, Options{Confidence: 51}))
	same("another detail", false, reads(strings.ReplaceAll(text, "bad", "worse"), Options{}))
	same("another text", false, reads(strings.ReplaceAll(text, ":80", ":81"), Options{}))
	same("written and read", true, func(h *History) {
		again, err := ReadHistory(bytes.NewReader(file(t, h)))
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(h, again, whole); d != "" {
			t.Errorf("ReadHistory() (-want +got):\n%s", d)
		}
		*h = *again
	})
}

func file(t testing.TB, h *History) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := h.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// seal makes the hashes in a file right, so that what it says is looked at.
func seal(text []byte) []byte {
	if len(text) < headSize {
		return text
	}
	text = slices.Clone(text)
	binary.LittleEndian.PutUint64(text[headSize-16:], max(xxh3.Hash(text[headSize:]), 1))
	binary.LittleEndian.PutUint64(text[headSize-8:], xxh3.Hash(text[:headSize-8]))
	return text
}

func TestReadHistoryFailure(t *testing.T) {
	good := file(t, history(t, Options{}, "1.2.3.4:80\n1.2.3.5 # bad\n2a00::/20\n", "1.2.3.5 # bad\n2a00::/20\n"))
	if _, err := ReadHistory(bytes.NewReader(good)); err != nil {
		t.Fatal(err)
	}
	fails := func(what string, text []byte, want string) {
		t.Helper()
		if _, err := ReadHistory(bytes.NewReader(text)); err == nil || err.Error() != "cannot read the history of a threat feed: "+want {
			t.Errorf("%s: error %v, want %s", what, err, want)
		}
	}
	for n := range good {
		fails("cut", good[:n], "it is cut off")
		bad := slices.Clone(good)
		bad[n] ^= 4
		if _, err := ReadHistory(bytes.NewReader(bad)); err == nil {
			t.Errorf("byte %d is another, and nobody sees it", n)
		}
	}
	fails("text", []byte(`{"version":1,"first":1768003200,"last":1768348800,"reads":5,"current":2,"past":2}`), "it is none")
	fails("more", append(slices.Clone(good), 0), "something stands behind its end")
	change := func(what string, at int, to byte) {
		t.Helper()
		bad := slices.Clone(good)
		if at < 0 {
			at += len(bad)
		}
		bad[at] = to
		fails(what, seal(bad), "it is damaged")
	}
	version := slices.Clone(good)
	version[8] = 2
	fails("version", seal(version), "its version is 2, and this Weir knows version 1")
	const ends, texts = 3, 13 // none, "1.2.3.4:80" and "bad"
	notes := headSize + ends*8 + texts
	change("no text", headSize, 1)
	change("texts out of order", headSize+8, 200)
	change("a text too long", headSize+16, texts+1)
	change("a detail that is none", notes, ends)
	change("bits of nothing", notes+24, 0)
	change("too many bits", notes+24, 129)
	change("a category that is none", notes+25, byte(categoryEnd))
	change("neither there before nor not", notes+27, 2) // it would be written again as something else
	listed, past := len(good)-3*packedSize, len(good)-packedSize
	change("not the first of a prefix", listed+packedSize, 1)
	rows := func(what string, to, from int) {
		bad := slices.Clone(good)
		copy(bad[listed+to*packedSize:][:packedSize], good[listed+from*packedSize:])
		copy(bad[listed+packedSize*(1-to):][:packedSize], good[listed:])
		fails(what, seal(bad), "it is damaged")
	}
	rows("out of order", 0, 1)
	rows("twice", 1, 0)
	change("a note that is none", listed+16, 200)
	change("a text that is none", listed+20, ends)
	change("listed and past", past+16, good[listed+16])
}

// A file that claims to hold more than it does costs no memory.
func TestReadHistoryOfClaims(t *testing.T) {
	bad := append(file(t, history(t, Options{}, "1.2.3.4\n")), make([]byte, 1<<17)...)
	for at := 24; at < 48; at++ {
		bad[at] = 0x7f
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if _, err := ReadHistory(bytes.NewReader(seal(bad))); err == nil {
		t.Error("no error")
	}
	if runtime.ReadMemStats(&after); after.TotalAlloc-before.TotalAlloc > 64<<20 {
		t.Errorf("%d bytes", after.TotalAlloc-before.TotalAlloc)
	}
}

func FuzzReadHistory(f *testing.F) {
	f.Add(file(f, history(f, Options{}, "1.2.3.4\n2a00::/20\n", "1.2.3.4\n")))
	f.Add(file(f, history(f, Options{}, "1.2.3.4:80 # bad\n20.0.0.0-20.0.0.6\n", "1.2.3.4:81 # worse\n")))
	f.Fuzz(func(t *testing.T, text []byte) {
		for _, text := range [][]byte{text, seal(text)} {
			h, err := ReadHistory(bytes.NewReader(text))
			if err != nil {
				continue
			}
			again, err := ReadHistory(bytes.NewReader(file(t, h)))
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(h, again, whole); d != "" {
				t.Fatal(d)
			}
			if _, err := NewSet(SetConfig{Feeds: []Feed{{"fuzz", h}}}, day(1)); err != nil {
				t.Fatal(err)
			}
			h.Add(&Listing{}, time.Unix(1<<32, 0))
		}
	})
}

func BenchmarkHistoryAdd(b *testing.B) {
	h := &History{}
	l := million()
	h.Add(l, day(1))
	b.ReportAllocs()
	for b.Loop() {
		h.Add(l, day(2))
	}
}

func BenchmarkReadHistory(b *testing.B) {
	h := &History{}
	h.Add(million(), day(1))
	text := file(b, h)
	b.ReportAllocs()
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		if _, err := ReadHistory(bytes.NewReader(text)); err != nil {
			b.Fatal(err)
		}
	}
}
