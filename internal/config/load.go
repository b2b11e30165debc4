package config

import (
	"bytes"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"weir/internal/plaintext"
)

// Load reads the file; an empty name means that there is none. The error is
// an *Error where the file could be read but not used.
func Load(file string) (*Config, error) {
	c := Default()
	if file == "" {
		return c, nil
	}
	text, err := plaintext.ReadFile(file, maxSize)
	if err != nil {
		return nil, fmt.Errorf("cannot read the configuration %s: %w", file, withoutPath(err))
	}
	if err := c.parse(file, text); err != nil {
		return nil, err
	}
	return c, nil
}

// maxSize bounds a configuration, in bytes. A thousand feeds have a tenth of it.
const maxSize = 1 << 20

// maxDepth is how deep a configuration may be nested; ours has four levels.
// The parser's time and stack grow with the square of the depth.
const maxDepth = 64

// tooDeep returns the first line in which a text is nested too deep to be
// parsed, 0 for none: by brackets, or by marks of lists and keys in one line.
func tooDeep(text []byte) int {
	depth, n := 0, 0
	for line := range bytes.Lines(text) {
		n++
		if marks := len(line) - len(bytes.TrimLeft(line, "-? \t")); marks > 0 && bytes.Count(line[:marks], []byte("- "))+bytes.Count(line[:marks], []byte("? ")) > maxDepth {
			return n
		}
		for _, c := range line {
			switch c {
			case '[', '{':
				depth++
			case ']', '}':
				depth = max(0, depth-1)
			}
			if depth > maxDepth {
				return n
			}
		}
	}
	return 0
}

func (c *Config) parse(file string, text []byte) error {
	d := &decoder{faults: faults{file: file}, origins: c.origins, lines: c.lines, base: filepath.Dir(file)}
	if n := tooDeep(text); n > 0 {
		d.add(n, "it is nested more than %d levels deep", maxDepth)
		return d.err()
	}
	tree, err := parser.ParseBytes(text, 0)
	if err != nil {
		var bad yaml.Error
		if errors.As(err, &bad) {
			d.add(bad.GetToken().Position.Line, "it is not YAML: %s", bad.GetMessage())
		} else {
			d.add(0, "it is not YAML: %v", err)
		}
		return d.err()
	}
	var body ast.Node
	for _, doc := range tree.Docs {
		switch {
		case doc.Body == nil || doc.Body.Type() == ast.NullType || doc.Body.Type() == ast.CommentType:
		case body != nil:
			d.add(line(doc.Body), "there is a second YAML document; one is read")
		default:
			body = doc.Body
		}
	}
	if body != nil {
		d.decode(body, c)
	}
	return d.err()
}

// Set gives a key the value that a flag has. It fails as a file with that
// value would.
func (c *Config) Set(key, value, origin string) error {
	d := &decoder{faults: faults{file: origin}, origins: c.origins, lines: c.lines}
	d.set(c, key, value)
	if len(d.list) > 0 {
		return errors.New(d.list[0].Text)
	}
	c.origins[key] = origin
	return nil
}

// Origin tells where the value of a key came from: file:line, a flag, or
// "default".
func (c *Config) Origin(key string) string {
	if o, ok := c.origins[key]; ok {
		return o
	}
	return "default"
}
