package rel

import "strings"

const (
	// beginning is 1970-01-01 in microseconds since 0001-01-01, from which
	// Kusto counts times.
	beginning = "62135596800000000"
	lastWeek  = "253401782400000000" // 9999-12-26
	span      = "concat(CASE WHEN $1 < 0 THEN '-' ELSE '' END, CASE WHEN abs($1) >= 864000000000 THEN concat(abs($1) // 864000000000, '.') ELSE '' END, " +
		"lpad((abs($1) // 36000000000 % 24)::VARCHAR, 2, '0'), ':', lpad((abs($1) // 600000000 % 60)::VARCHAR, 2, '0'), ':', " +
		"lpad((abs($1) // 10000000 % 60)::VARCHAR, 2, '0'), CASE WHEN $1 % 10000000 <> 0 THEN concat('.', lpad((abs($1) % 10000000)::VARCHAR, 7, '0')) ELSE '' END)"
	timeText = "concat(strftime($1, '%Y-%m-%dT%H:%M:%S.%f'), '0Z')"
	longText = "CASE WHEN regexp_full_match(trim($1), '[+-]?[0-9]+') THEN try_cast(trim($1) AS BIGINT) " +
		"WHEN regexp_full_match(trim($1), '0[xX][0-9a-fA-F]+') THEN try_cast(lower(trim($1)) AS BIGINT) END"
	realText = "CASE WHEN regexp_full_match(trim($1), '[+-]?(([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?|[iI]nf(inity)?|[nN]a[nN])') THEN try_cast(trim($1) AS DOUBLE) END"
	boolText = "CASE lower(trim($1)) WHEN 'true' THEN true WHEN 'false' THEN false ELSE try_cast(regexp_extract($1, '^\\s*([+-]?[0-9]+)\\s*$', 1) AS BIGINT) <> 0 END"
	// longOfReal ends where a long does.
	longOfReal = "CASE WHEN $1 >= 9223372036854775807 AND NOT isnan($1) THEN 9223372036854775807 WHEN $1 <= -9223372036854775808 THEN (-9223372036854775807 - 1) ELSE try_cast(trunc($1) AS BIGINT) END"
	wrapped    = "((($1 % 4294967296) + 6442450944) % 4294967296 - 2147483648)"
	asList     = "CAST($1 AS JSON[])"
)

// template returns the SQL of an operation, see [fill].
func (op Op) template() string {
	if f, ok := strings.CutPrefix(string(op), computePrefix); ok {
		return "weir_compute(" + quote(f) + ", $*)"
	}
	for _, list := range []func(Op) string{logic, numbers, functions, times, conversions, lists, texts, aggregates, windows, series, seriesMath} {
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
	case BinInstant:
		return "CASE WHEN $2 > 0 THEN $1 - $1 % $2 END"
	case BinAt:
		return "CASE WHEN $2 > 0 THEN $1 - ((($1 - $3) % $2) + $2) % $2 END"
	case BinAtReal:
		return "CASE WHEN $2 > 0 THEN floor(($1 - $3) / $2) * $2 + $3 END"
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
	case MoveInstant:
		return "CASE WHEN $1 + $2 BETWEEN 0 AND 3155378975999999999 THEN $1 + $2 END"
	case TicksOf:
		return "((epoch_us($1) + " + beginning + ") * 10)"
	case TimeOf:
		return "make_timestamp($1 // 10 - " + beginning + ")"
	case AddMonths:
		return "($1 + to_months($2::INTEGER))"
	case StartOf:
		return "date_trunc($1, $2)::TIMESTAMP"
	case PartOfSecond:
		return "($1 % 10000000 // $2 * $3)"
	case StartWeek:
		return "(date_trunc('day', $1)::TIMESTAMP - to_days(dayofweek($1)::INTEGER))"
	case PartOf:
		return "date_part($1, $2)::BIGINT"
	case DayOfWeek:
		return "CASE WHEN $1 < make_timestamp(" + lastWeek + ") THEN (dayofweek($1) * 864000000000)::BIGINT END" // Kusto has none in the last week of all
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
		return longOfReal
	case IntOfJSON:
		return "CASE json_type($1) WHEN 'DOUBLE' THEN try_cast(greatest(least(trunc(($1->>'$')::DOUBLE), 2147483647), -2147483648) AS BIGINT) " +
			"WHEN 'BOOLEAN' THEN (($1->>'$') = 'true')::BIGINT WHEN 'VARCHAR' THEN CASE WHEN " + strings.ReplaceAll(longText, "$1", "($1->>'$')") +
			" BETWEEN -2147483648 AND 2147483647 THEN " + strings.ReplaceAll(longText, "$1", "($1->>'$')") + " END " +
			"ELSE " + strings.ReplaceAll(wrapped, "$1", "try_cast($1->>'$' AS BIGINT)") + " END"
	case LongOfText:
		return longText
	case IntOfLong:
		return "CASE WHEN $1 BETWEEN -2147483648 AND 2147483647 THEN $1 END"
	case IntWrapped:
		return wrapped
	case RealOfLong:
		return "$1::DOUBLE"
	case RealOfText:
		return realText
	case BoolOfText:
		return boolText
	case TimeOfText:
		return "coalesce(try_cast($1 AS TIMESTAMP), try_strptime($1, ['%m/%d/%Y %H:%M:%S', '%m/%d/%Y %I:%M:%S %p', '%m/%d/%Y']))"
	case LongOfJSON:
		return "CASE json_type($1) WHEN 'DOUBLE' THEN " + strings.ReplaceAll(longOfReal, "$1", "($1->>'$')::DOUBLE") + " WHEN 'BOOLEAN' THEN (($1->>'$') = 'true')::BIGINT " +
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
	case SplitTexts:
		return "string_split($1, $2)"
	case TextList:
		return "[$*]"
	case SplitLength:
		return "len(string_split($1, $2))"
	case TextOr:
		return "coalesce($1, '')"
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
