package azblob

import (
	"strings"
	"time"
)

// State is how an account stands.
type State struct {
	Containers []ContainerState
	Requests   Requests
	Live       Requests // of them those for what is being written; only how many
	History    HistoryState
	Queue      *QueueState   // of events; nil: there is none
	Skew       time.Duration // of our clock; positive: it is behind
	Paused     time.Duration // for how long the account is still left alone
	Waiting    int           // blobs that could not be opened and wait for another try
}

// ContainerState is how a container stands.
type ContainerState struct {
	Name     string
	FlowLogs int
	NICs     int       // with a blob in the running hour
	Newest   time.Time // when a blob was last written
	Archived int64     // blobs that cannot be read before they are brought back
	Sample   string    // one of them
	Fault    error     // why it could not be listed the last time; nil: it could
	Missing  bool      // it is not there, as Azure makes it for the first flow log of its kind
}

// State returns how the account stands.
func (a *Account) State() State {
	s := State{Paused: a.retries.paused(time.Now()), Waiting: a.retries.count()}
	s.Requests, s.Live, s.Skew = a.meter.state()
	a.mu.Lock()
	s.History = a.history
	a.mu.Unlock()
	if a.queue != nil {
		a.queue.mu.Lock()
		of := a.queue.state
		a.queue.mu.Unlock()
		s.Queue = &of
	}
	for _, b := range a.boxes {
		s.Containers = append(s.Containers, b.state())
	}
	return s
}

func (b *box) state() ContainerState {
	b.mu.Lock()
	defer b.mu.Unlock()
	s := ContainerState{Name: b.name, FlowLogs: len(b.logs), Archived: int64(len(b.archived)), Fault: b.fault, Missing: b.missing}
	for _, f := range b.logs {
		s.NICs += len(f.nics)
		for _, at := range f.nics {
			if at.After(s.Newest) {
				s.Newest = at
			}
		}
	}
	for name := range b.archived {
		s.Sample = name
		break
	}
	return s
}

// maxArchived bounds how many archived blobs are told apart.
const maxArchived = 10_000

// archive notes a blob that cannot be read before it is brought back.
func (b *box) archive(name string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.archived) < maxArchived {
		if b.archived == nil {
			b.archived = map[string]bool{}
		}
		b.archived[name] = true
	}
}

// wanted tells whether a blob is one of those that the configuration names.
func (a *Account) wanted(name string) bool {
	for _, p := range a.prefixes() {
		if strings.HasPrefix(name, p) {
			return true
		}
	}
	return false
}
