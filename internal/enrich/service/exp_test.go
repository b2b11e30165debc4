package service
import ("testing"; "math/rand/v2"; "math/bits"; "weir/internal/enrich/ranges"; "weir/internal/flow")
func BenchmarkExp(b *testing.B) {
	s := real376(b)
	var keys []flow.Addr
	var vals []uint32
	for r := range s.table.All() {
		if r.First.Is4() { continue }
		keys = append(keys, r.First); vals = append(vals, r.Value)
		l := r.Last; l.Lo++; if l.Lo == 0 { l.Hi++ }
		keys = append(keys, l); vals = append(vals, 0)
	}
	r := rand.New(rand.NewPCG(7, 8))
	six := make([]flow.Addr, 1<<14)
	for i := range six {
		for { p := s.nest.Prefix(int32(r.IntN(s.nest.Len()))); if p.Addr().Is6() { six[i],_ = ranges.Addrs(p); break } }
	}
	n := 1 << bits.Len(uint(len(keys)))
	for len(keys) < n { keys = append(keys, flow.Addr{Hi: 1<<64-1, Lo: 1<<64-1}); vals = append(vals, 0) }
	b.Run("flat", func(b *testing.B) {
		i := 0
		var sum uint32
		for b.Loop() {
			a := six[i&(1<<14-1)]
			at := 0
			for half := n>>1; half > 0; half >>= 1 {
				k := &keys[at+half-1]
				_, c := bits.Sub64(a.Lo, k.Lo, 0)
				_, c = bits.Sub64(a.Hi, k.Hi, c)
				at += half & (int(c)-1)
			}
			sum += vals[at]
			i++
		}
		_ = sum
		b.ReportMetric(float64(b.N)/1e6/b.Elapsed().Seconds(), "Mlookups/s")
	})
	b.Run("now", func(b *testing.B) {
		i := 0
		var sum uint32
		for b.Loop() { sum += s.Find(six[i&(1<<14-1)]); i++ }
		b.ReportMetric(float64(b.N)/1e6/b.Elapsed().Seconds(), "Mlookups/s")
	})
	b.Run("now one", func(b *testing.B) {
		i := 0
		var sum uint32
		for b.Loop() { sum += s.Find(six[i&(15)]); i++ }
		b.ReportMetric(float64(b.N)/1e6/b.Elapsed().Seconds(), "Mlookups/s")
	})
}
