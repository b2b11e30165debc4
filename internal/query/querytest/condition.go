package querytest

import (
	"net/netip"
	"slices"
	"strings"

	"pgregory.net/rapid"

	"weir/internal/enrich"
	"weir/internal/query"
)

// Was returns what an address was, as a Result has it.
func Was(address string, p query.Property) any {
	e := Endpoint(address)
	if e == nil {
		e = &enrich.Endpoint{}
	}
	switch p {
	case query.Class:
		return int64(e.Class)
	case query.ASN:
		return int64(e.ASN)
	case query.Region:
		if e.Region == "" {
			return e.AzureRegion
		}
		return e.Region
	case query.ResourceGroup:
		if i := 1; e.ID == "" {
			return append(strings.Split(e.VNet, "/"), "", "")[i]
		}
		return strings.Split(string(e.ID), "/")[4]
	}
	return map[query.Property]string{
		query.Kind: e.Kind.String(), query.VNet: e.VNet, query.Subnet: e.Subnet, query.NIC: e.NIC, query.VM: e.VM, query.ScaleSet: e.ScaleSet,
		query.Subscription: e.Subscription, query.Zone: e.Zone, query.Gateway: e.Gateway, query.Connection: e.Connection, query.Site: e.LocalGateway,
		query.LoadBalancer: e.LoadBalancer, query.AppGateway: e.AppGateway, query.Firewall: e.Firewall, query.PrivateEndpoint: e.PrivateEndpoint,
		query.Service: e.Service, query.ServiceTags: e.ServiceTags, query.Country: e.Country, query.Organisation: e.Organisation,
	}[p]
}

// AnyCondition draws a condition of such a depth at most, about what Random has.
func AnyCondition(depth int) *rapid.Generator[query.Condition] {
	return rapid.Custom(func(t *rapid.T) query.Condition {
		n := 0
		if depth > 0 {
			n = rapid.IntRange(0, 5).Draw(t, "shape")
		}
		deeper := func() []query.Condition { return rapid.SliceOfN(AnyCondition(depth-1), 2, 3).Draw(t, "list") }
		switch n {
		case 1:
			return query.And(deeper())
		case 2:
			return query.Or(deeper())
		case 3:
			return query.Not{Condition: AnyCondition(depth-1).Draw(t, "not")}
		}
		return anyTest(t)
	})
}

func anyTest(t *rapid.T) query.Condition {
	field := rapid.SampledFrom(query.Fields()).Draw(t, "field")
	test := query.Test{Field: field.Name}
	if field.Ends {
		test.End = query.End(rapid.IntRange(0, 2).Draw(t, "end"))
	}
	var ops []query.Op
	for op := query.Equals; op <= query.Has; op++ {
		if field.Takes(op) {
			ops = append(ops, op)
		}
	}
	test.Op = rapid.SampledFrom(ops).Draw(t, "op")
	n := 1
	switch test.Op {
	case query.Between:
		n = 2
	case query.Equals, query.Within, query.StartsWith, query.Has:
		n = rapid.IntRange(1, 3).Draw(t, "values")
	}
	if field.Kind == query.KindFlag {
		n = 0
	}
	for range n {
		test.Values = append(test.Values, anyValue(t, field, test.Op))
	}
	if test.Op == query.Between && test.Values[0].(int64) > test.Values[1].(int64) {
		slices.Reverse(test.Values)
	}
	return test
}

func anyValue(t *rapid.T, field query.Field, op query.Op) any {
	addresses := []string{"10.0.0.4", "10.0.0.5", "10.0.1.4", "203.0.113.1", "203.0.113.2", "203.0.113.5", "203.0.113.6", "2001:db8::2", "2001:db8::5"}
	address := rapid.SampledFrom(addresses).Draw(t, "address")
	switch field.Kind {
	case query.KindNumber:
		if field.Name == "asn" {
			return rapid.Int64Range(15168, 15172).Draw(t, "asn")
		}
		return rapid.OneOf(rapid.SampledFrom([]int64{0, 22, 53, 80, 443, 1433, 8080, 49151, 49152, 50000, 65535}), rapid.Int64Range(0, 65535)).Draw(t, "port")
	case query.KindChoice:
		return rapid.SampledFrom(field.Choices()).Draw(t, "choice")
	case query.KindAddress:
		a := netip.MustParseAddr(address)
		if op == query.Within {
			return netip.PrefixFrom(a, rapid.IntRange(0, a.BitLen()).Draw(t, "bits")).Masked()
		}
		return a
	}
	texts := []string{"x.*", "'); DROP TABLE weir.fact; --"}
	switch field.Name {
	case "app":
		texts = append(texts, "https", "domain", "Late Service")
	case "feed":
		texts = append(texts, "feodo", "own", "tor")
	case "category":
		texts = append(texts, "C2", "Botnet", "Phishing", "Proxy")
	case "rule":
		texts = append(texts, "rule-1", "rule-3")
	case "acl":
		texts = append(texts, "/subscriptions/s/nsg-1")
	case "mac":
		texts = append(texts, "00224871C201")
	case "target":
		texts = append(texts, "/subscriptions/s/vnet-2")
	default:
		d, _ := field.Dimension(query.InitiatorEnd)
		texts = append(texts, strings.Split(Was(address, query.Property(d-query.Of(query.InitiatorEnd, 0))).(string), " ")...)
	}
	text := rapid.SampledFrom(texts).Draw(t, "text")
	if rapid.Bool().Draw(t, "upper") {
		text = strings.ToUpper(text)
	}
	if parts := strings.Split(text, "/"); rapid.Bool().Draw(t, "last parts") {
		text = strings.Join(parts[rapid.IntRange(0, len(parts)-1).Draw(t, "from part"):], "/")
	}
	if op != query.Equals {
		text = text[:rapid.IntRange(0, len(text)).Draw(t, "part")]
		if text == "" && op == query.Has {
			text = "u"
		}
	}
	return text
}
