// Package duckdb keeps a store in one DuckDB database file.
//
// The folder of a store holds store.duckdb, its write-ahead log with its sum,
// weir.lock and, while it is open, tmp, and weir.undo during a checkpoint; it is
// its owner's alone. Schema "weir" of
// the database has our tables, schema "main" the public views.
package duckdb

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	duck "github.com/duckdb/duckdb-go-bindings"

	"weir/internal/store"
)

const (
	// The engine names its catalog after the file, and the catalog must not
	// have the name of the schema of our tables, weir.
	fileName = "store.duckdb"
	tempName = "tmp" // questions spill to it
	newName  = "new" // a new store is made in it
	// The write-ahead log, and what the engine makes of it in a checkpoint.
	walName        = fileName + ".wal"
	checkpointName = walName + ".checkpoint"
	recoveryName   = walName + ".recovery"

	defaultInterval = 10 * time.Minute
	// With defaultMemoryLimitMB every question of ours is answered, whatever is
	// stored (TestNoQuestionFailsForMemory). A group of 122 880 rows of
	// weir.resource, the widest table, is written when it is complete and takes
	// 165 MB until then (TestLargeSnapshot).
	defaultMemoryLimitMB = 512
	defaultSpillLimitMB  = 10 << 10
	// threadMemoryMB is what a thread needs to sort and group. Of many threads
	// with less each, all would fail.
	threadMemoryMB = 128
	// defaultWALLimit is how many bytes of write-ahead log a commit may leave
	// before it folds them into the database file. A start after a kill
	// replays about as much.
	defaultWALLimit = 64 << 20
	// defaultMemoryWait is how long a commit waits for memory that a question
	// has. A question that is answered into a pager can have it for ever.
	defaultMemoryWait = time.Minute
)

// Options says how to open a store.
type Options struct {
	// Interval is the width of reduction: 1, 10 or 60 minutes. 0 means 10
	// minutes for a new store and what it has for an existing one; any other
	// value must be what it has.
	Interval time.Duration
	// Command names this process to others that find the store held, for example "weir serve".
	Command string
	// Threads is how many threads questions and commits use; 0: one per CPU,
	// but no more than there is memory for.
	Threads int
	// MemoryLimitMB bounds the memory of the engine, in MiB; 0: 512. Questions
	// of users beside it share as much again (see allowanceOf).
	MemoryLimitMB int
	// SpillLimitMB bounds what questions write to the disk of the store that
	// need more than their memory, in MiB: half of it is for those of users.
	// 0: 10 GiB; less: none.
	SpillLimitMB int
	// RollUpKeeps is how many subjects a roll-up keeps of each period by each
	// measure; 0: as many as suit the period.
	RollUpKeeps int
	// ReadOnlyFolderOK opens a store whose folder cannot be written for
	// reading only; Commit then fails with store.ErrReadOnly.
	ReadOnlyFolderOK bool
	readOnly         bool // even where the folder can be written
	// Answerer is the command line with which this program runs Answer, for
	// questions of users; its first word is a name only. Empty: this process
	// answers them itself.
	Answerer []string
	// Say is told, in one line, what the owner of the store should know: that
	// other users could read it, or still can, and how far it was brought to the
	// form of this version. Nil: nobody is.
	Say func(string)
}

// Store is an open store. It implements store.Store.
type Store struct {
	dir      string
	interval time.Duration
	readOnly bool
	lock     *lock
	db       *database
	walLimit int64
	logged   atomic.Int64 // length of the write-ahead log after the last commit

	answerer  []string
	options   Options
	threads   int
	allowance allowance
	places    chan string // a folder for each process that may answer
	visitors  visitors
	guard     *guard  // nil where the store is only read
	sum       *logSum // nil there too

	// memoryWait is how long a commit waits for memory.
	memoryWait time.Duration

	commit sync.Mutex // held while a delta is written
	writer *writer
	closed atomic.Bool
	stats  statsCache
	folded foldedCache
	// horizon is what Horizon returns, once it is known: every question asks for it.
	horizon atomic.Pointer[store.Horizon]

	idle struct { // connections for questions, not in use now
		used int           // that are in use
		held chan struct{} // not nil while none may be taken; closed afterwards
		sync.Mutex
		conns []*conn
	}
}

var _ store.Store = (*Store)(nil)

// Version returns the version of the DuckDB library, for example "v1.5.6".
func Version() string { return duck.LibraryVersion() }

// Open opens the store in a folder, which it creates if need be. It returns a
// *store.HeldError if another process has it open and wraps
// store.ErrNewerSchema if a newer Weir wrote it.
func Open(ctx context.Context, dir string, o Options) (*Store, error) {
	s, err := open(ctx, dir, o, migrations())
	if isFull(err) && o.ReadOnlyFolderOK && isFile(filepath.Join(dir, fileName)) {
		o.readOnly = true // a disk that is full to the last byte still answers
		return open(ctx, dir, o, migrations())
	}
	return s, err
}

func open(ctx context.Context, dir string, o Options, steps []migration) (_ *Store, err error) {
	switch o.Interval {
	case 0, time.Minute, 10 * time.Minute, time.Hour:
	default:
		return nil, fmt.Errorf("cannot open the store in %s: an interval of %s is not supported; use 1m, 10m or 60m", dir, o.Interval)
	}
	dir, err = filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("cannot open the store: %w", err)
	}
	if o.MemoryLimitMB <= 0 {
		o.MemoryLimitMB = defaultMemoryLimitMB
	}
	if o.Threads <= 0 {
		o.Threads = threadsFor(runtime.GOMAXPROCS(0), o.MemoryLimitMB)
	}
	if o.SpillLimitMB == 0 {
		o.SpillLimitMB = defaultSpillLimitMB
	}
	may := allowanceOf(o.MemoryLimitMB, o.SpillLimitMB)
	o.SpillLimitMB /= 2 // the other half is theirs
	s := &Store{
		dir: dir, walLimit: defaultWALLimit, memoryWait: defaultMemoryWait,
		options: o, answerer: o.Answerer, threads: o.Threads, allowance: may, places: make(chan string, may.atOnce),
	}
	defer func() {
		if err != nil {
			_ = s.Close()
		}
	}()
	if err := s.take(o); err != nil {
		return nil, err
	}
	c, err := s.openMigrated(ctx, o, steps)
	var other *lockedError
	if errors.As(err, &other) {
		return nil, &store.HeldError{Dir: dir, PID: other.pid, Command: other.program}
	}
	if err != nil {
		return nil, s.explain("open", err)
	}
	s.idle.conns = append(s.idle.conns, c)
	if s.interval, err = readInterval(ctx, c); err != nil {
		return nil, s.explain("open", err)
	}
	if o.Interval != 0 && o.Interval != s.interval {
		return nil, fmt.Errorf("cannot open the store in %s with an interval of %.0fm: it was made with %.0fm and keeps it; "+
			"leave the interval out, or ingest into another folder", dir, o.Interval.Minutes(), s.interval.Minutes())
	}
	if !s.readOnly {
		if err := createViews(ctx, c, s.interval); err != nil {
			return nil, s.explain("open", err)
		}
		if s.writer, err = newWriter(s.db); err != nil {
			return nil, s.explain("open", err)
		}
		s.writer.keep = int64(o.RollUpKeeps)
		s.begin()
	}
	if err := c.run(ctx, settled); err != nil {
		return nil, s.explain("open", err)
	}
	return s, nil
}

// threadsFor returns how many of some threads an engine with so much memory uses.
func threadsFor(threads, memoryMB int) int {
	return min(threads, max(memoryMB/threadMemoryMB, 2))
}

// settled makes that from here on no statement, not even ours, changes a setting.
const settled = "SET GLOBAL TimeZone = 'UTC'; SET GLOBAL lock_configuration = true"

// openMigrated opens the database file and brings it to the last schema version.
func (s *Store) openMigrated(ctx context.Context, o Options, steps []migration) (*conn, error) {
	path := filepath.Join(s.dir, fileName)
	switch _, err := os.Stat(path); {
	case errors.Is(err, fs.ErrNotExist) && s.readOnly:
		return nil, errors.New("there is none, and the folder cannot be written")
	case errors.Is(err, fs.ErrNotExist):
		if err := s.create(ctx, o, steps); err != nil {
			return nil, err
		}
	case err != nil:
		return nil, err
	}
	// A file that cannot be written is read as it is: most are whole.
	if err := undo(s.dir); err != nil && !s.readOnly {
		return nil, err
	}
	if err := checkLog(s.dir); err != nil {
		return nil, err
	}
	if !s.readOnly {
		var err error
		if s.sum, err = newLogSum(s.dir); err != nil {
			return nil, err
		}
	}
	if err := s.openEngine(s.dir, filepath.Join(s.dir, tempName), o); err != nil {
		return nil, err
	}
	if !s.readOnly {
		var err error
		if s.guard, err = newGuard(path); err != nil {
			return nil, err
		}
	}
	c, err := s.db.connect()
	if err != nil {
		return nil, err
	}
	if err := s.migrate(ctx, c, o, steps); err != nil {
		c.close()
		return nil, err
	}
	return c, nil
}

// migrateMemoryMB is what the engine may take to bring a store to another form,
// where it has less: facts are joined to all parties.
const migrateMemoryMB = 512

func (s *Store) migrate(ctx context.Context, c *conn, o Options, steps []migration) error {
	have, err := schemaVersion(ctx, c)
	if err != nil {
		return err
	}
	if more := have < steps[len(steps)-1].version && o.MemoryLimitMB < migrateMemoryMB; more {
		if err := c.run(ctx, fmt.Sprintf("SET GLOBAL memory_limit = '%dMB'", migrateMemoryMB)); err != nil {
			return err
		}
		defer func() {
			_ = c.run(context.WithoutCancel(ctx), fmt.Sprintf("SET GLOBAL memory_limit = '%dMB'", o.MemoryLimitMB))
		}()
	}
	return migrate(ctx, c, steps, o.Interval, s.readOnly, o.Say)
}

// create makes an empty store in a folder of its own and moves the file to its
// place when it is whole: a kill leaves either no store or a good one.
func (s *Store) create(ctx context.Context, o Options, steps []migration) error {
	dir := filepath.Join(s.dir, newName)
	if err := os.Mkdir(dir, folderMode); err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	if err := s.openEngine(dir, filepath.Join(dir, tempName), o); err != nil {
		return err
	}
	c, err := s.db.connect()
	if err == nil {
		err = migrate(ctx, c, steps, o.Interval, false, nil)
		if err == nil {
			err = c.run(ctx, "CHECKPOINT")
		}
		c.close()
	}
	s.db.close()
	s.db = nil
	if err != nil {
		return err
	}
	made := filepath.Join(dir, fileName)
	if err := os.Chmod(made, fileMode); err != nil {
		return err
	}
	return os.Rename(made, filepath.Join(s.dir, fileName))
}

// openEngine opens the database in a folder, with another to spill to.
func (s *Store) openEngine(dir, temp string, o Options) error {
	db, err := startEngine(dir, temp, o, s.readOnly)
	if err == nil {
		s.db = db
	}
	return err
}

func startEngine(dir, temp string, o Options, readOnly bool) (*database, error) {
	settings := []setting{
		{"threads", strconv.Itoa(o.Threads)},
		{"memory_limit", strconv.Itoa(o.MemoryLimitMB) + "MiB"},
		{"temp_directory", temp},
		{"wal_autocheckpoint", "1TB"}, // Commit decides when
		{"preserve_insertion_order", "false"},
		{"autoinstall_known_extensions", "false"},
		{"autoload_known_extensions", "false"},
		{"allow_community_extensions", "false"},
		{"allow_unsigned_extensions", "false"},
		{"allow_persistent_secrets", "false"},
		{"enable_external_access", "false"}, // after the settings that name a folder
	}
	if readOnly {
		settings = append([]setting{{"access_mode", "READ_ONLY"}}, settings...)
	}
	db, err := openDatabase(filepath.Join(dir, fileName), settings)
	if err != nil {
		return nil, err
	}
	c, err := db.connect()
	if err == nil {
		defer c.close()
		// The engine heeds this bound only where it is set after it was opened.
		// Its last checkpoint is ours to make; see checkpoint. Of what stands in a
		// question twice it would keep all rows, before its conditions: of all facts
		// where those of a day are asked for.
		err = c.run(context.Background(), fmt.Sprintf("SET GLOBAL max_temp_directory_size = '%dMiB'; SET GLOBAL disabled_optimizers = 'common_subplan'; PRAGMA disable_checkpoint_on_shutdown",
			max(o.SpillLimitMB, 0)))
	}
	if err == nil {
		err = c.addCompute()
	}
	if err != nil {
		db.close()
		return nil, err
	}
	return db, nil
}

// Interval implements store.Store.
func (s *Store) Interval() time.Duration { return s.interval }

// Close implements store.Store. It folds the write-ahead log into the
// database file, so that the next start is quick.
func (s *Store) Close() error {
	s.commit.Lock()
	defer s.commit.Unlock()
	s.idle.Lock()
	defer s.idle.Unlock()
	if s.closed.Swap(true) {
		return nil
	}
	s.visitors.without(errClosed, s.shut)
	if err := s.lock.release(); err != nil {
		return fmt.Errorf("cannot close the store in %s: %w", s.dir, err)
	}
	return nil
}

// shut closes the engine, which folds the write-ahead log.
func (s *Store) shut() {
	if s.writer != nil {
		if s.seeSize(walName) > 0 {
			s.fold()
		}
		s.writer.conn.close()
	}
	for _, c := range s.idle.conns {
		c.close()
	}
	s.idle.conns = nil
	if s.db != nil {
		s.db.close()
	}
	if s.writer != nil {
		s.writer.feed.close()
	}
	s.guard.close()
	s.sum.close(s.writer != nil && s.seeSize(walName) == 0)
	if s.lock != nil && !s.readOnly { // else it is another process's
		_ = os.RemoveAll(filepath.Join(s.dir, tempName)) // where questions spilled to
	}
}
