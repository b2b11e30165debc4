package duckdb

import (
	"context"
	"fmt"
	"math/bits"
	"strings"
	"sync"
	"time"

	duck "github.com/duckdb/duckdb-go-bindings"

	"weir/internal/store"
)

// folded is a Bloom filter of the hosts, or pairs of them, that a roll-up folded
// in a period: what is not in it has no facts there but those that the roll-up
// keeps. With sixteen bits for each and four of them set, one in four hundred
// looks as if it were in it, and is looked for in vain.
type folded []byte

const (
	foldedBits   = 16
	foldedPlaces = 4
)

func newFolded(subjects int64) folded { return make(folded, (subjects*foldedBits+7)/8) }

// places calls f with the bits of a subject until it returns false. Hosts are
// hashes already. It must never change: filters are stored.
func (b folded) places(subject []uint64, f func(at uint64) bool) {
	var h uint64
	for _, id := range subject {
		h = bits.RotateLeft64(h, 27)*0x9e3779b97f4a7c15 ^ id
	}
	h ^= h >> 29
	h *= 0xbf58476d1ce4e5b9
	h ^= h >> 32
	step := h>>33 | 1
	for range foldedPlaces {
		if !f(h % uint64(len(b)*8)) {
			return
		}
		h += step
	}
}

func (b folded) add(subject []uint64) {
	b.places(subject, func(at uint64) bool {
		b[at/8] |= 1 << (at % 8)
		return true
	})
}

// mayHave is true of every subject that was added, and of few others.
func (b folded) mayHave(subject []uint64) bool {
	has := true
	b.places(subject, func(at uint64) bool {
		has = b[at/8]&(1<<(at%8)) != 0
		return has
	})
	return has
}

// ofHosts tells whether a roll-up ranks hosts or pairs of them.
func ofHosts(r store.Rollup) bool {
	for _, c := range r.Subject {
		if c != "host" && c != "initiator" && c != "responder" {
			return false
		}
	}
	return len(r.Subject) > 0
}

var foldedTypes = []duck.Type{u32, ts, txt, blob}

// noteFolded stores which subjects were folded, from the tables that statements made.
func (w *writer) noteFolded(ctx context.Context, f rolling, r store.Rollup) error {
	filters := map[int64]folded{}
	var starts []int64
	err := w.integers(ctx, "SELECT epoch_us(period) // 1000000, count(*) FROM folded GROUP BY ALL", func(at, n int64) {
		filters[at] = newFolded(n)
		starts = append(starts, at)
	})
	if err != nil || len(starts) == 0 {
		return err
	}
	rows, err := w.conn.query(ctx, "SELECT epoch_us(period) // 1000000, "+strings.Join(r.Subject, ", ")+" FROM folded")
	if err != nil {
		return err
	}
	subject := make([]uint64, len(r.Subject))
	err = rows.chunks(func(i uint64) error {
		for j := range subject {
			subject[j] = at[uint64](rows.readers[j+1], i)
		}
		filters[at[int64](rows.readers[0], i)].add(subject)
		return nil
	})
	if err != nil {
		return err
	}
	return w.feed.insert(ctx, w.conn, "INSERT INTO weir.folded SELECT * FROM %FEED%", foldedTypes, len(starts), each(len(starts), func(c *chunk, row, i int) {
		c.set(row, uint32(f.width), micros(starts[i]*1000), r.Name, []byte(filters[starts[i]]))
	}))
}

// foldedCache keeps filters that were read, by their period and its number.
type foldedCache struct {
	mu      sync.Mutex
	filters map[foldedKey]folded
	size    int
}

type foldedKey struct {
	periodKey
	number uint64
	rollup string
}

// foldedMost is how many bytes of filters are kept.
const foldedMost = 64 << 20

func (c *foldedCache) get(k foldedKey) folded {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.filters[k]
}

func (c *foldedCache) put(k foldedKey, f folded) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.filters == nil || c.size+len(f) > foldedMost {
		c.filters, c.size = map[foldedKey]folded{}, 0
	}
	c.filters[k] = f
	c.size += len(f)
}

// Absent implements store.Rolling.
func (s *Store) Absent(ctx context.Context, rollup string, periods []store.Period, subjects [][]uint64) ([][]bool, error) {
	absent := make([][]bool, len(periods))
	tell := func(i int, f folded) {
		absent[i] = make([]bool, len(subjects))
		for j, subject := range subjects {
			absent[i][j] = !f.mayHave(subject)
		}
	}
	unread := map[periodKey]int{}
	starts := map[int64][]int64{}
	for i, p := range periods {
		k := periodKey{int64(p.Width / time.Second), p.Start.Unix()}
		if f := s.folded.get(foldedKey{k, p.Number, rollup}); f != nil {
			tell(i, f)
			continue
		}
		unread[k] = i
		starts[k.width] = append(starts[k.width], k.start)
	}
	for width, of := range starts {
		question := fmt.Sprintf("SELECT epoch_us(interval_start) // 1000000, filter FROM weir.folded WHERE rollup = '%s' AND width = %d AND interval_start IN (%s)",
			rollup, width, timestamps(of))
		err := s.withConn(func(c *conn) error {
			return s.stream(ctx, c, func() error { return nil }, func(r *rows, row uint64) error {
				k := periodKey{width, at[int64](r.readers[0], row)}
				i, ok := unread[k]
				f := folded(strings.Clone(r.readers[1].borrowed(row)))
				if !ok || len(f) == 0 {
					return nil
				}
				tell(i, f)
				s.folded.put(foldedKey{k, periods[i].Number, rollup}, f)
				return nil
			}, question)
		})
		if err != nil {
			return nil, err
		}
	}
	return absent, nil
}
