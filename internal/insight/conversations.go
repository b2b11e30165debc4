package insight

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"weir/internal/flow"
	"weir/internal/query"
	"weir/internal/store"
)

// portsShown is how many ports are named with each conversation.
const portsShown = 3

// Conversations ranks pairs of initiator and responder.
func Conversations(ctx context.Context, s store.Store, q Question) (*ConversationsAnswer, error) {
	a := &ConversationsAnswer{Rows: []Conversation{}}
	var err error
	if a.Ranking, err = q.start(ctx, s); err != nil {
		return nil, err
	}
	first, asked, err := rankParts(ctx, s, &a.Ranking, q.Where, pair(), []query.Measure{
		{Name: "forward_packets", Of: query.PacketsForward},
		{Name: "forward_bytes", Of: query.BytesForward},
		{Name: "back_packets", Of: query.PacketsBack},
		{Name: "back_bytes", Of: query.BytesBack},
	}, []query.Dimension{query.Status, query.FlowType, query.InitiatorEndpoint, query.ResponderEndpoint}, portsQuestion(a.Ranking))
	if err != nil || len(first) == 0 {
		return a, err
	}
	was, err := a.beforeOf(ctx, s, q, everyConversation, pair(), first)
	if err != nil {
		return nil, err
	}
	parts := asked[0].Rows
	ports, err := portsOf(ctx, s, asked[1].Rows)
	if err != nil {
		return nil, err
	}
	known, err := sidesOf(ctx, s, a.Range, parts, end{0, 4}, end{1, 5})
	if err != nil {
		return nil, err
	}
	rows, types := map[pairKey]*Conversation{}, map[pairKey]map[flow.Type]Measures{}
	for _, part := range parts {
		key := pairOf(part.Keys)
		c := rows[key]
		if c == nil {
			from, to := known[key[0]], known[key[1]]
			c = &Conversation{Initiator: from.address, Responder: to.address, From: from.Side, To: to.Side, Ports: ports[key], Before: was.of(key[0], key[1])}
			rows[key], types[key] = c, map[flow.Type]Measures{}
		}
		m := read(part.Values, "total")
		c.Total = c.Total.plus(m)
		if status(part.Keys[2].(int64)) == Allowed {
			c.Allowed = c.Allowed.plus(m)
		} else {
			c.Denied = c.Denied.plus(m)
		}
		c.Forward = c.Forward.plus(Volume{part.Values["forward_packets"], part.Values["forward_bytes"]})
		c.Back = c.Back.plus(Volume{part.Values["back_packets"], part.Values["back_bytes"]})
		t := flow.Type(part.Keys[3].(int64))
		types[key][t] = types[key][t].plus(m)
	}
	for key, c := range rows {
		c.FlowTypes = inOrderOfTypes(types[key], a.By)
		a.Rows = append(a.Rows, *c)
	}
	slices.SortFunc(a.Rows, func(x, y Conversation) int {
		return cmp.Or(x.Total.compare(y.Total, a.By), cmp.Compare(x.Initiator, y.Initiator), cmp.Compare(x.From.Name, y.From.Name),
			cmp.Compare(x.Responder, y.Responder), cmp.Compare(x.To.Name, y.To.Name))
	})
	for _, c := range a.Rows {
		a.Total = a.Total.plus(c.Total)
	}
	for i := range a.Rows {
		a.Rows[i].Share = share(a.Rows[i].Total, a.Total, a.By)
	}
	return a, nil
}

// pair is what conversations are ranked by.
func pair() []query.Dimension { return []query.Dimension{query.InitiatorID, query.ResponderID} }

// pairKey is the identities of a conversation.
type pairKey [2]uint64

func pairOf(keys []any) pairKey { return pairKey{keys[0].(uint64), keys[1].(uint64)} }

// portsQuestion asks for the most used ports of conversations.
func portsQuestion(a Ranking) query.Question {
	port := []query.Dimension{query.ServicePort, query.Protocol}
	return query.Question{
		From: a.From, To: a.To,
		Dimensions: slices.Concat(pair(), port),
		Measures:   measures("total"),
		Order:      ranked(a.By, port...),
		Per:        &query.Per{Dimensions: pair(), Limit: portsShown},
	}
}

// portsOf names the most used ports of each conversation.
func portsOf(ctx context.Context, s store.Store, rows []query.Row) (map[pairKey][]PortKey, error) {
	names, err := applications(ctx, s, rows, len(pair()))
	if err != nil {
		return nil, err
	}
	ports := map[pairKey][]PortKey{}
	for _, row := range rows {
		k := pairOf(row.Keys)
		ports[k] = append(ports[k], shownPort(names, row, len(pair())))
	}
	return ports, nil
}

// inOrderOfTypes returns kinds of flow in words, the most frequent first.
func inOrderOfTypes(of map[flow.Type]Measures, by Measure) []string {
	types := slices.SortedFunc(maps.Keys(of), func(a, b flow.Type) int {
		return cmp.Or(of[a].compare(of[b], by), cmp.Compare(a, b))
	})
	texts := make([]string, len(types))
	for i, t := range types {
		texts[i] = t.String()
	}
	return texts
}
