package insight

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"weir/internal/flow"
	"weir/internal/store"
)

// FlowObjectsQuestion is about a reduced flow: in which log it was, and when its
// tuples were written.
type FlowObjectsQuestion struct {
	Log         flow.Log
	First, Last time.Time // of its tuples
}

// FlowObjectsAnswer lists the log objects that a reduced flow came from. A row
// does not carry them: they are those of the ledger whose tuples are of its time
// and whose name is not of another NIC or another resource.
type FlowObjectsAnswer struct {
	Told  Telling      `json:"told" enum:"name,nic,time,none" doc:"How sure that is: by the names of all that are listed, or of some by their times alone"`
	Words string       `json:"words" doc:"The same in a sentence"`
	Rows  []FlowObject `json:"rows" nullable:"false" doc:"The surest first"`
}

// FlowObject is a log object that a reduced flow came from, or may have.
type FlowObject struct {
	Object
	Told Telling `json:"told" enum:"name,nic,time" doc:"By what it is told: the resource and the NIC in its name, the NIC alone, or its times alone"`
}

// Telling is by what the object of a reduced flow is told.
type Telling string

// The ways, the surest first.
const (
	ByName   Telling = "name" // its name has the NIC and the resource of the log
	ByNIC    Telling = "nic"  // its name has the NIC
	ByTime   Telling = "time" // its name says nothing, its tuples are of that time
	ByNobody Telling = "none" // no object is in question
)

// flowObjects is how many objects are listed.
const flowObjects = 100

// FlowObjects finds the log objects that a reduced flow came from.
func FlowObjects(ctx context.Context, s store.Store, q FlowObjectsQuestion) (*FlowObjectsAnswer, error) {
	for _, t := range []struct {
		field string
		at    time.Time
	}{{"first", q.First}, {"last", q.Last}} {
		if err := CheckTime(t.field, t.at); err != nil {
			return nil, err
		}
	}
	if q.Last.Before(q.First) {
		return nil, askErrorf("last", "The last tuple cannot be before the first.")
	}
	found, err := s.ObjectsWith(ctx, store.ObjectSearch{First: q.First, Last: q.Last, MAC: q.Log.MAC, Limit: flowObjects})
	if err != nil {
		return nil, fmt.Errorf("cannot look for log objects: %w", err)
	}
	a := &FlowObjectsAnswer{Told: ByNobody, Rows: []FlowObject{}}
	for i := range found {
		if told := tells(&found[i], &q.Log); told != ByNobody {
			a.Rows = append(a.Rows, FlowObject{objectOf(&found[i]), told})
		}
	}
	slices.SortStableFunc(a.Rows, func(x, y FlowObject) int { return cmp.Compare(x.Told.rank(), y.Told.rank()) })
	if n := len(a.Rows); n > 0 {
		a.Told = a.Rows[n-1].Told
	}
	a.Words = map[Telling]string{
		ByName:   "Its objects are those of the ledger with this NIC and this log in their names and tuples of this time.",
		ByNIC:    "Its objects are those of the ledger with this NIC in their names and tuples of this time; their names do not say which log they are of.",
		ByTime:   "The names of objects do not say of which NIC and log they are: those listed have tuples of this time, and this flow may be in any of them.",
		ByNobody: "The ledger has no object with tuples of this time: it may have been read by an earlier version, or under a name of another NIC.",
	}[a.Told]
	return a, nil
}

func (t Telling) rank() int { return slices.Index([]Telling{ByName, ByNIC, ByTime}, t) }

// tells tells whether an object can be of a log: by the parts of its name as
// Azure writes them (docs/reference/traffic-analytics.md 2.1).
func tells(o *store.Object, l *flow.Log) Telling {
	if o.Family != "" && o.Family != l.Family.String() && o.Family != "mixed" {
		return ByNobody
	}
	name := strings.ToLower(o.Name)
	mac, hasMAC := between(name, "/macaddress=", "/")
	if hasMAC && l.MAC != "" && !strings.EqualFold(mac, l.MAC) {
		return ByNobody
	}
	of, group, flowLog := strings.Trim(strings.ToLower(l.Target), "/"), "/resourceid=", "/flowlogresourceid="
	resource, named := between(name, group, "/y=")
	_, ofOther := between(name, flowLog, "/y=")
	if l.Family == flow.VNet {
		of, ofOther = shortFlowLog(l.FlowLog), named
		resource, named = between(name, flowLog, "/y=")
		resource = shortFlowLog(resource)
	}
	switch {
	case ofOther, named && of != "" && strings.Trim(resource, "/") != of:
		return ByNobody
	case hasMAC && named && of != "":
		return ByName
	case hasMAC:
		return ByNIC
	}
	return ByTime
}

// between returns what stands between two texts.
func between(text, begin, end string) (string, bool) {
	_, rest, ok := strings.Cut(text, begin)
	if !ok {
		return "", false
	}
	part, _, ok := strings.Cut(rest, end)
	return part, ok
}

// shortFlowLog returns the id of a flow log in the short one of its two forms, as
// subscription_group/watcher_name.
func shortFlowLog(id string) string {
	parts := strings.Split(strings.Trim(strings.ToLower(id), "/"), "/")
	if len(parts) == 10 && parts[0] == "subscriptions" && parts[6] == "networkwatchers" {
		return parts[1] + "_" + parts[3] + "/" + parts[7] + "_" + parts[9]
	}
	return strings.Join(parts, "/")
}
