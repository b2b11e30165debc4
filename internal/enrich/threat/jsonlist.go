package threat

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// listNames are the members that hold lists of addresses, or of objects with
// one, in the answers and exports of those who publish feeds.
func listNames() map[string]bool {
	names := map[string]bool{}
	for _, n := range []string{
		"data", "results", "result", "items", "entries", "list", "records", "value", "values", "indicators", "iocs", "ips", "ip_addresses",
		"addresses", "networks", "prefixes", "ipv6_prefixes", "cidrs", "ranges", "new", "decisions", "blocklist", "blacklist", "hosts", "response", "objects", "pulses", "threats",
	} {
		names[sameName(n)] = true
	}
	return names
}

// parseJSON reads lists of addresses, or of objects that are rows of a table:
// decisions of CrowdSec, exports of abuse.ch, pulses of OTX, JSON lines of
// Spamhaus and the like.
func (l *Listing) parseJSON(in *bufio.Reader) error {
	t := &jsonTable{listing: l}
	lists := listNames()
	d := &document{
		in: in,
		walks: func(under, key string, depth int, _ byte) bool {
			return depth < 4 && (lists[sameName(key)] || isNumber(key)) // numbers are the ids of abuse.ch
		},
		visit: t.visit,
	}
	if err := d.walk(); err != nil {
		return err
	}
	if d.number == 1 && t.failure != "" {
		return fmt.Errorf("%w (%s)%s", ErrContent, JSON, t.failure)
	}
	return nil
}

func isNumber(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

// jsonTable takes objects as rows.
type jsonTable struct {
	listing *Listing
	names   []string // of the members of the last object
	columns columns
	failure string // what a failed request was answered with, if the first object is that
}

func (t *jsonTable) visit(e element) error {
	l := t.listing
	switch {
	case e.object():
		return t.object(e)
	case len(e.raw) == 0 || e.raw[0] != '"':
		return l.reject(e.number, string(e.raw), errNoAddress)
	}
	var text string
	err := e.into(&text)
	if err == nil {
		err = l.add(statement{text: text, confidence: -1})
	}
	if errors.Is(err, errNoAddress) && isName(text) {
		l.skip(skippedName)
		return nil
	}
	return l.reject(e.number, text, err)
}

func (t *jsonTable) object(e element) error {
	l := t.listing
	if len(e.raw) <= len("{}") && e.walked {
		return nil
	}
	var members map[string]json.RawMessage
	if err := e.into(&members); err != nil {
		return l.reject(e.number, string(e.raw), err)
	}
	names := slices.Sorted(maps.Keys(members))
	l.paged(members)
	if e.number == 1 && isFailure(members) { // which may name the address of who asked
		t.failure = seemsToBe(names, members)
	}
	if !slices.Equal(names, t.names) {
		c, err := l.columns(names)
		if err != nil {
			c = columns{} // this object has no such member; others may
		}
		t.names, t.columns = names, c
	}
	switch {
	case t.columns.known():
	case e.walked:
		return nil // what it holds was visited
	case string(members["type"]) == `"metadata"`:
		l.skip(skippedAbout)
		return nil
	default:
		if l.seems == "" {
			l.seems = seemsToBe(names, members)
		}
		return l.reject(e.number, string(e.raw), errors.New("none of its members is known to hold an address"))
	}
	row := make([]string, len(names))
	for i, n := range names {
		row[i] = plainText(members[n])
	}
	if e.walked && !slices.ContainsFunc(t.columns.address, func(i int) bool { return row[i] != "" }) {
		return nil
	}
	return l.row(row, &t.columns, e.number)
}

// plainText returns a value as a table has it.
func plainText(value json.RawMessage) string {
	var text string
	switch {
	case bytes.HasPrefix(value, []byte(`"`)):
		_ = json.Unmarshal(value, &text) // empty if it is none
		return text
	case bytes.HasPrefix(value, []byte("[")):
		var list []string
		_ = json.Unmarshal(value, &list)
		return strings.Join(list, ",")
	case bytes.HasPrefix(value, []byte("{")), bytes.Equal(value, []byte("null")):
		return ""
	}
	return string(value)
}

// seemsToBe describes a document that is no list: an error of a server, as a rule.
func seemsToBe(names []string, members map[string]json.RawMessage) string {
	if text := messageOf(members, 0); text != "" {
		return fmt.Sprintf(" but a message that says %q", clip(text, 80))
	}
	if len(names) == 0 {
		return " but an empty object"
	}
	return fmt.Sprintf(" but an object with the members %s", clip(strings.Join(names, ", "), 80))
}

// messageOf returns what a message says, also one within its error or the
// first of its errors.
func messageOf(members map[string]json.RawMessage, depth int) string {
	for _, n := range []string{"detail", "title", "message", "error_description", "error", "msg", "reason", "query_status"} {
		if text := plainText(members[n]); text != "" {
			return text
		}
	}
	for _, n := range []string{"error", "errors", "fault"} {
		raw, within := members[n], map[string]json.RawMessage{}
		var list []json.RawMessage
		if json.Unmarshal(raw, &list) == nil && len(list) > 0 {
			raw = list[0]
		}
		if depth < 2 && json.Unmarshal(raw, &within) == nil {
			if text := messageOf(within, depth+1); text != "" {
				return text
			}
		}
	}
	return ""
}

// isFailure tells whether an object says that a request failed: by a member
// for errors, by its status, or as a problem of RFC 9457.
func isFailure(members map[string]json.RawMessage) bool {
	for _, n := range []string{"error", "errors", "fault"} {
		switch string(members[n]) {
		case "", "null", "false", `""`, "[]", "{}", "0":
		default:
			return true
		}
	}
	for _, n := range []string{"status", "statusCode", "code", "result"} {
		text := strings.ToLower(plainText(members[n]))
		code, err := strconv.Atoi(text)
		if text == "error" || text == "fail" || text == "failed" || text == "failure" || err == nil && code >= 400 && code < 600 {
			return true
		}
	}
	return string(members["success"]) == "false" || string(members["ok"]) == "false" || members["title"] != nil && members["detail"] != nil
}

// paged notes that what was read is one page of several.
func (l *Listing) paged(members map[string]json.RawMessage) {
	follows := string(members["more"]) == "true" || string(members["complete"]) == "false"
	for _, n := range []string{"next", "nextLink", "@odata.nextLink"} {
		follows = follows || strings.Contains(plainText(members[n]), "://")
	}
	if follows {
		l.skip(skippedPages)
	}
}
