package scale

import (
	"math"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"weir/internal/flow"
)

func month(rows int64, seed uint64, yield func([]flow.Row)) {
	t := NewTraffic(rows, seed)
	buf := Grown(10_000)
	for {
		buf = t.Delta(buf, 10_000)
		if len(buf) == 0 {
			return
		}
		yield(buf)
	}
}

// The traffic is what the measurements say it is.
func TestTraffic(t *testing.T) {
	const rows = 100_000
	logs, rules := Logs(), Rules()
	var n, denied, both, parts, backwards int
	seen := map[flow.Addr]int{}
	keys := map[flow.Key]bool{}
	captures := map[flow.Key]int{}
	last := int64(0)
	month(rows, 1, func(delta []flow.Row) {
		fresh := map[flow.Key]bool{}
		for i := range delta {
			r := &delta[i]
			n++
			if r.Interval < Start.Unix() || r.Interval >= End.Unix() || r.Interval%600 != 0 || r.First < r.Interval*1000 || r.Last >= (r.Interval+601)*1000 {
				t.Fatalf("row %d is out of its interval or the month: %+v", n, r)
			}
			if int(r.Log) >= len(logs) || int(r.Rule) >= len(rules) {
				t.Fatalf("row %d has log %d, rule %d", n, r.Log, r.Rule)
			}
			if r.Interval < last {
				backwards++
			}
			last = max(last, r.Interval)
			if r.Status == flow.Denied {
				denied++
			}
			seen[r.Initiator]++
			seen[r.Responder]++
			if keys[r.Key] && !fresh[r.Key] {
				parts++
			}
			fresh[r.Key], keys[r.Key] = true, true
			k := r.Key
			k.Log, k.Rule, k.Direction = 0, 0, 0
			if captures[k] |= 1 << r.Direction; captures[k] == 3 {
				both++
			}
		}
	})
	once := 0
	for _, times := range seen {
		if times == 1 {
			once++
		}
	}
	near := func(what string, got, want, by float64) {
		t.Helper()
		t.Logf("%s: %.3f", what, got)
		if math.Abs(got-want) > by {
			t.Errorf("%s: %.3f, want %.3f to %.3f", what, got, want-by, want+by)
		}
	}
	near("rows", float64(n)/rows, 1, 0.01)
	near("denied", float64(denied)/rows, 0.26, 0.02)
	near("conversations that both ends recorded", float64(both)/rows, 0.23, 0.02)
	near("flows in parts", float64(parts)/rows, 0.012, 0.004)
	near("rows that come late", float64(backwards)/rows, 0.012, 0.006)
	near("addresses", float64(len(seen))/rows, 0.31, 0.04)
	near("addresses that are seen once", float64(once)/float64(len(seen)), 0.87, 0.06)
}

func TestTrafficIsTheSameForASeed(t *testing.T) {
	first := func(seed uint64) []flow.Row { return NewTraffic(100_000, seed).Delta(nil, 5_000) }
	if diff := cmp.Diff(first(7), first(7)); diff != "" {
		t.Errorf("the same seed (-first +second):\n%s", diff)
	}
	if cmp.Equal(first(7), first(8)) {
		t.Error("two seeds have the same traffic")
	}
}

func TestRowsAreMadeWithoutAllocation(t *testing.T) {
	tr, buf := NewTraffic(10_000_000, 1), Grown(60_000)
	for range 3 { // the parts that come late have found room
		buf = tr.Delta(buf, 60_000)
	}
	if n := testing.AllocsPerRun(3, func() { buf = tr.Delta(buf, 60_000) }); n > 8 {
		t.Errorf("%v allocations for a delta of %d rows", n, len(buf))
	}
}

// Numbers of addresses outside are addresses outside, and different ones.
func TestAddressesOutside(t *testing.T) {
	for _, kind := range []uint64{services, partners, scanners, visitors, sites} {
		seen := map[flow.Addr]bool{}
		const n = 20_000
		for i := range uint64(n) {
			a := outside(kind + i)
			if ip := a.Netip(); ip.IsPrivate() || !ip.IsGlobalUnicast() {
				t.Fatalf("address %d is %s", kind+i, ip)
			}
			seen[a] = true
		}
		if len(seen) < n*95/100 {
			t.Errorf("%d numbers from %d on are %d addresses", n, kind, len(seen))
		}
	}
}

func TestEstate(t *testing.T) {
	before, after := Inventory(false), Inventory(true)
	if len(before.NICs) != Machines || len(after.NICs) != Machines {
		t.Errorf("%d and %d interfaces, want %d", len(before.NICs), len(after.NICs), Machines)
	}
	macs := map[string]bool{}
	for _, l := range Logs() {
		macs[l.MAC] = true
	}
	for _, nic := range slices.Concat(before.NICs, after.NICs) {
		if !macs[nic.MAC] {
			t.Errorf("%s has no log", nic.ID)
		}
	}
	if len(macs) != Machines+replaced {
		t.Errorf("logs of %d interfaces, want %d", len(macs), Machines+replaced)
	}
}
