// Generate writes the table of package app from IANA's registry of service
// names and port numbers, given as CSV.
package main

import (
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: generate service-names-port-numbers.csv > services.txt")
		os.Exit(2)
	}
	if err := run(os.Args[1], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// block is how many ports share a line, so that a change of the registry is a
// change of few lines.
const block = 256

func run(name string, w io.Writer) error {
	file, err := os.Open(name)
	if err != nil {
		return fmt.Errorf("cannot open the registry: %w", err)
	}
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		return fmt.Errorf("cannot read the registry %s: %w", name, err)
	}
	lines := make([][]string, 1<<16/block)
	at := func(first int) *[]string { return &lines[first/block] }

	letters := map[string]string{"tcp": "t", "udp": "u", "sctp": "s", "dccp": "d", "": "tusd"}
	type entry struct{ ports, name string }
	protocols := map[entry]string{}
	taken := map[string]bool{} // ports and letter
	var order []entry
	for _, row := range rows[1:] {
		service, ports, protocol, notes := strings.ReplaceAll(strings.ToLower(row[0]), " ", "-"), row[1], row[2], row[11]
		if service == "" || ports == "" || strings.Contains(notes, "is an alias to") {
			continue
		}
		e := entry{ports, service}
		for _, l := range letters[protocol] {
			if key := ports + string(l); !taken[key] {
				taken[key] = true
				if protocols[e] == "" {
					order = append(order, e)
				}
				protocols[e] += string(l)
			}
		}
	}
	for _, e := range order {
		from, _, _ := strings.Cut(e.ports, "-")
		first, err := strconv.Atoi(from)
		if err != nil || first < 0 || first > 1<<16-1 {
			return fmt.Errorf("cannot use port %q of %s", e.ports, e.name)
		}
		ports := e.ports
		if p := protocols[e]; p != "tu" {
			ports += "/" + p
		}
		*at(first) = append(*at(first), ports+" "+e.name)
	}
	for _, l := range lines {
		if len(l) > 0 {
			if _, err := fmt.Fprintln(w, strings.Join(l, " ")); err != nil {
				return err
			}
		}
	}
	return nil
}
