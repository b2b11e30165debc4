package duckdb

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"weir/internal/store/storetest"
)

// interrupted is a store whose process was killed in a checkpoint: its files as
// the checkpoint found them, with its undo file, and the database file as it was
// when all was written but the header.
type interrupted struct {
	files   map[string][]byte
	written []byte
	want    map[string]string // what was committed
}

func interruptedStore(t *testing.T) interrupted {
	t.Helper()
	dir := t.TempDir()
	s := newStore(t, dir, Options{})
	for round := range int64(4) { // so that blocks of metadata have parts of several checkpoints
		for n := range int64(3) {
			if err := s.Commit(t.Context(), storetest.Delta(storetest.Row(int(10*round+n)))); err != nil {
				t.Fatal(err)
			}
		}
		if round < 3 {
			s.fold()
		}
	}
	got := interrupted{files: map[string][]byte{}, want: content(t, s)}
	if err := s.keepUndo(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{fileName, walName, sumName, undoName} {
		got.files[name] = readFile(t, filepath.Join(dir, name))
	}
	if err := s.checkpoint(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, undoName)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("an undo file is left of a checkpoint that ended: %v", err)
	}
	before := got.files[fileName]
	got.written = readFile(t, filepath.Join(dir, fileName))
	if bytes.Equal(turn(before), turn(got.written)) {
		t.Fatal("the checkpoint wrote no header; the test needs to know the engine's file better")
	}
	copy(turn(got.written), turn(before))
	if short := len(before) - len(got.written); short > 0 { // it is cut after the header
		got.written = append(got.written, before[len(before)-short:]...)
	}
	return got
}

// turn is the part of a database file that the last word of a checkpoint changes.
func turn(file []byte) []byte { return file[engineHeaderBytes:engineFirstBlock] }

func readFile(t *testing.T, path string) []byte {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// open opens what a kill left, with the database file as given and an undo
// file, or none for nil, and returns what is in it.
func (i *interrupted) open(t *testing.T, file, undo []byte) (map[string]string, error) {
	t.Helper()
	dir := t.TempDir()
	lay(t, dir, i.files)
	lay(t, dir, map[string][]byte{fileName: file, undoName: undo})
	if undo == nil {
		if err := os.Remove(filepath.Join(dir, undoName)); err != nil {
			t.Fatal(err)
		}
	}
	s, err := Open(t.Context(), dir, Options{})
	if err != nil {
		return nil, err
	}
	defer s.Close()
	return content(t, s), nil
}

// TestTornCheckpoint cuts each write of a checkpoint to a place that is in use,
// at several lengths, as a kill or a loss of power does: the store opens with
// all that was committed. Without the undo file at least one does not.
func TestTornCheckpoint(t *testing.T) {
	i := interruptedStore(t)
	before := i.files[fileName]
	torn, lost := 0, 0
	for at := engineFirstBlock; at+engineBlockBytes <= min(len(before), len(i.written)); at += engineBlockBytes {
		was, is := before[at:at+engineBlockBytes], i.written[at:at+engineBlockBytes]
		if bytes.Equal(was, is) {
			continue
		}
		for _, n := range []int{512, 68 << 10, engineBlockBytes - 512} {
			torn++
			file := bytes.Clone(i.written)
			copy(file[at+n:], was[n:])
			got, err := i.open(t, file, i.files[undoName])
			if err != nil {
				t.Fatalf("%d bytes were written at %d: %v", n, at, err)
			}
			if diff := cmp.Diff(i.want, got); diff != "" {
				t.Fatalf("%d bytes were written at %d (-committed +stored):\n%s", n, at, diff)
			}
			if lost > 0 {
				continue
			}
			if _, err := i.open(t, file, nil); err != nil {
				lost++
			}
		}
	}
	t.Logf("%d cuts", torn)
	if lost == 0 {
		t.Error("every store opens without an undo file: if the engine no longer writes in place, undo.go can go")
	}
}

// TestUndoCut opens stores whose undo file was not yet written in full, or is
// not what was written: the checkpoint had not begun, and all is there.
func TestUndoCut(t *testing.T) {
	i := interruptedStore(t)
	before, kept := i.files[fileName], i.files[undoName]
	flipped := bytes.Clone(kept)
	flipped[len(kept)/2] ^= 1
	for name, undo := range map[string][]byte{
		"empty": {}, "magic": kept[:5], "header": kept[:len(undoMagic)+engineTurnBytes], "half": kept[:len(kept)/2],
		"no sum": kept[:len(kept)-8], "one byte short": kept[:len(kept)-1], "flipped": flipped, "whole": kept,
	} {
		got, err := i.open(t, before, undo)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if diff := cmp.Diff(i.want, got); diff != "" {
			t.Errorf("%s (-committed +stored):\n%s", name, diff)
		}
	}
}

// TestUndoOfEarlier leaves the undo file of an earlier checkpoint, as a kill
// does between its end and the file's: it is not put back.
func TestUndoOfEarlier(t *testing.T) {
	dir := t.TempDir()
	s := newStore(t, dir, Options{})
	commit := func(n int) {
		t.Helper()
		if err := s.Commit(t.Context(), storetest.Delta(storetest.Row(n))); err != nil {
			t.Fatal(err)
		}
	}
	commit(1)
	s.fold()
	commit(2)
	if err := s.keepUndo(t.Context()); err != nil {
		t.Fatal(err)
	}
	kept := readFile(t, filepath.Join(dir, undoName))
	s.fold()
	want := content(t, s)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	lay(t, dir, map[string][]byte{undoName: kept})
	s = newStore(t, dir, Options{})
	if diff := cmp.Diff(want, content(t, s)); diff != "" {
		t.Errorf("content (-closed +opened):\n%s", diff)
	}
	if _, err := os.Stat(filepath.Join(dir, undoName)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the undo file is still there: %v", err)
	}
}
