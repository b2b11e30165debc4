package azblob

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"
	"time"
)

// event is what Event Grid says of a blob.
type event struct {
	account   string // whose blob it is, in lower case; "": it does not say
	container string
	name      string
	etag      string
	size      int64     // of the version that was written; 0: it does not say
	at        time.Time // when it was written
}

// eventText is an event in the schema of Event Grid or in that of CloudEvents 1.0,
// which have other names for some of the same. Names count in any case, as those
// of encoding/json do: the ETag is written in two.
type eventText struct {
	Topic     string // of Event Grid
	Source    string // of CloudEvents
	Subject   string
	EventType string // of Event Grid
	Type      string // of CloudEvents
	EventTime string // of Event Grid
	Time      string // of CloudEvents
	Data      struct {
		BlobType      string
		ContentLength int64
		ETag          string
	}
}

const (
	created = "Microsoft.Storage.BlobCreated"
	subject = "/blobServices/default/containers/"
)

// maxEvents bounds how many events one message may have; Event Grid writes one.
const maxEvents = 1000

var errNoEvent = errors.New("it is no event of Event Grid or CloudEvents")

// parseEvents returns the events in a message of a queue that are of block blobs
// which were written, and how many there are of other things. A message is JSON, one
// event or an array of them, mostly in Base64.
func parseEvents(message string) (events []event, foreign int, err error) {
	text := []byte(strings.TrimSpace(message))
	if len(text) > 0 && text[0] != '{' && text[0] != '[' {
		if text, err = base64.StdEncoding.DecodeString(string(text)); err != nil {
			return nil, 0, errNoEvent
		}
	}
	var all []eventText
	if trimmed := strings.TrimSpace(string(text)); strings.HasPrefix(trimmed, "[") {
		err = json.Unmarshal(text, &all)
	} else {
		all = make([]eventText, 1)
		err = json.Unmarshal(text, &all[0])
	}
	if err != nil || len(all) == 0 || len(all) > maxEvents {
		return nil, 0, errNoEvent
	}
	for _, t := range all {
		if t.Subject == "" && t.Type == "" && t.EventType == "" {
			return nil, 0, errNoEvent
		}
		if e, ok := t.event(); ok {
			events = append(events, e)
		} else {
			foreign++
		}
	}
	return events, foreign, nil
}

// event returns the event, if it is of a block blob that was written.
func (t *eventText) event() (e event, ok bool) {
	if t.Type != created && t.EventType != created || t.Data.BlobType != "" && t.Data.BlobType != "BlockBlob" {
		return e, false
	}
	below, ok := strings.CutPrefix(t.Subject, subject)
	if !ok {
		return e, false
	}
	if e.container, e.name, ok = strings.Cut(below, "/blobs/"); !ok || e.container == "" || e.name == "" {
		return e, false
	}
	if _, account, ok := strings.Cut(strings.ToLower(t.Topic+t.Source), "/storageaccounts/"); ok {
		e.account, _, _ = strings.Cut(account, "/")
	}
	e.etag, e.size = strings.Trim(t.Data.ETag, `"`), max(0, t.Data.ContentLength)
	e.at, _ = time.Parse(time.RFC3339, t.EventTime+t.Time) // the zero time where it is none
	return e, true
}
