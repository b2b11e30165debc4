package azure

import "strings"

// query is a question for a table of Resource Graph.
type query struct{ table, text string }

// Every question names its columns, since a row of all of them is larger, and
// has an order, since without one Resource Graph repeats and omits rows
// between pages.
const (
	columns = " | project id, name, type, location, tags, zones, sku, properties | order by id asc"

	subscriptionsQuery = `resourcecontainers | where type =~ "microsoft.resources/subscriptions"` +
		" | project id, name, type, tags, subscriptionId, tenantId | order by id asc"
)

// networkTypes are the types of the network that the importer reads from the
// table resources. Subnets, peerings, rules and routes are inside of them.
func networkTypes() []string {
	return []string{
		"applicationgateways", "applicationsecuritygroups", "azurefirewalls", "bastionhosts", "connections",
		"expressroutecircuits", "loadbalancers", "localnetworkgateways", "natgateways", "networkinterfaces",
		"networksecuritygroups", "networkwatchers", "networkwatchers/flowlogs", "privateendpoints",
		"publicipaddresses", "publicipprefixes", "routetables", "virtualnetworkgateways", "virtualnetworks",
	}
}

// types returns the types that are read from the table resources, as a list of KQL.
func types() string {
	list := []string{`"microsoft.compute/virtualmachines"`, `"microsoft.compute/virtualmachinescalesets"`}
	for _, t := range networkTypes() {
		list = append(list, `"microsoft.network/`+t+`"`)
	}
	return strings.Join(list, ", ")
}

// resourceQueries returns the questions that together show an estate. Instances
// of scale sets in uniform mode are in a table of their own.
func resourceQueries() []query {
	return []query{
		{"resources", "resources | where type in~ (" + types() + ")" + columns},
		{"computeresources", `computeresources | where type startswith "microsoft.compute/virtualmachinescalesets/virtualmachines"` + columns},
	}
}

// otherQuery counts the resources of the network that the importer does not
// understand, so that the report can name them.
func otherQuery() string {
	return `resources | where type startswith "microsoft.network/" and type !in~ (` + types() + `)` +
		" | summarize total = count() by type | order by type asc"
}
