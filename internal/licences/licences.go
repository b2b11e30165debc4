// Package licences says what is inside the binary besides Weir itself, under
// which licences, with their texts, and writes a bill of materials.
//
// The list is made at build by the command collect, without a network, from the
// Go modules that are linked, from DuckDB inside one of them, and from the npm
// packages inside the page; "go build" alone leaves it out. Which modules are
// linked is asked of the binary itself, so that the list is never of another one.
package licences

import (
	"compress/gzip"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"runtime/debug"
	"slices"
	"strings"
)

//go:embed all:data
var data embed.FS

// ErrNotEmbedded is returned where this binary was built without the list.
var ErrNotEmbedded = errors.New("no licences were built in: build with make")

// Unknown is the licence of what nothing is known of; SPDX calls it so.
const Unknown = "NOASSERTION"

// Kind says where a component comes from.
type Kind string

// The kinds of components.
const (
	GoModule   Kind = "go module"
	NPMPackage Kind = "npm package" // inside the page
	Library    Kind = "library"     // in C or C++, linked into the binary
	Data       Kind = "data"
)

// Component is something of other people inside the binary.
type Component struct {
	Name    string `json:"name"`
	Version string `json:"version"`
	Kind    Kind   `json:"kind"`
	Licence string `json:"licence"`        // an SPDX expression, or Unknown
	PURL    string `json:"purl,omitempty"` // as package-url.github.io has it
	Text    string `json:"text"`           // the licence, and notices that go with it
}

// Embedded returns what was listed when this binary was built, or ErrNotEmbedded.
func Embedded() ([]Component, error) {
	file, err := data.Open("data/licences.json.gz")
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrNotEmbedded
	}
	if err != nil {
		return nil, fmt.Errorf("cannot read the licences: %w", err)
	}
	defer file.Close()
	return Read(file)
}

// OfThisBinary returns what is inside the binary that runs, or ErrNotEmbedded.
func OfThisBinary() ([]Component, error) {
	list, err := Embedded()
	if err != nil {
		return nil, err
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return nil, errors.New("this binary does not say which modules it links; build it with Go's modules")
	}
	return Of(info, list), nil
}

// Read returns the components that Write wrote.
func Read(r io.Reader) ([]Component, error) {
	z, err := gzip.NewReader(r)
	if err != nil {
		return nil, fmt.Errorf("cannot read the licences: %w", err)
	}
	var list []Component
	if err := json.NewDecoder(z).Decode(&list); err != nil {
		return nil, fmt.Errorf("cannot read the licences: %w", err)
	}
	return list, nil
}

// Write writes components for [Read]; the same list gives the same bytes.
func Write(w io.Writer, list []Component) error {
	z, err := gzip.NewWriterLevel(w, gzip.BestCompression)
	if err != nil {
		return err
	}
	if err := json.NewEncoder(z).Encode(list); err != nil {
		return err
	}
	return z.Close()
}

// Of returns the components of the binary that info describes: the modules that
// it links, each with its licence out of the list, and all else that is listed.
// A linked module that the list lacks has the licence Unknown.
func Of(info *debug.BuildInfo, list []Component) []Component {
	listed := map[string]Component{}
	var out []Component
	for _, c := range list {
		if c.Kind == GoModule && c.Name != goName {
			listed[c.Name+"@"+c.Version] = c
		} else {
			out = append(out, c)
		}
	}
	for _, m := range info.Deps {
		if m.Replace != nil {
			m = m.Replace
		}
		c, ok := listed[m.Path+"@"+m.Version]
		if !ok {
			c = Component{Name: m.Path, Version: m.Version, Kind: GoModule, Licence: Unknown, PURL: GoPURL(m.Path, m.Version)}
		}
		out = append(out, c)
	}
	slices.SortFunc(out, func(a, b Component) int {
		if c := strings.Compare(string(a.Kind), string(b.Kind)); c != 0 {
			return c
		}
		return strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name))
	})
	return out
}

// goName is the component of Go's own runtime and library.
const goName = "Go"

// Go returns the component of Go's own runtime and library.
func Go(version, text string) Component {
	version = strings.TrimPrefix(version, "go")
	return Component{
		Name: goName, Version: version, Kind: GoModule, Licence: "BSD-3-Clause",
		PURL: "pkg:golang/std@" + version, Text: text,
	}
}

// GoPURL returns the package URL of a Go module.
func GoPURL(path, version string) string {
	return "pkg:golang/" + strings.ToLower(path) + "@" + strings.ReplaceAll(version, "+", "%2B")
}

// NPMPURL returns the package URL of an npm package.
func NPMPURL(name, version string) string {
	return "pkg:npm/" + strings.Replace(name, "@", "%40", 1) + "@" + version
}

// WriteTexts writes every component with its licence in full.
func WriteTexts(w io.Writer, list []Component) error {
	for _, c := range list {
		_, err := fmt.Fprintf(w, "%s %s (%s): %s\n%s\n%s\n\n\n", c.Name, c.Version, c.Kind, c.Licence,
			strings.Repeat("=", 72), strings.TrimSpace(c.Text))
		if err != nil {
			return err
		}
	}
	return nil
}
