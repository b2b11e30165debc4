package decode

import (
	"strings"
	"unicode/utf8"

	"weir/internal/flow"
)

// Record is what one call of Reader.Next yields: the tuples of one record of
// a flow log, or something rejected, or both. It is re-used by the next call.
type Record struct {
	// Accepted tells that this is a record of a flow log, even if every
	// tuple in it was rejected. Without it there are only Rejects.
	Accepted bool
	// Offset and Length are its place in the uncompressed content.
	Offset, Length int64
	Family         flow.Family
	Tuples         []flow.Tuple
	// Groups divides Tuples into runs with the same log and rule.
	Groups []Group
	// Rejects lists what was rejected in or before this record.
	Rejects []Rejection
}

// Group is a run of tuples that share the log and the rule. Equal logs and
// rules mostly, not always, have equal pointers; they are never changed.
type Group struct {
	Log  *flow.Log
	Rule *flow.Rule
	End  int // index in Record.Tuples after the last of the run
}

func (r *Record) reset() {
	// One giant record must not hold its memory for ever.
	const keep = 1 << 17
	if cap(r.Tuples) > keep {
		r.Tuples = nil
	}
	*r = Record{Tuples: r.Tuples[:0], Groups: r.Groups[:0], Rejects: r.Rejects[:0]}
}

func (r *Record) reject(reason Reason, offset int64, raw []byte) {
	r.Rejects = append(r.Rejects, Rejection{reason, offset, int64(len(raw)), sample(raw)})
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
}

// names interns logs and rules, so that a tuple costs no allocation and a
// group costs at most one look-up. It is bounded: when full it forgets.
type names struct {
	logs  map[logKey]*flow.Log
	acls  map[string]*acl
	rules int
	text  map[string]string

	lastACL *acl
}

type logKey struct {
	family               flow.Family
	mac, target, flowLog string
}

type acl struct {
	raw   string
	id    string // normalised
	rules map[string]*flow.Rule
	last  *flow.Rule
	// lastRaw is the raw name of last.
	lastRaw string
}

// maxNames bounds the number of interned names of each kind.
const maxNames = 1 << 15

func (n *names) log(family flow.Family, mac, target, flowLog []byte) *flow.Log {
	k := logKey{family, n.intern(mac), n.intern(target), n.intern(flowLog)}
	if l, ok := n.logs[k]; ok {
		return l
	}
	if n.logs == nil || len(n.logs) >= maxNames {
		n.logs = map[logKey]*flow.Log{}
	}
	l := &flow.Log{Family: family, MAC: normalMAC(k.mac), Target: normalID(k.target), FlowLog: normalID(k.flowLog)}
	n.logs[k] = l
	return l
}

func (n *names) intern(b []byte) string {
	if s, ok := n.text[string(b)]; ok {
		return s
	}
	if n.text == nil || len(n.text) >= maxNames {
		n.text = map[string]string{}
	}
	s := string(b)
	n.text[s] = s
	return s
}

func (n *names) rule(aclID, name []byte) *flow.Rule {
	a := n.lastACL
	if a == nil || a.raw != string(aclID) {
		var ok bool
		if a, ok = n.acls[string(aclID)]; !ok {
			if n.acls == nil || len(n.acls) >= maxNames {
				n.acls, n.rules = map[string]*acl{}, 0
			}
			a = &acl{raw: string(aclID), id: normalID(string(aclID)), rules: map[string]*flow.Rule{}}
			n.acls[a.raw] = a
		}
		n.lastACL = a
	}
	if a.last != nil && a.lastRaw == string(name) {
		return a.last
	}
	r, ok := a.rules[string(name)]
	if !ok {
		if n.rules >= maxNames {
			n.acls, n.rules, n.lastACL = nil, 0, nil
			return n.rule(aclID, name)
		}
		n.rules++
		r = &flow.Rule{ACL: a.id, Name: cleanText(string(name))}
		a.rules[string(name)] = r
	}
	a.last, a.lastRaw = r, r.Name
	if r.Name != string(name) {
		a.lastRaw = string(name)
	}
	return r
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
