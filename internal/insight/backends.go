package insight

import (
	"cmp"
	"context"
	"slices"
	"time"

	"weir/internal/knowledge"
	"weir/internal/query"
	"weir/internal/store"
)

// BackendsAnswer is how load balancers and application gateways spread traffic.
type BackendsAnswer struct {
	Range
	Where     string     `json:"where" doc:"The filter in its canonical form, empty where there is none"`
	By        Measure    `json:"by" enum:"flows,packets,bytes"`
	Inventory *time.Time `json:"inventory" doc:"Time of the inventory that names front ends, pools and rules; null where none is known, and then there are no rows"`
	Rows      []Balancer `json:"rows" nullable:"false" doc:"All load balancers and application gateways of the inventory, the busiest first"`
}

// Balancer is a load balancer or an application gateway. Logs do not show a load
// balancer: its traffic is what its back ends answer at the ports of its rules. An
// application gateway answers clients itself, and asks its back ends anew.
type Balancer struct {
	Kind         NodeKind         `json:"kind" enum:"loadbalancer,appgateway"`
	Name         string           `json:"name" doc:"subscription/group/name"`
	Region       string           `json:"region"`
	Subscription string           `json:"subscription"`
	Fronts       []BalancerFront  `json:"fronts" nullable:"false"`
	Rules        []BalancerRule   `json:"rules" nullable:"false" doc:"Rules, NAT rules and listeners"`
	All          Ways             `json:"all" doc:"What came to it; in alone"`
	Malicious    Measures         `json:"malicious" doc:"Its part that is malicious"`
	Filter       string           `json:"filter" doc:"The filter that lets what came to it pass; empty of one without back ends"`
	Sources      []BalancerSource `json:"sources" nullable:"false" doc:"Where it came from, the most first: networks, sites, clients, Azure and the internet"`
	Backends     []Backend        `json:"backends" nullable:"false" doc:"Its back ends, also those that got nothing, the busiest first"`

	is   query.Condition // of what came to it; nil where nothing can
	to   map[member]*Backend
	from map[*MapNode]*BalancerSource
}

// BalancerFront is a front end of a balancer.
type BalancerFront struct {
	Name    string `json:"name"`
	Address string `json:"address" doc:"Empty where it is not known"`
	Public  bool   `json:"public"`
}

// BalancerRule is a rule or a listener of a balancer.
type BalancerRule struct {
	Name     string `json:"name"`
	Front    string `json:"front" doc:"Name of its front end"`
	Protocol string `json:"protocol" doc:"tcp, udp or all; of a listener also http and https"`
	Port     int64  `json:"port" doc:"At the front end; 0: every port"`
	Backend  int64  `json:"backendPort" doc:"At back ends; 0: every port, or not known"`
}

// BalancerSource is what came to a balancer from one place.
type BalancerSource struct {
	Kind      NodeKind `json:"kind" enum:"vnet,site,clients,azure,internet,private,unknown"`
	Name      string   `json:"name" doc:"As the filter language has it; empty of what there is one of"`
	All       Ways     `json:"all"`
	Malicious Measures `json:"malicious"`
	Filter    string   `json:"filter" doc:"The filter that lets its flows pass; empty where none does"`
}

// Backend is a machine behind a balancer.
type Backend struct {
	Name      string   `json:"name" doc:"Machine: group/name; its NIC where no machine is known"`
	NIC       string   `json:"nic" doc:"NIC: group/name; of an instance of a scale set the set"`
	Subnet    string   `json:"subnet" doc:"Empty where the inventory does not have its NIC"`
	Ports     []int64  `json:"ports" nullable:"false" doc:"At which it answers; 0: every port"`
	Logged    bool     `json:"logged" doc:"Whether a flow log of its NIC is on: without one nothing is known of what it got"`
	All       Ways     `json:"all" doc:"What it was asked; in alone"`
	Malicious Measures `json:"malicious"`
	Share     float64  `json:"share" doc:"Its part of what all back ends were asked, by the chosen measure, 0 to 1"`
	Filter    string   `json:"filter" doc:"The filter that lets its flows pass"`
}

// Backends tells how balancers spread traffic over what is behind them.
func Backends(ctx context.Context, s store.Store, q Question, known knowledge.SecurityState) (*BackendsAnswer, error) {
	q.Limit = 0
	start, err := q.start(ctx, s)
	if err != nil {
		return nil, err
	}
	a := &BackendsAnswer{Range: start.Range, Where: start.Where, By: start.By, Rows: []Balancer{}}
	if known.Inventory == nil {
		return a, nil
	}
	a.Inventory = &known.Snapshot
	b := balancersOf(known.Inventory)
	if err := b.ask(ctx, s, start.Range, q.Where); err != nil {
		return nil, err
	}
	for _, row := range b.list {
		a.Rows = append(a.Rows, *row.finish(a.By))
	}
	slices.SortFunc(a.Rows, func(x, y Balancer) int {
		return cmp.Or(x.All.Total.compare(y.All.Total, a.By), cmp.Compare(x.Name, y.Name))
	})
	return a, nil
}
