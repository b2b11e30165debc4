package simulate

import "strconv"

const (
	managers   = "Microsoft.Network/networkManagers"
	collection = "/ruleCollections/rules"
	everyone   = "/networkGroups/managed"
)

func (l *inventoryListing) adminCollections() list {
	out := list{file: "network-manager-rule-collection-list"}
	m := l.e.NetworkManager
	out.add(resource{
		id: m.ConfigID + collection, name: "rules", kind: managers + "/securityAdminConfigurations/ruleCollections",
		properties: fields{"appliesToGroups": []fields{{"networkGroupId": m.ID + everyone}}, "provisioningState": "Succeeded"},
	})
	return out
}

func (l *inventoryListing) adminRules() list {
	out := list{file: "network-manager-rule-list"}
	m := l.e.NetworkManager
	addresses := func(texts []string) []fields {
		list := []fields{}
		for _, text := range texts {
			kind := "IPPrefix"
			if text == TagInternet {
				kind = "ServiceTag"
			}
			list = append(list, fields{"addressPrefix": text, "addressPrefixType": kind})
		}
		return list
	}
	for i := range m.Rules {
		r := &m.Rules[i]
		p := ruleResource(r, "").properties
		ranges := []string{}
		for _, q := range r.Ports {
			ranges = append(ranges, strconv.Itoa(int(q.From))+"-"+strconv.Itoa(int(q.To)))
		}
		out.add(resource{
			id: m.ConfigID + collection + "/rules/" + r.Name, name: r.Name, kind: managers + "/securityAdminConfigurations/ruleCollections/rules",
			more: fields{"kind": "Custom"},
			properties: fields{
				"access": p["access"], "direction": p["direction"], "priority": p["priority"], "protocol": p["protocol"],
				"sources": addresses(r.Source), "destinations": addresses(r.Destination),
				"sourcePortRanges": []string{"0-65535"}, "destinationPortRanges": ranges,
			},
		})
	}
	return out
}

func (l *inventoryListing) groupMembers() list {
	out := list{file: "network-manager-group-static-member-list"}
	for _, v := range l.e.VNets {
		if v.Managed {
			out.add(resource{
				id: l.e.NetworkManager.ID + everyone + "/staticMembers/" + v.Name, name: v.Name, kind: managers + "/networkGroups/staticMembers",
				properties: fields{"resourceId": v.ID},
			})
		}
	}
	return out
}
