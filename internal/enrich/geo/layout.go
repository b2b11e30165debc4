package geo

import (
	"strconv"
	"strings"
)

// placeOf finds the facts in a record of any known layout.
func placeOf(record any) Place {
	m, ok := record.(map[string]any)
	if !ok {
		return Place{}
	}
	var p Place
	for _, path := range [][]string{
		{"country", "iso_code"},            // GeoLite2, GeoIP2, DB-IP
		{"registered_country", "iso_code"}, // the same, where no host has been placed
		{"country_code"},                   // ip-location-db, IPinfo Lite
		{"country"},                        // IPinfo
	} {
		if p.Country = countryCode(at(m, path)); p.Country != "" {
			break
		}
	}
	for _, path := range [][]string{{"autonomous_system_number"}, {"asn"}, {"traits", "autonomous_system_number"}} {
		if p.ASN = number(at(m, path)); p.ASN != 0 {
			break
		}
	}
	for _, path := range [][]string{
		{"autonomous_system_organization"},
		{"as_name"},
		{"traits", "autonomous_system_organization"},
		{"name"}, // IPinfo's ASN database
	} {
		if s, ok := at(m, path).(string); ok && s != "" && p.ASN != 0 {
			p.Organisation = s
			break
		}
	}
	return p
}

func at(m map[string]any, path []string) any {
	var v any = m
	for _, key := range path {
		inner, ok := v.(map[string]any)
		if !ok {
			return nil
		}
		v = inner[key]
	}
	return v
}

// countryCode returns a two-letter code in lower case; a country's name, which
// IPinfo Lite has under the key that other layouts have the code under, is none.
func countryCode(v any) string {
	s, _ := v.(string)
	if len(s) != 2 || s == "ZZ" || !letter(s[0]) || !letter(s[1]) {
		return ""
	}
	return strings.ToLower(s)
}

func letter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }

// number reads 15169, "15169" and "AS15169".
func number(v any) uint32 {
	switch v := v.(type) {
	case uint64:
		if v < 1<<32 {
			return uint32(v)
		}
	case int:
		if 0 <= v && v < 1<<32 {
			return uint32(v)
		}
	case string:
		n, err := strconv.ParseUint(strings.TrimPrefix(strings.ToUpper(v), "AS"), 10, 32)
		if err == nil {
			return uint32(n)
		}
	}
	return 0
}

// attribution returns the sentence that the licence of a database wants to be
// shown beside what comes from it.
func attribution(kind, description string) string {
	is := func(word string) bool {
		return strings.Contains(strings.ToLower(kind+" "+description), word)
	}
	switch {
	case is("geolite"):
		return "This product includes GeoLite Data created by MaxMind, available from https://www.maxmind.com"
	case is("geoip2"):
		return "Geography by MaxMind GeoIP2, https://www.maxmind.com"
	case is("dbip"), is("db-ip"):
		return "IP Geolocation by DB-IP, https://db-ip.com"
	case is("ipinfo"):
		return "IP address data powered by IPinfo, https://ipinfo.io"
	}
	if description != "" {
		return description
	}
	return kind
}
