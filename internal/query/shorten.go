package query

import (
	"context"
	"regexp"
	"slices"
	"strings"
)

// mostAlike is how many values are looked at to see which text means one alone.
const mostAlike = 1000

// shorten finds for each value the shortest text that a filter takes for it and
// for no other, of those that begin as somebody wrote.
func shorten(ctx context.Context, s Asker, f *Field, list []StoredValue, begin string) error {
	for i := range list {
		list[i].Text = list[i].Whole
	}
	switch f.form {
	case ruleName:
		who := regexp.MustCompile("(?i)" + f.form.begin)
		for i, v := range list {
			if rest := who.ReplaceAllString(v.Whole, ""); rest != "" && strings.HasPrefix(strings.ToLower(rest), strings.ToLower(begin)) {
				list[i].Text = rest
			}
		}
		return nil
	case path:
	default:
		return nil
	}
	if len(list) == 0 {
		return nil
	}
	ends := make([]any, len(list))
	for i, v := range list {
		ends[i] = v.Whole[strings.LastIndexByte(v.Whole, '/')+1:]
	}
	alike, err := lookedUp(ctx, s, f, []Test{{Field: f.Name, Values: ends}}, mostAlike)
	if err != nil || len(alike) == mostAlike {
		return err
	}
	parts := 1 + strings.Count(begin, "/")
	for i, v := range list {
		for n := parts; ; n++ {
			text, whole := lastParts(v.Whole, n)
			if whole || text != "" && !slices.ContainsFunc(alike, func(other string) bool { return other != v.Whole && endsWith(other, text) }) {
				list[i].Text = text
				break
			}
		}
	}
	return nil
}

// lastParts returns the last n parts between slashes, and whether these are all.
func lastParts(path string, n int) (end string, all bool) {
	at := len(path)
	for range n {
		if at = strings.LastIndexByte(path[:max(at, 0)], '/'); at < 0 {
			return path, true
		}
	}
	return path[at+1:], false
}

// endsWith tells whether the last parts of a path are an end, in any case.
func endsWith(path, end string) bool {
	before := len(path) - len(end)
	return before == 0 && strings.EqualFold(path, end) || before > 0 && path[before-1] == '/' && strings.EqualFold(path[before:], end)
}
