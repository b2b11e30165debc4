// Pack turns a geography database in MMDB into the small form that is built
// into the binary; see package geo.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"weir/internal/enrich/geo"
)

// nro is what the licence of the database built in by default asks for.
const nro = "Country data by the Number Resource Organization, https://www.nro.net (CC BY 4.0), through ip-location-db"

func main() {
	out := flag.String("o", "", "`file` to write")
	attribution := flag.String("attribution", nro, "`sentence` to show beside the data; empty: the database's own")
	flag.Parse()
	if *out == "" || flag.NArg() != 1 {
		fmt.Fprintln(os.Stderr, "usage: pack -o country.geo.gz [-attribution SENTENCE] database.mmdb")
		os.Exit(2)
	}
	if err := run(*out, flag.Arg(0), *attribution); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// run writes beside the file and renames, so that a build that is broken off
// leaves no half of a database.
func run(out, in, attribution string) error {
	d, err := geo.Load(in)
	if err != nil {
		return err
	}
	file, err := os.CreateTemp(filepath.Dir(out), ".pack-*")
	if err != nil {
		return fmt.Errorf("cannot write the packed database: %w", err)
	}
	defer os.Remove(file.Name())
	if err := d.Pack(file, attribution); err != nil {
		return err
	}
	info, err := file.Stat()
	if err != nil {
		return fmt.Errorf("cannot write the packed database: %w", err)
	}
	if err := file.Chmod(0o644); err != nil {
		return fmt.Errorf("cannot write the packed database: %w", err)
	}
	if err := file.Close(); err != nil {
		return fmt.Errorf("cannot write the packed database: %w", err)
	}
	if err := os.Rename(file.Name(), out); err != nil {
		return fmt.Errorf("cannot write the packed database: %w", err)
	}
	fmt.Printf("%s: %d networks of %s, %d bytes\n", out, d.Networks, d.Built.Format("2006-01-02"), info.Size())
	return nil
}
