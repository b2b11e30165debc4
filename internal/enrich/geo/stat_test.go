package geo
import ("testing"; "math/rand/v2")
func TestStat(t *testing.T) {
	d, _ := Embedded()
	s := NewSet(d)
	r := rand.New(rand.NewPCG(7, 8))
	n := 0
	t.Log(s.table.Stat(func() (uint64, bool) { n++; return 0x2000<<48 | r.Uint64N(0xc10<<48), n < 10000 }))
}
