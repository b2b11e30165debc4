package compute

import (
	"slices"
	"strings"
)

// bags are functions over property bags.
func bags(name string) Func {
	switch name {
	case "bag_keys":
		return bagKeys
	case "bag_merge":
		return func(c *Call) Value { return merge(c.Args) }
	case "make_bag": // of a list of bags
		return func(c *Call) Value {
			list, _ := array(c.Args[0])
			all := make([]Value, len(list))
			for i, v := range list {
				all[i] = Text(v)
			}
			return merge(all)
		}
	case "build_schema":
		return buildSchema
	case "percentile_weighted":
		return percentileWeighted
	case "bag_has_key":
		return bagHasKey
	case "bag_remove_keys":
		return bagRemoveKeys
	case "bag_set_key":
		return bagSetKey
	case "bag_zip":
		return bagZip
	case "bag_pack": // names and values by turns; the last argument: "true" leaves empty ones out
		return bagPack
	case "property":
		return func(c *Call) Value {
			if v, ok := reach(c.Args[0], []string{c.text(1)}); ok {
				return dynamic(v)
			}
			return Null()
		}
	case "treepath":
		return treepath
	}
	return nil
}

func bagKeys(c *Call) Value {
	all, ok := bag(c.Args[0])
	if !ok {
		return Null()
	}
	keys := make([]string, len(all))
	for i, e := range all {
		keys[i] = e.key
	}
	return writeTexts(keys)
}

// merge puts bags together: of properties with one name the first one stays.
func merge(bags []Value) Value {
	out := []entry{}
	for _, v := range bags {
		if all, ok := bag(v); ok {
			for _, e := range all {
				out = put(out, e.key, e.value, false)
			}
		}
	}
	return writeBag(out)
}

// steps takes a JSON path such as $.a['b'] apart; what does not begin with a
// dollar is the name of a property.
func steps(path string) []string {
	rest, ok := strings.CutPrefix(path, "$")
	if !ok || rest == "" || rest[0] != '.' && rest[0] != '[' {
		return []string{path}
	}
	var out []string
	for rest != "" {
		switch {
		case strings.HasPrefix(rest, "['"), strings.HasPrefix(rest, `["`):
			end := strings.Index(rest[2:], rest[1:2]+"]")
			if end < 0 {
				return []string{path}
			}
			out, rest = append(out, rest[2:2+end]), rest[end+4:]
		case rest[0] == '.':
			rest = rest[1:]
			end := strings.IndexAny(rest, ".[")
			if end < 0 {
				end = len(rest)
			}
			out, rest = append(out, rest[:end]), rest[end:]
		default:
			return []string{path}
		}
	}
	return out
}

func reach(v Value, path []string) (string, bool) {
	for _, key := range path {
		all, ok := bag(v)
		i := slices.IndexFunc(all, func(e entry) bool { return e.key == key })
		if !ok || i < 0 {
			return "", false
		}
		v = Text(all[i].value)
	}
	return v.Text, true
}

func bagHasKey(c *Call) Value {
	if _, ok := bag(c.Args[0]); !ok {
		return Null()
	}
	_, found := reach(c.Args[0], steps(c.text(1)))
	return truth(found)
}

func bagRemoveKeys(c *Call) Value {
	if _, ok := bag(c.Args[0]); !ok {
		return Null()
	}
	keys, ok := array(c.Args[1])
	if !ok {
		return Null()
	}
	v := c.Args[0]
	for _, key := range keys {
		v = without(v, steps(plain(key)))
	}
	return v
}

func without(v Value, path []string) Value {
	all, ok := bag(v)
	if !ok {
		return v
	}
	out := []entry{}
	for _, e := range all {
		switch {
		case e.key != path[0]:
			out = append(out, e)
		case len(path) > 1:
			out = append(out, entry{e.key, without(Text(e.value), path[1:]).Text})
		}
	}
	return writeBag(out)
}

func bagSetKey(c *Call) Value {
	if _, ok := bag(c.Args[0]); !ok {
		return Null()
	}
	value := "null"
	if c.has(2) {
		value = c.text(2)
	}
	return set(c.Args[0], steps(c.text(1)), value)
}

func set(v Value, path []string, value string) Value {
	all, _ := bag(v)
	if len(path) > 1 {
		inner, ok := reach(v, path[:1])
		if !ok {
			inner = "{}"
		}
		value = set(Text(inner), path[1:], value).Text
	}
	return writeBag(put(all, path[0], value, true))
}

func bagZip(c *Call) Value {
	keys, ok1 := array(c.Args[0])
	values, ok2 := array(c.Args[1])
	if !ok1 || !ok2 {
		return Null()
	}
	out := []entry{}
	for i, k := range keys {
		key, ok := unquoted(k)
		if !ok {
			continue
		}
		v := "null"
		if i < len(values) {
			v = values[i]
		}
		out = put(out, key, v, false)
	}
	return writeBag(out)
}

func bagPack(c *Call) Value {
	last := len(c.Args) - 1
	spare := c.text(last) == "true"
	out := []entry{}
	for i := 0; i+1 < last; i += 2 {
		v := "null"
		if c.has(i + 1) {
			v = c.text(i + 1)
		}
		if !spare || v != "null" && v != `""` {
			out = put(out, c.text(i), v, true)
		}
	}
	return writeBag(out)
}

// treepath lists where values are: ['a'], ['a'][0], ['a']['b'].
func treepath(c *Call) Value {
	out := []string{}
	var walk func(v Value, path string)
	walk = func(v Value, path string) {
		if all, ok := bag(v); ok {
			for _, e := range all {
				at := path + "['" + e.key + "']"
				out = append(out, at)
				walk(Text(e.value), at)
			}
		} else if list, ok := array(v); ok && len(list) > 0 {
			at := path + "[0]" // stands for each of the entries
			out = append(out, at)
			for _, v := range list {
				walk(Text(v), at)
			}
		}
	}
	if c.Args[0].Null {
		return Null()
	}
	walk(c.Args[0], "")
	seen := map[string]bool{}
	return writeTexts(slices.DeleteFunc(out, func(at string) bool {
		before := seen[at]
		seen[at] = true
		return before
	}))
}
