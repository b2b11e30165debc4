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
	master, terminal, err := openTerminal()
	if err != nil && os.Getenv("CI") != "true" {
		t.Skip("this machine gives no terminals: ", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer master.Close()
	defer terminal.Close()
	for _, line := range []string{"flows", "flows --all", "export hosts", "sql VALUES(1)"} {
		var said bytes.Buffer
		args := append(strings.Fields(line), "--format", "parquet", "--data", t.TempDir())
		if code := run(t.Context(), newApp(nil, terminal, &said), args); code != 2 || !strings.Contains(said.String(), "no terminal can show") {
			t.Errorf("weir %s = %d %q", line, code, said.String())
		}
	}
}

// openTerminal opens a terminal and what is behind it.
func openTerminal() (master, terminal *os.File, err error) {
	master, err = os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		return nil, nil, err
	}
	defer func() {
		if err != nil {
			master.Close()
		}
	}()
	if err = unix.IoctlSetPointerInt(int(master.Fd()), unix.TIOCSPTLCK, 0); err != nil {
		return nil, nil, err
	}
	n, err := unix.IoctlGetInt(int(master.Fd()), unix.TIOCGPTN)
	if err != nil {
		return nil, nil, err
	}
	terminal, err = os.OpenFile(fmt.Sprint("/dev/pts/", n), os.O_RDWR|unix.O_NOCTTY, 0)
	return master, terminal, err
}
