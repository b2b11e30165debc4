package duckdb

import (
	"os"
	"path/filepath"
	"strconv"
)

// size returns how many bytes the store has on disk.
func (s *Store) size() int64 {
	var n int64
	for _, name := range []string{fileName, fileName + ".wal"} {
		if info, err := os.Stat(filepath.Join(s.dir, name)); err == nil {
			n += info.Size()
		}
	}
	return n
}

func appendUint(b []byte, v uint64) []byte { return strconv.AppendUint(b, v, 10) }
