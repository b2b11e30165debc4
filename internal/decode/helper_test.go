package decode

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"weir/internal/flow"
	"weir/internal/shared"
)

// entry is a decoded tuple with what it belongs to.
type entry struct {
	Log   flow.Log
	Rule  flow.Rule
	Tuple flow.Tuple
}

// decoded is everything that reading one object yields.
type decoded struct {
	Records  int
	Entries  []entry
	Rejects  []Rejection
	Unlisted map[Reason]int64
	Mark     Mark
	Pending  int64
	Err      string
	// Fingerprint is that of the first record with tuples.
	Fingerprint uint64
}

// decodeAll reads content to its end.
func decodeAll(r *Reader, content io.Reader, from Mark) decoded {
	var d decoded
	if err := r.Reset(content, from); err != nil {
		d.Err = err.Error()
		return d
	}
	d.rest(r)
	return d
}

// resumeAll reads content from a mark to its end.
func resumeAll(r *Reader, content []byte, from Mark) decoded {
	var d decoded
	if err := r.Resume(bytes.NewReader(content[max(0, from.Offset-TailBytes):]), from); err != nil {
		d.Err = err.Error()
		return d
	}
	d.rest(r)
	return d
}

// rest reads what is left.
func (d *decoded) rest(r *Reader) {
	for {
		rec, err := r.Next()
		if err != nil {
			if err != io.EOF {
				d.Err = err.Error()
			}
			break
		}
		d.add(rec)
	}
	d.Mark = r.Consumed()
	d.Pending = r.Pending()
}

func (d *decoded) add(rec *Record) {
	d.Records += int(rec.Records)
	if d.Fingerprint == 0 {
		d.Fingerprint = rec.Fingerprint()
	}
	start := 0
	for _, g := range rec.Groups {
		for _, t := range rec.Tuples[start:g.End] {
			d.Entries = append(d.Entries, entry{*g.Log, *g.Rule, t})
		}
		start = g.End
	}
	d.Rejects = append(d.Rejects, rec.Rejects...)
	for reason, n := range rec.Unlisted {
		if d.Unlisted == nil {
			d.Unlisted = map[Reason]int64{}
		}
		d.Unlisted[reason] += n
	}
}

func decodeString(s string) decoded {
	return decodeAll(NewReader(), strings.NewReader(s), Mark{})
}

func tolerantReader() *Reader {
	r := NewReader()
	r.tolerantOnly = true
	return r
}

// realFiles returns the real flow-log files by name.
func realFiles(t testing.TB) map[string]string {
	t.Helper()
	files := map[string]string{}
	for _, folder := range []string{"data/azure-nsg", "data/azure-vnet"} {
		names, err := filepath.Glob(filepath.Join(shared.Path(t, folder), "*"))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			b, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			files[filepath.Base(name)] = string(b)
		}
	}
	if len(files) == 0 {
		t.Fatal("no flow logs in ../shared/data")
	}
	return files
}

// writer makes flow-log content in the layout that Azure writes, with some of
// every variation that is known from real files.
type writer struct {
	rng *rand.Rand
	b   strings.Builder
	at  int64 // the time of the record in seconds since 1970
}

func generate(seed uint64, records int) string {
	w := &writer{rng: rand.New(rand.NewPCG(seed, 7))}
	w.b.WriteString(`{"records":[`)
	for i := range records {
		if i > 0 {
			w.b.WriteByte(',')
		}
		w.record(i)
	}
	w.b.WriteString(`]}`)
	return w.b.String()
}

func (w *writer) record(i int) {
	w.at = 1742590830 + 60*int64(i%60)
	at := time.Unix(w.at, 857155700).UTC().Format("2006-01-02T15:04:05.9999999Z")
	mac := fmt.Sprintf("000A0A00AA%02X", w.rng.IntN(3))
	if w.rng.IntN(2) == 0 {
		version := 1 + w.rng.IntN(2)
		fmt.Fprintf(&w.b, `{"time":"%s","systemId":"12a123a1-1234-1a12-a12a-abc1a123aa11","macAddress":"%s","category":"NetworkSecurityGroupFlowEvent","resourceId":"/SUBSCRIPTIONS/0B62/NETWORKSECURITYGROUPS/WEB-%d","operationName":"NetworkSecurityGroupFlowEvents","properties":{"Version":%d,"flows":[`, at, mac, w.rng.IntN(2), version)
		for g := range w.rng.IntN(4) {
			if g > 0 {
				w.b.WriteByte(',')
			}
			fmt.Fprintf(&w.b, `{"rule":"UserRule_%d","flows":[`, w.rng.IntN(5))
			if w.rng.IntN(5) > 0 {
				fmt.Fprintf(&w.b, `{"mac":"%s","flowTuples":[`, mac)
				w.tuples(version)
				w.b.WriteString(`]}`)
			}
			w.b.WriteString(`]}`)
		}
		w.b.WriteString(`]}}`)
		return
	}
	fmt.Fprintf(&w.b, `{"time":"%s","flowLogVersion":4,"flowLogGUID":"bcba5a70","macAddress":"%s","category":"FlowLogFlowEvent","flowLogResourceID":"/SUBSCRIPTIONS/8/FLOWLOGS/F","targetResourceID":"/subscriptions/8/virtualNetworks/v%d","operationName":"FlowLogFlowEvent","flowRecords":{"flows":[`, at, mac, w.rng.IntN(2))
	for g := range w.rng.IntN(4) {
		if g > 0 {
			w.b.WriteByte(',')
		}
		fmt.Fprintf(&w.b, `{"aclID":"/subscriptions/8/networkSecurityGroups/n%d","flowGroups":[{"rule":"DefaultRule_%d","flowTuples":[`, w.rng.IntN(3), w.rng.IntN(5))
		w.tuples(4)
		w.b.WriteString(`]}]}`)
	}
	w.b.WriteString(`]}}`)
}

func (w *writer) tuples(version int) {
	for i := range w.rng.IntN(12) {
		if i > 0 {
			w.b.WriteByte(',')
		}
		w.b.WriteByte('"')
		w.b.WriteString(w.tuple(version))
		w.b.WriteByte('"')
	}
}

func pick[T any](rng *rand.Rand, of ...T) T { return of[rng.IntN(len(of))] }

func (w *writer) tuple(version int) string {
	rng := w.rng
	addr := func() string {
		if rng.IntN(12) == 0 {
			return fmt.Sprintf("2001:db8::%x", rng.IntN(1<<16))
		}
		return fmt.Sprintf("%d.%d.%d.%d", rng.IntN(256), rng.IntN(256), rng.IntN(256), rng.IntN(256))
	}
	seconds := w.at - 63 + rng.Int64N(60)
	if rng.IntN(40) == 0 {
		seconds = pick(rng, w.at+86_399, w.at+86_401, w.at-400*86_400, w.at-400*86_400-1, 4070908800, 1100000000)
	}
	counters := func() string {
		n := func() uint64 { return rng.Uint64N(uint64(1) << rng.IntN(44)) }
		return pick(rng, ",0,0,0,0", fmt.Sprintf(",%d,%d,%d,%d", n(), n(), n(), n()), fmt.Sprintf(",%d,%d,%d,%d", n()%100, n()%10000, n()%100, n()%10000), ",,,,", "", fmt.Sprintf(",%d,%d,,", n(), n()))
	}
	head := fmt.Sprintf("%s,%s,%d,%d", addr(), addr(), rng.IntN(65536), rng.IntN(65536))
	dir := pick(rng, "I", "O")
	switch version {
	case 1:
		return fmt.Sprintf("%d,%s,%s,%s,%s", seconds, head, pick(rng, "T", "U"), dir, pick(rng, "A", "D"))
	case 2:
		if rng.IntN(8) == 0 {
			return w.tuple(1)
		}
		return fmt.Sprintf("%d,%s,%s,%s,%s,%s%s", seconds, head, pick(rng, "T", "U"), dir, pick(rng, "A", "D"), pick(rng, "B", "C", "E"), counters())
	default:
		return fmt.Sprintf("%d,%s,%s,%s,%s,%s%s", seconds*1000+rng.Int64N(1000), head, pick(rng, "6", "17", "1", "50"), dir,
			pick(rng, "B", "C", "E", "D"), pick(rng, "NX", "NX", "NX", "X", "NX_LOCAL_DST", "NX_FALLBACK"), counters())
	}
}

// mutate damages content as storage, networks and people do.
func mutate(rng *rand.Rand, s string) string {
	if len(s) < 8 {
		return s
	}
	b := []byte(s)
	for range 1 + rng.IntN(3) {
		i, n := rng.IntN(len(b)-4), 1+rng.IntN(min(len(b)/2, 300))
		j := min(i+n, len(b))
		switch rng.IntN(6) {
		case 0: // flip
			b[i] ^= 1 << rng.IntN(8)
		case 1: // another character of the format
			b[i] = `{}[]",:\ 0AbDx-`[rng.IntN(15)]
		case 2: // cut out
			b = append(b[:i:i], b[j:]...)
		case 3: // cut short
			b = b[:i]
		case 4: // duplicate
			b = append(b[:j:j], b[i:]...)
		case 5: // reorder
			k := min(j+n, len(b))
			b = append(append(append(b[:i:i], b[j:k]...), b[i:j]...), b[k:]...)
		}
		if len(b) < 8 {
			break
		}
	}
	return string(b)
}
