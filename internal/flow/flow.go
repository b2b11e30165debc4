// Package flow is the vocabulary of Weir: what one entry of a flow log says
// (Tuple), by what entries are merged (Key) and what is summed (Counters).
// It imports nothing of ours, so every room can speak it.
package flow

import "fmt"

// Direction is the direction of a flow as seen from the NIC that recorded it.
// Its numbers are stored and may not change.
type Direction uint8

// The directions of capture. Inbound means that the capture NIC is the
// responder of the connection, Outbound that it is the initiator.
const (
	Inbound Direction = iota
	Outbound
)

// String returns the word Traffic Analytics uses, Inbound or Outbound.
func (d Direction) String() string { return name([]string{"Inbound", "Outbound"}, uint8(d)) }

// Status tells whether the network let the flow pass. Its numbers are stored
// and may not change.
type Status uint8

// The decisions of a security rule.
const (
	Allowed Status = iota
	Denied
)

// String returns the word Traffic Analytics uses, Allowed or Denied.
func (s Status) String() string { return name([]string{"Allowed", "Denied"}, uint8(s)) }

// State is the point in the life of a flow at which a tuple was written.
type State uint8

// The states of a flow. NoState is that of version 1 tuples, which have none.
const (
	NoState State = iota
	Begin
	Continue
	End
	Deny
)

// String returns the state in words.
func (s State) String() string {
	return name([]string{"none", "begin", "continue", "end", "deny"}, uint8(s))
}

// Encryption is what a VNet flow log says about virtual network encryption
// (docs/reference/traffic-analytics.md, 2.3). NSG flow logs say nothing:
// EncryptionUnknown. Its numbers are stored and may not change.
type Encryption uint8

// The encryption states; a new one comes last.
const (
	EncryptionUnknown Encryption = iota
	Encrypted
	Unencrypted
	UnsupportedHardware
	SoftwareNotReady
	NotAccepted
	DiscoveryNotSupported
	LocalDestination
	Fallback
	encryptionCount
)

// EncryptionTexts holds the FlowEncryption text of Traffic Analytics by Encryption.
var EncryptionTexts = [encryptionCount]string{
	"", "Encrypted", "Unencrypted", "Unsupported hardware", "Software not ready",
	"Drop due to no encryption", "Discovery not supported", "Destination on same host",
	"Fall back to no encryption",
}

// EncryptionCodes holds the code of the VNet flow log by Encryption.
var EncryptionCodes = [encryptionCount]string{
	"", "X", "NX", "NX_HW_NOT_SUPPORTED", "NX_SW_NOT_READY", "NX_NOT_ACCEPTED",
	"NX_NOT_SUPPORTED", "NX_LOCAL_DST", "NX_FALLBACK",
}

// String returns the FlowEncryption text of Traffic Analytics, empty if unknown.
func (e Encryption) String() string { return name(EncryptionTexts[:], uint8(e)) }

// Type is what kind of flow it is, in the kinds of Traffic Analytics
// (docs/reference/traffic-analytics.md, 3.5). Its numbers are stored and may not
// change.
type Type uint8

// The flow types, in the order in which their rules are tested where they were
// known at first; a new one comes last, whatever the place of its rule.
const (
	TypeUnknown Type = iota
	IntraVNet
	InterVNet
	P2S
	S2S
	AzurePublic
	MaliciousFlow
	ExternalPublic
	UnknownPrivate
	typeCount
)

// TypeTexts holds the FlowType text of Traffic Analytics by Type.
var TypeTexts = [typeCount]string{
	"Unknown", "IntraVNet", "InterVNet", "P2S", "S2S", "AzurePublic",
	"MaliciousFlow", "ExternalPublic", "UnknownPrivate",
}

// String returns the FlowType text of Traffic Analytics.
func (t Type) String() string { return name(TypeTexts[:], uint8(t)) }

// Family names the kind of flow log a tuple was read from.
type Family uint8

// The families of flow logs.
const (
	NSG Family = iota
	VNet
)

// String returns nsg or vnet.
func (f Family) String() string { return name([]string{"nsg", "vnet"}, uint8(f)) }

func name(names []string, i uint8) string {
	if int(i) < len(names) {
		return names[i]
	}
	return fmt.Sprintf("invalid(%d)", i)
}
