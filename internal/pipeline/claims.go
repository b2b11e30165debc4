package pipeline

import "sync"

// Claims are the objects that runs are reading which go on beside each other. Two
// that read one object at once would both take it up where the ledger left it,
// and count what is new in it twice.
type Claims struct {
	mu   sync.Mutex
	held map[string]bool
}

// claim takes an object, unless another run has it.
func (c *Claims) claim(name string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.held[name] {
		return false
	}
	if c.held == nil {
		c.held = map[string]bool{}
	}
	c.held[name] = true
	return true
}

// release gives objects back.
func (c *Claims) release(names map[string]bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for name := range names {
		delete(c.held, name)
	}
}

// claim takes an object for this run.
func (r *run) claim(name string) bool {
	if r.cfg.Claims == nil {
		return true
	}
	r.claiming.Lock()
	defer r.claiming.Unlock()
	if r.claimed[name] || !r.cfg.Claims.claim(name) {
		return false
	}
	r.claimed[name] = true
	return true
}

// giveBack releases an object that this run does not read after all, and all at
// its end, when everything that was read of them is committed.
func (r *run) giveBack(names ...string) {
	if r.cfg.Claims == nil {
		return
	}
	r.claiming.Lock()
	defer r.claiming.Unlock()
	given := r.claimed
	if len(names) > 0 {
		given = map[string]bool{}
		for _, name := range names {
			given[name] = true
			delete(r.claimed, name)
		}
	}
	r.cfg.Claims.release(given)
}
