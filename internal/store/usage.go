package store

import "time"

// Usage is what uses the disk.
type Usage struct {
	File  int64 // bytes of the database file, with Free
	Free  int64 // bytes in it that nothing uses: what is stored next does
	Log   int64 // bytes of the write-ahead log, which is folded into the file now and then
	Spill int64 // bytes that questions have put aside at the moment
	Disk  Disk

	// Tables are the kinds of things that are kept, the largest first. What the
	// file has beside them, such as indexes, is TableOther: their bytes are
	// those of the file without Free, give or take a block.
	Tables []TableUsage
	// Days are the rows of each table that is kept by time, by table and day.
	Days []DayUsage
	// Recent is the last day of the data, and how many rows of facts it has.
	Recent RecentUsage
}

// Disk is the file system that the store is on. Size is 0 where it does not say.
type Disk struct {
	Size, Available int64 // bytes; what is available to this user
}

// Table is a kind of thing that a store keeps.
type Table string

// The kinds of things that a store keeps.
const (
	TableFacts     Table = "facts"     // reduced flows, by interval
	TableHours     Table = "hours"     // roll-ups by hour
	TableDays      Table = "days"      // roll-ups by day
	TableHosts     Table = "hosts"     // addresses, and what they were
	TableEndpoints Table = "endpoints" // what addresses can be
	TableLedger    Table = "ledger"    // log objects, and what was rejected of them
	TableDocuments Table = "documents" // inventories, service tags and feeds
	TableOther     Table = "other"     // rules, logs, indexes and the catalogue
)

// TableUsage is what one kind of thing uses. Bytes are those of the blocks that
// have it; what is in the write-ahead log yet has none.
type TableUsage struct {
	Table Table
	Rows  int64
	Bytes int64
}

// DayUsage is what one day of a table uses: its rows, and their share of the
// bytes of the table.
type DayUsage struct {
	Table Table
	Day   time.Time // its start, UTC
	Rows  int64
	Bytes int64
}

// RecentUsage is the end of the data: at most its last 24 hours, less where
// there are fewer in all.
type RecentUsage struct {
	From, To time.Time // zero where the store is empty
	Rows     int64     // of facts
}
