package duckdb

import (
	"context"
	"fmt"
	"time"

	duck "github.com/duckdb/duckdb-go-bindings"

	"weir/internal/flow"
	"weir/internal/store"
)

// arrange puts the rows of a delta in the order in which they are stored.
func (w *writer) arrange(d *store.Delta, interval int64) error {
	w.items = nil
	w.order.intervals = w.order.intervals[:0]
	rows := d.Rows
	if len(rows) == 0 {
		return nil
	}
	for i := range rows {
		r := &rows[i]
		if int(r.Rule) >= len(w.ruleIDs) || int(r.Log) >= len(w.logIDs) {
			return fmt.Errorf("row %d refers to rule %d of %d and log %d of %d", i, r.Rule, len(w.ruleIDs), r.Log, len(w.logIDs))
		}
	}
	w.items = w.order.of(rows, len(w.ruleIDs), len(w.logIDs))
	for _, start := range w.order.intervals {
		if start%interval != 0 {
			return fmt.Errorf("a row begins at %s, which is not the start of an interval of %ds: it was reduced to another width",
				time.Unix(start, 0).UTC().Format(time.RFC3339), interval)
		}
	}
	return nil
}

// addFacts stores the reduced flows and collects what they refer to.
func (w *writer) addFacts(ctx context.Context, d *store.Delta) error {
	w.newParties.reset()
	w.parties = w.parties[:0]
	w.newHosts.reset()
	w.hosts = w.hosts[:0]
	w.newEndpoints.reset()
	w.newOwn.reset()
	w.own = w.own[:0]
	rows, items := d.Rows, w.items
	if len(items) == 0 {
		return nil
	}
	return w.feed.insert(ctx, w.conn, "INSERT INTO weir.fact SELECT * FROM %FEED%", factTypes, len(items), func(c *chunk) (int, error) {
		n := min(chunkRows, len(items))
		w.writeFacts(c, rows, items[:n])
		w.findOwn(d, items[:n])
		items = items[n:]
		return n, nil
	})
}

// writeFacts writes at most chunkRows facts.
func (w *writer) writeFacts(c *chunk, rows []flow.Row, items []orderItem) {
	var (
		start      = column[int64](c, 0)
		initiator  = column[uint64](c, 1)
		responder  = column[uint64](c, 2)
		fromWhat   = column[uint64](c, 3)
		toWhat     = column[uint64](c, 4)
		port       = column[uint16](c, 5)
		protocol   = column[uint8](c, 6)
		direction  = column[uint8](c, 7)
		status     = column[uint8](c, 8)
		flowType   = column[uint8](c, 9)
		encryption = column[uint8](c, 10)
		rule       = column[uint64](c, 11)
		log        = column[uint64](c, 12)
		started    = column[int64](c, 13)
		ended      = column[int64](c, 14)
		packetsFwd = column[int64](c, 15)
		bytesFwd   = column[int64](c, 16)
		packetsBck = column[int64](c, 17)
		bytesBck   = column[int64](c, 18)
		records    = column[int64](c, 19)
		first      = column[int64](c, 20)
		last       = column[int64](c, 21)
		marks      = column[uint8](c, 22)
	)
	for i, item := range items {
		r := &rows[item.row]
		i &= chunkRows - 1 // shows the compiler that every index is in range
		scope := w.scopes[r.Log]
		w.from[i] = store.PartyID(r.Initiator, scope)
		w.to[i] = store.PartyID(r.Responder, scope)
		start[i] = micros(r.Interval * 1000)
		initiator[i] = hostOf(r.From, w.from[i])
		responder[i] = hostOf(r.To, w.to[i])
		fromWhat[i] = r.From.Endpoint
		toWhat[i] = r.To.Endpoint
		port[i] = r.Port
		protocol[i] = r.Protocol
		direction[i] = uint8(r.Direction)
		status[i] = uint8(r.Status)
		flowType[i] = uint8(r.Type)
		encryption[i] = uint8(r.Encryption)
		rule[i] = w.ruleIDs[r.Rule]
		log[i] = w.logIDs[r.Log]
		started[i] = clamp(r.Started)
		ended[i] = clamp(r.Ended)
		packetsFwd[i] = clamp(r.PacketsFwd)
		bytesFwd[i] = clamp(r.BytesFwd)
		packetsBck[i] = clamp(r.PacketsBack)
		bytesBck[i] = clamp(r.BytesBack)
		records[i] = clamp(r.Records)
		first[i] = micros(r.First)
		last[i] = micros(r.Last)
		marks[i] = uint8(r.Marks)
	}
	// In loops of their own the look-ups wait for memory together, not one
	// after the other.
	for _, side := range [2]struct {
		party, host, endpoint *[chunkRows]uint64
		address               func(*flow.Row) flow.Addr
	}{
		{&w.from, initiator, fromWhat, func(r *flow.Row) flow.Addr { return r.Initiator }},
		{&w.to, responder, toWhat, func(r *flow.Row) flow.Addr { return r.Responder }},
	} {
		for i, id := range side.party[:len(items)] {
			if !w.known.has(id) && w.newParties.add(id) {
				r := &rows[items[i].row]
				w.parties = append(w.parties, party{side.address(r), r.Log})
			}
		}
		for i, id := range side.host[:len(items)] {
			if !w.known.has(hostKey(id)) && w.newHosts.add(id) {
				w.hosts = append(w.hosts, side.address(&rows[items[i].row]))
			}
		}
		for _, id := range side.endpoint[:len(items)] {
			if id != 0 && !w.known.has(id) {
				w.newEndpoints.add(id)
			}
		}
	}
}

// hostOf returns the host of a side: the party where it was not looked at.
func hostOf(i flow.Identity, party uint64) uint64 {
	if i.Host == 0 {
		return party
	}
	return i.Host
}

// hostKey is under what a host is remembered as stored: the id of one that was
// not looked at is that of its party too.
func hostKey(id uint64) uint64 { return ^id }

// addHosts stores the addresses of hosts that were collected.
func (w *writer) addHosts(ctx context.Context) error {
	if len(w.hosts) == 0 {
		return nil
	}
	var text [64]byte
	err := w.feed.insert(ctx, w.conn, insertUnknown("host"), hostTypes, len(w.hosts), each(len(w.hosts), func(c *chunk, row, i int) {
		column[uint64](c, 0)[row] = w.newHosts.ids[i]
		c.bytes(1, row, w.hosts[i].AppendTo(text[:0]))
		column[uint64](c, 2)[row] = w.hosts[i].Hi
		column[uint64](c, 3)[row] = w.hosts[i].Lo
	}))
	for _, id := range w.newHosts.ids {
		w.known.add(hostKey(id))
	}
	return err
}

// addIntervals stores which intervals have facts, by their starts in seconds.
func (w *writer) addIntervals(ctx context.Context, starts []int64) error {
	if len(starts) == 0 {
		return nil
	}
	return w.feed.insert(ctx, w.conn, "INSERT INTO weir.interval SELECT c0 FROM %FEED% WHERE c0 NOT IN (SELECT start FROM weir.interval)",
		[]duck.Type{ts}, len(starts), each(len(starts), func(c *chunk, row, i int) { column[int64](c, 0)[row] = micros(starts[i] * 1000) }))
}

// findOwn collects at whose own NIC the facts of a chunk were captured, on which
// day: the NIC of a row is the initiator's or the responder's by its direction,
// unless it is a hop between them.
func (w *writer) findOwn(d *store.Delta, items []orderItem) {
	for i, item := range items {
		r := &d.Rows[item.row]
		o := own{host: hostOf(r.To, w.to[i&(chunkRows-1)]), log: r.Log, day: r.Interval - r.Interval%daySeconds}
		if r.Direction == flow.Outbound {
			o.host = hostOf(r.From, w.from[i&(chunkRows-1)])
		}
		key := o.host ^ w.nicIDs[r.Log] ^ uint64(o.day)*ownMix
		if !w.knownOwn.has(key) && r.Marks&flow.AtHop == 0 && d.Logs[r.Log].MAC != "" && w.newOwn.add(key) {
			w.own = append(w.own, o)
		}
	}
}

const (
	daySeconds = 24 * 60 * 60
	ownMix     = 0x9e3779b97f4a7c15 // odd, so that no two days are one
)

// addOwn stores them, each once: hosts, NICs and days come in any order and
// any number of times.
func (w *writer) addOwn(ctx context.Context, logs []flow.Log) error {
	if len(w.own) == 0 {
		return nil
	}
	err := w.feed.insert(ctx, w.conn, insertOwn, ownTypes, len(w.own), each(len(w.own), func(c *chunk, row, i int) {
		column[uint64](c, 0)[row] = w.own[i].host
		c.text(1, row, logs[w.own[i].log].MAC)
		column[int64](c, 2)[row] = micros(w.own[i].day * 1000)
	}))
	for _, key := range w.newOwn.ids {
		w.knownOwn.add(key)
	}
	return err
}

const insertOwn = `INSERT INTO weir.own SELECT * FROM %FEED% f
WHERE NOT EXISTS (SELECT 1 FROM weir.own t WHERE t.host = f.c0 AND t.mac = f.c1 AND t.day = f.c2)`
