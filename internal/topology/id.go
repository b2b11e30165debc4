package topology

import (
	"fmt"
	"strings"
)

// ID is an Azure resource id in lower case, without a slash at its end.
type ID string

// NewID returns the id that the text spells in any case. It does not check it.
func NewID(s string) ID {
	return ID(strings.ToLower(strings.TrimRight(strings.TrimSpace(s), "/")))
}

// ParseID is NewID with a check of the form:
// /subscriptions/S[/resourcegroups/G]/providers/NAMESPACE/TYPE/NAME[/TYPE/NAME...].
func ParseID(s string) (ID, error) {
	id := NewID(s)
	if !strings.HasPrefix(string(id), "/subscriptions/") || id.Subscription() == "" || id.Type() == "" || id.Name() == "" {
		return "", fmt.Errorf("cannot use %q as a resource id: it does not have the form /subscriptions/S/.../providers/NAMESPACE/TYPE/NAME", s)
	}
	return id, nil
}

// Subscription returns the subscription's GUID, empty where there is none.
func (id ID) Subscription() string { return id.after("/subscriptions/") }

// Group returns the name of the resource group, empty where there is none.
func (id ID) Group() string { return id.after("/resourcegroups/") }

func (id ID) after(marker string) string {
	_, rest, ok := strings.Cut(string(id), marker)
	if !ok {
		return ""
	}
	name, _, _ := strings.Cut(rest, "/")
	return name
}

// provided returns what follows the last /providers/: the namespace and pairs
// of type and name.
func (id ID) provided() string {
	i := strings.LastIndex(string(id), "/providers/")
	if i < 0 {
		return ""
	}
	return string(id)[i+len("/providers/"):]
}

// Type returns the resource type, as microsoft.network/virtualnetworks/subnets;
// empty where the id has no whole pairs of type and name.
func (id ID) Type() string {
	parts := strings.Split(id.provided(), "/")
	if len(parts) < 3 || len(parts)%2 == 0 {
		return ""
	}
	kind := parts[0]
	for i := 1; i < len(parts); i += 2 {
		kind += "/" + parts[i]
	}
	return kind
}

// Name returns the last segment.
func (id ID) Name() string { return string(id)[strings.LastIndexByte(string(id), '/')+1:] }

// Parent returns the resource that this one is part of, empty for a resource
// that stands alone.
func (id ID) Parent() ID {
	if strings.Count(id.provided(), "/") < 4 {
		return ""
	}
	return id.cut(2)
}

// cut returns the id without its last n segments.
func (id ID) cut(n int) ID {
	for range n {
		i := strings.LastIndexByte(string(id), '/')
		if i < 0 {
			return ""
		}
		id = id[:i]
	}
	return id
}

// Of returns the id up to and with the first segment pair of that type, empty
// where it has none: the NIC of an IP configuration, the VNet of a subnet.
func (id ID) Of(segment string) ID {
	i := strings.Index(string(id), "/"+segment+"/")
	if i < 0 {
		return ""
	}
	end := i + len(segment) + 2
	if j := strings.IndexByte(string(id)[end:], '/'); j >= 0 {
		return id[:end+j]
	}
	return id
}

const scaleSets = "microsoft.compute/virtualmachinescalesets/"

// Short returns the name as Traffic Analytics writes it beside a subscription
// column: rg/name, rg/vnet/subnet, rg/nsg/rule. An instance of a scale set is
// rg/scaleset_7 and its NIC rg/scaleset
// (docs/reference/traffic-analytics.md 3.7).
func (id ID) Short() string {
	if id == "" {
		return ""
	}
	parts := strings.Split(id.provided(), "/")
	var b strings.Builder
	b.Grow(len(id))
	b.WriteString(id.Group())
	if strings.HasPrefix(id.provided(), scaleSets) && len(parts) >= 5 {
		b.WriteByte('/')
		b.WriteString(parts[2])
		if len(parts) == 5 { // the instance itself
			b.WriteByte('_')
			b.WriteString(parts[4])
		}
		return b.String()
	}
	for i := 2; i < len(parts); i += 2 {
		if b.Len() > 0 {
			b.WriteByte('/')
		}
		b.WriteString(parts[i])
	}
	return b.String()
}

// Full returns the name as Traffic Analytics writes it without a subscription
// column beside it: subscription/rg/name.
func (id ID) Full() string {
	if id == "" {
		return ""
	}
	return id.Subscription() + "/" + id.Short()
}

// ParseMAC returns the twelve digits of a hardware address in any common
// notation, in upper case as flow logs write them.
func ParseMAC(s string) (string, error) {
	var b [12]byte
	n := 0
	for i := range len(s) {
		c := s[i]
		switch {
		case c == '-' || c == ':' || c == '.' || c == ' ':
			continue
		case c >= 'a' && c <= 'f':
			c -= 'a' - 'A'
		case c >= '0' && c <= '9' || c >= 'A' && c <= 'F':
		default:
			return "", fmt.Errorf("cannot use %q as a MAC address", s)
		}
		if n == len(b) {
			return "", fmt.Errorf("cannot use %q as a MAC address", s)
		}
		b[n] = c
		n++
	}
	if n != len(b) {
		return "", fmt.Errorf("cannot use %q as a MAC address", s)
	}
	return string(b[:]), nil
}

// DashedMAC writes twelve digits as Traffic Analytics does: 00-0D-3A-98-82-CE.
func DashedMAC(mac string) string {
	if len(mac) != 12 {
		return mac
	}
	return mac[0:2] + "-" + mac[2:4] + "-" + mac[4:6] + "-" + mac[6:8] + "-" + mac[8:10] + "-" + mac[10:12]
}

// Region returns the compact name of a location: "West US" is westus.
func Region(location string) string {
	return strings.ReplaceAll(strings.ToLower(strings.TrimSpace(location)), " ", "")
}
