package phrase

// Reasons says of routes of the API that show something why it cannot be said in KQL;
// their test holds that every other route can.
func Reasons() map[string]string {
	const (
		machine   = "It is about what runs, and not about what is stored."
		inventory = "It is worked out from inventories and other knowledge, which KQL asks as NTATopologyDetails, endpoints and verdicts."
		words     = "It is what can be written in a filter, and not about traffic."
		file      = "It is a file with the rows of another route, which can be said."
	)
	return map[string]string{
		"findings":      "What deserves a look is found by comparing with the time before and with bounds. Each finding has the filter of its flows: /api/v1/flows with that can be said.",
		"map/backends":  "What is behind a balancer, and by which rules, the inventory says. Each balancer has the filter of its flows: /api/v1/traffic with that can be said.",
		"flows/objects": "Objects of a flow are found by their names. The ledger itself can be said: /api/v1/objects.",
		"coverage":      inventory, "lookup": inventory, "explain": inventory, "knowledge": inventory,
		"status": machine, "sources": machine, "jobs": machine, "store": machine, "events": machine,
		"complete": words, "values": words,
		"table/export": file, "flows/export": file,
		"kql": "It is KQL already.",
	}
}
