package importer

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"weir/internal/topology"
)

// gone returns what an import says is gone of an estate.
func gone(before, inv *topology.Inventory, r *Report, partial bool) []topology.ID {
	s := topology.Snapshot{Time: time.Unix(0, 0), Inventory: inv, Partial: partial, Unread: r.Unread}
	if partial {
		s.Open = r.Open
	}
	var out []topology.ID
	for _, c := range topology.Diff(before, topology.Overlay(before, s)) {
		if c.What == topology.Gone {
			out = append(out, c.ID)
		}
	}
	return out
}

// rows returns the resources of a small estate as Resource Manager writes them.
func rows(vnets, nicsOfEach int) []string {
	var out []string
	for v := range vnets {
		id := fmt.Sprintf("%svirtualNetworks/v%d", network, v)
		out = append(out, fmt.Sprintf(`{"id":%q,"type":"Microsoft.Network/virtualNetworks","properties":{"addressSpace":{"addressPrefixes":["10.%d.0.0/16"]},
"subnets":[{"id":"%s/subnets/a","properties":{"addressPrefix":"10.%d.0.0/24"}},{"id":"%s/subnets/b","properties":{"addressPrefix":"10.%d.1.0/24"}}]}}`, id, v, id, v, id, v))
		for n := range nicsOfEach {
			out = append(out, fmt.Sprintf(`{"id":"%snetworkInterfaces/n%d-%d","properties":{"ipConfigurations":[{"name":"c","properties":{"privateIPAddress":"10.%d.0.%d","subnet":{"id":"%s/subnets/a"}}}]}}`, network, v, n, v, n+4, id))
		}
	}
	return out
}

// Where a file is cut, it is refused or nothing counts as gone.
func TestCutFileMakesNothingGone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list := rows(rapid.IntRange(1, 2).Draw(t, "vnets"), rapid.IntRange(0, 2).Draw(t, "nics"))
		joined := strings.Join(list, ",\n")
		form := rapid.SampledFrom([]string{"array", "value", "next", "data", "total", "lines", "table", "capitals"}).Draw(t, "form")
		text := map[string]string{
			"array": "[" + joined + "]",
			"value": `{"value":[` + joined + `]}`,
			"next":  `{"value":[` + joined + `],"nextLink":"https://management.example/next"}`,
			"data":  fmt.Sprintf(`{"count":%d,"data":[%s],"skip_token":null,"total_records":%d}`, len(list), joined, len(list)),
			"total": fmt.Sprintf(`{"totalRecords":%d,"data":[%s]}`, len(list), joined),
			"lines": strings.ReplaceAll(strings.Join(list, "\n\n"), "\n\n", "\n"),
			"table": fmt.Sprintf(`{"data":{"columns":[{"name":"id"},{"name":"properties"}],"rows":[%s]}}`, strings.Join(cells(t, list), ",")),
		}[form]
		if form == "capitals" {
			text = strings.ReplaceAll("["+joined+"]", `"properties"`, `"Properties"`)
		}
		stored := []byte(text)
		switch rapid.SampledFrom([]string{"UTF-8", "UTF-16", "gzip"}).Draw(t, "stored") {
		case "UTF-16":
			stored = []byte{0xff, 0xfe}
			for _, u := range utf16.Encode([]rune(text)) {
				stored = append(stored, byte(u), byte(u>>8))
			}
		case "gzip":
			var b bytes.Buffer
			z := gzip.NewWriter(&b)
			_, _ = z.Write(stored)
			_ = z.Close()
			stored = b.Bytes()
		}
		before, _, err := Import("whole", bytes.NewReader(stored))
		if err != nil {
			t.Fatal(err)
		}
		cut := rapid.IntRange(0, len(stored)-1).Draw(t, "cut")
		inv, r, err := Import("cut", bytes.NewReader(stored[:cut]))
		if err != nil {
			return
		}
		if lost := gone(before, inv, &r, true); len(lost) > 0 {
			t.Fatalf("%s, cut at %d: gone %v", form, cut, lost)
		}
	})
}

// cells writes resources as rows of a table.
func cells(t *rapid.T, list []string) []string {
	var out []string
	for _, text := range list {
		var r struct {
			ID         string
			Properties json.RawMessage
		}
		if err := json.Unmarshal([]byte(text), &r); err != nil {
			t.Fatal(err)
		}
		out = append(out, fmt.Sprintf("[%q,%s]", r.ID, r.Properties))
	}
	return out
}

// For what lists, pages and single resources speak.
func TestCoverage(t *testing.T) {
	const net = "/subscriptions/s1/resourcegroups/rg/providers/microsoft.network/"
	nic := func(name string) string { return `{"id":"` + network + `networkInterfaces/` + name + `"}` }
	estate := "[" + strings.Join(append(rows(2, 0), nic("a"), nic("b"), nic("c")), ",") + "]"
	before, _ := imported(t, estate)
	vnet := rows(1, 0)[0]
	otherVNet := []topology.ID{net + "virtualnetworks/v1", net + "virtualnetworks/v1/subnets/a", net + "virtualnetworks/v1/subnets/b"}
	// f imports the files and compares what is gone, and how many problems lost something
	f := func(what string, lost int, want []topology.ID, files ...string) {
		t.Helper()
		im := New()
		for _, text := range files {
			if err := im.Read("input", strings.NewReader(text)); err != nil {
				t.Fatalf("%s: %v", what, err)
			}
		}
		inv, r := im.Finish()
		got := gone(before, inv, &r, true)
		slices.Sort(got)
		if diff := cmp.Diff(want, got); diff != "" || r.Lost != lost {
			t.Errorf("%s: gone (-want +got):\n%s%d lost, want %d: %s", what, diff, r.Lost, lost, problems(r))
		}
	}
	b, c := topology.ID(net+"networkinterfaces/b"), topology.ID(net+"networkinterfaces/c")
	f("a list", 0, []topology.ID{b, c}, `[`+nic("a")+`]`)
	f("a page that is whole", 0, []topology.ID{b, c}, `{"value":[`+nic("a")+`],"nextLink":null}`)
	f("a resource alone", 0, nil, nic("a"))
	f("lines", 0, nil, nic("a")+"\n"+nic("b"))
	f("a list, and one of it once more", 0, []topology.ID{c}, nic("b"), `[`+nic("a")+`]`)
	f("a VNet alone, whose subnets are a list", 0, []topology.ID{net + "virtualnetworks/v0/subnets/b"}, strings.Replace(vnet, `,{"id":"`+network+`virtualNetworks/v0/subnets/b","properties":{"addressPrefix":"10.0.1.0/24"}}`, "", 1))
	f("a list of VNets", 0, otherVNet, "["+vnet+"]")
	f("nextLink", 1, nil, `{"value":[`+nic("a")+`],"nextLink":"https://x"}`)
	f("nextLink before the rows", 1, nil, `{"nextLink":"https://x","value":[`+nic("a")+`]}`)
	f("@odata.nextLink", 1, nil, `{"value":[`+nic("a")+`],"@odata.nextLink":"https://x"}`)
	f("$skipToken", 1, nil, `{"data":[`+nic("a")+`],"$skipToken":"x"}`)
	f("resultTruncated", 1, nil, `{"data":[`+nic("a")+`],"totalRecords":1,"resultTruncated":"true"}`)
	f("a page in an array", 1, nil, `[{"value":[`+nic("a")+`],"nextLink":"https://x"}]`)
	f("a page, and a list of another kind", 1, otherVNet, `{"value":[`+nic("a")+`],"nextLink":"https://x"}`, "["+vnet+"]")
	f("a page, and a list of the same kind", 1, nil, `{"value":[`+nic("a")+`],"nextLink":"https://x"}`, "["+nic("a")+"]")
	f("too few records", 1, nil, `{"data":[`+nic("a")+`],"totalRecords":2}`)
	f("a page without rows", 1, nil, `{"data":[],"totalRecords":2}`)
	f("all pages", 0, []topology.ID{c}, `{"data":[`+nic("a")+`],"totalRecords":2,"$skipToken":"x"}`, `{"data":[`+nic("b")+`],"totalRecords":2}`)
	f("all pages in an array", 0, []topology.ID{c}, `[{"data":[`+nic("a")+`],"total_records":2,"skip_token":"x"},{"data":[`+nic("b")+`],"total_records":2}]`)
	f("an element that cannot be read", 1, []topology.ID{c}, `[`+nic("a")+`,{"id":"`+network+`networkInterfaces/b" "x":1}]`)
	f("an element without id", 1, nil, `[`+nic("a")+`,{"type":"Microsoft.Network/networkInterfaces"}]`)
	f("an element without id and type", 1, nil, `[`+nic("a")+`,{"name":"b"}]`)
	f("an element that is no object", 1, nil, `[`+nic("a")+`,7]`)
	f("an element of an unknown type", 0, []topology.ID{b, c}, `[`+nic("a")+`,{"id":"`+network+`frontDoors/f"}]`)
	f("a subnet that cannot be read", 0, nil, strings.Replace(vnet, `{"id":"`+network+`virtualNetworks/v0/subnets/b","properties":{"addressPrefix":"10.0.1.0/24"}}`, `"Microsoft.Azure.Commands.Network.Models.PSSubnet"`, 1))
	f("rules that are listed apart", 0, nil, `[{"id":"`+network+`networkSecurityGroups/g/securityRules/r","direction":"Inbound","access":"Allow"}]`)

	// Of the whole estate what was shown and not read stays all the same.
	inv, r := imported(t, `[`+nic("a")+`,{"id":"`+network+`networkInterfaces/b" "x":1},{"id":"`+network+`virtualNetworks/v0" "x":1}]`)
	want := append(slices.Clone(otherVNet), c)
	got := gone(before, inv, &r, false)
	slices.Sort(got)
	slices.Sort(want)
	if diff := cmp.Diff(want, got); diff != "" || r.Unfinished {
		t.Errorf("of a whole estate (-want +got):\n%s, unfinished: %t", diff, r.Unfinished)
	}
}

// What is known of an estate that cannot be whole.
func TestUnfinished(t *testing.T) {
	nic := `{"id":"` + network + `networkInterfaces/a"}`
	for text, want := range map[string]bool{
		`[` + nic + `]`: false,
		nic:             false,
		`[` + nic + `,{"id":"` + network + `networkInterfaces/b" "x":1}]`: false,
		`[` + nic + `,7]`: true,
		`{"value":[` + nic + `],"nextLink":"https://x"}`:                          true,
		`{"data":[` + nic + `],"totalRecords":2}`:                                 true,
		`[{"id":"` + network + `virtualNetworks/v","Subnets":"System.Object[]"}]`: true,
		nic + `{"type":"Microsoft.Network/networkInterfaces"}`:                    true,
	} {
		if _, r := imported(t, text); r.Unfinished != want {
			t.Errorf("%s: unfinished %t, want %t", text, r.Unfinished, want)
		}
	}
}
