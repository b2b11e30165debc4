package simulate

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// Folder is a sink below a folder: each object is a file that is valid after
// each of its blocks, as a download of the blob at that time is.
func Folder(dir string) Sink { return folder(dir) }

type folder string

// Append implements [Sink]. The end is overwritten by the block and a new end in
// one write, so that what was read before it stays as it was.
func (f folder) Append(_ context.Context, b *Block) (err error) {
	text := append(append(make([]byte, 0, len(objectBegin)+len(b.Data)+len(objectEnd)), b.Data...), objectEnd...)
	var file *os.File
	at := int64(0)
	if b.Number == 0 {
		text = append([]byte(objectBegin), text...)
		file, err = createObject(string(f), b.Object)
	} else {
		file, err = os.OpenFile(filepath.Join(string(f), filepath.FromSlash(b.Object)), os.O_WRONLY, 0)
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	if b.Number > 0 {
		info, err := file.Stat()
		if err != nil {
			return err
		}
		at = info.Size() - int64(len(objectEnd))
	}
	if _, err := file.WriteAt(text, at); err != nil {
		return fmt.Errorf("cannot write a log object: %w", err)
	}
	return nil
}
