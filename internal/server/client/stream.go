package client

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"time"

	"weir/internal/kql"
	"weir/internal/pipeline"
	"weir/internal/server/wire"
	"weir/internal/store"
)

// stopTimeout is how long a run may take to commit what is whole after it was
// asked to stop.
const stopTimeout = time.Minute

// Ingest has the server read paths, as pipeline.Run would here; progress may
// be nil. When ctx ends, the server is asked to stop and its summary of what
// it committed is returned together with the error of ctx.
func (c *Client) Ingest(ctx context.Context, paths []string, progress func(pipeline.Progress)) (pipeline.Summary, error) {
	var summary pipeline.Summary
	in := wire.IngestRequest{Paths: make([]string, len(paths))}
	for i, p := range paths {
		abs, err := filepath.Abs(p) // the server works in another folder
		if err != nil {
			return summary, fmt.Errorf("cannot find %s: %w", p, err)
		}
		in.Paths[i] = abs
	}
	if err := ctx.Err(); err != nil {
		return summary, err
	}
	// The connection outlives ctx, for the summary comes after its end.
	stream, hangUp := context.WithCancel(context.WithoutCancel(ctx))
	defer hangUp()
	body, err := c.send(stream, http.MethodPost, wire.IngestPath, in)
	if err != nil {
		return summary, err
	}
	defer body.Close()
	d := json.NewDecoder(body)
	for {
		var line wire.IngestLine
		if err := d.Decode(&line); err != nil {
			if ctx.Err() != nil {
				return summary, ctx.Err()
			}
			return summary, c.broken(stream, err)
		}
		if line.Run != "" {
			defer context.AfterFunc(ctx, func() { c.stop(stream, hangUp, line.Run) })()
		}
		if line.Progress != nil && progress != nil {
			progress(*line.Progress)
		}
		if line.Summary != nil {
			summary = *line.Summary
		}
		if line.End {
			if line.Error != nil {
				return summary, line.Error
			}
			return summary, nil
		}
	}
}

// stop asks the server to end a run, and hangs up if it does not.
func (c *Client) stop(stream context.Context, hangUp func(), run string) {
	ctx, cancel := context.WithTimeout(stream, stopTimeout)
	defer cancel()
	if err := c.call(ctx, http.MethodPost, wire.StopPath, wire.StopRequest{Run: run}, nil); err != nil {
		hangUp()
		return
	}
	<-ctx.Done()
	hangUp()
}

// SQL is Store.SQL of the served store.
func (c *Client) SQL(ctx context.Context, query string) (store.Rows, error) {
	return c.rows(ctx, wire.SQLPath, wire.SQLRequest{Query: query})
}

// KQL is [kql.Ask] of the served store.
func (c *Client) KQL(ctx context.Context, query string, o kql.Options) (store.Rows, error) {
	return c.rows(ctx, wire.KQLPath, wire.KQLRequest{Query: query, Now: o.Now, From: o.From, Until: o.Until})
}

func (c *Client) rows(ctx context.Context, path string, question any) (store.Rows, error) {
	ctx, hangUp := context.WithCancel(ctx)
	body, err := c.send(ctx, http.MethodPost, path, question)
	if err != nil {
		hangUp()
		return nil, err
	}
	r := &rows{client: c, ctx: ctx, hangUp: hangUp, body: body, lines: json.NewDecoder(bufio.NewReaderSize(body, 64<<10))}
	line, err := r.read()
	if err == nil && line.Columns == nil {
		err = fmt.Errorf("cannot read the answer of the server of %s: it has no columns", c.dir)
	}
	if err != nil {
		_ = r.Close()
		return nil, err
	}
	r.columns = line.Columns
	return r, nil
}

// rows is an answer that arrives line by line. It implements store.Rows.
type rows struct {
	client  *Client
	ctx     context.Context
	hangUp  func()
	body    io.ReadCloser
	lines   *json.Decoder
	columns []store.Column
	values  []any
	err     error
	done    bool
}

// errEnd is the end of an answer that arrived whole.
var errEnd = errors.New("end")

func (r *rows) read() (wire.SQLLine, error) {
	var line wire.SQLLine
	if err := r.lines.Decode(&line); err != nil {
		return line, r.client.broken(r.ctx, err)
	}
	if line.Error != nil {
		return line, line.Error
	}
	if line.End {
		return line, errEnd
	}
	return line, nil
}

// Columns implements store.Rows.
func (r *rows) Columns() []store.Column { return r.columns }

// Next implements store.Rows.
func (r *rows) Next() bool {
	if r.done {
		return false
	}
	line, err := r.read()
	if err != nil {
		r.done = true
		if err != errEnd {
			r.err = err
		}
		return false
	}
	r.values = line.Row
	return true
}

// Values implements store.Rows.
func (r *rows) Values() []any { return r.values }

// Err implements store.Rows.
func (r *rows) Err() error { return r.err }

// Close implements store.Rows. The server gives up what is not read yet.
func (r *rows) Close() error {
	r.done = true
	r.hangUp()
	return r.body.Close()
}
