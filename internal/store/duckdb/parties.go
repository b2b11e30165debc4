package duckdb

import (
	"context"

	duck "github.com/duckdb/duckdb-go-bindings"

	"weir/internal/enrich"
	"weir/internal/flow"
	"weir/internal/store"
	"weir/internal/topology"
)

// The columns of the tables, in their order.
var (
	partyTypes    = []duck.Type{u64, txt, u64, u64, u64, u64}
	tenureTypes   = []duck.Type{u64, ts, ts, u64, u64}
	endpointTypes = []duck.Type{
		u64, u8, txt, txt, txt, txt, txt, txt, txt, txt, txt, txt, txt, yn, txt, txt, txt, txt, txt, txt, txt, txt, txt, txt, txt,
		txt, txt, txt, txt, txt, yn, txt, u32, txt, txt, txt, txt, txt,
	}
	verdictTypes = []duck.Type{txt, ts, ts, txt, u8, txt, txt, txt, ts, ts}
)

// learned collects what attributions have besides a row for each party.
type learned struct {
	known     *knownIDs
	newIDs    newIDs
	endpoints []*enrich.Endpoint // beside newIDs.ids
	tenures   []tenure
	verdicts  []verdict
	judged    map[flow.Addr]bool // addresses of verdicts
}

type tenure struct {
	party uint64
	*enrich.Tenure
}

type verdict struct {
	address flow.Addr
	*enrich.Verdict
}

func (l *learned) reset() {
	l.newIDs.reset()
	clear(l.endpoints)
	clear(l.tenures)
	clear(l.verdicts)
	clear(l.judged)
	l.endpoints, l.tenures, l.verdicts = l.endpoints[:0], l.tenures[:0], l.verdicts[:0]
}

// add takes what a party was, and returns what it was last.
func (l *learned) add(party uint64, address flow.Addr, a *enrich.Attribution) (endpoint, host uint64) {
	for i := range a.Tenures {
		t := &a.Tenures[i]
		if !l.known.has(t.EndpointID) && l.newIDs.add(t.EndpointID) {
			l.endpoints = append(l.endpoints, t.Endpoint)
		}
		if len(a.Tenures) > 1 {
			l.tenures = append(l.tenures, tenure{party, t})
		}
		endpoint, host = t.EndpointID, t.Host
	}
	// An address is a party in several scopes, but its verdicts are its own.
	if len(a.Verdicts) > 0 && !l.judged[address] {
		if l.judged == nil {
			l.judged = make(map[flow.Addr]bool)
		}
		l.judged[address] = true
		for i := range a.Verdicts {
			l.verdicts = append(l.verdicts, verdict{address, &a.Verdicts[i]})
		}
	}
	return endpoint, host
}

// addParties stores the parties that the store does not have, and what they were.
func (w *writer) addParties(ctx context.Context, d *store.Delta) error {
	w.learned.reset()
	w.learned.addEndpoints(w.newEndpoints.ids, d.Endpoint)
	if len(w.parties) == 0 {
		return w.addEndpoints(ctx) // a party may be something else by now than was stored of it
	}
	fresh, err := w.unknownParties(ctx)
	if err != nil {
		return err
	}
	if len(fresh) > 0 {
		var text [64]byte
		err = w.feed.insert(ctx, w.conn, "INSERT INTO weir.party SELECT * FROM %FEED%", partyTypes, len(fresh), each(len(fresh), func(c *chunk, row, i int) {
			id, p := w.newParties.ids[fresh[i]], &w.parties[fresh[i]]
			var a enrich.Attribution
			if d.Attribute != nil {
				a = d.Attribute(p.address, store.ScopeOf(d.Logs[p.log]))
			}
			endpoint, host := w.learned.add(id, p.address, &a)
			column[uint64](c, 0)[row] = id
			c.bytes(1, row, p.address.AppendTo(text[:0]))
			column[uint64](c, 2)[row] = w.scopes[p.log]
			column[uint64](c, 3)[row] = endpoint
			column[uint64](c, 4)[row] = host
			column[uint64](c, 5)[row] = a.Hash
		}))
		if err != nil {
			return err
		}
	}
	for _, id := range w.newParties.ids {
		w.known.add(id)
	}
	return steps(
		func() error { return w.addEndpoints(ctx) },
		func() error { return w.addTenures(ctx) },
		func() error { return w.replaceVerdicts(ctx) },
	)
}

// unknownParties returns which of w.parties are not stored.
func (w *writer) unknownParties(ctx context.Context) ([]uint32, error) {
	const sql = "SELECT c1 FROM %FEED% f WHERE NOT EXISTS (SELECT 1 FROM weir.party t WHERE t.id = f.c0)"
	r, err := w.feed.ask(ctx, w.conn, sql, []duck.Type{u64, u32}, len(w.parties), each(len(w.parties), func(c *chunk, row, i int) {
		column[uint64](c, 0)[row] = w.newParties.ids[i]
		column[uint32](c, 1)[row] = uint32(i)
	}))
	if err != nil {
		return nil, err
	}
	fresh := make([]uint32, 0, len(w.parties))
	err = r.chunks(func(i uint64) error {
		fresh = append(fresh, at[uint32](r.readers[0], i))
		return nil
	})
	return fresh, err
}

// addEndpoints stores the endpoints that were collected.
func (w *writer) addEndpoints(ctx context.Context) error {
	l := &w.learned
	if len(l.endpoints) == 0 {
		return nil
	}
	err := w.feed.insert(ctx, w.conn, insertUnknown("endpoint"), endpointTypes, len(l.endpoints), each(len(l.endpoints), func(c *chunk, row, i int) {
		e := l.endpoints[i]
		c.set(row, l.newIDs.ids[i], uint8(e.Class), e.Kind.String(), string(e.ID), e.Subscription, e.Region, string(e.VNetID), e.VNet, e.Subnet,
			e.NIC, e.MAC, e.VM, e.ScaleSet, e.Forwards, e.LoadBalancer, e.AppGateway, e.Firewall, e.Bastion, e.NATGateway, e.Gateway,
			e.PublicIP, e.PublicIPPrefix, e.LocalGateway, e.Connection, e.Circuit, e.ConnectionType, e.PeeringType,
			e.PrivateEndpoint, e.PrivateLink, e.PrivateLinkName, e.Ambiguous, e.Country, e.ASN, e.Organisation,
			e.AzureRegion, e.Service, e.ServiceTags, e.Zone)
	}))
	for _, id := range l.newIDs.ids {
		w.known.add(id)
	}
	return err
}

// addTenures stores the tenures that were collected.
func (w *writer) addTenures(ctx context.Context) error {
	all := w.learned.tenures
	if len(all) == 0 {
		return nil
	}
	return w.feed.insert(ctx, w.conn, "INSERT INTO weir.tenure SELECT * FROM %FEED%", tenureTypes, len(all), each(len(all), func(c *chunk, row, i int) {
		writeTenure(c, row, all[i].party, all[i].Tenure)
	}))
}

func writeTenure(c *chunk, row int, party uint64, t *enrich.Tenure) {
	c.set(row, party, bound(t.From), bound(t.Until), t.EndpointID, t.Host)
}

// replaceVerdicts stores the verdicts that were collected, instead of those
// that the store has of their addresses.
func (w *writer) replaceVerdicts(ctx context.Context) error {
	all := w.learned.verdicts
	if len(all) == 0 {
		return nil
	}
	err := w.forgetVerdicts(ctx, len(all), func(i int) flow.Addr { return all[i].address })
	if err != nil {
		return err
	}
	return w.feed.insert(ctx, w.conn, "INSERT INTO weir.verdict SELECT * FROM %FEED%", verdictTypes, len(all), each(len(all), func(c *chunk, row, i int) {
		v := all[i]
		c.set(row, v.address.String(), openTime(v.From, beginning), openTime(v.Until, end), v.Category, uint8(v.Confidence),
			v.Feed, v.Indicator, v.Detail, openTime(v.FirstListed, nil), openTime(v.Listed, nil))
	}))
}

// forgetVerdicts removes the verdicts of n addresses.
func (w *writer) forgetVerdicts(ctx context.Context, n int, address func(i int) flow.Addr) error {
	var text [64]byte
	return w.feed.insert(ctx, w.conn, "DELETE FROM weir.verdict WHERE address IN (SELECT c0 FROM %FEED%)", []duck.Type{txt}, n,
		each(n, func(c *chunk, row, i int) { c.bytes(0, row, address(i).AppendTo(text[:0])) }))
}

// Parties implements store.Knowledge.
func (s *Store) Parties(ctx context.Context, yield func([]store.Party) error) error {
	scopes := make(map[uint64]topology.Capture)
	err := s.each(ctx, func(v []any) error {
		scopes[v[0].(uint64)] = topology.Capture{MAC: v[1].(string), Target: v[2].(string)}
		return nil
	}, "SELECT id, mac, target FROM weir.scope")
	if err != nil {
		return err
	}
	return s.withConn(func(c *conn) error {
		out := newBatches(yield)
		return s.windows(ctx, c, "weir.party", func(from, until int64) error {
			return s.stream(ctx, c, out.end, func(r *rows, i uint64) error {
				address, err := flow.ParseAddr(r.readers[1].borrowed(i))
				if err != nil {
					return s.explain("ask", err)
				}
				return out.add(store.Party{
					ID: at[uint64](r.readers[0], i), Address: address,
					Capture: scopes[at[uint64](r.readers[2], i)], Attribution: at[uint64](r.readers[3], i),
				})
			}, "SELECT id, address, scope, attribution FROM weir.party f WHERE "+rowRange(from, until))
		})
	})
}

// Reattribute implements store.Knowledge.
func (s *Store) Reattribute(ctx context.Context, changed []store.Reattribution) error {
	if len(changed) == 0 {
		return nil
	}
	return s.write(ctx, func(w *writer) error { return w.reattribute(ctx, changed) })
}

const (
	updateParties = "UPDATE weir.party SET endpoint = c1, host = c2, attribution = c3 FROM %FEED% f WHERE id = c0"
	deleteTenures = "DELETE FROM weir.tenure WHERE party IN (SELECT c0 FROM %FEED%)"
)

func (w *writer) reattribute(ctx context.Context, changed []store.Reattribution) error {
	w.learned.reset()
	return steps(
		func() error {
			return w.feed.insert(ctx, w.conn, updateParties, []duck.Type{u64, u64, u64, u64}, len(changed), each(len(changed), func(c *chunk, row, i int) {
				r := &changed[i]
				endpoint, host := w.learned.add(r.Party, r.Address, &r.Attribution)
				c.set(row, r.Party, endpoint, host, r.Hash)
			}))
		},
		func() error {
			return w.feed.insert(ctx, w.conn, deleteTenures, []duck.Type{u64}, len(changed), each(len(changed), func(c *chunk, row, i int) {
				column[uint64](c, 0)[row] = changed[i].Party
			}))
		},
		func() error { return w.addTenures(ctx) },
		func() error { return w.addEndpoints(ctx) },
		func() error {
			return w.forgetVerdicts(ctx, len(changed), func(i int) flow.Addr { return changed[i].Address })
		},
		func() error { return w.replaceVerdicts(ctx) },
	)
}

// addIdentities stores the hosts and endpoints that rows have come to be.
func (w *writer) addIdentities(ctx context.Context, r store.Rejudging) error {
	w.newHosts.reset()
	w.hosts = w.hosts[:0]
	w.newEndpoints.reset()
	w.learned.reset()
	for i := range r.Rows {
		j := &r.Rows[i]
		for _, side := range [2]struct {
			flow.Identity
			address flow.Addr
		}{{j.Now.From, j.Initiator}, {j.Now.To, j.Responder}} {
			if !w.known.has(hostKey(side.Host)) && w.newHosts.add(side.Host) {
				w.hosts = append(w.hosts, side.address)
			}
			if side.Endpoint != 0 && !w.known.has(side.Endpoint) {
				w.newEndpoints.add(side.Endpoint)
			}
		}
	}
	w.learned.addEndpoints(w.newEndpoints.ids, r.Endpoint)
	return steps(
		func() error { return w.addHosts(ctx) },
		func() error { return w.addEndpoints(ctx) },
	)
}

// addEndpoints takes the endpoints that rows have, of those that are known.
func (l *learned) addEndpoints(ids []uint64, content func(id uint64) *enrich.Endpoint) {
	if content == nil {
		return
	}
	for _, id := range ids {
		if e := content(id); e != nil && l.newIDs.add(id) {
			l.endpoints = append(l.endpoints, e)
		}
	}
}
