package terminal

import (
	"fmt"
	"io"
	"strings"
	"time"

	"weir/internal/pipeline"
)

// plainEvery is how often a line of progress is written where there is no terminal.
const plainEvery = 5 * time.Second

// Bar shows the progress of a run: one line that is rewritten on a terminal,
// else a new line every few seconds.
type Bar struct {
	w     io.Writer
	width func() int // columns of the terminal; nil: not a terminal
	every time.Duration
	last  time.Duration // elapsed time at the last plain line
	drawn bool
	shown time.Duration // elapsed time when a part was last drawn
}

// NewBar returns a bar that writes to w. The function width returns the
// columns of the terminal at the moment; nil means that w is none.
func NewBar(w io.Writer, width func() int) *Bar {
	return &Bar{w: w, width: width, every: plainEvery}
}

// Show draws how far the run has come.
func (b *Bar) Show(p pipeline.Progress) {
	if b.width == nil {
		if p.Elapsed-b.last >= b.every {
			b.last = p.Elapsed
			fmt.Fprintln(b.w, Line(p))
		}
		return
	}
	b.drawn = true
	fmt.Fprintf(b.w, "\r%s\x1b[K", barLine(p, b.width()))
}

// Clear removes the bar, so that other text can be written.
func (b *Bar) Clear() {
	if b.drawn {
		fmt.Fprint(b.w, "\r\x1b[K")
		b.drawn = false
	}
}

// Line says in words how far a run has come.
func Line(p pipeline.Progress) string {
	parts := []string{
		fmt.Sprintf("%s of %s", Full(p.ObjectsDone), Plural(p.Objects, "object")),
		fmt.Sprintf("%s of %s", Bytes(p.BytesDone), Bytes(p.Bytes)),
		Count(p.Tuples) + " tuples",
		Count(rate(p.Tuples, p.Elapsed)) + " tuples/s",
	}
	if p.Rejected > 0 {
		parts = append(parts, Count(p.Rejected)+" rejected")
	}
	return strings.Join(append(parts, left(p)), ", ")
}

// barLine fits the bar into a line of the given width.
func barLine(p pipeline.Progress, width int) string {
	part := 0.0
	if p.Bytes > 0 {
		part = min(1, float64(p.BytesDone)/float64(p.Bytes))
	}
	text := fmt.Sprintf(" %3.0f%%  %s/%s  %s/s  %s tuples/s  %s", 100*part, Bytes(p.BytesDone), Bytes(p.Bytes),
		Bytes(rate(p.BytesDone, p.Elapsed)), Count(rate(p.Tuples, p.Elapsed)), left(p))
	if p.Rejected > 0 {
		text += fmt.Sprintf("  %s rejected", Count(p.Rejected))
	}
	return withBar(part, text, width)
}

func withBar(part float64, text string, width int) string {
	room := width - len(text) - 3
	if room < 5 {
		return text[:min(len(text), max(width-1, 0))]
	}
	room = min(room, 40)
	full := int(part * float64(room))
	return "[" + strings.Repeat("=", full) + strings.Repeat(" ", room-full) + "]" + text
}

// left says how long the rest will take at the rate so far.
func left(p pipeline.Progress) string {
	if p.BytesDone == 0 || p.Elapsed <= 0 {
		return "time left unknown"
	}
	rest := float64(max(p.Bytes-p.BytesDone, 0)) / float64(p.BytesDone)
	text := Clock(time.Duration(rest*float64(p.Elapsed))) + " left"
	if p.Listing { // more may be found
		return "over " + text
	}
	return text
}

func rate(n int64, d time.Duration) int64 {
	if d <= 0 {
		return 0
	}
	return int64(float64(n) / d.Seconds())
}

// ShowPart draws how far work has come that is counted in parts.
func (b *Bar) ShowPart(what string, done, total int64, elapsed time.Duration) {
	part := 0.0
	if total > 0 {
		part = float64(done) / float64(total)
	}
	rest := "time left unknown"
	if done > 0 {
		rest = Clock(time.Duration((1-part)/part*float64(elapsed))) + " left"
	}
	if b.width == nil {
		if elapsed-b.last >= b.every {
			b.last = elapsed
			fmt.Fprintf(b.w, "%s: %.0f%%, %s\n", what, 100*part, rest)
		}
		return
	}
	if b.drawn && done < total && elapsed-b.shown < 100*time.Millisecond {
		return // drawing is slower than some parts
	}
	b.drawn, b.shown = true, elapsed
	fmt.Fprintf(b.w, "\r%s\x1b[K", withBar(part, fmt.Sprintf(" %3.0f%%  %s  %s", 100*part, what, rest), b.width()))
}
