package decode

import (
	"bytes"
	"encoding/base64"
	"slices"

	"github.com/zeebo/xxh3"

	"weir/internal/flow"
)

// Collectors put records into the objects of their own: Event Hubs and its
// tools under "body", Logstash and Filebeat as text under "message" or
// "event.original", Splunk under "_raw", Elasticsearch under "_source". What
// is not a record itself is therefore searched for records, under any key, as
// objects and as text that holds JSON, also in base64.

const (
	// maxWrapping is how many texts may lie within each other.
	maxWrapping = 4
	// maxFalseStarts is how many braces of a text may begin nothing.
	maxFalseStarts = 64
)

// wrapping is what a tolerant reader needs to read records within something else.
type wrapping struct {
	searching bool // not for records that stand alone
	level     int  // of texts within texts
	// the outermost text in the content; what is in it has its place
	offset, length int64
	inner          *tolerant
	seen           *seen
}

// seen holds what was read of one wrapper: collectors like to keep a record as
// it came beside what they made of it.
type seen struct {
	texts   map[uint64]bool
	records map[recordKey]stretch
}

type recordKey struct {
	log   flow.Log
	time  string
	first flow.Tuple
	n     int
}

type stretch struct{ from, to int } // in Record.Tuples

// mayHoldRecords tells whether a word stands in a value that is in everything
// which holds records; base64 shows it in one of three ways.
func mayHoldRecords(text []byte) bool {
	for _, word := range [...]string{"flows", "Zmxvd3", "Zsb3dz", "mbG93c"} {
		if bytes.Contains(text, []byte(word)) {
			return true
		}
	}
	return false
}

// unwrap reads the records within the value from start to end, which is whole
// and no record itself. It tells whether there are any.
func (p *tolerant) unwrap(start, end int) (found bool) {
	if !mayHoldRecords(p.b[start:end]) {
		return false
	}
	rejects := len(p.out.Rejects)
	p.i, p.depth, p.state = start, 0, whole
	p.wrapping = wrapping{searching: true, inner: p.wrapping.inner, seen: &seen{map[uint64]bool{}, map[recordKey]stretch{}}}
	p.search(&found)
	p.wrapping = wrapping{inner: p.wrapping.inner}
	p.i = end
	if !found {
		p.out.forget(rejects)
	}
	return found
}

// search reads the records within the value at i, which is whole.
func (p *tolerant) search(found *bool) {
	switch p.peek() {
	case '{':
		if when, is := p.recordAhead(); is {
			*found = true
			p.nested(when)
			return
		}
		p.object(func([]byte) { p.search(found) })
	case '[':
		p.array(func() { p.search(found) })
	case '"':
		start := p.i
		if s, ok := p.str(); ok && p.wrapping.level < maxWrapping && mayHoldRecords(s) {
			p.searchText(s, start, found)
		}
	default:
		p.skip()
	}
}

// recordAhead tells whether the object at i is a record, and what time it says.
func (p *tolerant) recordAhead() (when []byte, is bool) {
	start := p.i
	p.object(func(key []byte) {
		switch string(key) {
		case "time":
			if p.peek() == '"' {
				when, _ = p.str()
				return
			}
		case "properties", "flowRecords":
			if p.peek() == '{' {
				p.object(func(key []byte) {
					is = is || string(key) == "flows"
					p.skip()
				})
				return
			}
		}
		p.skip()
	})
	p.i = start
	return when, is
}

// nested reads the record at i, which says that time.
func (p *tolerant) nested(when []byte) {
	start, first, groups := p.i, len(p.out.Tuples), len(p.out.Groups)
	var ok bool
	if p.out.believed, ok = p.times.around(when); !ok {
		p.skip()
		p.reject(FutureTime, start, p.b[start:p.i])
		return
	}
	p.head, p.payload, p.listed, p.settled = header{}, false, false, false
	p.nodes, p.runs = emptied(p.nodes), emptied(p.runs)
	p.recordObject()
	p.finish()
	tuples := p.out.Tuples[first:]
	if len(tuples) == 0 {
		return
	}
	k := recordKey{*p.out.Groups[groups].Log, string(when), tuples[0], len(tuples)}
	if s, known := p.wrapping.seen.records[k]; known && slices.Equal(p.out.Tuples[s.from:s.to], tuples) {
		p.out.Records--
		p.out.Tuples, p.out.Groups = p.out.Tuples[:first], p.out.Groups[:groups]
		return
	}
	p.wrapping.seen.records[k] = stretch{first, len(p.out.Tuples)}
}

// searchText reads the records within a text that is a value; start is the
// index of its quote.
func (p *tolerant) searchText(s []byte, start int, found *bool) {
	w := &p.wrapping
	hash := xxh3.Hash(s)
	if w.seen.texts[hash] {
		return
	}
	w.seen.texts[hash] = true
	if w.inner == nil {
		w.inner = &tolerant{}
	}
	q := w.inner
	q.begin(s, 0, 0, p.out, p.names)
	q.times = p.times
	q.wrapping = wrapping{true, w.level + 1, w.offset, w.length, q.wrapping.inner, w.seen}
	if w.length == 0 {
		q.wrapping.offset, q.wrapping.length = p.base+int64(start), int64(p.i-start)
	}
	was := *found
	*found = false
	if q.searchValues(found); !*found {
		if plain, err := base64.StdEncoding.AppendDecode(nil, s); err == nil {
			q.b, q.i, q.state = plain, 0, whole
			q.searchValues(found)
		}
	}
	if !*found && bytes.Contains(s, []byte("flowTuples")) {
		q.reject(BadSyntax, 0, s) // a record that was cut, most likely
	}
	*found = *found || was
}

// searchValues reads the records within the values of a text, before and
// between which something else may stand.
func (p *tolerant) searchValues(found *bool) {
	for missed := 0; missed < maxFalseStarts; {
		next := bytes.IndexAny(p.b[p.i:], `{["`)
		if next < 0 {
			return
		}
		start := p.i + next
		p.i, p.depth, p.state = start, 0, whole
		if p.skip(); p.state != whole {
			missed++
			p.i = start + 1
			continue
		}
		p.i = start
		p.search(found)
	}
}
