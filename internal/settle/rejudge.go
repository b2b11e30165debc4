package settle

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"weir/internal/enrich"
	"weir/internal/flow"
	"weir/internal/store"
	"weir/internal/topology"
)

// judgedKind is the kind and the name of the document that says by what stored
// rows were judged.
const judgedKind = "judged"

// judged is by what stored rows were judged.
type judged struct {
	Knowledge string            `json:"knowledge"`     // enrich.Sources.Hash
	Era       era               `json:"era,omitempty"` // in which rows were, see trail
	Captures  map[string]string `json:"captures"`      // what the inventories say of the NIC of each log, hashed
}

// pass is one walk over what is to be judged anew. It is by what was known when
// it began, to its end, whatever becomes known meanwhile: the next pass then
// finds what it did, and has less to do.
type pass struct {
	known  *enrich.Knowledge
	before judged // by what rows were judged
	now    judged // by what they are then
	logs   map[uint64]flow.Log
	parts  bool // parties and logs tell which rows are to be judged anew
	same   bool // nothing is known anew: at most there are new logs
}

// judge brings parties and rows up to what is known. The parties are stored
// last: a process that ends before finds the same ones changed again.
func (r *run) judge(ctx context.Context) error {
	if r.Keeper == nil {
		return nil
	}
	r.sum.Overtaken = false
	p, err := r.begin(ctx)
	if err != nil || p.same && len(p.before.Captures) == len(p.logs) {
		return err
	}
	var changedLogs []uint64
	for id, l := range p.logs {
		name, hash := hashName(id), hashName(p.known.CaptureHash(topology.Capture{MAC: l.MAC, Target: l.Target}))
		if p.now.Captures[name] = hash; p.before.Captures[name] != hash {
			changedLogs = append(changedLogs, id)
		}
	}
	if !p.same { // else there are new logs, whose rows were judged by it when they were stored
		if err := r.bringUp(ctx, p, changedLogs); err != nil {
			return err
		}
	}
	return r.Keeper.Use(func(current *enrich.Knowledge) error { return r.finish(ctx, p, current) })
}

// begin finds what there is to do. Rows that are committed later are judged by
// what it takes as known, or by what is noted after it.
func (r *run) begin(ctx context.Context) (*pass, error) {
	p := &pass{}
	err := r.Keeper.Use(func(current *enrich.Knowledge) error {
		t, err := readTrail(ctx, r.store)
		if err != nil {
			return err
		}
		if p.before, err = r.judgedBy(ctx); err != nil {
			return err
		}
		p.known = current
		p.now = judged{Knowledge: hashName(current.Hash), Captures: map[string]string{}}
		p.parts = t.within(p.before, p.now.Knowledge)
		p.same = p.parts && p.before.Knowledge == p.now.Knowledge
		if p.same {
			p.now.Era = t[p.now.Knowledge]
		} else if p.now.Era, err = note(ctx, r.store, current); err != nil {
			return err
		}
		if p.logs, err = r.store.Logs(ctx); err != nil {
			return fmt.Errorf("cannot read the logs: %w", err)
		}
		return nil
	})
	return p, err
}

// bringUp judges the rows that are to be judged anew, and stores what parties were.
func (r *run) bringUp(ctx context.Context, p *pass, changedLogs []uint64) error {
	var parties []uint64
	if !p.parts {
		changedLogs = nil // all rows
	} else {
		var err error
		if parties, err = r.changedParties(ctx, p.known); err != nil || len(parties)+len(changedLogs) == 0 {
			return err
		}
	}
	if err := r.judgeFacts(ctx, p, parties, changedLogs); err != nil {
		return err
	}
	return r.storeParties(ctx, p.known)
}

func (r *run) judgedBy(ctx context.Context) (judged, error) {
	var j judged
	docs, err := r.store.Documents(ctx, judgedKind)
	if err != nil {
		return j, fmt.Errorf("cannot read by what stored flows were judged: %w", err)
	}
	for _, d := range docs {
		if err := json.Unmarshal(d.Body, &j); err != nil {
			return judged{}, fmt.Errorf("cannot read by what stored flows were judged: %w", err)
		}
	}
	return j, nil
}

// changedParties returns the parties that are known as something else than
// what is stored.
func (r *run) changedParties(ctx context.Context, known *enrich.Knowledge) ([]uint64, error) {
	var changed []uint64
	done := int64(0)
	err := r.store.Parties(ctx, func(parties []store.Party) error {
		for i := range parties {
			p := &parties[i]
			if known.Attribute(p.Address, p.Capture).Hash != p.Attribution {
				changed = append(changed, p.ID)
			}
		}
		done += int64(len(parties))
		r.tell(attributing, done, 0)
		return ctx.Err()
	})
	if err != nil {
		return nil, fmt.Errorf("cannot look up addresses anew: %w", err)
	}
	return changed, nil
}

// judgedAtOnce bounds what is judged anew in one transaction, and the memory for it.
const judgedAtOnce = 200_000

// judgeFacts judges the rows with one of the parties or logs, all rows where
// both are nil.
func (r *run) judgeFacts(ctx context.Context, p *pass, parties, changedLogs []uint64) error {
	judge := p.known.NewJudge(r.store.Interval())
	var changed []store.Judged
	moved := map[int64]bool{} // intervals with other hosts, or a capture that came to be at a hop, or not any more
	write := func() error {
		if len(changed) == 0 {
			return nil
		}
		var unsettled []time.Time
		for _, start := range slices.Sorted(maps.Keys(moved)) {
			unsettled = append(unsettled, time.Unix(start, 0).UTC())
		}
		if err := r.store.Rejudge(ctx, store.Rejudging{Rows: changed, Endpoint: p.known.Endpoint, Unsettled: unsettled}); err != nil {
			return fmt.Errorf("cannot store what kind of flows they are: %w", err)
		}
		r.sum.Rejudged += int64(len(changed))
		changed = changed[:0]
		clear(moved)
		return nil
	}
	done := int64(0)
	r.tell(judging, 0, 0)
	err := r.store.FactsOf(ctx, parties, changedLogs, func(facts []store.StoredFact) error {
		for i := range facts {
			f := &facts[i]
			l, ok := p.logs[f.Log]
			if !ok {
				continue // committed since, and so judged by what is known now
			}
			now := judge.Flow(f.Initiator, f.Responder, &l, f.Direction, f.Interval)
			before := enrich.Judgement{Type: f.Type, AtHop: f.AtHop, From: f.From, To: f.To}
			if now == before {
				continue
			}
			if now.AtHop != f.AtHop || now.From.Host != f.From.Host || now.To.Host != f.To.Host {
				moved[f.Interval] = true
			}
			changed = append(changed, store.Judged{StoredFact: *f, Now: now})
		}
		done += int64(len(facts))
		r.tell(judging, done, 0)
		if len(changed) >= judgedAtOnce {
			return write()
		}
		return ctx.Err()
	})
	if err != nil {
		return fmt.Errorf("cannot judge flows anew: %w", err)
	}
	if err := write(); err != nil {
		return err
	}
	return r.learn(ctx, store.Learning{Relations: judge.Relations()})
}

// partiesAtOnce bounds a transaction of storeParties.
const partiesAtOnce = 50_000

func (r *run) storeParties(ctx context.Context, known *enrich.Knowledge) error {
	var changed []store.Reattribution
	write := func() error {
		if len(changed) == 0 {
			return nil
		}
		if err := r.store.Reattribute(ctx, changed); err != nil {
			return fmt.Errorf("cannot store what addresses were: %w", err)
		}
		r.sum.Parties += int64(len(changed))
		clear(changed)
		changed = changed[:0]
		return nil
	}
	done := int64(0)
	err := r.store.Parties(ctx, func(parties []store.Party) error {
		for i := range parties {
			p := &parties[i]
			if a := known.Attribute(p.Address, p.Capture); a.Hash != p.Attribution {
				changed = append(changed, store.Reattribution{Party: p.ID, Address: p.Address, Attribution: a})
			}
		}
		done += int64(len(parties))
		r.tell(storing, done, 0)
		if len(changed) >= partiesAtOnce {
			return write()
		}
		return ctx.Err()
	})
	if err != nil {
		return fmt.Errorf("cannot look up addresses anew: %w", err)
	}
	return write()
}

// finish brings the relations of networks up to date and notes by what all
// was judged, and by what no longer: all rows of earlier eras were judged anew.
func (r *run) finish(ctx context.Context, p *pass, current *enrich.Knowledge) error {
	relations, err := r.relations(ctx, current)
	if err != nil {
		return err
	}
	t, err := readTrail(ctx, r.store)
	if err != nil {
		return err
	}
	// Rows were judged by something else since, or what they were judged by is no longer known.
	r.sum.Overtaken = t.last() > p.now.Era || current.Hash != p.known.Hash
	body, err := json.Marshal(p.now)
	if err != nil {
		return fmt.Errorf("cannot note by what flows were judged: %w", err)
	}
	return r.learn(ctx, store.Learning{
		Relations: relations,
		Remove:    t.before(p.now.Era, hashName(current.Hash)),
		Put:       []store.Document{{Kind: judgedKind, Name: judgedKind, At: time.Now().UTC(), Body: body}},
	})
}

// relations looks up anew how the networks are connected that talked to each other.
func (r *run) relations(ctx context.Context, known *enrich.Knowledge) ([]enrich.Relation, error) {
	pairs, err := r.store.RelatedVNets(ctx)
	if err != nil {
		return nil, fmt.Errorf("cannot read which networks talk to each other: %w", err)
	}
	var relations []enrich.Relation
	for _, p := range pairs {
		relations = append(relations, known.RelationsOf(p[0], p[1])...)
	}
	return relations, nil
}

func (r *run) learn(ctx context.Context, l store.Learning) error {
	if len(l.Put)+len(l.Relations) == 0 {
		return nil
	}
	if err := r.store.Learn(ctx, l); err != nil {
		return fmt.Errorf("cannot store what became known: %w", err)
	}
	return nil
}
