package service

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// eachMember reads a JSON object and calls member with every member but the
// list named values, the elements of which it calls value with, one by one.
// Names are told in lower case, as PowerShell begins them with capitals.
func eachMember(r io.Reader, member func(string, json.RawMessage) error, value func(json.RawMessage) error) error {
	d := json.NewDecoder(r)
	if start, err := d.Token(); err != nil || start != json.Delim('{') {
		return noFile(err)
	}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return noFile(err)
		}
		name, _ := key.(string)
		name = strings.ToLower(name)
		if name == "values" {
			if err := eachElement(d, value); err != nil {
				return err
			}
			continue
		}
		var text json.RawMessage
		if err := d.Decode(&text); err != nil {
			return noFile(err)
		}
		if err := member(name, text); err != nil {
			return err
		}
	}
	if _, err := d.Token(); err != nil {
		return noFile(err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("there is something behind its end; " + useWeekly)
	}
	return nil
}

// eachElement reads the list of tags.
func eachElement(d *json.Decoder, value func(json.RawMessage) error) error {
	start, err := d.Token()
	switch {
	case err != nil:
		return noFile(err)
	case start == nil:
		return nil
	case start != json.Delim('['):
		return errors.New("its values are no list; " + useWeekly)
	}
	for d.More() {
		var text json.RawMessage
		if err := d.Decode(&text); err != nil {
			return noFile(err)
		}
		if err := value(text); err != nil {
			return err
		}
	}
	if _, err := d.Token(); err != nil {
		return noFile(err)
	}
	return nil
}

// noFile says why a text is no file of service tags, without the words of the
// decoder.
func noFile(err error) error {
	var syntax *json.SyntaxError
	switch {
	case err == nil:
		return errors.New("it is no JSON object; " + useWeekly)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.As(err, &syntax) && strings.HasPrefix(syntax.Error(), "unexpected end"):
		return errors.New("it is empty or cut off; " + useWeekly)
	case errors.As(err, &syntax):
		return fmt.Errorf("it is no JSON, by its byte %d; %s", syntax.Offset, useWeekly)
	}
	return err
}

// tagText is one tag as a file has it.
type tagText struct {
	name, id, region, systemService string
	prefixes                        []string
	noText                          []string // what is no text where a prefix should be
}

// label names the tag behind its number.
func (v *tagText) label() string {
	if v.name == "" {
		return ""
	}
	return " (" + v.name + ")"
}

// readTag reads one tag. Where it cannot be read, its name is there if that can.
func readTag(text json.RawMessage) (tagText, error) {
	var whole struct {
		Name, ID   string
		Properties struct {
			Region, SystemService string
			AddressPrefixes       []string
		}
	}
	if isNull(text) || json.Unmarshal(text, &whole) != nil {
		return readDamagedTag(text)
	}
	p := whole.Properties
	return tagText{name: whole.Name, id: whole.ID, region: p.Region, systemService: p.SystemService, prefixes: p.AddressPrefixes}, nil
}

// readDamagedTag says what is wrong with a tag. One of which only prefixes are
// no text is read without them.
func readDamagedTag(text json.RawMessage) (tagText, error) {
	var v tagText
	members, err := object(text)
	if err != nil {
		return v, err
	}
	properties := json.RawMessage("{}")
	if p, ok := members["properties"]; ok {
		properties = p
	}
	if v.name, err = word(members["name"]); err != nil {
		return v, fmt.Errorf("its name %w", err)
	}
	if v.id, err = word(members["id"]); err != nil {
		return v, fmt.Errorf("its id %w", err)
	}
	if members, err = object(properties); err != nil {
		return v, fmt.Errorf("its properties: %w", err)
	}
	if v.region, err = word(members["region"]); err != nil {
		return v, fmt.Errorf("its region %w", err)
	}
	if v.systemService, err = word(members["systemservice"]); err != nil {
		return v, fmt.Errorf("its systemService %w", err)
	}
	var prefixes []json.RawMessage
	if json.Unmarshal(members["addressprefixes"], &prefixes) != nil {
		return v, fmt.Errorf("its addressPrefixes are %s, no list", shown(members["addressprefixes"]))
	}
	for _, p := range prefixes {
		if text, err := word(p); err != nil || isNull(p) {
			v.noText = append(v.noText, shown(p))
		} else {
			v.prefixes = append(v.prefixes, text)
		}
	}
	return v, nil
}

// object returns the members of a JSON object by their names in lower case.
func object(text json.RawMessage) (map[string]json.RawMessage, error) {
	var members map[string]json.RawMessage
	if json.Unmarshal(text, &members) != nil || members == nil {
		return nil, fmt.Errorf("%s is no object", shown(text))
	}
	for name, value := range members {
		if lower := strings.ToLower(name); lower != name {
			members[lower] = value
		}
	}
	return members, nil
}

// word reads a string; that of what is absent or null is empty.
func word(text json.RawMessage) (s string, err error) {
	if isNull(text) {
		return "", nil
	}
	if json.Unmarshal(text, &s) != nil {
		return "", fmt.Errorf("is %s, no text", shown(text))
	}
	return s, nil
}

// wholeNumber reads a number that the file has bare and Azure Resource Manager
// in quotes.
func wholeNumber(text json.RawMessage) (int, error) {
	if isNull(text) {
		return 0, nil
	}
	n, err := strconv.Atoi(strings.Trim(string(text), `"`))
	if err != nil {
		return 0, fmt.Errorf("is %s, no whole number", shown(text))
	}
	return n, nil
}

func isNull(text json.RawMessage) bool { return len(text) == 0 || bytes.Equal(text, []byte("null")) }

// shown cuts a text to a length for a message.
func shown(text json.RawMessage) string {
	const most = 60
	if len(text) <= most {
		return string(text)
	}
	return strings.ToValidUTF8(string(text[:most]), "") + "..."
}
