package knowledge

import (
	"context"
	"errors"
	"time"

	"weir/internal/enrich"
	"weir/internal/flow"
	"weir/internal/topology"
)

// storedSQL finds the last flows between two addresses: those of an end's own
// capture before those of a hop, those of a direction before those of the
// other. What is 0 or empty is not asked for.
const storedSQL = `SELECT l.mac, l.target, f.direction, f.interval_start, f.port, f.protocol
FROM weir.fact AS f
JOIN weir.log AS l ON l.id = f.log
WHERE f.interval_start <= $1
    AND f.initiator IN (SELECT id FROM weir.party WHERE address = $2)
    AND f.responder IN (SELECT id FROM weir.party WHERE address = $3)
    AND ($4 = 0 OR f.port = $4) AND ($5 = 0 OR f.protocol = $5)
    AND ($6 = '' OR l.mac = $6)
ORDER BY f.marks & 8, f.direction = $7, f.interval_start DESC, f.direction DESC, l.id
LIMIT 100`

// noDirection is none of the directions that a row can have.
const noDirection = -1

// stored completes a question by the flow that it is about. Where the question
// names a network or a NIC, the flow was captured there.
func (k *Keeper) stored(ctx context.Context, q enrich.FlowQuestion) (enrich.FlowQuestion, error) {
	other := int64(noDirection)
	if q.Direction != nil {
		other = 1 - int64(*q.Direction)
	}
	rows, err := k.config.Store.Query(ctx, storedSQL, q.At, q.Initiator.String(), q.Responder.String(), int64(q.Port), int64(q.Protocol), q.From.MAC, other)
	if err != nil {
		return q, err
	}
	found := q
	for same := true; same && rows.Next(); {
		v := rows.Values()
		from, at := topology.Capture{MAC: v[0].(string), Target: v[1].(string)}, v[3].(time.Time)
		if !k.within(q.From.Target, from, at) {
			continue
		}
		direction := flow.Direction(v[2].(int64))
		found.From, found.At, found.Direction, same = from, at, &direction, false
		found.Port, found.Protocol = uint16(v[4].(int64)), uint8(v[5].(int64))
	}
	return found, errors.Join(rows.Err(), rows.Close())
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
