package compute

import (
	"fmt"
	"math/big"
	"strings"
)

// digits is how many significant digits a decimal has.
const digits = 34

// decimals are functions over decimals, which are their shortest text.
func decimals(name string) Func {
	binary := func(f func(a, b *big.Rat) *big.Rat) Func {
		return func(c *Call) Value {
			a, ok1 := readDecimal(c.text(0))
			b, ok2 := readDecimal(c.text(1))
			if !ok1 || !ok2 {
				return Null()
			}
			if r := f(a, b); r != nil {
				return Text(writeDecimal(r))
			}
			return Null()
		}
	}
	switch name {
	case "decimal":
		return func(c *Call) Value {
			if s, ok := Decimal(c.text(0)); ok {
				return Text(s)
			}
			return Null()
		}
	case "decimal_add":
		return binary(func(a, b *big.Rat) *big.Rat { return a.Add(a, b) })
	case "decimal_sub":
		return binary(func(a, b *big.Rat) *big.Rat { return a.Sub(a, b) })
	case "decimal_mul":
		return binary(func(a, b *big.Rat) *big.Rat { return a.Mul(a, b) })
	case "decimal_div":
		return binary(func(a, b *big.Rat) *big.Rat {
			if b.Sign() == 0 {
				return nil
			}
			return a.Quo(a, b)
		})
	case "decimal_mod":
		return binary(func(a, b *big.Rat) *big.Rat {
			if b.Sign() == 0 {
				return nil
			}
			q := new(big.Rat).Quo(a, b)
			n := new(big.Int).Quo(q.Num(), q.Denom())
			return a.Sub(a, b.Mul(b, new(big.Rat).SetInt(n)))
		})
	case "decimal_neg":
		return func(c *Call) Value {
			a, ok := readDecimal(c.text(0))
			if !ok {
				return Null()
			}
			return Text(writeDecimal(a.Neg(a)))
		}
	case "decimal_whole":
		return func(c *Call) Value {
			a, ok := readDecimal(c.text(0))
			if !ok {
				return Null()
			}
			if n := new(big.Int).Quo(a.Num(), a.Denom()); n.IsInt64() {
				return whole(n.Int64())
			}
			return Null()
		}
	case "decimal_key":
		return func(c *Call) Value {
			if !c.has(0) {
				return Null()
			}
			return Text(decimalKey(c.text(0)))
		}
	case "decimal_sum", "decimal_avg":
		return func(c *Call) Value { return decimalSum(c, name == "decimal_avg") }
	}
	return nil
}

func readDecimal(s string) (*big.Rat, bool) {
	s = strings.TrimSpace(s)
	if s == "" || len(s) > 100 || strings.ContainsAny(s, "/xXpP_") {
		return nil, false
	}
	if _, exponent, ok := strings.Cut(strings.ToLower(s), "e"); ok && len(strings.TrimLeft(exponent, "+-0")) > 2 {
		return nil, false // more digits than any decimal has
	}
	return new(big.Rat).SetString(s)
}

// Decimal reads a decimal and writes it in its shortest form.
func Decimal(s string) (string, bool) {
	r, ok := readDecimal(s)
	if !ok {
		return "", false
	}
	return writeDecimal(r), true
}

// writeDecimal rounds to 34 digits.
func writeDecimal(r *big.Rat) string {
	before := len(new(big.Int).Quo(new(big.Int).Abs(r.Num()), r.Denom()).String())
	s := r.FloatString(max(0, digits-before))
	if strings.Contains(s, ".") {
		s = strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
	}
	if s == "-0" {
		return "0"
	}
	return s
}

// decimalKey is a text that sorts as the decimal does: its sign, how many digits
// it has before the point, and its digits, which a minus turns around.
func decimalKey(s string) string {
	s, negative := strings.CutPrefix(s, "-")
	before, after, _ := strings.Cut(s, ".")
	key := fmt.Sprintf("%03d%s.%s~", len(before), before, after)
	if !negative {
		return "1" + strings.TrimSuffix(key, "~")
	}
	b := []byte(key)
	for i, c := range b {
		if isDigit(c) {
			b[i] = '9' - (c - '0')
		}
	}
	return "0" + string(b)
}

func decimalSum(c *Call, mean bool) Value {
	list, _ := array(c.Args[0])
	sum, n := new(big.Rat), int64(0)
	for _, v := range list {
		if r, ok := readDecimal(plain(v)); ok {
			sum.Add(sum, r)
			n++
		}
	}
	if mean {
		if n == 0 {
			return Null()
		}
		sum.Quo(sum, new(big.Rat).SetInt64(n))
	}
	return Text(writeDecimal(sum))
}
