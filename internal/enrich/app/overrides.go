package app

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
)

type override struct {
	text        string
	first, last uint16
	protocols   []uint8
	name        string
}

// parseOverrides returns the changes in the order in which to make them, wide
// ranges first, and all faults at once.
func parseOverrides(overrides map[string]string) ([]override, error) {
	var out []override
	var faults []error
	for text, name := range overrides {
		o := override{text: text, name: strings.ToLower(strings.TrimSpace(name))}
		if o.name == strings.ToLower(Unknown) {
			o.name = Unknown
		}
		ports, protocol, _ := strings.Cut(strings.ReplaceAll(text, " ", ""), "/")
		var err error
		o.first, o.last, err = portRange(ports)
		switch strings.ToLower(protocol) {
		case "":
			o.protocols = []uint8{TCP, UDP, SCTP, DCCP}
		case "tcp", "t", "6":
			o.protocols = []uint8{TCP}
		case "udp", "u", "17":
			o.protocols = []uint8{UDP}
		case "sctp", "132":
			o.protocols = []uint8{SCTP}
		case "dccp", "33":
			o.protocols = []uint8{DCCP}
		default:
			err = errors.Join(err, fmt.Errorf("%q is not tcp, udp, sctp or dccp", protocol))
		}
		if strings.ContainsAny(o.name, " \t\r\n,|") {
			err = errors.Join(err, fmt.Errorf("the name %q has a space, a comma or a bar", name))
		}
		if err != nil {
			faults = append(faults, fmt.Errorf("cannot use the application %q: %w; write PORT, PORT/tcp or FIRST-LAST/udp", text, err))
			continue
		}
		out = append(out, o)
	}
	slices.SortFunc(faults, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
	slices.SortFunc(out, func(a, b override) int {
		return cmp.Or(
			cmp.Compare(b.last-b.first, a.last-a.first),
			cmp.Compare(len(b.protocols), len(a.protocols)),
			strings.Compare(a.text, b.text),
		)
	})
	return out, errors.Join(faults...)
}
