package duckdb

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	duck "github.com/duckdb/duckdb-go-bindings"

	"weir/internal/store"
)

// The engine never makes its file smaller: it keeps blocks that are free for
// what comes next. So what is used is copied into a new file beside the old one,
// which takes its place when it is whole: a kill leaves the one or the other.

const (
	// compactPatience is how long the change from the old file to the new one
	// waits for questions that are being answered. Further ones wait as long.
	compactPatience = 10 * time.Second
	// compactRows is how many facts are sorted at once on their way.
	compactRows = 500_000
)

var errCompacted = errors.New("the question was ended, as the store was compacted meanwhile; ask again")

// Compact implements store.Store.
func (s *Store) Compact(ctx context.Context, progress func(store.Compacting)) (store.Compacted, error) {
	s.commit.Lock()
	defer s.commit.Unlock()
	var done store.Compacted
	err := s.writable()
	if err == nil {
		err = s.compact(ctx, progress, &done)
	}
	if err == nil || ctx.Err() != nil || errors.Is(err, store.ErrReadOnly) || errors.As(err, new(*stoppedError)) {
		return done, err
	}
	return done, fmt.Errorf("cannot compact the store in %s: %w; the store is as it was", s.dir, err)
}

func (s *Store) compact(ctx context.Context, progress func(store.Compacting), done *store.Compacted) error {
	done.Before = s.size()
	done.After = done.Before
	dir := filepath.Join(s.dir, newName)
	if err := s.roomFor(ctx); err != nil {
		return err
	}
	if err := os.Mkdir(dir, folderMode); err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	if err := s.copyInto(ctx, dir, progress); err != nil {
		return err
	}
	release, ok := s.hold(ctx, compactPatience)
	if !ok {
		return cmp.Or(ctx.Err(), fmt.Errorf("a question has been answered for more than %s; try again when it has ended", compactPatience))
	}
	defer release()
	err := errors.New("the write-ahead log is being folded")
	s.visitors.without(errCompacted, func() { err = s.replace(ctx, filepath.Join(dir, fileName)) })
	s.stats.outdated()
	done.After = s.size()
	return err
}

// roomFor returns an error where the disk has no room for a second file.
func (s *Store) roomFor(ctx context.Context) error {
	used, err := number(ctx, s.writer.conn, "SELECT used_blocks * block_size FROM pragma_database_size() WHERE database_name = current_database()")
	if err != nil {
		return err
	}
	need := used + used/10 + s.seeSize(walName) + 16<<20
	if disk := diskOf(s.dir); disk.Size > 0 && disk.Available < need {
		return fmt.Errorf("the copy takes up to %d MB beside the old file, and the disk has %d MB left: free some space, or move the folder to another disk", need>>20, disk.Available>>20)
	}
	return nil
}

// copyInto makes a store in a folder that has what ours has.
func (s *Store) copyInto(ctx context.Context, dir string, progress func(store.Compacting)) error {
	from, err := s.db.connect()
	if err != nil {
		return err
	}
	defer from.close()
	db, err := startEngine(dir, filepath.Join(dir, tempName), s.options, false)
	if err != nil {
		return err
	}
	err = fill(ctx, db, &copying{from: from, progress: progress}, s.interval)
	if err != nil {
		return err
	}
	path := filepath.Join(dir, fileName)
	if _, err := os.Stat(filepath.Join(dir, walName)); !errors.Is(err, fs.ErrNotExist) {
		return errors.New("the copy was not written to its end")
	}
	return os.Chmod(path, fileMode)
}

// fill copies into a database, and closes it.
func fill(ctx context.Context, db *database, c *copying, interval time.Duration) (err error) {
	if c.to, err = db.connect(); err != nil {
		db.close()
		return err
	}
	c.feed, err = newFeed(c.to)
	if err == nil {
		err = c.all(ctx, interval)
		defer c.feed.close() // after the database that knows it
	}
	c.to.close()
	db.close()
	return err
}

// copying is the way of all rows from one database into another.
type copying struct {
	from, to *conn
	feed     *feed
	progress func(store.Compacting)
	at       store.Compacting
}

// table is a table of ours.
type table struct {
	name, sql string
	rows      int64
	byTime    bool // it has facts, or what is kept by time like them
}

func (c *copying) all(ctx context.Context, interval time.Duration) error {
	tables, err := c.tables(ctx)
	if err != nil {
		return err
	}
	schema := "CREATE SCHEMA weir;\n"
	for _, t := range tables {
		schema += t.sql + "\n"
	}
	if err := c.to.run(ctx, schema); err != nil {
		return err
	}
	// The views come first: they note in weir.meta which they are.
	if err := createViews(ctx, c.to, interval); err != nil {
		return err
	}
	for i := range tables {
		if err := c.table(ctx, &tables[i]); err != nil {
			return fmt.Errorf("cannot copy %s: %w", tables[i].name, err)
		}
	}
	indexes, err := firstColumn(ctx, c.from, "SELECT sql FROM duckdb_indexes() WHERE schema_name = 'weir' AND database_name = current_database()")
	if err != nil {
		return err
	}
	for _, sql := range indexes {
		if err := c.to.run(ctx, sql); err != nil {
			return err
		}
	}
	return c.to.run(ctx, "CHECKPOINT")
}

// tables returns our tables, and counts their rows.
func (c *copying) tables(ctx context.Context) ([]table, error) {
	r, err := c.from.query(ctx, `SELECT table_name, sql, table_name IN (
			SELECT table_name FROM duckdb_columns() WHERE schema_name = 'weir' AND column_name = 'interval_start'
			INTERSECT SELECT table_name FROM duckdb_columns() WHERE schema_name = 'weir' AND column_name = 'log')
		FROM duckdb_tables() WHERE schema_name = 'weir' AND database_name = current_database() ORDER BY table_name`)
	if err != nil {
		return nil, err
	}
	var tables []table
	for r.Next() {
		v := r.Values()
		tables = append(tables, table{name: v[0].(string), sql: v[1].(string), byTime: v[2].(bool)})
	}
	if err := errors.Join(r.Err(), r.Close()); err != nil {
		return nil, err
	}
	for i := range tables {
		if tables[i].rows, err = number(ctx, c.from, "SELECT count(*) FROM weir."+tables[i].name); err != nil {
			return nil, err
		}
		c.at.Total += tables[i].rows
	}
	return tables, nil
}

// table copies a table in one statement, which writes whole row groups as they
// are full, and counts what arrived.
func (c *copying) table(ctx context.Context, t *table) error {
	parts, err := c.parts(ctx, t)
	if err != nil {
		return err
	}
	types, err := c.types(ctx, t)
	if err != nil {
		return err
	}
	var r *rows
	defer func() {
		if r != nil {
			_ = r.Close()
		}
	}()
	next := func(to *chunk) (int, error) {
		for {
			for r == nil {
				if len(parts) == 0 {
					return 0, nil
				}
				if r, err = c.from.query(ctx, parts[0]); err != nil {
					return 0, err
				}
				parts = parts[1:]
			}
			if r.fetch() {
				break
			}
			err := errors.Join(r.Err(), r.Close())
			if r = nil; err != nil {
				return 0, err
			}
		}
		for i, v := range to.vectors {
			duck.VectorReferenceVector(v, duck.DataChunkGetVector(r.chunk, duck.IdxT(i)))
		}
		c.at.Done += int64(r.n)
		if c.progress != nil {
			c.progress(c.at)
		}
		return int(r.n), nil
	}
	into := "INSERT INTO weir." + t.name + " SELECT * FROM %FEED%"
	if t.name == "meta" {
		into += " WHERE c0 <> 'views'"
	}
	if err := c.feed.insert(ctx, c.to, into, types, int(t.rows), next); err != nil {
		return err
	}
	have, err := number(ctx, c.to, "SELECT count(*) FROM weir."+t.name)
	if err == nil && have != t.rows {
		err = fmt.Errorf("%d rows arrived of %d", have, t.rows)
	}
	return err
}

// parts are the questions that together are a table, in the order in which it
// is to be stored: as commits do, facts by interval, log, rule and direction.
func (c *copying) parts(ctx context.Context, t *table) ([]string, error) {
	all := "SELECT * FROM weir." + t.name
	if !t.byTime {
		return []string{all}, nil
	}
	r, err := c.from.query(ctx, "SELECT interval_start, count(*) FROM weir."+t.name+" GROUP BY 1 ORDER BY 1")
	if err != nil {
		return nil, err
	}
	var parts []string
	var from time.Time
	var rows int64
	end := func(until time.Time) {
		if rows > 0 {
			parts = append(parts, fmt.Sprintf("%s WHERE interval_start >= %s AND interval_start < %s ORDER BY interval_start, log, rule, direction",
				all, timestamp(microsOf(from)), timestamp(microsOf(until))))
		}
		from, rows = until, 0
	}
	var last time.Time
	for r.Next() {
		v := r.Values()
		if at := timeOf(v[0]); rows == 0 || rows+v[1].(int64) > compactRows {
			end(at)
			from = at
		}
		rows += v[1].(int64)
		last = timeOf(v[0])
	}
	if rows > 0 {
		end(last.Add(time.Microsecond))
	}
	return parts, errors.Join(r.Err(), r.Close())
}

// types returns the types of the columns of a table.
func (c *copying) types(ctx context.Context, t *table) ([]duck.Type, error) {
	r, err := c.from.query(ctx, "SELECT * FROM weir."+t.name+" LIMIT 0")
	if err != nil {
		return nil, err
	}
	var types []duck.Type
	for i := range r.columns {
		logical := duck.ColumnLogicalType(&r.result, duck.IdxT(i))
		types = append(types, duck.GetTypeId(logical))
		duck.DestroyLogicalType(&logical)
	}
	return types, r.Close()
}

// firstColumn returns the first column of an answer.
func firstColumn(ctx context.Context, c *conn, sql string) ([]string, error) {
	r, err := c.query(ctx, sql)
	if err != nil {
		return nil, err
	}
	var all []string
	for r.Next() {
		text, _ := r.Values()[0].(string)
		all = append(all, strings.TrimSpace(text))
	}
	return all, errors.Join(r.Err(), r.Close())
}

// replace closes the engine, moves a file to the place of the database file,
// and opens the engine again. It is called while nobody asks.
func (s *Store) replace(ctx context.Context, made string) error {
	if err := s.sum.forget(); err != nil {
		return err
	}
	if err := s.checkpoint(ctx); err != nil {
		return err
	}
	s.idle.Lock()
	defer s.idle.Unlock()
	s.writer.conn.close()
	for _, c := range s.idle.conns {
		c.close()
	}
	s.idle.conns = nil
	s.db.close()
	s.writer.feed.close()
	moved := s.move(made)
	if err := s.reopen(context.WithoutCancel(ctx)); err != nil {
		s.closed.Store(true)
		return &stoppedError{fmt.Errorf("cannot open the store in %s again: %w; nothing that was committed is lost: restart weir", s.dir, err)}
	}
	return moved
}

// move takes a file in the place of the database file, whose log was folded. It
// is on the disk when it returns.
func (s *Store) move(made string) error {
	// If there is a log it is of no commit: a killed process left it. It would
	// be taken for that of the new file.
	if err := os.Remove(filepath.Join(s.dir, walName)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.Rename(made, filepath.Join(s.dir, fileName)); err != nil {
		return err
	}
	return syncFolder(s.dir)
}

// reopen opens the engine again; the store is locked meanwhile.
func (s *Store) reopen(ctx context.Context) error {
	if err := s.openEngine(s.dir, filepath.Join(s.dir, tempName), s.options); err != nil {
		return err
	}
	if err := s.guard.follow(filepath.Join(s.dir, fileName)); err != nil {
		return err
	}
	c, err := s.db.connect()
	if err != nil {
		return err
	}
	before := s.writer
	if s.writer, err = newWriter(s.db); err != nil {
		return err
	}
	s.writer.keep, s.writer.touched = before.keep, before.touched
	s.seeLog()
	s.idle.conns = append(s.idle.conns, c)
	return c.run(ctx, settled)
}
