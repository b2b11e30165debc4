package geo

import (
	"bytes"
	"net"
	"testing"

	"github.com/maxmind/mmdbwriter"
	"github.com/maxmind/mmdbwriter/mmdbtype"

	"weir/internal/flow"
	"weir/internal/shared"
)

func sharedFile(t testing.TB, name string) string {
	t.Helper()
	return shared.Path(t, "data/maxmind-test-data/"+name)
}

func load(t testing.TB, name string) *Database {
	t.Helper()
	d, err := Load(sharedFile(t, name))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

type record = mmdbtype.Map

// mmdb writes a database, as a publisher of geography does.
func mmdb(t testing.TB, kind string, version int, networks map[string]record) []byte {
	t.Helper()
	tree, err := mmdbwriter.New(mmdbwriter.Options{
		DatabaseType: kind, IPVersion: version, IncludeReservedNetworks: true, BuildEpoch: 1_750_000_000,
	})
	if err != nil {
		t.Fatal(err)
	}
	for network, r := range networks {
		if err := tree.Insert(ipNet(t, network), r); err != nil {
			t.Fatal(err)
		}
	}
	var b bytes.Buffer
	if _, err := tree.WriteTo(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func read(t testing.TB, name string, data []byte) *Database {
	t.Helper()
	d, err := Read(name, bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func ipNet(t testing.TB, s string) *net.IPNet {
	t.Helper()
	_, n, err := net.ParseCIDR(s)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// places looks addresses up, in words.
func places(s *Set, addresses ...string) map[string]Place {
	out := map[string]Place{}
	for _, a := range addresses {
		out[a] = s.Find(flow.MustParseAddr(a))
	}
	return out
}
