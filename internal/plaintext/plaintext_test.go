package plaintext

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/iotest"

	"github.com/klauspost/compress/gzip"
	"golang.org/x/text/encoding/unicode"
)

func zipped(t testing.TB, text string) string {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := io.WriteString(z, text); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func utf16(t testing.TB, order unicode.Endianness, mark unicode.BOMPolicy, text string) string {
	t.Helper()
	s, err := unicode.UTF16(order, mark).NewEncoder().String(text)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestOpen(t *testing.T) {
	const text = "{\"name\": \"Zürich \U0001F30D\"}\r\n"
	f := func(name, stored, want string) {
		t.Helper()
		r, err := Open(iotest.OneByteReader(strings.NewReader(stored)))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			return
		}
		if got, err := io.ReadAll(r); err != nil || string(got) != want {
			t.Errorf("%s: got %q, %v, want %q", name, got, err, want)
		}
	}
	f("nothing", "", "")
	f("one byte", "1", "1")
	f("UTF-8", text, text)
	f("UTF-8 with a mark", "\ufeff"+text, text)
	f("gzip", zipped(t, text), text)
	f("gzip with a mark", zipped(t, "\ufeff"+text), text)
	f("several members of gzip", zipped(t, text)+zipped(t, text), text+text)
	f("gzip of nothing", zipped(t, ""), "")
	f("UTF-16 little endian", utf16(t, unicode.LittleEndian, unicode.UseBOM, text), text)
	f("UTF-16 big endian", utf16(t, unicode.BigEndian, unicode.UseBOM, text), text)
	f("UTF-16 little endian without a mark", utf16(t, unicode.LittleEndian, unicode.IgnoreBOM, text), text)
	f("UTF-16 big endian without a mark", utf16(t, unicode.BigEndian, unicode.IgnoreBOM, text), text)
	f("UTF-16 in gzip", zipped(t, utf16(t, unicode.LittleEndian, unicode.UseBOM, text)), text)
	// Half a character at the end of a file that was cut is seen, not dropped.
	f("half of a UTF-16 character", utf16(t, unicode.LittleEndian, unicode.UseBOM, "ab")+"c", "ab\ufffd")
}

func TestOpenKind(t *testing.T) {
	var archive, tarball bytes.Buffer
	z := zip.NewWriter(&archive)
	if w, err := z.Create("a.json"); err != nil {
		t.Fatal(err)
	} else if _, err := io.WriteString(w, "{}"); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	w := tar.NewWriter(&tarball)
	if err := w.WriteHeader(&tar.Header{Name: "a.json", Size: 0, Mode: 0o600}); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	f := func(stored, want string) {
		t.Helper()
		_, err := Open(strings.NewReader(stored))
		var kind *KindError
		if !errors.As(err, &kind) || kind.Kind != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	f(archive.String(), "a zip archive")
	f(tarball.String(), "a tar archive")
	f(zipped(t, tarball.String()), "a tar archive")
	f(zipped(t, archive.String()), "a zip archive")
	f(zipped(t, zipped(t, "{}")), "a gzip file inside of another")
	f("BZh91AY&SY", "a bzip2 file")
	f("%PDF-1.7\n", "a PDF document")
	f("\xff\xfe\x00\x00a\x00\x00\x00", "UTF-32 text")
}

// Damage of the packing is told from a source that fails, since the source
// may do better the next time.
func TestErrors(t *testing.T) {
	whole := zipped(t, strings.Repeat("some text that does not end soon ", 100))
	read := func(src io.Reader) error {
		r, err := Open(src)
		if err == nil {
			_, err = io.Copy(io.Discard, r)
		}
		return err
	}
	var corrupt *CorruptError
	if err := read(strings.NewReader(whole[:len(whole)/2])); !errors.As(err, &corrupt) {
		t.Errorf("half a file: got %v, want a corrupt stream", err)
	}
	if err := read(strings.NewReader(whole[:3])); !errors.As(err, &corrupt) {
		t.Errorf("half a header: got %v, want a corrupt stream", err)
	}
	broken := errors.New("the line broke")
	for _, n := range []int{1, len(whole) / 2} {
		src := io.MultiReader(strings.NewReader(whole[:n]), iotest.ErrReader(broken))
		if err := read(src); !errors.Is(err, broken) {
			t.Errorf("source that fails after %d bytes: got %v, want %v", n, err, broken)
		}
	}
}

// An Opener gives each text as if it were the first.
func TestOpenerAgain(t *testing.T) {
	var o Opener
	for _, want := range []string{"one", "two", "three"} {
		for _, stored := range []string{want, zipped(t, want), utf16(t, unicode.BigEndian, unicode.UseBOM, want)} {
			r, err := o.Open(strings.NewReader(stored))
			if err != nil {
				t.Fatal(err)
			}
			if got, err := io.ReadAll(r); err != nil || string(got) != want {
				t.Errorf("got %q, %v, want %q", got, err, want)
			}
		}
	}
	r, err := o.Open(strings.NewReader("\ufeffx"))
	if err != nil {
		t.Fatal(err)
	}
	if got, _ := io.ReadAll(r); string(got) != "\ufeffx" {
		t.Errorf("got %q, want the mark kept, so that offsets are those of the file", got)
	}
}

func TestLimit(t *testing.T) {
	for _, c := range []struct {
		text string
		ok   bool
	}{{"", true}, {"abc", true}, {"abcd", false}, {strings.Repeat("x", 10_000), false}} {
		got, err := io.ReadAll(Limit(strings.NewReader(c.text), 3))
		var large *TooLargeError
		if ok := err == nil; ok != c.ok || !ok && !errors.As(err, &large) {
			t.Errorf("%d bytes: got %v", len(c.text), err)
		}
		if want := c.text[:min(3, len(c.text))]; string(got) != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestOpenFile(t *testing.T) {
	dir := t.TempDir()
	pipe, file := filepath.Join(dir, "pipe"), filepath.Join(dir, "file")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Skipf("no named pipes here: %v", err)
	}
	if err := os.WriteFile(file, []byte("text"), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := OpenFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if text, err := io.ReadAll(f); err != nil || string(text) != "text" {
		t.Errorf("got %q, %v", text, err)
	}
	if err := f.Close(); err != nil {
		t.Error(err)
	}
	for path, want := range map[string]string{pipe: "a named pipe", dir: "a folder", os.DevNull: "a device"} {
		if _, err := OpenFile(path); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want it to be %s", path, err, want)
		}
	}
}

func FuzzOpen(f *testing.F) {
	f.Add([]byte("text"))
	f.Add([]byte("\xff\xfet\x00"))
	f.Add([]byte("\x00t\x00e"))
	f.Add([]byte(zipped(f, "text")))
	f.Fuzz(func(t *testing.T, stored []byte) {
		read := func(src io.Reader) (string, error) {
			r, err := Open(src)
			if err != nil {
				return "", err
			}
			text, err := io.ReadAll(Limit(r, 1<<20))
			return string(text), err
		}
		one, errOne := read(bytes.NewReader(stored))
		other, errOther := read(iotest.HalfReader(bytes.NewReader(stored)))
		if one != other || (errOne == nil) != (errOther == nil) {
			t.Errorf("how it is cut changes it: %q, %v and %q, %v", one, errOne, other, errOther)
		}
		if strings.HasPrefix(one, "\ufeff") && !severalMarks(stored) && !bytes.HasPrefix(stored, gzipMagic) {
			t.Errorf("%q: a mark was left", one)
		}
	})
}

// severalMarks tells whether a text begins with more than one byte order mark.
// Those behind the first are characters of the text.
func severalMarks(stored []byte) bool {
	for _, mark := range []string{"\ufeff", "\xff\xfe", "\xfe\xff"} {
		if bytes.HasPrefix(stored, []byte(mark+mark)) {
			return true
		}
	}
	return false
}
