package enrich

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"weir/internal/enrich/service"
	"weir/internal/flow"
	"weir/internal/topology"
)

// Lookup returns all that is known of an address at a time, seen from a capture.
func (k *Knowledge) Lookup(a flow.Addr, at time.Time, from topology.Capture) AddressFacts {
	return k.facts(a, at, at, from)
}

// facts is Lookup with the verdicts of another time.
func (k *Knowledge) facts(a flow.Addr, at, maliciousAt time.Time, from topology.Capture) AddressFacts {
	ms := at.UnixMilli()
	tags := k.epochs[k.epochAt(ms)].tags
	owner, steps := k.Topology.Explain(a, ms, from)
	e := &k.endpoint(a, owner, tags).Endpoint
	f := AddressFacts{
		Address: a.String(), At: at.UTC(), Class: e.Class.String(), Name: e.ShortName(a),

		Resource: string(e.ID), Subscription: e.Subscription, Region: e.Region,
		VNet: e.VNet, Subnet: e.Subnet, NIC: e.NIC, VM: e.VM, Related: related(&e.Endpoint, a),

		Country: e.Country, CountryName: k.countries[e.Country], ASN: e.ASN, Organisation: e.Organisation,
		Service: e.Service, ServiceTags: []string{},

		Ambiguous: e.Ambiguous, Assumed: owner.BeforeFirstSnapshot,
		Owners: k.owners(a, from), Elsewhere: k.elsewhere(a, ms, owner.Endpoint), Attribution: k.attribution(e),
	}
	if e.Kind != topology.EndpointNone {
		f.Kind = e.Kind.String()
	}
	if e.Class == Azure {
		f.Region = e.AzureRegion
	}
	if !tags.Date.IsZero() {
		f.TagVersion = fmt.Sprintf("%s, change %d", tags.Date.Format(time.DateOnly), tags.ChangeNumber)
	}
	if k.special.Find(a) == 0 {
		f.ServiceTags = append(f.ServiceTags, tags.Record(tags.Find(a)).Tags...)
	}
	k.addVerdicts(&f, a, e.Class, maliciousAt)
	f.Steps = readableAll(append(steps, k.classSteps(a, e, tags, at)...))
	if f.Malicious {
		f.Steps = append(f.Steps, "It counts as malicious: "+verdictText(&f.Verdicts[0])+".")
	}
	return f
}

// addVerdicts writes down every statement about the address. None counts
// unless the address is somebody else's.
func (k *Knowledge) addVerdicts(f *AddressFacts, a flow.Addr, class Class, at time.Time) {
	f.Verdicts = []VerdictFact{}
	if k.Threats == nil {
		return
	}
	owned := class != Azure && k.special.Find(a) == 0
	for _, v := range k.Threats.Judge(a, at).Verdicts {
		fact := VerdictFact{
			Feed: v.Feed, Indicator: v.Indicator, Category: v.Category.String(), Confidence: v.Confidence,
			FirstListed: known(v.FirstListed), LastListed: known(v.LastListed), Counts: v.Counts, Why: v.Why, Detail: v.Detail,
		}
		if class != External && (v.Counts || owned) {
			fact.Counts, fact.Why = false, fmt.Sprintf("%s is %s, which is never malicious", a, ofClass(class))
		}
		f.Verdicts = append(f.Verdicts, fact)
	}
	if len(f.Verdicts) > 0 && f.Verdicts[0].Counts {
		f.Malicious, f.Category = true, f.Verdicts[0].Category
	}
}

func known(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

func verdictText(v *VerdictFact) string {
	return fmt.Sprintf("the feed %s lists %s as %s with a confidence of %d %%", v.Feed, v.Indicator, v.Category, v.Confidence)
}

// ofClass says what an address of a class is, in words that follow "is".
func ofClass(c Class) string {
	switch c {
	case VNet:
		return "a public address of the customer"
	case P2S:
		return "a point-to-site client"
	case S2S:
		return "at a site behind a gateway"
	case Private:
		return "private or reserved"
	case Azure:
		return "Azure's own"
	}
	return "public"
}

// classSteps says what follows once the inventory had its say.
func (k *Knowledge) classSteps(a flow.Addr, e *Endpoint, tags *service.Snapshot, at time.Time) []string {
	if e.Kind != topology.EndpointNone {
		return nil
	}
	if n := k.special.Find(a); n != 0 {
		s := k.specials[n-1]
		return []string{fmt.Sprintf("%s is %s (%s).", a, s.Why, s.Prefix)}
	}
	for _, s := range k.specials {
		if s.Documentation && s.Prefix.Contains(a.Netip()) {
			return []string{fmt.Sprintf("%s is %s (%s), as people put them into logs in place of public ones: it counts as an address of somebody else.", a, s.Why, s.Prefix)}
		}
	}
	if a == platform() {
		return []string{fmt.Sprintf("%s is the virtual address at which every machine reaches the Azure platform.", a)}
	}
	which := "There are no service tags"
	if !tags.Date.IsZero() {
		which = "The service tags of " + tags.Date.Format(time.DateOnly)
		if at.Before(tags.Date) {
			which += ", the first ones known,"
		}
	}
	matches := tags.Matches(a)
	switch {
	case len(matches) > 0:
		var names []string
		for _, m := range matches {
			names = append(names, fmt.Sprintf("%s (%s)", m.Name, m.Prefix))
		}
		return []string{fmt.Sprintf("%s hold it in %s: it is Azure's own.", which, strings.Join(names, ", "))}
	case tags.Date.IsZero():
		return []string{which + " that could say that it is Azure's own: it is an address of somebody else."}
	}
	return []string{which + " do not hold it: it is an address of somebody else."}
}

// owners returns who had an address, the oldest first.
func (k *Knowledge) owners(a flow.Addr, from topology.Capture) []OwnerFact {
	out := []OwnerFact{}
	for i, h := range k.Topology.History(a, from) {
		o := OwnerFact{From: known(h.From), Until: known(h.Until), Name: resourceName(h.Owner.Endpoint)}
		if i == 0 {
			o.From = nil
		}
		if h.Owner.Kind != topology.EndpointNone {
			o.Kind = h.Owner.Kind.String()
		}
		if n := len(out); n > 0 && out[n-1].Name == o.Name && out[n-1].Kind == o.Kind {
			out[n-1].Until = o.Until
			continue
		}
		out = append(out, o)
	}
	if len(out) == 1 && out[0].Name == "" {
		return out[:0]
	}
	return out
}

// maxElsewhere bounds how many others with the same address are named.
const maxElsewhere = 20

// elsewhere returns the others that have the same address.
func (k *Knowledge) elsewhere(a flow.Addr, ms int64, owner *topology.Endpoint) []NamedThing {
	others := slices.DeleteFunc(k.Topology.Everywhere(a, ms), func(e *topology.Endpoint) bool { return *e == *owner })
	out := []NamedThing{}
	for i, e := range others {
		if i == maxElsewhere {
			return append(out, NamedThing{"more", fmt.Sprintf("%d others", len(others)-i)})
		}
		name := resourceName(e)
		if e.VNet != "" && e.Kind != topology.EndpointVNet {
			name += " in " + e.VNet
		}
		out = append(out, NamedThing{e.Kind.String(), name})
	}
	return out
}

// attribution returns what the licences of the databases want to be shown
// beside the place of an endpoint.
func (k *Knowledge) attribution(e *Endpoint) []string {
	out := []string{}
	if e.Country == "" && e.ASN == 0 && e.Organisation == "" {
		return out
	}
	for _, d := range k.Geo.Databases() {
		if d.Attribution != "" && !slices.Contains(out, d.Attribution) {
			out = append(out, d.Attribution)
		}
	}
	return out
}
