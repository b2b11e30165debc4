package insight

import (
	"cmp"
	"slices"
	"time"

	"weir/internal/topology"
)

// Fault is why a NIC of the inventory may send no logs.
type Fault string

// The faults. Those that a person should do something about come first.
const (
	FaultNoFlowLog       Fault = "no-flow-log"      // none is configured for it
	FaultDisabled        Fault = "disabled"         // all that are configured are switched off
	FaultNotRead         Fault = "not-read"         // one is on, and nothing of it was ever read
	FaultSilent          Fault = "silent"           // it sent until some time
	FaultOneKind         Fault = "one-kind"         // flow logs of both kinds are on, and one alone comes
	FaultIdle            Fault = "idle"             // its log is read, of other NICs
	FaultDetached        Fault = "detached"         // it is attached to nothing
	FaultNeverRan        Fault = "never-ran"        // its machine never ran
	FaultPrivateEndpoint Fault = "private-endpoint" // Azure records nothing there
)

// Faults returns all of them, in their order.
func Faults() []Fault {
	return []Fault{
		FaultNoFlowLog, FaultDisabled, FaultNotRead, FaultSilent, FaultOneKind, FaultIdle, FaultDetached, FaultNeverRan, FaultPrivateEndpoint,
	}
}

// Grave tells whether somebody should do something about it.
func (f Fault) Grave() bool { return slices.Index(Faults(), f) <= slices.Index(Faults(), FaultOneKind) }

// Words says what a fault means and what to do.
func (f Fault) Words() string {
	return map[Fault]string{
		FaultNoFlowLog:       "No flow log is configured for the NIC, its subnet, its network or its security group: switch one on, for the whole network best.",
		FaultDisabled:        "A flow log is configured and disabled: switch it on.",
		FaultNotRead:         "A flow log is on, and nothing of it was ever read: see that its storage account is a source, and that weir may read it.",
		FaultSilent:          "It sent logs, and none for six hours before the data ends: its machine was stopped or is idle, or its flow log was switched off.",
		FaultOneKind:         "Flow logs of both kinds are on, NSG and VNet, and only one kind comes: see that both of their containers are sources.",
		FaultIdle:            "Its flow log is read and has other NICs: its machine is stopped, or had no traffic.",
		FaultDetached:        "It is attached to no machine.",
		FaultNeverRan:        "It has no hardware address: its machine never ran.",
		FaultPrivateEndpoint: "It is a private endpoint's: Azure records what goes there at the NIC that it comes from.",
	}[f]
}

// faults returns the NICs of an inventory that have a fault, as data that ends at
// a time shows them.
func faults(inv *topology.Inventory, heard map[string]heard, end time.Time) []CoverageNIC {
	all := inv.Loggings()
	read := map[topology.ID]bool{} // flow logs of which anything was read
	for _, l := range all {
		h := heard[l.NIC.MAC]
		if l.NIC.MAC == "" {
			continue
		}
		for _, log := range l.On {
			read[log.ID] = read[log.ID] || log.OfNSG() && !h.nsg.IsZero() || !log.OfNSG() && !h.vnet.IsZero()
		}
	}
	var rows []CoverageNIC
	for _, l := range all {
		h := heard[l.NIC.MAC]
		if l.NIC.MAC == "" {
			h.nsg, h.vnet = time.Time{}, time.Time{}
		}
		fault, log := faultOf(&l, h, read, end)
		if fault == "" {
			continue
		}
		row := CoverageNIC{
			NIC: l.NIC.ID.Short(), MAC: l.NIC.MAC, Machine: l.NIC.VM.Short(), Region: l.NIC.Location, Fault: fault, Last: maybeTime(h.last()),
		}
		if len(l.NIC.Configs) > 0 {
			row.Subnet = l.NIC.Configs[0].Subnet.Short()
		}
		if log != nil {
			row.FlowLog, row.Storage = log.ID.Full(), storageName(log)
		}
		rows = append(rows, row)
	}
	order := Faults()
	slices.SortStableFunc(rows, func(x, y CoverageNIC) int {
		return cmp.Or(cmp.Compare(slices.Index(order, x.Fault), slices.Index(order, y.Fault)), cmp.Compare(x.NIC, y.NIC))
	})
	return rows
}

// faultOf tells what is wrong with a NIC, and with which of its flow logs.
func faultOf(l *topology.Logging, h heard, read map[topology.ID]bool, end time.Time) (Fault, *topology.FlowLog) {
	kinds := map[string]*topology.FlowLog{}
	for _, log := range l.On {
		kinds[family(log)] = log
	}
	last := h.last()
	switch {
	case last.IsZero() && l.NIC.PrivateEndpoint != "":
		return FaultPrivateEndpoint, nil
	case last.IsZero() && l.NIC.MAC == "":
		return FaultNeverRan, nil
	case last.IsZero() && l.NIC.VM == "":
		return FaultDetached, nil
	case last.IsZero() && len(l.On) == 0 && len(l.Off) > 0:
		return FaultDisabled, l.Off[0]
	case last.IsZero() && len(l.On) == 0:
		return FaultNoFlowLog, nil
	case last.IsZero():
		for _, log := range l.On {
			if read[log.ID] {
				return FaultIdle, log
			}
		}
		return FaultNotRead, l.On[0]
	case !last.After(end.Add(-quietFor)):
		if len(l.On) > 0 {
			return FaultSilent, l.On[0]
		}
		return FaultSilent, nil
	case len(kinds) == 2 && h.nsg.IsZero():
		return FaultOneKind, kinds["nsg"]
	case len(kinds) == 2 && h.vnet.IsZero():
		return FaultOneKind, kinds["vnet"]
	}
	return "", nil
}
