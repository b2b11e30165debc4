package pipeline

import (
	"time"

	"weir/internal/decode"
	"weir/internal/enrich"
	"weir/internal/reduce"
	"weir/internal/store"
)

// batch is what one worker read since its last commit: reduced rows and how
// far it read the objects they come from.
type batch struct {
	table   *reduce.Table
	objects []store.Object
	rejects rejects
	landed  []Landed // objects with new tuples in it
	giant   bool     // it holds a giant record, and run.giants for it

	known     *enrich.Knowledge // by which the rows were judged
	relations []enrich.Relation // of the networks that the rows are between
}

// delta is the batch as a store takes it; it shares the memory of the batch.
func (b *batch) delta() *store.Delta {
	return &store.Delta{
		Rows: b.table.Rows(), Rules: b.table.Rules(), Logs: b.table.Logs(),
		Objects: b.objects, Rejects: b.rejects.list,
		Attribute: b.known.Attribute, Endpoint: b.known.Endpoint, Relations: b.relations,
	}
}

// judge decides what kind of flow every row is.
type judge struct {
	known *enrich.Knowledge
	judge *enrich.Judge
	width time.Duration
}

func (j *judge) batch(b *batch, known *enrich.Knowledge) {
	if j.known != known {
		j.known, j.judge = known, known.NewJudge(j.width)
	}
	j.judge.Rows(b.table.Rows(), b.table.Logs())
	b.known, b.relations = known, j.judge.Relations()
}

func (b *batch) reset() {
	b.table.Reset()
	b.objects, b.landed = b.objects[:0], b.landed[:0]
	b.rejects.reset()
	b.known, b.relations = nil, nil
}

// maxBatchObjects and maxBatchSamples bound a batch of many small objects
// and one of much damage, neither of which fills the table.
const (
	maxBatchObjects = 20_000
	maxBatchSamples = 20_000
)

func (b *batch) full() bool {
	return b.giant || b.table.Full() || len(b.objects) >= maxBatchObjects || b.rejects.samples >= maxBatchSamples
}

// rejects counts what was rejected, by object and reason.
type rejects struct {
	list    []store.Reject
	index   map[rejectKey]int
	samples int // in all of list
}

type rejectKey struct {
	object string
	reason decode.Reason
}

// add counts a rejection and keeps it as a sample, if few are known.
func (r *rejects) add(object string, rej decode.Rejection) {
	at := r.count(object, rej.Reason, 1)
	if len(at.Samples) < store.MaxRejectSamples {
		at.Samples = append(at.Samples, store.RejectSample{Offset: rej.Offset, Length: rej.Length, Text: rej.Sample})
		r.samples++
	}
}

// count counts n rejections.
func (r *rejects) count(object string, reason decode.Reason, n int64) *store.Reject {
	k := rejectKey{object, reason}
	i, ok := r.index[k]
	if !ok {
		if r.index == nil {
			r.index = map[rejectKey]int{}
		}
		i = len(r.list)
		r.index[k] = i
		r.list = append(r.list, store.Reject{Object: object, Reason: string(reason)})
	}
	r.list[i].Count += n
	return &r.list[i]
}

func (r *rejects) reset() {
	clear(r.index)
	clear(r.list)
	r.list, r.samples = r.list[:0], 0
}
