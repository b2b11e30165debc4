package licences

import (
	"fmt"
	"slices"
	"strings"
)

// allowed lists the licences that what is linked may have: they ask for their
// text and notices, which travel in the binary, and for nothing of Weir's own
// source. TPC-EULA is that of two generators of test data inside DuckDB, which
// are linked with it and which Weir never calls.
func allowed() []string {
	return []string{
		"0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "BSL-1.0", "CC-BY-4.0", "ISC", "MIT", "PostgreSQL",
		"Unicode-DFS-2016", "Zlib", "LicenseRef-TPC-EULA",
	}
}

// Check says what is wrong with a licence: it is not known, or not one of those
// that may be linked. Of two that are joined by OR one must be allowed, of two
// joined by AND both.
func Check(expression string) error {
	if expression == "" || expression == Unknown {
		return fmt.Errorf("its licence is not known")
	}
	for all := range strings.SplitSeq(strings.Trim(expression, "()"), " AND ") {
		if !slices.ContainsFunc(strings.Split(all, " OR "), func(one string) bool { return slices.Contains(allowed(), one) }) {
			return fmt.Errorf("its licence is %s, which is not among those that may be linked: %s", all, strings.Join(allowed(), ", "))
		}
	}
	return nil
}

// Classify names the licence of a text, by sentences that only that licence
// has. It returns Unknown for any other text.
func Classify(text string) string {
	t := strings.ToLower(strings.Join(strings.Fields(text), " "))
	has := func(parts ...string) bool {
		return !slices.ContainsFunc(parts, func(p string) bool { return !strings.Contains(t, p) })
	}
	var found []string
	add := func(id string, is bool) {
		if is {
			found = append(found, id)
		}
	}
	bsd := has("redistribution and use in source and binary forms, with or without modification, are permitted")
	add("AGPL-3.0", has("gnu affero general public license"))
	add("GPL", has("gnu general public license") && !has("gnu affero"))
	add("LGPL", has("gnu lesser general public license") || has("gnu library general public license"))
	add("MPL-2.0", has("mozilla public license"))
	add("Apache-2.0", has("apache license", "version 2.0, january 2004") || has("licensed under the apache license, version 2.0"))
	add("BSD-3-Clause", bsd && has("neither the name"))
	add("BSD-2-Clause", bsd && !has("neither the name"))
	permission := has("permission is hereby granted, free of charge, to any person obtaining a copy")
	add("MIT", permission && has("the above copyright notice and this permission notice shall be included"))
	add("ISC", has("permission to use, copy, modify, and/or distribute this software for any purpose", "provided that the above copyright notice"))
	add("0BSD", has("permission to use, copy, modify, and/or distribute this software for any purpose") && !has("provided that the above copyright notice"))
	if len(found) == 0 {
		return Unknown
	}
	return strings.Join(found, " AND ")
}
