package simulate

import (
	"bytes"
	"context"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// This file is a reader of flow logs that shares nothing with the writer or
// with package decode: encoding/json and strings.Split.

type logRecord struct {
	Time           string
	SystemID       string `json:"systemId"`
	FlowLogGUID    string
	MacAddress     string
	Category       string
	ResourceID     string `json:"resourceId"`
	FlowLogID      string `json:"flowLogResourceID"`
	Target         string `json:"targetResourceID"`
	FlowLogVersion int
	OperationName  string
	Properties     *struct {
		Version int
		Flows   []struct {
			Rule  string
			Flows []struct {
				Mac        string
				FlowTuples []string
			}
		}
	}
	FlowRecords *struct {
		Flows []struct {
			ACLID      string
			FlowGroups []struct {
				Rule       string
				FlowTuples []string
			}
		}
	}
}

// entry is a tuple with all that surrounds it.
type entry struct {
	object               string
	record               time.Time
	place                int // in the object
	nsg                  bool
	mac, target, flowLog string
	acl, rule            string
	time                 int64 // ms
	src, dst             string
	srcPort, port        int
	proto                int
	direction            string
	state                string // B C E D
	encryption           string
	pf, bf, pb, bb       uint64
}

func (e *entry) flow() string {
	return strings.Join([]string{e.src, strconv.Itoa(e.srcPort), e.dst, strconv.Itoa(e.port), strconv.Itoa(e.proto)}, " ")
}

type simulation struct {
	dir            string
	estate         *Estate
	owners         map[string][]*NIC
	truth          *Truth
	entries        []entry
	objects        map[string][]byte
	records        map[string][]logRecord
	bytes, nsgSize int64
}

// small is a configuration that a test writes in a fraction of a second.
func small(seed uint64) Config {
	c := DefaultConfig()
	c.Hours, c.VMs, c.Seed, c.Rate = 2, 16, seed, 0.5
	return c
}

func write(t *testing.T, c Config) *simulation {
	t.Helper()
	c.Out = t.TempDir()
	if _, err := Write(context.Background(), c); err != nil {
		t.Fatal(err)
	}
	return load(t, c.Out)
}

func load(t *testing.T, dir string) *simulation {
	t.Helper()
	s := &simulation{dir: dir, objects: map[string][]byte{}, records: map[string][]logRecord{}}
	var err error
	if s.truth, err = LoadTruth(dir); err != nil {
		t.Fatal(err)
	}
	s.estate = NewEstate(Config{Start: s.truth.Start, Hours: s.truth.Hours, VMs: s.truth.VMs, Seed: s.truth.Seed})
	for _, folder := range LogFolders(dir) {
		err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			b, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			name, _ := filepath.Rel(dir, path)
			s.objects[name] = b
			s.bytes += int64(len(b))
			if strings.HasPrefix(name, "insights-logs-networksecuritygroup") {
				s.nsgSize += int64(len(b))
			}
			s.parse(t, name, b)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if len(s.entries) == 0 {
		t.Fatal("the simulation wrote no tuples")
	}
	return s
}

func (s *simulation) parse(t *testing.T, name string, b []byte) {
	t.Helper()
	var object struct{ Records []logRecord }
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(&object); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	s.records[name] = object.Records
	place := 0
	for _, r := range object.Records {
		at, err := time.Parse(time.RFC3339Nano, r.Time)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		e := entry{object: name, record: at, mac: r.MacAddress}
		add := func(acl, rule string, tuples []string) {
			for _, text := range tuples {
				x := e
				x.acl, x.rule, x.place = strings.ToLower(acl), rule, place
				place++
				x.tuple(t, strings.Split(text, ","))
				s.entries = append(s.entries, x)
			}
		}
		if r.Properties != nil {
			e.nsg, e.target = true, strings.ToLower(r.ResourceID)
			for _, f := range r.Properties.Flows {
				for _, g := range f.Flows {
					if g.Mac != r.MacAddress {
						t.Fatalf("%s: inner mac %s in a record of %s", name, g.Mac, r.MacAddress)
					}
					add(r.ResourceID, f.Rule, g.FlowTuples)
				}
			}
			continue
		}
		e.target, e.flowLog = strings.ToLower(r.Target), strings.ToLower(r.FlowLogID)
		for _, f := range r.FlowRecords.Flows {
			for _, g := range f.FlowGroups {
				add(f.ACLID, g.Rule, g.FlowTuples)
			}
		}
	}
}

func (e *entry) tuple(t *testing.T, f []string) {
	t.Helper()
	if len(f) != 13 {
		t.Fatalf("%s: tuple of %d fields: %q", e.object, len(f), f)
	}
	number := func(s string) uint64 {
		v, err := strconv.ParseUint(s, 10, 64)
		if err != nil {
			t.Fatalf("%s: %q: %v", e.object, f, err)
		}
		return v
	}
	e.src, e.dst, e.srcPort, e.port, e.direction = f[1], f[2], int(number(f[3])), int(number(f[4])), f[6]
	counters := f[9:]
	if e.nsg {
		e.time = int64(number(f[0])) * 1000
		e.proto = map[string]int{"T": 6, "U": 17}[f[5]]
		e.state = f[8]
		switch f[7] + f[8] {
		case "DB":
			e.state = "D"
		case "AB", "AC", "AE":
		default:
			t.Fatalf("%s: decision and state of %q", e.object, f)
		}
		if e.state == "B" || e.state == "D" {
			if strings.Join(counters, "") != "" {
				t.Fatalf("%s: counters at a begin: %q", e.object, f)
			}
			return
		}
	} else {
		e.time = int64(number(f[0]))
		e.proto = int(number(f[5]))
		e.state, e.encryption = f[7], f[8]
	}
	e.pf, e.bf, e.pb, e.bb = number(counters[0]), number(counters[1]), number(counters[2]), number(counters[3])
	if (e.state == "B" || e.state == "D") && e.pf+e.bf+e.pb+e.bb != 0 {
		t.Fatalf("%s: counters at a begin: %q", e.object, f)
	}
}

// nics returns the NICs by MAC.
func (s *simulation) nics() map[string]*NIC {
	out := map[string]*NIC{}
	for _, n := range s.estate.NICs {
		out[n.MAC] = n
	}
	return out
}

// dropAside leaves out the tuples of what stands aside, at both ends: its NICs
// have several logs, or appliances on the way.
func (s *simulation) dropAside() {
	nics, addrs := s.nics(), map[string]bool{}
	for _, n := range s.estate.NICs {
		if n.Aside {
			addrs[n.Addr.String()] = true
		}
	}
	s.entries = slices.DeleteFunc(s.entries, func(e entry) bool { return nics[e.mac].Aside || addrs[e.src] || addrs[e.dst] })
}
