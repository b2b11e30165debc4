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
	lines   map[string]int
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
	before := len(d.list)
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
			d.lines[key] = line(entry.Key)
		}
		d.value(entry.Value, into.Field(i), path+key)
	}
	if c, ok := into.Addr().Interface().(interface{ check() error }); ok && len(d.list) == before {
		if err := c.check(); err != nil {
			d.add(line(n), "%v", err)
		}
	}
	if i, ok := into.Addr().Interface().(item); ok {
		i.at(line(n))
		what, needs := i.needs()
		for _, key := range needs {
			if !seen[key] {
				d.add(line(n), "a %s needs the key %q", what, key)
			}
		}
	}
}

// item is an entry of a list that has keys of its own.
type item interface {
	needs() (what string, keys []string)
	key() string // by which entries are told apart
	at(line int)
}

func (f *Feed) needs() (string, []string) { return "feed", []string{"name", "location"} }
func (f *Feed) key() string               { return f.Name }
func (f *Feed) at(line int)               { f.line = line }

func (d *decoder) value(n ast.Node, into reflect.Value, path string) {
	switch n.(type) {
	case *ast.AnchorNode, *ast.AliasNode, *ast.TagNode:
		d.add(line(n), "key %q uses an anchor, an alias or a tag; write the value itself", path)
		return
	}
	switch into.Kind() {
	case reflect.Slice:
		d.sequence(n, into, path)
		return
	case reflect.Struct:
		d.mapping(n, into, path+".")
		return
	case reflect.Map:
		d.texts(n, into, path)
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
		key, what := "", path
		if entry, ok := into.Index(i).Addr().Interface().(item); ok {
			d.mapping(v, into.Index(i), path+".")
			key = entry.key()
			what, _ = entry.needs()
		} else {
			d.value(v, into.Index(i), path)
			key = into.Index(i).String()
			d.lines[path+" "+key] = line(v)
		}
		if at, twice := first[key]; twice && key != "" {
			d.add(line(v), "%s is already the %s in line %d", key, what, at)
			continue
		}
		first[key] = line(v)
	}
}

// texts fills a map from keys that the user chooses to one value each.
func (d *decoder) texts(n ast.Node, into reflect.Value, path string) {
	m, ok := n.(ast.MapNode)
	if !ok {
		d.add(line(n), "key %q needs keys with values, not %s", path, kind(n))
		return
	}
	all := map[string]string{}
	for it := m.MapRange(); it.Next(); {
		entry := it.KeyValue()
		key := entry.Key.GetToken().Value
		value := reflect.New(reflect.TypeFor[string]()).Elem()
		d.value(entry.Value, value, path)
		if err := checkPair(path, key, value.String()); err != nil {
			d.add(line(entry.Key), "%s: %q %v", path, key, err)
		}
		if _, twice := all[key]; twice {
			d.add(line(entry.Key), "key %q is there twice", path+"."+key)
		}
		all[key] = value.String()
	}
	into.Set(reflect.ValueOf(all))
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
