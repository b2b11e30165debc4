package threat

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"slices"

	"weir/internal/enrich/ranges"
)

// The file of a history is JSON, one object a line: a head, then the entries,
// those that are listed first.

type historyHead struct {
	Version int     `json:"version"`
	First   seconds `json:"first"`
	Last    seconds `json:"last"`
	Reads   int     `json:"reads"`
	Current int     `json:"current"`
	Past    int     `json:"past"`
}

type historyLine struct {
	Prefix     string  `json:"p"`
	Name       string  `json:"c"`
	Confidence uint8   `json:"n"`
	Seen       seconds `json:"s"`
	Before     bool    `json:"b,omitempty"`
	LastSeen   seconds `json:"l,omitempty"` // of past entries
	Gone       seconds `json:"g,omitempty"`
	From       seconds `json:"f,omitempty"`
	Until      seconds `json:"u,omitempty"`
	Text       string  `json:"t,omitempty"`
	Detail     string  `json:"d,omitempty"`
}

// Write writes the history so that ReadHistory reads it back.
func (h *History) Write(w io.Writer) error {
	out := bufio.NewWriter(w)
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	err := enc.Encode(historyHead{1, h.first, h.last, h.reads, len(h.current), len(h.past)})
	for _, list := range [][]entry{h.current, h.past} {
		for i := range list {
			e := &list[i]
			line := historyLine{
				Prefix: textOf(e.prefix()), Name: e.category.String(), Confidence: e.confidence, Seen: e.seen, Before: e.before,
				LastSeen: e.lastSeen, Gone: e.gone, From: e.from, Until: e.until, Text: e.text, Detail: e.detail,
			}
			if err == nil {
				err = enc.Encode(line)
			}
		}
	}
	if err = errors.Join(err, out.Flush()); err != nil {
		return fmt.Errorf("cannot write the history of a threat feed: %w", err)
	}
	return nil
}

// ReadHistory reads what Write wrote. A file that is cut off or damaged is an
// error.
func ReadHistory(r io.Reader) (*History, error) {
	fail := func(line int, err error) (*History, error) {
		return nil, fmt.Errorf("cannot read the history of a threat feed: line %d: %w", line, err)
	}
	dec := json.NewDecoder(bufio.NewReaderSize(r, 1<<16))
	var head historyHead
	if err := dec.Decode(&head); err != nil {
		return fail(1, err)
	}
	if head.Version != 1 || head.Current < 0 || head.Past < 0 {
		return fail(1, fmt.Errorf("version %d is not known", head.Version))
	}
	h := &History{first: head.First, last: head.Last, reads: head.Reads}
	names := map[string]Category{}
	for _, c := range Categories() {
		names[c.String()] = c
	}
	for n := range head.Current + head.Past {
		var line historyLine
		if err := dec.Decode(&line); err != nil {
			return fail(n+2, err)
		}
		p, err := parsePrefix(line.Prefix)
		if err != nil {
			return fail(n+2, err)
		}
		first, _ := ranges.Addrs(p)
		e := entry{
			first: first, bits: uint8(p.Bits()), from: line.From, until: line.Until, seen: line.Seen, lastSeen: line.LastSeen, gone: line.Gone,
			text: line.Text, detail: line.Detail, category: names[line.Name], confidence: line.Confidence, before: line.Before,
		}
		if p != ranges.Clean(p) || !e.valid() || (n >= head.Current) != (e.gone != 0) {
			return fail(n+2, fmt.Errorf("%q is no entry", line.Prefix))
		}
		if n < head.Current {
			h.current = append(h.current, e)
		} else {
			h.past = append(h.past, e)
		}
	}
	if !slices.IsSortedFunc(h.current, byKey) {
		return fail(1, errors.New("the entries are out of order"))
	}
	return h, nil
}

func parsePrefix(s string) (netip.Prefix, error) {
	if p, err := netip.ParsePrefix(s); err == nil {
		return p, nil
	}
	a, err := netip.ParseAddr(s)
	if err != nil {
		return netip.Prefix{}, errNoAddress
	}
	return netip.PrefixFrom(a, a.BitLen()), nil
}
