package store

import (
	"context"
	"time"
)

// Rollup is a table of sums over facts, by hour and by day, that answers
// questions about long ranges. It is made from facts in the background and
// dropped whenever they change, so that it is never wrong, at most absent. See
// docs/explanation/roll-ups.md.
type Rollup struct {
	Name string
	// Of says which facts it sums.
	Of Facts
	// Keys are columns that it has in full.
	Keys []string
	// Subject is what it ranks: of each period it has those combinations of
	// these columns that are among the first by flows, packets or bytes, and
	// sums all others in rows that say so in column folded. Empty: it folds
	// nothing.
	Subject []string
	// Details are columns that it has of the subjects that are not folded.
	Details []string
}

// Facts are the ways to read the facts.
type Facts int

// The ways to read the facts.
const (
	CountedOnce Facts = iota // each conversation once
	EachCapture              // each NIC's records once: for what is decided at a NIC
	BothEnds                 // as CountedOnce, with every flow once for each of its ends: columns host, host_endpoint, role, captured
)

// Rollups returns all roll-ups, that with the fewest rows first. Where several
// answer a question, the first does. Beside their columns they have
// interval_start, the start of the period, and the counters of a fact.
func Rollups() []Rollup {
	return []Rollup{
		{Name: "course", Of: CountedOnce, Keys: []string{"direction", "status", "flow_type", "protocol", "encryption"}},
		{Name: "rule", Of: EachCapture, Keys: []string{"rule", "direction", "status", "flow_type"}},
		{Name: "port", Of: CountedOnce, Keys: []string{"direction", "status", "flow_type"}, Subject: []string{"port", "protocol"}},
		{Name: "host", Of: BothEnds, Keys: []string{"role", "captured", "status", "flow_type"}, Subject: []string{"host"}, Details: []string{"host_endpoint"}},
		{
			Name: "ends", Of: CountedOnce,
			Keys: []string{"direction", "status", "flow_type", "protocol", "encryption", "initiator_endpoint", "responder_endpoint"},
		},
		{
			Name: "pair", Of: CountedOnce, Keys: []string{"direction", "status", "flow_type"}, Subject: []string{"initiator", "responder"},
			Details: []string{"port", "protocol", "initiator_endpoint", "responder_endpoint"},
		},
	}
}

// RollupCounters are the counters that a roll-up has, as the fact.
var RollupCounters = [...]string{"started", "ended", "packets_fwd", "bytes_fwd", "packets_back", "bytes_back", "records"}

// The widths of periods. They begin where they are whole multiples of it since 1970.
const (
	Hour = time.Hour
	Day  = 24 * time.Hour
)

// RollupTable is the table that has a roll-up by hour or by day.
func RollupTable(name string, width time.Duration) string {
	if width == Day {
		return "weir.day_" + name
	}
	return "weir.hour_" + name
}

// Period is an hour or a day of which the roll-ups stand.
type Period struct {
	Start time.Time
	Width time.Duration // Hour or Day
	// Number is another one whenever the roll-ups of the period are made anew.
	Number uint64
	// Bounds tells of each roll-up that folds what it folded.
	Bounds map[string]Bound
}

// End is the end of the period, exclusive.
func (p Period) End() time.Time { return p.Start.Add(p.Width) }

// Bound tells what a roll-up folded in a period: the highest sums that a
// subject has which is folded, and how many there are. No folded subject has
// more, whatever part of its flows is asked for.
type Bound struct {
	Flows, Packets, Bytes int64
	Kept, Folded          int64 // number of subjects
}

// Rolling is the part of a store that keeps roll-ups.
type Rolling interface {
	// RollUp makes the roll-ups that are due: of hours and days that are over,
	// as the end of the data has it, and in which every conversation counts
	// once. It returns how many periods it made. Each commits with what it
	// needs, so it may be stopped at any instant.
	RollUp(ctx context.Context) (int, error)
	// Periods returns the periods of which the roll-ups stand and that lie in a
	// range, in the order of their starts, hours before days; a zero time does
	// not bound. Where they are the same before and after a question was
	// answered, by their numbers, the answer is whole.
	Periods(ctx context.Context, from, to time.Time) ([]Period, error)
	// Absent tells of each period, and of each subject of a roll-up that ranks
	// hosts or pairs, whether it was certainly not folded there: what the roll-up
	// does not have of it then has no facts. Nil for a period: nothing is certain.
	Absent(ctx context.Context, rollup string, periods []Period, subjects [][]uint64) ([][]bool, error)
}
