package insight

import "weir/internal/store"

// cell is a column of rows of files, and how its value is found.
type cell[R any] struct {
	store.Column
	of func(R) any
}

func columnsOf[R any](cells []cell[R]) []store.Column {
	columns := make([]store.Column, len(cells))
	for i, c := range cells {
		columns[i] = c.Column
	}
	return columns
}

// flowCells are the columns of reduced flows in files.
var flowCells = []cell[*Flow]{
	{store.Column{Name: "interval_start", Type: "time"}, func(f *Flow) any { return f.Interval }},
	{store.Column{Name: "interval_end", Type: "time"}, func(f *Flow) any { return f.Until }},
	{store.Column{Name: "initiator", Type: "string"}, func(f *Flow) any { return f.Initiator }},
	{store.Column{Name: "initiator_name", Type: "string"}, func(f *Flow) any { return f.From.Name }},
	{store.Column{Name: "initiator_kind", Type: "string"}, func(f *Flow) any { return f.From.Kind }},
	{store.Column{Name: "initiator_class", Type: "string"}, func(f *Flow) any { return f.From.Class }},
	{store.Column{Name: "initiator_network", Type: "string"}, func(f *Flow) any { return f.From.Network }},
	{store.Column{Name: "initiator_region", Type: "string"}, func(f *Flow) any { return f.From.Region }},
	{store.Column{Name: "initiator_country", Type: "string"}, func(f *Flow) any { return f.From.Country }},
	{store.Column{Name: "initiator_service", Type: "string"}, func(f *Flow) any { return f.From.Service }},
	{store.Column{Name: "initiator_verdict", Type: "string"}, func(f *Flow) any { return f.From.Category }},
	{store.Column{Name: "responder", Type: "string"}, func(f *Flow) any { return f.Responder }},
	{store.Column{Name: "responder_name", Type: "string"}, func(f *Flow) any { return f.To.Name }},
	{store.Column{Name: "responder_kind", Type: "string"}, func(f *Flow) any { return f.To.Kind }},
	{store.Column{Name: "responder_class", Type: "string"}, func(f *Flow) any { return f.To.Class }},
	{store.Column{Name: "responder_network", Type: "string"}, func(f *Flow) any { return f.To.Network }},
	{store.Column{Name: "responder_region", Type: "string"}, func(f *Flow) any { return f.To.Region }},
	{store.Column{Name: "responder_country", Type: "string"}, func(f *Flow) any { return f.To.Country }},
	{store.Column{Name: "responder_service", Type: "string"}, func(f *Flow) any { return f.To.Service }},
	{store.Column{Name: "responder_verdict", Type: "string"}, func(f *Flow) any { return f.To.Category }},
	{store.Column{Name: "port", Type: "int"}, func(f *Flow) any { return int64(f.Port) }},
	{store.Column{Name: "protocol", Type: "string"}, func(f *Flow) any { return f.Protocol }},
	{store.Column{Name: "application", Type: "string"}, func(f *Flow) any { return f.Application }},
	{store.Column{Name: "type", Type: "string"}, func(f *Flow) any { return f.Type }},
	{store.Column{Name: "direction", Type: "string"}, func(f *Flow) any { return string(f.Direction) }},
	{store.Column{Name: "status", Type: "string"}, func(f *Flow) any { return string(f.Status) }},
	{store.Column{Name: "acl", Type: "string"}, func(f *Flow) any { return f.ACL }},
	{store.Column{Name: "rule", Type: "string"}, func(f *Flow) any { return f.Rule }},
	{store.Column{Name: "encryption", Type: "string"}, func(f *Flow) any { return f.Encryption }},
	{store.Column{Name: "nic", Type: "string"}, func(f *Flow) any { return f.NIC }},
	{store.Column{Name: "mac", Type: "string"}, func(f *Flow) any { return f.MAC }},
	{store.Column{Name: "at_hop", Type: "bool"}, func(f *Flow) any { return f.AtHop }},
	{store.Column{Name: "target", Type: "string"}, func(f *Flow) any { return f.Target }},
	{store.Column{Name: "flow_log", Type: "string"}, func(f *Flow) any { return f.FlowLog }},
	{store.Column{Name: "family", Type: "string"}, func(f *Flow) any { return f.Family }},
	{store.Column{Name: "started", Type: "int", Unit: "flows"}, func(f *Flow) any { return f.Started }},
	{store.Column{Name: "ended", Type: "int", Unit: "flows"}, func(f *Flow) any { return f.Ended }},
	{store.Column{Name: "packets_forward", Type: "int", Unit: "packets"}, func(f *Flow) any { return f.Forward.Packets }},
	{store.Column{Name: "bytes_forward", Type: "int", Unit: "bytes"}, func(f *Flow) any { return f.Forward.Bytes }},
	{store.Column{Name: "packets_back", Type: "int", Unit: "packets"}, func(f *Flow) any { return f.Back.Packets }},
	{store.Column{Name: "bytes_back", Type: "int", Unit: "bytes"}, func(f *Flow) any { return f.Back.Bytes }},
	{store.Column{Name: "tuples", Type: "int", Unit: "tuples"}, func(f *Flow) any { return f.Tuples }},
	{store.Column{Name: "first_seen", Type: "time"}, func(f *Flow) any { return f.First }},
	{store.Column{Name: "last_seen", Type: "time"}, func(f *Flow) any { return f.Last }},
	{store.Column{Name: "counted", Type: "string"}, func(f *Flow) any { return f.Counted.Text() }},
	{store.Column{Name: "duplicate", Type: "bool"}, func(f *Flow) any { return f.Duplicate }},
}

// FlowRows returns reduced flows as rows of files.
func FlowRows(flows []Flow) store.Rows { return &flowRows{page: flows, at: -1} }

// AllFlows returns all rows that a question is about, page after page while they
// are read: ask is FlowList of a store. They come by time, whatever Sort says:
// each page by a measure would look at everything.
func AllFlows(q FlowsQuestion, ask func(FlowsQuestion) (*FlowsAnswer, error)) store.Rows {
	q.Sort, q.Limit, q.After, q.Count = "", MaxFlows, "", false
	return &flowRows{at: -1, more: true, question: q, ask: ask}
}

// flowRows implements store.Rows.
type flowRows struct {
	page     []Flow
	at       int // in the page
	more     bool
	question FlowsQuestion
	ask      func(FlowsQuestion) (*FlowsAnswer, error)
	values   []any
	err      error
}

// Columns implements store.Rows.
func (r *flowRows) Columns() []store.Column { return columnsOf(flowCells) }

// Next implements store.Rows.
func (r *flowRows) Next() bool {
	r.at++
	for r.at >= len(r.page) && r.more {
		a, err := r.ask(r.question)
		if err != nil {
			r.err, r.more = err, false
			return false
		}
		// What is committed meanwhile does not move the range.
		r.question.From, r.question.To, r.question.After = a.From, a.To, a.Next
		r.page, r.at, r.more = a.Rows, 0, a.Next != ""
	}
	return r.at < len(r.page)
}

// Values implements store.Rows.
func (r *flowRows) Values() []any {
	if r.values == nil {
		r.values = make([]any, len(flowCells))
	}
	for i, c := range flowCells {
		r.values[i] = c.of(&r.page[r.at])
	}
	return r.values
}

// Err implements store.Rows.
func (r *flowRows) Err() error { return r.err }

// Close implements store.Rows.
func (r *flowRows) Close() error {
	r.page, r.more = nil, false
	return nil
}
