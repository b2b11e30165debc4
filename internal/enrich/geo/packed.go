package geo

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"weir/internal/enrich/ranges"
	"weir/internal/flow"
)

// packedMagic begins the packed form of a database: then a line of JSON, then
// for IPv4 and for IPv6 the number of boundaries, their distances and their
// places as varints, IPv6 boundaries as two halves.
const packedMagic = "weir-geo 1\n"

type packedHeader struct {
	Type        string    `json:"type"`
	Built       time.Time `json:"built"`
	Attribution string    `json:"attribution"`
	Places      []Place   `json:"places"` // without the zero Place
}

// Pack writes a database in the packed form, in gzip. The attribution takes
// the place of the database's own, unless it is empty.
func (d *Database) Pack(w io.Writer, attribution string) error {
	h := packedHeader{Type: d.Type, Built: d.Built, Attribution: d.Attribution, Places: d.places[1:]}
	if attribution != "" {
		h.Attribution = attribution
	}
	head, err := json.Marshal(h)
	if err != nil {
		return fmt.Errorf("cannot pack the geography database: %w", err)
	}
	zip, err := gzip.NewWriterLevel(w, gzip.BestCompression)
	if err != nil {
		return fmt.Errorf("cannot pack the geography database: %w", err)
	}
	out := bufio.NewWriter(zip)
	out.WriteString(packedMagic)
	out.Write(append(head, '\n'))
	for _, four := range []bool{true, false} {
		var cuts []ranges.Range // with the gaps between ranges as ranges of place 0
		for r := range d.table.All() {
			if r.First.Is4() != four {
				continue
			}
			if n := len(cuts); n > 0 && next(cuts[n-1].Last) != r.First {
				cuts = append(cuts, ranges.Range{First: next(cuts[n-1].Last)})
			}
			cuts = append(cuts, r)
		}
		if n := len(cuts); n > 0 && cuts[n-1].Last != lastOf(four) {
			cuts = append(cuts, ranges.Range{First: next(cuts[n-1].Last)})
		}
		var b []byte
		b = binary.AppendUvarint(b, uint64(len(cuts)))
		before := flow.Addr{}
		for _, c := range cuts {
			if four {
				b = binary.AppendUvarint(b, uint64(uint32(c.First.Lo)-uint32(before.Lo)))
			} else {
				b = binary.AppendUvarint(b, c.First.Hi-before.Hi)
			}
			before = c.First
		}
		if !four {
			for _, c := range cuts {
				b = binary.AppendUvarint(b, c.First.Lo)
			}
		}
		for _, c := range cuts {
			b = binary.AppendUvarint(b, uint64(c.Value))
		}
		out.Write(b)
	}
	if err := errors.Join(out.Flush(), zip.Close()); err != nil {
		return fmt.Errorf("cannot write the packed geography database: %w", err)
	}
	return nil
}

var errPacked = errors.New("the packed form is damaged")

func readPacked(data []byte) (*Database, error) {
	data = data[len(packedMagic):]
	head, data, found := bytes.Cut(data, []byte("\n"))
	var h packedHeader
	if err := json.Unmarshal(head, &h); !found || err != nil {
		return nil, fmt.Errorf("%w: header: %w", errPacked, err)
	}
	d := &Database{places: append([]Place{{}}, h.Places...)}
	d.Type, d.Built, d.Attribution = h.Type, h.Built, h.Attribution
	read := func() uint64 {
		v, n := binary.Uvarint(data)
		if n <= 0 {
			data = nil
			return 0
		}
		data = data[n:]
		return v
	}
	var at [2][]flow.Addr
	var values [2][]uint32
	for family := range at {
		count := read()
		if count > uint64(len(data)) { // each takes at least two bytes
			return nil, fmt.Errorf("%w: it is cut off", errPacked)
		}
		cuts := make([]flow.Addr, count)
		before := uint64(0)
		for i := range cuts {
			before += read()
			if family == 0 {
				cuts[i] = flow.AddrFrom4(uint32(before))
			} else {
				cuts[i].Hi = before
			}
		}
		if family == 1 {
			for i := range cuts {
				cuts[i].Lo = read()
			}
		}
		at[family], values[family] = cuts, make([]uint32, count)
		for i := range cuts {
			value := read()
			if data == nil || value >= uint64(len(d.places)) {
				return nil, fmt.Errorf("%w: it is cut off or has wrong places", errPacked)
			}
			if i > 0 && cuts[i-1].Compare(cuts[i]) >= 0 {
				return nil, fmt.Errorf("%w: it is out of order", errPacked)
			}
			values[family][i] = uint32(value)
		}
	}
	d.table = ranges.FromBoundaries(at[0], at[1], values[0], values[1])
	return d, nil
}

// lastOf returns the last address of a family.
func lastOf(four bool) flow.Addr {
	if four {
		return flow.AddrFrom4(1<<32 - 1)
	}
	return flow.Addr{Hi: 1<<64 - 1, Lo: 1<<64 - 1}
}
