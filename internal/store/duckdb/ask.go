package duckdb

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"time"

	"weir/internal/store"
)

const (
	// fewAnswers and manyAnswers are how many processes answer beside each other
	// at least and at most; further questions wait.
	fewAnswers, manyAnswers = 2, 4
	// leastShareMB is what a process that answers may take where memory is short.
	leastShareMB = 384
	// extraMemoryMB is what a process that answers has at most for what is not
	// the memory of its engine: itself, and functions that take theirs outside.
	extraMemoryMB = 256
	// foldFirst is the size of write-ahead log that is folded into the database
	// file before a question, which would else have to replay it.
	foldFirst = 4 << 20
	// overrun is how many times longer than usual the write-ahead log may
	// become while questions are answered. Then they are ended.
	overrun = 4
)

// allowance is what the processes that answer may take.
type allowance struct {
	atOnce   int // how many there are beside each other
	mostMB   int // of memory, each
	memoryMB int // of that for its engine
	spillMB  int // to disk, each
}

// allowanceOf gives all of them together as much memory as the engine of the store
// has, but enough for a few to work, and half of what is spilled.
func allowanceOf(memoryMB, spillMB int) allowance {
	n := min(max(memoryMB/leastShareMB, fewAnswers), manyAnswers)
	most := max(memoryMB/n, leastShareMB)
	return allowance{atOnce: n, mostMB: most, memoryMB: max(most/2, most-extraMemoryMB), spillMB: spillMB / 2 / n}
}

var errOverrun = errors.New("the question was ended, as more was read meanwhile than the store can keep beside it; ask again, for less at once")

// SQL implements store.Store. The question is answered in a process of its
// own, where Options say how to start one: a function of the engine can take
// any memory, and may not look up for hours.
func (s *Store) SQL(ctx context.Context, query string) (store.Rows, error) {
	return s.ask(ctx, query, false)
}

// ReadOnly implements store.Store.
func (s *Store) ReadOnly(ctx context.Context, sql string) (store.Rows, error) {
	return s.ask(ctx, sql, true)
}

func (s *Store) ask(ctx context.Context, query string, made bool) (store.Rows, error) {
	if len(s.answerer) == 0 {
		return s.answer(ctx, query, longest(made))
	}
	a := &asked{ctx: ctx, store: s}
	select {
	case a.place = <-s.places:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if !s.readOnly {
		s.foldForQuestion()
		if err := s.visitors.enter(ctx, a); err != nil {
			s.places <- a.place
			return nil, err
		}
	}
	a.stop = context.AfterFunc(ctx, func() { a.finish(context.Cause(ctx)) })
	if err := a.begin(query, made); err != nil {
		a.finish(err)
		return nil, err
	}
	return a, nil
}

// foldForQuestion folds the write-ahead log, where that is quickly done.
func (s *Store) foldForQuestion() {
	if s.logged.Load() < foldFirst || !s.commit.TryLock() {
		return
	}
	defer s.commit.Unlock()
	if s.writable() == nil {
		s.visitors.without(nil, s.fold)
	}
}

// asked is a question that another process answers. It implements store.Rows.
type asked struct {
	ctx   context.Context
	store *Store
	stop  func() bool // of listening to ctx
	place string      // its folder, which it has for itself

	mu       sync.Mutex
	cmd      *exec.Cmd // nil until it runs
	stdin    io.Closer
	finished bool
	cause    error // why it was finished early

	out     *bufio.Reader
	errs    tail
	buf     []byte
	row     values
	columns []store.Column
	values  []any
	err     error
	done    bool
}

// begin starts the process and reads what columns the answer has.
func (a *asked) begin(query string, made bool) error {
	s := a.store
	if s.closed.Load() {
		return s.explain("ask", errClosed)
	}
	if err := a.openApart(job{
		Query: query, Made: made, Store: s.dir, Folder: s.dir, Temp: filepath.Join(a.place, tempName),
		Threads: threadsFor(s.threads, s.allowance.memoryMB), MemoryMB: s.allowance.memoryMB, SpillMB: s.allowance.spillMB, MostMB: s.allowance.mostMB,
	}); err != nil {
		return err
	}
	kind, payload, err := a.frame()
	switch {
	case err != nil:
		return err
	case kind != frameColumns:
		return a.unexpected(kind)
	}
	if err := json.Unmarshal(payload, &a.columns); err != nil {
		return a.failed(err)
	}
	a.values = make([]any, len(a.columns))
	return nil
}

// openApart lets the process open the database beside us.
func (a *asked) openApart(j job) error {
	s := a.store
	if s.readOnly { // nobody writes
		return a.open(j)
	}
	j.Unlock = true
	copied, err := a.copyDatabase()
	if err != nil {
		return err
	}
	if copied {
		j.Folder = a.place
	} else {
		// The disk is full, or has no hard links: nobody writes meanwhile.
		s.commit.Lock()
		defer s.commit.Unlock()
	}
	var failed error
	if err := s.guard.without(func() error { failed = a.open(j); return nil }); err != nil {
		return s.explain("ask", err)
	}
	return failed
}

// copyDatabase does copyLog, and returns false where that is not possible. A question
// that is given up ends before or after it: the place is the next one's then.
func (a *asked) copyDatabase() (bool, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.finished {
		return false, a.cause
	}
	return a.copyLog() == nil, nil
}

// copyLog makes the database as it is now in the place of the process: a link
// to the file, which the engine would follow if it were a symbolic one, and a
// copy of the write-ahead log, which commits go on to write.
func (a *asked) copyLog() error {
	dir := a.store.dir
	if err := os.Link(filepath.Join(dir, fileName), filepath.Join(a.place, fileName)); err != nil {
		return err
	}
	n := a.store.logged.Load()
	if n == 0 {
		return nil
	}
	from, err := os.Open(filepath.Join(dir, walName))
	if err != nil {
		return err
	}
	defer from.Close()
	to, err := os.OpenFile(filepath.Join(a.place, walName), os.O_WRONLY|os.O_CREATE|os.O_EXCL, fileMode)
	if err != nil {
		return err
	}
	_, err = io.CopyN(to, from, n) // what follows is of a commit under way
	return errors.Join(err, to.Close())
}

// makePlaces makes a folder for each process that may answer, while there is
// room on the disk.
func (s *Store) makePlaces() error {
	for n := range s.allowance.atOnce {
		place := filepath.Join(s.dir, tempName, fmt.Sprintf("ask-%d", n))
		if !s.readOnly {
			if err := errors.Join(os.Mkdir(place, folderMode), os.Chmod(place, folderMode)); err != nil {
				return err
			}
		}
		s.places <- place
	}
	return nil
}

// clearPlace removes what a process had, but not the place.
func clearPlace(place string) {
	entries, _ := os.ReadDir(place)
	for _, e := range entries {
		_ = os.RemoveAll(filepath.Join(place, e.Name()))
	}
}

// open starts the process and waits until it has opened the database.
func (a *asked) open(j job) error {
	if err := a.start(j); err != nil {
		return err
	}
	kind, _, err := a.frame()
	if err == nil && kind != frameOpened {
		err = a.unexpected(kind)
	}
	return err
}

func (a *asked) start(j job) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.finished {
		return a.cause
	}
	line, err := json.Marshal(j)
	if err != nil {
		return err
	}
	self := "/proc/self/exe" // also where the file was replaced by another version
	if _, err := os.Stat(self); err != nil {
		if self, err = os.Executable(); err != nil {
			return fmt.Errorf("cannot find the program that answers questions: %w", err)
		}
	}
	cmd := exec.Command(self)
	cmd.Args = a.store.answerer
	cmd.Stderr = &a.errs
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // Ctrl-C is for us
	in, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("cannot start a process for the question: %w", err)
	}
	a.cmd, a.stdin, a.out = cmd, in, bufio.NewReaderSize(out, frameSize)
	_, _ = in.Write(append(line, '\n')) // where it fails, so does reading
	return nil
}

// finish ends the process and gives back what it had; cause is what to say to
// who still reads.
func (a *asked) finish(cause error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.finished {
		return
	}
	a.finished, a.cause = true, cause
	if a.stop != nil {
		a.stop()
	}
	if a.cmd != nil {
		if cause != nil {
			_ = a.cmd.Process.Kill()
		}
		_ = a.stdin.Close()
		_ = a.cmd.Wait()
	}
	clearPlace(a.place)
	a.store.visitors.leave(a)
	a.store.places <- a.place
}

// errEnded is the cause where reading found that the process is gone.
var errEnded = errors.New("the process that answers the question ended early")

// failed says why the answer ends too early, and ends it.
func (a *asked) failed(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = errEnded
		a.await()
	}
	a.finish(err)
	a.mu.Lock()
	defer a.mu.Unlock()
	switch {
	case a.ctx.Err() != nil:
		return a.ctx.Err()
	case !errors.Is(a.cause, errEnded):
		return a.cause
	}
	state := a.cmd.ProcessState
	wait, _ := state.Sys().(syscall.WaitStatus)
	switch {
	case state.ExitCode() == exitMemory, noMemory.MatchString(a.errs.line()):
		return &tooMuchError{a.store.allowance.mostMB}
	case wait.Signaled() && wait.Signal() == syscall.SIGKILL:
		return errors.New("the system ended the question, as it had no memory for it: ask for a shorter time range or fewer columns")
	}
	return fmt.Errorf("%w (%s): %s", errEnded, state, a.errs.line())
}

// noMemory finds in what a process says at its end that it got no memory.
var noMemory = regexp.MustCompile(`out of memory|cannot allocate memory|bad_alloc|pthread_create failed`)

// tooMuchError means that a question wanted more memory than it may have.
type tooMuchError struct{ mostMB int }

func (e *tooMuchError) Error() string {
	return fmt.Sprintf("the question wanted more than %d MB of memory: ask for a shorter time range, fewer columns or shorter lists, "+
		"or give the store more with memory and spill in the configuration", e.mostMB)
}

func (e *tooMuchError) Unwrap() error { return errMemory }

// await gives a process that closed its output a moment to end by itself, so
// that it can say why.
func (a *asked) await() {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.finished {
		return
	}
	timer := time.AfterFunc(time.Second, func() { _ = a.cmd.Process.Kill() })
	defer timer.Stop()
	_ = a.cmd.Wait()
}

func (a *asked) unexpected(kind byte) error {
	return a.failed(fmt.Errorf("the process that answers the question says %q, which is not its turn", kind))
}

// frame reads what the process says next. An error that it says is returned
// as one.
func (a *asked) frame() (kind byte, payload []byte, err error) {
	kind, a.buf, err = readFrame(a.out, a.buf)
	if err != nil {
		return 0, nil, a.failed(err)
	}
	if kind == frameError {
		err := readAnswerError(a.buf)
		if errors.Is(err, errMemory) {
			err = &tooMuchError{a.store.allowance.mostMB}
		}
		a.finish(err)
		return 0, nil, err
	}
	return kind, a.buf, nil
}

// Columns implements store.Rows.
func (a *asked) Columns() []store.Column { return a.columns }

// Next implements store.Rows.
func (a *asked) Next() bool {
	if a.done {
		return false
	}
	for len(a.row.rest) == 0 {
		kind, payload, err := a.frame()
		switch {
		case err != nil:
			a.err, a.done = err, true
			return false
		case kind == frameEnd:
			a.done = true
			a.finish(nil)
			return false
		case kind != frameRows:
			a.err, a.done = a.unexpected(kind), true
			return false
		}
		a.row.rest = payload
	}
	for i := range a.values {
		a.values[i] = a.row.value()
	}
	if a.row.err != nil {
		a.err, a.done = a.failed(a.row.err), true
		return false
	}
	return true
}

// Values implements store.Rows.
func (a *asked) Values() []any { return a.values }

// Err implements store.Rows.
func (a *asked) Err() error { return a.err }

// Close implements store.Rows.
func (a *asked) Close() error {
	a.done = true
	a.finish(context.Canceled)
	return nil
}

// tail keeps the beginning of what a process writes to stderr.
type tail struct {
	mu   sync.Mutex
	text bytes.Buffer
}

const tailSize = 4 << 10

func (t *tail) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.text.Write(b[:min(len(b), tailSize-min(tailSize, t.text.Len()))])
	return len(b), nil
}

func (t *tail) line() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	line, _, _ := strings.Cut(strings.TrimSpace(t.text.String()), "\n")
	return line
}
