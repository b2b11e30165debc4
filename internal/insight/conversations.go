package insight

import (
	"context"
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
	pair := []query.Dimension{query.Initiator, query.InitiatorID, query.Responder, query.ResponderID}
	res, err := rank(ctx, s, &a.Ranking, everyConversation, pair,
		measures("allowed", allowed), measures("denied", denied),
		[]query.Measure{
			{Name: "forward_packets", Of: query.PacketsForward},
			{Name: "forward_bytes", Of: query.BytesForward},
			{Name: "back_packets", Of: query.PacketsBack},
			{Name: "back_bytes", Of: query.BytesBack},
		})
	if err != nil || len(res.Rows) == 0 {
		return a, err
	}
	ports, err := portsOf(ctx, s, a.Ranking, pair, res.Rows)
	if err != nil {
		return nil, err
	}
	types, err := typesOf(ctx, s, a.Ranking, pair, res.Rows)
	if err != nil {
		return nil, err
	}
	known, err := sidesOf(ctx, s, a.Range, res, 0, 2)
	if err != nil {
		return nil, err
	}
	for _, row := range res.Rows {
		key := pairOf(row.Keys)
		c := Conversation{
			Initiator: key[0].address,
			Responder: key[1].address,
			From:      known[key[0]],
			To:        known[key[1]],
			FlowTypes: types[key],
			Ports:     ports[key],
			Allowed:   read(row.Values, "allowed"),
			Denied:    read(row.Values, "denied"),
			Forward:   Volume{row.Values["forward_packets"], row.Values["forward_bytes"]},
			Back:      Volume{row.Values["back_packets"], row.Values["back_bytes"]},
			Total:     read(row.Values, "total"),
		}
		c.Share = share(c.Total, a.Total, a.By)
		a.Rows = append(a.Rows, c)
	}
	return a, nil
}

// pairKey is the hosts of a conversation.
type pairKey [2]hostKey

func pairOf(keys []any) pairKey {
	return pairKey{hostOf(keys[0], keys[1]), hostOf(keys[2], keys[3])}
}

// portsOf returns the most used ports of each of the conversations.
func portsOf(ctx context.Context, s store.Store, a Ranking, pair []query.Dimension, shown []query.Row) (map[pairKey][]PortKey, error) {
	ports := map[pairKey][]PortKey{}
	rows, err := firstOf(ctx, s, a, pair, shown, portsShown, query.ServicePort, query.Protocol)
	if err != nil {
		return nil, err
	}
	names, err := applications(ctx, s, rows, len(pair))
	if err != nil {
		return nil, err
	}
	for _, row := range rows {
		k, of := pairOf(row.Keys), portOf(row, len(pair))
		p := portKey(of[0], of[1])
		p.Application = names[of]
		ports[k] = append(ports[k], p)
	}
	return ports, nil
}

// typesOf returns the kinds of flow of each of the conversations.
func typesOf(ctx context.Context, s store.Store, a Ranking, pair []query.Dimension, shown []query.Row) (map[pairKey][]string, error) {
	types := map[pairKey][]string{}
	rows, err := firstOf(ctx, s, a, pair, shown, len(flow.TypeTexts), query.FlowType)
	for _, row := range rows {
		k := pairOf(row.Keys)
		types[k] = append(types[k], flow.Type(row.Keys[len(pair)].(int64)).String())
	}
	return types, err
}

// firstOf returns the first values of dimensions for each of the
// conversations, behind the keys of these.
func firstOf(ctx context.Context, s store.Store, a Ranking, pair []query.Dimension, shown []query.Row, limit int, of ...query.Dimension) ([]query.Row, error) {
	wanted := query.Filter{Dimensions: pair}
	for _, row := range shown {
		wanted.Values = append(wanted.Values, row.Keys)
	}
	res, err := query.Ask(ctx, s, query.DuckDB{}, query.Question{
		From: a.From, To: a.To,
		Dimensions: slices.Concat(pair, of),
		Measures:   measures("total"),
		Filters:    []query.Filter{wanted},
		Order:      ranked(a.By, of...),
		Per:        &query.Per{Dimensions: pair, Limit: limit},
	})
	if err != nil {
		return nil, err
	}
	return res.Rows, nil
}
