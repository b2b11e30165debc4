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
	// Archived and Deleted are blobs that cannot be read before they are brought back.
	Archived, Deleted NotReadable
	Fault             error // why it could not be listed the last time; nil: it could
	Missing           bool  // it is not there, as Azure makes it for the first flow log of its kind
}

// NotReadable are blobs of which one is named.
type NotReadable struct {
	Blobs  int64
	Sample string // empty where there are none
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
	s := ContainerState{Name: b.name, FlowLogs: len(b.logs), Archived: notReadable(b.archived), Deleted: notReadable(b.deleted), Fault: b.fault, Missing: b.missing}
	for _, f := range b.logs {
		s.NICs += len(f.nics)
		for _, at := range f.nics {
			if at.After(s.Newest) {
				s.Newest = at
			}
		}
	}
	return s
}

func notReadable(blobs map[string]bool) NotReadable {
	for name := range blobs {
		return NotReadable{int64(len(blobs)), name}
	}
	return NotReadable{}
}

// maxNoted bounds how many blobs that cannot be read are told apart.
const maxNoted = 10_000

// note notes a blob that cannot be read before it is brought back.
func (b *box) note(blobs *map[string]bool, name string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if *blobs == nil {
		*blobs = map[string]bool{}
	}
	if len(*blobs) < maxNoted {
		(*blobs)[name] = true
	}
}

// broughtBack notes that a blob can be read.
func (b *box) broughtBack(name string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.archived, name)
	delete(b.deleted, name)
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
