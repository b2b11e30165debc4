package config

import (
	"fmt"
	"slices"
	"strings"
)

// Fault is one mistake in a configuration file.
type Fault struct {
	File string
	Line int // 0 where the fault has no place
	Text string
}

// String returns the fault in the form file:line: text.
func (f Fault) String() string {
	if f.Line == 0 {
		return fmt.Sprintf("%s: %s", f.File, f.Text)
	}
	return fmt.Sprintf("%s:%d: %s", f.File, f.Line, f.Text)
}

// Error is all faults of one configuration file, in the order of its lines.
type Error struct {
	File   string
	Faults []Fault
}

// Error says all faults in one line.
func (e *Error) Error() string {
	texts := make([]string, len(e.Faults))
	for i, f := range e.Faults {
		texts[i] = f.String()
	}
	return fmt.Sprintf("cannot use the configuration: %s", strings.Join(texts, "; "))
}

// faults gathers what is wrong with one file.
type faults struct {
	file string
	list []Fault
}

func (f *faults) add(line int, format string, args ...any) {
	f.list = append(f.list, Fault{f.file, line, fmt.Sprintf(format, args...)})
}

func (f *faults) err() error {
	if len(f.list) == 0 {
		return nil
	}
	slices.SortStableFunc(f.list, func(a, b Fault) int { return a.Line - b.Line })
	return &Error{f.file, f.list}
}
