package duckdb

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"github.com/zeebo/xxh3"

	"weir/internal/enrich"
	"weir/internal/flow"
)

//go:embed views/*.sql
var viewFiles embed.FS

// viewsSQL returns the statements that make the public views and the macros
// they use, in this order of the files.
func viewsSQL(interval time.Duration) (string, error) {
	var b strings.Builder
	fmt.Fprintf(&b, "CREATE OR REPLACE MACRO weir.interval_width() AS INTERVAL %d SECOND;\n", int(interval/time.Second))
	textMacro(&b, "flow_type_text", flow.TypeTexts[:])
	numberMacro(&b, "flow_type_number", flow.TypeTexts[:])
	textMacro(&b, "encryption_text", flow.EncryptionTexts[:])
	markMacro(&b, "counts_starts", flow.NoStarts, "=")
	markMacro(&b, "counts_forward", flow.NoForward, "=")
	markMacro(&b, "counts_back", flow.NoBack, "=")
	markMacro(&b, "at_hop", flow.AtHop, "<>")
	markMacro(&b, "recorded_first", flow.Duplicate, "=")
	textMacro(&b, "class_text", enrich.ClassTexts[:])
	numberMacro(&b, "class_number", enrich.ClassTexts[:])
	names, err := fs.Glob(viewFiles, "views/*.sql")
	if err != nil {
		return "", err
	}
	for _, name := range names { // sorted
		text, err := viewFiles.ReadFile(name)
		if err != nil {
			return "", err
		}
		b.Write(text)
	}
	return b.String(), nil
}

// createViews makes the public views anew unless they are those of this
// binary already: views follow the binary, not the schema version.
func createViews(ctx context.Context, c *conn, interval time.Duration) error {
	sql, hash, same, err := compareViews(ctx, c, interval)
	if err != nil || same {
		return err
	}
	sql = "BEGIN TRANSACTION;\n" + sql +
		fmt.Sprintf("\nINSERT OR REPLACE INTO weir.meta VALUES ('views', '%s');\nCOMMIT;", hash)
	if err := c.run(ctx, sql); err != nil {
		_ = c.run(context.WithoutCancel(ctx), "ROLLBACK")
		return fmt.Errorf("cannot make the views: %w", err)
	}
	return nil
}

// compareViews returns the views of this binary, with their hash, and whether
// they are those of the store: one that cannot be written keeps older ones.
func compareViews(ctx context.Context, c *conn, interval time.Duration) (sql, hash string, same bool, err error) {
	if sql, err = viewsSQL(interval); err != nil {
		return "", "", false, err
	}
	hash = fmt.Sprintf("%016x", xxh3.HashString(sql))
	n, err := number(ctx, c, "SELECT count(*) FROM weir.meta WHERE key = 'views' AND value = ?", hash)
	return sql, hash, n == 1, err
}

// textMacro makes a macro that says a number in the words of Go.
func textMacro(b *strings.Builder, name string, texts []string) {
	fmt.Fprintf(b, "CREATE OR REPLACE MACRO weir.%s(v) AS CASE v", name)
	for i, text := range texts {
		fmt.Fprintf(b, " WHEN %d THEN '%s'", i, text)
	}
	b.WriteString(" ELSE v::VARCHAR END;\n")
}

// numberMacro makes the macro that is the other way round.
func numberMacro(b *strings.Builder, name string, texts []string) {
	fmt.Fprintf(b, "CREATE OR REPLACE MACRO weir.%s(v) AS CASE v", name)
	for i, text := range texts {
		fmt.Fprintf(b, " WHEN '%s' THEN %d", text, i)
	}
	b.WriteString(" END;\n")
}

// markMacro makes a macro that says whether a mark is not there (=), or is (<>).
func markMacro(b *strings.Builder, name string, mark flow.Marks, comparison string) {
	fmt.Fprintf(b, "CREATE OR REPLACE MACRO weir.%s(v) AS (v & %d) %s 0;\n", name, mark, comparison)
}
