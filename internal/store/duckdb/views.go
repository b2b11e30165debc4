package duckdb

import (
	"context"
	_ "embed"
	"fmt"
	"strings"
	"time"

	"weir/internal/flow"
)

//go:embed views.sql
var viewsSQL string

// createViews makes the public views anew, so that they are always those of
// this binary.
func createViews(ctx context.Context, c *conn, interval time.Duration) error {
	sql := "BEGIN TRANSACTION;\n" +
		fmt.Sprintf("CREATE OR REPLACE MACRO weir.interval_width() AS INTERVAL %d SECOND;\n", int(interval/time.Second)) +
		textMacro("flow_type_text", flow.TypeTexts[:]) +
		textMacro("encryption_text", flow.EncryptionTexts[:]) +
		viewsSQL + "\nCOMMIT;"
	if err := c.run(ctx, sql); err != nil {
		_ = c.run(context.WithoutCancel(ctx), "ROLLBACK")
		return fmt.Errorf("cannot make the views: %w", err)
	}
	return nil
}

// textMacro makes a macro that names a number as Go does.
func textMacro(name string, texts []string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "CREATE OR REPLACE MACRO weir.%s(v) AS CASE v", name)
	for i, text := range texts {
		fmt.Fprintf(&b, " WHEN %d THEN '%s'", i, text)
	}
	b.WriteString(" ELSE v::VARCHAR END;\n")
	return b.String()
}
