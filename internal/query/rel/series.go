package rel

// Operations of texts that are taken apart, and of series.
const (
	// KeyedMatch is the second group of the first match of a pattern whose first
	// group is a key.
	KeyedMatch Op = "keyed match" // text, pattern, key
	// KeyedPart is what stands behind a key in one of the parts of a text.
	KeyedPart Op = "keyed part" // text, what divides parts, what divides key and value, key

	// Numbers is the whole numbers from one to another, as what Unnest wants;
	// at most 2^20.
	Numbers Op = "numbers"
	// Entered is how many rows Unnest makes of a list.
	Entered Op = "entered"
	// ListBy is the values of a group as a JSON list, in the order of another.
	ListBy Op = "list by"
	AnyIf  Op = "any if"
	Random Op = "random"
	// JSONType is the type of a JSON value in the words of the engine.
	JSONType Op = "json type"
)

func series(op Op) string {
	switch op {
	case KeyedMatch:
		return "coalesce(regexp_extract_all($1, $2, 2)[list_position(regexp_extract_all($1, $2, 1), $3)], '')"
	case KeyedPart:
		return "coalesce(list_transform(list_filter(string_split($1, $2), lambda x: contains(x, $3) AND trim(split_part(x, $3, 1)) = $4), " +
			"lambda x: trim(substring(x, strpos(x, $3) + length($3))))[1], '')"
	case Numbers:
		return "range($1, least(greatest($2, $1 - 1) + 1, $1 + 1048576))"
	case Entered:
		return "len($1)"
	case ListBy:
		return "to_json(list($1 ORDER BY $2))"
	case AnyIf:
		return "first($1) FILTER (WHERE $2)"
	case Random:
		return "random()"
	case JSONType:
		return "coalesce(json_type($1), 'NULL')"
	}
	return ""
}
