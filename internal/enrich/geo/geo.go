// Package geo says in which country a public address is, and to which
// autonomous system it belongs where a database knows.
//
// Databases are MMDB files of any common layout: GeoLite2 and GeoIP2
// (country.iso_code, else registered_country.iso_code), DB-IP (the same),
// IPinfo (country or country_code, asn, as_name) and ip-location-db
// (country_code, autonomous_system_number). When a database is read every
// network of it is visited and every record decoded, so that a broken file is
// refused as a whole instead of answering wrongly now and then. What is kept
// are flat ranges of addresses: a look-up takes nanoseconds, allocates
// nothing and takes no lock, and several databases, also separate files for
// IPv4 and IPv6, cost no more than one.
//
// # The built-in database
//
// The binary holds what lies in data/country.geo.gz when it is built; the
// folder is embedded as it is, so the file may be absent, and [Embedded] then
// says so. It is not kept in version control. The build makes it from the npm
// package @ip-location-db/geo-whois-asn-country-mmdb, after npm has installed
// that as a development dependency of the page:
//
//	go run ./internal/enrich/geo/pack \
//	  -o internal/enrich/geo/data/country.geo.gz \
//	  ui/node_modules/@ip-location-db/geo-whois-asn-country-mmdb/geo-whois-asn-country.mmdb
//
// The ranges lose nothing but what follows from merging neighbours, and are a
// fraction of the MMDB's size.
package geo

import (
	"slices"

	"weir/internal/enrich/ranges"
	"weir/internal/flow"
)

// Place is what the databases know of an address. The zero Place says that
// they know nothing.
type Place struct {
	Country      string `json:"country,omitempty"`      // ISO 3166-1 alpha-2, lower case
	ASN          uint32 `json:"asn,omitempty"`          // number of the autonomous system that announces it
	Organisation string `json:"organisation,omitempty"` // its holder
}

// Set answers from several databases. It does not change once made.
type Set struct {
	databases []Info // not the databases, whose tables take as much memory again
	table     *ranges.Table
	places    []Place
}

// NewSet lays databases over each other: of every fact the first database that
// has it for an address decides, so the better one goes first. Private,
// reserved and multicast addresses and those for documentation have no place,
// whatever a database says.
func NewSet(databases ...*Database) *Set {
	s := &Set{places: []Place{{}}}
	tables := []*ranges.Table{ranges.PlacelessTable()}
	for _, d := range databases {
		s.databases = append(s.databases, d.Info)
		tables = append(tables, d.table)
	}
	type step struct{ database, before, place uint32 }
	number := map[Place]uint32{{}: 0}
	after := map[step]uint32{} // the number of what a database adds to a place
	s.table = ranges.Merge(tables, func(values []uint32) uint32 {
		if values[0] != 0 {
			return 0
		}
		n := uint32(0)
		for i, d := range databases {
			at := step{uint32(i), n, values[i+1]}
			next, ok := after[at]
			if !ok {
				p := s.places[n].or(d.places[at.place])
				if next, ok = number[p]; !ok {
					next = uint32(len(s.places))
					number[p] = next
					s.places = append(s.places, p)
				}
				after[at] = next
			}
			n = next
		}
		return n
	})
	return s
}

// or returns the place with what it lacks from another.
func (p Place) or(other Place) Place {
	if p.Country == "" {
		p.Country = other.Country
	}
	if p.ASN == 0 && p.Organisation == "" {
		p.ASN, p.Organisation = other.ASN, other.Organisation
	}
	return p
}

// Find returns the place of an address.
func (s *Set) Find(a flow.Addr) Place { return s.places[s.table.Find(a)] }

// Number returns a small number that is the same for all addresses of one
// place, and 0 where nothing is known. See Place.
func (s *Set) Number(a flow.Addr) uint32 { return s.table.Find(a) }

// Place returns the place with a number from Number of the same Set.
func (s *Set) Place(number uint32) Place { return s.places[number] }

// Databases returns what the set was made of, in order of precedence.
func (s *Set) Databases() []Info { return slices.Clone(s.databases) }
