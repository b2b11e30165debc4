package syntax

import (
	"math"
	"slices"
	"strings"
)

// How strongly operators bind; what is higher binds first.
const (
	orPower = iota + 1
	andPower
	equalPower
	lessPower
	addPower
	mulPower
	textPower
)

// binary returns the operator at the current token, in lower case, how strongly
// it binds and how many tokens it has.
func (p *parser) binary() (op string, power, tokens int) {
	if p.tok.kind == sign {
		switch s := p.tok.text; s {
		case "==", "!=":
			return s, equalPower, 1
		case "<>":
			return "!=", equalPower, 1
		case "<", ">", "<=", ">=":
			return s, lessPower, 1
		case "+", "-":
			return s, addPower, 1
		case "*", "/", "%":
			return s, mulPower, 1
		case "=~", "!~":
			return s, textPower, 1
		case ":":
			if p.searching > 0 {
				return ":", textPower, 1
			}
		case "!":
			next := p.peek()
			if next.kind == word && next.pos == p.tok.end {
				if op, power := wordOperator(next.text); power > 0 && op != "and" && op != "or" && op != "matches" && op != "has_any" && op != "has_all" {
					return "!" + op, power, 2
				}
			}
		}
		return "", 0, 0
	}
	if p.tok.kind != word {
		return "", 0, 0
	}
	if op, power := wordOperator(p.tok.text); power > 0 {
		if op == "matches" {
			return "matches regex", power, 2
		}
		return op, power, 1
	}
	return "", 0, 0
}

func wordOperator(s string) (string, int) {
	switch s {
	case "or":
		return s, orPower
	case "and":
		return s, andPower
	case "in", "between", "has_any", "has_all":
		return s, equalPower
	case "notcontains":
		return "!contains", textPower
	case "containscs":
		return "contains_cs", textPower
	}
	known := []string{
		"has", "has_cs", "hasprefix", "hasprefix_cs", "hassuffix", "hassuffix_cs", "contains", "contains_cs",
		"startswith", "startswith_cs", "endswith", "endswith_cs", "matches",
	}
	if slices.Contains(known, s) {
		return s, textPower
	}
	return "", 0
}

// expr reads an expression of operators that bind more strongly than least.
func (p *parser) expr(least int) (Expr, error) {
	up, err := p.deeper()
	if err != nil {
		return nil, err
	}
	defer up()
	left, err := p.unary()
	if err != nil {
		return nil, err
	}
	before := 0
	for {
		op, power, tokens := p.binary()
		if power <= least {
			return left, nil
		}
		if power == before && (power == equalPower || power == lessPower || power == textPower) {
			return nil, p.unexpected("'and', 'or' or the end of the comparison")
		}
		before = power
		at := At(p.tok.pos)
		for range tokens {
			if err := p.advance(); err != nil {
				return nil, err
			}
		}
		if op == "matches regex" && p.lex.src[p.last-5:p.last] != "regex" {
			return nil, Faultf(int(at), CodeSyntax, "'matches' goes on with 'regex'")
		}
		switch op {
		case "in", "!in", "has_any", "has_all", "between", "!between":
			left, err = p.list(left, op, at)
		default:
			var right Expr
			right, err = p.expr(power)
			left = &Binary{At: at, Op: op, L: left, R: right}
		}
		if err != nil {
			return nil, err
		}
	}
}

// list reads what stands behind in, between and their like.
func (p *parser) list(x Expr, op string, at At) (Expr, error) {
	l := &List{At: at, Op: op, X: x}
	if (op == "in" || op == "!in") && p.is("~") && p.tok.pos == p.last {
		l.Op += "~"
		if err := p.advance(); err != nil {
			return nil, err
		}
	}
	if p.series && op == "in" && p.word("range") {
		l.bare = true
		if err := p.advance(); err != nil {
			return nil, err
		}
	}
	if err := p.expect("("); err != nil {
		return nil, err
	}
	if strings.HasSuffix(op, "between") {
		from, err := p.expr(lessPower)
		if err != nil {
			return nil, err
		}
		if err := p.expect(".."); err != nil {
			return nil, err
		}
		to, err := p.expr(lessPower)
		if err != nil {
			return nil, err
		}
		l.Items = []Expr{from, to}
		return l, p.expect(")")
	}
	for !p.is(")") || len(l.Items) == 0 {
		if len(l.Items) > 0 {
			if err := p.expect(","); err != nil {
				return nil, err
			}
		}
		item, err := p.pipe()
		if err != nil {
			return nil, err
		}
		l.Items = append(l.Items, item)
	}
	return l, p.advance()
}

func (p *parser) unary() (Expr, error) {
	if !p.is("-") && !p.is("+") {
		return p.postfix()
	}
	if next := p.peek(); p.is("-") && next.kind == number && next.text == "9223372036854775808" {
		l := &Literal{At: At(p.tok.pos), Type: "long", Value: int64(math.MinInt64)}
		if err := p.advance(); err != nil {
			return nil, err
		}
		return l, p.advance()
	}
	u := &Unary{At: At(p.tok.pos), Op: p.tok.text}
	if err := p.advance(); err != nil {
		return nil, err
	}
	var err error
	u.X, err = p.postfix()
	return u, err
}

func (p *parser) postfix() (Expr, error) {
	x, err := p.primary()
	for err == nil {
		at := At(p.tok.pos)
		switch {
		case p.is("["):
			if err := p.advance(); err != nil {
				return nil, err
			}
			i, err := p.expr(0)
			if err != nil {
				return nil, err
			}
			x = &Index{At: at, X: x, I: i}
			if err := p.expect("]"); err != nil {
				return nil, err
			}
		case p.is("."):
			if err := p.advance(); err != nil {
				return nil, err
			}
			name, err := p.name("the name of a property")
			if err != nil {
				return nil, err
			}
			x = &Member{At: at, X: x, Name: name}
		default:
			return x, nil
		}
	}
	return x, err
}

func (p *parser) primary() (Expr, error) {
	at := At(p.tok.pos)
	switch p.tok.kind {
	case text:
		return p.strings()
	case number, duration:
		return p.number()
	case word:
		return p.wordExpr()
	case sign:
		switch p.tok.text {
		case "(":
			if err := p.advance(); err != nil {
				return nil, err
			}
			x, err := p.pipe()
			if err != nil {
				return nil, err
			}
			return x, p.expect(")")
		case "[":
			name, err := p.name("")
			return &Ident{At: at, Name: name}, err
		case "*":
			return &Star{At: at}, p.advance()
		}
	}
	return nil, p.unexpected("a value, a name or a function")
}

// strings reads a text; several behind each other are one.
func (p *parser) strings() (Expr, error) {
	l := &Literal{At: At(p.tok.pos), Type: "string"}
	var b strings.Builder
	for p.tok.kind == text {
		b.WriteString(p.tok.text)
		if err := p.advance(); err != nil {
			return nil, err
		}
	}
	l.Value = b.String()
	return l, nil
}

func (p *parser) wordExpr() (Expr, error) {
	at, name := p.tok.pos, p.tok.text
	next := p.peek()
	called := next.kind == sign && next.text == "("
	switch {
	case isBool(name):
		return &Literal{At: At(at), Type: "bool", Value: strings.EqualFold(name, "true")}, p.advance()
	case called && name == "typeof":
		return p.typeOfCall()
	case called && typeOf(name) != "":
		return p.typed(typeOf(name))
	}
	if err := p.advance(); err != nil {
		return nil, err
	}
	if !called {
		if among(reserved+readReserved, name) {
			return nil, bracketed(at, name)
		}
		return &Ident{At: At(at), Name: name}, nil
	}
	if err := p.advance(); err != nil {
		return nil, err
	}
	args, err := p.items(")", p.argument)
	if err != nil {
		return nil, err
	}
	return &Call{At: At(at), Name: name, Args: args}, p.expect(")")
}

func isBool(s string) bool {
	switch s {
	case "true", "True", "TRUE", "false", "False", "FALSE":
		return true
	}
	return false
}

func (p *parser) argument() (Expr, error) {
	if p.is("*") {
		return &Star{At: At(p.tok.pos)}, p.advance()
	}
	if p.tok.kind == word && p.peek().text == "=" {
		return p.named()
	}
	return p.pipe()
}

// typeOfCall reads typeof(string), which is a literal of type "type".
func (p *parser) typeOfCall() (Expr, error) {
	l := &Literal{At: At(p.tok.pos), Type: "type"}
	for range 2 {
		if err := p.advance(); err != nil {
			return nil, err
		}
	}
	t, err := p.typeName()
	if err != nil {
		return nil, err
	}
	l.Value = t
	return l, p.expect(")")
}

// items reads things between commas up to what closes them, which stays.
func (p *parser) items(closing string, one func() (Expr, error)) ([]Expr, error) {
	var all []Expr
	for !p.is(closing) {
		if len(all) > 0 {
			if err := p.expect(","); err != nil {
				return nil, err
			}
		}
		x, err := one()
		if err != nil {
			return nil, err
		}
		all = append(all, x)
	}
	return all, nil
}

// named reads an expression that may have a name: NAME = x, (A, B) = x.
func (p *parser) named() (Expr, error) {
	at := p.tok.pos
	saved := *p
	n := &Named{At: At(at)}
	switch {
	case p.tok.kind == word || p.is("["):
		bare := p.tok.kind == word
		if name, err := p.name(""); err == nil && p.is("=") {
			if bare && among(reserved+givenReserved, name) {
				return nil, bracketed(at, name)
			}
			n.Names = []string{name}
		}
	case p.is("("):
		n.Names, n.Tuple = p.tuple(), true
	}
	if n.Names == nil {
		*p = saved
		return p.expr(0)
	}
	if err := p.advance(); err != nil {
		return nil, err
	}
	var err error
	n.X, err = p.expr(0)
	return n, err
}

// tuple reads (A, B) before =, or nil where something else comes.
func (p *parser) tuple() (names []string) {
	if p.advance() != nil {
		return nil
	}
	for {
		name, err := p.name("")
		if err != nil {
			return nil
		}
		names = append(names, name)
		if p.is(")") {
			if p.advance() != nil || !p.is("=") {
				return nil
			}
			return names
		}
		if ok, err := p.accept(","); err != nil || !ok {
			return nil
		}
	}
}
