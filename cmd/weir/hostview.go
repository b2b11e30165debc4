package main

import (
	"bufio"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	"weir/internal/enrich"
	"weir/internal/insight"
	"weir/internal/terminal"
)

// showHost writes all about one host: as it is in JSON, a row for each row of
// its lists in CSV, else what a person reads from the top.
func showHost(w io.Writer, f terminal.Format, columns int, a *insight.HostAnswer, facts []*enrich.AddressFacts) error {
	switch f {
	case terminal.JSON:
		return writeJSON(w, a)
	case terminal.CSV:
		_, err := terminal.WriteRows(w, terminal.CSV, hostCells(a))
		return err
	}
	b := bufio.NewWriter(w)
	fmt.Fprintf(b, "%s, %s to %s (UTC)\n", a.Host, stamp(a.From), stamp(a.To))
	if a.Where != "" {
		fmt.Fprintf(b, "Only flows of: %s\n", a.Where)
	}
	if len(a.Owners) == 0 {
		fmt.Fprintf(b, "\nNo flow of this range has it at an end. weir top hosts shows who has, weir lookup ADDRESS what is known of an address.\n")
		return b.Flush()
	}
	for _, each := range facts {
		fmt.Fprintln(b)
		whoPairs(each).short().write(b, columns)
	}
	if n := len(a.Owners) - len(facts); n > 0 {
		fmt.Fprintf(b, "and %s more with this name or address: --format json lists them.\n", terminal.Plural(int64(n), "host"))
	}
	writeTraffic(b, a)
	for _, t := range hostTables(a) {
		if len(t.rows) == 0 {
			continue
		}
		fmt.Fprintf(b, "\n%s\n\n", t.title)
		if err := (view[insight.HostAnswer]{columns: t.columns}).table(b, t.rows); err != nil {
			return err
		}
		if t.more > 0 {
			fmt.Fprintf(b, "and %s more\n", terminal.Count(t.more))
		}
	}
	switch {
	case a.News == nil:
		fmt.Fprintln(b, "\nFlows of the time before are not there, so nothing is told as new.")
	case a.News.Partners.Distinct+a.News.Serves.Distinct+a.News.Uses.Distinct == 0:
		fmt.Fprintf(b, "\nNothing is new since %s.\n", stamp(a.News.Since))
	}
	return b.Flush()
}

// whoPairs are the facts of an address that say who it is.
func whoPairs(f *enrich.AddressFacts) pairs {
	beside := []string{"at", "resource", "subscription", "network", "service tags", "tags as of", "how", "attribution", "elsewhere", "owners"}
	return slices.DeleteFunc(factPairs(f), func(p [2]string) bool { return slices.Contains(beside, p[0]) })
}

// writeTraffic writes the numbers of a host beside those that it is compared with.
func writeTraffic(b *bufio.Writer, a *insight.HostAnswer) {
	t := terminal.NewTable()
	for i, name := range []string{"", "flows", "packets", "bytes", "flows before", "bytes before"} {
		align := terminal.Right
		if i == 0 {
			align = terminal.Left
		}
		if i < 4 || a.Before != nil {
			t.Column(name, align)
		}
	}
	now, before := waysOf(a.Traffic), waysOf(insight.HostTraffic{})
	if a.Before != nil {
		before = waysOf(*a.Before)
	}
	for i, way := range []string{"total", "allowed in", "allowed out", "denied in", "denied out", "malicious"} {
		m := now[i]
		cells := []string{way, terminal.Count(m.Flows), terminal.Count(m.Packets), terminal.Bytes(m.Bytes)}
		if a.Before != nil {
			cells = append(cells, terminal.Count(before[i].Flows), terminal.Bytes(before[i].Bytes))
		}
		t.Row(cells...)
	}
	fmt.Fprintln(b)
	_ = t.Flush(b) // what fails to be written, the last flush tells
	fmt.Fprintf(b, "\nsent %s, received %s", terminal.Bytes(a.Traffic.Sent.Bytes), terminal.Bytes(a.Traffic.Received.Bytes))
	if r := a.Traffic.Ratio; r != nil {
		fmt.Fprintf(b, ": %.2f for each byte received", *r)
	}
	if a.Before != nil {
		fmt.Fprintf(b, "; before: sent %s, received %s", terminal.Bytes(a.Before.Sent.Bytes), terminal.Bytes(a.Before.Received.Bytes))
	}
	fmt.Fprintln(b)
}

func waysOf(t insight.HostTraffic) []insight.Measures {
	w := t.All
	return []insight.Measures{w.Total, w.AllowedIn, w.AllowedOut, w.DeniedIn, w.DeniedOut, t.Malicious.Total}
}

// hostTable is a list about a host.
type hostTable struct {
	list    string // in CSV
	title   string
	columns []column
	rows    [][]any
	more    int64 // rows that are not shown
}

// hostTables are the lists of a host, in the order of the page.
func hostTables(a *insight.HostAnswer) []hostTable {
	list := []hostTable{
		partnersTable("partner", "Partners", a.Partners),
		partnersTable("malicious", "Partners in malicious flows", a.Malicious),
		portsTable("serves", "Ports that it serves", a.Serves.Rows, a.Serves.Distinct),
		portsTable("uses", "Ports that it uses at others", a.Uses.Rows, a.Uses.Distinct),
		rulesTable(a.Rules),
	}
	if n := a.News; n != nil {
		since := " since " + stamp(n.Since)
		list = append(list,
			partnersTable("new-partner", "New partners: no flow with them"+since, n.Partners),
			portsTable("new-serves", "New ports that it serves: none let through"+since, n.Serves.Rows, n.Serves.Distinct),
			portsTable("new-uses", "New ports that it uses: not let through"+since, n.Uses.Rows, n.Uses.Distinct))
	}
	return list
}

func partnersTable(list, title string, p insight.Partners) hostTable {
	t := hostTable{list: list, title: title, more: p.Distinct - int64(len(p.Rows)), columns: []column{
		{"partner", everywhere},
		{"name", everywhere},
		{"ports", everywhere},
		{"flows", everywhere},
		{"allowed_in", everywhere},
		{"allowed_out", everywhere},
		{"denied_in", everywhere},
		{"denied_out", everywhere},
		{"sent", everywhere},
		{"received", everywhere},
	}}
	for _, row := range p.Rows {
		var ports []string
		for _, port := range row.Ports {
			ports = append(ports, portText(port))
		}
		t.rows = append(t.rows, []any{
			row.Address, sideText(row.Side), strings.Join(ports, " "), row.Total.Flows, row.AllowedIn.Flows, row.AllowedOut.Flows,
			row.DeniedIn.Flows, row.DeniedOut.Flows, byteCount(row.Sent.Bytes), byteCount(row.Received.Bytes),
		})
	}
	return t
}

func portsTable(list, title string, rows []insight.Port, distinct int64) hostTable {
	t := hostTable{list: list, title: title, more: distinct - int64(len(rows)), columns: join([]column{{"port", everywhere}, {"application", everywhere}},
		named("", everywhere), []column{{"allowed", everywhere}, {"denied", everywhere}})}
	for _, p := range rows {
		t.rows = append(t.rows, join([]any{portRange(p.PortKey) + "/" + p.Protocol, p.Application}, measured(p.Total), []any{p.Allowed.Flows, p.Denied.Flows}))
	}
	return t
}

func rulesTable(a *insight.RulesAnswer) hostTable {
	t := hostTable{list: "rule", title: "Rules that decided, at each NIC", more: a.Distinct - int64(len(a.Rows)), columns: join(
		[]column{{"rule", everywhere}, {"direction", everywhere}, {"status", everywhere}}, named("", everywhere), []column{{"acl", everywhere}})}
	for _, r := range a.Rows {
		t.rows = append(t.rows, join([]any{r.Rule, string(r.Direction), string(r.Status)}, measured(r.Total), []any{groupName(r.ACL)}))
	}
	return t
}

// hostCells are all lists of a host as one table.
func hostCells(a *insight.HostAnswer) *cells {
	c := &cells{columns: columnsNamed("list", "key", "name", "flows", "packets", "bytes", "allowed_flows", "denied_flows", "sent_bytes", "received_bytes")}
	add := func(list, key, name string, m insight.Measures, rest ...any) {
		c.rows = append(c.rows, append([]any{list, key, name, m.Flows, m.Packets, m.Bytes}, append(rest, nil, nil, nil, nil)[:4]...))
	}
	for _, o := range a.Owners {
		add("owner", o.Address, sideText(o.Side), o.Total)
	}
	partners := func(list string, p insight.Partners) {
		for _, row := range p.Rows {
			add(list, row.Address, sideText(row.Side), row.Total, row.AllowedIn.Flows+row.AllowedOut.Flows, row.DeniedIn.Flows+row.DeniedOut.Flows, row.Sent.Bytes, row.Received.Bytes)
		}
	}
	ports := func(list string, rows []insight.Port) {
		for _, p := range rows {
			add(list, portRange(p.PortKey)+"/"+p.Protocol, p.Application, p.Total, p.Allowed.Flows, p.Denied.Flows)
		}
	}
	partners("partner", a.Partners)
	partners("malicious", a.Malicious)
	ports("serves", a.Serves.Rows)
	ports("uses", a.Uses.Rows)
	for _, r := range a.Rules.Rows {
		add("rule", path.Join(r.ACL, r.Rule), string(r.Direction)+" "+string(r.Status), r.Total)
	}
	if a.News != nil {
		partners("new-partner", a.News.Partners)
		ports("new-serves", a.News.Serves.Rows)
		ports("new-uses", a.News.Uses.Rows)
	}
	return c
}
