package insight

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"weir/internal/enrich"
	"weir/internal/filter"
	"weir/internal/flow"
	"weir/internal/query"
	"weir/internal/store"
	"weir/internal/topology"
)

// GatewaysAnswer tells how full gateways are.
type GatewaysAnswer struct {
	Range
	Where           string         `json:"where" doc:"The filter in its canonical form, empty where there is none"`
	IntervalSeconds int64          `json:"intervalSeconds" doc:"Over how long a rate is a mean. What a log says was sent since the last tuple of a flow is spread over the intervals of the five minutes before"`
	GrainSeconds    int64          `json:"grainSeconds" doc:"Width of a point in seconds, a multiple of the interval"`
	Times           []time.Time    `json:"times" nullable:"false" doc:"Start of each point"`
	Rows            []GatewayUsage `json:"rows" nullable:"false" doc:"The fullest first; one that carried nothing is there, too, where the inventory has it"`
}

// GatewayUsage is what a gateway carried, and what it can carry. Rates are in
// bits per second, both directions together, as capacities are.
type GatewayUsage struct {
	Gateway     string     `json:"gateway" doc:"subscription/group/name"`
	Kind        string     `json:"kind" doc:"Vpn or ExpressRoute; empty where the inventory does not have it"`
	SKU         string     `json:"sku" doc:"As the inventory has it"`
	Generation  string     `json:"generation"`
	Capacity    int64      `json:"capacity" doc:"Bits per second that the SKU can carry; 0 where it is not known"`
	Tunnels     int        `json:"tunnels" doc:"Site-to-site tunnels that the SKU can have; 0 where it is not known"`
	Clients     int        `json:"clients" doc:"Point-to-site clients that the SKU can have; 0 where it is not known"`
	TunnelsUsed int        `json:"tunnelsUsed" doc:"Site-to-site connections that carried something in the range"`
	ClientsUsed int        `json:"clientsUsed" doc:"Addresses of point-to-site clients that had traffic in the range"`
	ToAzure     int64      `json:"toAzure" doc:"Bytes from behind the gateway"`
	FromAzure   int64      `json:"fromAzure" doc:"Bytes to behind the gateway"`
	Mean        int64      `json:"mean" doc:"Rate over the whole range"`
	P95         int64      `json:"p95" doc:"Rate that 95 of 100 intervals of the range do not exceed"`
	Peak        int64      `json:"peak" doc:"Rate of the fullest interval"`
	PeakAt      *time.Time `json:"peakAt" doc:"Start of that interval; null where it carried nothing"`
	Utilisation float64    `json:"utilisation" doc:"Peak as a part of the capacity, 1 is full; 0 where the capacity is not known"`
	Fits        string     `json:"fits" doc:"The smallest SKU of its generation that carries the peak with a fifth to spare; empty where none does or the capacity is not known"`
	Rates       []int64    `json:"rates" nullable:"false" doc:"The highest rate of an interval in each point"`
	Filter      string     `json:"filter" doc:"The filter that lets its flows pass"`
}

// Gateways tells how full gateways are, those that are known among them, in at
// most so many points (0: 150). A flow between two sites counts for the gateway
// of each.
func Gateways(ctx context.Context, s store.Store, q Question, points int, known []*topology.Gateway) (*GatewaysAnswer, error) {
	points, err := checkPoints(points)
	if err != nil {
		return nil, err
	}
	r, err := resolve(ctx, s, q.From, q.To)
	if err != nil {
		return nil, err
	}
	interval, err := finestOf(ctx, s, r)
	if err != nil {
		return nil, err
	}
	grain := grainFor(r, interval, points)
	a := &GatewaysAnswer{
		Range: r, Where: filter.Print(q.Where), IntervalSeconds: int64(interval / time.Second), GrainSeconds: int64(grain / time.Second),
		Rows: []GatewayUsage{},
	}
	first := truncate(r.From, grain)
	for t := first; t.Before(r.To); t = t.Add(grain) {
		a.Times = append(a.Times, t)
	}
	gateway, _ := SplitNamed("gateways")
	sent, got := query.Is(query.Role, flow.Outbound), query.Is(query.Role, flow.Inbound) // by the end behind the gateway
	ahead := reach(interval)
	question := query.Question{
		From: r.From, To: r.To.Add(time.Duration(ahead) * interval), // what is said of the last intervals comes later
		Dimensions: append([]query.Dimension{query.Time}, gateway.dimensions()...), Grain: interval,
		Measures: []query.Measure{
			{Name: "sent_forward", Of: query.BytesForward, Where: []query.Filter{sent}},
			{Name: "got_back", Of: query.BytesBack, Where: []query.Filter{sent}},
			{Name: "got_forward", Of: query.BytesForward, Where: []query.Filter{got}},
			{Name: "sent_back", Of: query.BytesBack, Where: []query.Filter{got}},
		},
		Filters: gateway.named(), Where: q.Where,
	}
	for n := 1; n <= ahead; n++ {
		question.Measures = append(question.Measures, query.Measure{Name: agoName(n), Of: query.BytesAgo(n)})
	}
	res, err := query.Ask(ctx, s, question)
	if err != nil {
		return nil, err
	}
	usages := map[string]*GatewayUsage{}
	usage := func(name string) *GatewayUsage {
		if usages[name] == nil {
			usages[name] = &GatewayUsage{Gateway: name, Rates: make([]int64, len(a.Times)), Filter: gateway.filter([]any{name})}
		}
		return usages[name]
	}
	for _, g := range known {
		u := usage(g.ID.Full())
		c, _ := g.Capacity()
		u.Kind, u.SKU, u.Generation, u.Capacity, u.Tunnels, u.Clients = g.Type, g.SKU, g.Generation, c.BPS, c.Tunnels, c.Clients
	}
	if err := inUse(ctx, s, a, q.Where, usage); err != nil {
		return nil, err
	}
	intervals := int(r.To.Sub(r.From) / interval)
	carried := map[string][]int64{} // bytes of each interval of the range
	for _, row := range res.Rows {
		at, name := int(row.Keys[0].(time.Time).Sub(r.From)/interval), row.Keys[1].(string)
		if carried[name] == nil {
			carried[name] = make([]int64, intervals)
		}
		to, from := add(row.Values["sent_forward"], row.Values["sent_back"]), add(row.Values["got_forward"], row.Values["got_back"])
		if at < intervals {
			u := usage(name)
			u.ToAzure, u.FromAzure = add(u.ToAzure, to), add(u.FromAzure, from)
		}
		spread(carried[name], at, add(to, from), ahead, row.Values)
	}
	for name, bytes := range carried {
		u := usage(name)
		for i, n := range bytes {
			rate, at := rateOf(n, interval), r.From.Add(time.Duration(i)*interval)
			if rate > u.Peak {
				u.Peak, u.PeakAt = rate, &at
			}
			point := int(at.Sub(first) / grain)
			u.Rates[point] = max(u.Rates[point], rate)
			bytes[i] = rate
		}
		u.P95 = percentile95(bytes, intervals)
	}
	for name, u := range usages {
		u.Mean = rateOf(add(u.ToAzure, u.FromAzure), r.To.Sub(r.From))
		if u.Capacity > 0 {
			u.Utilisation = float64(u.Peak) / float64(u.Capacity)
		}
		for _, g := range known {
			if g.ID.Full() == name && u.Capacity > 0 {
				u.Fits = g.Fitting(u.Peak)
			}
		}
		a.Rows = append(a.Rows, *u)
	}
	slices.SortFunc(a.Rows, func(x, y GatewayUsage) int {
		return cmp.Or(cmp.Compare(y.Utilisation, x.Utilisation), cmp.Compare(y.Peak, x.Peak), cmp.Compare(x.Gateway, y.Gateway))
	})
	return a, nil
}

// reach is how many intervals before its own what an interval says was sent in. Of an
// hour, five minutes are little, and sums by hour do not have the times of tuples.
func reach(interval time.Duration) int {
	if interval >= store.Hour {
		return 0
	}
	return int((query.DeltaSpan + interval - 1) / interval)
}

func agoName(n int) string { return fmt.Sprintf("ago_%d", n) }

// spread puts the bytes of an interval where they were sent: into those before it
// what is of them, and into itself what is left.
func spread(carried []int64, at int, bytes int64, reach int, values map[string]int64) {
	put := func(i int, n int64) {
		if i >= 0 && i < len(carried) {
			carried[i] = add(carried[i], n)
		}
	}
	for n := 1; n <= reach; n++ {
		part := min(bytes, values[agoName(n)])
		bytes -= part
		put(at-n, part)
	}
	put(at, bytes)
}

// inUse counts the connections and clients of gateways that had traffic.
func inUse(ctx context.Context, s store.Store, a *GatewaysAnswer, where query.Condition, usage func(string) *GatewayUsage) error {
	gateway := query.Of(query.HostEnd, query.Gateway)
	for _, use := range []struct {
		class enrich.Class
		by    query.Dimension
		count func(*GatewayUsage) *int
	}{
		{enrich.S2S, query.Of(query.HostEnd, query.Connection), func(u *GatewayUsage) *int { return &u.TunnelsUsed }},
		{enrich.P2S, query.HostID, func(u *GatewayUsage) *int { return &u.ClientsUsed }},
	} {
		named := query.Is(gateway, "")
		named.Not = true
		res, err := query.Ask(ctx, s, query.Question{
			From: a.From, To: a.To, Where: where,
			Dimensions: []query.Dimension{gateway, use.by}, Measures: []query.Measure{{Name: tuples, Of: query.Tuples}},
			Filters: []query.Filter{named, query.Is(query.Of(query.HostEnd, query.Class), int64(use.class))},
		})
		if err != nil {
			return fmt.Errorf("cannot count what uses gateways: %w", err)
		}
		for _, row := range res.Rows {
			if row.Keys[1] != "" {
				*use.count(usage(row.Keys[0].(string)))++
			}
		}
	}
	return nil
}

// rateOf is the rate in bits per second at which bytes are sent in a time.
func rateOf(bytes int64, in time.Duration) int64 {
	return int64(float64(bytes) * 8 / in.Seconds())
}

// percentile95 is the value that 95 of 100 of n do not exceed, by nearest rank;
// those that are not given are zero.
func percentile95(given []int64, n int) int64 {
	rank := (n*95 + 99) / 100 // 1 is the lowest
	at := rank - 1 - max(0, n-len(given))
	if at < 0 || len(given) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(given))
	return sorted[min(at, len(sorted)-1)]
}
