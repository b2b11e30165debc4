package config

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// Load reads the file; an empty name means that there is none. The error is
// an *Error where the file could be read but not used.
func Load(file string) (*Config, error) {
	c := Default()
	if file == "" {
		return c, nil
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("cannot read the configuration: %w", err)
	}
	if err := c.parse(file, text); err != nil {
		return nil, err
	}
	return c, nil
}

func (c *Config) parse(file string, text []byte) error {
	d := &decoder{faults: faults{file: file}, origins: c.origins, lines: c.lines, base: filepath.Dir(file)}
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
