package simulate

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// grow simulates live.
func grow(t *testing.T, c Config, g Growth) *Truth {
	t.Helper()
	truth, err := Live(t.Context(), c, g)
	if err != nil {
		t.Fatal(err)
	}
	return truth
}

// What grows in a folder is in the end what is written at once, byte for byte,
// with the same truth; and at each block the object is whole.
func TestLiveFolder(t *testing.T) {
	c := small(1)
	c.Hours, c.Start = 2, c.Start.Add(17*time.Minute)
	want := write(t, c)
	c.Out = t.TempDir()
	blocks, tuples := map[string]int{}, int64(0)
	last := c.Start
	grow(t, c, Growth{Sink: Folder(c.Out), Committed: func(b Commit) {
		if b.Number != blocks[b.Object] {
			t.Errorf("%s: block %d after %d", b.Object, b.Number, blocks[b.Object])
		}
		blocks[b.Object]++
		tuples += int64(b.Tuples)
		if b.Record.Before(last.Add(-time.Minute)) {
			t.Errorf("a record of %s comes after one of %s", b.Record, last)
		}
		last = b.Record
		if b.Number%8 == 0 {
			if text := readFile(t, c.Out, b.Object); !json.Valid([]byte(text)) || !strings.HasSuffix(text, "]}") {
				t.Errorf("%s: not valid after block %d", b.Object, b.Number)
			}
		}
	}})
	if got, want := treeHash(t, c.Out), treeHash(t, want.dir); got != want {
		t.Error("what grew is not what is written at once")
	}
	if int64(len(blocks)) != want.truth.Total.Objects || tuples != want.truth.Total.Tuples {
		t.Errorf("told of %d objects and %d tuples, want %d and %d", len(blocks), tuples, want.truth.Total.Objects, want.truth.Total.Tuples)
	}
	want.checkTotals(t, "from a quarter past")
	want.checkCaptures(t, "from a quarter past")
	want.checkConversations(t, "from a quarter past")
}

// Stopped at any time, the objects are valid and the truth is that of them.
func TestLiveStopped(t *testing.T) {
	c := small(2)
	c.Out = t.TempDir()
	for _, after := range []int{0, 1, 500} {
		ctx, cancel := context.WithCancel(t.Context())
		n := 0
		if after == 0 {
			cancel()
		}
		var last time.Time
		truth, err := Live(ctx, c, Growth{Sink: Folder(c.Out), Committed: func(b Commit) {
			if n++; n == after {
				cancel()
			}
			if b.Record.After(last) {
				last = b.Record
			}
		}})
		if err != nil {
			t.Fatal(err)
		}
		if n < after || n > after+inFlight {
			t.Errorf("stopped after %d blocks, wrote %d", after, n)
		}
		if after == 0 {
			continue
		}
		if truth.End.Before(last) || truth.End.After(last.Add(time.Minute)) {
			t.Errorf("the truth ends at %s, the last record is of %s", truth.End, last)
		}
		s := load(t, c.Out)
		s.checkTotals(t, "stopped")
		s.checkCaptures(t, "stopped")
		s.checkConversations(t, "stopped")
	}
}

// A sink that fails ends the simulation, whose truth is then none.
func TestLiveFails(t *testing.T) {
	c := small(1)
	c.Out = t.TempDir()
	full := errors.New("full")
	if _, err := Live(t.Context(), c, Growth{Sink: sinkFunc(func(b *Block) error {
		if b.Number == 3 {
			return full
		}
		return nil
	})}); !errors.Is(err, full) {
		t.Errorf("Live() error %v, want %v", err, full)
	}
	if _, err := LoadTruth(c.Out); !errors.Is(err, ErrIncomplete) {
		t.Errorf("LoadTruth() error %v, want %v", err, ErrIncomplete)
	}
	for _, pace := range []float64{-1, math.NaN()} {
		if _, err := Live(t.Context(), c, Growth{Pace: pace}); err == nil || !strings.Contains(err.Error(), "the pace is") {
			t.Errorf("pace %v: error %v", pace, err)
		}
	}
}

type sinkFunc func(*Block) error

func (f sinkFunc) Append(_ context.Context, b *Block) error { return f(b) }

// Blocks come when the pace says: at 1 with the second of their record, or at
// once for what is past; faster from the start on. NICs have seconds of their own.
func TestLivePace(t *testing.T) {
	c := small(1)
	c.Hours, c.Out = 1, t.TempDir()
	for _, tc := range []struct {
		name  string
		pace  float64
		begin time.Time // by the clock
		want  func(Commit) time.Time
	}{
		{"clock", 1, c.Start, func(b Commit) time.Time { return b.Record }},
		{"clock, late", 1, c.Start.Add(30 * time.Minute), func(b Commit) time.Time {
			if late := c.Start.Add(30 * time.Minute); b.Record.Before(late) {
				return late
			}
			return b.Record
		}},
		{"an hour a minute", 60, c.Start.Add(time.Hour), func(b Commit) time.Time {
			return c.Start.Add(time.Hour + b.Record.Sub(c.Start)/60)
		}},
		{"at once", 0, c.Start.Add(time.Hour), func(Commit) time.Time { return c.Start.Add(time.Hour) }},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				time.Sleep(time.Until(tc.begin))
				var mu sync.Mutex
				var worst time.Duration
				seconds := map[int]bool{}
				_, err := Live(context.Background(), c, Growth{Pace: tc.pace, Sink: sinkFunc(func(*Block) error { return nil }), Committed: func(b Commit) {
					mu.Lock()
					defer mu.Unlock()
					seconds[b.Record.Second()] = true
					if off := b.At.Sub(tc.want(b)).Abs(); off > worst {
						worst = off
					}
				}})
				if err != nil {
					t.Fatal(err)
				}
				if worst > 100*time.Millisecond {
					t.Errorf("a block is %s from its time", worst)
				}
				if len(seconds) < 10 {
					t.Errorf("all NICs write at %d seconds of the minute", len(seconds))
				}
			})
		})
	}
}

// A folder that was removed or cannot be made is an error, not another object.
func TestLiveFolderFaults(t *testing.T) {
	f := Folder(t.TempDir())
	block := &Block{Object: "box/a/PT1H.json", Number: 1, Data: []byte(",{}")}
	if err := f.Append(t.Context(), block); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a second block without the first: %v", err)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "box"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	block.Number = 0
	if err := Folder(dir).Append(t.Context(), block); err == nil || !strings.HasPrefix(err.Error(), "cannot make the folder of a log object") {
		t.Errorf("below a file: %v", err)
	}
}
