package pipeline

import (
	"bytes"
	"context"
	"io"
	"sync"

	"weir/internal/decode"
	"weir/internal/source"
)

// aheadBytes is how much of an object is read before a worker has time for it:
// more than a NIC adds in a minute, so that mostly nothing is waited for.
const aheadBytes = 256 << 10

// opened is the content of a job, or why it could not be opened.
type opened struct {
	source.Content
	resumed bool // it begins a little before the mark
	err     error
}

// ahead opens jobs before workers have time for them, several at a time, as the
// place where they lie may take its time. It ends when there are no more.
func (r *run) ahead(ctx context.Context) {
	var openers sync.WaitGroup
	for range r.cfg.Ahead {
		openers.Go(func() {
			for j := range r.found {
				if ctx.Err() == nil {
					c := r.open(ctx, j)
					if c.err == nil {
						c.Content.ReadCloser = prefetched(c.Content.ReadCloser)
					}
					j.opened = &c
				}
				r.jobs <- j // those who take them go on until there are no more
			}
		})
	}
	openers.Wait()
	close(r.jobs)
}

// open opens an object: at its beginning, or where it was left.
func (r *run) open(ctx context.Context, j *job) opened {
	o := opened{resumed: r.cfg.Follow && j.before.TailHash != 0 && grew(j)}
	from := int64(0)
	if o.resumed {
		from = max(0, j.before.Offset-decode.TailBytes)
	}
	o.Content, o.err = j.object.Open(ctx, from)
	if o.err == nil {
		r.tally.bytes.Add(-from)
	}
	return o
}

// grew tells whether an object is one that can be expected to be the same but for
// what was added: one that was left in the middle, or is larger. Where a version
// is another and no larger, something was written anew.
func grew(j *job) bool { return j.before.ETag == "" || j.object.Size > j.before.Size }

// prefetched reads the beginning of a content. What it cannot read, its reader
// will meet again.
func prefetched(c io.ReadCloser) io.ReadCloser {
	var head bytes.Buffer
	_, err := io.CopyN(&head, c, aheadBytes)
	rest := io.Reader(c)
	if err != nil {
		rest = ended{err}
	}
	return struct {
		io.Reader
		io.Closer
	}{io.MultiReader(&head, rest), c}
}

// ended is a reader of nothing more.
type ended struct{ err error }

func (e ended) Read([]byte) (int, error) { return 0, e.err }
