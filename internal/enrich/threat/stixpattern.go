package threat

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
)

// match is what a STIX pattern says of addresses.
type match struct {
	values     []string // each of them is an indicator for itself
	needs      bool     // something that is no address must hold too
	sawAddress bool
}

// either is A OR B: addresses of both sides count.
func (m match) either(o match) match {
	r := match{values: append(m.values, o.values...), sawAddress: m.sawAddress || o.sawAddress}
	r.needs = len(r.values) == 0 && (m.needs || o.needs)
	return r
}

// both is A AND B. Where one side speaks of files, names or the like, a
// network cannot see it and the other side's addresses prove nothing. Two
// addresses in one pattern are both part of the threat.
func (m match) both(o match) match {
	r := match{needs: m.needs || o.needs, sawAddress: m.sawAddress || o.sawAddress}
	if !r.needs {
		r.values = append(m.values, o.values...)
	}
	return r
}

// parsePattern reads the pattern language of STIX 2.1 (section 9) as far as it
// speaks of addresses.
func parsePattern(text string) (match, error) {
	p := &patternParser{}
	if err := p.scan(text); err != nil {
		return match{}, err
	}
	m, err := p.or(0)
	if err == nil && p.at < len(p.tokens) {
		err = fmt.Errorf("the pattern goes on after its end with %q", p.tokens[p.at].text)
	}
	return m, err
}

type patternToken struct {
	text    string
	literal bool // a quoted value
}

type patternParser struct {
	tokens []patternToken
	at     int
}

var errPattern = errors.New("the pattern cannot be read")

func (p *patternParser) scan(s string) error {
	for i := 0; i < len(s); {
		c := s[i]
		switch {
		case c == ' ' || c == '\t' || c == '\n' || c == '\r':
			i++
		case c == '\'':
			var b strings.Builder
			for i++; ; i++ {
				if i >= len(s) {
					return fmt.Errorf("%w: a quote is not closed", errPattern)
				}
				if s[i] == '\\' && i+1 < len(s) {
					i++
				} else if s[i] == '\'' {
					break
				}
				b.WriteByte(s[i])
			}
			i++
			p.tokens = append(p.tokens, patternToken{b.String(), true})
		case strings.IndexByte("[](),", c) >= 0:
			p.tokens = append(p.tokens, patternToken{text: string(c)})
			i++
		case strings.IndexByte("=!<>", c) >= 0:
			start := i
			for i < len(s) && strings.IndexByte("=!<>", s[i]) >= 0 {
				i++
			}
			p.tokens = append(p.tokens, patternToken{text: s[start:i]})
		default:
			start := i
			for i < len(s) && (strings.IndexByte(" \t\n\r'(),=!<>]", s[i]) < 0 || s[i] == '\'' && i > start && s[i-1] == '.') {
				switch s[i] {
				case '\'': // part of a path: hashes.'SHA-256'
					end := strings.IndexByte(s[i+1:], '\'')
					if end < 0 {
						return fmt.Errorf("%w: a quote is not closed", errPattern)
					}
					i += end + 1
				case '[': // part of a path: resolves_to_refs[*]
					end := strings.IndexByte(s[i:], ']')
					if end < 0 {
						return fmt.Errorf("%w: a bracket is not closed", errPattern)
					}
					i += end
				}
				i++
			}
			if word := s[start:i]; i < len(s) && s[i] == '\'' && (word == "t" || word == "h" || word == "b") {
				continue // a typed literal: the quote follows
			}
			p.tokens = append(p.tokens, patternToken{text: s[start:i]})
		}
	}
	return nil
}

func (p *patternParser) peek() string {
	if p.at < len(p.tokens) && !p.tokens[p.at].literal {
		return strings.ToUpper(p.tokens[p.at].text)
	}
	return ""
}

func (p *patternParser) next() patternToken {
	if p.at >= len(p.tokens) {
		return patternToken{}
	}
	p.at++
	return p.tokens[p.at-1]
}

// maxDepth bounds how deep brackets are followed.
const maxDepth = 64

func (p *patternParser) or(depth int) (match, error) {
	m, err := p.and(depth)
	for err == nil && p.peek() == "OR" {
		p.at++
		var o match
		if o, err = p.and(depth); err == nil {
			m = m.either(o)
		}
	}
	return m, err
}

func (p *patternParser) and(depth int) (match, error) {
	m, err := p.unit(depth)
	for err == nil && (p.peek() == "AND" || p.peek() == "FOLLOWEDBY") {
		p.at++
		var o match
		if o, err = p.unit(depth); err == nil {
			m = m.both(o)
		}
	}
	return m, err
}

// unit reads brackets with what qualifies them, or a comparison.
func (p *patternParser) unit(depth int) (match, error) {
	if depth > maxDepth {
		return match{}, fmt.Errorf("%w: it is nested too deep", errPattern)
	}
	open := p.peek()
	if open != "[" && open != "(" {
		return p.comparison()
	}
	p.at++
	m, err := p.or(depth + 1)
	if err != nil {
		return m, err
	}
	if want := map[string]string{"[": "]", "(": ")"}[open]; p.next().text != want {
		return m, fmt.Errorf("%w: %q is not closed", errPattern, open)
	}
	for {
		switch p.peek() {
		case "WITHIN", "REPEATS": // 5 SECONDS, 3 TIMES
			p.at += 3
		case "START": // t'...' STOP t'...'
			p.at += 4
		default:
			p.at = min(p.at, len(p.tokens))
			return m, nil
		}
	}
}

func (p *patternParser) comparison() (match, error) {
	path := p.next()
	if !path.literal && strings.EqualFold(path.text, "EXISTS") {
		p.at++
		return match{needs: true}, nil
	}
	if path.literal || !strings.Contains(path.text, ":") {
		return match{}, fmt.Errorf("%w: %q is not a property", errPattern, path.text)
	}
	negated := p.peek() == "NOT"
	if negated {
		p.at++
	}
	operator := p.peek()
	p.at++
	var values []string
	if p.peek() == "(" {
		for p.at++; ; p.at++ {
			values = append(values, p.next().text)
			if p.peek() != "," {
				break
			}
		}
		if p.next().text != ")" {
			return match{}, fmt.Errorf("%w: a list is not closed", errPattern)
		}
	} else {
		values = []string{p.next().text}
	}
	if p.at > len(p.tokens) || values[0] == "" && p.at >= len(p.tokens) {
		return match{}, fmt.Errorf("%w: a comparison has no value", errPattern)
	}
	object, property, _ := strings.Cut(path.text, ":")
	switch {
	case object == "ipv4-addr" && property == "value", object == "ipv6-addr" && property == "value",
		object == "network-traffic" && (property == "dst_ref.value" || property == "src_ref.value"),
		strings.HasSuffix(property, "resolves_to_refs[*].value"):
		if negated || operator != "=" && operator != "ISSUBSET" && operator != "IN" {
			return match{needs: true, sawAddress: true}, nil
		}
		return match{values: values, sawAddress: true}, nil
	case object == "domain-name" && property == "value" && !negated && (operator == "=" || operator == "IN"):
		// Some publish every address as the name of a host.
		var addresses []string
		for _, v := range values {
			if _, err := netip.ParseAddr(v); err == nil {
				addresses = append(addresses, v)
			}
		}
		if len(addresses) > 0 {
			return match{values: addresses, sawAddress: true}, nil
		}
	case object == "network-traffic": // ports and protocols narrow an address down, they do not replace it
		return match{}, nil
	}
	return match{needs: true}, nil
}
