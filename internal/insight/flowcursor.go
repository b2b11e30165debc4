package insight

import (
	"encoding/base64"
	"encoding/binary"
	"time"

	"weir/internal/query"
)

// storedPlace is a query.RowPlace as bytes, with the order that it is a place in.
type storedPlace struct {
	Sort                                 uint8
	Value, Interval                      int64 // Interval in seconds since 1970
	Initiator, Responder, Rule, Log      uint64
	InitiatorEndpoint, ResponderEndpoint uint64
	Port                                 uint16
	Protocol, Direction, Status          uint8
	Encryption, Type, Marks              uint8
}

// writeCursor names a place in a list of rows, for who goes on behind it.
func writeCursor(sort query.RowSort, p *query.RowPlace) string {
	b, err := binary.Append(nil, binary.BigEndian, storedPlace{
		uint8(sort), p.Value, p.Interval.Unix(), p.Initiator, p.Responder, p.Rule, p.Log, p.InitiatorEndpoint, p.ResponderEndpoint,
		p.Port, p.Protocol, p.Direction, p.Status, p.Encryption, p.Type, p.Marks,
	})
	if err != nil {
		panic(err) // every field has a size
	}
	return base64.RawURLEncoding.EncodeToString(b)
}

// readCursor returns the place that a cursor names.
func readCursor(text string, sort query.RowSort) (*query.RowPlace, error) {
	b, err := base64.RawURLEncoding.DecodeString(text)
	var p storedPlace
	if err != nil || len(b) != binary.Size(p) {
		return nil, askErrorf("after", "The place to go on from cannot be read; give what the answer before has as next.")
	}
	if _, err := binary.Decode(b, binary.BigEndian, &p); err != nil || p.Sort != uint8(sort) {
		return nil, askErrorf("after", "The place to go on from is one in another order; leave it out to begin anew.")
	}
	at := time.Unix(p.Interval, 0).UTC()
	if err := CheckTime("after", at); err != nil {
		return nil, err
	}
	return &query.RowPlace{
		Value: p.Value, Interval: at, Initiator: p.Initiator, Responder: p.Responder, Port: p.Port, Protocol: p.Protocol,
		Direction: p.Direction, Status: p.Status, Rule: p.Rule, Log: p.Log, Encryption: p.Encryption, Type: p.Type,
		InitiatorEndpoint: p.InitiatorEndpoint, ResponderEndpoint: p.ResponderEndpoint, Marks: p.Marks,
	}, nil
}
