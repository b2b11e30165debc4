package topology

// Logging is which flow logs record what passes a NIC.
type Logging struct {
	NIC *NIC
	On  []*FlowLog // that are enabled, by the NIC itself, its subnets, their networks or security groups
	Off []*FlowLog // that are not
}

// Loggings returns for each NIC, in the order of ids, which flow logs the
// inventory has of it: an NSG flow log records the NICs that its group guards, by
// themselves or by their subnets (docs/reference/traffic-analytics.md 1.1).
func (inv *Inventory) Loggings() []Logging {
	logs := map[ID][]*FlowLog{}
	for i := range inv.FlowLogs {
		logs[inv.FlowLogs[i].Target] = append(logs[inv.FlowLogs[i].Target], &inv.FlowLogs[i])
	}
	guards := map[ID]ID{} // of subnets
	for i := range inv.Subnets {
		guards[inv.Subnets[i].ID] = inv.Subnets[i].NSG
	}
	out := make([]Logging, len(inv.NICs))
	for i := range inv.NICs {
		n := &inv.NICs[i]
		out[i].NIC = n
		targets := []ID{n.ID, n.NSG}
		for _, c := range n.Configs {
			targets = append(targets, c.Subnet, guards[c.Subnet], c.Subnet.Parent())
		}
		seen := map[ID]bool{"": true}
		for _, t := range targets {
			if seen[t] {
				continue
			}
			seen[t] = true
			for _, l := range logs[t] {
				if l.Enabled {
					out[i].On = append(out[i].On, l)
				} else {
					out[i].Off = append(out[i].Off, l)
				}
			}
		}
	}
	return out
}

// OfNSG tells whether it is an NSG flow log.
func (l *FlowLog) OfNSG() bool { return l.Target.Of("networksecuritygroups") != "" }
