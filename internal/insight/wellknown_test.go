package insight

import (
	"encoding/csv"
	"os"
	"strconv"
	"testing"
)

func TestPortKey(t *testing.T) {
	f := func(port, protocol int64, name, application string) {
		t.Helper()
		if got, want := portKey(port, protocol), (PortKey{int(port), name, application}); got != want {
			t.Errorf("portKey(%d, %d) = %+v, want %+v", port, protocol, got, want)
		}
	}
	f(443, tcp, "TCP", "https")
	f(443, udp, "UDP", "https")
	f(443, 132, "SCTP", "") // a name is for a transport that it is known on
	f(514, udp, "UDP", "syslog")
	f(514, tcp, "TCP", "shell")
	f(4789, tcp, "TCP", "")
	f(0, 1, "ICMP", "")
	f(60000, 200, "200", "")
}

// Every name in the table is in IANA's registry, for that port and transport.
func TestNamesAreRegistered(t *testing.T) {
	file, err := os.Open("../../../shared/data/iana/service-names-port-numbers_20240611.csv")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal(err)
		}
		t.Skipf("the registry is not here: %v", err)
	}
	defer file.Close()
	records, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	registered := map[string]bool{}
	for _, r := range records {
		registered[r[1]+"/"+r[2]+" "+r[0]] = true
	}
	for port, names := range services {
		for _, s := range names {
			for on, transport := range map[int]string{onTCP: "tcp", onUDP: "udp"} {
				if entry := strconv.FormatInt(port, 10) + "/" + transport + " " + s.name; s.on&on != 0 && !registered[entry] {
					t.Errorf("%s is not registered", entry)
				}
			}
		}
	}
}
