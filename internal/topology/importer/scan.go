package importer

import (
	"bytes"
	"encoding/binary"
	"errors"
	"unicode/utf16"
)

// plain returns the text as UTF-8 without a byte-order mark. The redirection
// of Windows PowerShell writes UTF-16.
func plain(b []byte) []byte {
	b = bytes.TrimPrefix(b, []byte("\xef\xbb\xbf"))
	var order binary.ByteOrder
	switch {
	case bytes.HasPrefix(b, []byte("\xff\xfe")):
		order = binary.LittleEndian
	case bytes.HasPrefix(b, []byte("\xfe\xff")):
		order = binary.BigEndian
	default:
		return b
	}
	units := make([]uint16, 0, len(b)/2)
	for i := 2; i+1 < len(b); i += 2 {
		units = append(units, order.Uint16(b[i:]))
	}
	return []byte(string(utf16.Decode(units)))
}

// space returns the place of the first byte at or after i that is no white space.
func space(b []byte, i int) int {
	for i < len(b) && (b[i] == ' ' || b[i] == '\n' || b[i] == '\t' || b[i] == '\r') {
		i++
	}
	return i
}

var (
	errBroken = errors.New("the JSON breaks off here: the file may be cut")
	errSyntax = errors.New("this is not JSON")
)

// skip returns the end of the value that begins at i. It looks only for where
// the value ends, so that one bad element does not take the others with it;
// the value itself is checked when it is decoded.
func skip(b []byte, i int) (int, error) {
	switch b[i] {
	case '"':
		return skipText(b, i)
	case '{', '[':
	default:
		start := i
		for i < len(b) && !bytes.ContainsRune([]byte(",]} \n\t\r"), rune(b[i])) {
			i++
		}
		if i == start {
			return i, errSyntax
		}
		return i, nil
	}
	depth := 0
	for i < len(b) {
		switch b[i] {
		case '"':
			end, err := skipText(b, i)
			if err != nil {
				return end, err
			}
			i = end
			continue
		case '{', '[':
			depth++
		case '}', ']':
			depth--
			if depth == 0 {
				return i + 1, nil
			}
		}
		i++
	}
	return i, errBroken
}

func skipText(b []byte, i int) (int, error) {
	for i++; i < len(b); {
		j := bytes.IndexByte(b[i:], '"')
		if j < 0 {
			break
		}
		i += j
		slashes := 0
		for b[i-1-slashes] == '\\' {
			slashes++
		}
		i++
		if slashes%2 == 0 {
			return i, nil
		}
	}
	return len(b), errBroken
}

// members calls yield for the members of an object until it returns false.
// The key is as written, without its quotes.
func members(b []byte, yield func(key, value []byte) bool) error {
	i := space(b, 1)
	for i < len(b) && b[i] != '}' {
		if b[i] != '"' {
			return errSyntax
		}
		end, err := skipText(b, i)
		if err != nil {
			return err
		}
		key := b[i+1 : end-1]
		if i = space(b, end); i == len(b) || b[i] != ':' {
			return errSyntax
		}
		if i = space(b, i+1); i == len(b) {
			return errBroken
		}
		if end, err = skip(b, i); err != nil {
			return err
		}
		if !yield(key, b[i:end]) {
			return nil
		}
		if i = space(b, end); i < len(b) && b[i] == ',' {
			i = space(b, i+1)
		}
	}
	return nil
}

// elements calls yield for the elements of an array.
func elements(b []byte, yield func(value []byte)) error {
	i := space(b, 1)
	for i < len(b) && b[i] != ']' {
		end, err := skip(b, i)
		if err != nil {
			return err
		}
		yield(b[i:end])
		if i = space(b, end); i < len(b) && b[i] == ',' {
			i = space(b, i+1)
		}
	}
	return nil
}
