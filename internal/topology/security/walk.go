package security

// mostParts bounds how often the flows of a rule are divided. Each rule that
// cuts through what is left may divide it by every dimension.
const mostParts = 20_000

// walk divides flows by the rules that decide them.
type walk struct {
	rules []compiled
	parts int
	over  bool // there were too many parts, and not all were visited
}

// each visits the parts of a box with the number of the rule that decides each;
// -1: none does. It ends where visit returns false.
func (w *walk) each(b box, visit func(part *box, rule int) bool) bool {
	return w.from(b, 0, visit)
}

func (w *walk) from(b box, first int, visit func(*box, int) bool) bool {
	for i := first; i < len(w.rules); i++ {
		both, ok := b.and(&w.rules[i].box)
		if !ok {
			continue
		}
		if w.parts++; w.parts > mostParts {
			w.over = true
			return false
		}
		if !visit(&both, i) {
			return false
		}
		for d := range b {
			part := b
			if part[d] = b[d].minus(both[d]); len(part[d]) > 0 && !w.from(part, i+1, visit) {
				return false
			}
			b[d] = both[d]
		}
		return true
	}
	return visit(&b, -1)
}
