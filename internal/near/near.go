// Package near finds the name that was most likely meant where there is none like
// the one that was written. It imports nothing of ours.
package near

import "strings"

// Name returns the name that a text was most likely meant to be, in any
// case: of one that was not written to its end that which begins with it; empty
// where all differ in more than a third of its letters and one.
func Name(text string, names []string) string {
	text = strings.ToLower(text)
	best, least := "", 1+len(text)/3
	if len(text) < 4 {
		least = 1 // two letters of three are another word
	}
	for _, name := range names {
		if len(text) > 2 && strings.HasPrefix(strings.ToLower(name), text) && (best == "" || len(name) < len(best)) {
			best = name
		}
	}
	if best != "" {
		return best
	}
	for _, name := range names {
		if d := distance(text, strings.ToLower(name)); d <= least && (best == "" || d < least) {
			best, least = name, d
		}
	}
	return best
}

// distance is how many letters have to be put in, taken out, changed, or
// swapped with the next one, to make one text of the other.
func distance(a, b string) int {
	before, row := make([]int, len(b)+1), make([]int, len(b)+1)
	var earlier []int
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		earlier, before, row = before, row, make([]int, len(b)+1)
		row[0] = i + 1
		for j := range len(b) {
			change := before[j]
			if a[i] != b[j] {
				change++
			}
			row[j+1] = min(change, before[j+1]+1, row[j]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], earlier[j-1]+1)
			}
		}
	}
	return row[len(b)]
}
