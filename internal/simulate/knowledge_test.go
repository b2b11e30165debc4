package simulate

import (
	"cmp"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"weir/internal/enrich/geo"
	"weir/internal/enrich/service"
	"weir/internal/enrich/threat"
	"weir/internal/flow"
	"weir/internal/shared"
	"weir/internal/topology"
)

// known is what the files beside the logs say, read by the rooms that read
// such files and by nothing of the simulator.
type known struct {
	index  *topology.Index
	tags   *service.Snapshot
	listed map[string]bool
}

func (s *simulation) known(t *testing.T) *known {
	t.Helper()
	k := &known{listed: map[string]bool{}}
	var snapshots []topology.Snapshot
	for _, i := range s.truth.Inventories {
		if i.Form == "arm" {
			snapshots = append(snapshots, topology.Snapshot{Time: i.Time, Inventory: s.imported(t, i.Folder)})
		}
	}
	k.index = topology.NewIndex(snapshots...)
	f, err := os.Open(filepath.Join(s.dir, s.truth.ServiceTags))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if k.tags, err = service.Read(f.Name(), f); err != nil {
		t.Fatal(err)
	}
	if len(k.tags.Rejected) > 0 || !k.tags.Date.Before(s.truth.Start) || s.truth.Start.Sub(k.tags.Date) > 8*24*time.Hour {
		t.Errorf("service tags of %s, rejected %v; want those of the week before %s", k.tags.Date, k.tags.Rejected, s.truth.Start)
	}
	for _, name := range s.truth.Feeds {
		for _, i := range s.feed(t, name).Indicators {
			k.listed[i.Prefix.Addr().String()] = true
		}
	}
	return k
}

func (s *simulation) feed(t *testing.T, name string) *threat.Listing {
	t.Helper()
	f, err := os.Open(filepath.Join(s.dir, name))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	l, err := threat.Parse(f, threat.Options{})
	if err != nil || l.Rejected > 0 || len(l.Skipped) > 0 {
		t.Fatalf("%s: %v, rejected or skipped: %+v", name, err, l)
	}
	return l
}

// endpoint says what an address was, as seen from a capture.
func (k *known) endpoint(address string, at int64, from topology.Capture) EndpointTruth {
	a := flow.MustParseAddr(address)
	o := k.index.Owner(a, at, from)
	e := EndpointTruth{Address: address, Class: "external"}
	switch {
	case o.Kind.InVNet():
		e.Class = "vnet"
	case o.Kind == topology.EndpointSiteP2S:
		e.Class = "p2s"
		e.Connection = topology.P2SConnection(o.Gateway, address)
	case o.Kind != topology.EndpointNone:
		e.Class = "s2s"
	case a.Netip().IsPrivate():
		e.Class = "private"
		return e
	case k.tags.IsAzure(a):
		r := k.tags.Record(k.tags.Find(a))
		e.Class, e.AzureRegion, e.Service = "azure", r.Location, r.Service
		return e
	default:
		e.Malicious = k.listed[address]
		return e
	}
	e.Kind, e.Subscription, e.Region, e.Zone, e.VNet, e.Subnet = o.Kind.String(), o.Subscription, o.Region, o.Zone, o.VNet, o.Subnet
	e.NIC, e.MAC, e.VM, e.ScaleSet, e.Forwards = o.NIC, o.MAC, o.VM, o.ScaleSet, o.Forwards
	e.ApplicationGateway, e.Gateway, e.LocalGateway, e.Circuit = o.AppGateway, o.Gateway, o.LocalGateway, o.Circuit
	e.Connection = cmp.Or(e.Connection, o.Connection)
	e.ConnectionType, e.PeeringType, e.PrivateEndpoint, e.PrivateLink = o.ConnectionType, o.PeeringType, o.PrivateEndpoint, o.PrivateLink
	if o.Ambiguous || o.Scope == topology.ScopeAll {
		e.Kind += ", not by way of the captured network: " + o.Scope.String()
	}
	return e
}

// at returns the truth about an address as a capture in a network saw it at a time.
func at(list []EndpointTruth, net string, ms int64) *EndpointTruth {
	for i := range list {
		e := &list[i]
		if (e.SeenFrom == "" || e.SeenFrom == net) && ms >= e.From && (e.Until == 0 || ms < e.Until) {
			return e
		}
	}
	return nil
}

func (s *simulation) endpoints(t *testing.T) map[string][]EndpointTruth {
	t.Helper()
	out := map[string][]EndpointTruth{}
	lines := int64(0)
	err := s.truth.ReadEndpoints(s.dir, func(e EndpointTruth) error {
		lines++
		out[e.Address] = append(out[e.Address], e)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if lines != s.truth.Endpoints {
		t.Errorf("%d lines of endpoints, the truth says %d", lines, s.truth.Endpoints)
	}
	return out
}

// The inventories, service tags and feeds say of every address at every
// capture what the truth says, and flows between two are of the kind that the
// truth says.
func TestTruthFollowsFromWhatIsKnown(t *testing.T) {
	for _, c := range []Config{small(1), {Start: DefaultConfig().Start, Hours: 3, VMs: 60, Seed: 5, Rate: 0.1}} {
		s := write(t, c)
		k, endpoints, nics := s.known(t), s.endpoints(t), s.nics()
		types := map[string]map[string]bool{} // by the ends of a conversation
		met := map[string]bool{}
		err := s.truth.ReadCaptures(s.dir, func(c CaptureTotals) error {
			from := topology.Capture{MAC: c.Log.MAC, Target: c.Log.Target}
			net := nics[c.Log.MAC].vnet().fullName()
			var sides []EndpointTruth
			for _, address := range []string{c.Initiator, c.Responder} {
				want := at(endpoints[address], net, c.First)
				if want == nil {
					t.Fatalf("no line says what %s was, seen from %s", address, net)
				}
				met[address+" "+want.NIC] = true
				got := k.endpoint(address, c.First, from)
				sides = append(sides, got)
				got.Country, got.SeenFrom, got.From, got.Until = want.Country, want.SeenFrom, want.From, want.Until
				if diff := gocmp.Diff(*want, got, gocmp.AllowUnexported(EndpointTruth{})); diff != "" {
					t.Fatalf("%s seen from %+v (-truth +known):\n%s", address, from, diff)
				}
			}
			ends := c.Initiator + " " + c.Responder
			if types[ends] == nil {
				types[ends] = map[string]bool{}
			}
			types[ends][kindOfFlow(sides[0], sides[1])] = true
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if int64(len(met)) != s.truth.Endpoints {
			// An address of two labs is two endpoints, of which each is met.
			t.Errorf("%d endpoints are in captures, the truth has %d", len(met), s.truth.Endpoints)
		}
		counts := map[string]int{}
		err = s.truth.ReadConversations(s.dir, func(c ConversationTotals) error {
			counts[c.FlowType]++
			if want := types[c.Initiator+" "+c.Responder]; len(want) != 1 || !want[c.FlowType] {
				t.Errorf("%s to %s is %s, by what is known %v", c.Initiator, c.Responder, c.FlowType, want)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, text := range flow.TypeTexts {
			if counts[text] == 0 {
				t.Errorf("no conversation is %s: %v", text, counts)
			}
		}
	}
}

// kindOfFlow is the table of docs/reference/traffic-analytics.md 3.5.
func kindOfFlow(a, b EndpointTruth) string {
	if a.Class == "vnet" && b.Class == "vnet" {
		if a.VNet == b.VNet {
			return "IntraVNet"
		}
		return "InterVNet"
	}
	if a.Class != "vnet" {
		a, b = b, a
	}
	if a.Class != "vnet" {
		return "Unknown"
	}
	if b.Malicious {
		return "MaliciousFlow"
	}
	return map[string]string{"p2s": "P2S", "s2s": "S2S", "azure": "AzurePublic", "external": "ExternalPublic", "private": "UnknownPrivate"}[b.Class]
}

// The country that the truth names is that of a database of countries.
func TestCountries(t *testing.T) {
	db, err := geo.Embedded()
	if errors.Is(err, geo.ErrNotEmbedded) && os.Getenv("CI") != "true" {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	set, named := geo.NewSet(db), 0
	for address, list := range write(t, small(1)).endpoints(t) {
		for _, e := range list {
			if e.Country == "" {
				continue
			}
			named++
			if got := set.Find(flow.MustParseAddr(address)).Country; got != e.Country || e.Class != "external" {
				t.Errorf("%s, %s, is in %s, by the database in %s", address, e.Class, e.Country, got)
			}
		}
	}
	if named < 200 {
		t.Errorf("%d addresses have a country", named)
	}
}

// A feed lists an address of Azure, which is not malicious for that, and the
// table knows categories and how sure it is.
func TestFeeds(t *testing.T) {
	s := write(t, small(1))
	endpoints := s.endpoints(t)
	azure, categories := 0, map[string]bool{}
	for _, name := range s.truth.Feeds {
		for _, i := range s.feed(t, name).Indicators {
			for _, e := range endpoints[i.Prefix.Addr().String()] {
				if e.Class == "azure" && !e.Malicious {
					azure++
				}
				if name == threatTableFile && e.Malicious {
					categories[i.Category.String()] = true
					if i.Confidence < 60 || i.From == 0 || i.From >= s.truth.Start.Unix() {
						t.Errorf("%+v: confidence and first time are not those of the table", i)
					}
				}
			}
		}
	}
	if azure != 1 {
		t.Errorf("%d addresses of Azure are listed and not malicious, want 1", azure)
	}
	for _, want := range []string{"C2", "Botnet", "Proxy", "DarkNet", "Malware"} {
		if !categories[want] {
			t.Errorf("no address of the traffic is %s in the table: %v", want, categories)
		}
	}
}

// Azure's own format: a name, an id that is the same, properties.
func TestServiceTagsAreInTheLayoutOfMicrosoft(t *testing.T) {
	s := write(t, small(1))
	name := s.truth.ServiceTags
	if !strings.HasPrefix(name, "service-tags/ServiceTags_Public_2026") {
		t.Errorf("the file is %s", name)
	}
	real, err := filepath.Glob(filepath.Join(shared.Path(t, "data/service-tags"), "*.json"))
	if err != nil || len(real) == 0 {
		t.Fatal("no real file of service tags", err)
	}
	b, err := os.ReadFile(real[0])
	if err != nil {
		t.Fatal(err)
	}
	if diff := gocmp.Diff(keysOf(t, b), keysOf(t, []byte(readFile(t, s.dir, name)))); diff != "" {
		t.Errorf("keys (-real +ours):\n%s", diff)
	}
	f, err := os.Open(real[0])
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	theirs, err := service.Read(real[0], f)
	if err != nil {
		t.Fatal(err)
	}
	ours := s.known(t).tags
	for address, list := range s.endpoints(t) {
		if list[0].Class != "azure" || list[0].AzureRegion == "Global" {
			continue
		}
		a := flow.MustParseAddr(address)
		mine, real := ours.Record(ours.Find(a)), theirs.Record(theirs.Find(a))
		if mine.Region != real.Region || mine.Service != "" && !slices.Contains(real.Tags, mine.Tags[0]) {
			t.Errorf("%s: ours %+v, real %+v", address, mine, real)
		}
	}
}
