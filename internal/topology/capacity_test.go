package topology

import "testing"

func TestCapacity(t *testing.T) {
	f := func(g Gateway, bps int64, tunnels int) {
		t.Helper()
		if c, ok := g.Capacity(); c.BPS != bps || c.Tunnels != tunnels || ok != (bps > 0) {
			t.Errorf("Capacity of %s %s = %+v, %v, want %d bit/s and %d tunnels", g.SKU, g.Generation, c, ok, bps, tunnels)
		}
	}
	f(Gateway{SKU: "VpnGw1AZ", Generation: "Generation1"}, 650_000_000, 30)
	f(Gateway{SKU: "vpngw2"}, 1_000_000_000, 30)
	f(Gateway{SKU: "VpnGw2", Generation: "Generation2"}, 1_250_000_000, 30)
	f(Gateway{SKU: "VpnGw5AZ", Generation: "None"}, 10_000_000_000, 100)
	f(Gateway{SKU: "ErGw1AZ", Type: "ExpressRoute"}, 1_000_000_000, 0)
	f(Gateway{SKU: "UltraPerformance", Type: "ExpressRoute"}, 10_000_000_000, 0)
	f(Gateway{SKU: "ErGwScale", Type: "ExpressRoute"}, 0, 0) // by units that the inventory does not say
	f(Gateway{SKU: "VpnGw9"}, 0, 0)

	fits := func(g Gateway, bps int64, want string) {
		t.Helper()
		if got := g.Fitting(bps); got != want {
			t.Errorf("%s for %d bit/s: %q, want %q", g.SKU, bps, got, want)
		}
	}
	fits(Gateway{SKU: "VpnGw1AZ"}, 520_000_000, "VpnGw1AZ")
	fits(Gateway{SKU: "VpnGw1AZ"}, 598_000_000, "VpnGw2AZ")
	fits(Gateway{SKU: "VpnGw3"}, 0, "VpnGw1")
	fits(Gateway{SKU: "VpnGw3", Generation: "Generation2"}, 9_000_000_000, "")
	fits(Gateway{SKU: "HighPerformance", Type: "ExpressRoute"}, 1_900_000_000, "ErGw3AZ")
}
