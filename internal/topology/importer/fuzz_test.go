package importer

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"weir/internal/topology"
)

// Whatever the bytes are, Import ends, and what it gives can be kept. The real
// inputs are other tests' matter: small ones of each kind and form say more in
// the same time.
func FuzzImport(f *testing.F) {
	for _, text := range fuzzSeeds() {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) > 16<<10 {
			return
		}
		inv, r, err := Import("input", bytes.NewReader(b))
		if err != nil {
			return
		}
		kept, err := inv.Encode()
		if err != nil {
			t.Fatal(err)
		}
		again, err := topology.Decode(kept)
		if err != nil {
			t.Fatal(err)
		}
		if changes := topology.Diff(inv, again); len(changes) > 0 {
			t.Fatalf("Diff(imported, kept): %v", changes)
		}
		s := topology.Snapshot{Inventory: inv, Partial: true, Open: r.Open, Unread: r.Unread}
		for range topology.Details(s) {
		}
		if lost := gone(inv, inv, &r, true); len(lost) > 0 {
			t.Fatalf("an inventory after itself: gone %v", lost)
		}
		topology.NewIndex(s)
	})
}

// fuzzSeeds are a resource of each type, and the forms in which they come.
func fuzzSeeds() []string {
	var out []string
	for _, kind := range Types() {
		types := strings.Split(kind, "/")
		id := "/subscriptions/s/resourceGroups/g/providers/" + types[0]
		for _, t := range types[1:] {
			id += "/" + t + "/n"
		}
		out = append(out, `{"id":"`+id+`","location":"x","tags":{"a":"b"},"properties":{"addressPrefix":"10.0.0.0/24","addressSpace":{"addressPrefixes":["10.0.0.0/16"]},`+
			`"ipConfigurations":[{"name":"c","properties":{"privateIPAddress":"10.0.0.4","subnet":{"id":"/subscriptions/s/resourceGroups/g/providers/microsoft.network/virtualnetworks/n/subnets/n"}}}],`+
			`"subnets":[{"name":"a","addressPrefix":["10.0.1.0/24"]}],"remoteVirtualNetwork":{"id":"`+id+`"},"virtualHub":{"id":"`+id+`"},"macAddress":"00-0D-3A-00-00-01"}}`)
	}
	vnet := out[len(out)/2]
	return append(out,
		"["+vnet+","+vnet+"]", `{"value":[`+vnet+`],"nextLink":"x"}`, `{"data":[`+vnet+`],"totalRecords":2}`, vnet+"\n"+vnet,
		`{"data":{"columns":[{"name":"id"}],"rows":[["/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v"]]}}`,
		`{"id":"/subscriptions/s","subscriptionId":"s","displayName":"P","state":"Enabled","tenantId":"t"}`,
		`{"id":"/subscriptions/s/locations/l","name":"l","metadata":{"latitude":"1","pairedRegion":[{"name":"m"}]}}`,
		`{"value":[{"network":"10.9.0.0/16","nextHop":"10.0.0.1","origin":"EBgp","weight":1}]}`,
		`{"id":"/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v","properties":"{\"subnets\":[{}]}"}`,
		"\xff\xfe[\x00]\x00")
}

// nics is an answer of Resource Manager with n interfaces, with all the keys
// that a real one has.
func nics(n int) string {
	var b strings.Builder
	b.WriteString(`{"value":[`)
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		id := fmt.Sprintf("/subscriptions/ea42f556-5106-4743-99b0-c129bfa71a47/resourceGroups/Production/providers/Microsoft.Network/networkInterfaces/vm-%d-nic", i)
		fmt.Fprintf(&b, `{"name":"vm-%[1]d-nic","id":%[2]q,"etag":"W/\"3a3e02ed-9bd1-4084-bc73-101ddfa91ca5\"","location":"eastus",`+
			`"properties":{"provisioningState":"Succeeded","resourceGuid":"a1f9dce5-7219-47a6-a478-ba8a8cb21d51","ipConfigurations":[`+
			`{"name":"ipconfig1","id":"%[3]s/ipConfigurations/ipconfig1","type":"Microsoft.Network/networkInterfaces/ipConfigurations",`+
			`"properties":{"provisioningState":"Succeeded","privateIPAddress":"10.%[4]d.%[5]d.%[6]d","privateIPAllocationMethod":"Dynamic",`+
			`"subnet":{"id":"/subscriptions/ea42f556-5106-4743-99b0-c129bfa71a47/resourceGroups/Production/providers/Microsoft.Network/virtualNetworks/vnet-%[4]d/subnets/default"},`+
			`"primary":true,"privateIPAddressVersion":"IPv4"}}],"dnsSettings":{"dnsServers":[],"appliedDnsServers":[],"internalDomainNameSuffix":"x.bx.internal.cloudapp.net"},`+
			`"macAddress":"00-0D-3A-%02[4]X-%02[5]X-%02[6]X","enableAcceleratedNetworking":false,"enableIPForwarding":false,"primary":true,`+
			`"virtualMachine":{"id":"/subscriptions/ea42f556-5106-4743-99b0-c129bfa71a47/resourceGroups/Production/providers/Microsoft.Compute/virtualMachines/vm-%[1]d"},`+
			`"hostedWorkloads":[],"tapConfigurations":[]},"type":"Microsoft.Network/networkInterfaces"}`,
			i, id, id, i>>14, i>>8&63, i&255)
	}
	b.WriteString(`]}`)
	return b.String()
}

func BenchmarkImport(b *testing.B) {
	text := nics(50_000)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		inv, r, err := Import("input", strings.NewReader(text))
		if err != nil || len(inv.NICs) != 50_000 || len(r.Problems) > 0 {
			b.Fatal(err, len(inv.NICs), r.Problems)
		}
	}
}
