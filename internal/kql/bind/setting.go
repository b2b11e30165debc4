package bind

import (
	"weir/internal/kql/syntax"
	"weir/internal/query/rel"
)

// setting obeys what set says.
func (b *binder) setting(a *Answer, s syntax.Setting) {
	at := syntax.At(s.Pos)
	number := func() int64 {
		l, ok := s.Value.(*syntax.Literal)
		if !ok {
			fail(at, "'%s' is set to a number", s.Name)
		}
		n, ok := l.Value.(int64)
		if !ok || n < 0 {
			fail(at, "'%s' is set to a number, 0 or more", s.Name)
		}
		return n
	}
	switch s.Name {
	case "notruncation": // Weir's own bounds hold
	case "truncationmaxrecords":
		a.MaxRows = number()
	case "truncationmaxsize":
		a.MaxBytes = number()
	case "query_take_max_records":
		a.Plan = &rel.Limit{In: a.Plan, N: number()}
	default:
		refuse(at, "'set %s' is not supported by Weir: leave it out", s.Name)
	}
}
