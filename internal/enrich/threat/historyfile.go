package threat

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"

	"github.com/zeebo/xxh3"

	"weir/internal/flow"
)

// The file of a history holds little-endian numbers: a head, then the ends of
// the texts, the texts, the notes, the entries that are listed and those that
// are past, each in rows of one length.
const (
	historyMagic   = "weirhist"
	historyVersion = 1
	headSize       = 8 + 4*8 + 8 + 8 + 8 // magic, eight numbers, bytes of the texts, hash of the body, hash of the head
	noteSize       = 28
	packedSize     = 24
)

var errDamaged = errors.New("it is damaged")

// historyHead is what stands before the entries.
type historyHead struct {
	first, last, reads        uint32
	listed, past, notes, ends uint32
	textBytes, hash           uint64
}

// Write writes the history so that ReadHistory reads it back.
func (h *History) Write(w io.Writer) error {
	out := bufio.NewWriterSize(w, 1<<16)
	_, _ = out.Write(h.head()) // what goes wrong, Flush says
	h.held.write(out)
	if err := out.Flush(); err != nil {
		return fmt.Errorf("cannot write the history of a threat feed: %w", err)
	}
	return nil
}

func (h *History) head() []byte {
	b := append(make([]byte, 0, headSize), historyMagic...)
	for _, n := range []uint32{
		historyVersion, uint32(h.first), uint32(h.last), uint32(min(h.reads, math.MaxUint32)),
		uint32(len(h.held.listed)), uint32(len(h.held.past)), uint32(len(h.held.notes)), uint32(len(h.held.ends)),
	} {
		b = binary.LittleEndian.AppendUint32(b, n)
	}
	b = binary.LittleEndian.AppendUint64(b, uint64(len(h.held.texts)))
	b = binary.LittleEndian.AppendUint64(b, h.hash)
	return binary.LittleEndian.AppendUint64(b, xxh3.Hash(b))
}

// write writes the body of the file.
func (h *entries) write(out *bufio.Writer) {
	le := binary.LittleEndian
	for _, end := range h.ends {
		_, _ = out.Write(le.AppendUint64(out.AvailableBuffer(), end))
	}
	_, _ = out.WriteString(h.texts)
	for i := range h.notes {
		n := &h.notes[i]
		b := le.AppendUint32(out.AvailableBuffer(), n.detail)
		for _, s := range [...]seconds{n.from, n.until, n.seen, n.lastSeen, n.gone} {
			b = le.AppendUint32(b, uint32(s))
		}
		before := byte(0)
		if n.before {
			before = 1
		}
		_, _ = out.Write(append(b, n.bits, byte(n.category), n.confidence, before))
	}
	for _, list := range [][]packed{h.listed, h.past} {
		for _, p := range list {
			b := le.AppendUint64(out.AvailableBuffer(), p.first.Hi)
			b = le.AppendUint64(b, p.first.Lo)
			b = le.AppendUint32(b, p.note)
			_, _ = out.Write(le.AppendUint32(b, p.text))
		}
	}
}

// hash returns the hash of the body of the file; never 0.
func (h *entries) hash() uint64 {
	var sum xxh3.Hasher
	out := bufio.NewWriterSize(&sum, 1<<16)
	h.write(out)
	_ = out.Flush() // a hash takes everything
	return max(sum.Sum64(), 1)
}

// ReadHistory reads what Write wrote. A file that is cut off or damaged is an
// error.
func ReadHistory(r io.Reader) (*History, error) {
	h, err := readHistory(r)
	if err != nil {
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			err = errors.New("it is cut off")
		}
		return nil, fmt.Errorf("cannot read the history of a threat feed: %w", err)
	}
	return h, nil
}

func readHistory(r io.Reader) (*History, error) {
	head, err := readHead(r)
	if err != nil {
		return nil, err
	}
	h := &History{first: seconds(head.first), last: seconds(head.last), reads: int(head.reads), hash: head.hash}
	var sum xxh3.Hasher
	if err := h.held.read(io.TeeReader(r, &sum), head); err != nil {
		return nil, err
	}
	if max(sum.Sum64(), 1) != head.hash {
		return nil, errDamaged
	}
	h.listed, h.past = h.held.counts()
	switch _, err := io.ReadFull(r, make([]byte, 1)); {
	case err == nil:
		return nil, errors.New("something stands behind its end")
	case !errors.Is(err, io.EOF):
		return nil, err
	}
	return h, nil
}

func readHead(r io.Reader) (*historyHead, error) {
	b := make([]byte, headSize)
	if _, err := io.ReadFull(r, b); err != nil {
		return nil, err
	}
	le := binary.LittleEndian
	if string(b[:8]) != historyMagic {
		return nil, errors.New("it is none")
	}
	if version := le.Uint32(b[8:]); version != historyVersion {
		return nil, fmt.Errorf("its version is %d, and this Weir knows version %d", version, historyVersion)
	}
	if le.Uint64(b[headSize-8:]) != xxh3.Hash(b[:headSize-8]) {
		return nil, errDamaged
	}
	return &historyHead{
		le.Uint32(b[12:]), le.Uint32(b[16:]), le.Uint32(b[20:]),
		le.Uint32(b[24:]), le.Uint32(b[28:]), le.Uint32(b[32:]), le.Uint32(b[36:]),
		le.Uint64(b[40:]), le.Uint64(b[48:]),
	}, nil
}

func (h *entries) read(r io.Reader, head *historyHead) error {
	var err error
	if h.ends, err = rows(r, head.ends, 8, func(b []byte) (uint64, error) { return binary.LittleEndian.Uint64(b), nil }); err != nil {
		return err
	}
	end := uint64(0)
	for i, e := range h.ends {
		if e < end || i == 0 && e != 0 {
			return errDamaged
		}
		end = e
	}
	if end != head.textBytes || end > math.MaxInt64 {
		return errDamaged
	}
	texts, err := io.ReadAll(io.LimitReader(r, int64(end)))
	if err != nil {
		return err
	}
	if uint64(len(texts)) < end {
		return io.ErrUnexpectedEOF
	}
	h.texts = string(texts)
	if h.notes, err = rows(r, head.notes, noteSize, readNote); err != nil {
		return err
	}
	if h.listed, err = rows(r, head.listed, packedSize, readPacked); err != nil {
		return err
	}
	if h.past, err = rows(r, head.past, packedSize, readPacked); err != nil {
		return err
	}
	return h.check()
}

// readNote refuses what Write does not write, since the hash is kept and must
// be that of what is written again.
func readNote(b []byte) (note, error) {
	if b[27] > 1 {
		return note{}, errDamaged
	}
	at := func(i int) seconds { return seconds(binary.LittleEndian.Uint32(b[4*i:])) }
	return note{uint32(at(0)), at(1), at(2), at(3), at(4), at(5), b[24], Category(b[25]), b[26], b[27] == 1}, nil
}

func readPacked(b []byte) (packed, error) {
	le := binary.LittleEndian
	return packed{flow.Addr{Hi: le.Uint64(b), Lo: le.Uint64(b[8:])}, le.Uint32(b[16:]), le.Uint32(b[20:])}, nil
}

// rows reads rows of one size. It makes room as they come, so that a number
// that is wrong does not ask for all the memory there is.
func rows[T any](src io.Reader, count uint32, size int, row func([]byte) (T, error)) ([]T, error) {
	buffer := make([]byte, 4096*size)
	var out []T
	for left := int(count); left > 0; {
		b := buffer[:min(left*size, len(buffer))]
		if _, err := io.ReadFull(src, b); err != nil {
			return nil, err
		}
		if len(out) == cap(out) {
			out = append(make([]T, 0, min(int(count), max(2*len(out), 1<<20))), out...)
		}
		for ; len(b) > 0; b = b[size:] {
			r, err := row(b)
			if err != nil {
				return nil, err
			}
			out = append(out, r)
			left--
		}
	}
	return out, nil
}

// check finds what Write does not write.
func (h *entries) check() error {
	texts := max(uint32(len(h.ends)), 1)
	for i := range h.notes {
		if n := &h.notes[i]; n.detail >= texts || n.bits == 0 || n.category == 0 || n.category >= categoryEnd {
			return errDamaged
		}
	}
	for l, list := range [][]packed{h.listed, h.past} {
		for i, p := range list {
			if int(p.note) >= len(h.notes) || p.text >= texts {
				return errDamaged
			}
			n := &h.notes[p.note]
			if !starts(p.first, n.bits) || (n.gone != 0) != (l == 1) {
				return errDamaged
			}
			if l == 0 && i > 0 && h.compare(list[i-1], entry{first: p.first, bits: n.bits, category: n.category}) >= 0 {
				return errDamaged
			}
		}
	}
	return nil
}

// starts tells whether a prefix of so many bits, in the address's own family,
// begins with the address.
func starts(a flow.Addr, bits uint8) bool {
	if a.Is4() {
		if bits > 32 {
			return false
		}
		bits += 96
	}
	switch {
	case bits > 128:
		return false
	case bits > 64:
		return a.Lo&(^uint64(0)>>(bits-64)) == 0
	}
	return a.Lo == 0 && a.Hi&(^uint64(0)>>bits) == 0
}
