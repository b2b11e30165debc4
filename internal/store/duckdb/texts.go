package duckdb

// #include <stdlib.h>
import "C"

import "unsafe"

// texts is the memory of the texts that one statement reads. It is ours and
// not the engine's: where a question has taken all that the engine may use,
// the call that copies a text into its memory ends the whole process.
type texts struct {
	blocks []unsafe.Pointer
	free   []byte // of the last block
}

// textBlock is how much memory is taken at once.
const textBlock = 256 << 10

// placedText is how DuckDB holds a text in a column: up to 12 bytes in
// itself, more as the first four bytes and the place of all of them.
type placedText struct {
	length uint32
	head   [4]byte
	tail   [8]byte
}

// place copies a text to where it stays until release.
func (t *texts) place(text []byte) placedText {
	e := placedText{length: uint32(len(text))}
	n := copy(e.head[:], text)
	if len(text) <= len(e.head)+len(e.tail) {
		copy(e.tail[:], text[n:])
		return e
	}
	if len(text) > len(t.free) {
		size := max(textBlock, len(text))
		block := C.malloc(C.size_t(size)) // never fails: the process ends where there is no memory at all
		t.blocks, t.free = append(t.blocks, block), unsafe.Slice((*byte)(block), size)
	}
	copy(t.free, text)
	*(*uintptr)(unsafe.Pointer(&e.tail)) = uintptr(unsafe.Pointer(&t.free[0]))
	t.free = t.free[len(text):]
	return e
}

// release gives the memory back, when the statement has ended.
func (t *texts) release() {
	for _, block := range t.blocks {
		C.free(block)
	}
	t.blocks, t.free = nil, nil
}
