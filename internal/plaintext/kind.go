package plaintext

import (
	"bytes"
	"fmt"
)

// KindError is input that is no text: an archive, a document, another packing.
type KindError struct {
	Kind   string // what it is, such as "a zip archive"
	Advice string // what to do
}

func (e *KindError) Error() string { return fmt.Sprintf("this is %s: %s", e.Kind, e.Advice) }

// headBytes is how much of a text is looked at to tell its kind. The mark of a
// tar archive is the furthest: it ends at byte 262 (POSIX ustar).
const headBytes = 512

const (
	unpackIt = "unpack it and give the files that are in it"
	exportIt = "export it as text (JSON or CSV) first"
)

// kinds are told by the bytes at an offset.
var kinds = []struct {
	offset int
	magic  string
	kind   string
	advice string
}{
	{0, "PK\x03\x04", "a zip archive", unpackIt},
	{0, "PK\x05\x06", "an empty zip archive", "give the file that should be in it"},
	{257, "ustar", "a tar archive", unpackIt},
	{0, "\x1f\x8b", "a gzip file inside of another", "unpack it once"},
	{0, "BZh", "a bzip2 file", "unpack it, or pack it with gzip"},
	{0, "\xfd7zXZ\x00", "an xz file", "unpack it, or pack it with gzip"},
	{0, "\x28\xb5\x2f\xfd", "a zstd file", "unpack it, or pack it with gzip"},
	{0, "7z\xbc\xaf\x27\x1c", "a 7z archive", unpackIt},
	{0, "Rar!\x1a\x07", "a rar archive", unpackIt},
	{0, "%PDF-", "a PDF document", exportIt},
	{0, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "a document of an office program", exportIt},
	{0, "PAR1", "a Parquet file", exportIt},
	{0, "Obj\x01", "an Avro file", exportIt},
	{0, "SQLite format 3\x00", "an SQLite database", exportIt},
	{0, "\xff\xfe\x00\x00", "UTF-32 text", "save it as UTF-8"},
	{0, "\x00\x00\xfe\xff", "UTF-32 text", "save it as UTF-8"},
}

// kindOf tells what a file is that begins with head, if it is no text.
func kindOf(head []byte) (*KindError, bool) {
	for _, k := range kinds {
		if len(head) > k.offset && bytes.HasPrefix(head[k.offset:], []byte(k.magic)) {
			return &KindError{Kind: k.kind, Advice: k.advice}, true
		}
	}
	return nil, false
}
