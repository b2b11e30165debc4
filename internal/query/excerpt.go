package query

import (
	"context"
	"time"

	"weir/internal/store"
)

// mostExcerpt is how many facts an excerpt has at most: 150 MB.
const mostExcerpt = 1_000_000

// excerpt is a store whose questions read a copy of some of its facts.
type excerpt struct {
	store.Store
	facts store.Excerpt
}

// Excerpt copies the flows of a range that hold one of some conditions, which
// exclude each other. It is for a caller with many questions about few of the
// flows, each within that range and about such flows alone: it puts them to the
// store that this returns, one at a time, and each reads the copy alone. Where
// the flows are too many that is s.
func Excerpt(ctx context.Context, s store.Store, from, to time.Time, conditions ...Condition) (_ store.Store, done func() error, err error) {
	b := builder{dialect: s.Dialect()}
	for i, where := range conditions {
		b.q = Question{From: from, To: to, Where: where, Measures: []Measure{{Name: "flows"}}}
		if err := b.q.check(); err != nil {
			return nil, nil, err
		}
		if i > 0 {
			b.write("UNION ALL\n")
		}
		b.write("SELECT f.* FROM ")
		b.read(part{relation: stored, times: []stretch{{from, to}}}, nil, "")
	}
	facts, err := s.Excerpt(ctx, mostExcerpt, b.sql.String(), b.args...)
	if err != nil {
		return nil, nil, err
	}
	if facts == nil {
		return s, func() error { return nil }, nil
	}
	return excerpt{s, facts}, facts.Close, nil
}

// Query puts a question to the copy.
func (e excerpt) Query(ctx context.Context, query string, args ...any) (store.Rows, error) {
	return e.facts.Query(ctx, query, args...)
}

// Periods returns none: roll-ups are not of the copy.
func (e excerpt) Periods(context.Context, time.Time, time.Time) ([]store.Period, error) {
	return nil, nil
}

// Dialect returns that of the store, with the relations of the copy.
func (e excerpt) Dialect() store.Dialect { return excerptDialect{e.Store.Dialect()} }

// excerptDialect writes questions that read an excerpt.
type excerptDialect struct{ store.Dialect }

// from is what a relation of facts is called where the question is put.
func (b *builder) from(r relation) relation {
	if _, ok := b.dialect.(excerptDialect); !ok {
		return r
	}
	switch r {
	case counted:
		return "excerpt_counted"
	case captured:
		return "excerpt_captured"
	}
	return r
}
