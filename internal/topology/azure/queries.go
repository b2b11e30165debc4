package azure

import (
	"strconv"
	"strings"

	"weir/internal/topology/importer"
)

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

// instances is the type of the instances of scale sets in uniform mode, which
// are in a table of their own with all that is theirs.
const instances = "microsoft.compute/virtualmachinescalesets/virtualmachines"

// types returns what the importer reads of the table resources, as a list of
// KQL. Parts that Resource Graph shows only inside of their resource do no harm.
func types() string {
	var list []string
	for _, t := range importer.Types() {
		network, compute := strings.HasPrefix(t, "microsoft.network/"), strings.HasPrefix(t, "microsoft.compute/")
		if (network || compute) && !strings.HasPrefix(t, instances) {
			list = append(list, strconv.Quote(t))
		}
	}
	return strings.Join(list, ", ")
}

// resourceQueries returns the questions that together show an estate.
func resourceQueries() []query {
	return []query{
		{"resources", "resources | where type in~ (" + types() + ")" + columns},
		// Rules of network managers are in a table of their own.
		{"networkresources", "networkresources | where type in~ (" + types() + ")" + columns},
		{"computeresources", `computeresources | where type startswith "` + instances + `"` + columns},
	}
}

// otherQuery counts the resources of the network that the importer does not
// understand, so that the report can name them.
func otherQuery() string {
	return `resources | where type startswith "microsoft.network/" and type !in~ (` + types() + `)` +
		" | summarize total = count() by type | order by type asc"
}
