package insight

import "time"

// SourcesAnswer says how the sources of the configuration stand.
type SourcesAnswer struct {
	Now  time.Time     `json:"now" doc:"The server's clock"`
	Rows []SourceState `json:"rows" nullable:"false" doc:"In the order of the configuration"`
}

// SourceState is how a source stands. Numbers of requests and bytes count from
// the start of the server.
type SourceState struct {
	Name       string            `json:"name"`
	Kind       string            `json:"kind" enum:"azure,folder"`
	Place      string            `json:"place" doc:"Folder, or endpoint of the storage account"`
	Fault      *SourceFault      `json:"fault" doc:"Why nothing of it could be read the last time, null where some could"`
	Containers []SourceContainer `json:"containers" nullable:"false" doc:"Of a storage account"`
	Since      time.Time         `json:"since" doc:"When the server began to read it"`
	LookedAt   *time.Time        `json:"lookedAt" doc:"When it was last looked at, null before the first look has ended"`
	NextLook   *time.Time        `json:"nextLook" doc:"When it is looked at again, null while it is looked at"`
	NewestAt   *time.Time        `json:"newestAt" doc:"When the block or file was written that was written last, null where none was seen"`
	LandedAt   *time.Time        `json:"landedAt" doc:"When something of it could last be asked for that was not there before"`
	FlowLogs   int               `json:"flowLogs" doc:"Flow logs that are followed, of a storage account"`
	NICs       int               `json:"nics" doc:"NICs with a blob in the running hour, of a storage account"`
	Waiting    int               `json:"waiting" doc:"Blobs that could not be opened and are tried again"`
	LagHalf    *float64          `json:"lagHalf" doc:"Seconds from the commit of a block until it could be asked for that half of the last blocks took at most; null where none was read"`
	LagMost    *float64          `json:"lagMost" doc:"The same of 99 of 100 of them"`
	Lags       []SourceLag       `json:"lags" nullable:"false" doc:"The same by minute of the commit, of the last three hours, the earliest first; minutes without blocks are left out"`
	Requests   *SourceRequests   `json:"requests" doc:"What was asked of a storage account, null of a folder"`
	Events     *SourceEvents     `json:"events" doc:"How the queue of events stands, null where there is none"`
	History    *SourceHistory    `json:"history" doc:"How far the reading has come of what lay there before, null of a folder"`
	Expected   *SourceExpected   `json:"expected" doc:"What a day brings, null before that is known"`
}

// SourceFault is why something cannot be read.
type SourceFault struct {
	Cause string `json:"cause"`
	Mend  string `json:"mend" doc:"What mends it, empty where that is not known"`
}

// SourceContainer is a container of a storage account.
type SourceContainer struct {
	Name     string       `json:"name"`
	State    string       `json:"state" enum:"listed,absent,failing" doc:"absent: it is not there, as Azure makes it for the first flow log of its kind"`
	Fault    *SourceFault `json:"fault" doc:"Why it cannot be listed, null where it can"`
	FlowLogs int          `json:"flowLogs"`
	NICs     int          `json:"nics"`
	NewestAt *time.Time   `json:"newestAt"`
	Archived int64        `json:"archived" doc:"Blobs that cannot be read before they are brought back from the archive"`
	Sample   string       `json:"sample" doc:"One of them, else empty"`
	// of an account with soft delete
	Deleted       int64  `json:"deleted" doc:"Blobs that were deleted and could still be brought back"`
	DeletedSample string `json:"deletedSample" doc:"One of them, else empty"`
}

// SourceLag is how long blocks took that were committed within a minute.
type SourceLag struct {
	At     time.Time `json:"at" doc:"Start of the minute"`
	Blocks int       `json:"blocks"`
	Mean   float64   `json:"mean" doc:"Seconds"`
	Most   float64   `json:"most" doc:"Seconds"`
}

// SourceRequests is what was asked of a storage account.
type SourceRequests struct {
	Lists        int64    `json:"lists"`
	Reads        int64    `json:"reads"`
	Queue        int64    `json:"queue" doc:"To a queue of events"`
	Throttled    int64    `json:"throttled" doc:"Refused as the account was busy"`
	Failed       int64    `json:"failed" doc:"Failed in another way"`
	Bytes        int64    `json:"bytes" doc:"Received content"`
	Dollars      float64  `json:"dollars" doc:"What the requests cost at the prices of docs/explanation/azure-storage.md"`
	DollarsMonth *float64 `json:"dollarsMonth" doc:"What they cost in 30 days, as those of the last hour of what is being written; null in the first minutes"`
}

// SourceEvents is how the queue stands into which Event Grid writes what was written.
type SourceEvents struct {
	Queue      string       `json:"queue" doc:"Its URL"`
	Fault      *SourceFault `json:"fault" doc:"Why it could not be read the last time, null where it could; flow logs are listed meanwhile"`
	Received   int64        `json:"received" doc:"Events"`
	Foreign    int64        `json:"foreign" doc:"Of them those of other things than blobs that are followed"`
	Unreadable int64        `json:"unreadable" doc:"Messages that are no events; they were deleted"`
	Sample     string       `json:"sample" doc:"The beginning of one of them, else empty"`
	NewestAt   *time.Time   `json:"newestAt" doc:"When the blob was written of which the last event told, null before the first"`
	Lag        float64      `json:"lag" doc:"Seconds from then until that event was received"`
}

// SourceHistory is how far the reading of history has come. It goes from the
// newest day to the oldest.
type SourceHistory struct {
	Running     bool       `json:"running"`
	Days        int        `json:"days" doc:"Days of flow logs to read: a day of two flow logs counts twice"`
	DaysDone    int        `json:"daysDone" doc:"Of these"`
	Bytes       int64      `json:"bytes" doc:"Stored size of the blobs that were looked at"`
	Reached     *time.Time `json:"reached" doc:"The day that is being read, null before the first"`
	From        *time.Time `json:"from" doc:"How far back it is read, null: all there is"`
	SecondsLeft *float64   `json:"secondsLeft" doc:"At the pace so far; null where that is not known yet"`
	DoneAt      *time.Time `json:"doneAt" doc:"When all was read, null where it was not yet"`
}

// SourceExpected is what a day brings, as of the hours that are read at first.
type SourceExpected struct {
	Hours       float64  `json:"hours" doc:"How many hours it is known of"`
	Bytes       float64  `json:"bytes" doc:"Of content, a day"`
	Rows        float64  `json:"rows" doc:"Reduced rows, a day"`
	HistoryRows *float64 `json:"historyRows" doc:"Rows that history brings, null before its days are known"`
}

// JobsAnswer says how what is done by the clock stands.
type JobsAnswer struct {
	Now  time.Time  `json:"now" doc:"The server's clock"`
	Rows []JobState `json:"rows" nullable:"false"`
}

// JobState is how a job stands.
type JobState struct {
	Name     string     `json:"name"`
	Does     string     `json:"does" doc:"One line for people"`
	Running  bool       `json:"running"`
	Since    *time.Time `json:"since" doc:"When it began, null where it is not running"`
	LastAt   *time.Time `json:"lastAt" doc:"When it was last done, null where it was not yet"`
	Took     float64    `json:"took" doc:"Seconds that took"`
	Did      string     `json:"did" doc:"What it did when there was last something to do, else empty"`
	DidAt    *time.Time `json:"didAt"`
	Error    string     `json:"error" doc:"Why it failed the last time, empty where it did not"`
	Failures int        `json:"failures" doc:"In a row"`
	Runs     int64      `json:"runs"`
	Failed   int64      `json:"failed" doc:"Of them"`
	NextAt   *time.Time `json:"nextAt" doc:"When it is done again, null where that is when there is something to do"`
}
