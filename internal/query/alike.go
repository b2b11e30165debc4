package query

import (
	"slices"
	"time"
)

// alikeFrom is the range from which on facts are grouped by what ends were, and not
// by each thing apart that they were: over 30 days of 10 million facts two ends by
// their networks took a fifth of the time. To find what is alike takes some
// milliseconds for tens of thousands of endpoints, which short ranges do not earn.
const alikeFrom = 6 * time.Hour

// alike returns, for each column of the facts that holds an endpoint of which
// properties alone are asked, these properties: endpoints that have them in common
// are grouped as the first of them. Of one end alone there are so few that looking
// it up for each row takes longer, and where hosts are told apart as well there is
// nothing to gain, since a host is mostly one thing.
func (b *builder) alike() map[string][]Dimension {
	named := b.named()
	long := b.q.From.IsZero() || b.q.To.IsZero() || b.q.To.Sub(b.q.From) >= alikeFrom
	if _, can := b.dialect.FirstAlike(); !can || !long || slices.ContainsFunc(named, func(d Dimension) bool { return columns[d].many }) {
		return nil
	}
	alike := map[string][]Dimension{}
	for _, l := range b.layers() {
		itself := slices.ContainsFunc(named, func(d Dimension) bool { return columns[d].fact == l.fact && columns[d].table == "" })
		if l.table == "weir.endpoint" && !itself {
			alike[l.fact] = l.values
		}
	}
	if len(alike) < 2 {
		return nil
	}
	return alike
}

// join adds the first of those that are alike to each row.
func (b *builder) join(alike map[string][]Dimension) {
	for _, l := range b.layers() { // in their order
		values := alike[l.fact]
		if values == nil || l.table != "weir.endpoint" {
			continue
		}
		same := make([]string, len(values))
		for i, d := range values {
			same[i] = columns[d].value(b.dialect)
		}
		first, _ := b.dialect.FirstAlike(same...)
		b.write("    JOIN (SELECT t.id, %s AS first FROM weir.endpoint AS t) AS like_%[2]s ON like_%[2]s.id = f.%[2]s\n", first, l.fact)
	}
}
