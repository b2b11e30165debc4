package rel

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// identifier quotes a name of the store.
func identifier(s string) string { return `"` + strings.ReplaceAll(s, `"`, `""`) + `"` }

// viewName quotes the name of a view, with its schema where it has one.
func viewName(s string) string {
	schema, name, ok := strings.Cut(s, ".")
	if !ok {
		return identifier(s)
	}
	return identifier(schema) + "." + identifier(name)
}

// quote is how every text becomes a literal.
func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

// isText tells whether SQL is a text in quotes and nothing else.
func isText(sql string) bool {
	n := len(sql)
	return n > 1 && sql[0] == '\'' && sql[n-1] == '\'' && !strings.Contains(strings.ReplaceAll(sql[1:n-1], "''", ""), "'")
}

func sqlType(t Type) string {
	switch t {
	case Bool:
		return "BOOLEAN"
	case Int, Long, Timespan, Instant:
		return "BIGINT"
	case Real:
		return "DOUBLE"
	case DateTime:
		return "TIMESTAMP"
	case Dynamic:
		return "JSON"
	}
	return "VARCHAR"
}

func constant(c Const) string {
	switch v := c.Value.(type) {
	case nil:
		if c.T == String {
			return "''"
		}
		return "NULL::" + sqlType(c.T)
	case bool:
		return strconv.FormatBool(v)
	case int64:
		if c.T == DateTime {
			return fmt.Sprintf("make_timestamp(%d)", v)
		}
		if v < 0 {
			return fmt.Sprintf("('%d'::BIGINT)", v) // also the least one
		}
		return fmt.Sprintf("%d::BIGINT", v)
	case float64:
		switch {
		case math.IsNaN(v):
			return "'nan'::DOUBLE"
		case math.IsInf(v, 1):
			return "'inf'::DOUBLE"
		case math.IsInf(v, -1):
			return "'-inf'::DOUBLE"
		}
		return "'" + strconv.FormatFloat(v, 'g', -1, 64) + "'::DOUBLE"
	case string:
		if c.T == Dynamic {
			return quote(v) + "::JSON"
		}
		return quote(v)
	}
	panic(fmt.Sprintf("BUG: no literal of %T", c.Value))
}

// expr returns the SQL of an expression over the block.
func (b *block) expr(x Expr) string {
	switch x := x.(type) {
	case Column:
		sql, ok := b.columns[x.ID]
		if !ok {
			panic(fmt.Sprintf("BUG: column %d is not there", x.ID))
		}
		return sql
	case Const:
		return constant(x)
	case Call:
		args := make([]string, len(x.Args))
		for i, a := range x.Args {
			args[i] = b.expr(a)
			if x.isCompute() && sqlType(a.Type()) != "VARCHAR" {
				args[i] = "(" + args[i] + ")::VARCHAR"
			}
		}
		sql := x.computed(fill(x.Op.template(), args))
		return sql[:min(len(sql), maxSQL+1)] // what is longer is refused anyway
	}
	switch x := x.(type) {
	case Scalar:
		sql := "(SELECT any_value(" + name(x.Column.ID) + ") FROM (" + subquery(&Limit{In: x.In, N: 1}, x.Column) + "))"
		if x.Column.T == String {
			return "coalesce(" + sql + ", '')"
		}
		return sql
	case Member:
		return "coalesce(" + b.expr(x.X) + " IN (" + subquery(x.In, x.Column) + "), false)"
	}
	panic(fmt.Sprintf("BUG: no SQL for %T", x))
}

// subquery returns the SELECT of one column. Where it is too long, so is what is
// around it.
func subquery(n Node, c Column) string {
	sql, err := Print(n, []Column{c})
	if err != nil {
		return strings.Repeat(" ", maxSQL)
	}
	return sql
}

// fill puts arguments into a template: $1 to $9, $* for all of them with commas,
// $+ for all but the first.
func fill(template string, args []string) string {
	var b strings.Builder
	for i := 0; i < len(template); i++ {
		if template[i] != '$' {
			b.WriteByte(template[i])
			continue
		}
		i++
		switch c := template[i]; {
		case c == '*':
			b.WriteString(strings.Join(args, ", "))
		case c == '+':
			b.WriteString(strings.Join(args[1:], ", "))
		case c >= '1' && c <= '9':
			b.WriteString(args[c-'1'])
		default: // $ of JSON paths
			b.WriteByte('$')
			i--
		}
	}
	return b.String()
}

// Compute is the operation that a function of the store does, see package
// compute. It takes and gives text.
func Compute(function string) Op { return Op(computePrefix + function) }

const computePrefix = "compute "

func (c Call) isCompute() bool { return strings.HasPrefix(string(c.Op), computePrefix) }

// computed makes of the text that a function of the store gives what it means.
func (c Call) computed(sql string) string {
	if !c.isCompute() {
		return sql
	}
	switch t := sqlType(c.T); {
	case c.T == String:
		return "coalesce(" + sql + ", '')"
	case t != "VARCHAR":
		return "CAST(" + sql + " AS " + t + ")"
	}
	return sql
}
