package insight

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"weir/internal/query"
	"weir/internal/store"
)

const (
	tcp = 6
	udp = 17
)

// protocolNames holds the keywords of the IANA protocol registry that flow
// logs can be expected to show.
var protocolNames = map[int64]string{
	1: "ICMP", 2: "IGMP", 4: "IPv4", tcp: "TCP", udp: "UDP", 41: "IPv6", 47: "GRE", 50: "ESP", 51: "AH",
	58: "IPv6-ICMP", 89: "OSPFIGP", 103: "PIM", 112: "VRRP", 132: "SCTP",
}

// ProtocolNumber returns the number of a protocol by its keyword, in any case,
// or as text; false where it is neither.
func ProtocolNumber(text string) (uint8, bool) {
	for n, name := range protocolNames {
		if strings.EqualFold(name, text) {
			return uint8(n), true
		}
	}
	n, err := strconv.ParseUint(text, 10, 8)
	return uint8(n), err == nil
}

// portKey names a port for a person; the application is empty.
func portKey(port, protocol int64) PortKey {
	k := PortKey{Port: int(port), Through: int(port), Protocol: protocolNames[protocol]}
	if port == query.Ephemeral {
		k.Port, k.Through = query.FirstEphemeral, 1<<16-1
	}
	if k.Protocol == "" {
		k.Protocol = strconv.FormatInt(protocol, 10)
	}
	return k
}

// applications returns the names of services, as the store has them, of ports
// and protocols in rows of a result; at says in which keys these are.
func applications(ctx context.Context, s store.Store, rows []query.Row, at int) (map[[2]int64]string, error) {
	names := map[[2]int64]string{}
	var list []string
	var args []any
	for _, row := range rows {
		k := portOf(row, at)
		if _, ok := names[k]; ok || k[0] == query.Ephemeral {
			continue
		}
		names[k] = ""
		list = append(list, "(?, ?)")
		args = append(args, k[0], k[1])
	}
	if len(list) == 0 {
		return names, nil
	}
	err := each(ctx, s, func(v []any) { names[[2]int64{v[0].(int64), v[1].(int64)}] = v[2].(string) },
		"SELECT a.port, a.protocol, a.name FROM weir.application AS a JOIN (VALUES "+strings.Join(list, ", ")+
			") AS w(port, protocol) ON w.port = a.port AND w.protocol = a.protocol", args...)
	if err != nil {
		return nil, fmt.Errorf("cannot look up the names of ports: %w", err)
	}
	return names, nil
}

func portOf(row query.Row, at int) [2]int64 {
	return [2]int64{row.Keys[at].(int64), row.Keys[at+1].(int64)}
}
