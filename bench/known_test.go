package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"os"
	"path/filepath"
	"time"

	"weir/internal/knowledge"
	"weir/internal/pipeline"
	"weir/internal/settle"
	"weir/internal/source/dir"
	"weir/internal/store/duckdb"
	"weir/internal/topology"
	"weir/internal/topology/importer"
)

// How much is known in the job "known", beside what the simulated estate adds.
const (
	knownNICs       = 50_000
	knownTags       = 3_000
	knownIndicators = 1_000_000
)

// learned is the store in which much is known, below the folder of the input.
const learned = "learned"

// learn makes the store of which every run of the job begins with a copy.
func learn(_ string, folders []string) (o outcome, err error) {
	root, ctx := filepath.Dir(folders[0]), context.Background()
	folder := filepath.Join(root, learned)
	s, err := duckdb.Open(ctx, folder, duckdb.Options{Command: "bench", MemoryLimitMB: 168})
	if err != nil {
		return o, err
	}
	k, err := knowledge.Open(ctx, knowledge.Config{Store: s})
	if err != nil {
		return o, err
	}
	inventory, err := largeEstate(filepath.Join(root, "inventory"))
	if err != nil {
		return o, err
	}
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	if _, err := k.ImportTopology(ctx, knowledge.TopologyInput{Inventory: inventory, At: at, Source: "bench"}); err != nil {
		return o, err
	}
	if _, err := k.ImportServiceTags(ctx, knowledge.ServiceTagsInput{Name: "ServiceTags_Public_20251117.json", Content: manyTags()}); err != nil {
		return o, err
	}
	if _, err := k.ImportThreats(ctx, knowledge.ThreatInput{Name: "bench", File: "bench", At: at, Content: manyIndicators()}); err != nil {
		return o, err
	}
	if _, err := settle.Run(ctx, settle.Config{Store: s, Keeper: k}); err != nil {
		return o, err
	}
	return o, s.Close()
}

// largeEstate is the simulated estate and, unconnected with it, networks with
// many interfaces.
func largeEstate(inventory string) (*topology.Inventory, error) {
	im := importer.New()
	files, err := filepath.Glob(filepath.Join(inventory, "*.json"))
	if err != nil || len(files) == 0 {
		return nil, fmt.Errorf("no inventory in %s: %v", inventory, err)
	}
	for _, name := range files {
		f, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		err = im.Read(name, f)
		f.Close()
		if err != nil {
			return nil, err
		}
	}
	inv, _ := im.Finish()
	const perNet = 250
	id := func(format string, a ...any) topology.ID {
		return topology.NewID("/subscriptions/00000000-0000-0000-0000-00000000beef/resourceGroups/rg/providers/Microsoft.Network/" + fmt.Sprintf(format, a...))
	}
	for n := range knownNICs / perNet {
		space := netip.PrefixFrom(netip.AddrFrom4([4]byte{10, byte(n), 0, 0}), 16)
		vnet, subnet := id("virtualNetworks/v%d", n), id("virtualNetworks/v%d/subnets/default", n)
		inv.VNets = append(inv.VNets, topology.VNet{Head: topology.Head{ID: vnet, Location: "westeurope"}, Prefixes: []netip.Prefix{space}})
		inv.Subnets = append(inv.Subnets, topology.Subnet{Head: topology.Head{ID: subnet, Location: "westeurope"}, Prefixes: []netip.Prefix{space}})
		for i := range perNet {
			nic := id("networkInterfaces/n%d-%d", n, i)
			inv.NICs = append(inv.NICs, topology.NIC{
				Head: topology.Head{ID: nic, Location: "westeurope"}, MAC: fmt.Sprintf("6045BD%06X", n*perNet+i),
				Configs: []topology.IPConfig{{
					Name: "ipconfig1", Primary: true, Private: netip.AddrFrom4([4]byte{10, byte(n), 1, byte(i)}), Subnet: subnet,
				}},
			})
		}
	}
	inv.Sort()
	return inv, nil
}

// manyTags is a weekly file of service tags: some for each service and region.
func manyTags() []byte {
	r := rand.New(rand.NewPCG(1, 1))
	type properties struct {
		Region          string   `json:"region"`
		SystemService   string   `json:"systemService"`
		AddressPrefixes []string `json:"addressPrefixes"`
	}
	type tag struct {
		Name       string     `json:"name"`
		ID         string     `json:"id"`
		Properties properties `json:"properties"`
	}
	var tags []tag
	for i := range knownTags {
		t := tag{Name: fmt.Sprintf("Service%d.WestEurope", i), Properties: properties{Region: "westeurope", SystemService: fmt.Sprintf("Service%d", i)}}
		t.ID = t.Name
		for range 15 {
			a := netip.AddrFrom4([4]byte{byte(20 + r.IntN(30)), byte(r.IntN(256)), byte(r.IntN(256)), 0})
			t.Properties.AddressPrefixes = append(t.Properties.AddressPrefixes, netip.PrefixFrom(a, 20+r.IntN(5)).Masked().String())
		}
		tags = append(tags, t)
	}
	b, err := json.Marshal(map[string]any{"changeNumber": 1, "cloud": "Public", "values": tags})
	if err != nil {
		panic(err) // text and numbers only
	}
	return b
}

func manyIndicators() []byte {
	r := rand.New(rand.NewPCG(2, 2))
	var b bytes.Buffer
	for range knownIndicators {
		fmt.Fprintf(&b, "%d.%d.%d.%d\n", 1+r.IntN(222), r.IntN(256), r.IntN(256), r.IntN(256))
	}
	return b.Bytes()
}

// ingestKnown is ingest into a store in which much is known. What is read
// from the store before is part of the time, as it is of a command's; settling
// is reported on its own.
func ingestKnown(work string, folders []string) (outcome, error) {
	if err := os.CopyFS(work, os.DirFS(filepath.Join(filepath.Dir(folders[0]), learned))); err != nil {
		return outcome{}, err
	}
	return ingestBy(work, folders, func(s *duckdb.Store) (*knowledge.Keeper, error) {
		return knowledge.Open(context.Background(), knowledge.Config{Store: s})
	})
}

// ingestBy reads the folders by what the keeper of a store knows.
func ingestBy(work string, folders []string, keeper func(*duckdb.Store) (*knowledge.Keeper, error)) (o outcome, err error) {
	ctx := context.Background()
	begin := time.Now()
	s, err := duckdb.Open(ctx, work, duckdb.Options{Command: "bench", MemoryLimitMB: 168})
	if err != nil {
		return o, err
	}
	k, err := keeper(s)
	if err != nil {
		return o, err
	}
	start := time.Now()
	o.Opening = start.Sub(begin).Seconds()
	sum, err := pipeline.Run(ctx, pipeline.Config{Store: s, Keeper: k, Source: dir.New(folders...), Workers: 2})
	if err != nil {
		return o, err
	}
	if sum.Rejected+sum.Failed+sum.PendingBytes > 0 {
		return o, fmt.Errorf("not all was read: %+v", sum)
	}
	o.Tuples, o.Rows, o.Seconds = sum.Tuples, sum.Rows, time.Since(start).Seconds()
	start = time.Now()
	if _, err := settle.Run(ctx, settle.Config{Store: s, Keeper: k}); err != nil {
		return o, err
	}
	o.Settling = time.Since(start).Seconds()
	start = time.Now()
	if err := s.Close(); err != nil {
		return o, err
	}
	o.Seconds += time.Since(start).Seconds()
	o.StoredBytes, err = folderSize(work)
	return o, err
}
