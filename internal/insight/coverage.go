package insight

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"weir/internal/flow"
	"weir/internal/knowledge"
	"weir/internal/query"
	"weir/internal/store"
	"weir/internal/topology"
)

// quietFor is for how long a NIC can have no log and yet send: Azure has an object
// for each hour, and a machine may be idle for some.
const quietFor = 6 * time.Hour

// CoverageAnswer says what is read, and of which NICs of the inventory there are
// no logs: why one may see nothing.
type CoverageAnswer struct {
	Now         time.Time        `json:"now" doc:"The server's clock"`
	End         *time.Time       `json:"end" doc:"End of the data, null where there is none"`
	Inventory   *time.Time       `json:"inventory" doc:"Time of the inventory whose NICs they are, null where none is known"`
	Words       []string         `json:"words" nullable:"false" doc:"What is wrong, in sentences that say what to do; empty where nothing is"`
	CountedOnce float64          `json:"countedOnce" doc:"Part of the flows that NICs recorded in the last day of data which counts, 0 to 1: the rest was recorded at another NIC, too"`
	DayBytes    int64            `json:"dayBytes" doc:"Stored size of the log objects that end in the last day of data"`
	NICs        int              `json:"nics" doc:"NICs of the inventory"`
	Sending     int              `json:"sending" doc:"Of these, those with logs within six hours of the end of the data"`
	Reasons     []CoverageReason `json:"reasons" nullable:"false" doc:"How many NICs have which fault, the most frequent first"`
	Sources     []CoverageSource `json:"sources" nullable:"false" doc:"What is read, by place and kind of log"`
	Limit       int              `json:"limit" doc:"Rows asked for"`
	Offset      int              `json:"offset" doc:"Rows before the first that is shown"`
	Distinct    int              `json:"distinct" doc:"NICs that have a fault, shown or not"`
	Rows        []CoverageNIC    `json:"rows" nullable:"false" doc:"NICs that have a fault, by fault and name"`
}

// CoverageReason is a fault of NICs.
type CoverageReason struct {
	Fault Fault  `json:"fault" enum:"no-flow-log,disabled,not-read,silent,one-kind,idle,detached,never-ran,private-endpoint"`
	NICs  int    `json:"nics"`
	Words string `json:"words" doc:"What that means and what to do"`
}

// CoverageNIC is a NIC of the inventory of which there are no logs, or fewer than
// there should be.
type CoverageNIC struct {
	NIC     string     `json:"nic" doc:"group/name"`
	MAC     string     `json:"mac" doc:"Twelve hex digits; empty where the machine never ran"`
	Machine string     `json:"machine" doc:"group/name, empty where it is attached to none"`
	Subnet  string     `json:"subnet" doc:"group/network/name"`
	Region  string     `json:"region"`
	Fault   Fault      `json:"fault" enum:"no-flow-log,disabled,not-read,silent,one-kind,idle,detached,never-ran,private-endpoint"`
	Last    *time.Time `json:"last" doc:"Start of the last interval with a flow of it, null where there is none"`
	FlowLog string     `json:"flowLog" doc:"Flow log that is missing, disabled or not read, as subscription/group/watcher/name; empty where none is configured"`
	Storage string     `json:"storage" doc:"Storage account that it writes to, as subscription/group/name"`
}

// CoverageSource is what is read of one kind of log from one place.
type CoverageSource struct {
	Place      string     `json:"place" doc:"Folder or container of the objects"`
	Family     string     `json:"family" doc:"nsg, vnet or mixed; empty before the first tuple"`
	Objects    int64      `json:"objects"`
	Unread     int64      `json:"unread" doc:"Objects that are not read to their end"`
	Failed     int64      `json:"failed" doc:"Of these, those that cannot be read or were changed"`
	Last       string     `json:"last" doc:"Object with the last tuple"`
	ReadAt     time.Time  `json:"readAt" doc:"When an object was last read"`
	FirstTuple *time.Time `json:"firstTuple"`
	LastTuple  *time.Time `json:"lastTuple"`
	LagSeconds *int64     `json:"lagSeconds" doc:"Age of the last tuple by the server's clock; null where there is none"`
	Size       int64      `json:"size" doc:"Stored size of the objects"`
	Bytes      int64      `json:"bytes" doc:"Bytes of content read"`
	DayBytes   int64      `json:"dayBytes" doc:"Stored size of the objects that end in the last day of data"`
	Tuples     int64      `json:"tuples"`
	Rejected   int64      `json:"rejected"`
	TooOld     int64      `json:"tooOld" doc:"Tuples that are not stored, for they were older than what is kept"`
	Rows       int64      `json:"rows" doc:"Reduced rows written"`
	Reduction  float64    `json:"reduction" doc:"Tuples to a row; 0 where there are none"`
}

// Coverage says what is read, and which NICs of the inventory send no logs.
func Coverage(ctx context.Context, s store.Store, limit, offset int, known knowledge.SecurityState) (*CoverageAnswer, error) {
	limit, err := checkLimit(limit, DefaultListLimit)
	if err != nil {
		return nil, err
	}
	if offset < 0 || offset > MaxOffset {
		return nil, askErrorf("offset", "An offset of %d is not possible; it can be 0 to %d.", offset, MaxOffset)
	}
	stats, err := s.Stats(ctx)
	if err != nil {
		return nil, fmt.Errorf("cannot read the status of the store: %w", err)
	}
	a := &CoverageAnswer{
		Now: time.Now().UTC(), End: maybeTime(stats.LastTuple), Limit: limit, Offset: offset,
		Words: []string{}, Reasons: []CoverageReason{}, Sources: []CoverageSource{}, Rows: []CoverageNIC{},
	}
	if err := a.sources(ctx, s, stats.LastTuple); err != nil {
		return nil, err
	}
	if a.End != nil {
		if a.CountedOnce, err = countedOnce(ctx, s, stats.LastTuple); err != nil {
			return nil, err
		}
	}
	if known.Inventory != nil {
		a.Inventory = &known.Snapshot
		heard, err := hear(ctx, s)
		if err != nil {
			return nil, err
		}
		rows := faults(known.Inventory, heard, stats.LastTuple)
		a.NICs = len(known.Inventory.NICs)
		a.count(known.Inventory, heard, rows)
		a.Distinct = len(rows)
		a.Rows = append(a.Rows, rows[min(offset, len(rows)):min(offset+limit, len(rows))]...)
	}
	a.say(stats)
	return a, nil
}

func (a *CoverageAnswer) sources(ctx context.Context, s store.Store, end time.Time) error {
	list, err := s.Sources(ctx, end)
	if err != nil {
		return fmt.Errorf("cannot sum the ledger up: %w", err)
	}
	for _, of := range list {
		row := CoverageSource{
			Place: of.Place, Family: of.Family, Objects: of.Objects, Unread: of.Unread, Failed: of.Failed, Last: of.Last, ReadAt: of.ReadAt,
			FirstTuple: maybeTime(of.FirstTuple), LastTuple: maybeTime(of.LastTuple), Size: of.Size, Bytes: of.Bytes, DayBytes: of.DaySize,
			Tuples: of.Tuples, Rejected: of.Rejected, TooOld: of.TooOld, Rows: of.Rows,
		}
		if row.LastTuple != nil {
			lag := int64(a.Now.Sub(of.LastTuple) / time.Second)
			row.LagSeconds = &lag
		}
		if of.Rows > 0 {
			row.Reduction = float64(of.Tuples-of.TooOld) / float64(of.Rows)
		}
		a.DayBytes = add(a.DayBytes, of.DaySize)
		a.Sources = append(a.Sources, row)
	}
	return nil
}

// countedOnce is the part of what NICs recorded in the last day that counts.
func countedOnce(ctx context.Context, s store.Store, end time.Time) (float64, error) {
	q := query.Question{From: end.Add(-day), To: end.Add(time.Millisecond), Measures: []query.Measure{{Name: "flows", Of: query.Flows}}}
	var sums [2]int64
	for i := range sums {
		q.EachCapture = i == 1
		res, err := query.Ask(ctx, s, q)
		if err != nil {
			return 0, err
		}
		sums[i] = res.Rows[0].Values["flows"]
	}
	if sums[1] == 0 {
		return 0, nil
	}
	return float64(sums[0]) / float64(sums[1]), nil
}

// heard is when a NIC was last recorded, by the kind of log.
type heard struct{ nsg, vnet time.Time }

func (h heard) last() time.Time {
	if h.nsg.After(h.vnet) {
		return h.nsg
	}
	return h.vnet
}

// hear returns it by MAC. Every row tells it, also one that another log of its NIC
// has too.
func hear(ctx context.Context, s store.Store) (map[string]heard, error) {
	res, err := query.Ask(ctx, s, query.Question{
		Dimensions: []query.Dimension{query.MAC, query.Target}, Grain: s.Interval(),
		Measures: []query.Measure{{Name: "last", Of: query.LastTime}},
	})
	if err != nil {
		return nil, err
	}
	all := map[string]heard{}
	for _, row := range res.Rows {
		mac, target, at := row.Keys[0].(string), topology.ID(row.Keys[1].(string)), time.Unix(row.Values["last"], 0).UTC()
		h := all[mac]
		to := &h.vnet
		if target.Of("networksecuritygroups") != "" {
			to = &h.nsg
		}
		if at.After(*to) {
			*to = at
		}
		all[mac] = h
	}
	return all, nil
}

// count says how many NICs send, and how many have which fault.
func (a *CoverageAnswer) count(inv *topology.Inventory, heard map[string]heard, rows []CoverageNIC) {
	for i := range inv.NICs {
		if mac := inv.NICs[i].MAC; mac != "" && a.End != nil && heard[mac].last().After(a.End.Add(-quietFor)) {
			a.Sending++
		}
	}
	n := map[Fault]int{}
	for _, r := range rows {
		n[r.Fault]++
	}
	for _, f := range Faults() {
		if n[f] > 0 {
			a.Reasons = append(a.Reasons, CoverageReason{Fault: f, NICs: n[f], Words: f.Words()})
		}
	}
	slices.SortStableFunc(a.Reasons, func(x, y CoverageReason) int { return cmp.Compare(y.NICs, x.NICs) })
}

// say puts what is wrong into sentences.
func (a *CoverageAnswer) say(stats store.Stats) {
	say := func(format string, args ...any) { a.Words = append(a.Words, fmt.Sprintf(format, args...)) }
	if stats.Objects == 0 {
		say("Nothing was read yet: weir ingest PATH reads a file or a folder, and weir serve reads the sources of its configuration again and again.")
	} else if a.End == nil {
		say("What was read has no tuples that are kept: objects that failed or were rejected say why.")
	}
	var failed, old int64
	for _, s := range a.Sources {
		failed, old = failed+s.Failed, old+s.TooOld
	}
	if failed > 0 {
		say("%s could not be read, or were changed where they had been read already: what they have since is missing.", plural(failed, "object"))
	}
	if stats.Rejected > 0 {
		say("%s could not be decoded and are missing; rejects say why, with samples.", plural(stats.Rejected, "tuple or record", "tuples or records"))
	}
	if old > 0 {
		say("%s were older than what is kept, and are not stored.", plural(old, "tuple"))
	}
	if stats.Beyond > 0 {
		say("%s are dated more than a day after they came: only a range that is asked for has them.", plural(stats.Beyond, "row"))
	}
	if a.End != nil && a.Now.Sub(*a.End) > quietFor {
		say("The data ends at %s: nothing later was read. Ranges that begin after it are empty.", a.End.Format("2006-01-02 15:04 MST"))
	}
	switch {
	case a.Inventory == nil:
		say("No inventory is known, so nobody can tell which NICs send no logs: weir topology import FILE... or weir topology sync reads one.")
	case a.Distinct > 0:
		var grave int
		for _, r := range a.Reasons {
			if r.Fault.Grave() {
				grave += r.NICs
			}
		}
		if grave > 0 {
			say("%d of %s of the inventory should send logs and do not, or send too few; the list says why each may be.", grave, plural(int64(a.NICs), "NIC"))
		}
	}
}

// plural writes a number with its word.
func plural(n int64, one string, many ...string) string {
	word := one
	if n != 1 {
		word += "s"
		if len(many) > 0 {
			word = many[0]
		}
	}
	return fmt.Sprintf("%d %s", n, word)
}

// family names the kind of log that a flow log writes.
func family(l *topology.FlowLog) string {
	if l.OfNSG() {
		return flow.NSG.String()
	}
	return flow.VNet.String()
}

// storageName is a storage account as subscription/group/name.
func storageName(l *topology.FlowLog) string { return strings.Trim(l.Storage.Full(), "/") }
