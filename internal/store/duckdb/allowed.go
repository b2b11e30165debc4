package duckdb

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"slices"
	"strings"

	"weir/internal/store"
)

// What a question may use is listed; what is not is refused, as a new version
// of the engine may bring anything.

// functionsAllowed are the functions within expressions that a question may
// use: those of DuckDB that compute, and do not wait, log or remember.
//
//go:embed functions.txt
var functionsAllowed string

// sourcesAllowed are the table functions of the engine that a question may
// read, and its own views of the same names.
var sourcesAllowed = []string{
	"range", "generate_series", "unnest", "repeat", "repeat_row", "json_each", "json_tree", "summary",
	"histogram", "histogram_values", "pg_timezone_names", "icu_calendar_names",
	"duckdb_columns", "duckdb_constraints", "duckdb_databases", "duckdb_functions", "duckdb_indexes", "duckdb_keywords",
	"duckdb_memory", "duckdb_schemas", "duckdb_settings", "duckdb_tables", "duckdb_types", "duckdb_views",
	"pragma_collations", "pragma_database_size", "pragma_show", "pragma_storage_info", "pragma_table_info", "pragma_version",
}

// viewsAllowed are the other views of the engine that a question may read:
// the catalog, as programs that show tables ask for it.
var viewsAllowed = []string{
	"schemata", "tables", "columns", "views", "character_sets", "check_constraints", "constraint_column_usage", "constraint_table_usage",
	"key_column_usage", "referential_constraints", "table_constraints",
	"pg_class", "pg_namespace", "pg_attribute", "pg_attrdef", "pg_type", "pg_tables", "pg_views", "pg_index", "pg_indexes",
	"pg_collation", "pg_constraint", "pg_database", "pg_depend", "pg_description", "pg_enum", "pg_proc", "pg_am", "pg_tablespace", "pg_sequence", "pg_sequences",
	"sqlite_master", "sqlite_schema", "pragma_database_list",
}

// gate is what a question may use, by names in lower case.
type gate struct {
	functions, sources, views map[string]bool
}

func newGate() *gate {
	return &gate{set(strings.Fields(strings.ToLower(functionsAllowed))), set(sourcesAllowed), set(viewsAllowed)}
}

func set(names []string) map[string]bool {
	m := make(map[string]bool, len(names))
	for _, n := range names {
		m[n] = true
	}
	return m
}

// used is what a question uses and no list allows.
type used struct {
	functions, views []string
}

// find looks at the names in a syntax tree, wherever they are. It refuses table
// functions at once: there is no other use of their names.
func (g *gate) find(node any, u *used) error {
	switch node := node.(type) {
	case []any:
		for _, child := range node {
			if err := g.find(child, u); err != nil {
				return err
			}
		}
	case map[string]any:
		text := func(of map[string]any, key string) string {
			s, _ := of[key].(string)
			return strings.ToLower(s)
		}
		switch node["type"] {
		case "TABLE_FUNCTION":
			function, _ := node["function"].(map[string]any)
			if name := text(function, "function_name"); !g.sources[name] {
				return fmt.Errorf("%w; the table function %q is not", store.ErrReadOnlySQL, name)
			}
		case "BASE_TABLE":
			if name := text(node, "table_name"); !g.sources[name] && !g.views[name] && !slices.Contains(u.views, name) {
				u.views = append(u.views, name)
			}
		}
		if name := text(node, "function_name"); name != "" && !g.functions[name] && !g.sources[name] && !slices.Contains(u.functions, name) {
			u.functions = append(u.functions, name)
		}
		for _, child := range node {
			if err := g.find(child, u); err != nil {
				return err
			}
		}
	}
	return nil
}

// refuse returns an error if the engine itself has one of the names: then no
// list allows it. Other names are ours, or nobody's, as the engine will say.
func (c *conn) refuse(ctx context.Context, u used) error {
	for _, part := range []struct {
		what, sql string
		names     []string
	}{
		{"function", "SELECT 1 FROM duckdb_functions() WHERE internal AND lower(function_name) = ? LIMIT 1", u.functions},
		{"table", "SELECT 1 FROM duckdb_views() WHERE internal AND lower(view_name) = ? LIMIT 1", u.views},
	} {
		for _, name := range part.names {
			r, err := c.query(ctx, part.sql, name)
			if err != nil {
				return err
			}
			found := r.Next()
			if err := errors.Join(r.Err(), r.Close()); err != nil {
				return err
			}
			if found {
				return fmt.Errorf("%w; the %s %q is not", store.ErrReadOnlySQL, part.what, name)
			}
		}
	}
	return nil
}
