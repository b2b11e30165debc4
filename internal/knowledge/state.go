// Package knowledge keeps what is known about addresses - inventories, service
// tags, threat feeds, allow-lists, databases of countries - in the store and
// fresh, and hands out what follows from it as one enrich.Knowledge.
package knowledge

import (
	"context"
	"fmt"
	"time"

	"weir/internal/enrich/geo"
)

// State says what is known about addresses, from where, and how fresh it is.
type State struct {
	Topology    TopologyState    `json:"topology"`
	ServiceTags ServiceTagsState `json:"serviceTags"`
	Geo         []GeoState       `json:"geo" nullable:"false"`
	Feeds       []FeedState      `json:"feeds" nullable:"false"`
	Allow       []AllowState     `json:"allow" nullable:"false"`
	Judging     JudgingState     `json:"judging"`
	Attribution []string         `json:"attribution" nullable:"false" doc:"What the licences of the databases in use want to be shown"`
}

// TopologyState says which inventories there are.
type TopologyState struct {
	Snapshots int            `json:"snapshots"`
	First     *time.Time     `json:"first" doc:"Time of the first snapshot; what is older uses it. Null where there is none"`
	Last      *time.Time     `json:"last"`
	Counts    map[string]int `json:"counts" nullable:"false" doc:"Resources of the last snapshot by kind"`
}

// ServiceTagsState says which service tags there are.
type ServiceTagsState struct {
	Versions     int        `json:"versions"`
	Date         *time.Time `json:"date" doc:"Of the newest; null where there is none"`
	ChangeNumber int        `json:"changeNumber"`
	Cloud        string     `json:"cloud"`
	Tags         int        `json:"tags"`
	Prefixes     int        `json:"prefixes"`
}

// GeoState is one database of countries or owners.
type GeoState struct {
	Name     string     `json:"name" doc:"File, or built-in"`
	Type     string     `json:"type"`
	Built    *time.Time `json:"built"`
	Networks int        `json:"networks"`
	Country  bool       `json:"country"`
	ASN      bool       `json:"asn"`
	Error    string     `json:"error" doc:"Why the file as it is now is not used; empty where it is"`
}

// FeedState is how a threat feed is doing.
type FeedState struct {
	Name       string     `json:"name"`
	Location   string     `json:"location" doc:"File or URL, without user, password and query; empty where it was imported by hand"`
	Indicators int        `json:"indicators" doc:"Listed by the last good reading"`
	Past       int        `json:"past" doc:"Listed before and gone"`
	Lost       int        `json:"lost" doc:"Listed but never counted: private, reserved, or Azure's own"`
	Rejected   int        `json:"rejected"`
	Checked    *time.Time `json:"checked" doc:"When it was last looked at"`
	Good       *time.Time `json:"good" doc:"When it was last known to be as it is used"`
	Changed    *time.Time `json:"changed"`
	NextTry    *time.Time `json:"nextTry"`
	Failures   int        `json:"failures" doc:"In a row"`
	Error      string     `json:"error" doc:"Of the last look; empty where it went well"`
	Aside      *FeedAside `json:"aside" doc:"A reading that would drop most of the feed and waits to be confirmed or repeated; null where there is none"`
}

// FeedAside is a reading of a threat feed that is kept aside.
type FeedAside struct {
	At         time.Time `json:"at"`
	Indicators int       `json:"indicators" doc:"That it lists"`
	Gone       int       `json:"gone" doc:"That it would drop"`
}

// AllowState is one entry of the allow-list.
type AllowState struct {
	Address string     `json:"address" doc:"Address, CIDR or range"`
	Who     string     `json:"who"`
	Why     string     `json:"why"`
	Until   *time.Time `json:"until" doc:"Null: for ever"`
}

// JudgingState says whether what is stored is up to what is known.
type JudgingState struct {
	Running   bool       `json:"running"`
	What      string     `json:"what" doc:"What is being done, in words; empty where nothing is"`
	Done      int64      `json:"done" doc:"Rows or parties done"`
	Total     int64      `json:"total"`
	Unsettled int        `json:"unsettled" doc:"Intervals in which a conversation may be counted twice until they are settled"`
	Since     *time.Time `json:"since"`
	Error     string     `json:"error"`
}

// State returns what is known, from where, and how fresh it is.
func (k *Keeper) State(ctx context.Context) (*State, error) {
	unsettled, err := k.config.Store.Unsettled(ctx)
	if err != nil {
		return nil, fmt.Errorf("cannot say what is settled: %w", err)
	}
	n := k.known.Load()
	s := &State{
		Topology: n.estate.state(), ServiceTags: n.tags.state(), Geo: k.geoStates(), Feeds: []FeedState{}, Allow: []AllowState{},
		Judging: *k.judging.Load(), Attribution: append([]string{}, k.locator.Attributions()...),
	}
	s.Judging.Unsettled = len(unsettled.Intervals)
	for _, f := range n.feeds {
		s.Feeds = append(s.Feeds, n.feedState(f))
	}
	for _, a := range n.allows {
		s.Allow = append(s.Allow, AllowState{a.Text, a.Who, a.Why, timeOrNil(a.Until)})
	}
	return s, nil
}

// SetJudging says how far who brings stored rows up to what is known has come,
// and whether a part of that has just ended.
func (k *Keeper) SetJudging(s JudgingState, ended bool) {
	k.judging.Store(&s)
	if ended {
		k.revision.Add(1)
	}
}

func (e *estate) state() TopologyState {
	s := TopologyState{Snapshots: len(e.marks), Counts: e.counts}
	if n := len(e.marks); n > 0 {
		s.First, s.Last = timeOrNil(e.marks[0].Time), timeOrNil(e.confirmed)
	}
	return s
}

func (t *tags) state() ServiceTagsState {
	all := t.versions.All()
	if len(all) == 0 {
		return ServiceTagsState{}
	}
	last := all[len(all)-1]
	return ServiceTagsState{len(all), timeOrNil(last.Date), last.ChangeNumber, last.Cloud, last.Tags, last.Prefixes}
}

func (n *known) feedState(f *feed) FeedState {
	listed, past := f.history.Len()
	loss := n.loss(f.name)
	lost := loss.Azure
	for _, some := range loss.Special {
		lost += some
	}
	var aside *FeedAside
	if a := f.State.Aside; a != nil {
		aside = &FeedAside{a.At.UTC(), a.Indicators, a.Gone}
	}
	return FeedState{
		Aside: aside, Name: f.name, Location: f.location, Indicators: listed, Past: past, Lost: lost, Rejected: f.State.Rejected,
		Checked: timeOrNil(f.State.Checked), Good: timeOrNil(f.State.Good), Changed: timeOrNil(f.State.Changed), NextTry: timeOrNil(f.State.NextTry),
		Failures: f.State.Failures, Error: f.State.Error,
	}
}

// geoStates returns the files and, behind them, the built-in database.
func (k *Keeper) geoStates() []GeoState {
	out := []GeoState{}
	add := func(name string, i geo.Info, err error) {
		g := GeoState{Name: name, Type: i.Type, Built: timeOrNil(i.Built), Networks: i.Networks, Country: i.Country, ASN: i.ASN}
		if err != nil {
			g.Error = err.Error()
		}
		out = append(out, g)
	}
	files := k.locator.Status()
	good := 0
	for _, f := range files {
		if f.Info.Networks > 0 {
			good++
		}
		add(f.Path, f.Info, f.Err)
	}
	if all := k.locator.Set().Databases(); len(all) > good {
		add("built-in", all[len(all)-1], nil)
	}
	return out
}

// timeOrNil returns nil for a time that is not known.
func timeOrNil(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}
