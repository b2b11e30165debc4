package decode

import (
	"bytes"
	"net/netip"
	"unsafe"

	"weir/internal/flow"
)

const (
	// maxFields is that of an NSG v2 or VNet v4 tuple.
	maxFields = 13
	// minTime and maxTime bound the times that are believed, in seconds: the
	// years 2000 to 2100. Outside lies damage, and one such tuple would
	// stretch every chart over decades.
	minTime, maxTime = 946684800, 4102444800
	// millisFrom is the magnitude from which a time counts milliseconds.
	millisFrom = 100_000_000_000
	// maxCounter bounds a single delta: 2^44 bytes in five minutes are 470 Gbit/s.
	maxCounter = 1<<44 - 1
)

// parseTuple reads a tuple of any layout: NSG v1 (8 fields), NSG v2 (13) or
// VNet v4 (13), told apart by the eighth and ninth field. It returns an empty
// reason where it could.
func parseTuple(s []byte, t *flow.Tuple) Reason {
	var f [maxFields][]byte
	n := 0
	for rest, more := s, true; more; n++ {
		var field []byte
		field, rest, more = bytes.Cut(rest, comma)
		if n < maxFields {
			f[n] = field
		} else if len(field) > 0 {
			return BadFields
		}
	}
	if n < 8 {
		return BadFields
	}
	*t = flow.Tuple{}
	var ok bool
	if t.Time, ok = parseTime(f[0]); !ok {
		return BadTime
	}
	if t.Src, ok = parseAddr(f[1]); !ok {
		return BadAddress
	}
	if t.Dst, ok = parseAddr(f[2]); !ok {
		return BadAddress
	}
	if t.SrcPort, ok = parsePort(f[3]); !ok {
		return BadPort
	}
	if t.DstPort, ok = parsePort(f[4]); !ok {
		return BadPort
	}
	if t.Protocol, ok = parseProtocol(f[5]); !ok {
		return BadProtocol
	}
	switch string(f[6]) {
	case "I":
		t.Direction = flow.Inbound
	case "O":
		t.Direction = flow.Outbound
	default:
		return BadDirection
	}
	if r := parseOutcome(&f, t); r != "" {
		return r
	}
	for i, c := range [...]*uint64{&t.PacketsFwd, &t.BytesFwd, &t.PacketsBack, &t.BytesBack} {
		if *c, ok = parseCounter(f[9+i]); !ok {
			return BadCounter
		}
	}
	return ""
}

var comma = []byte{','}

// parseOutcome reads fields 7 and 8, which is where the formats differ.
func parseOutcome(f *[maxFields][]byte, t *flow.Tuple) Reason {
	switch string(f[7]) {
	case "A":
		return nsgState(f, t)
	case "D":
		t.Status = flow.Denied
		if e, ok := parseEncryption(string(f[8])); ok {
			t.State, t.Encryption = flow.Deny, e
			return ""
		}
		return nsgState(f, t)
	case "B", "C", "E":
		return vnetState(f, t)
	}
	return BadDecision
}

// parseDigits reads decimal digits up to limit; leading zeros are harmless.
func parseDigits(s []byte, limit uint64) (v uint64, ok bool) {
	if len(s) == 0 {
		return 0, false
	}
	for _, c := range s {
		d := uint64(c - '0')
		if d > 9 {
			return 0, false
		}
		if v = v*10 + d; v > limit {
			return 0, false
		}
	}
	return v, true
}

func parseTime(s []byte) (int64, bool) {
	v, ok := parseDigits(s, maxTime*1000)
	if !ok {
		return 0, false
	}
	return normalTime(v)
}

// normalTime turns seconds or milliseconds, told apart by magnitude, into milliseconds.
func normalTime(v uint64) (int64, bool) {
	if v <= millisFrom {
		v *= 1000
	}
	return int64(v), v >= minTime*1000 && v < maxTime*1000
}

func parseAddr(s []byte) (flow.Addr, bool) {
	if len(s) == 0 || len(s) > len("ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255") {
		return flow.Addr{}, false
	}
	// ParseAddr keeps no part of a valid address without a zone, so the
	// bytes may stand in for a string.
	ip, err := netip.ParseAddr(unsafe.String(&s[0], len(s)))
	if err != nil || ip.Zone() != "" {
		return flow.Addr{}, false
	}
	return flow.AddrFrom16(ip.As16()), true
}

func parsePort(s []byte) (uint16, bool) {
	v, ok := parseDigits(s, 65535)
	return uint16(v), ok
}

func parseProtocol(s []byte) (uint8, bool) {
	switch string(s) {
	case "T":
		return 6, true
	case "U":
		return 17, true
	}
	v, ok := parseDigits(s, 255)
	return uint8(v), ok
}

// parseCounter reads a count that may be missing.
func parseCounter(s []byte) (uint64, bool) {
	if len(s) == 0 {
		return 0, true
	}
	return parseDigits(s, maxCounter)
}
