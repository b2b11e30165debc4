// Package app names the application behind a port as Traffic Analytics does in
// L7Protocol: the service that IANA's registry has for the port and the
// protocol of the responder, in lower case, or Unknown
// (docs/reference/traffic-analytics.md 3.6). Nobody looks into the packets, so
// a name says what a port is for, not what it carries.
//
// The names are those of IANA's Service Name and Transport Protocol Port
// Number Registry (public domain, CC0), held in services.txt: one line for
// each 256 ports, "port name" or "port/protocols name", where protocols are t
// (TCP), u (UDP), s (SCTP) and d (DCCP), and none means tu. Where the registry
// has several names for a port the first that is not an alias counts; spaces in
// names (there are two such names) become hyphens. To renew
// it: go run ./internal/enrich/app/generate FILE.csv > internal/enrich/app/services.txt
package app

import (
	_ "embed"
	"fmt"
	"strconv"
	"strings"
)

//go:embed services.txt
var services string

// Unknown is the name of a port that is assigned to no service.
const Unknown = "Unknown"

// IANA's numbers of the protocols that have ports.
const (
	TCP  = 6
	UDP  = 17
	DCCP = 33
	SCTP = 132
)

// Table names ports. It does not change once made, so any number of
// goroutines may read it.
type Table struct {
	names    []string
	tcp, udp []uint16 // by port: position in names, 0 Unknown
	other    map[portKey]uint16
}

type portKey struct {
	port     uint16
	protocol uint8
}

// New returns IANA's table, changed by overrides, which are of the form
// "8443/tcp": "https", "30000-30099/udp": "games" or, for every protocol,
// "10250": "kubelet". A name that is empty or Unknown takes a name away. A
// narrower range of ports wins over a wider one.
func New(overrides map[string]string) (*Table, error) {
	t := &Table{
		names: []string{Unknown},
		tcp:   make([]uint16, 1<<16),
		udp:   make([]uint16, 1<<16),
		other: map[portKey]uint16{},
	}
	number := map[string]uint16{Unknown: 0, "": 0}
	for line := range strings.Lines(services) {
		fields := strings.Fields(line)
		for i := 0; i+1 < len(fields); i += 2 {
			ports, letters, _ := strings.Cut(fields[i], "/")
			first, last, err := portRange(ports)
			if err != nil {
				return nil, fmt.Errorf("cannot read the table of services: %w", err)
			}
			t.set(first, last, protocolsOf(letters), t.intern(number, fields[i+1]))
		}
	}
	changes, err := parseOverrides(overrides)
	if err != nil {
		return nil, err
	}
	for _, c := range changes {
		t.set(c.first, c.last, c.protocols, t.intern(number, c.name))
	}
	return t, nil
}

// Name returns the name of the service at a port of a protocol, or Unknown.
func (t *Table) Name(port uint16, protocol uint8) string {
	switch protocol {
	case TCP:
		return t.names[t.tcp[port]]
	case UDP:
		return t.names[t.udp[port]]
	}
	return t.names[t.other[portKey{port, protocol}]]
}

func (t *Table) intern(number map[string]uint16, name string) uint16 {
	n, ok := number[name]
	if !ok {
		n = uint16(len(t.names))
		number[name] = n
		t.names = append(t.names, name)
	}
	return n
}

func (t *Table) set(first, last uint16, protocols []uint8, name uint16) {
	for port := int(first); port <= int(last); port++ {
		for _, p := range protocols {
			switch p {
			case TCP:
				t.tcp[port] = name
			case UDP:
				t.udp[port] = name
			default:
				t.other[portKey{uint16(port), p}] = name
			}
		}
	}
}

// protocolsOf returns the protocols of the letters in the table.
func protocolsOf(letters string) []uint8 {
	if letters == "" {
		return []uint8{TCP, UDP}
	}
	var out []uint8
	for _, l := range letters {
		switch l {
		case 't':
			out = append(out, TCP)
		case 'u':
			out = append(out, UDP)
		case 's':
			out = append(out, SCTP)
		case 'd':
			out = append(out, DCCP)
		}
	}
	return out
}

// portRange reads "443" or "6000-6063".
func portRange(s string) (first, last uint16, err error) {
	from, to, isRange := strings.Cut(s, "-")
	if !isRange {
		to = from
	}
	a, errA := strconv.ParseUint(from, 10, 16)
	b, errB := strconv.ParseUint(to, 10, 16)
	if errA != nil || errB != nil || a > b {
		return 0, 0, fmt.Errorf("%q is not a port (0 to 65535) or a range of ports", s)
	}
	return uint16(a), uint16(b), nil
}
