package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"weir/internal/licences"
)

// ofPage returns the npm packages inside the page, from the list that its build
// wrote. Notices that go with a licence lie beside it in the package.
func ofPage(root, file string) ([]licences.Component, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("the page: %w", err)
	}
	var packages []struct{ Name, Version, Identifier, Text string }
	if err := json.Unmarshal(text, &packages); err != nil {
		return nil, fmt.Errorf("the page: %s: %w", file, err)
	}
	if len(packages) == 0 {
		return nil, fmt.Errorf("the page: %s lists no packages", file)
	}
	var list []licences.Component
	for _, p := range packages {
		folder := filepath.Join(root, "ui", "node_modules", filepath.FromSlash(p.Name))
		if legal, err := legalText(folder); err == nil {
			p.Text = legal
		} else if p.Text, err = withoutText(root, folder, p.Identifier); err != nil {
			return nil, fmt.Errorf("%s: %w", p.Name, err)
		}
		list = append(list, licences.Component{
			Name: p.Name, Version: p.Version, Kind: licences.NPMPackage, Licence: p.Identifier,
			PURL: licences.NPMPURL(p.Name, p.Version), Text: p.Text,
		})
	}
	return list, nil
}

// withoutText is for a package that names its licence and has no text of it.
func withoutText(root, folder, licence string) (string, error) {
	text, err := os.ReadFile(filepath.Join(folder, "package.json"))
	if err != nil {
		return "", err
	}
	var p struct {
		Name   string
		Author any
	}
	if err := json.Unmarshal(text, &p); err != nil {
		return "", err
	}
	holder, ok := p.Author.(string)
	if m, is := p.Author.(map[string]any); is {
		holder, ok = m["name"].(string)
	}
	if !ok {
		holder = "the authors of " + p.Name
	}
	standard, err := standardText(root, licence, "Copyright (c) "+holder)
	return "The package has no text of its licence; this is the one that it names.\n\n" + standard, err
}

// ofCountries returns the country database; NOTICE says what its licence asks for.
func ofCountries(root, folder string) (licences.Component, error) {
	c := licences.Component{Kind: licences.Data, Licence: "CC-BY-4.0"}
	text, err := os.ReadFile(filepath.Join(folder, "package.json"))
	if err != nil {
		return c, fmt.Errorf("the country database: %w", err)
	}
	var p struct{ Name, Version string }
	if err := json.Unmarshal(text, &p); err != nil {
		return c, fmt.Errorf("the country database: %w", err)
	}
	notice, err := os.ReadFile(filepath.Join(root, "NOTICE"))
	if err != nil {
		return c, err
	}
	c.Name, c.Version, c.PURL, c.Text = p.Name, p.Version, licences.NPMPURL(p.Name, p.Version), string(notice)
	return c, nil
}
