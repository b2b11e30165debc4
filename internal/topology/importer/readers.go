package importer

import (
	"maps"
	"slices"
)

// Kinds that have no type of their own in what az and Resource Manager write.
const (
	kindSubscription = "microsoft.resources/subscriptions"
	kindLocation     = "microsoft.resources/locations"
)

// kindVNet is the type whose parts subnets and peerings are.
const kindVNet = "microsoft.network/virtualnetworks"

// reader adds one element to the inventory.
type reader func(im *Importer, element []byte, h *head) error

// Types lists the types of resources that an importer reads, in lower case.
func Types() []string { return slices.Sorted(maps.Keys(readers())) }

// readers says how each type is read. Other types are counted, not read.
func readers() map[string]reader {
	return map[string]reader{
		kindSubscription: (*Importer).subscription,
		kindLocation:     (*Importer).location,

		kindVNet: (*Importer).vnet,
		"microsoft.network/virtualnetworks/subnets":                                           (*Importer).subnet,
		"microsoft.network/virtualnetworks/virtualnetworkpeerings":                            (*Importer).peering,
		"microsoft.network/networkinterfaces":                                                 (*Importer).nic,
		"microsoft.network/publicipaddresses":                                                 (*Importer).publicIP,
		"microsoft.network/publicipprefixes":                                                  (*Importer).publicPrefix,
		"microsoft.network/networksecuritygroups":                                             (*Importer).nsg,
		"microsoft.network/networksecuritygroups/securityrules":                               (*Importer).rule,
		"microsoft.network/networksecuritygroups/defaultsecurityrules":                        (*Importer).rule,
		"microsoft.network/applicationsecuritygroups":                                         (*Importer).asg,
		"microsoft.network/networkmanagers/securityadminconfigurations/rulecollections":       (*Importer).adminCollection,
		"microsoft.network/networkmanagers/securityadminconfigurations/rulecollections/rules": (*Importer).adminRule,
		"microsoft.network/networkmanagers/networkgroups/staticmembers":                       (*Importer).groupMember,
		"microsoft.network/routetables":                                                       (*Importer).routeTable,
		"microsoft.network/routetables/routes":                                                (*Importer).route,
		"microsoft.network/loadbalancers":                                                     (*Importer).loadBalancer,
		"microsoft.network/applicationgateways":                                               (*Importer).appGateway,
		"microsoft.network/bastionhosts":                                                      (*Importer).bastion,
		"microsoft.network/azurefirewalls":                                                    (*Importer).firewall,
		"microsoft.network/natgateways":                                                       (*Importer).natGateway,
		"microsoft.network/virtualnetworkgateways":                                            (*Importer).gateway,
		"microsoft.network/connections":                                                       (*Importer).connection,
		"microsoft.network/localnetworkgateways":                                              (*Importer).localGateway,
		"microsoft.network/expressroutecircuits":                                              (*Importer).circuit,
		"microsoft.network/expressroutecircuits/peerings":                                     (*Importer).circuitPeering,
		"microsoft.network/virtualwans":                                                       (*Importer).wan,
		"microsoft.network/virtualhubs":                                                       (*Importer).hub,
		"microsoft.network/virtualhubs/hubvirtualnetworkconnections":                          (*Importer).hubConnection,
		"microsoft.network/vpnsites":                                                          (*Importer).vpnSite,
		"microsoft.network/vpngateways":                                                       (*Importer).hubGateway,
		"microsoft.network/vpngateways/vpnconnections":                                        (*Importer).hubGatewayConnection,
		"microsoft.network/p2svpngateways":                                                    (*Importer).hubGateway,
		"microsoft.network/expressroutegateways":                                              (*Importer).hubGateway,
		"microsoft.network/expressroutegateways/expressrouteconnections":                      (*Importer).hubGatewayConnection,
		"microsoft.network/privateendpoints":                                                  (*Importer).privateEndpoint,
		"microsoft.network/networkwatchers":                                                   (*Importer).watcher,
		"microsoft.network/networkwatchers/flowlogs":                                          (*Importer).flowLog,
		"microsoft.compute/virtualmachines":                                                   (*Importer).vm,
		"microsoft.compute/virtualmachinescalesets":                                           (*Importer).scaleSet,
		"microsoft.compute/virtualmachinescalesets/virtualmachines":                           (*Importer).vm,

		"microsoft.compute/virtualmachinescalesets/virtualmachines/networkinterfaces":                                    (*Importer).nic,
		"microsoft.compute/virtualmachinescalesets/virtualmachines/networkinterfaces/ipconfigurations/publicipaddresses": (*Importer).publicIP,

		kindGatewayRoute: (*Importer).learnedRoute,
		kindCircuitRoute: (*Importer).learnedRoute,
	}
}
