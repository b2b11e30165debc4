package duckdb

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/zeebo/xxh3"

	"weir/internal/store/storetest"
)

// killed returns the files of a store whose process was killed after commits.
func killed(t *testing.T, commits int64) map[string][]byte {
	t.Helper()
	dir := t.TempDir()
	s := newStore(t, dir, Options{})
	s.fold() // so that the log is short
	for n := range commits {
		d := storetest.Delta(storetest.Row(int(n)))
		if err := s.Commit(t.Context(), d); err != nil {
			t.Fatal(err)
		}
	}
	files := map[string][]byte{}
	for _, name := range []string{fileName, walName, sumName} {
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		files[name] = text
	}
	return files
}

func lay(t *testing.T, dir string, files map[string][]byte) {
	t.Helper()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// TestLogDamage changes every byte of a write-ahead log, and cuts it anywhere:
// nothing that was committed is lost without a word.
func TestLogDamage(t *testing.T) {
	files := killed(t, 2)
	good := files[walName]
	dir := t.TempDir()
	lay(t, dir, files)
	if err := checkLog(dir); err != nil {
		t.Fatalf("an undamaged log: %v", err)
	}
	path := filepath.Join(dir, walName)
	check := func(what string, at int, wal []byte) {
		t.Helper()
		if err := os.WriteFile(path, wal, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := checkLog(dir); !errors.Is(err, errCorrupt) {
			t.Fatalf("%s at %d of %d: %v", what, at, len(good), err)
		}
	}
	for at := range good {
		bad := bytes.Clone(good)
		bad[at] ^= 0x40
		check("changed", at, bad)
		if at%97 == 0 {
			check("cut", at, good[:at])
		}
	}
	// Opening says so, in one line, and changes nothing.
	for name, wal := range map[string][]byte{"header": append([]byte{good[0] ^ 1}, good[1:]...), "missing": nil} {
		dir := t.TempDir()
		lay(t, dir, files)
		var err error
		if wal == nil {
			err = os.Remove(filepath.Join(dir, walName))
		} else {
			err = os.WriteFile(filepath.Join(dir, walName), wal, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
		for _, reads := range []bool{false, true, false} {
			err := fails(t, dir, Options{ReadOnlyFolderOK: reads}, walName, "damaged", "restore the folder from a copy", sumName)
			t.Log(name, err)
		}
		// Who accepts the loss can go on.
		_ = os.Remove(filepath.Join(dir, walName))
		if err := os.Remove(filepath.Join(dir, sumName)); err != nil {
			t.Fatal(err)
		}
		newStore(t, dir, Options{}).Close()
	}
}

// TestLogLonger opens what a process leaves that was killed between a commit
// and its sum, and with a sum that was written in part: all commits are there.
func TestLogLonger(t *testing.T) {
	files, later := killed(t, 1), killed(t, 3)
	for name, sum := range map[string][]byte{"older": nil, "in part": later[sumName][:20], "empty": {}, "none": []byte("x")} {
		dir := t.TempDir()
		lay(t, dir, later)
		if sum == nil { // of the first bytes of this log
			sum = sumLine(100, xxh3.Hash(later[walName][:100]))
		}
		if err := os.WriteFile(filepath.Join(dir, sumName), sum, 0o600); err != nil {
			t.Fatal(err)
		}
		s := newStore(t, dir, Options{})
		got, err := storetest.Table(s.Query(t.Context(), "SELECT count(*) FROM weir.fact"))
		if err != nil || got[0][0] != int64(3) {
			t.Errorf("%s: %v, %v", name, got, err)
		}
		s.Close()
		if _, err := os.Stat(filepath.Join(dir, sumName)); err == nil {
			t.Errorf("%s: a sum is left beside a store that was closed", name)
		}
	}
	// The sum of one log is not held against that of another store.
	dir := t.TempDir()
	lay(t, dir, later)
	lay(t, dir, map[string][]byte{sumName: files[sumName]})
	if err := checkLog(dir); err != nil && !strings.Contains(err.Error(), "not as it was written") {
		t.Error(err)
	}
}

// TestFullDiskAnswers fills the disk of a store to its last byte: questions are
// answered, by the process that has it open, and by one that opens it then.
func TestFullDiskAnswers(t *testing.T) {
	dir := mountTmpfs(t, "24m")
	s, err := Open(t.Context(), dir, Options{Answerer: answering})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { s.Close() }()
	if err := s.Commit(t.Context(), storetest.Delta(storetest.Row(0), storetest.Row(1))); err != nil {
		t.Fatal(err)
	}
	fill := func() {
		t.Helper()
		f, err := os.OpenFile(filepath.Join(dir, "fill"), os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		for size := 1 << 20; size > 0; {
			if n, err := f.Write(make([]byte, size)); err != nil && n == 0 {
				size /= 2
			}
		}
	}
	fill()
	answers := func(when string) {
		t.Helper()
		for name, ask := range map[string]func() ([][]any, error){
			"SQL":   func() ([][]any, error) { return storetest.Table(s.SQL(t.Context(), "SELECT count(*) FROM flows")) },
			"Query": func() ([][]any, error) { return storetest.Table(s.Query(t.Context(), "SELECT count(*) FROM flows")) },
		} {
			if got, err := ask(); err != nil || got[0][0] != int64(2) {
				t.Errorf("%s, %s: %v, %v", when, name, got, err)
			}
		}
	}
	answers("open")
	_ = s.Close()
	fill()
	if s, err = Open(t.Context(), dir, Options{Answerer: answering, ReadOnlyFolderOK: true}); err != nil {
		t.Fatal(err)
	}
	answers("opened")
}

// TestTornLog is killed in the middle of a commit, and then again after one
// that went well: the engine writes over what the first had written, which is
// no damage.
func TestTornLog(t *testing.T) {
	files := func(dir string) map[string][]byte {
		files := map[string][]byte{}
		for _, name := range []string{fileName, walName, sumName} {
			if text, err := os.ReadFile(filepath.Join(dir, name)); err == nil {
				files[name] = text
			}
		}
		return files
	}
	dir := t.TempDir()
	s := newStore(t, dir, Options{})
	commit := func(s *Store, from, rows int) {
		t.Helper()
		d := storetest.Delta()
		for n := range rows {
			d.Rows = append(d.Rows, storetest.Row(from+n))
		}
		if err := s.Commit(t.Context(), d); err != nil {
			t.Fatal(err)
		}
	}
	s.fold()
	commit(s, 0, 1)
	commit(s, 1, 1)
	sum := files(dir)[sumName]
	// A long commit, of which half is in the log, and no sum.
	commit(s, 100, 20_000)
	torn := files(dir)
	torn[sumName] = sum
	torn[walName] = torn[walName][:len(torn[walName])*2/3]

	for what, log := range map[string][]byte{"after two commits": torn[walName], "alone": torn[walName][:200]} {
		t.Run(what, func(t *testing.T) {
			first, second := t.TempDir(), t.TempDir()
			torn := map[string][]byte{fileName: torn[fileName], walName: log, sumName: torn[sumName]}
			if what == "alone" {
				torn[sumName] = nil
			}
			lay(t, first, torn)
			s := newStore(t, first, Options{})
			before, err := storetest.Table(s.Query(t.Context(), "SELECT count(*) FROM weir.fact"))
			if err != nil {
				t.Fatal(err)
			}
			commit(s, 30_000, 30_000)
			lay(t, second, files(first))
			s = newStore(t, second, Options{})
			got, err := storetest.Table(s.Query(t.Context(), "SELECT count(*) FROM weir.fact"))
			if err != nil || got[0][0] != before[0][0].(int64)+30_000 {
				t.Errorf("%v, %v; before %v", got, err, before)
			}
			// Compacting does with what the kill left.
			third := t.TempDir()
			lay(t, third, torn)
			s = newStore(t, third, Options{})
			if _, err := s.Compact(t.Context(), nil); err != nil {
				t.Error(err)
			}
			commit(s, 50_000, 2)
			if got, err := storetest.Table(s.Query(t.Context(), "SELECT count(*) FROM weir.fact")); err != nil || got[0][0] != before[0][0].(int64)+2 {
				t.Errorf("after compacting %v, %v; before %v", got, err, before)
			}
		})
	}
}
