package enrich

import (
	"strings"

	"weir/internal/topology"
)

// Readable writes a text without the numbers of subscriptions: rg/name instead
// of subscription/rg/name or a resource id, of which the rest is the same all
// over an estate, and longer than a line.
func Readable(sentence string) string {
	words := strings.Split(sentence, " ")
	for i, word := range words {
		bare := strings.TrimLeft(word, "(")
		short := withoutSubscription(bare)
		if strings.HasPrefix(bare, "/subscriptions/") {
			if name := topology.NewID(bare).Short(); name != "" {
				short = name
			}
		}
		words[i] = word[:len(word)-len(bare)] + short
	}
	return strings.Join(words, " ")
}

func readableAll(sentences []string) []string {
	for i, s := range sentences {
		sentences[i] = Readable(s)
	}
	return sentences
}
