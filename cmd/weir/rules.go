package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"weir/internal/insight"
	"weir/internal/terminal"
)

func newRulesCommand(a *app) *cobra.Command {
	f := topFlags{format: terminal.Table}
	var q insight.RuleQuestion
	c := &cobra.Command{
		Use:   "rules",
		Short: "Show security rules beside their use",
		Long: `Show the security rules of the inventory and of the logs: what each says, what it
allowed and denied, when it was last hit, and which rules before it leave it
nothing to decide. Rules that are never hit, and those that can never be, need an
inventory (weir topology import). A rule counts at each NIC at which it decides.

A rule of a group that is not logged is never hit; neither may be one that allows
beside another group, for one of the two logs it. CSV and JSON say so of each.`,
		Example: `  weir rules
  weir rules --show unused
  weir rules --show malicious --from -7d
  weir rules --show shadowed --format csv`,
		Args: noArguments,
		RunE: action(func(cmd *cobra.Command, _ []string) error {
			ask := func(b backend, ctx context.Context, top insight.Question) (*insight.RuleUsesAnswer, error) {
				q.Question = top
				return b.RuleUses(ctx, q)
			}
			answer, err := answered(cmd.Context(), a, &f, "weir rules", "the rules", ask)
			if err != nil {
				return err
			}
			return rulesUseView().write(a.stdout, f.format, answer)
		}),
	}
	flags := c.Flags()
	f.register(a, c, flags)
	f.registerRanking(c, flags)
	flags.StringVar((*string)(&q.Show), "show", string(insight.AllRules), "`which` rules: "+strings.Join(insight.RuleShows(), ", "))
	flags.StringVar(&q.Sort, "sort", "", "sort by `column`: "+strings.Join(insight.RuleSorts(), ", ")+" (default: what suits the choice)")
	flags.IntVar(&q.Offset, "offset", 0, "`number` of rows before the first that is shown")
	_ = c.RegisterFlagCompletionFunc("show", cobra.FixedCompletions(insight.RuleShows(), cobra.ShellCompDirectiveNoFileComp))
	_ = c.RegisterFlagCompletionFunc("sort", cobra.FixedCompletions(insight.RuleSorts(), cobra.ShellCompDirectiveNoFileComp))
	return c
}

func rulesUseView() view[insight.RuleUsesAnswer] {
	return view[insight.RuleUsesAnswer]{
		ranking: func(a *insight.RuleUsesAnswer) insight.Ranking {
			r := insight.Ranking{Range: a.Range, By: a.By, Limit: a.Limit, Distinct: a.Distinct, Total: a.Total}
			r.Deduplicated = true // rules decide at each NIC
			return r
		},
		order: func(a *insight.RuleUsesAnswer) string {
			switch a.Sort {
			case "key":
				return "group and priority"
			case "last":
				return "last hit, the longest ago first"
			}
			return a.Sort + " " + string(a.By)
		},
		what: "rule",
		columns: join([]column{
			{"acl", csvOnly},
			{"group", tableOnly},
			{"rule", everywhere},
			{"priority", everywhere},
			{"direction", everywhere},
			{"action", everywhere},
			{"protocol", everywhere},
			{"source", csvOnly},
			{"source", tableOnly},
			{"source_ports", csvOnly},
			{"destination", csvOnly},
			{"ports", csvOnly},
			{"ports", tableOnly},
		}, named("", csvOnly), []column{{"allowed", tableOnly}, {"denied", tableOnly}, {"malicious", tableOnly}},
			named("allowed_", csvOnly), named("denied_", csvOnly), named("malicious_", csvOnly),
			[]column{
				{"last_hit", csvOnly},
				{"last_hit", tableOnly},
				{"shadowed_by", everywhere},
				{"contradicts", csvOnly},
				{"logged", csvOnly},
				{"attached", csvOnly},
				{"beside", csvOnly},
				{"default", csvOnly},
				{"share", csvOnly},
				{"filter", csvOnly},
			}),
		rows: func(a *insight.RuleUsesAnswer) (rows [][]any) {
			for _, u := range a.Rows {
				rows = append(rows, ruleRow(&u))
			}
			return rows
		},
		none: "There is no such rule. What rules say is known from an inventory (weir topology import).",
		bare: true,
	}
}

func ruleRow(u *insight.RuleUse) []any {
	t := insight.RuleText{}
	priority := ""
	if u.Text != nil {
		t = *u.Text
		priority = strconv.FormatInt(t.Priority, 10)
	}
	last, shown := "", "never"
	if u.LastHit != nil {
		last, shown = u.LastHit.Format(time.RFC3339), stamp(*u.LastHit)
	}
	return join([]any{
		u.ACL, u.ACL[strings.LastIndexByte(u.ACL, '/')+1:], u.Rule, priority, string(t.Direction), t.Action,
		t.Protocol, t.Source, few(t.Source), t.SourcePorts, t.Destination, t.Ports, few(t.Ports),
	}, measured(u.Total), []any{u.Allowed.Flows, u.Denied.Flows, u.Malicious.Flows},
		measured(u.Allowed), measured(u.Denied), measured(u.Malicious),
		[]any{last, shown, strings.Join(u.ShadowedBy, ", "), u.Contradicts, u.Logged, u.Attached, u.Beside, t.Default, share(u.Share), u.Filter})
}

// few is the beginning of a list that is long.
func few(list string) string {
	const most = 3
	words := strings.Split(list, ", ")
	if len(words) <= most {
		return list
	}
	return fmt.Sprintf("%s and %d more", strings.Join(words[:most-1], ", "), len(words)-most+1)
}
