package decode

import (
	"io"
	"runtime"
	"strconv"
	"strings"
	"testing"
)

// endless repeats a piece of content for as many bytes as it is asked to be.
type endless struct {
	head, piece, tail string
	pieces            func(n int) string // instead of piece, each its own
	size              int64
	at                int64
	n                 int
	buf               string
}

func (e *endless) Read(p []byte) (int, error) {
	n := 0
	for n < len(p) {
		if e.buf == "" {
			switch {
			case e.at == 0 && e.head != "":
				e.buf, e.head = e.head, ""
			case e.at < e.size:
				if e.buf = e.piece; e.pieces != nil {
					e.buf = e.pieces(e.n)
					e.n++
				}
			case e.tail != "":
				e.buf, e.tail = e.tail, ""
			default:
				return n, io.EOF
			}
		}
		k := copy(p[n:], e.buf)
		e.buf = e.buf[k:]
		n += k
		e.at += int64(k)
	}
	return n, nil
}

// TestMemoryDoesNotGrow reads objects of 4 GiB, 256 MiB in the quick run, and
// holds the live memory to what a small object needs.
func TestMemoryDoesNotGrow(t *testing.T) {
	size := int64(4 << 30)
	if testing.Short() {
		size = 256 << 20
	}
	object := string(canonicalObject(true, 1<<20))
	records := strings.TrimSuffix(strings.TrimPrefix(object, `{"records":[`), `]}`)
	for name, e := range map[string]*endless{
		"records":            {head: `{"records":[`, piece: records + ",", tail: records + `]}`, size: size},
		"white space":        {piece: strings.Repeat(" \n", 1<<16), tail: nsgRecord, size: size / 4},
		"garbage":            {piece: strings.Repeat("garbage ", 1<<14), tail: nsgRecord, size: size / 4},
		"one string":         {head: `{"time":"`, piece: strings.Repeat("x", 1<<16), tail: `"}` + nsgRecord, size: size / 4},
		"one record":         {head: strings.TrimSuffix(vnetRecord, `]}]}]}}`), piece: strings.Repeat(`,"1742590776123,10.0.0.1,10.0.0.2,1,22,6,O,E,NX,1,2,3,4"`, 1<<10), tail: `]}]}]}},` + nsgRecord, size: size / 4},
		"one record, nested": {head: `{"a":[`, piece: strings.Repeat(`{"time":[{"b":"c"}]},`, 1<<10), tail: `0]}` + nsgRecord, size: size / 64},
		"rejected tuples":    {head: strings.TrimSuffix(vnetRecord, `]}]}]}}`), piece: strings.Repeat(`,1`, 1<<10), tail: `]}]}]}},` + nsgRecord, size: size / 16},
		"empty elements":     {head: `{"flowRecords":{"flows":[{}`, piece: strings.Repeat(`,{}`, 1<<10), tail: `]}}` + nsgRecord, size: size / 16},
		"names": {size: size / 4, tail: nsgRecord, pieces: func(n int) string {
			name := strings.Repeat("x", 1000) + strconv.Itoa(n)
			return strings.NewReplacer("PlatformRule", name, "/A", name, "/F", name, "000A0A00AA00", name).Replace(vnetRecord)
		}},
		"endless names": {size: size / 4, tail: nsgRecord, pieces: func(n int) string {
			return strings.ReplaceAll(vnetRecord, "PlatformRule", strings.Repeat(strconv.Itoa(n), 1<<20))
		}},
	} {
		t.Run(name, func(t *testing.T) {
			r := NewReader()
			if err := r.Reset(e, Mark{}); err != nil {
				t.Fatal(err)
			}
			var peak, m runtime.MemStats
			tuples := 0
			for n := 0; ; n++ {
				rec, err := r.Next()
				if n%50_000 == 0 || err != nil {
					runtime.GC()
					runtime.ReadMemStats(&m)
					peak.HeapAlloc = max(peak.HeapAlloc, m.HeapAlloc)
					peak.HeapSys = max(peak.HeapSys, m.HeapSys)
				}
				if err == io.EOF {
					break
				} else if err != nil {
					t.Fatal(err)
				}
				tuples += len(rec.Tuples)
			}
			if tuples == 0 {
				t.Error("no tuple was found at the end")
			}
			t.Logf("%d MiB read, %d tuples, heap %d MiB live, %d MiB in all", r.Seen()>>20, tuples, peak.HeapAlloc>>20, peak.HeapSys>>20)
			if peak.HeapSys > 400<<20 {
				t.Errorf("the heap took %d MiB", peak.HeapSys>>20)
			}
		})
	}
}
