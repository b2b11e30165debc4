package duckdb

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/zeebo/xxh3"
)

// The engine keeps metadata in blocks of 64 parts, and a checkpoint writes its
// new parts into free ones of blocks whose other parts the last checkpoint
// refers to: in place, a whole block at a time. A kill, or a loss of power,
// within such a write leaves a block that is neither, and with it a file that
// does not open. So a checkpoint begins with a copy of these blocks beside the
// file, and the next start puts them back where the checkpoint did not end.

const (
	// undoName is the file with the copy. It is there during a checkpoint, and
	// after one that did not end.
	undoName = "weir.undo"

	// What a database file of the engine begins with: a header for good and two
	// that checkpoints write in turn, as their last word; then come the blocks.
	engineHeaderBytes = 4 << 10
	engineBlockBytes  = 256 << 10
	engineFirstBlock  = 3 * engineHeaderBytes
	engineTurnBytes   = 2 * engineHeaderBytes

	undoMagic      = "weirundo"
	undoEntryBytes = 8 + engineBlockBytes
)

// checkpoint folds the write-ahead log into the database file; nobody else
// writes meanwhile. After an error the file is as the last checkpoint left it,
// or will be when the store is opened again.
func (s *Store) checkpoint(ctx context.Context) error {
	if err := s.keepUndo(ctx); err != nil {
		return fmt.Errorf("cannot keep what a checkpoint writes over: %w", err)
	}
	if err := s.writer.conn.run(ctx, "CHECKPOINT"); err != nil {
		return err
	}
	return os.Remove(filepath.Join(s.dir, undoName))
}

// keepUndo copies the blocks of metadata that have free parts. It is on the
// disk when it returns.
func (s *Store) keepUndo(ctx context.Context) error {
	r, err := s.writer.conn.query(ctx, "SELECT block_id FROM pragma_metadata_info() WHERE free_blocks > 0 ORDER BY block_id")
	if err != nil {
		return err
	}
	var ids []int64
	for r.Next() {
		ids = append(ids, r.Values()[0].(int64))
	}
	if err := errors.Join(r.Err(), r.Close()); err != nil {
		return err
	}
	path := filepath.Join(s.dir, undoName)
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, fileMode)
	if err != nil {
		return err
	}
	err = writeUndo(f, s.guard.file, ids)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return errors.Join(err, os.Remove(path))
	}
	return syncFolder(s.dir)
}

// writeUndo writes the headers of a database file and blocks of it, and after
// them the sum of all.
func writeUndo(to, from *os.File, ids []int64) error {
	sum := xxh3.New()
	write := func(p []byte) error {
		_, _ = sum.Write(p)
		_, err := to.Write(p)
		return err
	}
	head := make([]byte, len(undoMagic)+engineTurnBytes)
	copy(head, undoMagic)
	if _, err := from.ReadAt(head[len(undoMagic):], engineHeaderBytes); err != nil {
		return err
	}
	if err := write(head); err != nil {
		return err
	}
	info, err := from.Stat()
	if err != nil {
		return err
	}
	entry := make([]byte, undoEntryBytes)
	for _, id := range ids {
		at := engineFirstBlock + id*engineBlockBytes
		if at+engineBlockBytes > info.Size() {
			continue // not written yet, so no checkpoint refers to it
		}
		binary.LittleEndian.PutUint64(entry, uint64(id))
		if _, err := from.ReadAt(entry[8:], at); err != nil {
			return err
		}
		if err := write(entry); err != nil {
			return err
		}
	}
	_, err = to.Write(binary.LittleEndian.AppendUint64(nil, sum.Sum64()))
	return err
}

// undo puts back what a checkpoint that did not end wrote over, before the
// engine opens the file.
func undo(dir string) error {
	path := filepath.Join(dir, undoName)
	kept, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if head, entries, whole := readUndo(kept); whole {
		if err := putBack(filepath.Join(dir, fileName), head, entries); err != nil {
			return fmt.Errorf("cannot undo a checkpoint that did not end: %w", err)
		}
	} // else the checkpoint had not begun
	return os.Remove(path)
}

// readUndo returns the headers and the entries of an undo file, and whether it is whole.
func readUndo(kept []byte) (head, entries []byte, whole bool) {
	begin := len(undoMagic) + engineTurnBytes
	end := len(kept) - 8
	if end < begin || string(kept[:len(undoMagic)]) != undoMagic || (end-begin)%undoEntryBytes != 0 ||
		xxh3.Hash(kept[:end]) != binary.LittleEndian.Uint64(kept[end:]) {
		return nil, nil, false
	}
	return kept[len(undoMagic):begin], kept[begin:end], true
}

// putBack writes blocks to a file that still has the headers they were kept with.
func putBack(path string, head, entries []byte) (err error) {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	have := make([]byte, engineTurnBytes)
	if _, err := f.ReadAt(have, engineHeaderBytes); err != nil {
		return err
	}
	if !bytes.Equal(have, head) {
		return nil // the checkpoint ended
	}
	for ; len(entries) > 0; entries = entries[undoEntryBytes:] {
		id := int64(binary.LittleEndian.Uint64(entries))
		if _, err := f.WriteAt(entries[8:undoEntryBytes], engineFirstBlock+id*engineBlockBytes); err != nil {
			return err
		}
	}
	return f.Sync()
}

// syncFolder makes the names in a folder durable.
func syncFolder(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
