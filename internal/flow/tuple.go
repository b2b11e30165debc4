package flow

// Tuple is one entry of a flow log.
type Tuple struct {
	Time                   int64 // milliseconds since 1970, UTC
	Src, Dst               Addr  // initiator and responder of the connection
	SrcPort, DstPort       uint16
	Protocol               uint8 // IANA protocol number
	Direction              Direction
	Status                 Status
	State                  State
	Encryption             Encryption
	PacketsFwd, BytesFwd   uint64 // initiator to responder, since the previous tuple of this flow
	PacketsBack, BytesBack uint64 // responder to initiator, since the previous tuple of this flow
}

// Log is where a tuple was recorded: the capture NIC, the resource whose
// logging is switched on, and the flow log that wrote it. Resource ids and the
// MAC are normalised: ids in lower case, the MAC as twelve upper-case digits
// where it is one.
type Log struct {
	Family  Family
	MAC     string // capture NIC; empty where the log does not say
	Target  string // logged VNet, subnet or NIC; the NSG in an NSG flow log
	FlowLog string // id of the flow-log resource; empty in an NSG flow log
}

// Rule is the security rule that decided: the NSG or the admin configuration
// it belongs to (lower case) and its name as logged, prefix included.
type Rule struct {
	ACL  string
	Name string
}

// Key is what tuples are merged by
// (docs/explanation/meaning-of-the-numbers.md). The source port is not part of
// it. Rule and Log are small numbers that the owner of the Key hands out.
type Key struct {
	Initiator, Responder Addr
	Interval             int64 // start of the interval, seconds since 1970, UTC
	Rule, Log            uint32
	Port                 uint16
	Protocol             uint8
	Direction            Direction
	Status               Status
	Encryption           Encryption
}

// Counters is what is summed over the tuples of one Key
// (docs/explanation/meaning-of-the-numbers.md).
type Counters struct {
	Started, Ended         uint64 // flows
	PacketsFwd, BytesFwd   uint64
	PacketsBack, BytesBack uint64
	Records                uint64 // tuples merged
	First, Last            int64  // milliseconds since 1970, UTC
}

// Identity is what an address was at a time.
type Identity struct {
	Host     uint64 // equal for all that is one host at that time, wherever it was seen from; 0: not looked at
	Endpoint uint64 // of the description of what it was, the same for all that are alike; 0: not looked at
}

// Row is a reduced flow.
type Row struct {
	Key
	Counters
	From, To Identity // of initiator and responder at the start of the interval, decided after reduction
	Type     Type     // what kind of flow it is, decided after reduction
	Marks    Marks    // decided after reduction, and again when other captures are known
}
