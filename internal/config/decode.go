package config

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"

	"github.com/goccy/go-yaml/ast"
)

// decoder fills a Config from a YAML tree. The tree is walked here rather
// than by the YAML library because that one stops at the first fault.
type decoder struct {
	faults
	origins map[string]string
	base    string // folder at which relative paths start
}

func (d *decoder) decode(body ast.Node, c *Config) {
	d.mapping(body, reflect.ValueOf(c).Elem(), "")
}

// mapping fills the fields of a struct from the entries of a mapping.
func (d *decoder) mapping(n ast.Node, into reflect.Value, path string) {
	m, ok := n.(ast.MapNode)
	if !ok {
		d.add(line(n), "there must be keys with values here, not %s", kind(n))
		return
	}
	keys := keysOf(into.Type())
	seen := map[string]bool{}
	for it := m.MapRange(); it.Next(); {
		entry := it.KeyValue()
		key := entry.Key.GetToken().Value
		i, known := keys[key]
		switch {
		case !known:
			d.add(line(entry.Key), "%s", unknownKey(path+key, path, keys))
			continue
		case seen[key]:
			d.add(line(entry.Key), "key %q is there twice", path+key)
			continue
		}
		seen[key] = true
		if path == "" {
			d.origins[key] = fmt.Sprintf("%s:%d", d.file, line(entry.Key))
		}
		d.value(entry.Value, into.Field(i), path+key)
	}
	if into.Type() == reflect.TypeFor[Source]() && !seen["folder"] {
		d.add(line(n), "a source needs the key \"folder\"")
	}
}

func (d *decoder) value(n ast.Node, into reflect.Value, path string) {
	switch n.(type) {
	case *ast.AnchorNode, *ast.AliasNode, *ast.TagNode:
		d.add(line(n), "key %q uses an anchor, an alias or a tag; write the value itself", path)
		return
	}
	if into.Kind() == reflect.Slice {
		d.sequence(n, into, path)
		return
	}
	scalar, ok := n.(ast.ScalarNode)
	if !ok || n.Type() == ast.NullType {
		d.add(line(n), "key %q needs one value, not %s", path, kind(n))
		return
	}
	if err := d.scalar(text(scalar), into, path); err != nil {
		d.add(line(n), "%v", err)
	}
}

func (d *decoder) sequence(n ast.Node, into reflect.Value, path string) {
	list, ok := n.(*ast.SequenceNode)
	if !ok {
		d.add(line(n), "key %q needs a list (lines that begin with \"- \"), not %s", path, kind(n))
		return
	}
	into.Set(reflect.MakeSlice(into.Type(), len(list.Values), len(list.Values)))
	first := map[string]int{}
	for i, v := range list.Values {
		d.mapping(v, into.Index(i), path+".")
		s := into.Index(i).Addr().Interface().(*Source)
		s.line = line(v)
		if at, twice := first[s.Folder]; twice && s.Folder != "" {
			d.add(line(v), "folder %s is already the source in line %d", s.Folder, at)
			continue
		}
		first[s.Folder] = line(v)
	}
}

// set fills one key from a text.
func (d *decoder) set(c *Config, key, value string) {
	into := reflect.ValueOf(c).Elem()
	i, known := keysOf(into.Type())[key]
	if !known {
		d.add(0, "unknown key %q", key)
		return
	}
	if err := d.scalar(value, into.Field(i), key); err != nil {
		d.add(0, "%v", err)
	}
}

// path returns the absolute form of a path that the user wrote.
func (d *decoder) path(p string) (string, error) {
	if rest, ok := strings.CutPrefix(p, "~/"); ok {
		home, err := os.UserHomeDir()
		if err != nil {
			return "", fmt.Errorf("cannot find the home folder: %w", err)
		}
		return filepath.Join(home, rest), nil
	}
	if !filepath.IsAbs(p) {
		p = filepath.Join(d.base, p)
	}
	return filepath.Abs(p)
}

// keysOf returns the index of each field by its key.
func keysOf(t reflect.Type) map[string]int {
	keys := map[string]int{}
	for i := range t.NumField() {
		if key := t.Field(i).Tag.Get("yaml"); key != "" {
			keys[key] = i
		}
	}
	return keys
}

func line(n ast.Node) int { return n.GetToken().Position.Line }

// text returns a scalar as it was written, without its quotes.
func text(n ast.ScalarNode) string {
	if l, ok := n.(*ast.LiteralNode); ok {
		return strings.TrimSpace(l.Value.Value)
	}
	return n.GetToken().Value
}

// kind names a value for people.
func kind(n ast.Node) string {
	switch n.Type() {
	case ast.MappingType, ast.MappingValueType:
		return "keys with values"
	case ast.SequenceType:
		return "a list"
	case ast.NullType:
		return "nothing"
	}
	return "one value"
}
