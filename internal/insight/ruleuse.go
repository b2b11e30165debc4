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
	"weir/internal/topology/security"
)

// RuleShow is which rules are shown.
type RuleShow string

// The choices. All is the default.
const (
	AllRules       RuleShow = "all"
	HitRules       RuleShow = "hit"       // with flows in the range
	BlockingRules  RuleShow = "blocking"  // that denied some
	MaliciousRules RuleShow = "malicious" // that let flows with a malicious end pass
	UnusedRules    RuleShow = "unused"    // of the inventory, without flows in the range; not the default rules, which nobody can remove
	ShadowedRules  RuleShow = "shadowed"  // that can never decide
)

// RuleQuestion asks how rules are used. Zero values mean: the last 24 hours of
// data, all rules, by flows, the first rows in the order that suits what is shown.
type RuleQuestion struct {
	Question
	Show   RuleShow
	Sort   string // one of RuleSorts
	Offset int    // rows before the first
}

// What rules are sorted by: a measure, highest first, when they were last hit,
// the longest ago first, or the group and the order of evaluation.
const (
	sortTotal     = "total"
	sortAllowed   = "allowed"
	sortDenied    = "denied"
	sortMalicious = "malicious"
	sortLast      = "last"
)

// RuleShows are the choices of what is shown.
func RuleShows() []string {
	return []string{string(AllRules), string(HitRules), string(BlockingRules), string(MaliciousRules), string(UnusedRules), string(ShadowedRules)}
}

// RuleSorts are what rules can be sorted by.
func RuleSorts() []string {
	return []string{sortTotal, sortAllowed, sortDenied, sortMalicious, sortLast, sortKey}
}

// RuleUsesAnswer is how security rules are used.
type RuleUsesAnswer struct {
	Range
	Where       string     `json:"where" doc:"The filter in its canonical form, empty where there is none"`
	By          Measure    `json:"by" enum:"flows,packets,bytes"`
	Show        RuleShow   `json:"show" enum:"all,hit,blocking,malicious,unused,shadowed"`
	Sort        string     `json:"sort"`
	Limit       int        `json:"limit" doc:"Rows asked for"`
	Offset      int        `json:"offset" doc:"Rows before the first that is shown"`
	Inventory   *time.Time `json:"inventory" doc:"Time of the inventory whose rules they are; null where none is known, so that only rules of the logs are here"`
	HeldSince   *time.Time `json:"heldSince" doc:"Since when flows are held: what has no last hit was not hit since. Null where there is no data"`
	LastSeconds int64      `json:"lastSeconds" doc:"How exact times of last hits in the range are, in seconds; those before the range are to the day"`
	Counts      RuleCounts `json:"counts" doc:"Number of rules for each of the choices"`
	Distinct    int64      `json:"distinct" doc:"Number of rows of the choice, shown or not"`
	Total       Measures   `json:"total" doc:"What all rules decided, at each NIC"`
	Rows        []RuleUse  `json:"rows" nullable:"false"`
}

// RuleCounts counts rules for each of the choices.
type RuleCounts struct {
	All       int64 `json:"all"`
	Hit       int64 `json:"hit"`
	Blocking  int64 `json:"blocking"`
	Malicious int64 `json:"malicious"`
	Unused    int64 `json:"unused"`
	Shadowed  int64 `json:"shadowed"`
}

// RuleUse is a rule and what it decided in the range.
type RuleUse struct {
	ACL         string     `json:"acl" doc:"Security group or admin configuration that holds it, as a resource id or a name"`
	Rule        string     `json:"rule" doc:"Its name, without who made it"`
	Text        *RuleText  `json:"text" doc:"What the inventory says of it; null where the inventory does not have it"`
	Total       Measures   `json:"total" doc:"What it decided, at each NIC"`
	Allowed     Measures   `json:"allowed"`
	Denied      Measures   `json:"denied"`
	Malicious   Measures   `json:"malicious" doc:"Of what it allowed the part with a malicious end"`
	Hit         bool       `json:"hit" doc:"Whether it decided any flow of the range"`
	LastHit     *time.Time `json:"lastHit" doc:"Start of the last interval in which it did, in the range or before it; null: in none that is held"`
	Logged      bool       `json:"logged" doc:"Whether any rule of its group decided a flow of the range: where none did, the group may not be logged"`
	Share       float64    `json:"share" doc:"Part of the total of all rules by the chosen measure, 0 to 1"`
	Attached    bool       `json:"attached" doc:"Whether a subnet, an interface or a network is behind it; false where the inventory does not have it, too"`
	Beside      bool       `json:"beside" doc:"Whether another group stands beside its own at some interface: of two that allow a flow one logs it, so that what this one allows may not be seen"`
	ShadowedBy  []string   `json:"shadowedBy" nullable:"false" doc:"Rules of its group before it that together have all of its flows, so that it can never decide"`
	Contradicts bool       `json:"contradicts" doc:"Whether some of these decide otherwise than it would"`
	Filter      string     `json:"filter" doc:"The filter that lets its flows pass"`

	key ruleKey
}

// RuleText is what a rule says.
type RuleText struct {
	Priority    int64     `json:"priority" doc:"Lower is first"`
	Direction   Direction `json:"direction" enum:"in,out"`
	Action      string    `json:"action" enum:"Allow,AlwaysAllow,Deny"`
	Protocol    string    `json:"protocol" doc:"TCP, UDP, ICMP, ESP, AH or any"`
	Source      string    `json:"source" doc:"Addresses, prefixes, a service tag, application security groups, or any"`
	SourcePorts string    `json:"sourcePorts"`
	Destination string    `json:"destination"`
	Ports       string    `json:"ports" doc:"Of the destination"`
	Description string    `json:"description"`
	Default     bool      `json:"default" doc:"Whether Azure made it"`
}

// ruleKey tells a rule, whatever its log spells.
type ruleKey struct {
	acl, rule string
	byDefault bool
}

func keyOfRule(acl, rule string) ruleKey {
	plain, byDefault := security.PlainName(rule)
	return ruleKey{strings.ToLower(acl), strings.ToLower(plain), byDefault}
}

// RuleUses tells how the rules that are known, and those that the logs name, were
// used: each rule decides at a NIC, so a conversation between two of them
// counts for the rule at each.
func RuleUses(ctx context.Context, s store.Store, q RuleQuestion, known knowledge.SecurityState) (*RuleUsesAnswer, error) {
	a, err := q.answer(ctx, s)
	if err != nil {
		return nil, err
	}
	rows, err := a.logged(ctx, s, q.Where)
	if err != nil {
		return nil, fmt.Errorf("cannot tell how rules are used: %w", err)
	}
	groups, err := loggedGroups(ctx, s, a.Range)
	if err != nil {
		return nil, fmt.Errorf("cannot tell which groups are logged: %w", err)
	}
	all := a.join(rows, groups, known)
	if err := a.before(ctx, s, q.Where, all); err != nil {
		return nil, fmt.Errorf("cannot tell when rules were last hit: %w", err)
	}
	a.count(all)
	all = slices.DeleteFunc(all, func(u *RuleUse) bool { return !a.Show.shows(u) })
	a.Distinct = int64(len(all))
	a.sort(all)
	for _, u := range all[min(a.Offset, len(all)):min(a.Offset+a.Limit, len(all))] {
		u.Share = share(u.Total, a.Total, a.By)
		a.Rows = append(a.Rows, *u)
	}
	return a, nil
}

// answer checks the question and begins its answer.
func (q RuleQuestion) answer(ctx context.Context, s store.Store) (*RuleUsesAnswer, error) {
	q.Show = cmp.Or(q.Show, AllRules)
	if !slices.Contains(RuleShows(), string(q.Show)) {
		return nil, askErrorf("show", "There are no %q rules; use %s.", string(q.Show), strings.Join(RuleShows(), ", "))
	}
	q.Sort = cmp.Or(q.Sort, map[RuleShow]string{BlockingRules: sortDenied, MaliciousRules: sortMalicious, UnusedRules: sortLast, ShadowedRules: sortKey}[q.Show], sortTotal)
	if !slices.Contains(RuleSorts(), q.Sort) {
		return nil, askErrorf("sort", "Rules cannot be sorted by %q; use %s.", q.Sort, strings.Join(RuleSorts(), ", "))
	}
	if err := checkOffset(q.Offset); err != nil {
		return nil, err
	}
	start, err := q.start(ctx, s)
	if err != nil {
		return nil, err
	}
	stats, err := s.Stats(ctx)
	if err != nil {
		return nil, err
	}
	a := &RuleUsesAnswer{
		Range: start.Range, Where: start.Where, By: start.By, Show: q.Show, Sort: q.Sort, Limit: start.Limit, Offset: q.Offset,
		HeldSince: maybeTime(stats.FirstTuple), Rows: []RuleUse{},
	}
	grain, err := exactOf(ctx, s, a.Range)
	a.LastSeconds = int64(grain / time.Second)
	return a, err
}

// ruleDimensions are what uses are told by.
func ruleDimensions() []query.Dimension { return []query.Dimension{query.ACL, query.Rule} }

// logged sums what rules decided in the range, by rule.
func (a *RuleUsesAnswer) logged(ctx context.Context, s store.Store, where query.Condition) (map[ruleKey]*RuleUse, error) {
	ask := query.Question{From: a.From, To: a.To, Dimensions: ruleDimensions(), Where: where, EachCapture: true}
	ask.Measures = slices.Concat(measures("total"), measures("allowed", allowed), measures("denied", denied),
		measures("malicious", allowed, query.Is(query.FlowType, flow.MaliciousFlow)))
	sums, err := query.Ask(ctx, s, ask)
	if err != nil {
		return nil, err
	}
	uses := map[ruleKey]*RuleUse{}
	for _, row := range sums.Rows {
		u := useOf(uses, row)
		u.Hit = true
		for set, to := range map[string]*Measures{"total": &u.Total, "allowed": &u.Allowed, "denied": &u.Denied, "malicious": &u.Malicious} {
			*to = to.plus(read(row.Values, set))
		}
	}
	ask.Measures, ask.Grain = []query.Measure{{Name: "last", Of: query.LastTime}}, time.Duration(a.LastSeconds)*time.Second
	return uses, lastHits(ctx, s, ask, uses)
}

// useOf returns the use of the rule of a row.
func useOf(uses map[ruleKey]*RuleUse, row query.Row) *RuleUse {
	acl, rule := row.Keys[0].(string), row.Keys[1].(string)
	return use(uses, keyOfRule(acl, rule), acl, rule)
}

func use(uses map[ruleKey]*RuleUse, key ruleKey, acl, rule string) *RuleUse {
	if uses[key] == nil {
		split, _ := SplitNamed("rules")
		plain, _ := security.PlainName(rule)
		uses[key] = &RuleUse{ACL: acl, Rule: plain, ShadowedBy: []string{}, Filter: split.filter([]any{acl, plain}), key: key}
	}
	return uses[key]
}

// lastHits notes when rules were last hit that were not hit later.
func lastHits(ctx context.Context, s store.Store, ask query.Question, uses map[ruleKey]*RuleUse) error {
	res, err := query.Ask(ctx, s, ask)
	if err != nil {
		return err
	}
	for _, row := range res.Rows {
		u, at := uses[keyOfRule(row.Keys[0].(string), row.Keys[1].(string))], time.Unix(row.Values["last"], 0).UTC()
		if u != nil && (u.LastHit == nil || u.LastHit.Before(at)) {
			u.LastHit = &at
		}
	}
	return nil
}

// join puts the rules of the inventory beside those of the logs.
func (a *RuleUsesAnswer) join(uses map[ruleKey]*RuleUse, groups map[string]bool, known knowledge.SecurityState) []*RuleUse {
	if known.Estate != nil {
		a.Inventory = &known.Snapshot
		for _, r := range known.Rules() {
			key := keyOfRule(string(r.ACL), r.Rule.Name)
			key.byDefault = r.Rule.Default
			u := use(uses, key, string(r.ACL), r.Rule.Name)
			u.Rule, u.Text, u.Attached, u.Beside, u.Contradicts = r.Rule.Name, textOf(&r), r.Used, r.Used && !r.Lone, r.Contradicts
			for _, by := range r.Shadow {
				u.ShadowedBy = append(u.ShadowedBy, by.Name)
			}
		}
	}
	all := make([]*RuleUse, 0, len(uses))
	for key, u := range uses {
		u.Logged = groups[key.acl]
		all = append(all, u)
	}
	return all
}

// loggedGroups are those of which a rule decided any flow of a range.
func loggedGroups(ctx context.Context, s store.Store, r Range) (map[string]bool, error) {
	res, err := query.Ask(ctx, s, query.Question{From: r.From, To: r.To, Dimensions: []query.Dimension{query.ACL}, Measures: measures("total"), EachCapture: true})
	if err != nil {
		return nil, err
	}
	groups := map[string]bool{}
	for _, row := range res.Rows {
		groups[strings.ToLower(row.Keys[0].(string))] = true
	}
	return groups, nil
}

func textOf(r *security.Rule) *RuleText {
	t := &RuleText{
		Priority: r.Rule.Priority, Direction: Out, Action: r.Rule.Access, Protocol: security.Protocol(r.Rule),
		SourcePorts: security.Ports(r.Rule.SourcePorts), Ports: security.Ports(r.Rule.DestPorts),
		Description: r.Rule.Description, Default: r.Rule.Default,
	}
	t.Source, t.Destination = security.Ends(r.Rule)
	if security.Inbound(r.Rule) {
		t.Direction = In
	}
	return t
}

// before notes when rules that were not hit in the range were hit before it, to
// the day.
func (a *RuleUsesAnswer) before(ctx context.Context, s store.Store, where query.Condition, all []*RuleUse) error {
	missed := map[ruleKey]*RuleUse{}
	for _, u := range all {
		if !u.Hit {
			missed[u.key] = u
		}
	}
	if len(missed) == 0 || a.HeldSince == nil || !a.HeldSince.Before(a.From) {
		return nil
	}
	return lastHits(ctx, s, query.Question{
		To: a.From, Dimensions: ruleDimensions(), Where: where, EachCapture: true,
		Measures: []query.Measure{{Name: "last", Of: query.LastTime}}, Grain: store.Day,
	}, missed)
}

func (show RuleShow) shows(u *RuleUse) bool {
	switch show {
	case HitRules:
		return u.Hit
	case BlockingRules:
		return u.Denied != Measures{}
	case MaliciousRules:
		return u.Malicious != Measures{}
	case UnusedRules:
		return !u.Hit && u.Text != nil && !u.Text.Default
	case ShadowedRules:
		return len(u.ShadowedBy) > 0
	}
	return true
}

func (a *RuleUsesAnswer) count(all []*RuleUse) {
	for _, u := range all {
		a.Total = a.Total.plus(u.Total)
		for show, n := range map[RuleShow]*int64{
			AllRules: &a.Counts.All, HitRules: &a.Counts.Hit, BlockingRules: &a.Counts.Blocking,
			MaliciousRules: &a.Counts.Malicious, UnusedRules: &a.Counts.Unused, ShadowedRules: &a.Counts.Shadowed,
		} {
			if show.shows(u) {
				*n++
			}
		}
	}
}

func (a *RuleUsesAnswer) sort(all []*RuleUse) {
	of := map[string]func(*RuleUse) Measures{
		sortTotal: func(u *RuleUse) Measures { return u.Total }, sortAllowed: func(u *RuleUse) Measures { return u.Allowed },
		sortDenied: func(u *RuleUse) Measures { return u.Denied }, sortMalicious: func(u *RuleUse) Measures { return u.Malicious },
	}[a.Sort]
	last := func(u *RuleUse) int64 {
		if u.LastHit == nil {
			return 0
		}
		return u.LastHit.Unix()
	}
	slices.SortFunc(all, func(x, y *RuleUse) int {
		by := 0
		if of != nil {
			by = of(x).compare(of(y), a.By)
		} else if a.Sort == sortLast {
			by = cmp.Compare(last(x), last(y))
		}
		return cmp.Or(by, cmp.Compare(x.ACL, y.ACL), compareTexts(x.Text, y.Text), cmp.Compare(x.Rule, y.Rule))
	})
}

// compareTexts orders rules as they are evaluated, inbound ones first, and those
// of which nothing is known last.
func compareTexts(x, y *RuleText) int {
	switch {
	case x == nil || y == nil:
		return cmp.Compare(truth(x == nil), truth(y == nil))
	default:
		return cmp.Or(cmp.Compare(x.Direction, y.Direction), cmp.Compare(x.Priority, y.Priority))
	}
}

func truth(b bool) int {
	if b {
		return 1
	}
	return 0
}
