package knowledge

import (
	"context"
	"time"

	"weir/internal/enrich"
	"weir/internal/store"
	"weir/internal/topology"
)

// candidates is how many of the flows that are like the one in question are
// looked at for one that was captured in the network it names.
const candidates = 100

// stored completes a question by the flow that it is about. Where the question
// names a network or a NIC, the flow was captured there.
func (k *Keeper) stored(ctx context.Context, q enrich.FlowQuestion) (enrich.FlowQuestion, error) {
	flows, err := k.config.Store.FindFlows(ctx, store.FlowSearch{
		Initiator: q.Initiator, Responder: q.Responder, Until: q.At, Port: q.Port, Protocol: q.Protocol,
		MAC: q.From.MAC, Direction: q.Direction, Limit: candidates,
	})
	if err != nil {
		return q, err
	}
	for i := range flows {
		if f := &flows[i]; k.within(q.From.Target, f.Capture, f.Interval) {
			q.From, q.At, q.Direction, q.Port, q.Protocol = f.Capture, f.Interval, &f.Direction, f.Port, f.Protocol
			break
		}
	}
	return q, nil
}

// within tells whether a capture was made in a network or at another resource
// that is logged; any was where none is named.
func (k *Keeper) within(target string, from topology.Capture, at time.Time) bool {
	if target == "" || target == from.Target {
		return true
	}
	nic, ok := k.Current().Topology.CaptureNIC(from, at.UnixMilli())
	return ok && string(nic.VNetID) == target
}
