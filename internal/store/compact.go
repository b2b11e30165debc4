package store

// Compacting is how far a compaction has come, in rows of all tables.
type Compacting struct {
	Done  int64 `json:"done"`
	Total int64 `json:"total"`
}

// Compacted is what a compaction did.
type Compacted struct {
	Before int64 `json:"before"` // bytes of the store on disk
	After  int64 `json:"after"`
}
