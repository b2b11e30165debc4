package threat

import (
	"errors"
	"time"
)

// Source says where a feed is and how to read it.
type Source struct {
	Name     string
	Location string // a file, or a URL with http or https
	Options  Options
	Every    time.Duration     // how often to look; 0: hourly
	Timeout  time.Duration     // for one look; 0: a minute
	MaxBytes int64             // of one reading; 0: 64 MB
	Header   map[string]string // of requests, such as an API key's; sent to the host of the location alone
	// Redirects names hosts, as https://HOST, to which a redirect may lead
	// although they are inside of a network or have another scheme.
	Redirects []string
	Shrink    Shrink // how much one reading may drop
}

// The values of Source that are not given.
const (
	DefaultEvery    = time.Hour
	DefaultTimeout  = time.Minute
	DefaultMaxBytes = 64 << 20
)

func (s *Source) every() time.Duration {
	if s.Every <= 0 {
		return DefaultEvery
	}
	return s.Every
}

func (s *Source) timeout() time.Duration {
	if s.Timeout <= 0 {
		return DefaultTimeout
	}
	return s.Timeout
}

func (s *Source) maxBytes() int64 {
	if s.MaxBytes <= 0 {
		return DefaultMaxBytes
	}
	return s.MaxBytes
}

// State is how a feed is doing; it can be kept as JSON.
type State struct {
	Version  string    `json:"version,omitempty"`  // ETag of what was last read; of files, their size and time
	Modified string    `json:"modified,omitempty"` // Last-Modified of what was last read
	Checked  time.Time `json:"checked,omitzero"`   // when it was last looked at, in vain or not
	Good     time.Time `json:"good,omitzero"`      // when it was last known to be as we have it
	Changed  time.Time `json:"changed,omitzero"`   // when it last had something new
	NextTry  time.Time `json:"nextTry,omitzero"`
	Failures int       `json:"failures,omitempty"` // in a row
	Error    string    `json:"error,omitempty"`    // of the last look; empty if it went well
	Reading  time.Time `json:"reading,omitzero"`   // when a reading began that has not ended
	Aside    *Aside    `json:"aside,omitempty"`    // what is known of the reading that is kept aside

	Indicators int            `json:"indicators"` // of the last reading
	Rejected   int            `json:"rejected"`
	Samples    []string       `json:"samples,omitempty"`
	Skipped    map[string]int `json:"skipped,omitempty"`
}

// Kept is a feed under care: where it is, what it held, how it is doing.
type Kept struct {
	Source  Source
	History *History
	Aside   *History // what History would be with the reading that is kept aside; nil: there is none
	State   State
}

const (
	firstRetry = 30 * time.Second
	lastRetry  = 6 * time.Hour
)

// succeed notes a look that went well.
func (s *State) succeed(now time.Time, every time.Duration, jitter float64) {
	s.Checked, s.Good, s.Failures, s.Error = now, now, 0, ""
	s.NextTry = now.Add(spread(every, jitter))
}

// fail notes a look that did not. The time to the next doubles with each
// failure in a row, up to six hours, or what the server asks for.
func (s *State) fail(now time.Time, err error, jitter float64, asked time.Duration) {
	s.Checked, s.Error = now, err.Error()
	wait := lastRetry
	if s.Failures < 10 {
		wait = min(firstRetry<<s.Failures, lastRetry)
	}
	s.Failures++
	s.NextTry = now.Add(max(spread(wait, jitter), min(asked, 24*time.Hour)))
}

// Resume makes a state that was kept one to go on with. A reading that had begun
// and not ended has ended the process: it counts as a failure, so that it is
// not tried at each start at once.
func (s *State) Resume() {
	s.Error = withoutSecrets(s.Error)
	if s.Reading.IsZero() {
		return
	}
	s.fail(s.Reading, errInterrupted, 0.5, 0)
	s.Reading = time.Time{}
}

var errInterrupted = errors.New("the process ended while it read the feed; if that happens again, look how large the feed is")

// spread shortens or lengthens a time by up to a tenth, so that many feeds do
// not look at the same moment for ever. jitter is from 0 to 1.
func spread(d time.Duration, jitter float64) time.Duration {
	return d + time.Duration(float64(d)*(jitter-0.5)/5)
}
