package decode

import (
	"bytes"
	"compress/gzip"
	"errors"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/zeebo/xxh3"
)

// TestResume reads a growing object on where it was left, and from its
// beginning: what comes of it is the same.
func TestResume(t *testing.T) {
	for seed := range uint64(20) {
		content := []byte(generate(seed, 12))
		random := rand.New(rand.NewPCG(seed, 3))
		if seed%2 == 1 {
			content = []byte(mutate(random, string(content)))
		}
		var at Mark
		r := NewReader()
		for end := 0; end < len(content); {
			end = min(len(content), end+1+random.IntN(len(content)/3))
			want := decodeAll(r, bytes.NewReader(content[:end]), at)
			if at.Tail != 0 {
				if diff := cmp.Diff(want, resumeAll(r, content[:end], at)); diff != "" {
					t.Fatalf("seed %d, %d bytes from %d on (-from the beginning +read on):\n%s", seed, end, at.Offset, diff)
				}
			}
			at = want.Mark
		}
		if whole := decodeAll(r, bytes.NewReader(content), Mark{}); whole.Mark != at {
			t.Errorf("seed %d: the mark is %+v, and %+v at once", seed, at, whole.Mark)
		}
	}
}

// TestResumeRefuses tells what is not the object that was read before.
func TestResumeRefuses(t *testing.T) {
	content := nsgRecord + "," + vnetRecord
	at := decodeString(nsgRecord).Mark
	broken := errors.New("broken")
	for name, test := range map[string]struct {
		content string
		want    string
	}{
		"the same":         {content, ""},
		"shorter":          {content[:at.Offset-1], ErrPrefixChanged.Error()},
		"much shorter":     {content[:at.Offset-TailBytes], ErrPrefixChanged.Error()},
		"another end":      {content[:at.Offset-2] + "]" + content[at.Offset-1:], ErrPrefixChanged.Error()},
		"another far away": {" " + content[1:], ""},
	} {
		if got := resumeAll(NewReader(), []byte(test.content), at); got.Err != test.want {
			t.Errorf("%s: the error is %q, want %q", name, got.Err, test.want)
		}
	}
	if err := NewReader().Resume(failing{broken}, at); !errors.Is(err, broken) {
		t.Errorf("the error of the source became %v", err)
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

// TestTail tells what can be read on: not what is packed or recoded, as an
// offset in its text is none in what is stored.
func TestTail(t *testing.T) {
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, _ = z.Write([]byte(nsgRecord))
	z.Close()
	wide := []byte{0xff, 0xfe}
	for _, c := range []byte(nsgRecord) {
		wide = append(wide, c, 0)
	}
	for name, test := range map[string]struct {
		content []byte
		want    bool
	}{
		"plain":  {[]byte(nsgRecord), true},
		"marked": {[]byte("\xef\xbb\xbf" + nsgRecord), true},
		"packed": {packed.Bytes(), false},
		"UTF-16": {wide, false},
	} {
		got := decodeAll(NewReader(), bytes.NewReader(test.content), Mark{})
		if got.Records != 1 || got.Mark.Tail != 0 != test.want {
			t.Errorf("%s: %d records, the mark %+v, want a tail: %v", name, got.Records, got.Mark, test.want)
		}
	}
}

// TestLegacySum goes on with what an older Weir entered into the ledger.
func TestLegacySum(t *testing.T) {
	content := nsgRecord + "," + vnetRecord
	n := len(nsgRecord)
	old := Mark{Offset: int64(n), Sum: xxh3.HashString(content[:n])}
	want := decodeString(content)
	if got := decodeAll(NewReader(), strings.NewReader(content), old); got.Err != "" || got.Records != 1 || got.Mark != want.Mark {
		t.Errorf("%d records, the mark %+v, the error %q; want the mark %+v", got.Records, got.Mark, got.Err, want.Mark)
	}
	old.Sum++
	if got := decodeAll(NewReader(), strings.NewReader(content), old); got.Err != ErrPrefixChanged.Error() {
		t.Errorf("another sum: the error is %q", got.Err)
	}
}
