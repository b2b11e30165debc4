package knowledge

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"

	"github.com/klauspost/compress/zstd"
	"github.com/zeebo/xxh3"

	"weir/internal/store"
)

// The kinds of documents that a Keeper writes.
const (
	kindTopology     = "topology"           // an inventory: a line of snapshotHead, then Inventory.Encode
	kindConfirmed    = "topology-confirmed" // when the last inventory was last seen to be so still
	kindServiceTags  = "service-tags"       // a line of tagsHead, then the file as it was
	kindFeed         = "feed"               // History.Write, packed
	kindFeedState    = "feed-state"         // feedRecord
	kindFeedAside    = "feed-aside"         // History.Write, packed: what the feed would be with the reading that is kept aside
	kindAllow        = "allow"              // the allow-list
	kindApplications = "applications"       // hash of the table that the store has
)

// pack puts a head and a content into the body of a document, and returns the
// hash of both.
func pack(head any, content []byte) ([]byte, uint64, error) {
	line, err := json.Marshal(head)
	if err != nil {
		return nil, 0, fmt.Errorf("cannot write what is known: %w", err)
	}
	text := append(append(line, '\n'), content...)
	w, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1))
	if err != nil {
		return nil, 0, fmt.Errorf("cannot write what is known: %w", err)
	}
	defer w.Close()
	return w.EncodeAll(text, nil), xxh3.Hash(text), nil
}

// unpack returns what pack put into a document.
func unpack(d store.Document, head any) (content []byte, hash uint64, err error) {
	fail := func(err error) ([]byte, uint64, error) {
		return nil, 0, fmt.Errorf("cannot read what is known, document %s %s: %w; import it again", d.Kind, d.Name, err)
	}
	r, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1))
	if err != nil {
		return fail(err)
	}
	defer r.Close()
	text, err := r.DecodeAll(d.Body, nil)
	if err != nil {
		return fail(err)
	}
	line, content, found := bytes.Cut(text, []byte{'\n'})
	if !found {
		return fail(fmt.Errorf("it has no head"))
	}
	if err := json.Unmarshal(line, head); err != nil {
		return fail(err)
	}
	return content, xxh3.Hash(text), nil
}

// documents reads the documents of a kind.
func (k *Keeper) documents(ctx context.Context, kind string) ([]store.Document, error) {
	docs, err := k.config.Store.Documents(ctx, kind)
	if err != nil {
		return nil, fmt.Errorf("cannot read what is known: %w", err)
	}
	return docs, nil
}

// hasher hashes parts so that no two lists of parts hash the same bytes.
type hasher struct{ xxh3.Hasher }

func (h *hasher) number(n uint64) {
	var b [8]byte
	for i := range b {
		b[i] = byte(n >> (8 * i))
	}
	_, _ = h.Write(b[:])
}

func (h *hasher) text(s string) {
	h.number(uint64(len(s)))
	_, _ = h.WriteString(s)
}
