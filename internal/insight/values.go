package insight

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"weir/internal/filter"
	"weir/internal/query"
	"weir/internal/store"
)

// ValuesQuestion asks which values of a field of the filter language are stored.
// Zero values mean: the last 24 hours of data, the first twenty.
type ValuesQuestion struct {
	From, To time.Time // whose traffic tells which come first
	Field    string    // by any of its names, src. and dst. as well
	Begin    string    // of the value
	Limit    int
}

// ValuesAnswer lists values of a field.
type ValuesAnswer struct {
	Range
	Field string  `json:"field" doc:"Its first name, with the end that was asked for" example:"src.vnet"`
	Begin string  `json:"begin" doc:"How values begin, empty for any"`
	Limit int     `json:"limit" doc:"Rows asked for"`
	More  bool    `json:"more" doc:"Whether there are more that begin so"`
	Rows  []Value `json:"rows" nullable:"false" doc:"Those with the most flows first, then the others by their texts; addresses in their order"`
}

// Value is a value of a field.
type Value struct {
	Text  string `json:"text" doc:"By which a filter means it alone, as short as can be: the end of a path where no other ends so. It needs quotes in a filter where it is not one word"`
	Whole string `json:"whole" doc:"As it is stored"`
	Name  string `json:"name" doc:"What a number is called: of a port the service; else empty"`
	Flows int64  `json:"flows" doc:"Flows of the hours and days of the range of which there are sums; 0 where it is not among the busiest, or nothing of it is summed"`
}

// DefaultValues is how many values a list has where nothing else is asked for.
const DefaultValues = 20

// Values returns which values of a field are stored. It never looks at flows, but
// at what they refer to and at roll-ups, and takes the same for any number of them.
func Values(ctx context.Context, s store.Store, q ValuesQuestion) (*ValuesAnswer, error) {
	f, end, ok := query.FieldNamed(q.Field)
	if !ok || f.Kind == query.KindFlag {
		return nil, askErrorf("field", "There are no values of %q; docs/reference/filters.md has the fields.", q.Field)
	}
	limit, err := checkLimit(q.Limit, DefaultValues)
	if err != nil {
		return nil, err
	}
	r, err := resolve(ctx, s, q.From, q.To)
	if err != nil {
		return nil, err
	}
	found, more, err := query.Values(ctx, s, query.ValuesQuestion{Field: f, End: end, Begin: q.Begin, From: r.From, To: r.To, Limit: limit})
	if err != nil {
		return nil, fmt.Errorf("cannot list values of %s: %w", f.NameAt(end), err)
	}
	a := &ValuesAnswer{Range: r, Field: f.NameAt(end), Begin: q.Begin, Limit: limit, More: more, Rows: []Value{}}
	for _, v := range found {
		a.Rows = append(a.Rows, Value{Text: v.Text, Whole: v.Whole, Flows: v.Flows})
	}
	if f.Name == "port" {
		return a, a.nameServices(ctx, s)
	}
	return a, nil
}

// Suggestions are the values for whom writes a filter, with what tells them apart.
func (a *ValuesAnswer) Suggestions() []filter.Value {
	list := make([]filter.Value, len(a.Rows))
	for i, v := range a.Rows {
		list[i] = filter.Value{Text: v.Text, Detail: v.Name}
		if v.Text != v.Whole {
			list[i].Detail = v.Whole
		}
	}
	return list
}

// nameServices says what service is at each port, of TCP where it has one there.
func (a *ValuesAnswer) nameServices(ctx context.Context, s store.Store) error {
	const tcp, udp = 6, 17
	var ports []store.Port
	for _, v := range a.Rows {
		n, err := strconv.ParseUint(v.Whole, 10, 16)
		if err != nil {
			return fmt.Errorf("cannot name a port: %w", err)
		}
		ports = append(ports, store.Port{Port: uint16(n), Protocol: tcp}, store.Port{Port: uint16(n), Protocol: udp})
	}
	names, err := s.Applications(ctx, ports)
	if err != nil {
		return fmt.Errorf("cannot name ports: %w", err)
	}
	for i := range a.Rows {
		a.Rows[i].Name = names[ports[2*i]]
		if a.Rows[i].Name == "" {
			a.Rows[i].Name = names[ports[2*i+1]]
		}
	}
	return nil
}
