package insight

import "strconv"

const (
	tcp = 6
	udp = 17
)

// protocolNames holds the keywords of the IANA protocol registry that flow
// logs can be expected to show.
var protocolNames = map[int64]string{
	1: "ICMP", 2: "IGMP", 4: "IPv4", tcp: "TCP", udp: "UDP", 41: "IPv6", 47: "GRE", 50: "ESP", 51: "AH",
	58: "IPv6-ICMP", 89: "OSPFIGP", 103: "PIM", 112: "VRRP", 132: "SCTP",
}

// transports of a service name.
const (
	onTCP = 1 << iota
	onUDP
	onBoth = onTCP | onUDP
)

type service struct {
	on   int
	name string
}

// services holds common names of the IANA service name and port number
// registry, spelled as there. A port that is mostly used for something else
// than what it is registered for is left out: a wrong name is worse than none.
var services = map[int64][]service{
	20: {{onBoth, "ftp-data"}}, 21: {{onBoth, "ftp"}}, 22: {{onBoth, "ssh"}}, 23: {{onBoth, "telnet"}},
	25: {{onBoth, "smtp"}}, 43: {{onBoth, "nicname"}}, 49: {{onBoth, "tacacs"}}, 53: {{onBoth, "domain"}},
	67: {{onBoth, "bootps"}}, 68: {{onBoth, "bootpc"}}, 69: {{onBoth, "tftp"}}, 80: {{onBoth, "http"}},
	88: {{onBoth, "kerberos"}}, 110: {{onBoth, "pop3"}}, 111: {{onBoth, "sunrpc"}}, 119: {{onBoth, "nntp"}},
	123: {{onBoth, "ntp"}}, 135: {{onBoth, "epmap"}}, 137: {{onBoth, "netbios-ns"}},
	138: {{onBoth, "netbios-dgm"}}, 139: {{onBoth, "netbios-ssn"}}, 143: {{onTCP, "imap"}},
	161: {{onBoth, "snmp"}}, 162: {{onBoth, "snmptrap"}}, 179: {{onBoth, "bgp"}}, 389: {{onBoth, "ldap"}},
	443: {{onBoth, "https"}}, 445: {{onBoth, "microsoft-ds"}}, 464: {{onBoth, "kpasswd"}},
	465: {{onTCP, "submissions"}}, 500: {{onBoth, "isakmp"}}, 514: {{onTCP, "shell"}, {onUDP, "syslog"}},
	515: {{onBoth, "printer"}}, 546: {{onBoth, "dhcpv6-client"}}, 547: {{onBoth, "dhcpv6-server"}},
	554: {{onBoth, "rtsp"}}, 587: {{onBoth, "submission"}}, 631: {{onBoth, "ipp"}}, 636: {{onBoth, "ldaps"}},
	853: {{onBoth, "domain-s"}}, 873: {{onBoth, "rsync"}}, 989: {{onBoth, "ftps-data"}}, 990: {{onBoth, "ftps"}},
	993: {{onTCP, "imaps"}}, 995: {{onBoth, "pop3s"}}, 1194: {{onBoth, "openvpn"}},
	1433: {{onBoth, "ms-sql-s"}}, 1434: {{onBoth, "ms-sql-m"}}, 1701: {{onBoth, "l2tp"}},
	1723: {{onBoth, "pptp"}}, 1812: {{onBoth, "radius"}}, 1813: {{onBoth, "radius-acct"}},
	1883: {{onBoth, "mqtt"}}, 2049: {{onBoth, "nfs"}}, 2375: {{onTCP, "docker"}}, 2376: {{onTCP, "docker-s"}},
	2379: {{onTCP, "etcd-client"}}, 2380: {{onTCP, "etcd-server"}}, 3260: {{onBoth, "iscsi-target"}},
	3268: {{onBoth, "msft-gc"}}, 3269: {{onBoth, "msft-gc-ssl"}}, 3306: {{onBoth, "mysql"}},
	3389: {{onBoth, "ms-wbt-server"}}, 3478: {{onBoth, "stun"}}, 4500: {{onBoth, "ipsec-nat-t"}},
	4789: {{onUDP, "vxlan"}}, 5060: {{onBoth, "sip"}}, 5061: {{onBoth, "sips"}}, 5432: {{onBoth, "postgresql"}},
	5671: {{onBoth, "amqps"}}, 5672: {{onBoth, "amqp"}}, 5985: {{onBoth, "wsman"}}, 5986: {{onBoth, "wsmans"}},
	6379: {{onTCP, "redis"}}, 6514: {{onBoth, "syslog-tls"}}, 8080: {{onBoth, "http-alt"}},
	8883: {{onBoth, "secure-mqtt"}}, 11211: {{onBoth, "memcache"}}, 27017: {{onTCP, "mongodb"}},
}

// portKey names a port for a person.
func portKey(port, protocol int64) PortKey {
	k := PortKey{Port: int(port), Protocol: protocolNames[protocol]}
	if k.Protocol == "" {
		k.Protocol = strconv.FormatInt(protocol, 10)
	}
	on := map[int64]int{tcp: onTCP, udp: onUDP}[protocol]
	for _, s := range services[port] {
		if s.on&on != 0 {
			k.Application = s.name
		}
	}
	return k
}
