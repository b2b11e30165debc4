package threat

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
)

// errLine is a line that is longer than any entry of a list.
var errLine = fmt.Errorf("it is longer than %d KiB", headBytes>>10)

// eachLine calls each with every line and its number, counted from 1. A line that
// is too long comes with an error and as far as it is kept; each must not keep it.
func eachLine(in *bufio.Reader, each func(number int, line []byte, fault error) error) error {
	for number := 1; ; number++ {
		line, err := in.ReadSlice('\n')
		var fault error
		for errors.Is(err, bufio.ErrBufferFull) {
			if fault == nil {
				fault = errLine
				line = bytes.Clone(line[:min(len(line), 100)])
			}
			_, err = in.ReadSlice('\n')
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		if len(line) > 0 || err == nil {
			if err := each(number, line, fault); err != nil {
				return err
			}
		}
		if err != nil {
			return nil
		}
	}
}
