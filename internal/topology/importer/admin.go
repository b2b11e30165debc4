package importer

import (
	"errors"

	"weir/internal/topology"
)

type adminRuleProps struct {
	Description                             string
	Protocol, Access, Direction             string
	Priority                                number
	Sources, Destinations                   []struct{ AddressPrefix string }
	SourcePortRanges, DestinationPortRanges texts
}

type adminRule struct {
	common
	adminRuleProps
	Properties *adminRuleProps
}

// adminRule takes a security admin rule of a network manager.
func (im *Importer) adminRule(b []byte, h *head) error {
	var r adminRule
	im.decode(b, &r)
	p := flat(r.Properties, &r.adminRuleProps)
	top, err := im.head(h, &r.common)
	if err != nil {
		return err
	}
	if p.Direction == "" || p.Access == "" {
		return errors.New("the rule has no direction or no access")
	}
	rule := topology.Rule{
		Name: h.id[len(top.ID)-len(top.ID.Name()):], Description: p.Description, Priority: int64(p.Priority),
		Direction: p.Direction, Access: p.Access, Protocol: p.Protocol, SourcePorts: p.SourcePortRanges, DestPorts: p.DestinationPortRanges,
	}
	for _, a := range p.Sources {
		rule.SourcePrefixes = append(rule.SourcePrefixes, a.AddressPrefix)
	}
	for _, a := range p.Destinations {
		rule.DestPrefixes = append(rule.DestPrefixes, a.AddressPrefix)
	}
	im.inv.AdminRules = append(im.inv.AdminRules, topology.AdminRule{Head: top, Rule: rule})
	return nil
}

type adminCollectionProps struct {
	AppliesToGroups []struct{ NetworkGroupID string }
}

type adminCollection struct {
	common
	adminCollectionProps
	Properties *adminCollectionProps
}

// adminCollection takes a collection of security admin rules.
func (im *Importer) adminCollection(b []byte, h *head) error {
	var r adminCollection
	im.decode(b, &r)
	top, err := im.head(h, &r.common)
	if err != nil {
		return err
	}
	out := topology.AdminCollection{Head: top}
	for _, g := range flat(r.Properties, &r.adminCollectionProps).AppliesToGroups {
		out.Groups = append(out.Groups, im.id(g.NetworkGroupID))
	}
	im.inv.AdminCollections = append(im.inv.AdminCollections, out)
	return nil
}

type groupMemberProps struct{ ResourceID string }

type groupMember struct {
	common
	groupMemberProps
	Properties *groupMemberProps
}

// groupMember takes a network that somebody put into a network group.
func (im *Importer) groupMember(b []byte, h *head) error {
	var r groupMember
	im.decode(b, &r)
	top, err := im.head(h, &r.common)
	if err != nil {
		return err
	}
	im.inv.GroupMembers = append(im.inv.GroupMembers, topology.GroupMember{Head: top, Resource: im.id(flat(r.Properties, &r.groupMemberProps).ResourceID)})
	return nil
}
