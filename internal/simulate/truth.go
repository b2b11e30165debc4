package simulate

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"weir/internal/flow"
)

const (
	truthFile         = "truth.json"
	capturesFile      = "truth-captures.ndjson"
	conversationsFile = "truth-conversations.ndjson"
	endpointsFile     = "truth-endpoints.ndjson"
	truthFormat       = 1
)

// Truth is what the log objects of a simulation hold, exactly: truth.json.
// What is counted per conversation is in two files beside it, for all sizes:
// Captures reads the one, Conversations the other.
type Truth struct {
	Format   int       `json:"format"`
	Complete bool      `json:"complete"` // false while the simulation is being written, or if it was interrupted
	Start    time.Time `json:"start"`
	End      time.Time `json:"end"`
	Hours    int       `json:"hours"`
	VMs      int       `json:"vms"`
	Seed     uint64    `json:"seed"`
	Rate     float64   `json:"rate"`

	Estate EstateSummary `json:"estate"`
	Total  FamilyTotals  `json:"total"`
	NSG    FamilyTotals  `json:"nsg"`
	VNet   FamilyTotals  `json:"vnet"`

	// Captures and Conversations are the numbers of lines in the files beside this one.
	Captures      int64 `json:"captures"`
	Conversations int64 `json:"conversations"`

	// Endpoints is the number of lines in the file of endpoints.
	Endpoints int64 `json:"endpoints"`
	// Inventories are the listings of the estate and when each was true.
	Inventories []TruthInventory `json:"inventories"`
	// ServiceTags is the file of service tags, Feeds are those of threats.
	ServiceTags string   `json:"serviceTags"`
	Feeds       []string `json:"feeds"`

	Logs   []TruthLog  `json:"logs"`
	Rules  []TruthRule `json:"rules"`
	Events []*Event    `json:"events"`
}

// TruthInventory is a folder with a listing of the estate. Folders of one time
// hold the same in different forms.
type TruthInventory struct {
	Folder string    `json:"folder"`
	Form   string    `json:"form"` // arm or az
	Time   time.Time `json:"time"`
}

// FamilyTotals sums the objects of a family of flow logs, or of both. Started
// counts begun allowed flows and Denied denied ones; counters are sums of
// continue and end tuples (docs/explanation/meaning-of-the-numbers.md). First
// and Last are the times of the first and last tuple as written, ms since 1970.
type FamilyTotals struct {
	Objects     int64  `json:"objects"`
	Bytes       int64  `json:"bytes"`
	Records     int64  `json:"records"`
	Tuples      int64  `json:"tuples"`
	Started     uint64 `json:"started"`
	Denied      uint64 `json:"denied"`
	Ended       uint64 `json:"ended"`
	PacketsFwd  uint64 `json:"packetsForward"`
	BytesFwd    uint64 `json:"bytesForward"`
	PacketsBack uint64 `json:"packetsBack"`
	BytesBack   uint64 `json:"bytesBack"`
	First       int64  `json:"first"`
	Last        int64  `json:"last"`
}

func (t *FamilyTotals) add(o *FamilyTotals) {
	t.Objects += o.Objects
	t.Bytes += o.Bytes
	t.Records += o.Records
	t.Tuples += o.Tuples
	t.Started += o.Started
	t.Denied += o.Denied
	t.Ended += o.Ended
	t.PacketsFwd += o.PacketsFwd
	t.BytesFwd += o.BytesFwd
	t.PacketsBack += o.PacketsBack
	t.BytesBack += o.BytesBack
	if o.Tuples > 0 {
		if t.First == 0 || o.First < t.First {
			t.First = o.First
		}
		t.Last = max(t.Last, o.Last)
	}
}

// EstateSummary says how much of everything there is.
type EstateSummary struct {
	Subscriptions int      `json:"subscriptions"`
	Regions       []string `json:"regions"`
	VNets         []string `json:"vnets"`
	Peerings      int      `json:"peerings"`
	Subnets       int      `json:"subnets"`
	NSGs          int      `json:"nsgs"`
	VMs           int      `json:"vms"`
	ScaleSets     int      `json:"scaleSets"`
	Instances     int      `json:"scaleSetInstances"`
	AsideVMs      int      `json:"asideVms"` // beyond the machines that were asked for, for what is rare
	NICs          int      `json:"nics"`
	LoggedNICs    int      `json:"loggedNics"`
	LoadBalancers int      `json:"loadBalancers"`
	AppGateways   int      `json:"applicationGateways"`
	Sites         []string `json:"sites"`
	VPNGateway    string   `json:"vpnGateway"`
	Circuit       string   `json:"expressRouteCircuit"`
	FlowLogs      int      `json:"flowLogs"`
	RouteTables   int      `json:"routeTables"`
	Endpoints     int      `json:"privateEndpoints"`
	PublicIPs     int      `json:"publicIps"`
}

func summarise(e *Estate) EstateSummary {
	s := EstateSummary{
		Subscriptions: len(e.Subscriptions), Peerings: len(e.Peerings), NSGs: len(e.NSGs), VMs: len(e.VMs), ScaleSets: len(e.ScaleSets),
		NICs: len(e.NICs), LoadBalancers: len(e.LoadBalancers), AppGateways: len(e.AppGateways), FlowLogs: len(e.FlowLogs),
		RouteTables: len(e.RouteTables), Endpoints: len(e.Endpoints), PublicIPs: len(e.PublicIPs),
		VPNGateway: e.VPNGateway.Name, Circuit: e.ERGateway.CircuitID,
	}
	for _, r := range e.Regions {
		s.Regions = append(s.Regions, r.Name)
	}
	for _, v := range e.VNets {
		s.VNets = append(s.VNets, v.Name)
		s.Subnets += len(v.Subnets)
	}
	for _, x := range e.ScaleSets {
		s.Instances += len(x.Instances)
	}
	for _, x := range e.Sites {
		s.Sites = append(s.Sites, x.Name)
	}
	for _, n := range e.NICs {
		if n.logged() {
			s.LoggedNICs++
		}
	}
	for _, vm := range e.VMs {
		if vm.NIC.Aside {
			s.AsideVMs++
		}
	}
	return s
}

// TruthLog is where a tuple was recorded. Ids are in lower case.
type TruthLog struct {
	Family  string `json:"family"` // nsg or vnet
	MAC     string `json:"mac"`
	Target  string `json:"target"`
	FlowLog string `json:"flowLog,omitempty"` // empty in an NSG flow log
	NIC     string `json:"nic"`               // id of the network interface
}

// TruthRule is a rule as logged, with the ACL in lower case.
type TruthRule struct {
	ACL  string `json:"acl"`
	Name string `json:"rule"`
}

// CaptureTotals is a conversation as one NIC recorded it: all tuples of the
// simulation that agree in everything but time and source port. In the file
// Log and Rule are indexes into Truth.Logs and Truth.Rules.
type CaptureTotals struct {
	Initiator  string `json:"initiator"`
	Responder  string `json:"responder"`
	Port       uint16 `json:"port"`
	Protocol   uint8  `json:"protocol"`
	Direction  string `json:"direction"`            // Inbound or Outbound
	Status     string `json:"status"`               // Allowed or Denied
	AtHop      bool   `json:"atHop,omitempty"`      // the NIC is neither end: it is that of an appliance on the way
	Encryption string `json:"encryption,omitempty"` // the code of the log: X, NX
	RuleIndex  int    `json:"rule"`
	LogIndex   int    `json:"log"`
	// Started counts begin tuples or, where denied, denials.
	Started     uint64 `json:"started"`
	Ended       uint64 `json:"ended"`
	PacketsFwd  uint64 `json:"packetsForward"`
	BytesFwd    uint64 `json:"bytesForward"`
	PacketsBack uint64 `json:"packetsBack"`
	BytesBack   uint64 `json:"bytesBack"`
	Records     uint64 `json:"records"` // tuples
	First       int64  `json:"first"`   // ms since 1970, as written
	Last        int64  `json:"last"`

	Log  TruthLog  `json:"-"`
	Rule TruthRule `json:"-"`
}

// ConversationTotals is a conversation once, however often it was recorded
// (docs/explanation/meaning-of-the-numbers.md). Forward counters come from the
// capture at the initiator and back counters from the one at the responder,
// each from the other where its own is missing or, as a stateless flow of an
// NSG log, never counts, and from that at an appliance on the way where there
// is no other: forward as it came in, back as it went out. Started and Ended
// come from the initiator's capture where there is one, likewise. Denied adds
// the denials at both ends: one end's denials never reach the other. What two
// logs of one NIC hold both counts once; what two groups of one NIC log are
// parts of one capture.
type ConversationTotals struct {
	Initiator string `json:"initiator"`
	Responder string `json:"responder"`
	Port      uint16 `json:"port"`
	Protocol  uint8  `json:"protocol"`
	// The VNets that hold the ends, as subscription/rg/name; empty outside.
	InitiatorVNet string `json:"initiatorVnet,omitempty"`
	ResponderVNet string `json:"responderVnet,omitempty"`
	// FlowType is what the conversation is
	// (docs/reference/traffic-analytics.md 3.5), with the inventory, the
	// service tags and the feeds known.
	FlowType    string `json:"flowType"`
	Captures    int    `json:"captures"` // NICs that recorded it: 1 to 3
	Started     uint64 `json:"started"`
	Ended       uint64 `json:"ended"`
	Denied      uint64 `json:"denied"`
	PacketsFwd  uint64 `json:"packetsForward"`
	BytesFwd    uint64 `json:"bytesForward"`
	PacketsBack uint64 `json:"packetsBack"`
	BytesBack   uint64 `json:"bytesBack"`
	First       int64  `json:"first"` // ms since 1970, over all captures
	Last        int64  `json:"last"`
}

func newTruth(c Config) *Truth {
	return &Truth{
		Format: truthFormat, Start: c.Start.UTC(), End: c.Start.UTC().Add(time.Duration(c.Hours) * time.Hour),
		Hours: c.Hours, VMs: c.VMs, Seed: c.Seed, Rate: c.Rate,
	}
}

// save writes truth.json as a whole or not at all.
func (t *Truth) save(dir string) error {
	b, err := json.MarshalIndent(t, "", "  ")
	if err != nil {
		return fmt.Errorf("cannot write the truth: %w", err)
	}
	tmp := filepath.Join(dir, truthFile+".tmp")
	if err := os.WriteFile(tmp, append(b, '\n'), 0o644); err != nil {
		return fmt.Errorf("cannot write the truth: %w", err)
	}
	if err := os.Rename(tmp, filepath.Join(dir, truthFile)); err != nil {
		return fmt.Errorf("cannot write the truth: %w", err)
	}
	return nil
}

// ErrIncomplete means that a simulation was interrupted.
var ErrIncomplete = errors.New("the simulation was interrupted before its end; write it again")

// LoadTruth reads truth.json of a simulation. The error is ErrIncomplete where
// the simulation did not come to its end.
func LoadTruth(dir string) (*Truth, error) {
	t, err := readTruth(dir)
	if err != nil {
		return nil, err
	}
	if !t.Complete {
		return nil, fmt.Errorf("cannot use %s: %w", dir, ErrIncomplete)
	}
	return t, nil
}

func readTruth(dir string) (*Truth, error) {
	b, err := os.ReadFile(filepath.Join(dir, truthFile))
	if err != nil {
		return nil, fmt.Errorf("cannot read the truth: %w", err)
	}
	var t Truth
	if err := json.Unmarshal(b, &t); err != nil {
		return nil, fmt.Errorf("cannot read the truth in %s: %w", dir, err)
	}
	if t.Format != truthFormat {
		return nil, fmt.Errorf("cannot read the truth in %s: format %d, this program knows %d", dir, t.Format, truthFormat)
	}
	return &t, nil
}

// ReadCaptures yields every conversation per capture, with Log and Rule filled in.
func (t *Truth) ReadCaptures(dir string, yield func(CaptureTotals) error) error {
	return readLines(filepath.Join(dir, capturesFile), func(c CaptureTotals) error {
		if c.LogIndex >= len(t.Logs) || c.RuleIndex >= len(t.Rules) {
			return errors.New("it does not belong to the truth beside it")
		}
		c.Log, c.Rule = t.Logs[c.LogIndex], t.Rules[c.RuleIndex]
		return yield(c)
	})
}

// ReadEndpoints yields what every address of the logs was.
func (t *Truth) ReadEndpoints(dir string, yield func(EndpointTruth) error) error {
	return readLines(filepath.Join(dir, endpointsFile), yield)
}

// ReadConversations yields every conversation once.
func (t *Truth) ReadConversations(dir string, yield func(ConversationTotals) error) error {
	return readLines(filepath.Join(dir, conversationsFile), yield)
}

func readLines[T any](path string, yield func(T) error) error {
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("cannot read the truth: %w", err)
	}
	defer f.Close()
	d := json.NewDecoder(bufio.NewReaderSize(f, 1<<18))
	for {
		var v T
		if err := d.Decode(&v); err == io.EOF {
			return nil
		} else if err != nil {
			return fmt.Errorf("cannot read %s: %w", path, err)
		}
		if err := yield(v); err != nil {
			return fmt.Errorf("cannot use %s: %w", path, err)
		}
	}
}

// statusOf is the status under which a tuple of a verdict counts.
func statusOf(allowed bool) flow.Status {
	if allowed {
		return flow.Allowed
	}
	return flow.Denied
}
