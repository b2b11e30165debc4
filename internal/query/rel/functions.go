package rel

// functions are those of numbers that are no operators. The engine refuses what
// has no value; these give what Kusto gives.
func functions(op Op) string {
	switch op {
	case IsInf, IsFinite, Atan, Atan2, Degrees, Radians:
		return string(op) + "($*)"
	case Sign:
		return "CASE WHEN isnan($1) THEN 0 ELSE sign($1) END::DOUBLE"
	case Sqrt:
		return "CASE WHEN $1 < 0 THEN 'nan'::DOUBLE ELSE sqrt($1) END"
	case Ln, Log2, Log10:
		return "CASE WHEN $1 > 0 THEN " + string(op) + "($1) WHEN $1 = 0 THEN '-inf'::DOUBLE END"
	case Exp2:
		return "pow(2, $1)"
	case Exp10:
		return "pow(10, $1)"
	case Sin, Cos, Tan, Cot:
		return "CASE WHEN isfinite($1) THEN " + string(op) + "($1) WHEN $1 IS NOT NULL THEN 'nan'::DOUBLE END"
	case Asin, Acos:
		return "CASE WHEN abs($1) <= 1 THEN " + string(op) + "($1) WHEN $1 IS NOT NULL THEN 'nan'::DOUBLE END"
	case RandomBelow:
		return "floor(random() * $1)::BIGINT"
	case NewGUID:
		return "uuid()::VARCHAR"
	case BitAnd:
		return "($1 & $2)"
	case BitOr:
		return "($1 | $2)"
	case BitXor:
		return "xor($1, $2)"
	case BitNot:
		return "(~$1)"
	case BitCount:
		return "bit_count($1)::BIGINT"
	}
	return ""
}
