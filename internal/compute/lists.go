package compute

import (
	"math"
	"slices"
	"strconv"
	"strings"
)

// MaxEntries is how many entries a function makes at most, as in Kusto.
const MaxEntries = 1 << 20

// lists are functions over arrays.
func lists(name string) Func {
	switch name {
	case "gettype":
		return func(c *Call) Value { return Text(kindOf(c.Args[0])) }
	case "array_sum":
		return arraySum
	case "array_reverse":
		return func(c *Call) Value { return reordered(c, func(all []string) { slices.Reverse(all) }) }
	case "array_sort_asc", "array_sort_desc":
		return func(c *Call) Value { return arraySort(c, name == "array_sort_desc") }
	case "array_index_of":
		return arrayIndexOf
	case "array_iff":
		return arrayIff
	case "array_rotate_left":
		return func(c *Call) Value { return rotate(c, 1) }
	case "array_rotate_right":
		return func(c *Call) Value { return rotate(c, -1) }
	case "array_shift_left":
		return func(c *Call) Value { return shift(c, 1) }
	case "array_shift_right":
		return func(c *Call) Value { return shift(c, -1) }
	case "array_split":
		return arraySplit
	case "array_slice":
		return arraySlice
	case "range_long":
		return rangeLong
	case "range_real":
		return rangeReal
	case "range_time":
		return func(c *Call) Value { return rangeTicks(c, func(n int64) string { return TimeText(n) }) }
	case "range_span":
		return func(c *Call) Value { return rangeTicks(c, SpanText) }
	case "repeat":
		return repeat
	case "zip":
		return zip
	}
	return nil
}

func reordered(c *Call, by func([]string)) Value {
	all, ok := array(c.Args[0])
	if !ok {
		return Null()
	}
	by(all)
	return writeList(all)
}

func numberOf(v string) (float64, bool) {
	switch v {
	case "true":
		return 1, true
	case "false":
		return 0, true
	}
	f, err := strconv.ParseFloat(v, 64)
	return f, err == nil
}

func arraySum(c *Call) Value {
	all, ok := array(c.Args[0])
	if !ok {
		return Null()
	}
	sum, some := 0.0, false
	for _, v := range all {
		if isNull(v) {
			continue
		}
		f, ok := numberOf(v)
		if !ok {
			return Null()
		}
		sum, some = sum+f, true
	}
	if !some {
		return Null()
	}
	return Text(strconv.FormatFloat(sum, 'g', -1, 64))
}

// rank is the order of kinds within a sorted array.
func rank(v string) int {
	switch {
	case isNull(v):
		return 9
	case v[0] == '"':
		return 2
	case v[0] == '[' || v[0] == '{' || v == "true" || v == "false":
		return 3
	}
	return 1
}

func order(a, b string) int {
	if x, y := rank(a), rank(b); x != y {
		return x - y
	}
	switch rank(a) {
	case 1:
		x, _ := strconv.ParseFloat(a, 64)
		y, _ := strconv.ParseFloat(b, 64)
		if n, err := strconv.ParseInt(a, 10, 64); err == nil {
			if m, err := strconv.ParseInt(b, 10, 64); err == nil {
				return compareOrdered(n, m)
			}
		}
		return compareOrdered(x, y)
	case 2:
		return strings.Compare(plain(a), plain(b))
	}
	return strings.Compare(a, b)
}

func compareOrdered[T int64 | float64](a, b T) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// arraySort sorts the first array, and the others of the same length with it.
// The last argument is which of the arrays to give; the one before, whether
// nulls are last.
func arraySort(c *Call, down bool) Value {
	last := len(c.Args) - 1
	nullsLast := c.text(last-1) != "false"
	which := int(c.numberOr(last, 0))
	first, ok := array(c.Args[0])
	if !ok || which > last-2 {
		return Null()
	}
	place := make([]int, len(first))
	for i := range place {
		place[i] = i
	}
	slices.SortStableFunc(place, func(i, j int) int {
		a, b := first[i], first[j]
		switch {
		case isNull(a) && isNull(b):
			return 0
		case isNull(a) || isNull(b):
			if isNull(a) == nullsLast {
				return 1
			}
			return -1
		case down:
			return order(b, a)
		}
		return order(a, b)
	})
	other, ok := array(c.Args[which])
	if !ok || len(other) != len(first) {
		return Null()
	}
	out := make([]string, len(place))
	for i, p := range place {
		out[i] = other[p]
	}
	return writeList(out)
}

// arrayIndexOf takes array, value, and where to begin, how far, which one.
func arrayIndexOf(c *Call) Value {
	all, ok := array(c.Args[0])
	if !ok {
		return Null()
	}
	start, length, nth := c.numberOr(2, 0), c.numberOr(3, -1), c.numberOr(4, 1)
	n := int64(len(all))
	if start < 0 {
		start = max(0, n+start)
	}
	end := n
	if length >= 0 {
		end = min(n, start+min(length, n))
	}
	want := "null"
	if c.has(1) {
		want = same(c.text(1))
	}
	for i := start; i < end; i++ {
		if same(all[i]) == want {
			if nth--; nth == 0 {
				return whole(i)
			}
		}
	}
	return whole(-1)
}

// arrayIff chooses by each entry of the first array; what is no array stands
// for each of its entries.
func arrayIff(c *Call) Value {
	conditions, ok := array(c.Args[0])
	if !ok {
		return Null()
	}
	pick := func(v Value) func(i int) string {
		list, ok := array(v)
		return func(i int) string {
			switch {
			case !ok && v.Null:
				return "null"
			case !ok:
				return v.Text
			case i < len(list):
				return list[i]
			}
			return "null"
		}
	}
	yes, no := pick(c.Args[1]), pick(c.Args[2])
	out := make([]string, len(conditions))
	for i, cond := range conditions {
		f, isNumber := numberOf(cond)
		switch {
		case cond == "true" || isNumber && f != 0:
			out[i] = yes(i)
		case cond == "false" || isNumber:
			out[i] = no(i)
		default:
			out[i] = "null"
		}
	}
	return writeList(out)
}

func rotate(c *Call, sign int64) Value {
	by, ok := c.number(1)
	if !ok {
		return Null()
	}
	return reordered(c, func(all []string) {
		n := int64(len(all))
		if n == 0 {
			return
		}
		before := slices.Clone(all)
		for i := range n {
			all[i] = before[((i+sign*(by%n))%n+n)%n]
		}
	})
}

func shift(c *Call, sign int64) Value {
	by, ok := c.number(1)
	if !ok {
		return Null()
	}
	fill := "null"
	if c.has(2) {
		fill = c.text(2)
	}
	return reordered(c, func(all []string) {
		n := int64(len(all))
		before := slices.Clone(all)
		by = min(max(by, -n), n)
		for i := range n {
			if from := i + sign*by; from >= 0 && from < n {
				all[i] = before[from]
			} else {
				all[i] = fill
			}
		}
	})
}

func arraySplit(c *Call) Value {
	all, ok := array(c.Args[0])
	if !ok {
		return Null()
	}
	places, ok := array(c.Args[1])
	if !ok {
		places = []string{c.text(1)}
	}
	n := int64(len(all))
	var cuts []int64
	for _, p := range places {
		at, err := strconv.ParseInt(p, 10, 64)
		if err != nil {
			return Null()
		}
		if at < 0 {
			at = max(0, n+at)
		}
		cuts = append(cuts, min(at, n))
	}
	slices.Sort(cuts)
	var out []string
	from := int64(0)
	for _, at := range append(cuts, n) {
		out = append(out, writeList(all[from:at]).Text)
		from = at
	}
	return writeList(out)
}

func arraySlice(c *Call) Value {
	all, ok := array(c.Args[0])
	from, ok1 := c.number(1)
	to, ok2 := c.number(2)
	if !ok || !ok1 || !ok2 {
		return Null()
	}
	n := int64(len(all))
	if from < 0 {
		from = max(0, n+from)
	}
	if to < 0 {
		to += n
	}
	if to = min(to, n-1); from > to {
		return Text("[]")
	}
	return writeList(all[from : to+1])
}

func rangeLong(c *Call) Value {
	from, ok1 := c.number(0)
	to, ok2 := c.number(1)
	step, ok3 := c.number(2)
	if !ok1 || !ok2 || !ok3 || step == 0 {
		return Null()
	}
	out := []string{}
	for n := from; (step > 0 && n <= to || step < 0 && n >= to) && len(out) < MaxEntries; n += step {
		out = append(out, strconv.FormatInt(n, 10))
		if step > 0 && n > math.MaxInt64-step || step < 0 && n < math.MinInt64-step {
			break
		}
	}
	return writeList(out)
}

func rangeReal(c *Call) Value {
	var p [3]float64
	for i := range p {
		f, err := strconv.ParseFloat(c.text(i), 64)
		if err != nil || math.IsNaN(f) || math.IsInf(f, 0) {
			return Null()
		}
		p[i] = f
	}
	if p[2] == 0 {
		return Null()
	}
	out := []string{}
	for f := p[0]; (p[2] > 0 && f <= p[1] || p[2] < 0 && f >= p[1]) && len(out) < MaxEntries; f += p[2] {
		out = append(out, realJSON(f))
	}
	return writeList(out)
}

// realJSON writes a real so that it is read as one again.
func realJSON(f float64) string {
	s := strconv.FormatFloat(f, 'g', -1, 64)
	if !strings.ContainsAny(s, ".eE") {
		s += ".0"
	}
	return s
}

func rangeTicks(c *Call, write func(int64) string) Value {
	from, ok1 := c.number(0)
	to, ok2 := c.number(1)
	step, ok3 := c.number(2)
	if !ok1 || !ok2 || !ok3 || step == 0 {
		return Null()
	}
	out := []string{}
	for n := from; (step > 0 && n <= to || step < 0 && n >= to) && len(out) < MaxEntries; n += step {
		out = append(out, quoted(write(n)))
	}
	return writeList(out)
}

func repeat(c *Call) Value {
	n, ok := c.number(1)
	if !ok {
		return Null()
	}
	v := "null"
	if c.has(0) {
		v = c.text(0)
	}
	return writeList(slices.Repeat([]string{v}, int(min(max(n, 0), MaxEntries))))
}

func zip(c *Call) Value {
	var all [][]string
	most := 0
	for _, v := range c.Args {
		list, ok := array(v)
		if !ok {
			return Null()
		}
		all, most = append(all, list), max(most, len(list))
	}
	out := make([]string, most)
	for i := range out {
		one := make([]string, len(all))
		for j, list := range all {
			one[j] = "null"
			if i < len(list) {
				one[j] = list[i]
			}
		}
		out[i] = writeList(one).Text
	}
	return writeList(out)
}
