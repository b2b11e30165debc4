package duckdb

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	duck "github.com/duckdb/duckdb-go-bindings"

	"weir/internal/store"
)

// maxQuestion is the length of the longest question, in bytes. The engine
// takes memory and time that grow with its square before it can be interrupted.
const maxQuestion = 64 << 10

// longest is the length of the longest SQL, made by a program or by a user.
func longest(made bool) int {
	if made {
		return store.MaxReadOnly
	}
	return maxQuestion
}

// A question of a user, or SQL that a program made of one, passes four gates, each of which would do alone against
// most of what could harm:
//
//  1. DuckDB's own parser must find one SELECT in it (DESCRIBE, SHOW,
//     SUMMARIZE, VALUES and FROM are such), or an EXPLAIN of one.
//  2. The functions and tables of the engine that it uses are of a list: some
//     change settings, write or wait, as a side effect.
//  3. It runs in a transaction that cannot write.
//  4. The database has no access to other files and its settings are locked
//     (see openEngine), so nothing is read, attached, loaded or set.

// answer answers SQL of at most some bytes in this process. A monster of a question
// can take its memory and keep it busy, so see ask.
func (s *Store) answer(ctx context.Context, query string, most int) (store.Rows, error) {
	c, err := s.connection()
	if err != nil {
		return nil, s.explain("ask", err)
	}
	if err := c.run(ctx, "BEGIN TRANSACTION READ ONLY"); err != nil {
		s.give(c)
		return nil, s.explain("ask", err)
	}
	end := func() error {
		err := c.run(context.Background(), "ROLLBACK")
		s.give(c)
		return err
	}
	stmt, err := c.question(ctx, newGate(), query, most)
	if err != nil {
		return nil, errors.Join(s.explainSQL(err), end())
	}
	r, err := c.start(ctx, stmt)
	if err != nil {
		return nil, errors.Join(s.explainSQL(err), end())
	}
	r.explain, r.release = s.explainSQL, end
	return r, nil
}

// explainSQL leaves what is wrong with the question itself as the engine says it.
func (s *Store) explainSQL(err error) error {
	var engine *duckError
	if errors.Is(err, store.ErrReadOnlySQL) || errors.As(err, &engine) && (len(engine.kinds) == 0 || errors.Is(err, errMemory)) {
		return err
	}
	return s.explain("ask", err)
}

// question prepares the one statement of a query, if it may be asked.
func (c *conn) question(ctx context.Context, g *gate, query string, most int) (stmt duck.PreparedStatement, err error) {
	if len(query) > most {
		return stmt, fmt.Errorf("%w; one of %d bytes is too long, the limit is %d", store.ErrReadOnlySQL, len(query), most)
	}
	if strings.ContainsRune(query, 0) {
		return stmt, fmt.Errorf("%w; there is a NUL in it", store.ErrReadOnlySQL) // where the C interface would stop reading
	}
	// Checked before the engine sees it as a statement: it expands some
	// statements, IMPORT for one, while it takes the query apart.
	tree, selects, err := c.check(ctx, g, query)
	if err == nil {
		err = c.narrow(ctx, tree)
	}
	if err != nil {
		return stmt, err
	}
	if stmt, err = c.prepare(ctx, query); err != nil {
		return stmt, err
	}
	early, err := c.groupEarly(ctx, tree, selects)
	if err != nil {
		duck.DestroyPrepare(&stmt)
		return stmt, err
	}
	if early != "" {
		if other, err := c.prepare(ctx, strings.TrimSuffix(query, selects)+early); err == nil {
			duck.DestroyPrepare(&stmt)
			return other, nil
		}
	}
	return stmt, nil
}

// prepare prepares the one statement of a query, a SELECT or an EXPLAIN.
func (c *conn) prepare(ctx context.Context, query string) (stmt duck.PreparedStatement, err error) {
	var statements duck.ExtractedStatements
	defer func() { duck.DestroyExtracted(&statements) }()
	if n := duck.ExtractStatements(c.handle, query, &statements); n != 1 {
		return stmt, fmt.Errorf("%w; there are %d", store.ErrReadOnlySQL, n)
	}
	err = c.during(ctx, func() error {
		if duck.PrepareExtractedStatement(c.handle, statements, 0, &stmt) == duck.StateError {
			return engineError(duck.PrepareError(stmt))
		}
		switch duck.PreparedStatementType(stmt) {
		case duck.StatementTypeSelect, duck.StatementTypeExplain:
			return nil
		}
		return store.ErrReadOnlySQL
	})
	if err != nil {
		duck.DestroyPrepare(&stmt)
	}
	return stmt, err
}

// check refuses what is not a SELECT or an EXPLAIN of one, and what uses
// something of the engine that is not allowed. It returns the SELECT, and its
// syntax tree.
func (c *conn) check(ctx context.Context, g *gate, query string) (tree any, selects string, err error) {
	for {
		if tree, err = c.parse(ctx, query); err != nil {
			return nil, "", err
		}
		if tree != nil {
			var u used
			if err := g.find(tree, &u); err != nil {
				return nil, "", err
			}
			return tree, query, c.refuse(ctx, u)
		}
		// EXPLAIN comes off word by word. What is then left ends the
		// statement and begins with SELECT or the like, so it is what the
		// engine will explain.
		var ok bool
		if query, ok = cutExplain(query); !ok {
			return nil, "", store.ErrReadOnlySQL
		}
	}
}

// parse returns the syntax tree of a query, or nil if it is something else
// than one SELECT.
func (c *conn) parse(ctx context.Context, query string) (tree any, err error) {
	r, err := c.query(ctx, "SELECT json_serialize_sql(?::VARCHAR)::VARCHAR", query)
	if err != nil {
		return nil, err
	}
	var text string
	if r.Next() {
		text, _ = r.Values()[0].(string)
	}
	if err := errors.Join(r.Err(), r.Close()); err != nil {
		return nil, err
	}
	var answer struct {
		Error      bool   `json:"error"`
		Type       string `json:"error_type"`
		Message    string `json:"error_message"`
		Position   string `json:"position"`
		Statements []any  `json:"statements"`
	}
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber() // a number in a question may be too long for a float
	if err := d.Decode(&answer); err != nil {
		return nil, fmt.Errorf("%w; this one cannot be checked: %w", store.ErrReadOnlySQL, err)
	}
	switch n := len(answer.Statements); {
	case answer.Error && answer.Type == "parser":
		return nil, &duckError{message: "Parser Error: " + answer.Message + place(query, answer.Position)}
	case answer.Error:
		return nil, nil
	case n == 0:
		return nil, fmt.Errorf("%w; there is none", store.ErrReadOnlySQL)
	case n > 1:
		return nil, fmt.Errorf("%w; there are %d", store.ErrReadOnlySQL, n)
	}
	return answer.Statements[0], nil
}

// place says where in a query of several lines a fault is.
func place(query, position string) string {
	at, err := strconv.Atoi(position)
	if err != nil || at > len(query) || !strings.Contains(query, "\n") {
		return ""
	}
	return fmt.Sprintf(" (line %d)", 1+strings.Count(query[:at], "\n"))
}

// cutExplain takes the first word of an EXPLAIN off: EXPLAIN, ANALYZE, or
// options in parentheses.
func cutExplain(query string) (rest string, ok bool) {
	query = skipSpace(query)
	for _, word := range []string{"explain", "analyze", "analyse", "verbose"} {
		if len(query) > len(word) && strings.EqualFold(query[:len(word)], word) {
			return cutOptions(query[len(word):]), true
		}
	}
	return "", false
}

// explainOptions finds the options of an EXPLAIN, which are plain words. The
// parser would take them for a SELECT in parentheses, and find fault with it.
var explainOptions = regexp.MustCompile(`(?i)^\(\s*(analyze|analyse|format)\b[\w\s,]*\)`)

// cutOptions takes options in parentheses off.
func cutOptions(query string) string {
	query = skipSpace(query)
	return query[len(explainOptions.FindString(query)):]
}

// skipSpace skips white space and comments.
func skipSpace(s string) string {
	for {
		s = strings.TrimLeft(s, " \t\r\n\f\v")
		switch {
		case strings.HasPrefix(s, "--"):
			_, s, _ = strings.Cut(s, "\n")
		case strings.HasPrefix(s, "/*"):
			_, s, _ = strings.Cut(s, "*/")
		default:
			return s
		}
	}
}
