// Package terminal is how answers look outside the page: tables with units
// for people, JSON and CSV for programs, and the progress of a run.
package terminal

import "fmt"

// Format is the form of an answer.
type Format string

// The forms of an answer.
const (
	Table Format = "table"
	JSON  Format = "json"
	CSV   Format = "csv"
)

// Formats lists all forms in the order of the documentation.
func Formats() []string { return []string{string(Table), string(JSON), string(CSV)} }

// String implements pflag.Value.
func (f *Format) String() string { return string(*f) }

// Set implements pflag.Value.
func (f *Format) Set(s string) error {
	switch Format(s) {
	case Table, JSON, CSV:
		*f = Format(s)
		return nil
	}
	return fmt.Errorf("%q is none of table, json and csv", s)
}

// Type implements pflag.Value.
func (f *Format) Type() string { return "table|json|csv" }
