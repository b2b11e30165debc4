package flow

import (
	"strconv"
	"strings"
)

// protocolNames holds the keywords of the IANA protocol registry that flow
// logs can be expected to show.
var protocolNames = map[uint8]string{
	1: "ICMP", 2: "IGMP", 4: "IPv4", 6: "TCP", 17: "UDP", 41: "IPv6", 47: "GRE", 50: "ESP", 51: "AH",
	58: "IPv6-ICMP", 89: "OSPFIGP", 103: "PIM", 112: "VRRP", 132: "SCTP",
}

// ProtocolText returns the keyword of a protocol, or its number where it has none here.
func ProtocolText(n uint8) string {
	if name, ok := protocolNames[n]; ok {
		return name
	}
	return strconv.Itoa(int(n))
}

// ProtocolNumber returns the number of a protocol by its keyword, in any case,
// or as text; false where it is neither.
func ProtocolNumber(text string) (uint8, bool) {
	for n, name := range protocolNames {
		if strings.EqualFold(name, text) {
			return n, true
		}
	}
	n, err := strconv.ParseUint(text, 10, 8)
	return uint8(n), err == nil
}
