package decode

import (
	"strings"
	"unicode/utf8"

	"weir/internal/flow"
)

// Record is what one call of Reader.Next yields: the tuples of one record of
// a flow log, or something rejected, or both. It is re-used by the next call.
type Record struct {
	// Records is 1 where this is a record of a flow log, even if every tuple
	// in it was rejected, and more where something wraps several. Where it is
	// 0 there are only Rejects.
	Records int64
	// Offset and Length are its place in the uncompressed content.
	Offset, Length int64
	Family         flow.Family
	Tuples         []flow.Tuple
	// Groups divides Tuples into runs with the same log and rule.
	Groups []Group
	// Rejects lists what was rejected in or before this record; of what
	// occurs very often it has the first, and Unlisted counts the rest.
	Rejects []Rejection
	counts  []reasonCount // of all rejections

	believed span // the times that tuples of this record may have
}

// Group is a run of tuples that share the log and the rule. Equal logs and
// rules mostly, not always, have equal pointers; they are never changed.
type Group struct {
	Log  *flow.Log
	Rule *flow.Rule
	End  int // index in Record.Tuples after the last of the run
}

// maxListed is how many rejections of one reason a record lists; a record
// can hold millions.
const maxListed = 64

// Unlisted yields how many rejections of each reason Rejects does not list.
func (r *Record) Unlisted(yield func(Reason, int64) bool) {
	for _, c := range r.counts {
		if c.n > maxListed && !yield(c.reason, c.n-maxListed) {
			return
		}
	}
}

type reasonCount struct {
	reason Reason
	n      int64
}

func (r *Record) reset() {
	// One giant record must not hold its memory for ever.
	*r = Record{
		Tuples: emptied(r.Tuples), Groups: emptied(r.Groups), Rejects: r.Rejects[:0], counts: r.counts[:0],
	}
}

// keep is how many elements a buffer may have that is used again.
const keep = 1 << 17

// emptied returns a buffer for the next use.
func emptied[T any](s []T) []T {
	if cap(s) > keep {
		return nil
	}
	return s[:0]
}

func (r *Record) reject(reason Reason, offset int64, raw []byte) {
	r.rejectAt(reason, offset, int64(len(raw)), raw)
}

func (r *Record) rejectAt(reason Reason, offset, length int64, raw []byte) {
	if r.count(reason) {
		r.Rejects = append(r.Rejects, Rejection{reason, offset, length, sample(raw)})
	}
}

// count counts a rejection and tells whether it is to be listed.
func (r *Record) count(reason Reason) bool {
	for i := range r.counts {
		if c := &r.counts[i]; c.reason == reason {
			c.n++
			return c.n <= maxListed
		}
	}
	r.counts = append(r.counts, reasonCount{reason, 1})
	return true
}

// forget takes back an attempt to read the record, before which so many
// rejections were listed.
func (r *Record) forget(rejects int) {
	r.Records = 0
	r.Tuples, r.Groups, r.Rejects, r.counts = r.Tuples[:0], r.Groups[:0], r.Rejects[:rejects], r.counts[:0]
	for i := range r.Rejects {
		r.count(r.Rejects[i].Reason)
	}
}

// sample returns the beginning of raw as text that any store and terminal can take.
func sample(raw []byte) string {
	cut := raw
	if len(cut) > sampleBytes {
		cut = cut[:sampleBytes]
		for i := 0; i < utf8.UTFMax && len(cut) > 0 && !utf8.Valid(cut); i++ {
			cut = cut[:len(cut)-1]
		}
		if !utf8.Valid(cut) {
			cut = raw[:sampleBytes]
		}
	}
	return cleanText(string(cut))
}

// cleanText replaces what is not printable UTF-8: names come from outside and
// go to stores and terminals.
func cleanText(s string) string {
	clean := true
	for i := 0; i < len(s); i++ {
		if s[i] < 0x20 || s[i] >= 0x7f {
			clean = false
			break
		}
	}
	if clean {
		return s
	}
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t', r == '\n', r == '\r':
			return ' '
		case r < 0x20, r >= 0x7f && r < 0xa0:
			return utf8.RuneError
		}
		return r
	}, strings.ToValidUTF8(s, string(utf8.RuneError)))
}

// header is what the keys of a record say about all its tuples. Fields hold
// raw JSON string contents without escapes.
type header struct {
	mac, resource, target, flowLog []byte
	time                           []byte
}

// settle decides what resourceId is, once all keys are known: the resource
// that is logged, or the flow log itself.
func (h *header) settle() {
	switch {
	case isFlowLog(h.resource):
		if len(h.flowLog) == 0 {
			h.flowLog = h.resource
		}
		h.resource = nil
	case h.target == nil:
		h.target = h.resource
	}
}

// names interns logs and rules, so that a tuple costs no allocation and a
// group costs at most one look-up. It is bounded: when full it forgets.
type names struct {
	macs, ids map[string]string // normalised, by how they are written
	logs      map[flow.Log]*flow.Log
	acls      map[string]*acl
	size      int // bytes of memory, about

	lastACL *acl
}

type acl struct {
	raw   string
	id    string // normalised
	rules map[string]*flow.Rule
	last  *flow.Rule
	// lastRaw is the raw name of last.
	lastRaw string
}

const (
	// maxName is the length of the longest id or name of a rule that is
	// read, in bytes. Those of Azure have up to about 400.
	maxName = 1 << 10
	// maxNames bounds the memory of interned names, in bytes.
	maxNames = 16 << 20
	// nameSize is what an entry takes beside its text, about.
	nameSize = 150
)

func (n *names) log(family flow.Family, mac, target, flowLog []byte) *flow.Log {
	n.bound()
	l := flow.Log{Family: family, MAC: n.text(&n.macs, normalMAC, mac), Target: n.text(&n.ids, normalID, target), FlowLog: n.text(&n.ids, normalID, flowLog)}
	if p, ok := n.logs[l]; ok {
		return p
	}
	if n.logs == nil {
		n.logs = map[flow.Log]*flow.Log{}
	}
	p := new(flow.Log)
	*p = l
	n.logs[l] = p
	n.size += nameSize
	return p
}

// text returns the normalised text, the same memory for the same text.
func (n *names) text(known *map[string]string, normal func(string) string, raw []byte) string {
	if s, ok := (*known)[string(raw)]; ok {
		return s
	}
	if *known == nil {
		*known = map[string]string{}
	}
	s := normal(string(raw))
	(*known)[string(raw)] = s
	n.size += nameSize + len(raw) + len(s)
	return s
}

func (n *names) rule(aclID, name []byte) *flow.Rule {
	n.bound()
	a := n.lastACL
	if a == nil || a.raw != string(aclID) {
		var ok bool
		if a, ok = n.acls[string(aclID)]; !ok {
			if n.acls == nil {
				n.acls = map[string]*acl{}
			}
			a = &acl{raw: string(aclID), id: n.text(&n.ids, normalID, aclID), rules: map[string]*flow.Rule{}}
			n.acls[a.raw] = a
			n.size += nameSize + len(a.raw)
		}
		n.lastACL = a
	}
	if a.last != nil && a.lastRaw == string(name) {
		return a.last
	}
	r, ok := a.rules[string(name)]
	if !ok {
		r = &flow.Rule{ACL: a.id, Name: cleanText(string(name))}
		a.rules[string(name)] = r
		n.size += nameSize + 2*len(name)
	}
	a.last, a.lastRaw = r, r.Name
	if r.Name != string(name) {
		a.lastRaw = string(name)
	}
	return r
}

// bound forgets all names when they take too much memory.
func (n *names) bound() {
	if n.size > maxNames {
		*n = names{}
	}
}

// normalID makes resource ids comparable: Azure writes them in any case.
func normalID(id string) string { return cleanText(strings.ToLower(id)) }

// normalMAC returns twelve upper-case digits where the text is a MAC address
// in any notation, else the text itself.
func normalMAC(text string) string {
	digits := make([]byte, 0, 12)
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case c >= '0' && c <= '9', c >= 'A' && c <= 'F':
			digits = append(digits, c)
		case c >= 'a' && c <= 'f':
			digits = append(digits, c-'a'+'A')
		case c == '-' || c == ':' || c == '.':
		default:
			return cleanText(text)
		}
	}
	if len(digits) != 12 {
		return cleanText(text)
	}
	return string(digits)
}
