package decode

// Reason says why a tuple, a record or a stretch of bytes was rejected. The
// list is closed: Reasons holds all of them.
type Reason string

// The reasons.
const (
	// BadFields: the tuple has fewer than eight fields, or more than its layout has.
	BadFields Reason = "bad-fields"
	// BadTime: not a number of seconds or milliseconds between the years 2000 and 2100.
	BadTime Reason = "bad-time"
	// BadAddress: not an IPv4 or IPv6 address.
	BadAddress Reason = "bad-address"
	// BadPort: not a number from 0 to 65535.
	BadPort Reason = "bad-port"
	// BadProtocol: neither T nor U nor a number from 0 to 255.
	BadProtocol Reason = "bad-protocol"
	// BadDirection: neither I nor O.
	BadDirection Reason = "bad-direction"
	// BadDecision: the eighth field is none of A, D (decision) and B, C, E, D (state).
	BadDecision Reason = "bad-decision"
	// BadState: the field after a decision is none of B, C and E.
	BadState Reason = "bad-state"
	// BadEncryption: not one of the encryption codes of VNet flow logs.
	BadEncryption Reason = "bad-encryption"
	// BadCounter: a packet or byte count that is not a number below 2^44.
	BadCounter Reason = "bad-counter"
	// TupleNotString: an entry of flowTuples is not a string.
	TupleNotString Reason = "tuple-not-string"
	// BadShape: a key of the format holds another kind of value than the format says.
	BadShape Reason = "bad-shape"
	// NameTooLong: an id or the name of a rule is longer than 1 KiB.
	NameTooLong Reason = "name-too-long"
	// NotARecord: valid JSON, but not a flow-log record.
	NotARecord Reason = "not-a-record"
	// BadSyntax: not JSON.
	BadSyntax Reason = "bad-syntax"
	// TooDeep: JSON nested deeper than MaxDepth.
	TooDeep Reason = "too-deep"
	// RecordTooLarge: a record longer than MaxRecord.
	RecordTooLarge Reason = "record-too-large"
	// FarTime: a tuple that lies far from the time of its record (see span).
	FarTime Reason = "far-time"
	// FutureTime: a record whose time lies after its arrival.
	FutureTime Reason = "future-time"
	// UnknownVersion: a record of a version that is not known.
	UnknownVersion Reason = "unknown-version"
	// NotText: an archive, or another kind of file that is no text.
	NotText Reason = "not-text"
	// CorruptGzip: the compressed stream is damaged; what comes after cannot be read.
	CorruptGzip Reason = "corrupt-gzip"
)

// ReasonText pairs a reason with a sentence for people.
type ReasonText struct {
	Reason Reason
	Unit   string // what is rejected: tuple, record, element, object or bytes
	Text   string
}

// Reasons returns the closed list of reasons in the order of the documentation.
func Reasons() []ReasonText {
	return []ReasonText{
		{BadFields, "tuple", "It has fewer than eight comma-separated fields, or more than its layout has."},
		{BadTime, "tuple", "The first field is not a UNIX time in seconds or milliseconds between the years 2000 and 2100."},
		{FarTime, "tuple", "Its time is more than a day after that of its record, or more than 400 days before. Where the record says no time: more than a day after the file was last changed and after the clock of this machine."},
		{BadAddress, "tuple", "An address is neither IPv4 nor IPv6."},
		{BadPort, "tuple", "A port is not a number from 0 to 65535."},
		{BadProtocol, "tuple", "The protocol is neither T nor U nor a number from 0 to 255."},
		{BadDirection, "tuple", "The direction is neither I nor O."},
		{BadDecision, "tuple", "The eighth field is neither a decision (A, D) nor a state (B, C, E, D)."},
		{BadState, "tuple", "The state after a decision is none of B, C and E."},
		{BadEncryption, "tuple", "The encryption code of a VNet tuple is missing or unknown."},
		{BadCounter, "tuple", "A packet or byte count is not a number below 2^44."},
		{TupleNotString, "tuple", "An entry of flowTuples is not a string."},
		{BadShape, "element", "A key of the format holds another kind of value than the format says, such as text where a list belongs."},
		{NameTooLong, "element", "An id or the name of a rule is longer than 1 KiB. Its tuples are read as if they had none."},
		{NotARecord, "record", "It is valid JSON, but has no flows of an NSG or VNet flow log, neither itself nor in what it wraps."},
		{FutureTime, "record", "Its time is more than a day after the file was last changed and after the clock of this machine. If it is right, that clock is wrong."},
		{UnknownVersion, "element", "The record says a version of flow logs other than NSG 1 and 2 and VNet 4. Its tuples are read as far as they are understood, and each that is not is rejected for itself."},
		{BadSyntax, "bytes", "It is not JSON. Reading goes on at the next record."},
		{TooDeep, "bytes", "It is nested deeper than 32 levels. Reading goes on at the next record."},
		{RecordTooLarge, "bytes", "One record is longer than 32 MiB. Reading goes on at the next record."},
		{NotText, "object", "It is an archive or another kind of file that is no text; the sample says which, and what to do."},
		{CorruptGzip, "bytes", "The compressed stream is damaged; what follows in this object cannot be read."},
	}
}

// Rejection is one thing that could not be decoded.
type Rejection struct {
	Reason Reason
	Offset int64  // of its first byte in the uncompressed content
	Length int64  // in bytes
	Sample string // its beginning, valid UTF-8
}

// sampleBytes is how much of a rejected thing is kept to show it.
const sampleBytes = 160
