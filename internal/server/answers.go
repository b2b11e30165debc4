package server

import (
	"context"
	"sync"

	"github.com/prometheus/client_golang/prometheus"
)

// maxUnsent bounds the bytes of answers that wait for slow readers.
const maxUnsent = 64 << 20

// answers makes one answer for all who ask the same at the same time.
type answers struct {
	mu      sync.Mutex
	making  map[string]*making
	unsent  int
	limit   int
	shared  prometheus.Counter
	refused prometheus.Counter
}

// making is an answer that is made, or was and is being sent.
type making struct {
	done   chan struct{} // closed when there is the answer
	answer *answerDoc
	users  int // who wait for it or send it
	size   int // what it has of unsent
	cancel context.CancelFunc
}

func newAnswers(limit int, shared, refused prometheus.Counter) *answers {
	return &answers{making: map[string]*making{}, limit: limit, shared: shared, refused: refused}
}

// get returns the answer of work, which runs once for all who ask for the key
// before it is there, as long as one of them is: who goes away, even the
// first, takes nothing from the others. The caller must call sent when it
// needs the answer no more.
func (a *answers) get(ctx context.Context, key string, work func(context.Context) *answerDoc) (doc *answerDoc, sent func(), err error) {
	a.mu.Lock()
	m := a.making[key]
	if m == nil {
		m = a.start(ctx, key, work)
	} else {
		a.shared.Inc()
	}
	m.users++
	a.mu.Unlock()
	sent = sync.OnceFunc(func() { a.leave(key, m) })
	select {
	case <-m.done:
		return m.answer, sent, nil
	case <-ctx.Done():
		sent()
		return nil, nil, ctx.Err()
	}
}

// start has work done by a goroutine of its own, under a.mu.
func (a *answers) start(ctx context.Context, key string, work func(context.Context) *answerDoc) *making {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	m := &making{done: make(chan struct{}), cancel: cancel}
	a.making[key] = m
	go func() {
		defer cancel()
		doc := work(ctx)
		a.mu.Lock()
		defer a.mu.Unlock()
		a.forget(key, m)
		if m.users > 0 {
			if a.unsent+len(doc.body) > a.limit {
				a.refused.Inc()
				doc = busyDoc("Too many answers wait for slow readers.")
			}
			m.size = len(doc.body)
			a.unsent += m.size
		}
		m.answer = doc
		close(m.done)
	}()
	return m
}

// leave notes that one who asked needs the answer no more. Where nobody does,
// the work ends.
func (a *answers) leave(key string, m *making) {
	a.mu.Lock()
	defer a.mu.Unlock()
	m.users--
	if m.users > 0 {
		return
	}
	a.forget(key, m)
	a.unsent -= m.size
	m.cancel()
}

// forget has the next who asks start anew.
func (a *answers) forget(key string, m *making) {
	if a.making[key] == m {
		delete(a.making, key)
	}
}
