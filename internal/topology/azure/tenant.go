package azure

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/resourcegraph/armresourcegraph"
)

// groupSize is how many subscriptions are asked for at once: few enough that
// the rows of a group fit into memory, many enough that the quota of questions
// (15 in 5 seconds) lasts.
const groupSize = 20

// subscription is one that a credential sees.
type subscription struct {
	SubscriptionID string
	Name           string
	TenantID       string
	row            json.RawMessage
}

func (s *subscription) String() string {
	return fmt.Sprintf("subscription %s (%s)", s.Name, s.SubscriptionID)
}

// tenant reads what the credential sees in a tenant. The error says that the
// tenant could not be read at all.
func (r *reader) tenant(ctx context.Context, name string) error {
	r.progress.Tenant = name
	c, err := r.o.Credential(name)
	if err != nil {
		return signIn(name, err)
	}
	client, err := armresourcegraph.NewClient(credential{c, name}, &r.o.Client)
	if err != nil {
		return fmt.Errorf("cannot make a client of Resource Graph: %w", err)
	}
	t := &tenant{reader: r, client: client, name: name}
	subscriptions, err := t.subscriptions(ctx)
	if err != nil {
		return err
	}
	r.progress.Subscriptions += len(subscriptions)
	for group := range slices.Chunk(subscriptions, groupSize) {
		t.group(ctx, group)
	}
	return nil
}

// tenant is a reader in one tenant.
type tenant struct {
	*reader
	client *armresourcegraph.Client
	name   string
	last   http.Header // of the last answer: what is left of the quota
}

// subscriptions lists those to read: what is visible, chosen, and was not read
// in a tenant before.
func (t *tenant) subscriptions(ctx context.Context) ([]subscription, error) {
	rows, err := t.ask(ctx, subscriptionsQuery, nil)
	if err != nil {
		return nil, t.explain(err)
	}
	var out []subscription
	inside := false
	for _, row := range rows.list {
		s := subscription{row: row}
		if err := json.Unmarshal(row, &s); err != nil || s.SubscriptionID == "" {
			t.fail(describeTenant(t.name), fmt.Errorf("its list of subscriptions holds %.100s, which names none", row))
			continue
		}
		inside = inside || strings.EqualFold(s.TenantID, t.name)
		id := strings.ToLower(s.SubscriptionID)
		if t.choose(&s) && !t.seen[id] {
			t.seen[id] = true
			out = append(out, s)
		}
	}
	switch {
	case len(rows.list) == 0:
		return nil, fmt.Errorf("the credential sees no subscription there: %s", needReader)
	case isID(t.name) && !inside:
		// A managed identity has a token of its own tenant whichever is asked for.
		t.fail(describeTenant(t.name), errors.New("no subscription that the credential sees is of this tenant: sign in to it, with az login --tenant, or a service principal that it knows"))
	}
	if rows.limited {
		t.fail(describeTenant(t.name), errors.New("it has more than the 10 000 subscriptions that Resource Graph shows one principal: name those to read, or use several principals"))
	}
	return out, nil
}

// choose tells whether a subscription is to be read, and notes that it was found.
func (t *tenant) choose(s *subscription) bool {
	chosen := len(t.o.Subscriptions) == 0
	for _, name := range t.o.Subscriptions {
		if strings.EqualFold(name, s.SubscriptionID) || strings.EqualFold(name, s.Name) {
			t.reader.chosen[strings.ToLower(name)] = true
			chosen = true
		}
	}
	return chosen
}

// isID tells whether a tenant was named by its id, not by a domain.
func isID(name string) bool {
	return len(name) == 36 && strings.Count(name, "-") == 4 && !strings.Contains(name, ".")
}

// group reads subscriptions and imports what they hold if all of it came. A
// group that was refused is split, so that who may not be read is found out.
func (t *tenant) group(ctx context.Context, group []subscription) {
	pages, unknown, err := t.resources(ctx, group)
	switch {
	case ctx.Err() != nil:
		return
	case err == nil:
		t.take(group, pages, unknown)
	case refused(err) && len(group) > 1:
		half := len(group) / 2
		t.group(ctx, group[:half])
		t.group(ctx, group[half:])
		return
	default:
		err = t.explain(err)
		for i := range group {
			t.fail(group[i].String(), err)
		}
	}
	t.progress.SubscriptionsDone += len(group)
	t.tell()
}

// page is a piece of an answer with the name under which its problems are reported.
type page struct {
	name string
	list []json.RawMessage
}

// resources asks for all that a group holds.
func (t *tenant) resources(ctx context.Context, group []subscription) ([]page, map[string]int, error) {
	ids := make([]*string, len(group))
	for i := range group {
		ids[i] = &group[i].SubscriptionID
	}
	var pages []page
	for _, q := range resourceQueries() {
		a, err := t.ask(ctx, q.text, ids)
		if err != nil {
			return nil, nil, err
		}
		pages = append(pages, page{fmt.Sprintf("%s of %s", q.table, t.place(group)), a.list})
	}
	a, err := t.ask(ctx, otherQuery(), ids)
	if err != nil {
		return nil, nil, err
	}
	unknown := map[string]int{}
	for _, row := range a.list {
		var other struct {
			Type  string
			Total int
		}
		if err := json.Unmarshal(row, &other); err != nil {
			return nil, nil, fmt.Errorf("the count of other resources holds %.100s: %w", row, err)
		}
		unknown[other.Type] += other.Total
	}
	return pages, unknown, nil
}

// place names where rows came from.
func (t *tenant) place(group []subscription) string {
	if len(group) == 1 {
		return group[0].String()
	}
	return describeTenant(t.name)
}

// take imports what a group holds.
func (t *tenant) take(group []subscription, pages []page, unknown map[string]int) {
	own := page{name: "subscriptions of " + describeTenant(t.name)}
	for i := range group {
		own.list = append(own.list, group[i].row)
	}
	for _, p := range append(pages, own) {
		if err := t.importer.Read(p.name, rowsReader(p.list)); err != nil {
			t.fail(p.name, err) // only memory can fail here
		}
	}
	for kind, n := range unknown {
		t.unknown[kind] += n
	}
	t.read += len(group)
}
