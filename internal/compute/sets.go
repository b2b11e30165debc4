package compute

import (
	"strconv"
)

// sets are functions over arrays in which an entry is there or not.
func sets(name string) Func {
	switch name {
	case "set_union":
		return func(c *Call) Value { return combined(c, func(in []bool) bool { return true }) }
	case "set_intersect":
		return func(c *Call) Value {
			return combined(c, func(in []bool) bool {
				for _, is := range in {
					if !is {
						return false
					}
				}
				return true
			})
		}
	case "set_difference":
		return func(c *Call) Value {
			return combined(c, func(in []bool) bool {
				for _, is := range in[1:] {
					if is {
						return false
					}
				}
				return in[0]
			})
		}
	case "set_has_element":
		return setHas
	case "set_equals":
		return func(c *Call) Value {
			a, b, ok := twoSets(c)
			if !ok {
				return Null()
			}
			return truth(len(a) == len(b) && common(a, b) == len(a))
		}
	case "jaccard_index":
		return func(c *Call) Value {
			a, b, ok := twoSets(c)
			if !ok {
				return Null()
			}
			both := common(a, b)
			return Text(strconv.FormatFloat(float64(both)/float64(len(a)+len(b)-both), 'g', -1, 64))
		}
	}
	return nil
}

// combined returns the entries of all arrays, each once, that keep says: it is
// told in which of the arrays they are.
func combined(c *Call, keep func(in []bool) bool) Value {
	in := map[string][]bool{}
	var values, keys []string
	for i, v := range c.Args {
		list, ok := array(v)
		if !ok {
			return Null()
		}
		for _, v := range list {
			key := same(v)
			if in[key] == nil {
				in[key] = make([]bool, len(c.Args))
				values, keys = append(values, v), append(keys, key)
			}
			in[key][i] = true
		}
	}
	out := []string{}
	for i, key := range keys {
		if keep(in[key]) {
			out = append(out, values[i])
		}
	}
	return writeList(out)
}

func setHas(c *Call) Value {
	list, ok := array(c.Args[0])
	if !ok {
		return Null()
	}
	want := "null"
	if c.has(1) {
		want = same(c.text(1))
	}
	for _, v := range list {
		if same(v) == want {
			return truth(true)
		}
	}
	return truth(false)
}

func twoSets(c *Call) (a, b map[string]bool, ok bool) {
	var out [2]map[string]bool
	for i := range out {
		list, ok := array(c.Args[i])
		if !ok {
			return nil, nil, false
		}
		out[i] = map[string]bool{}
		for _, v := range list {
			out[i][same(v)] = true
		}
	}
	return out[0], out[1], true
}

func common(a, b map[string]bool) int {
	n := 0
	for v := range a {
		if b[v] {
			n++
		}
	}
	return n
}
