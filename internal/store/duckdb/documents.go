package duckdb

import (
	"context"
	"errors"
	"fmt"

	duck "github.com/duckdb/duckdb-go-bindings"

	"weir/internal/enrich"
	"weir/internal/store"
)

// partSize is the length of the parts in which the body of a document is stored.
const partSize = 1 << 20

// Documents implements store.Knowledge.
func (s *Store) Documents(ctx context.Context, kind string) ([]store.Document, error) {
	var documents []store.Document
	err := s.withConn(func(c *conn) error {
		// One snapshot, as the parts of a body are read one by one.
		if err := c.run(ctx, "BEGIN TRANSACTION READ ONLY"); err != nil {
			return s.explain("ask", err)
		}
		err := func() (err error) {
			if documents, err = listDocuments(ctx, c, kind); err != nil {
				return err
			}
			for i := range documents {
				if err := readBody(ctx, c, &documents[i]); err != nil {
					return err
				}
			}
			return nil
		}()
		if err = errors.Join(err, c.run(context.WithoutCancel(ctx), "ROLLBACK")); err != nil {
			return s.explain("ask", err)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return documents, nil
}

// listDocuments returns the documents of a kind with bodies that are yet to read.
func listDocuments(ctx context.Context, c *conn, kind string) ([]store.Document, error) {
	r, err := c.query(ctx, "SELECT name, time, size FROM weir.document WHERE kind = ? AND start = 0 ORDER BY time, name", kind)
	if err != nil {
		return nil, err
	}
	var list []store.Document
	for r.Next() {
		v := r.Values()
		list = append(list, store.Document{Kind: kind, Name: v[0].(string), At: timeOf(v[1]), Body: make([]byte, v[2].(int64))})
	}
	return list, errors.Join(r.Err(), r.Close())
}

func readBody(ctx context.Context, c *conn, d *store.Document) error {
	for start := 0; start < len(d.Body); start += partSize {
		r, err := c.query(ctx, "SELECT part FROM weir.document WHERE kind = ? AND name = ? AND start = ?", d.Kind, d.Name, start)
		if err != nil {
			return err
		}
		n := 0
		err = r.chunks(func(i uint64) error {
			n = copy(d.Body[start:], r.readers[0].borrowed(i))
			return nil
		})
		if err != nil {
			return err
		}
		if n != min(partSize, len(d.Body)-start) {
			return fmt.Errorf("%w: document %s of kind %s lacks bytes at %d", errCorrupt, d.Name, d.Kind, start)
		}
	}
	return nil
}

// Learn implements store.Knowledge.
func (s *Store) Learn(ctx context.Context, l store.Learning) error {
	return s.write(ctx, func(w *writer) error {
		return steps(
			func() error { return w.removeDocuments(ctx, l) },
			func() error { return w.putDocuments(ctx, l.Put) },
			func() error { return w.putResources(ctx, l.Resources) },
			func() error { return w.putApplications(ctx, l.Applications) },
			func() error { return w.replaceRelations(ctx, l.Relations) },
		)
	})
}

// removeDocuments removes the documents that are to go or to be replaced.
func (w *writer) removeDocuments(ctx context.Context, l store.Learning) error {
	for _, d := range l.Remove {
		if err := w.removeDocument(ctx, d.Kind, d.Name); err != nil {
			return err
		}
	}
	for _, d := range l.Put {
		if err := w.removeDocument(ctx, d.Kind, d.Name); err != nil {
			return err
		}
	}
	return nil
}

func (w *writer) removeDocument(ctx context.Context, kind, name string) error {
	return w.conn.exec(ctx, "DELETE FROM weir.document WHERE kind = ? AND name = ?", kind, name)
}

// putDocuments stores documents that the store does not have; of two of one
// name the later counts.
func (w *writer) putDocuments(ctx context.Context, all []store.Document) error {
	last := make(map[store.DocumentName]int, len(all))
	for i := range all {
		last[store.DocumentName{Kind: all[i].Kind, Name: all[i].Name}] = i
	}
	for i := range all {
		d := &all[i]
		if last[store.DocumentName{Kind: d.Kind, Name: d.Name}] != i {
			continue
		}
		start := 0
		types := []duck.Type{txt, txt, ts, i64, i64, blob}
		err := w.feed.insert(ctx, w.conn, "INSERT INTO weir.document SELECT * FROM %FEED%", types, len(d.Body)/partSize+1, func(c *chunk) (int, error) {
			if start > 0 && start >= len(d.Body) { // an empty body has one part
				return 0, nil
			}
			part := d.Body[start:min(start+partSize, len(d.Body))]
			c.set(0, d.Kind, d.Name, d.At, int64(len(d.Body)), int64(start), part)
			start += partSize
			return 1, nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (w *writer) putApplications(ctx context.Context, all []store.Application) error {
	if all == nil {
		return nil
	}
	if err := w.keepPorts(ctx, all); err != nil {
		return err
	}
	if err := w.conn.run(ctx, "DELETE FROM weir.application"); err != nil {
		return err
	}
	return w.feed.insert(ctx, w.conn, "INSERT INTO weir.application SELECT * FROM %FEED%", []duck.Type{u16, u8, txt}, len(all), each(len(all), func(c *chunk, row, i int) {
		column[uint16](c, 0)[row] = all[i].Port
		column[uint8](c, 1)[row] = all[i].Protocol
		c.text(2, row, all[i].Name)
	}))
}

var relationTypes = []duck.Type{txt, txt, ts, ts, txt, txt, txt, txt}

// addRelations adds the relations of two VNets of which the store has none.
func (w *writer) addRelations(ctx context.Context, all []enrich.Relation) error {
	return w.insertRelations(ctx, `INSERT INTO weir.relation SELECT DISTINCT * FROM %FEED% f
WHERE NOT EXISTS (SELECT 1 FROM weir.relation r WHERE r.vnet1 = f.c0 AND r.vnet2 = f.c1)`, all)
}

// replaceRelations adds relations, instead of those that the store has of the same two VNets.
func (w *writer) replaceRelations(ctx context.Context, all []enrich.Relation) error {
	err := w.insertRelations(ctx, "DELETE FROM weir.relation WHERE (vnet1, vnet2) IN (SELECT (c0, c1) FROM %FEED%)", all)
	if err != nil {
		return err
	}
	return w.addRelations(ctx, all)
}

func (w *writer) insertRelations(ctx context.Context, sql string, all []enrich.Relation) error {
	if len(all) == 0 {
		return nil
	}
	return w.feed.insert(ctx, w.conn, sql, relationTypes, len(all), each(len(all), func(c *chunk, row, i int) {
		r := &all[i]
		c.set(row, string(r.VNet1), string(r.VNet2), bound(r.From), bound(r.Until), r.ConnectionType, r.Connection, r.Circuit, r.ConnectingVNets)
	}))
}
