package insight

// Side is what an address was, as far as a table has room for it.
type Side struct {
	Name      string `json:"name" doc:"The best short name for a person, or empty where only the address is known"`
	Kind      string `json:"kind" doc:"Kind of resource in words, empty where the inventory has none"`
	Class     string `json:"class" enum:",vnet,p2s,s2s,private,azure,external" doc:"vnet, p2s, s2s, private, azure or external; empty where it was not looked at yet"`
	Network   string `json:"network" doc:"group/network/subnet, subscription/group/network, or the site"`
	VNet      string `json:"vnet" doc:"subscription/group/network; with the address it identifies a host where address spaces overlap"`
	Region    string `json:"region" doc:"Azure region, compact"`
	Country   string `json:"country" doc:"ISO 3166-1 alpha-2 in lower case"`
	Service   string `json:"service" doc:"Azure service or organisation"`
	Malicious bool   `json:"malicious" doc:"Whether it counted as malicious at any time in the range"`
	Category  string `json:"category" doc:"Category of the gravest verdict, empty where none counts"`
}
