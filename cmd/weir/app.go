package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"golang.org/x/term"

	"weir/internal/config"
	"weir/internal/terminal"
)

// app is what every command works with: the streams and the global flags.
type app struct {
	stdin          io.Reader
	stdout, stderr io.Writer

	data       string // --data
	configFile string // --config
}

func newApp(stdin io.Reader, stdout, stderr io.Writer) *app {
	return &app{stdin: stdin, stdout: stdout, stderr: stderr}
}

// config returns the effective configuration: defaults, then the file, then
// the global flags. Its Data is always set.
func (a *app) config() (*config.Config, error) {
	c, err := config.Load(a.configFile)
	if err != nil {
		return nil, err
	}
	if a.data != "" {
		if err := c.Set("data", a.data, "--data"); err != nil {
			return nil, err
		}
	}
	if c.Data == "" {
		if c.Data, err = config.DefaultData(); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// say writes a line for the person at the terminal; answers go to stdout.
func (a *app) say(format string, args ...any) {
	fmt.Fprintf(a.stderr, format+"\n", args...)
}

// bar returns the progress bar for stderr.
func (a *app) bar() *terminal.Bar {
	f, ok := a.stderr.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return terminal.NewBar(a.stderr, nil)
	}
	return terminal.NewBar(a.stderr, func() int {
		width, _, err := term.GetSize(int(f.Fd()))
		if err != nil {
			return 80
		}
		return width
	})
}

// columns is how wide stdout is; 0 where it is no terminal.
func (a *app) columns() int {
	f, ok := a.stdout.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return 0
	}
	width, _, err := term.GetSize(int(f.Fd()))
	if err != nil {
		return 0
	}
	return width
}

// forFile refuses to write what no terminal can show to one.
func (a *app) forFile(f terminal.Format) error {
	if out, ok := a.stdout.(*os.File); ok && f == terminal.Parquet && term.IsTerminal(int(out.Fd())) {
		return usageErrorf("--format parquet writes bytes that no terminal can show: let them go into a file, as with > rows.parquet")
	}
	return nil
}

// pathFlag is a flag that names a file or folder. It may not be empty: a variable
// of a script that has no value must not mean another folder.
type pathFlag string

func (p *pathFlag) String() string { return string(*p) }
func (p *pathFlag) Type() string   { return "string" }

func (p *pathFlag) Set(text string) error {
	if text == "" {
		return errors.New("it is empty; name one, or leave the flag out")
	}
	*p = pathFlag(text)
	return nil
}

// absolute makes paths independent of the folder we were started in, because
// another process may be the one that reads them. Each must be there.
func absolute(paths []string) ([]string, error) {
	out := make([]string, len(paths))
	for i, p := range paths {
		if _, err := os.Stat(p); err != nil {
			return nil, fmt.Errorf("cannot ingest %s: %w; name a file or folder that is there", p, cause(err))
		}
		abs, err := filepath.Abs(p)
		if err != nil {
			return nil, fmt.Errorf("cannot ingest %s: %w", p, err)
		}
		out[i] = abs
	}
	return out, nil
}

// cause takes the path out of an error, where the message names it already.
func cause(err error) error {
	if e, ok := err.(*os.PathError); ok {
		return e.Err
	}
	return err
}
