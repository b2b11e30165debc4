package decode

import (
	"bytes"
	"encoding/base64"
	"io"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"weir/internal/flow"
	"weir/internal/plaintext"
)

// seeds gives a fuzz target the real files, where they are there, and one of
// everything that is known to occur.
func seeds(f *testing.F) {
	for _, s := range []string{
		nsgRecord, vnetRecord, `{"records":[` + nsgRecord + "," + vnetRecord + `]}`,
		"\xef\xbb\xbf{\"records\" : [\n" + nsgRecord + "\n]}", "," + vnetRecord + "]}",
		`{"event":` + nsgRecord + `}` + "\n" + vnetRecord, `{"records":[{"records":[` + nsgRecord + `]}]}`,
		`{"a":[1,2,{"b":null}],"records":[],"c":"\u00e9"}`, strings.Repeat("[", 40), `{"time":"`, `garbage`,
		generate(1, 4), generate(2, 4),
		`{"message":` + strconv.Quote(nsgRecord) + `,"event":{"original":` + strconv.Quote(nsgRecord) + `}}`,
		`{"properties":null,"body":{"records":[` + vnetRecord + `]}}`, `[` + strconv.Quote(vnetRecord) + `]`,
		`{"body":"` + base64.StdEncoding.EncodeToString([]byte(vnetRecord)) + `"}`,
		"{\"a\":[" + vnetRecord + `,{"b":"{\"flowTuples"}]}`, "\xff\xfe{\x00}\x00",
	} {
		f.Add([]byte(s))
	}
}

// FuzzReaders holds both readers to the same answer, and every input to what
// must always be true.
func FuzzReaders(f *testing.F) {
	seeds(f)
	canonical, tolerant := NewReader(), tolerantReader()
	f.Fuzz(func(t *testing.T, content []byte) {
		fast, slow := decodeAll(canonical, bytes.NewReader(content), Mark{}), decodeAll(tolerant, bytes.NewReader(content), Mark{})
		if diff := cmp.Diff(slow, fast); diff != "" {
			t.Fatalf("(-tolerant +canonical):\n%s", diff)
		}
		check(t, plain(content), fast)
	})
}

// FuzzResume reads an object in two parts, as if it had grown.
func FuzzResume(f *testing.F) {
	f.Add([]byte(nsgRecord+","+vnetRecord), 700)
	f.Add([]byte(`{"records":[`+nsgRecord+","+vnetRecord+`]}`), 500)
	f.Add([]byte(generate(3, 5)), 1000)
	r := NewReader()
	f.Fuzz(func(t *testing.T, content []byte, cut int) {
		if cut < 0 || cut > len(content) || !bytes.Equal(content, plain(content)) || !bytes.Equal(content[:cut], plain(content[:cut])) {
			return // what is text to its end, but not in its beginning, has no beginning that can be read
		}
		first := decodeAll(r, bytes.NewReader(content[:cut]), Mark{})
		check(t, content[:cut], first)
		rest := decodeAll(r, bytes.NewReader(content), first.Mark)
		if rest.Err != "" {
			t.Fatalf("the same object is refused after %d bytes: %s", first.Mark.Offset, rest.Err)
		}
		if first.Mark.Tail != 0 {
			if diff := cmp.Diff(rest, resumeAll(r, content, first.Mark)); diff != "" {
				t.Fatalf("cut at %d (-read from the beginning +read on):\n%s", cut, diff)
			}
		}
		// What was rejected when the object ended there may since have
		// become something else, but what was decoded stays.
		if whole := decodeAll(r, bytes.NewReader(content), Mark{}); len(first.Rejects) == 0 && first.Records+rest.Records != whole.Records {
			t.Fatalf("cut at %d: %d and %d records, %d at once", cut, first.Records, rest.Records, whole.Records)
		}
	})
}

// FuzzTuple holds the scanner of tuples to parseTuple.
func FuzzTuple(f *testing.F) {
	for _, s := range []string{
		"1742590776,218.92.0.185,10.101.0.104,61575,22,T,I,A,B,,,,", "1742590776,218.92.0.185,10.101.0.104,61575,22,U,O,D",
		"1742590776123,10.0.0.1,10.0.0.2,1,22,6,O,E,NX,1,2,3,4", "1742590776123,10.0.0.1,10.0.0.2,1,22,17,I,D,X,0,0,0,0",
		"1742590776,2001:db8::1,::1,61575,22,6,O,C,NX_FALLBACK,1,2,3,4", "1742590776,01.2.3.4,1.2.3.256,1,2,T,I,A",
		// Seventeen digits were taken for one.
		"1000000000,0.0.0.0,0.00000000000000000.0.0,0,0,6,O,B,X,0,0,0,0",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if strings.Contains(s, `"`) || len(s) > 1<<10 {
			return
		}
		scannerAgrees(t, s)
	})
}

// scannerAgrees holds that what scanTuple takes parseTuple takes as well, for
// the same tuple; what it leaves alone parseTuple judges in any case.
func scannerAgrees(t *testing.T, s string) {
	t.Helper()
	padded := make([]byte, len(s)+1+padding)
	copy(padded, s+`"`)
	var fast, slow flow.Tuple
	end := scanTuple(padded, 0, &fast)
	if end < 0 {
		return
	}
	if reason := parseTuple([]byte(s), &slow); end != len(s) || reason != "" || fast != slow {
		t.Fatalf("scanTuple(%q) ends at %d with %+v, parseTuple says %q %+v", s, end, fast, reason, slow)
	}
}

// TestScannerAgreesOnEveryLength puts digits of every length into every place
// of a tuple: the scanner works with distances between separators, none of
// which may be taken for another.
func TestScannerAgreesOnEveryLength(t *testing.T) {
	for _, tuple := range []string{
		"1742590776,218.92.0.185,10.101.0.104,61575,22,T,I,A,C,1,2,3,4", "1742590776123,1.2.3.4,5.6.7.8,1,22,6,O,E,NX,1,2,3,4",
		"1742590776123,1.2.3.4,5.6.7.8,1,22,17,I,D,X,0,0,0,0", "1742590776,1.2.3.4,5.6.7.8,1,22,U,O,D",
	} {
		places := regexp.MustCompile(`\d+`).FindAllStringIndex(tuple, -1)
		for n := range 80 {
			for _, digits := range []string{strings.Repeat("0", n), strings.Repeat("1", n), strings.Repeat("9", n), strings.Repeat("0", max(n-1, 0)) + "7"} {
				for i, at := range places {
					scannerAgrees(t, tuple[:at[0]]+digits+tuple[at[1]:])
					if i > 0 { // two places beside each other may make up for one another
						scannerAgrees(t, tuple[:places[i-1][0]]+digits+tuple[places[i-1][1]:at[0]]+digits+tuple[at[1]:])
					}
				}
			}
		}
	}
}

// plain returns the text of content as it is read.
func plain(content []byte) []byte {
	text, err := new(plaintext.Opener).Open(bytes.NewReader(content))
	if err != nil {
		return nil
	}
	all, _ := io.ReadAll(text)
	return all
}

// check holds what is true of every answer.
func check(t *testing.T, content []byte, d decoded) {
	t.Helper()
	size := int64(len(content))
	if d.Mark.Offset < 0 || d.Pending < 0 || d.Mark.Offset+d.Pending > size {
		t.Fatalf("%d consumed and %d pending of %d bytes", d.Mark.Offset, d.Pending, size)
	}
	for _, r := range d.Rejects {
		if r.Offset < 0 || r.Length <= 0 && r.Reason != BadFields || r.Offset+r.Length > size || len(r.Sample) > 4*sampleBytes {
			t.Fatalf("rejection %+v in %d bytes", r, size)
		}
	}
	for _, e := range d.Entries {
		if e.Tuple.Time < minTime*1000 || e.Tuple.Time >= maxTime*1000 || e.Tuple.BytesFwd > maxCounter {
			t.Fatalf("tuple %+v", e.Tuple)
		}
	}
}
