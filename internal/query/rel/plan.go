// Package rel is the typed relational plan of a question, and its SQL. A plan
// knows no names but those of the store's views: a column is a number, and
// becomes c1, c2, ... in SQL. A string is never NULL in a plan; whoever builds
// one sees to that where columns come from outside or are padded.
package rel

// Type is the type of an expression.
type Type uint8

// The types. A datetime is a TIMESTAMP, a timespan a number of ticks of 100 ns,
// a dynamic JSON, a guid and a decimal their text.
const (
	Bool Type = iota + 1
	Int
	Long
	Real
	String
	DateTime
	Timespan
	GUID
	Dynamic
	Decimal
	// Instant is a datetime that a TIMESTAMP is too coarse for: a number of
	// ticks of 100 ns since 0001-01-01.
	Instant
)

// Expr is an expression over the columns of a node.
type Expr interface {
	Type() Type
	// Nullable tells whether it may be NULL.
	Nullable() bool
}

// The expressions.
type (
	// Column is a column of the node below.
	Column struct {
		ID   int
		T    Type
		Null bool
	}
	// Const is a constant: nil, bool, int64, float64 or string; a datetime is
	// in microseconds since 1970, an instant in ticks since 0001-01-01.
	Const struct {
		T     Type
		Value any
	}
	// Call is an operation, see [Op].
	Call struct {
		Op   Op
		Args []Expr
		T    Type
		Null bool
	}
)

// Scalar is the first row of a column of a table, NULL where there is none.
type Scalar struct {
	In     Node
	Column Column
}

// Member tells whether a value is among those of a column of a table.
type Member struct {
	X      Expr
	In     Node
	Column Column
}

// Type implements Expr.
func (s Scalar) Type() Type { return s.Column.T }

// Nullable implements Expr.
func (s Scalar) Nullable() bool { return s.Column.T != String }

// Type implements Expr.
func (m Member) Type() Type { return Bool }

// Nullable implements Expr.
func (m Member) Nullable() bool { return false }

// Type implements Expr.
func (c Column) Type() Type { return c.T }

// Nullable implements Expr.
func (c Column) Nullable() bool { return c.Null && c.T != String }

// Type implements Expr.
func (c Const) Type() Type { return c.T }

// Nullable implements Expr.
func (c Const) Nullable() bool { return c.Value == nil }

// Type implements Expr.
func (c Call) Type() Type { return c.T }

// Nullable implements Expr.
func (c Call) Nullable() bool { return c.Null && c.T != String }

// Node is a table of the plan.
type Node interface{ node() }

// Item is a column that a node computes.
type Item struct {
	ID int
	X  Expr
}

// Pair is a condition of a join: that both are the same, or both NULL.
type Pair struct{ L, R Expr }

// Key is a key of a sort.
type Key struct {
	X               Expr
	Asc, NullsFirst bool
}

// JoinKind is which rows a join keeps.
type JoinKind string

// The kinds of joins.
const (
	Inner JoinKind = "JOIN"
	Left  JoinKind = "LEFT JOIN"
	Right JoinKind = "RIGHT JOIN"
	Full  JoinKind = "FULL JOIN"
	Semi  JoinKind = "SEMI JOIN" // rows of the left that have a partner
	Anti  JoinKind = "ANTI JOIN" // and that have none
)

// ScanColumn is a column of a view; List says that it is a list of texts.
type ScanColumn struct {
	ID   int
	Name string
	T    Type
	List bool
}

// The nodes.
type (
	// Scan is a view of the store.
	Scan struct {
		View    string
		Columns []ScanColumn
		Bounds  []Bound
	}
	// Values are rows of constants.
	Values struct {
		Columns []Column
		Rows    [][]Const
	}
	// Range counts from From to To; of timespans and datetimes in ticks.
	Range struct {
		Column         Column
		From, To, Step Const
	}
	// Filter keeps the rows for which the condition is true.
	Filter struct {
		In   Node
		Cond Expr
	}
	// Project computes columns; others are gone.
	Project struct {
		In    Node
		Items []Item
	}
	// Aggregate groups by keys. Without keys it is one row.
	Aggregate struct {
		In   Node
		Keys []Item
		Aggs []Item
	}
	// Join has the columns of both, of Semi and Anti those of the left.
	Join struct {
		Kind JoinKind
		L, R Node
		On   []Pair
	}
	// Union is tables one below the other; Items of each are those of Columns.
	Union struct {
		Columns []Column
		Ins     []Node
		Items   [][]Expr
	}
	// Sort orders rows.
	Sort struct {
		In   Node
		Keys []Key
	}
	// Limit keeps the first rows.
	Limit struct {
		In Node
		N  int64
	}
	// Unnest makes a row of each entry of lists, in parallel. Columns of In stay.
	Unnest struct {
		In    Node
		Items []Item
	}
	// Window computes over rows, within those of equal By, in the order of Keys:
	// what looks at the rows before and behind. Columns of In stay.
	Window struct {
		In    Node
		Items []Item
		By    []Expr
		Keys  []Key
	}
	// Rank numbers rows from 1, within those of equal By, in the order of Keys.
	Rank struct {
		In   Node
		ID   int
		By   []Expr
		Keys []Key
	}
)

func (*Scan) node()      {}
func (*Values) node()    {}
func (*Range) node()     {}
func (*Filter) node()    {}
func (*Project) node()   {}
func (*Aggregate) node() {}
func (*Join) node()      {}
func (*Union) node()     {}
func (*Sort) node()      {}
func (*Limit) node()     {}
func (*Unnest) node()    {}
func (*Rank) node()      {}
func (*Window) node()    {}

// Columns calls visit for each column that an expression reads.
func Columns(x Expr, visit func(id int)) {
	switch x := x.(type) {
	case Column:
		visit(x.ID)
	case Call:
		for _, a := range x.Args {
			Columns(a, visit)
		}
	case Member:
		Columns(x.X, visit)
	}
}
