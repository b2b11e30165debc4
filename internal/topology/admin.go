package topology

// AdminRule is a security admin rule of a network manager: of the rule
// collection that its id names. It is looked at before any security group
// (docs/reference/traffic-analytics.md 8.2); its access can be AlwaysAllow.
type AdminRule struct {
	Head
	Rule Rule `json:"rule"`
}

// AdminCollection is a collection of security admin rules, for the networks in
// some groups.
type AdminCollection struct {
	Head
	Groups []ID `json:"groups,omitempty"`
}

// GroupMember says that a network or a subnet is in the network group that its
// id names.
type GroupMember struct {
	Head
	Resource ID `json:"resource,omitempty"`
}
