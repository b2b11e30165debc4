package rel

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
		return "concat($1, CASE WHEN regexp_matches($2, '^[\\p{L}\\p{N}]') THEN $3 ELSE '' END, regexp_escape($2), " +
			"CASE WHEN regexp_matches($2, '[\\p{L}\\p{N}]$') THEN $4 ELSE '' END)"
	case Substring:
		return "substring($1, ($2 + 1)::BIGINT)"
	case SubstringOf:
		return "substring($1, ($2 + 1)::BIGINT, CASE WHEN $3 < 0 THEN 0 ELSE $3 END)"
	case PlaceIn:
		return "CASE WHEN $2 < 0 THEN CASE WHEN length($1) + $2 < 0 THEN length($1) ELSE length($1) + $2 END ELSE $2 END"
	case Size:
		return "strlen($1)"
	case CompareText:
		return "CASE WHEN $1 < $2 THEN -1 WHEN $1 > $2 THEN 1 ELSE 0 END"
	case IsASCII:
		return "regexp_full_match($1, '[\\x00-\\x7F]*')"
	case MD5, SHA1, SHA256:
		return string(op) + "($1)"
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
	case AvgTicks:
		return "round(avg($1))::BIGINT"
	case Distinct:
		return "count(DISTINCT $1)"
	case StDev:
		return "coalesce(stddev_samp($1), 0)"
	case Variance:
		return "coalesce(var_samp($1), 0)"
	case StDevAll:
		return "coalesce(stddev_pop($1), 0)"
	case VarianceAll:
		return "coalesce(var_pop($1), 0)"
	case Covariance:
		return "covar_samp($1, $2)"
	case CovarianceAll:
		return "covar_pop($1, $2)"
	case Quantile:
		return "quantile_disc($1, $2)"
	case AllAnd:
		return "bit_and($1)"
	case AllOr:
		return "bit_or($1)"
	case AllXor:
		return "bit_xor($1)"
	case MakeListAll:
		return "to_json(coalesce(list($1), [])[1:$2])"
	case MakeFlatAll:
		return "to_json(coalesce(flatten(list(CASE json_type($1) WHEN 'ARRAY' THEN " + asList + " ELSE [$1] END)), [])[1:$2])"
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
	case AnyValue:
		return "any_value($1)"
	}
	return ""
}
