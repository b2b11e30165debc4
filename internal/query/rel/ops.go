package rel

import "strings"

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
	SplitAt     Op = "split at"
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
	Hash         Op = "hash"
	Bytes        Op = "bytes" // number, digits

	AddMonths  Op = "add months"
	StartOf    Op = "start of"    // word, datetime
	StartWeek  Op = "start week"  // Sunday
	PartOf     Op = "part of"     // word, datetime
	DayOfWeek  Op = "day of week" // a timespan
	CountParts Op = "count parts" // word, from, to: boundaries crossed

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
	AvgIf    Op = "avg if"
	Distinct Op = "distinct"
	StDev    Op = "stdev"
	Variance Op = "variance"
	MakeList Op = "make list"
	// MakeFlat is MakeList of lists, of which each gives its entries.
	MakeFlat Op = "make flat"
	MakeSet  Op = "make set"
	ArgMax   Op = "arg max"
	ArgMin   Op = "arg min"
	AnyRow   Op = "any row"
)

const (
	// beginning is 1970-01-01 in microseconds since 0001-01-01, from which
	// Kusto counts times.
	beginning = "62135596800000000"
	span      = "concat(CASE WHEN $1 < 0 THEN '-' ELSE '' END, CASE WHEN abs($1) >= 864000000000 THEN concat(abs($1) // 864000000000, '.') ELSE '' END, " +
		"lpad((abs($1) // 36000000000 % 24)::VARCHAR, 2, '0'), ':', lpad((abs($1) // 600000000 % 60)::VARCHAR, 2, '0'), ':', " +
		"lpad((abs($1) // 10000000 % 60)::VARCHAR, 2, '0'), CASE WHEN $1 % 10000000 <> 0 THEN concat('.', lpad((abs($1) % 10000000)::VARCHAR, 7, '0')) ELSE '' END)"
	timeText = "concat(strftime($1, '%Y-%m-%dT%H:%M:%S.%f'), '0Z')"
	longText = "CASE WHEN regexp_full_match(trim($1), '[+-]?[0-9]+') THEN try_cast(trim($1) AS BIGINT) " +
		"WHEN regexp_full_match(trim($1), '0[xX][0-9a-fA-F]+') THEN try_cast(lower(trim($1)) AS BIGINT) END"
	realText = "CASE WHEN regexp_full_match(trim($1), '[+-]?(([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?|[iI]nf(inity)?|[nN]a[nN])') THEN try_cast(trim($1) AS DOUBLE) END"
	boolText = "CASE lower(trim($1)) WHEN 'true' THEN true WHEN 'false' THEN false ELSE try_cast(regexp_extract($1, '^\\s*([+-]?[0-9]+)\\s*$', 1) AS BIGINT) <> 0 END"
	asList   = "CAST($1 AS JSON[])"
)

// template returns the SQL of an operation, see [fill].
func (op Op) template() string {
	for _, list := range []func(Op) string{logic, numbers, times, conversions, lists, texts, aggregates, windows, series} {
		if s := list(op); s != "" {
			return s
		}
	}
	panic("BUG: no SQL for operation " + string(op))
}

func logic(op Op) string {
	switch op {
	case And:
		return "($1 AND $2)"
	case Or:
		return "($1 OR $2)"
	case Not:
		return "(NOT $1)"
	case Eq:
		return "($1 = $2)"
	case EqOne:
		return "coalesce($1 = $2, false)"
	case EqBoth:
		return "CASE WHEN $1 IS NULL AND $2 IS NULL THEN NULL ELSE $1 IS NOT DISTINCT FROM $2 END"
	case EqReal:
		return "($1 = $2 AND NOT isnan($1))"
	case Ne:
		return "($1 <> $2)"
	case NeReal:
		return "(coalesce($1 <> $2, true) OR coalesce(isnan($1), false))"
	case NeOne:
		return "coalesce($1 <> $2, true)"
	case NeBoth:
		return "CASE WHEN $1 IS NULL AND $2 IS NULL THEN NULL ELSE $1 IS DISTINCT FROM $2 END"
	case Lt, Le, Gt, Ge:
		return "($1 " + string(op) + " $2)"
	case LtReal, LeReal:
		return "($1 " + strings.TrimSuffix(string(op), "real") + " $2 AND NOT isnan($2))"
	case GtReal, GeReal:
		return "($1 " + strings.TrimSuffix(string(op), "real") + " $2 AND NOT isnan($1))"
	case IsNull:
		return "($1 IS NULL)"
	case If:
		return "CASE WHEN $1 THEN $2 ELSE $3 END"
	case First:
		return "coalesce($*)"
	case In:
		return "($1 IN ($+))"
	case InOne:
		return "coalesce($1 IN ($+), false)"
	case InList:
		return "coalesce(list_contains(CAST($2 AS VARCHAR[]), $1), false)"
	}
	return ""
}

func numbers(op Op) string {
	switch op {
	case Add, Sub, Mul, DivReal, DivLong:
		return "($1 " + string(op) + " $2)"
	case Neg:
		return "(- $1)"
	case Mod:
		return "((($1 % $2) + abs($2)) % abs($2))"
	case Scale:
		return "round($1 * $2)::BIGINT"
	case DivScale:
		return "trunc($1 / nullif($2, 0))::BIGINT"
	case RatioSpan:
		return "($1::DOUBLE / $2)"
	case BinLong:
		return "($1 - (($1 % nullif($2, 0)) + abs($2)) % abs($2))"
	case BinReal:
		return "(floor($1 / nullif($2, 0)) * $2)"
	case Greatest:
		return "greatest($*)"
	case GreatestReal:
		return "CASE WHEN list_contains([$*], 'nan'::DOUBLE) THEN 'nan'::DOUBLE ELSE greatest($*) END"
	case LeastReal:
		return "CASE WHEN list_contains([$*], 'nan'::DOUBLE) THEN 'nan'::DOUBLE ELSE least($*) END"
	case Least:
		return "least($*)"
	case Round:
		return "round($1, $2::INTEGER)"
	case Ceil, Abs, Pow, Exp, IsNaN:
		return string(op) + "($*)"
	case Hash:
		return "(hash($1) >> 1)::BIGINT"
	case Bytes:
		unit := func(shift, unit string) string {
			return "concat(regexp_replace(regexp_replace(printf('%.' || $2 || 'f', round($1 / " + shift + ", $2::INTEGER)), '(\\.\\d*?)0+$', '\\1'), '\\.$', ''), ' " + unit + "')"
		}
		return "CASE WHEN abs($1) < 1024 THEN " + unit("1.0", "B") + " WHEN abs($1) < 1048576 THEN " + unit("1024.0", "KB") +
			" WHEN abs($1) < 1073741824 THEN " + unit("1048576.0", "MB") + " WHEN abs($1) < 1099511627776 THEN " + unit("1073741824.0", "GB") +
			" WHEN abs($1) < 1125899906842624 THEN " + unit("1099511627776.0", "TB") + " ELSE " + unit("1125899906842624.0", "PB") + " END"
	}
	return ""
}

func times(op Op) string {
	switch op {
	case AddTime:
		return "make_timestamp(epoch_us($1) + $2 // 10)"
	case SubTime:
		return "make_timestamp(epoch_us($1) - $2 // 10)"
	case DiffTime:
		return "((epoch_us($1) - epoch_us($2)) * 10)"
	case BinTime:
		return "CASE WHEN $2 >= 10 THEN make_timestamp((epoch_us($1) + " + beginning + ") // ($2 // 10) * ($2 // 10) - " + beginning + ") END"
	case TicksOf:
		return "((epoch_us($1) + " + beginning + ") * 10)"
	case TimeOf:
		return "make_timestamp($1 // 10 - " + beginning + ")"
	case AddMonths:
		return "($1 + to_months($2::INTEGER))"
	case StartOf:
		return "date_trunc($1, $2)::TIMESTAMP"
	case StartWeek:
		return "(date_trunc('day', $1)::TIMESTAMP - to_days(dayofweek($1)::INTEGER))"
	case PartOf:
		return "date_part($1, $2)::BIGINT"
	case DayOfWeek:
		return "(dayofweek($1) * 864000000000)::BIGINT"
	case CountParts:
		return "date_diff($1, $2, $3)"
	}
	return ""
}

func conversions(op Op) string {
	switch op {
	case Text, TextOfNumber:
		return "coalesce($1::VARCHAR, '')"
	case TextOfReal:
		return "CASE WHEN isnan($1) THEN 'NaN' ELSE coalesce($1::VARCHAR, '') END"
	case TextOfBool:
		return "CASE WHEN $1 THEN 'True' WHEN NOT $1 THEN 'False' ELSE '' END"
	case TextOfTime:
		return "CASE WHEN $1 IS NULL THEN '' ELSE " + timeText + " END"
	case TextOfSpan:
		return "CASE WHEN $1 IS NULL THEN '' ELSE " + span + " END"
	case SpanText:
		return "CASE WHEN $1 IS NOT NULL THEN " + span + " END"
	case TextOfJSON:
		return "coalesce($1->>'$', '')"
	case LongOfBool:
		return "$1::BIGINT"
	case LongOfReal:
		return "try_cast(trunc($1) AS BIGINT)"
	case LongOfText:
		return longText
	case IntOfLong:
		return "CASE WHEN $1 BETWEEN -2147483648 AND 2147483647 THEN $1 END"
	case IntWrapped:
		return "(((($1 + 2147483648) % 4294967296) + 4294967296) % 4294967296 - 2147483648)"
	case RealOfLong:
		return "$1::DOUBLE"
	case RealOfText:
		return realText
	case BoolOfText:
		return boolText
	case TimeOfText:
		return "coalesce(try_cast($1 AS TIMESTAMP), try_strptime($1, ['%m/%d/%Y %H:%M:%S', '%m/%d/%Y %I:%M:%S %p', '%m/%d/%Y']))"
	case LongOfJSON:
		return "CASE json_type($1) WHEN 'DOUBLE' THEN try_cast(trunc(($1->>'$')::DOUBLE) AS BIGINT) WHEN 'BOOLEAN' THEN (($1->>'$') = 'true')::BIGINT " +
			"ELSE " + strings.ReplaceAll(longText, "$1", "($1->>'$')") + " END"
	case RealOfJSON:
		return "CASE json_type($1) WHEN 'BOOLEAN' THEN (($1->>'$') = 'true')::DOUBLE WHEN 'VARCHAR' THEN " + strings.ReplaceAll(realText, "$1", "($1->>'$')") + " ELSE try_cast($1->>'$' AS DOUBLE) END"
	case BoolOfJSON:
		return "CASE json_type($1) WHEN 'BOOLEAN' THEN ($1->>'$') = 'true' WHEN 'VARCHAR' THEN " + strings.ReplaceAll(boolText, "$1", "($1->>'$')") + " ELSE try_cast($1->>'$' AS DOUBLE) <> 0 END"
	}
	return ""
}

func lists(op Op) string {
	switch op {
	case JSONOf:
		return "to_json($1)"
	case JSONOfReal:
		return "CASE WHEN isnan($1) THEN to_json('NaN') WHEN isinf($1) THEN to_json(CASE WHEN $1 > 0 THEN 'Infinity' ELSE '-Infinity' END) ELSE to_json($1) END"
	case JSONOfTime:
		return "CASE WHEN $1 IS NOT NULL THEN to_json(" + timeText + ") END"
	case JSONOfSpan:
		return "CASE WHEN $1 IS NOT NULL THEN to_json(" + span + ") END"
	case ParseJSON:
		return "CASE WHEN json_valid($1) THEN nullif($1::JSON, 'null'::JSON) WHEN $1 <> '' THEN to_json($1) END"
	case ListOf:
		return "json_array($*)"
	case BagOf:
		return "json_object($*)"
	case At:
		return "nullif(CASE json_type($1) WHEN 'ARRAY' THEN json_extract($1, CASE WHEN $2 < 0 THEN concat('$[#', $2, ']') ELSE concat('$[', $2, ']') END) END, 'null'::JSON)"
	case Property:
		return "nullif(json_extract($1, concat('$.\"', $2, '\"')), 'null'::JSON)"
	case SplitText:
		return "to_json(CASE WHEN $2 = '' THEN [$1] ELSE string_split($1, $2) END)"
	case SplitBy:
		return "to_json(string_split($1, $2))"
	case SplitEntry:
		return "to_json(string_split($1, $2)[$3])"
	case SplitAt:
		return "coalesce(string_split($1, $2)[$3], '')"
	case ListLength:
		return "CASE json_type($1) WHEN 'ARRAY' THEN json_array_length($1)::BIGINT END"
	case ListConcat:
		return "to_json(list_concat(" + asList + ", CAST($2 AS JSON[])))"
	case ListSlice:
		return "to_json(list_slice(" + asList + ", CASE WHEN $2 < 0 THEN $2 ELSE $2 + 1 END, CASE WHEN $3 < 0 THEN $3 ELSE $3 + 1 END))"
	case JoinList:
		return "coalesce(array_to_string(list_transform(" + asList + ", lambda x: coalesce(x->>'$', '')), $2), '')"
	case Entries:
		return "CASE json_type($1) WHEN 'ARRAY' THEN list_transform(" + asList + ", lambda x: nullif(x, 'null'::JSON)) " +
			"WHEN 'OBJECT' THEN list_transform(json_keys($1), lambda k: json_object(k, json_extract($1, concat('$.\"', k, '\"')))) ELSE [$1] END"
	case EntriesPair:
		return "CASE json_type($1) WHEN 'ARRAY' THEN list_transform(" + asList + ", lambda x: nullif(x, 'null'::JSON)) " +
			"WHEN 'OBJECT' THEN list_transform(json_keys($1), lambda k: json_array(k, json_extract($1, concat('$.\"', k, '\"')))) ELSE [$1] END"
	case Slice:
		return "($1)[1:$2]"
	}
	return ""
}

func texts(op Op) string {
	switch op {
	case Concat:
		return "concat($*)"
	case Lower, Upper, Reverse, Contains, Length:
		return string(op) + "($*)"
	case StartsWith:
		return "starts_with($1, $2)"
	case EndsWith:
		return "ends_with($1, $2)"
	case Matches:
		return "regexp_matches($1, $2)"
	case TermPattern:
		return "concat($1, regexp_escape($2), $3)"
	case Substring:
		return "substring($1, ($2 + 1)::BIGINT)"
	case SubstringOf:
		return "substring($1, ($2 + 1)::BIGINT, CASE WHEN $3 < 0 THEN 0 ELSE $3 END)"
	case IndexOf:
		return "(strpos($1, $2) - 1)"
	case IndexMatch:
		return "CASE WHEN regexp_matches($1, $2) THEN length(regexp_extract($1, $2, 1)) ELSE -1 END"
	case ReplaceText:
		return "replace($1, $2, $3)"
	case ReplaceRegexp:
		return "regexp_replace($1, $2, $3, 'g')"
	case Extract:
		return "regexp_extract($1, $2, $3::INTEGER)"
	}
	return ""
}

func aggregates(op Op) string {
	switch op {
	case Count:
		return "count(*)"
	case CountIf:
		return "count(*) FILTER (WHERE $1)"
	case SumLong:
		return "coalesce(sum($1), 0)::BIGINT"
	case SumReal:
		return "coalesce(sum($1), 0)::DOUBLE"
	case SumIfLong:
		return "coalesce(sum($1) FILTER (WHERE $2), 0)::BIGINT"
	case SumIfReal:
		return "coalesce(sum($1) FILTER (WHERE $2), 0)::DOUBLE"
	case MinReal:
		return "CASE WHEN bool_or(isnan($1)) THEN 'nan'::DOUBLE ELSE min($1) END"
	case MaxReal:
		return "CASE WHEN bool_or(isnan($1)) THEN 'nan'::DOUBLE ELSE max($1) END"
	case Min, Max:
		return string(op) + "($1)"
	case MinText:
		return "coalesce(min($1), '')"
	case MaxText:
		return "coalesce(max($1), '')"
	case Avg:
		return "coalesce(avg($1), 'nan'::DOUBLE)"
	case AvgIf:
		return "coalesce(avg($1) FILTER (WHERE $2), 'nan'::DOUBLE)"
	case Distinct:
		return "count(DISTINCT $1)"
	case StDev:
		return "coalesce(stddev_samp($1), 0)"
	case Variance:
		return "coalesce(var_samp($1), 0)"
	case MakeList:
		return "to_json(coalesce(list($1) FILTER (WHERE $1 IS NOT NULL), [])[1:$2])"
	case MakeFlat:
		return "to_json(coalesce(flatten(list(CASE json_type($1) WHEN 'ARRAY' THEN " + asList + " ELSE [$1] END) FILTER (WHERE $1 IS NOT NULL)), [])[1:$2])"
	case MakeSet:
		return "to_json(coalesce(list(DISTINCT $1 ORDER BY $1) FILTER (WHERE $1 IS NOT NULL), [])[1:$2])"
	case ArgMax:
		return "CASE WHEN count($1) = 0 THEN first($2) ELSE arg_max_null($2, $1) END"
	case ArgMin:
		return "CASE WHEN count($1) = 0 THEN first($2) ELSE arg_min_null($2, $1) END"
	case AnyRow:
		return "first($1)"
	}
	return ""
}
