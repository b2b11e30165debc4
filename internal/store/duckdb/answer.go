package duckdb

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"golang.org/x/sys/unix"

	"weir/internal/store"
)

// exitMemory is the exit code of a process that took more than it may.
const exitMemory = 97

// job is what a process that answers is told, as a line of JSON.
type job struct {
	Query    string
	Made     bool   // by a program, which may make it longer
	Store    string // folder of the store, for messages
	Folder   string // where the database file is, with its log
	Temp     string // where to spill to
	Unlock   bool   // whether to let go of the file when it is open
	Threads  int
	MemoryMB int // of the engine, in MiB
	SpillMB  int // to disk
	MostMB   int // of the process
}

// Answer is the work of a process that Options.Answerer starts: it reads one
// question from in, answers it to out, and ends early when in ends, which it
// does when its parent is no more. It ends the process itself where the
// question takes too much.
func Answer(in io.Reader, out io.Writer) error {
	yield()
	from := bufio.NewReader(in)
	line, err := from.ReadBytes('\n')
	if err != nil {
		return fmt.Errorf("cannot read the question: %w", err)
	}
	var j job
	if err := json.Unmarshal(line, &j); err != nil {
		return fmt.Errorf("cannot read the question: %w", err)
	}
	go func() {
		_, _ = io.Copy(io.Discard, from)
		os.Exit(1) // the engine may be deep in a function that nothing interrupts
	}()
	go boundMemory(int64(j.MostMB) << 20)
	w := &frameWriter{out: out}
	if err := j.answer(w); err != nil {
		return w.send(frameError, writeAnswerError(err))
	}
	return w.send(frameEnd, nil)
}

func (j *job) answer(w *frameWriter) error {
	ctx := context.Background()
	s := &Store{dir: j.Store, readOnly: true}
	if err := s.openEngine(j.Folder, j.Temp, Options{Threads: j.Threads, MemoryLimitMB: j.MemoryMB, SpillLimitMB: j.SpillMB}); err != nil {
		return s.explain("ask", err)
	}
	if j.Unlock {
		// Closing any descriptor of a file lets go of the locks that the
		// process has on it.
		f, err := os.Open(filepath.Join(j.Folder, fileName))
		if err != nil {
			return s.explain("ask", err)
		}
		_ = f.Close()
	}
	boundData(int64(j.MostMB) << 20)
	if err := w.send(frameOpened, nil); err != nil {
		return err
	}
	c, err := s.db.connect()
	if err == nil {
		err = c.run(ctx, settled)
	}
	if err != nil {
		return s.explain("ask", err)
	}
	s.give(c)
	rows, err := s.answer(ctx, j.Query, longest(j.Made))
	if err != nil {
		return err
	}
	columns, err := json.Marshal(rows.Columns())
	if err == nil {
		err = w.send(frameColumns, columns)
	}
	if err != nil {
		return err
	}
	for rows.Next() {
		if err := w.row(rows.Values()); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	return w.flush()
}

// yield makes this process give way to all others: to its parent above all,
// whom the system must not end in its stead.
func yield() {
	_ = unix.Setpriority(unix.PRIO_PGRP, 0, 10)
	_ = os.WriteFile("/proc/self/oom_score_adj", []byte("1000"), 0)
}

// lookEvery is how often a process looks at its memory. The engine fills about
// ten megabytes in that time.
const lookEvery = 5 * time.Millisecond

// boundMemory ends the process when it has more memory than it may.
func boundMemory(most int64) {
	for range time.Tick(lookEvery) {
		if residentMemory() > most {
			os.Exit(exitMemory)
		}
	}
}

// boundData makes that the system gives the process no more memory than it may
// have, beside what it has mapped already and does not use, and stacks of threads
// to come: between two looks of boundMemory one function can take very much.
func boundData(most int64) {
	const stacks = 64 << 20
	status, err := os.ReadFile("/proc/self/status")
	_, rest, found := bytes.Cut(status, []byte("VmData:"))
	fields := bytes.Fields(rest)
	if err != nil || !found || len(fields) == 0 {
		return // not Linux, where it would bound nothing
	}
	mapped, err := strconv.ParseInt(string(fields[0]), 10, 64) // KiB
	if err != nil {
		return
	}
	bound := uint64(mapped<<10 + max(most-residentMemory(), 0) + stacks)
	_ = unix.Setrlimit(unix.RLIMIT_DATA, &unix.Rlimit{Cur: bound, Max: bound})
}

// residentMemory is what this process has of memory for itself: files that are
// mapped are not counted, where the system tells.
func residentMemory() int64 {
	text, err := os.ReadFile("/proc/self/statm")
	fields := bytes.Fields(text)
	if err != nil || len(fields) < 3 {
		var use unix.Rusage
		_ = unix.Getrusage(unix.RUSAGE_SELF, &use)
		return use.Maxrss // bytes, where there is no /proc
	}
	resident, _ := strconv.ParseInt(string(fields[1]), 10, 64)
	shared, _ := strconv.ParseInt(string(fields[2]), 10, 64)
	return (resident - shared) * int64(os.Getpagesize())
}

// The process that answers says frames: a byte for the kind, the length, and
// the payload. First that the database is open, then the columns, rows, many
// at once, and at last the end or an error.
const (
	frameOpened  = 'o'
	frameColumns = 'c'
	frameRows    = 'r'
	frameError   = 'e'
	frameEnd     = 'z'
)

const (
	// frameSize is how many bytes of rows are sent at once.
	frameSize = 64 << 10
	// flushEvery is how long rows may wait for more of them.
	flushEvery = 100 * time.Millisecond
	// maxRow bounds one row, as who reads has it in memory.
	maxRow   = 4 << 20
	maxFrame = maxRow + frameSize
)

type frameWriter struct {
	out     io.Writer
	rows    []byte
	flushed time.Time
}

func (w *frameWriter) send(kind byte, payload []byte) error {
	head := binary.AppendUvarint([]byte{kind}, uint64(len(payload)))
	if _, err := w.out.Write(head); err != nil {
		return err
	}
	_, err := w.out.Write(payload)
	return err
}

func (w *frameWriter) row(v []any) (err error) {
	before := len(w.rows)
	if w.rows, err = appendValues(w.rows, v); err != nil {
		return err
	}
	if len(w.rows)-before > maxRow {
		return fmt.Errorf("a row of the answer has more than %d MiB: ask for parts of it, or for fewer columns", maxRow>>20)
	}
	if len(w.rows) < frameSize && time.Since(w.flushed) < flushEvery {
		return nil
	}
	w.flushed = time.Now()
	return w.flush()
}

func (w *frameWriter) flush() error {
	if len(w.rows) == 0 {
		return nil
	}
	err := w.send(frameRows, w.rows)
	w.rows = w.rows[:0]
	return err
}

// readFrame reads a frame; buf is used for the payload where it is large enough.
func readFrame(r *bufio.Reader, buf []byte) (kind byte, payload []byte, err error) {
	if kind, err = r.ReadByte(); err != nil {
		return 0, buf, err
	}
	n, err := binary.ReadUvarint(r)
	if err != nil {
		return 0, buf, err
	}
	if n > maxFrame {
		return 0, buf, fmt.Errorf("the process that answers the question says %d bytes at once", n)
	}
	if uint64(cap(buf)) < n {
		buf = make([]byte, n)
	}
	buf = buf[:n]
	_, err = io.ReadFull(r, buf)
	return kind, buf, err
}

// answerKinds are the errors that keep their identity from one process to another.
var answerKinds = map[string]error{
	"read-only": store.ErrReadOnlySQL, "memory": errMemory, "full": errFull, "damaged": errCorrupt,
}

// answerError is an error of the process that answers.
type answerError struct {
	Text  string   `json:"text"`
	Kinds []string `json:"kinds,omitempty"`
}

func (e *answerError) Error() string { return e.Text }

func (e *answerError) Unwrap() []error {
	var errs []error
	for _, k := range e.Kinds {
		if is, ok := answerKinds[k]; ok {
			errs = append(errs, is)
		}
	}
	return errs
}

func writeAnswerError(err error) []byte {
	e := &answerError{Text: err.Error()}
	if len(e.Text) > frameSize {
		e.Text = e.Text[:frameSize]
	}
	for kind, is := range answerKinds {
		if errors.Is(err, is) {
			e.Kinds = append(e.Kinds, kind)
		}
	}
	text, _ := json.Marshal(e) // of texts alone
	return text
}

func readAnswerError(text []byte) error {
	e := new(answerError)
	if err := json.Unmarshal(text, e); err != nil {
		return fmt.Errorf("cannot read why the question was not answered: %w", err)
	}
	return e
}
