package duckdb

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// fewIDs are columns of facts with some hundred values at most, and someIDs those
// with some ten thousand: grouping by them leaves few rows. With the start of the
// interval it does so only by those with few.
var (
	fewIDs  = set([]string{"protocol", "direction", "status", "flow_type", "encryption", "marks", "collapsed", "inter_vnet"})
	someIDs = set([]string{"rule", "log", "initiator_endpoint", "responder_endpoint", "port"})
)

const timeID = "interval_start"

var (
	factColumn = regexp.MustCompile(`\bf\.(\w+)`)
	// plainColumn finds columns of a view that are columns of facts.
	plainColumn = regexp.MustCompile(`^f\.\w+(::\w+)?( AS \w+)?$`)
	// blankColumn finds columns that are empty under a condition, and else the
	// text of something joined.
	blankColumn = regexp.MustCompile(`^CASE WHEN (.+) THEN '' ELSE (\w+)\.(\w+) END AS (\w+)$`)
	// joinByID finds joins by an id in the facts.
	joinByID = regexp.MustCompile(`^\nJOIN [\w.]+ (\w+) ON (\w+)\.id = f\.(\w+)\s*$`)
)

// splitView takes a view apart at the ids that the columns of the groups come out
// of: facts has them by names such as "f.rule", beside the columns of the rows,
// and groups makes of them the columns of the groups. It tells whether that is
// worth it: these columns have texts, and come out of few ids.
func splitView(v view, rows, keys map[string]bool) (facts, groups view, ok bool) {
	columns := v.only(rows).columns
	blanked, blank := v.blanks(keys)
	groups = blanked.only(keys)
	ids := idsOf(groups)
	if len(ids) == 0 || !slices.ContainsFunc(groups.columns, func(c named) bool { return !plainColumn.MatchString(c.text) }) {
		return facts, groups, false
	}
	byTime := slices.Contains(ids, timeID)
	for _, id := range ids {
		text := "f." + id
		switch {
		case id == timeID, fewIDs[id], someIDs[id] && !byTime:
		case blank[id] != "" && !byTime:
			text = blank[id]
		default:
			return facts, groups, false
		}
		columns = append(columns, named{"f." + id, fmt.Sprintf(`%s AS "f.%s"`, text, id)})
	}
	return v.having(columns), groups, true
}

// idsOf returns the columns of facts that the columns of a view come out of.
func idsOf(v view) []string {
	ids := map[string]bool{}
	for _, part := range slices.Concat(v.columns, v.joins) {
		for _, m := range factColumn.FindAllStringSubmatch(part.text, -1) {
			ids[m[1]] = true
		}
	}
	return slices.Sorted(maps.Keys(ids))
}

// blanks changes the columns of the groups that are empty under a condition: what
// comes out of few ids then decides that for facts, and an id that would be blank
// is NULL. It returns what these ids are, by their names.
func (v view) blanks(keys map[string]bool) (view, map[string]string) {
	blank := map[string]string{}
	for _, c := range v.only(keys).columns {
		m := blankColumn.FindStringSubmatch(c.text)
		if m == nil {
			continue
		}
		condition, joined, column, name := m[1], m[2], m[3], m[4]
		at := slices.IndexFunc(v.joins, func(j named) bool { return j.name == joined })
		if at < 0 {
			continue
		}
		by := joinByID.FindStringSubmatch(v.joins[at].text)
		others := maps.Clone(keys)
		delete(others, strings.ToLower(name))
		if by == nil || by[1] != joined || by[2] != joined || slices.Contains(idsOf(v.only(others)), by[3]) {
			continue // somebody else needs the id
		}
		blank[by[3]] = fmt.Sprintf("CASE WHEN %s THEN NULL ELSE f.%s END", condition, by[3])
		v.columns, v.joins = slices.Clone(v.columns), slices.Clone(v.joins)
		v.columns[slices.Index(v.columns, c)].text = fmt.Sprintf("CASE WHEN f.%s IS NULL THEN '' ELSE %s.%s END AS %s", by[3], joined, column, name)
		v.joins[at].text = "\nLEFT " + strings.TrimPrefix(v.joins[at].text, "\n")
	}
	return v, blank
}
