package plaintext

import (
	"fmt"
	"io"
)

// TooLargeError is a text that is longer than its reader takes.
type TooLargeError struct{ Limit int64 } // in bytes, unpacked

func (e *TooLargeError) Error() string {
	if e.Limit < 1<<20 {
		return fmt.Sprintf("it is larger than %d bytes, unpacked", e.Limit)
	}
	return fmt.Sprintf("it is larger than %d MiB, unpacked", e.Limit>>20)
}

// Limit returns a reader that fails with a *TooLargeError behind the first
// limit bytes, where io.LimitReader would take the rest for absent.
func Limit(r io.Reader, limit int64) io.Reader { return &limited{r: r, left: limit, limit: limit} }

type limited struct {
	r           io.Reader
	left, limit int64
}

func (l *limited) Read(p []byte) (int, error) {
	if l.left < 0 {
		return 0, &TooLargeError{l.limit}
	}
	// One byte more than is left tells an end from a longer text.
	n, err := l.r.Read(p[:min(int64(len(p)), l.left+1)])
	l.left -= int64(n)
	if l.left < 0 {
		return n - 1, &TooLargeError{l.limit}
	}
	return n, err
}
