package store

import (
	"encoding/binary"

	"github.com/zeebo/xxh3"

	"weir/internal/enrich"
	"weir/internal/flow"
	"weir/internal/topology"
)

// Ids of dimension rows are the 64-bit xxh3 of their content, so that several
// writers agree on them without talking. Strings are preceded by their length,
// so that no two contents hash the same bytes.

// RuleID returns the id of a rule.
func RuleID(r flow.Rule) uint64 { return hashStrings("rule", r.ACL, r.Name) }

// LogID returns the id of a log.
func LogID(l flow.Log) uint64 {
	return hashStrings("log", l.Family.String(), l.MAC, l.Target, l.FlowLog)
}

// ScopeOf returns from where the addresses in a log are seen: enrich.ScopeOf.
func ScopeOf(l flow.Log) topology.Capture { return enrich.ScopeOf(&l) }

// ScopeID returns the id of a scope from which addresses are seen.
func ScopeID(c topology.Capture) uint64 {
	if c.MAC == "" {
		return hashStrings("scope", c.Target)
	}
	return hashStrings("scope", c.Target, c.MAC)
}

// CaptureID returns what tells the captures of a conversation apart: their log,
// by its LogID, and their direction. Two logs have the same with a chance of one
// in 2^63.
func CaptureID(log uint64, d flow.Direction) uint64 { return log&^1 | uint64(d) }

// ObjectID returns the id of a log object.
func ObjectID(name string) uint64 { return hashStrings("object", name) }

// PartyID returns the id of an address as seen from a scope.
func PartyID(a flow.Addr, scope uint64) uint64 {
	var b [24]byte
	binary.BigEndian.PutUint64(b[0:], a.Hi)
	binary.BigEndian.PutUint64(b[8:], a.Lo)
	binary.BigEndian.PutUint64(b[16:], scope)
	return xxh3.Hash(b[:])
}

func hashStrings(parts ...string) uint64 {
	var b []byte
	for _, p := range parts {
		b = binary.AppendUvarint(b, uint64(len(p)))
		b = append(b, p...)
	}
	return xxh3.Hash(b)
}
