package loganalytics

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"weir/internal/kql"
	"weir/internal/store"
)

// heldBack is how much of an answer is kept before any of it is sent: what fails
// before can still be told by its status.
const heldBack = 256 << 10

// top is what an answer stands in: a response, or a part of a batch. begin is
// called once, before anything is written.
type top interface {
	begin(f *fault)
	Write([]byte) (int, error)
	end()
}

// httpTop is a response.
type httpTop struct{ http.ResponseWriter }

func (t *httpTop) begin(f *fault) {
	if f != nil {
		writeFault(t.ResponseWriter, f)
		return
	}
	t.Header().Set("Content-Type", "application/json; charset=utf-8")
	t.WriteHeader(http.StatusOK)
}

func (t *httpTop) end() {}

// answer is one while it is made.
type answer struct {
	top     top
	buf     bytes.Buffer
	began   bool
	ended   bool
	partial *fault // what is wrong beside the rows
	inRows  bool   // the list of rows is open
	gone    error  // nobody takes it any more
}

func newAnswer(t top) *answer { return &answer{top: t} }

// flush sends what there is.
func (a *answer) flush() error {
	if a.gone != nil {
		return a.gone
	}
	if !a.began {
		a.began = true
		a.top.begin(nil)
	}
	_, a.gone = a.top.Write(a.buf.Bytes())
	a.buf.Reset()
	return a.gone
}

// fail says what is wrong: by the status, where nothing was sent yet, else
// beside the rows.
func (a *answer) fail(f *fault) {
	if a.began {
		a.partial = f
		return
	}
	a.began, a.ended = true, true
	a.top.begin(f)
}

// end sends the rest.
func (a *answer) end() {
	if !a.ended {
		a.ended = true
		if a.inRows {
			a.buf.WriteString("]}]")
		}
		if a.partial != nil {
			text, _ := json.Marshal(a.partial.partial())
			fmt.Fprintf(&a.buf, `,"error":%s`, text)
		}
		a.buf.WriteByte('}')
		_ = a.flush() // who went away needs no end
	}
	a.top.end()
}

// columnOut is a column as it is sent.
type columnOut struct {
	Name string `json:"name"`
	Type string `json:"type"`
}

// ask answers a question; what it returns is wrong with it.
func (h *Handler) ask(ctx context.Context, q *question, out *answer) (err error) {
	rows, compiled, err := kql.Ask(ctx, h.store, q.text, q.options)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	columns := make([]columnOut, len(compiled.Columns))
	for i, c := range compiled.Columns {
		columns[i] = columnOut(c)
	}
	text, err := json.Marshal(columns)
	if err != nil {
		return err
	}
	fmt.Fprintf(&out.buf, `{"tables":[{"name":"PrimaryResult","columns":%s,"rows":[`, text)
	out.inRows = true
	sent, err := h.sendRows(rows, columns, out, least(h.maxRows, compiled.MaxRows), least(h.maxBytes, compiled.MaxBytes))
	if err != nil {
		return err
	}
	out.buf.WriteString("]}]")
	out.inRows = false
	if q.render {
		text, _ := json.Marshal(drawn(compiled))
		fmt.Fprintf(&out.buf, `,"render":%s`, text)
	}
	if q.statistics {
		text, _ := json.Marshal(statistics(sent, time.Since(q.began)))
		fmt.Fprintf(&out.buf, `,"statistics":%s`, text)
	}
	return nil
}

// sentRows is how much was sent.
type sentRows struct{ rows, bytes int }

// least is a bound of the server's, or a lower one that the query sets; 0: none.
func least(bound int, set int64) int {
	if set > 0 && set < int64(bound) {
		return int(set)
	}
	return bound
}

// sendRows sends rows up to bounds. What is left out is told beside them.
func (h *Handler) sendRows(rows store.Rows, columns []columnOut, out *answer, maxRows, maxBytes int) (sent sentRows, err error) {
	var row []byte
	for rows.Next() {
		row = row[:0]
		if sent.rows > 0 {
			row = append(row, ',')
		}
		row = append(row, '[')
		for i, v := range rows.Values() {
			if i > 0 {
				row = append(row, ',')
			}
			if row, err = appendCell(row, v, columns[i].Type); err != nil {
				return sent, err
			}
		}
		row = append(row, ']')
		if sent.rows == maxRows || sent.bytes+len(row) > maxBytes {
			out.partial = tooMuch(maxRows, maxBytes)
			return sent, nil
		}
		sent.rows, sent.bytes = sent.rows+1, sent.bytes+len(row)
		out.buf.Write(row)
		if out.buf.Len() >= heldBack {
			if err := out.flush(); err != nil {
				return sent, err
			}
		}
	}
	return sent, rows.Err()
}

// tooMuch says that an answer is not all of it, by the code of the service.
func tooMuch(rows, bytes int) *fault {
	f := newFault(http.StatusOK, "EngineError", "Something went wrong processing your query on the server.")
	f.detail.Inner = &detail{Code: "-2133196797", Message: fmt.Sprintf("The results of this query exceed the limit of %d records or %d MiB, so not all records were returned "+
		"(E_QUERY_RESULT_SET_TOO_LARGE): sum them up with summarize, project fewer columns, or ask for a shorter time", rows, bytes>>20)}
	return f
}

// statistics are those of the service that clients show.
func statistics(sent sentRows, took time.Duration) map[string]any {
	return map[string]any{"query": map[string]any{
		"executionTime":     took.Seconds(),
		"datasetStatistics": []any{map[string]any{"table_row_count": sent.rows, "table_size": sent.bytes}},
	}}
}
