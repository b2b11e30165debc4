package enrich

import (
	"strings"

	"weir/internal/topology"
)

// readable writes a sentence without the numbers of subscriptions: rg/name
// instead of subscription/rg/name or a resource id. The facts beside it have
// the whole names.
func readable(sentence string) string {
	words := strings.Split(sentence, " ")
	for i, word := range words {
		open := len(word) - len(strings.TrimLeft(word, "("))
		bare := strings.TrimRight(word[open:], ".,;:)")
		short := withoutSubscription(bare)
		if strings.HasPrefix(bare, "/subscriptions/") {
			if name := topology.NewID(bare).Short(); name != "" {
				short = name
			}
		}
		words[i] = word[:open] + short + word[open+len(bare):]
	}
	return strings.Join(words, " ")
}

func readableAll(sentences []string) []string {
	for i, s := range sentences {
		sentences[i] = readable(s)
	}
	return sentences
}
