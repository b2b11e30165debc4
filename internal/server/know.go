package server

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"weir/internal/enrich"
	"weir/internal/flow"
	"weir/internal/insight"
	"weir/internal/knowledge"
	"weir/internal/topology"
)

// Knower explains addresses and flows: the knowledge.Keeper.
type Knower interface {
	Lookup(ctx context.Context, a flow.Addr, at time.Time, from topology.Capture) (*enrich.AddressFacts, error)
	Explain(ctx context.Context, q enrich.FlowQuestion) (*enrich.Explanation, error)
	State(ctx context.Context) (*knowledge.State, error)
	Gateways(ctx context.Context, at time.Time) ([]*topology.Gateway, error)
	Security(ctx context.Context, at time.Time) (knowledge.SecurityState, error)
	// Revision changes when answers about stored flows may have changed
	// without a commit.
	Revision() int64
}

// LookupInput is exported only because huma reads the fields of no other embedded struct.
type LookupInput struct {
	At     time.Time `query:"at" doc:"Time to answer for, from the year 1970 to the end of 9998. Default: the end of the data." example:"2026-01-02T00:00:00Z"`
	Target string    `query:"target" maxLength:"2048" doc:"Resource id of the logged network, subnet, NIC or security group from which it is seen: decides where address spaces overlap." example:"/subscriptions/1/resourcegroups/rg/providers/microsoft.network/virtualnetworks/hub"`
	VNet   string    `query:"vnet" maxLength:"512" doc:"Virtual network from which it is seen, as subscription/group/network; instead of target." example:"1/rg/hub"`
	MAC    string    `query:"mac" maxLength:"32" doc:"Hardware address of the capture NIC, with or without dashes." example:"00-0D-3A-98-82-CE"`
}

// Resolve implements huma.Resolver.
func (in *LookupInput) Resolve(ctx huma.Context) []error {
	return checkTimes(ctx, map[string]time.Time{"at": in.At})
}

type addressInput struct {
	LookupInput
	Address string `query:"address" maxLength:"64" required:"true" doc:"IPv4 or IPv6 address." example:"10.0.0.4"`
}

type explainInput struct {
	LookupInput
	Initiator string `query:"initiator" maxLength:"64" required:"true" doc:"Address that opened the connection." example:"10.0.0.4"`
	Responder string `query:"responder" maxLength:"64" required:"true" doc:"Address that was connected to." example:"203.0.113.7"`
	Port      int    `query:"port" minimum:"0" maximum:"65535" doc:"Port of the responder. Default: any."`
	Protocol  string `query:"protocol" maxLength:"64" doc:"TCP, UDP, or the IANA number of another protocol. Default: TCP where a port is given, else any."`
	Direction string `query:"direction" enum:"in,out" doc:"Direction of capture: in where the capture NIC is the responder, out where it is the initiator. Default: that of the stored flow, else what the addresses tell."`
}

var errNoKnowledge = errors.New("this server keeps no knowledge about addresses")

func (s *Server) lookup(ctx context.Context, in *addressInput) (*enrich.AddressFacts, error) {
	if s.know == nil {
		return nil, errNoKnowledge
	}
	a, err := address("address", in.Address)
	if err != nil {
		return nil, err
	}
	from, err := in.Capture()
	if err != nil {
		return nil, err
	}
	return s.know.Lookup(ctx, a, in.At, from)
}

// Capture returns from where an address is seen.
func (in *LookupInput) Capture() (topology.Capture, error) {
	c := topology.Capture{Target: strings.ToLower(in.Target)}
	if in.VNet != "" {
		parts := strings.Split(strings.ToLower(in.VNet), "/")
		if len(parts) != 3 {
			return c, &insight.AskError{Field: "vnet", Text: "The network is given as subscription/group/network."}
		}
		c.Target = fmt.Sprintf("/subscriptions/%s/resourcegroups/%s/providers/microsoft.network/virtualnetworks/%s", parts[0], parts[1], parts[2])
	}
	if in.MAC != "" {
		mac, err := topology.ParseMAC(in.MAC)
		if err != nil {
			return c, &insight.AskError{Field: "mac", Text: "The hardware address cannot be read: " + err.Error() + "."}
		}
		c.MAC = mac
	}
	return c, nil
}

func (s *Server) explain(ctx context.Context, in *explainInput) (*enrich.Explanation, error) {
	if s.know == nil {
		return nil, errNoKnowledge
	}
	q := enrich.FlowQuestion{Port: uint16(in.Port), At: in.At}
	var err error
	if q.Initiator, err = address("initiator", in.Initiator); err != nil {
		return nil, err
	}
	if q.Responder, err = address("responder", in.Responder); err != nil {
		return nil, err
	}
	if in.Protocol == "" && in.Port != 0 {
		in.Protocol = "TCP"
	}
	if in.Protocol != "" {
		if q.Protocol, err = ParseProtocol(in.Protocol); err != nil {
			return nil, err
		}
	}
	switch in.Direction {
	case "in":
		q.Direction = new(flow.Inbound)
	case "out":
		q.Direction = new(flow.Outbound)
	}
	if q.From, err = in.Capture(); err != nil {
		return nil, err
	}
	return s.know.Explain(ctx, q)
}

// ParseProtocol returns the IANA number of a protocol by its keyword or as text.
func ParseProtocol(text string) (uint8, error) {
	n, ok := flow.ProtocolNumber(text)
	if !ok {
		return 0, &insight.AskError{Field: "protocol", Text: fmt.Sprintf("No protocol %q is known; use TCP, UDP, another keyword such as ICMP, or a number up to 255.", text)}
	}
	return n, nil
}

func (s *Server) knowledge(ctx context.Context) (*knowledge.State, error) {
	if s.know == nil {
		return nil, errNoKnowledge
	}
	return s.know.State(ctx)
}

// address reads an address of a parameter.
func address(parameter, text string) (flow.Addr, error) {
	a, err := flow.ParseAddr(text)
	if err != nil {
		return a, &insight.AskError{Field: parameter, Text: fmt.Sprintf("The address cannot be read: %q is none; use one such as 10.0.0.4 or 2001:db8::4.", text)}
	}
	return a, nil
}

// gateways are those that the inventory has at a time; none without knowledge.
func (s *Server) gateways(ctx context.Context, at time.Time) ([]*topology.Gateway, error) {
	if s.know == nil {
		return nil, nil
	}
	return s.know.Gateways(ctx, at)
}
