// Collect lists what is inside the binary besides Weir itself, with licences:
// the Go modules that cmd/weir links, DuckDB with what it brings along, and the
// npm packages inside the page. It uses no network. It fails where a licence is
// not known or may not be linked; see package licences.
package main

import (
	"bytes"
	"flag"
	"fmt"
	"os"

	"weir/internal/licences"
)

func main() {
	out := flag.String("o", "", "`file` to write")
	page := flag.String("page", "", "licences.json that the build of the page wrote, with ui/node_modules beside it; empty: no page is built in")
	countries := flag.String("countries", "", "`folder` of the npm package of the country database; empty: none is built in")
	flag.Parse()
	if *out == "" || flag.NArg() != 0 {
		fmt.Fprintln(os.Stderr, "usage: collect -o licences.json.gz [-page licences.json] [-countries FOLDER]")
		os.Exit(2)
	}
	if err := run(*out, *page, *countries); err != nil {
		fmt.Fprintln(os.Stderr, "cannot collect the licences:", err)
		os.Exit(1)
	}
}

// run leaves the file alone where nothing changed, so that nothing is built again.
func run(out, page, countries string) error {
	list, err := collect(".", page, countries)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := licences.Write(&b, list); err != nil {
		return err
	}
	if have, err := os.ReadFile(out); err == nil && bytes.Equal(have, b.Bytes()) {
		return nil
	}
	// A build that is broken off must not leave half of a list.
	if err := os.WriteFile(out+".part", b.Bytes(), 0o644); err != nil {
		return err
	}
	fmt.Printf("%s: %d components, %d bytes\n", out, len(list), b.Len())
	return os.Rename(out+".part", out)
}

// collect returns all components of the tree at root.
func collect(root, page, countries string) ([]licences.Component, error) {
	modules, err := linkedModules(root)
	if err != nil {
		return nil, err
	}
	list, err := ofModules(modules)
	if err != nil {
		return nil, err
	}
	engine, err := ofDuckDB(root, modules)
	if err != nil {
		return nil, err
	}
	list = append(list, engine...)
	goItself, err := ofGo(root)
	if err != nil {
		return nil, err
	}
	list = append(list, goItself)
	if page != "" {
		packages, err := ofPage(root, page)
		if err != nil {
			return nil, err
		}
		list = append(list, packages...)
	}
	if countries != "" {
		c, err := ofCountries(root, countries)
		if err != nil {
			return nil, err
		}
		list = append(list, c)
	}
	for _, c := range list {
		if err := licences.Check(c.Licence); err != nil {
			return nil, fmt.Errorf("%s %s: %w", c.Name, c.Version, err)
		}
		if c.Text == "" {
			return nil, fmt.Errorf("%s %s: the text of its licence (%s) is not there", c.Name, c.Version, c.Licence)
		}
	}
	return list, nil
}
