package rel

// Op is an operation on values. Who makes one gives it arguments of the types
// that its comment names; the SQL of each stands in template.
type Op string

// The operations.
const (
	And Op = "and"
	Or  Op = "or"
	Not Op = "not"
	Eq  Op = "=" // NULL with a NULL
	// EqOne is false where one is NULL, of which the other is not; EqBoth NULL
	// where both are.
	EqOne  Op = "=one"
	EqBoth Op = "=both"
	// EqReal is Eq of reals, of which NaN is not even itself.
	EqReal Op = "=real"
	Ne     Op = "<>"     // of what is not NULL
	NeReal Op = "<>real" // of reals
	NeOne  Op = "<>one"  // true where one is NULL, of which the other is not
	NeBoth Op = "<>both" // true where one is NULL, NULL where both are
	Lt     Op = "<"
	Le     Op = "<="
	Gt     Op = ">"
	Ge     Op = ">="
	// Those of reals are false with NaN.
	LtReal Op = "<real"
	LeReal Op = "<=real"
	GtReal Op = ">real"
	GeReal Op = ">=real"
	IsNull Op = "is null"
	If     Op = "if" // condition, then, else
	First  Op = "coalesce"
	In     Op = "in" // first among the others
	// InOne is In, and false where the first is NULL.
	InOne Op = "in one"
	// InList: a text among the entries of a JSON list.
	InList Op = "in list"

	Add     Op = "+"
	Sub     Op = "-"
	Mul     Op = "*"
	Neg     Op = "neg"
	DivReal Op = "/"
	DivLong Op = "//" // truncates
	Mod     Op = "%"  // never negative
	// Scale is a timespan times a real, DivScale by one.
	Scale    Op = "scale"
	DivScale Op = "div scale"
	// RatioSpan is a timespan in units of another one.
	RatioSpan Op = "ratio"

	AddTime  Op = "time+"  // datetime, timespan
	SubTime  Op = "time-"  // datetime, timespan
	DiffTime Op = "time--" // datetimes, in ticks
	BinTime  Op = "bin time"
	BinLong  Op = "bin long"
	BinReal  Op = "bin real"
	// BinInstant is that of ticks, BinAt has a border at the third argument.
	BinInstant Op = "bin instant"
	BinAt      Op = "bin at"
	BinAtReal  Op = "bin at real"
	// MoveInstant is an instant and a timespan, NULL before 0001 and after 9999.
	MoveInstant Op = "instant+"
	// TicksOf is a datetime in ticks since 0001-01-01, TimeOf the opposite.
	TicksOf Op = "ticks"
	TimeOf  Op = "time of"

	Concat Op = "concat"
	// Text is a text that may be NULL in the engine, as one that never is.
	Text         Op = "text"
	TextOfReal   Op = "text of real"
	TextOfBool   Op = "text of bool"
	TextOfNumber Op = "text of number"
	TextOfTime   Op = "text of time"
	TextOfSpan   Op = "text of span"
	TextOfJSON   Op = "text of json"
	// SpanText is TextOfSpan, but NULL stays NULL: for answers.
	SpanText Op = "span text"

	LongOfBool Op = "long of bool"
	LongOfReal Op = "long of real"
	LongOfText Op = "long of text"
	IntOfLong  Op = "int of long"
	// IntOfJSON cuts reals at the ends of what fits, and numbers to 32 bits.
	IntOfJSON Op = "int of json"
	// IntWrapped is the last 32 bits.
	IntWrapped Op = "int wrapped"
	RealOfLong Op = "real of long"
	RealOfText Op = "real of text"
	BoolOfText Op = "bool of text"
	TimeOfText Op = "time of text"
	LongOfJSON Op = "long of json"
	RealOfJSON Op = "real of json"
	BoolOfJSON Op = "bool of json"

	JSONOf Op = "json of" // of a bool, number or text
	// JSONOfReal writes what JSON lacks as text: "NaN".
	JSONOfReal Op = "json of real"
	JSONOfTime Op = "json of time"
	JSONOfSpan Op = "json of span"
	ParseJSON  Op = "parse json"
	ListOf     Op = "list of" // JSON values
	BagOf      Op = "bag of"  // keys and JSON values
	At         Op = "at"      // entry of a JSON list, from 0, negative from the end
	Property   Op = "property"
	SplitText  Op = "split"
	// SplitBy is SplitText by what is not empty, SplitEntry an entry of one, from 1.
	SplitBy    Op = "split by"
	SplitEntry Op = "split entry"
	// SplitAt is a text: an entry of a split, '' where there is none.
	SplitAt Op = "split at"
	// SplitTexts are the texts of a split, and TextList are texts, as what Unnest
	// wants. SplitLength is how many a split has. TextOr is '' in the place of NULL.
	SplitTexts  Op = "split texts"
	TextList    Op = "text list"
	SplitLength Op = "split length"
	TextOr      Op = "text or ''"
	ListLength  Op = "list length"
	ListConcat  Op = "list concat"
	ListSlice   Op = "list slice"
	JoinList    Op = "join list"
	Entries     Op = "entries" // of a JSON value, as what Unnest wants
	EntriesPair Op = "entries pair"
	Slice       Op = "slice" // the first entries of what Unnest wants

	Lower         Op = "lower"
	Upper         Op = "upper"
	Reverse       Op = "reverse"
	Length        Op = "length"
	Contains      Op = "contains"
	StartsWith    Op = "starts with"
	EndsWith      Op = "ends with"
	Matches       Op = "matches"
	TermPattern   Op = "term pattern" // what finds a text as a whole word
	Substring     Op = "substring"    // from 0
	SubstringOf   Op = "substring of" // from 0, length
	PlaceIn       Op = "place in"     // from 0, of one that may be counted from the end
	Size          Op = "size"         // in bytes
	CompareText   Op = "compare text" // -1, 0, 1
	IsASCII       Op = "is ascii"
	MD5           Op = "md5"
	SHA1          Op = "sha1"
	SHA256        Op = "sha256"
	IndexOf       Op = "index of"
	IndexMatch    Op = "index match" // the pattern has what stands before it in group 1
	ReplaceText   Op = "replace"
	ReplaceRegexp Op = "replace regexp"
	Extract       Op = "extract"

	Greatest Op = "greatest"
	// Those of reals are NaN where one is.
	GreatestReal Op = "greatest real"
	LeastReal    Op = "least real"
	Least        Op = "least"
	Round        Op = "round"
	Ceil         Op = "ceil"
	Abs          Op = "abs"
	Pow          Op = "pow"
	Exp          Op = "exp"
	IsNaN        Op = "isnan"
	Bytes        Op = "bytes" // number, digits
	IsInf        Op = "isinf"
	IsFinite     Op = "isfinite"
	Sign         Op = "sign"
	Sqrt         Op = "sqrt"
	Ln           Op = "ln"
	Log2         Op = "log2"
	Log10        Op = "log10"
	Exp2         Op = "exp2"
	Exp10        Op = "exp10"
	Sin          Op = "sin"
	Cos          Op = "cos"
	Tan          Op = "tan"
	Cot          Op = "cot"
	Asin         Op = "asin"
	Acos         Op = "acos"
	Atan         Op = "atan"
	Atan2        Op = "atan2"
	Degrees      Op = "degrees"
	Radians      Op = "radians"
	RandomBelow  Op = "random below"
	NewGUID      Op = "new guid"
	BitAnd       Op = "bit and"
	BitOr        Op = "bit or"
	BitXor       Op = "bit xor"
	BitNot       Op = "bit not"
	BitCount     Op = "bit count"

	AddMonths Op = "add months"
	StartOf   Op = "start of"    // word, datetime
	StartWeek Op = "start week"  // Sunday
	PartOf    Op = "part of"     // word, datetime
	DayOfWeek Op = "day of week" // a timespan
	// PartOfSecond is of an instant, the ticks of a part, and how much it counts.
	PartOfSecond Op = "part of second"
	CountParts   Op = "count parts" // word, from, to: boundaries crossed

	Count     Op = "count"
	CountIf   Op = "count if"
	SumLong   Op = "sum long"
	SumReal   Op = "sum real"
	SumIfLong Op = "sum if long"
	SumIfReal Op = "sum if real"
	Min       Op = "min"
	// MinReal is NaN where one is, and so is MaxReal.
	MinReal  Op = "min real"
	MaxReal  Op = "max real"
	Max      Op = "max"
	MinText  Op = "min text"
	MaxText  Op = "max text"
	Avg      Op = "avg"
	AvgTicks Op = "avg ticks" // of timespans and instants
	Distinct Op = "distinct"
	StDev    Op = "stdev"
	Variance Op = "variance"
	// Those of all are of a whole population.
	StDevAll      Op = "stdev all"
	VarianceAll   Op = "variance all"
	Covariance    Op = "covariance"
	CovarianceAll Op = "covariance all"
	Quantile      Op = "quantile" // value, share
	AllAnd        Op = "all and"
	AllOr         Op = "all or"
	AllXor        Op = "all xor"
	MakeList      Op = "make list"
	// MakeFlat is MakeList of lists, of which each gives its entries.
	MakeFlat Op = "make flat"
	// Those of all keep NULL.
	MakeListAll Op = "make list all"
	MakeFlatAll Op = "make flat all"
	MakeSet     Op = "make set"
	ArgMax      Op = "arg max"
	ArgMin      Op = "arg min"
	AnyRow      Op = "any row"
	AnyValue    Op = "any value" // the first that is not NULL
)
