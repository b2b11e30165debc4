package filter

import "weir/internal/query"

// names returns all names of fields, aliases and ends included.
func names() []string {
	var all []string
	for _, f := range query.Fields() {
		all = append(append(all, f.Name), f.Aliases...)
		if f.Ends {
			all = append(all, f.NameAt(query.InitiatorEnd), f.NameAt(query.ResponderEnd))
		}
	}
	return all
}
