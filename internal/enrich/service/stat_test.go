package service
import ("testing"; "math/rand/v2"; "weir/internal/enrich/ranges")
func TestStat(t *testing.T) {
	s := real376(t)
	r := rand.New(rand.NewPCG(7, 8))
	n := 0
	t.Log(s.table.Stat(func() (uint64, bool) { for { p := s.nest.Prefix(int32(r.IntN(s.nest.Len()))); if p.Addr().Is6() { n++; f,_ := ranges.Addrs(p); return f.Hi, n < 10000 } } }))
}
