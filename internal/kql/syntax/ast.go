package syntax

// Query is a text as the parser read it: statements, of which the last
// expression is the answer.
type Query struct {
	Statements []Statement
	Settings   []Setting
	words      map[string]bool
}

// Mentions tells whether a name stands in the query, outside of texts.
func (q *Query) Mentions(name string) bool { return q.words[name] }

// Setting is what set says; Value is nil where it says nothing but the name.
type Setting struct {
	Pos   int
	Name  string
	Value Expr
}

// Statement is a let (Name is not empty) or an expression. Type is that of a
// parameter of the query, whose default is the value.
type Statement struct {
	Pos   int
	Name  string
	Type  string
	Value Expr
}

// Expr is an expression; a table is one too.
type Expr interface{ Place() int }

// At is the place of an expression in the text, in bytes.
type At int

// Place implements Expr.
func (a At) Place() int { return int(a) }

// The expressions.
type (
	// Ident is a name.
	Ident struct {
		At
		Name string
	}
	// Star is * in the place of an argument or column.
	Star struct{ At }
	// Wild is a pattern of names: Src*.
	Wild struct {
		At
		Pattern string
	}
	// Literal is a constant: nil, bool, int64, float64, string, [Time],
	// [Ticks], [Decimal], [GUID] or [JSON]. Type is the KQL type, also of a null.
	Literal struct {
		At
		Type  string
		Value any
	}
	// Unary is - or + before an expression.
	Unary struct {
		At
		Op string
		X  Expr
	}
	// Binary is an operator between two expressions, in lower case.
	Binary struct {
		At
		Op   string
		L, R Expr
	}
	// List is in, !in, has_any and their like, and between with two.
	List struct {
		At
		Op    string
		X     Expr
		Items []Expr
		bare  bool // range(a, b, c) without parentheses around it
	}
	// Call is a function with its arguments.
	Call struct {
		At
		Name string
		Args []Expr
	}
	// Named is NAME = expression, or (A, B) = expression.
	Named struct {
		At
		Names []string
		Tuple bool
		X     Expr
	}
	// Index is x[i].
	Index struct {
		At
		X, I Expr
	}
	// Member is x.name.
	Member struct {
		At
		X    Expr
		Name string
	}
	// Lambda is a function or view of a let.
	Lambda struct {
		At
		Params []Param
		View   bool
		Body   []Statement
	}
	// Pipe is a table and what is done to it.
	Pipe struct {
		At
		Source Expr
		Ops    []Operator
	}
	// Datatable is a table that the text spells out.
	Datatable struct {
		At
		Columns []Param
		Values  []Expr
	}
	// Print is a table of one row.
	Print struct {
		At
		Items []Expr
	}
	// Range is a table of one column that counts.
	Range struct {
		At
		Name           string
		From, To, Step Expr
	}
	// Search is the rows of tables in which something is found; Tables nil: all.
	Search struct {
		At
		Options map[string]Expr
		Tables  []Expr
		X       Expr
	}
	// Union is tables one below the other.
	Union struct {
		At
		Options map[string]Expr
		Tables  []Expr
	}
)

// Param is a parameter of a function or a column of a datatable. Columns are
// those of a parameter that is a table; Type is then "table".
type Param struct {
	Pos     int
	Name    string
	Type    string
	Columns []Param
	Default Expr
}

// Values of literals that Go has no type for.
type (
	// Time is a datetime in ticks of 100 ns since 0001-01-01.
	Time int64
	// Ticks is a timespan in ticks of 100 ns.
	Ticks int64
	// Decimal is a decimal in its shortest form.
	Decimal string
	// GUID is a guid in lower case.
	GUID string
	// JSON is the text of a dynamic.
	JSON string
)

// Operator is what stands behind a bar. Which fields are used depends on Name.
type Operator struct {
	Pos     int
	Name    string          // the canonical name: where, project, mv-expand, ...
	Options map[string]Expr // kind, isfuzzy and their like
	Items   []Expr          // columns, aggregates, conditions
	By      []Expr          // keys
	Order   []Order
	Count   Expr // of take, top, sample
	Tables  []Expr
	Expands []Expand
	Nested  []Nest
	Limit   Expr // of mv-expand and mv-apply

	Segments []Segment  // of parse
	Columns  []Param    // of parse-kv, assert-schema, scan, and what a plugin gives
	Star     bool       // of evaluate: the columns of before stay
	Defaults []Expr     // of make-series, one for each of Items, or nil
	On       Expr       // the axis of make-series
	From, To Expr       // its ends, or nil
	Step     Expr       // and its step
	Through  bool       // To is the last of it
	Ops      []Operator // of mv-apply and partition: what is done with each part
	Search   *Search
	Steps    []Step // of scan

	Drawing map[string]string // properties of render by name in small letters; lists have commas
}

// Segment is a piece of a text that is parsed: a text, *, or a column.
type Segment struct {
	Pos  int
	Text string
	Star bool
	Name string // not empty: a column
	Type string
}

// Step is a step of scan; Sets are what it assigns.
type Step struct {
	Pos  int
	Name string
	Cond Expr
	Sets []Expr
}

// Order is a key of a sort.
type Order struct {
	X          Expr
	Asc        bool
	NullsFirst bool
}

// Expand is a column of mv-expand; To is a type or empty.
type Expand struct {
	X  Expr
	To string
}

// Nest is a clause of top-nested; Count nil: all.
type Nest struct {
	Count Expr
	Of    Expr
	With  Expr // others=, or nil
	By    Expr
	Asc   bool
}
