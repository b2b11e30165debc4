package geo

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/oschwald/maxminddb-golang/v2"

	"weir/internal/enrich/ranges"
	"weir/internal/flow"
	"weir/internal/plaintext"
)

// Info describes a database.
type Info struct {
	Name        string    // where it was read from
	Type        string    // what it calls itself: "GeoLite2-Country"
	Built       time.Time // by its own word
	Attribution string    // the sentence its licence wants to be shown
	Networks    int       // ranges of addresses with a place
	Country     bool      // whether it knows countries
	ASN         bool      // whether it knows autonomous systems
}

// Database is one verified database. It does not change once read.
type Database struct {
	Info
	table  *ranges.Table
	places []Place // places[0] is the zero Place
}

// ErrBroken is what a database is that cannot be used: not of a format known,
// cut off, or damaged anywhere.
var ErrBroken = errors.New("the database is broken")

// maxBytes bounds what is read, unpacked; the largest database of today (of
// cities) is a third of it.
const maxBytes = 512 << 20

// ErrUnread is what a database is that could not be read to its end.
var ErrUnread = errors.New("the file cannot be read")

// Load reads and verifies the database in a file: MMDB, the packed form of
// this package, or either of them in gzip. What is no regular file is refused.
func Load(path string) (*Database, error) {
	d, _, err := readFile(path)
	return d, err
}

func open(path string) (*os.File, error) {
	file, err := plaintext.OpenFile(path)
	if err != nil {
		return nil, fmt.Errorf("cannot open the geography database: %w", err)
	}
	return file, nil
}

// Read is Load for an open file; name is for messages.
func Read(name string, r io.Reader) (*Database, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxBytes+1))
	if err != nil {
		return nil, fmt.Errorf("cannot use the geography database %s: %w: %w", name, ErrUnread, err)
	}
	if bytes.HasPrefix(data, []byte{0x1f, 0x8b}) {
		var unpacked *gzip.Reader
		if unpacked, err = gzip.NewReader(bytes.NewReader(data)); err == nil {
			data, err = io.ReadAll(io.LimitReader(unpacked, maxBytes+1))
		}
	}
	var d *Database
	switch {
	case err != nil:
	case len(data) > maxBytes:
		err = fmt.Errorf("it is larger than %d MB", maxBytes>>20)
	case bytes.HasPrefix(data, []byte(packedMagic)):
		d, err = readPacked(data)
	default:
		d, err = readMMDB(data)
	}
	if err != nil {
		return nil, fmt.Errorf("cannot use the geography database %s: %w: %w", name, ErrBroken, err)
	}
	d.Name = name
	d.Networks = d.table.Len()
	for _, p := range d.places {
		d.Country = d.Country || p.Country != ""
		d.ASN = d.ASN || p.ASN != 0 || p.Organisation != ""
	}
	if !d.Country && !d.ASN {
		return nil, fmt.Errorf("cannot use the geography database %s: it is of type %q and holds neither countries nor autonomous systems; use one of countries, cities or ASNs", name, d.Type)
	}
	return d, nil
}

// readMMDB visits every network and decodes every record, which finds what the
// reader's own look-ups would find only for some addresses. The library's
// Verify is stricter about metadata than databases in use are.
func readMMDB(data []byte) (*Database, error) {
	reader, err := maxminddb.OpenBytes(data)
	if err != nil {
		return nil, err
	}
	meta := reader.Metadata
	d := &Database{places: []Place{{}}}
	d.Type, d.Built = meta.DatabaseType, meta.BuildTime().UTC()
	d.Attribution = attribution(meta.DatabaseType, meta.Description["en"])

	byOffset := map[uintptr]uint32{}
	number := map[Place]uint32{{}: 0}
	var all []ranges.Range
	count := uint(0)
	for network := range reader.Networks() {
		if err := network.Err(); err != nil {
			return nil, err
		}
		if count++; count > meta.NodeCount+1 { // a tree of n nodes has n+1 ends
			return nil, errors.New("its search tree leads to the same networks again and again")
		}
		n, known := byOffset[network.Offset()]
		if !known {
			var record any
			if err := network.Decode(&record); err != nil {
				return nil, fmt.Errorf("network %s: %w", network.Prefix(), err)
			}
			p := placeOf(record)
			if n, known = number[p]; !known {
				n = uint32(len(d.places))
				number[p] = n
				d.places = append(d.places, p)
			}
			byOffset[network.Offset()] = n
		}
		first, last := ranges.Addrs(network.Prefix())
		if end := len(all) - 1; end >= 0 && all[end].Value == n && next(all[end].Last) == first {
			all[end].Last = last
			continue
		}
		all = append(all, ranges.Range{First: first, Last: last, Value: n})
	}
	if count == 0 {
		return nil, errors.New("it has no networks")
	}
	d.table = ranges.FromRanges(all)
	return d, nil
}

func next(a flow.Addr) flow.Addr {
	if a.Lo++; a.Lo == 0 {
		a.Hi++
	}
	return a
}
