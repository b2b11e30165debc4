package main

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"weir/internal/config"
	"weir/internal/knowledge"
	"weir/internal/service"
	"weir/internal/terminal"
	"weir/internal/topology/azure"
)

// estateAgain is how long after a failure Azure is asked again about the estate,
// twice as long after each further one.
const (
	estateAgain       = time.Minute
	estateAgainAtMost = time.Hour
)

// estateJobs keep what is known of the estate fresh, as the configuration says.
// What they bring is judged by the job that waits for changes of what is known.
func estateJobs(c config.Topology, k *knowledge.Keeper, o azure.Options, log *slog.Logger) (jobs []service.Job) {
	o.Tenants, o.Subscriptions = c.Tenants, c.Subscriptions
	add := func(name, does string, every time.Duration, run func(context.Context) (string, error)) {
		if every > 0 {
			jobs = append(jobs, service.Job{Name: name, Does: does, Every: every, Again: estateAgain, AgainAtMost: estateAgainAtMost, Run: run})
		}
	}
	add("topology sync", "takes an inventory of the estate from Azure", c.Sync, func(ctx context.Context) (string, error) {
		f := topologyFlags{tenants: c.Tenants, subscriptions: c.Subscriptions}
		return syncEstate(ctx, k, o, f.source(), log)
	})
	add("service tags", "asks Azure which addresses are its own", c.ServiceTags, func(ctx context.Context) (string, error) {
		tags, err := azure.ReadServiceTags(ctx, o)
		if err != nil {
			return "", err
		}
		r, err := k.ImportServiceTags(ctx, knowledge.ServiceTagsInput{Name: "Azure", Date: tags.Time.UTC().Truncate(24 * time.Hour), Content: tags.Content})
		if err != nil || !r.New {
			return "", err
		}
		log.Info("there are new service tags", "change", r.ChangeNumber, "tags", r.Tags, "prefixes", r.Prefixes)
		return fmt.Sprintf("change %d: %s", r.ChangeNumber, terminal.Plural(int64(r.Tags), "tag")), nil
	})
	return jobs
}

// syncEstate takes an inventory. What could not be read stays as it was known,
// and is the error where the rest was taken.
func syncEstate(ctx context.Context, k *knowledge.Keeper, o azure.Options, from string, log *slog.Logger) (did string, err error) {
	e, err := azure.Read(ctx, o)
	if err != nil {
		return "", err
	}
	r, err := k.ImportTopology(ctx, knowledge.TopologyInput{Inventory: e.Inventory, Report: e.Report, At: e.Time, Partial: e.Partial, Source: from})
	if err != nil {
		return "", err
	}
	if !r.Identical {
		appeared, changed, gone := 0, 0, 0
		for _, c := range r.Changes {
			appeared += c.Appeared
			changed += c.Changed
			gone += c.Gone
		}
		did = fmt.Sprintf("%d resources appeared, %d changed, %d are gone", appeared, changed, gone)
		log.Info("took an inventory of the estate", "appeared", appeared, "changed", changed, "gone", gone)
	}
	if lost := e.Report.Lost; lost > 0 {
		return did, fmt.Errorf("cannot read all of the estate: %s%s; what was read is imported, the rest stays as it was known", e.Report.FirstLost(), andMore(lost-1))
	}
	return did, nil
}
