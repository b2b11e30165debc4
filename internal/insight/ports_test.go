package insight

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"weir/internal/flow"
	"weir/internal/query/querytest"
	"weir/internal/store"
)

func TestPortKey(t *testing.T) {
	f := func(port, protocol int64, want PortKey) {
		t.Helper()
		if got := portKey(port, protocol); got != want {
			t.Errorf("portKey(%d, %d) = %+v, want %+v", port, protocol, got, want)
		}
	}
	f(443, 6, PortKey{443, 443, "TCP", ""})
	f(53, 17, PortKey{53, 53, "UDP", ""})
	f(0, 1, PortKey{0, 0, "ICMP", ""})
	f(60000, 200, PortKey{60000, 60000, "200", ""})
	f(1<<16, 6, PortKey{49152, 65535, "TCP", ""})
}

// Ephemeral ports are one row, but for those that have a name; names are those
// of the store.
func TestEphemeralPortsAreFolded(t *testing.T) {
	ctx := context.Background()
	s := querytest.Open(t)
	at := time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC)
	err := s.Learn(ctx, store.Learning{Applications: []store.Application{{Port: 443, Protocol: 6, Name: "https"}, {Port: 50000, Protocol: 6, Name: "games"}}})
	if err != nil {
		t.Fatal(err)
	}
	var flows []querytest.Flow
	for i, port := range []uint16{443, 443, 49151, 49152, 50000, 50001, 65535} {
		flows = append(flows, querytest.Flow{
			Interval: at, Initiator: "10.0.0.4", Responder: "10.0.0.5", Port: port, Protocol: 6, Direction: flow.Outbound,
			Counters: flow.Counters{Started: uint64(i + 1)},
		})
	}
	querytest.Commit(t, s, "a", flows...)
	q := Question{From: at, To: at.Add(time.Hour)}
	ports, err := Ports(ctx, s, q)
	if err != nil {
		t.Fatal(err)
	}
	type row struct {
		PortKey
		Flows int64
	}
	var got []row
	for _, p := range ports.Rows {
		got = append(got, row{p.PortKey, p.Total.Flows})
	}
	want := []row{
		{PortKey{49152, 65535, "TCP", ""}, 4 + 6 + 7},
		{PortKey{50000, 50000, "TCP", "games"}, 5},
		{PortKey{443, 443, "TCP", "https"}, 3},
		{PortKey{49151, 49151, "TCP", ""}, 3},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("ports (-want +got):\n%s", diff)
	}
	conversations, err := Conversations(ctx, s, q)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]PortKey{want[0].PortKey, want[1].PortKey, want[2].PortKey}, conversations.Rows[0].Ports); diff != "" {
		t.Errorf("ports of the conversation (-want +got):\n%s", diff)
	}
}
