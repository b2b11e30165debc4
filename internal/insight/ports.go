package insight

import (
	"context"
	"fmt"

	"weir/internal/flow"
	"weir/internal/query"
	"weir/internal/store"
)

// portKey names a port for a person; the application is empty.
func portKey(port, protocol int64) PortKey {
	k := PortKey{Port: int(port), Through: int(port), Protocol: flow.ProtocolText(uint8(protocol))}
	if port == query.Ephemeral {
		k.Port, k.Through = query.FirstEphemeral, 1<<16-1
	}
	return k
}

// applications returns the names of services, as the store has them, of ports
// and protocols in rows of a result; at says in which keys these are.
func applications(ctx context.Context, s store.Store, rows []query.Row, at int) (map[store.Port]string, error) {
	var ports []store.Port
	seen := map[store.Port]bool{}
	for _, row := range rows {
		if p, ok := portOf(row, at); ok && !seen[p] {
			seen[p] = true
			ports = append(ports, p)
		}
	}
	names, err := s.Applications(ctx, ports)
	if err != nil {
		return nil, fmt.Errorf("cannot look up the names of ports: %w", err)
	}
	return names, nil
}

// portOf returns the port and protocol in the keys of a row; false where it
// stands for all ephemeral ones.
func portOf(row query.Row, at int) (store.Port, bool) {
	port, protocol := row.Keys[at].(int64), row.Keys[at+1].(int64)
	return store.Port{Port: uint16(port), Protocol: uint8(protocol)}, port != query.Ephemeral
}

// shownPort names a port in the keys of a row for a person.
func shownPort(names map[store.Port]string, row query.Row, at int) PortKey {
	k := portKey(row.Keys[at].(int64), row.Keys[at+1].(int64))
	if p, ok := portOf(row, at); ok {
		k.Application = names[p]
	}
	return k
}
