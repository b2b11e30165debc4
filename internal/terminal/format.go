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
	// Parquet is a file for programs that read many rows, of answers that are
	// rows: see WithParquet.
	Parquet Format = "parquet"
)

// Formats lists the forms of every answer in the order of the documentation.
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

// RowFormats lists the forms of answers that are rows.
func RowFormats() []string { return append(Formats(), string(Parquet)) }

// WithParquet returns the flag for a format that can be Parquet as well.
func WithParquet(f *Format) interface {
	String() string
	Set(string) error
	Type() string
} {
	return rowFormat{f}
}

type rowFormat struct{ *Format }

// Set implements pflag.Value.
func (f rowFormat) Set(s string) error {
	if s == string(Parquet) {
		*f.Format = Parquet
		return nil
	}
	if f.Format.Set(s) != nil {
		return fmt.Errorf("%q is none of table, json, csv and parquet", s)
	}
	return nil
}

// Type implements pflag.Value.
func (f rowFormat) Type() string { return "table|json|csv|parquet" }
