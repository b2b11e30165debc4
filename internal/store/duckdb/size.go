package duckdb

import (
	"os"
	"path/filepath"
)

// size returns how many bytes the store has on disk.
func (s *Store) size() int64 {
	var n int64
	for _, name := range []string{fileName, walName} {
		if info, err := os.Stat(filepath.Join(s.dir, name)); err == nil {
			n += info.Size()
		}
	}
	return n
}
