package main

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// What no terminal can show is not written to one, and nothing is asked before.
func TestParquetIsNotForTerminals(t *testing.T) {
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Skip("no terminals here: ", err)
	}
	defer master.Close()
	if err := unix.IoctlSetPointerInt(int(master.Fd()), unix.TIOCSPTLCK, 0); err != nil {
		t.Skip("no terminals here: ", err)
	}
	n, err := unix.IoctlGetInt(int(master.Fd()), unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	terminal, err := os.OpenFile(fmt.Sprint("/dev/pts/", n), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skip("no terminals here: ", err)
	}
	defer terminal.Close()
	for _, line := range []string{"flows", "flows --all", "export hosts", "sql VALUES(1)"} {
		var said bytes.Buffer
		args := append(strings.Fields(line), "--format", "parquet", "--data", t.TempDir())
		if code := run(t.Context(), newApp(nil, terminal, &said), args); code != 2 || !strings.Contains(said.String(), "no terminal can show") {
			t.Errorf("weir %s = %d %q", line, code, said.String())
		}
	}
}
