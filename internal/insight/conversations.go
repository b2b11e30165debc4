package insight

import (
	"context"

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
	pair := []query.Dimension{query.Initiator, query.Responder}
	res, err := rank(ctx, s, &a.Ranking, pair,
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
	for _, row := range res.Rows {
		key := pairOf(row.Keys)
		c := Conversation{
			Initiator: key[0],
			Responder: key[1],
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

// portsOf returns the most used ports of each of the conversations.
func portsOf(ctx context.Context, s store.Store, a Ranking, pair []query.Dimension, shown []query.Row) (map[[2]string][]PortKey, error) {
	wanted := query.Filter{Dimensions: pair}
	for _, row := range shown {
		wanted.Values = append(wanted.Values, row.Keys)
	}
	res, err := query.Ask(ctx, s, query.DuckDB{}, query.Question{
		From: a.From, To: a.To,
		Dimensions: []query.Dimension{query.Initiator, query.Responder, query.Port, query.Protocol},
		Measures:   measures("total"),
		Filters:    []query.Filter{wanted},
		Order:      ranked(a.By, query.Port, query.Protocol),
		Per:        &query.Per{Dimensions: pair, Limit: portsShown},
	})
	if err != nil {
		return nil, err
	}
	ports := map[[2]string][]PortKey{}
	for _, row := range res.Rows {
		key := pairOf(row.Keys)
		ports[key] = append(ports[key], portKey(row.Keys[2].(int64), row.Keys[3].(int64)))
	}
	return ports, nil
}

func pairOf(keys []any) [2]string { return [2]string{keys[0].(string), keys[1].(string)} }
