// Package querytest makes small real stores for the tests of the rooms that
// ask questions.
package querytest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"weir/internal/flow"
	"weir/internal/store"
	"weir/internal/store/duckdb"
)

// Flow is a reduced flow written out.
type Flow struct {
	Interval             time.Time
	Initiator, Responder string
	Port                 uint16
	Protocol             uint8
	Direction            flow.Direction
	Status               flow.Status
	Encryption           flow.Encryption
	Type                 flow.Type
	Rule                 flow.Rule
	Log                  flow.Log
	flow.Counters
}

// Open returns an empty store in a temporary folder, with intervals of ten minutes.
func Open(t testing.TB) store.Store { return OpenKeeping(t, 0) }

// OpenKeeping returns such a store whose roll-ups keep so few subjects.
func OpenKeeping(t testing.TB, keep int) store.Store {
	t.Helper()
	s, err := duckdb.Open(context.Background(), t.TempDir(), duckdb.Options{Interval: 10 * time.Minute, Command: "test", RollUpKeeps: keep})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// Commit writes the flows in one transaction, as read from one object of the given name.
func Commit(t testing.TB, s store.Store, object string, flows ...Flow) {
	t.Helper()
	if err := s.Commit(context.Background(), Delta(object, flows...)); err != nil {
		t.Fatal(err)
	}
}

// Delta returns what Commit writes.
func Delta(object string, flows ...Flow) *store.Delta {
	d := &store.Delta{Endpoint: endpoint, Attribute: attribute}
	rules, logs := map[flow.Rule]uint32{}, map[flow.Log]uint32{}
	o := store.Object{
		Name: object, Family: "vnet", State: store.ObjectComplete, ReadAt: time.Now().UTC().Truncate(time.Millisecond),
		Rows: int64(len(flows)), Size: 1000, Offset: 1000,
	}
	for _, f := range flows {
		rule, ok := rules[f.Rule]
		if !ok {
			rule = uint32(len(d.Rules))
			rules[f.Rule] = rule
			d.Rules = append(d.Rules, f.Rule)
		}
		log, ok := logs[f.Log]
		if !ok {
			log = uint32(len(d.Logs))
			logs[f.Log] = log
			d.Logs = append(d.Logs, f.Log)
		}
		c := f.Counters
		if c.First == 0 {
			c.First = f.Interval.UnixMilli()
		}
		if c.Last == 0 {
			c.Last = c.First
		}
		if c.Records == 0 {
			c.Records = 1
		}
		d.Rows = append(d.Rows, flow.Row{
			Key: flow.Key{
				Initiator: flow.MustParseAddr(f.Initiator), Responder: flow.MustParseAddr(f.Responder),
				Interval: f.Interval.Unix(), Rule: rule, Log: log, Port: f.Port, Protocol: f.Protocol,
				Direction: f.Direction, Status: f.Status, Encryption: f.Encryption,
			},
			Counters: c, Type: f.Type,
			From: host(f.Initiator), To: host(f.Responder),
		})
		o.Tuples += int64(c.Records)
		o.Records = 1
		if o.FirstTuple == 0 || c.First < o.FirstTuple {
			o.FirstTuple = c.First
		}
		o.LastTuple = max(o.LastTuple, c.Last)
	}
	d.Objects = []store.Object{o}
	return d
}

// host is what an address is, wherever it was seen from.
func host(address string) flow.Identity {
	id := flow.Identity{Host: HostID(address)}
	if Endpoint(address) != nil {
		id.Endpoint = endpointID(address)
	}
	return id
}

// HostID is the identity that an address has in what Delta returns.
func HostID(address string) uint64 { return store.PartyID(flow.MustParseAddr(address), 0) }

// Random returns n flows of a small estate in the day from start: few
// addresses, so that keys repeat, each seen from several logs, so that one
// address is several parties.
func Random(seed uint64, n int, start time.Time) []Flow {
	r := rand.New(rand.NewPCG(seed, 1))
	kinds := rand.New(rand.NewPCG(seed, 2))
	address := func() string {
		switch r.IntN(4) {
		case 0:
			return fmt.Sprintf("203.0.113.%d", r.IntN(20))
		case 1:
			return fmt.Sprintf("2001:db8::%x", 1+r.IntN(10))
		default:
			return fmt.Sprintf("10.0.%d.%d", r.IntN(2), 4+r.IntN(8))
		}
	}
	flows := make([]Flow, n)
	for i := range flows {
		f := Flow{
			Interval:  start.Add(time.Duration(r.IntN(144)) * 10 * time.Minute),
			Initiator: address(), Responder: address(),
			Port:      []uint16{22, 53, 80, 443, 1433, 8080, uint16(r.IntN(65536))}[r.IntN(7)],
			Protocol:  []uint8{6, 6, 6, 17, 1}[r.IntN(5)],
			Direction: flow.Direction(r.IntN(2)),
			Log:       flow.Log{Family: flow.VNet, MAC: fmt.Sprintf("00224871C2%02X", r.IntN(3)), Target: fmt.Sprintf("/subscriptions/s/vnet-%d", r.IntN(3))},
			Rule:      flow.Rule{ACL: fmt.Sprintf("/subscriptions/s/nsg-%d", r.IntN(2)), Name: fmt.Sprintf("rule-%d", r.IntN(4))},
		}
		f.First = f.Interval.Add(time.Duration(r.IntN(600)) * time.Second).UnixMilli()
		f.Last = f.First
		f.Records = uint64(1 + r.IntN(10))
		if r.IntN(4) == 0 {
			f.Status, f.Started = flow.Denied, uint64(1+r.IntN(5))
		} else {
			f.Started, f.Ended = uint64(r.IntN(5)), uint64(r.IntN(5))
			f.PacketsFwd, f.PacketsBack = uint64(r.IntN(100)), uint64(r.IntN(100))
			f.BytesFwd, f.BytesBack = f.PacketsFwd*uint64(60+r.IntN(1400)), f.PacketsBack*uint64(60+r.IntN(1400))
		}
		f.Type, f.Encryption = flow.Type(kinds.IntN(9)), flow.Encryption(kinds.IntN(3))
		flows[i] = f
	}
	return flows
}

// Settle says of all intervals that every conversation counts once in them.
func Settle(t testing.TB, s store.Store) {
	t.Helper()
	list, err := s.Unsettled(context.Background())
	if err == nil {
		err = s.Recount(context.Background(), nil, list)
	}
	if err != nil {
		t.Fatal(err)
	}
}
