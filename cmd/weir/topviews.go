package main

import (
	"fmt"
	"path"
	"strconv"
	"strings"

	"weir/internal/insight"
)

// measured are the three measures, as cells.
func measured(m insight.Measures) []any { return []any{m.Flows, m.Packets, byteCount(m.Bytes)} }

// named are the columns of measures under a name.
func named(prefix string, in place) []column {
	return []column{{prefix + "flows", in}, {prefix + "packets", in}, {prefix + "bytes", in}}
}

func join[T any](parts ...[]T) []T {
	var all []T
	for _, p := range parts {
		all = append(all, p...)
	}
	return all
}

// changeColumns are what a row of a ranking had before, and its share.
func changeColumns() []column {
	return join([]column{{"change", ifAny}, {"share", everywhere}}, named("before_", csvOnly))
}

func changeCells(a insight.Ranking, total insight.Measures, before *insight.Measures, part float64) []any {
	return join([]any{changeText(total, before, a.By), share(part)}, measuredBefore(before))
}

func hostsView() view[insight.HostsAnswer] {
	return view[insight.HostsAnswer]{
		ranking: func(a *insight.HostsAnswer) insight.Ranking { return a.Ranking },
		what:    "host",
		columns: join([]column{{"address", everywhere}, {"name", everywhere}, {"verdict", csvOnly}, {"class", csvOnly}, {"network", csvOnly}, {"region", csvOnly}, {"country", csvOnly}, {"service", csvOnly}, {"captured", everywhere}}, named("", everywhere),
			named("allowed_in_", csvOnly), named("allowed_out_", csvOnly), named("denied_in_", csvOnly), named("denied_out_", csvOnly),
			[]column{{"allowed_in", tableOnly}, {"allowed_out", tableOnly}, {"denied_in", tableOnly}, {"denied_out", tableOnly}}, changeColumns()),
		rows: func(a *insight.HostsAnswer) (rows [][]any) {
			for _, h := range a.Rows {
				captured := "no"
				if h.Captured {
					captured = "yes"
				}
				rows = append(rows, join([]any{h.Address, sideText(h.Side), h.Side.Category, h.Side.Class, h.Side.Network, h.Side.Region, h.Side.Country, h.Side.Service, captured}, measured(h.Total),
					measured(h.AllowedIn), measured(h.AllowedOut), measured(h.DeniedIn), measured(h.DeniedOut),
					[]any{h.AllowedIn.Flows, h.AllowedOut.Flows, h.DeniedIn.Flows, h.DeniedOut.Flows}, changeCells(a.Ranking, h.Total, h.Before, h.Share)))
			}
			return rows
		},
	}
}

func conversationsView() view[insight.ConversationsAnswer] {
	return view[insight.ConversationsAnswer]{
		ranking: func(a *insight.ConversationsAnswer) insight.Ranking { return a.Ranking },
		what:    "conversation",
		columns: join([]column{{"initiator", everywhere}, {"initiator_name", everywhere}, {"responder", everywhere}, {"responder_name", everywhere}, {"type", everywhere}, {"ports", everywhere}}, named("", everywhere),
			[]column{{"allowed_flows", csvOnly}, {"denied_flows", everywhere}, {"forward_packets", csvOnly}, {"forward_bytes", everywhere}, {"back_packets", csvOnly}, {"back_bytes", everywhere}}, changeColumns()),
		rows: func(a *insight.ConversationsAnswer) (rows [][]any) {
			for _, c := range a.Rows {
				var ports []string
				for _, p := range c.Ports {
					ports = append(ports, portText(p))
				}
				rows = append(rows, join([]any{c.Initiator, sideText(c.From), c.Responder, sideText(c.To), strings.Join(c.FlowTypes, " "), strings.Join(ports, " ")}, measured(c.Total),
					[]any{c.Allowed.Flows, c.Denied.Flows, c.Forward.Packets, byteCount(c.Forward.Bytes), c.Back.Packets, byteCount(c.Back.Bytes)}, changeCells(a.Ranking, c.Total, c.Before, c.Share)))
			}
			return rows
		},
	}
}

func portsView() view[insight.PortsAnswer] {
	return view[insight.PortsAnswer]{
		ranking: func(a *insight.PortsAnswer) insight.Ranking { return a.Ranking },
		what:    "port",
		columns: join([]column{{"port", everywhere}, {"protocol", everywhere}, {"application", everywhere}}, named("", everywhere),
			named("allowed_", csvOnly), named("denied_", csvOnly), []column{{"allowed", tableOnly}, {"denied", tableOnly}}, changeColumns()),
		rows: func(a *insight.PortsAnswer) (rows [][]any) {
			for _, p := range a.Rows {
				rows = append(rows, join([]any{portRange(p.PortKey), p.Protocol, p.Application}, measured(p.Total),
					measured(p.Allowed), measured(p.Denied), []any{p.Allowed.Flows, p.Denied.Flows}, changeCells(a.Ranking, p.Total, p.Before, p.Share)))
			}
			return rows
		},
	}
}

func rulesView() view[insight.RulesAnswer] {
	return view[insight.RulesAnswer]{
		ranking: func(a *insight.RulesAnswer) insight.Ranking { return a.Ranking },
		what:    "rule",
		columns: join([]column{{"rule", everywhere}, {"direction", everywhere}, {"status", everywhere}}, named("", everywhere), []column{{"change", ifAny}, {"share", everywhere}, {"acl", csvOnly}, {"acl", tableOnly}}, named("before_", csvOnly)),
		rows: func(a *insight.RulesAnswer) (rows [][]any) {
			for _, r := range a.Rows {
				rows = append(rows, join([]any{r.Rule, string(r.Direction), string(r.Status)}, measured(r.Total),
					[]any{changeText(r.Total, r.Before, a.By), share(r.Share), r.ACL, groupName(r.ACL)}, measuredBefore(r.Before)))
			}
			return rows
		},
	}
}

// groupName is what people call a group: the last part of its id. Rules of the
// platform are of none, which logs write as zeros.
func groupName(acl string) string {
	name := path.Base(acl)
	if strings.Trim(name, "0-.") == "" {
		return ""
	}
	return name
}

// sideText says in few words what an address was: its name, else its place,
// and that it was malicious.
func sideText(s insight.Side) string {
	text := path.Base(s.Name) // the groups are in the other columns
	if s.Name == "" {
		text = ""
	}
	for _, place := range []string{s.Service, s.Region, strings.ToUpper(s.Country)} {
		if text == "" {
			text = place
		}
	}
	if s.Malicious {
		text = strings.TrimSpace(text + " !" + s.Category)
	}
	return text
}

func portRange(p insight.PortKey) string {
	if p.Through != p.Port {
		return fmt.Sprintf("%d-%d", p.Port, p.Through)
	}
	return strconv.Itoa(p.Port)
}

func portText(p insight.PortKey) string {
	if p.Application != "" {
		return fmt.Sprintf("%s/%s(%s)", portRange(p), p.Protocol, p.Application)
	}
	return fmt.Sprintf("%s/%s", portRange(p), p.Protocol)
}
