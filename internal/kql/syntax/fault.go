package syntax

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Codes of what is refused; those with numbers are Kusto's own.
const (
	CodeSyntax      = "SYN0002" // the text cannot be read
	CodeSemantic    = "SEM0100" // a name or a type does not fit
	CodeUnsupported = "WEIR001" // KQL has it, Weir does not
	CodeTooMuch     = "WEIR002" // a bound was reached
)

// Fault is what is wrong with a query. Line and Column count from 1, columns in
// characters; both are 0 until [Fault.Locate] is called.
type Fault struct {
	Pos          int // in bytes, from 0
	Line, Column int
	Code         string
	Message      string
}

// Error implements error.
func (f *Fault) Error() string {
	return fmt.Sprintf("line %d, column %d: %s (%s)", f.Line, f.Column, f.Message, f.Code)
}

// Faultf makes a fault at a place of the text.
func Faultf(pos int, code, format string, args ...any) *Fault {
	return &Fault{Pos: pos, Code: code, Message: fmt.Sprintf(format, args...)}
}

// Locate fills in line and column, for the text that the fault is about.
func (f *Fault) Locate(text string) *Fault {
	before := text[:min(f.Pos, len(text))]
	f.Line = 1 + strings.Count(before, "\n")
	f.Column = 1 + utf8.RuneCountInString(before[strings.LastIndexByte(before, '\n')+1:])
	return f
}
