package insight

import "weir/internal/store"

// flowCells are the columns of reduced flows in files.
var flowCells = []struct {
	name, kind string
	of         func(*Flow) any
}{
	{"interval_start", "time", func(f *Flow) any { return f.Interval }},
	{"interval_end", "time", func(f *Flow) any { return f.Until }},
	{"initiator", "string", func(f *Flow) any { return f.Initiator }},
	{"initiator_name", "string", func(f *Flow) any { return f.From.Name }},
	{"initiator_kind", "string", func(f *Flow) any { return f.From.Kind }},
	{"initiator_class", "string", func(f *Flow) any { return f.From.Class }},
	{"initiator_network", "string", func(f *Flow) any { return f.From.Network }},
	{"initiator_region", "string", func(f *Flow) any { return f.From.Region }},
	{"initiator_country", "string", func(f *Flow) any { return f.From.Country }},
	{"initiator_service", "string", func(f *Flow) any { return f.From.Service }},
	{"initiator_verdict", "string", func(f *Flow) any { return f.From.Category }},
	{"responder", "string", func(f *Flow) any { return f.Responder }},
	{"responder_name", "string", func(f *Flow) any { return f.To.Name }},
	{"responder_kind", "string", func(f *Flow) any { return f.To.Kind }},
	{"responder_class", "string", func(f *Flow) any { return f.To.Class }},
	{"responder_network", "string", func(f *Flow) any { return f.To.Network }},
	{"responder_region", "string", func(f *Flow) any { return f.To.Region }},
	{"responder_country", "string", func(f *Flow) any { return f.To.Country }},
	{"responder_service", "string", func(f *Flow) any { return f.To.Service }},
	{"responder_verdict", "string", func(f *Flow) any { return f.To.Category }},
	{"port", "int", func(f *Flow) any { return int64(f.Port) }},
	{"protocol", "string", func(f *Flow) any { return f.Protocol }},
	{"application", "string", func(f *Flow) any { return f.Application }},
	{"type", "string", func(f *Flow) any { return f.Type }},
	{"direction", "string", func(f *Flow) any { return string(f.Direction) }},
	{"status", "string", func(f *Flow) any { return string(f.Status) }},
	{"acl", "string", func(f *Flow) any { return f.ACL }},
	{"rule", "string", func(f *Flow) any { return f.Rule }},
	{"encryption", "string", func(f *Flow) any { return f.Encryption }},
	{"nic", "string", func(f *Flow) any { return f.NIC }},
	{"mac", "string", func(f *Flow) any { return f.MAC }},
	{"at_hop", "bool", func(f *Flow) any { return f.AtHop }},
	{"target", "string", func(f *Flow) any { return f.Target }},
	{"flow_log", "string", func(f *Flow) any { return f.FlowLog }},
	{"family", "string", func(f *Flow) any { return f.Family }},
	{"started", "int", func(f *Flow) any { return f.Started }},
	{"ended", "int", func(f *Flow) any { return f.Ended }},
	{"packets_forward", "int", func(f *Flow) any { return f.Forward.Packets }},
	{"bytes_forward", "int", func(f *Flow) any { return f.Forward.Bytes }},
	{"packets_back", "int", func(f *Flow) any { return f.Back.Packets }},
	{"bytes_back", "int", func(f *Flow) any { return f.Back.Bytes }},
	{"tuples", "int", func(f *Flow) any { return f.Tuples }},
	{"first_seen", "time", func(f *Flow) any { return f.First }},
	{"last_seen", "time", func(f *Flow) any { return f.Last }},
	{"counted", "string", func(f *Flow) any { return f.Counted.Text() }},
	{"duplicate", "bool", func(f *Flow) any { return f.Duplicate }},
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
func (r *flowRows) Columns() []store.Column {
	columns := make([]store.Column, len(flowCells))
	for i, c := range flowCells {
		columns[i] = store.Column{Name: c.name, Type: c.kind}
	}
	return columns
}

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
