package query

import (
	"context"
	"encoding/binary"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"weir/internal/flow"
)

// begins returns what tells whether a text that is stored begins so; an error
// where none can.
func (f *Field) begins(begin string) (func(string) bool, error) {
	switch f.Kind {
	case KindNumber:
		return func(text string) bool { return strings.HasPrefix(text, begin) }, nil
	case KindText:
		if err := CheckText(begin); err != nil {
			return nil, err
		}
		if begin == "" {
			return func(string) bool { return true }, nil
		}
		p, err := regexp.Compile(f.pattern(Test{Op: StartsWith, Values: []any{begin}}))
		if err != nil {
			return nil, err
		}
		return p.MatchString, nil
	}
	return nil, fmt.Errorf("field %s has no values", f.Name)
}

// beginning returns the tests of which a value that begins so passes one.
func (f *Field) beginning(begin string) []Test {
	if f.Kind != KindNumber {
		return []Test{{Field: f.Name, Op: StartsWith, Values: []any{begin}}}
	}
	var tests []Test
	for _, r := range digitRanges(begin, 10, uint64(f.Max)) {
		tests = append(tests, Test{Field: f.Name, Op: Between, Values: []any{int64(r[0]), int64(r[1])}})
	}
	return tests
}

// digitRanges returns the ranges of numbers up to the highest of which the digits
// begin so.
func digitRanges(begin string, base int, highest uint64) (ranges [][2]uint64) {
	first, err := strconv.ParseUint(begin, base, 64)
	switch {
	case begin == "":
		return [][2]uint64{{0, highest}}
	case err != nil || begin != strconv.FormatUint(first, base):
		return nil
	case first == 0:
		return [][2]uint64{{0, 0}}
	}
	for last := first; first <= highest; first, last = first*uint64(base), (last+1)*uint64(base)-1 {
		ranges = append(ranges, [2]uint64{first, min(last, highest)})
	}
	return ranges
}

// ownersOfOne is how many owners an address is taken to have had, each of
// which has a row.
const ownersOfOne = 2

// addressesOf returns addresses that begin as a text, of which there can be
// millions. Each range is a question of its own, as an engine skips what is out of
// one, and the first often have enough.
func addressesOf(ctx context.Context, s Asker, q ValuesQuestion) (list []StoredValue, more bool, err error) {
	begin := strings.ToLower(q.Begin)
	four, six := rangesOf4(begin), rangesOf6(begin)
	for i, r := range append(four, six...) {
		if len(list) > q.Limit {
			break
		}
		b := builder{dialect: s.Dialect()}
		where := b.inRange(r[0], r[1])
		if i >= len(four) { // which does not tell what stands behind ::
			where += format(" AND substring(t.address, 1, %d) = %s", len(begin), b.value(begin))
		}
		b.write("SELECT t.address\nFROM weir.host AS t\nWHERE %s\nORDER BY t.hi, t.lo\nLIMIT %d\n", where, ownersOfOne*(q.Limit+1))
		err := read(ctx, s, b.statement(), func(row []any) error {
			address, _ := row[0].(string)
			if n := len(list); n == 0 || list[n-1].Whole != address {
				list = append(list, StoredValue{Text: address, Whole: address})
			}
			return nil
		})
		if err != nil {
			return nil, false, err
		}
	}
	return list[:min(len(list), q.Limit)], len(list) > q.Limit, nil
}

// rangesOf4 returns the ranges of the IPv4 addresses of which the text begins so.
func rangesOf4(begin string) (ranges [][2]flow.Addr) {
	parts := strings.Split(begin, ".")
	if begin == "" || len(parts) > 4 {
		return nil
	}
	known := uint32(0)
	for _, p := range parts[:len(parts)-1] {
		n, err := strconv.ParseUint(p, 10, 8)
		if err != nil || p != strconv.FormatUint(n, 10) {
			return nil
		}
		known = known<<8 | uint32(n)
	}
	free := 8 * (4 - len(parts))
	for _, r := range digitRanges(parts[len(parts)-1], 10, 255) {
		first, last := (known<<8|uint32(r[0]))<<free, (known<<8|uint32(r[1]))<<free|(1<<free-1)
		ranges = append(ranges, [2]flow.Addr{flow.AddrFrom4(first), flow.AddrFrom4(last)})
	}
	return ranges
}

// rangesOf6 returns the ranges that IPv6 addresses are in of which the text
// begins so, as far as what stands before :: tells.
func rangesOf6(begin string) (ranges [][2]flow.Addr) {
	if begin == "" || strings.Trim(begin, "0123456789abcdef:") != "" {
		return nil
	}
	known, _, skips := strings.Cut(begin, "::")
	groups := strings.Split(known, ":")
	part := groups[len(groups)-1]
	groups = groups[:len(groups)-1]
	if skips {
		if part != "" {
			groups = append(groups, part)
		}
		part = ""
	}
	if len(groups) > 7 {
		return nil
	}
	var first [16]byte
	for i, g := range groups {
		n, err := strconv.ParseUint(g, 16, 16)
		if err != nil {
			return nil
		}
		binary.BigEndian.PutUint16(first[2*i:], uint16(n))
	}
	for _, r := range digitRanges(part, 16, 1<<16-1) {
		last := first
		binary.BigEndian.PutUint16(first[2*len(groups):], uint16(r[0]))
		binary.BigEndian.PutUint16(last[2*len(groups):], uint16(r[1]))
		for i := 2*len(groups) + 2; i < len(last); i++ {
			last[i] = 0xff
		}
		ranges = append(ranges, [2]flow.Addr{flow.AddrFrom16(first), flow.AddrFrom16(last)})
	}
	return ranges
}
