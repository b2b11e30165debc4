package bench

import (
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// chill has the system forget the files of a folder, so that they come from
// the disk, as far as it does what it is asked.
func chill(dir string) error {
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		return err
	}
	for _, name := range files {
		f, err := os.Open(name)
		if err != nil {
			return err
		}
		err = unix.Fadvise(int(f.Fd()), 0, 0, unix.FADV_DONTNEED)
		f.Close()
		if err != nil {
			return err
		}
	}
	return nil
}
