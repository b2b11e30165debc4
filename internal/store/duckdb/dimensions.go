package duckdb

import (
	"context"

	duck "github.com/duckdb/duckdb-go-bindings"

	"weir/internal/flow"
	"weir/internal/store"
	"weir/internal/topology"
)

// insertUnknown adds the rows of a dimension whose id the table does not have.
func insertUnknown(table string) string {
	return "INSERT INTO weir." + table + " SELECT * FROM %FEED% f WHERE NOT EXISTS (SELECT 1 FROM weir." + table + " t WHERE t.id = f.c0)"
}

func (w *writer) addRules(ctx context.Context, rules []flow.Rule) error {
	w.ruleIDs = w.ruleIDs[:0]
	for _, r := range rules {
		w.ruleIDs = append(w.ruleIDs, store.RuleID(r))
	}
	return w.addDimension(ctx, "rule", ruleTypes, w.ruleIDs, func(c *chunk, row, i int) {
		c.set(row, w.ruleIDs[i], rules[i].ACL, rules[i].Name)
	})
}

func (w *writer) addLogs(ctx context.Context, logs []flow.Log) error {
	w.logIDs, w.scopes, w.nicIDs = w.logIDs[:0], w.scopes[:0], w.nicIDs[:0]
	for _, l := range logs {
		w.logIDs = append(w.logIDs, store.LogID(l))
		w.scopes = append(w.scopes, store.ScopeID(store.ScopeOf(l)))
		w.nicIDs = append(w.nicIDs, store.ScopeID(topology.Capture{MAC: l.MAC}))
	}
	err := w.addDimension(ctx, "log", logTypes, w.logIDs, func(c *chunk, row, i int) {
		l := &logs[i]
		c.set(row, w.logIDs[i], l.Family.String(), l.MAC, l.Target, l.FlowLog)
	})
	if err != nil {
		return err
	}
	return w.addDimension(ctx, "scope", scopeTypes, w.scopes, func(c *chunk, row, i int) {
		from := store.ScopeOf(logs[i])
		c.set(row, w.scopes[i], from.Target, from.MAC)
	})
}

// addDimension adds the rows whose ids the table may not have.
func (w *writer) addDimension(ctx context.Context, table string, types []duck.Type, ids []uint64, write func(c *chunk, row, i int)) error {
	var fresh []int
	seen := make(map[uint64]bool)
	for i, id := range ids {
		if !w.known.has(id) && !seen[id] {
			seen[id] = true
			fresh = append(fresh, i)
		}
	}
	if len(fresh) == 0 {
		return nil
	}
	err := w.feed.insert(ctx, w.conn, insertUnknown(table), types, len(fresh),
		each(len(fresh), func(c *chunk, row, i int) { write(c, row, fresh[i]) }))
	for id := range seen {
		w.known.add(id)
	}
	return err
}

// Logs implements store.Knowledge.
func (s *Store) Logs(ctx context.Context) (map[uint64]flow.Log, error) {
	logs := make(map[uint64]flow.Log)
	err := s.each(ctx, func(v []any) error {
		l := flow.Log{Family: flow.VNet, MAC: v[2].(string), Target: v[3].(string), FlowLog: v[4].(string)}
		if v[1] == flow.NSG.String() {
			l.Family = flow.NSG
		}
		logs[v[0].(uint64)] = l
		return nil
	}, "SELECT id, family, mac, target, flow_log FROM weir.log")
	return logs, err
}
