package app

import (
	"encoding/csv"
	"strconv"
	"strings"
	"testing"

	"weir/internal/shared"
)

func sharedRows(t testing.TB, name string) []map[string]string {
	t.Helper()
	text := shared.Read(t, name)
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(string(text), "\ufeff"))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var out []map[string]string
	for _, row := range rows[1:] {
		m := map[string]string{}
		for i, column := range rows[0] {
			m[column] = row[i]
		}
		out = append(out, m)
	}
	return out
}

func newTable(t testing.TB, overrides map[string]string) *Table {
	t.Helper()
	table, err := New(overrides)
	if err != nil {
		t.Fatal(err)
	}
	return table
}

func TestName(t *testing.T) {
	table := newTable(t, nil)
	f := func(port uint16, protocol uint8, want string) {
		t.Helper()
		if got := table.Name(port, protocol); got != want {
			t.Errorf("Name(%d, %d) = %q, want %q", port, protocol, got, want)
		}
	}
	f(443, TCP, "https")
	f(443, UDP, "https")
	f(53, UDP, "domain")
	f(109, TCP, "pop2")
	f(135, TCP, "epmap")
	f(6000, TCP, "x11")
	f(6063, TCP, "x11") // the end of a range
	f(6064, TCP, "ndl-ahp-svc")
	f(10051, TCP, "zabbix-trapper")
	f(10162, TCP, "snmptls-trap")
	f(10162, UDP, "snmpdtls-trap") // another name for another protocol
	f(10002, TCP, "documentum")
	f(22002, TCP, "optohost002")
	f(5985, TCP, "wsman")
	f(80, TCP, "http") // not www, not www-http
	f(80, SCTP, "http")
	f(3868, SCTP, "diameter")
	f(4250, TCP, "vrml-multi-use") // a range for any protocol
	f(4250, DCCP, "vrml-multi-use")

	f(8265, TCP, Unknown)
	f(9236, TCP, Unknown)
	f(10249, TCP, Unknown)
	f(10250, TCP, Unknown)
	f(0, TCP, Unknown)
	f(65535, UDP, Unknown)
	f(443, 1, Unknown) // no ports
	f(443, 47, Unknown)
}

func TestOverrides(t *testing.T) {
	table := newTable(t, map[string]string{
		"10250":          "Kubelet",
		"30000-32767":    "nodeport",
		"30443/tcp":      "https",
		"30000-30099":    "games",
		"443/udp":        "quic",
		"22/tcp":         "unknown",
		" 8443 / TCP":    "https",
		"5000-5010/sctp": "m3ua",
	})
	f := func(port uint16, protocol uint8, want string) {
		t.Helper()
		if got := table.Name(port, protocol); got != want {
			t.Errorf("Name(%d, %d) = %q, want %q", port, protocol, got, want)
		}
	}
	f(10250, TCP, "kubelet")
	f(10250, UDP, "kubelet")
	f(30443, TCP, "https")
	f(30443, UDP, "nodeport")
	f(30050, TCP, "games")
	f(443, UDP, "quic")
	f(443, TCP, "https")
	f(22, TCP, Unknown)
	f(22, UDP, "ssh")
	f(8443, TCP, "https")
	f(5005, SCTP, "m3ua")
}

func TestOverridesFailure(t *testing.T) {
	_, err := New(map[string]string{"70000": "x", "9-3": "x", "80/ip": "x", "81": "two words", "443": "https"})
	if err == nil {
		t.Fatal("no error")
	}
	want := `cannot use the application "70000": "70000" is not a port (0 to 65535) or a range of ports; write PORT, PORT/tcp or FIRST-LAST/udp
cannot use the application "80/ip": "ip" is not tcp, udp, sctp or dccp; write PORT, PORT/tcp or FIRST-LAST/udp
cannot use the application "81": the name "two words" has a space, a comma or a bar; write PORT, PORT/tcp or FIRST-LAST/udp
cannot use the application "9-3": "9-3" is not a port (0 to 65535) or a range of ports; write PORT, PORT/tcp or FIRST-LAST/udp`
	if err.Error() != want {
		t.Errorf("got:\n%s\nwant:\n%s", err, want)
	}
}

// Every port of the registry has a name of the registry for that port, and
// every other port has none.
func TestNamesAreThoseOfTheRegistry(t *testing.T) {
	rows := sharedRows(t, "data/iana/service-names-port-numbers_20240611.csv")
	type key struct {
		port     int
		protocol uint8
	}
	assigned := map[key][]string{}
	for _, r := range rows {
		if r["Service Name"] == "" || r["Port Number"] == "" {
			continue
		}
		first, last, err := portRange(r["Port Number"])
		if err != nil {
			t.Fatal(err)
		}
		protocols := []uint8{TCP, UDP, SCTP, DCCP}
		if p := r["Transport Protocol"]; p != "" {
			protocols = []uint8{map[string]uint8{"tcp": TCP, "udp": UDP, "sctp": SCTP, "dccp": DCCP}[p]}
		}
		for port := int(first); port <= int(last); port++ {
			for _, p := range protocols {
				assigned[key{port, p}] = append(assigned[key{port, p}], strings.ReplaceAll(strings.ToLower(r["Service Name"]), " ", "-"))
			}
		}
	}
	table := newTable(t, nil)
	wrong := 0
	for port := range 1 << 16 {
		for _, p := range []uint8{TCP, UDP, SCTP, DCCP} {
			got, want := table.Name(uint16(port), p), Unknown
			if names := assigned[key{port, p}]; names != nil {
				want = names[0]
			}
			if got != want {
				if wrong++; wrong < 20 {
					t.Errorf("Name(%d, %d) = %q, want %q", port, p, got, want)
				}
			}
		}
	}
}

// The fifty rows that Traffic Analytics wrote itself.
func TestNamesAreThoseOfTrafficAnalytics(t *testing.T) {
	rows := sharedRows(t, "data/traffic-analytics-output/azure-sentinel-NTANetAnalytics-20250825.csv")
	table := newTable(t, nil)
	if len(rows) != 50 {
		t.Errorf("%d rows, want 50", len(rows))
	}
	for _, r := range rows {
		port, err := strconv.ParseUint(r["DestPort"], 10, 16)
		if err != nil {
			t.Fatal(err)
		}
		protocol := map[string]uint8{"TCP": TCP, "UDP": UDP}[r["L4Protocol"]]
		if got := table.Name(uint16(port), protocol); got != r["L7Protocol"] {
			t.Errorf("Name(%d, %s) = %q, want %q", port, r["L4Protocol"], got, r["L7Protocol"])
		}
	}
}

func TestTableIsSmall(t *testing.T) {
	if len(services) > 300_000 {
		t.Errorf("the table takes %d bytes of the binary", len(services))
	}
}

func FuzzOverrides(f *testing.F) {
	f.Add("10250/tcp", "kubelet")
	f.Add("1-2-3", "x")
	f.Add("65536", "")
	f.Fuzz(func(t *testing.T, ports, name string) {
		changes, err := parseOverrides(map[string]string{ports: name})
		if (err == nil) != (len(changes) == 1) {
			t.Fatalf("%d changes and error %v", len(changes), err)
		}
		for _, c := range changes {
			if c.first > c.last || len(c.protocols) == 0 {
				t.Fatalf("%+v", c)
			}
		}
	})
}

func BenchmarkName(b *testing.B) {
	table := newTable(b, nil)
	i := 0
	for b.Loop() {
		_ = table.Name(uint16(i*7919), TCP)
		i++
	}
	b.ReportMetric(float64(b.N)/1e6/b.Elapsed().Seconds(), "Mnames/s")
}
