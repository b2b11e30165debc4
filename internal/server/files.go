package server

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/klauspost/compress/gzip"

	"weir/internal/store"
	"weir/internal/terminal"
)

// FormatInput is exported only because huma reads the fields of no other embedded struct.
type FormatInput struct {
	Format string `query:"format" enum:"csv,json,parquet" default:"csv" doc:"CSV with a header, a list of objects, or Parquet: a typed column for each, compressed, with what numbers count in the metadata of the file as unit.COLUMN."`
}

// exported are all rows of an answer.
type exported struct {
	name   string
	to     time.Time // the end of their range
	format terminal.Format
	rows   store.Rows
}

// kinds are the media types of files.
var kinds = map[terminal.Format]string{
	terminal.CSV: "text/csv; charset=utf-8", terminal.JSON: "application/json", terminal.Parquet: "application/vnd.apache.parquet",
}

// export registers a file of all rows at apiPrefix/name, sent while it is read.
func export[I any](s *Server, api huma.API, name, summary, description string, ask func(context.Context, *I) (*exported, error)) {
	op := huma.Operation{
		OperationID: operationID(name), Method: http.MethodGet, Path: apiPrefix + "/" + name,
		Summary: summary, Description: description + " It is sent while it is read; where that fails on the way the connection is cut.",
		Responses: map[string]*huma.Response{"200": {Description: "All rows", Content: map[string]*huma.MediaType{}}},
	}
	for _, kind := range kinds {
		op.Responses["200"].Content[kind] = &huma.MediaType{Schema: &huma.Schema{Type: "string"}}
	}
	s.routes[op.Path] = streamed
	huma.Register(api, op, func(ctx context.Context, in *I) (*huma.StreamResponse, error) {
		file, err := ask(ctx, in)
		if err != nil {
			return nil, s.problem(ctx, op.Path, err)
		}
		return &huma.StreamResponse{Body: func(out huma.Context) {
			out.SetHeader("Content-Type", kinds[file.format])
			out.SetHeader("Content-Disposition", fmt.Sprintf("attachment; filename=%q", fmt.Sprintf("weir-%s-%s.%s", file.name, file.to.Format("2006-01-02-1504"), file.format)))
			if _, err := terminal.WriteRows(out.BodyWriter(), file.format, file.rows); err != nil {
				if ctx.Err() == nil {
					s.log.Error("cannot send all rows", "path", op.Path, "error", err)
				}
				panic(http.ErrAbortHandler) // so that the peer does not take what it has for all
			}
		}}, nil
	})
}

// inTurn asks for each page of all rows when it is its turn, so that who reads
// slowly keeps nobody from asking.
func inTurn[Q, A any](ctx context.Context, s *Server, page func(Q) (*A, error)) func(Q) (*A, error) {
	return func(q Q) (a *A, err error) {
		if err := s.turns.take(ctx); err != nil {
			return nil, err
		}
		defer s.turns.give()
		if a, err = page(q); errors.Is(err, store.ErrMemory) {
			a, err = again(ctx, s.turns, func() (*A, error) { return page(q) })
		}
		return a, err
	}
}

// stream answers a request while the answer is made.
func (s *Server) stream(w http.ResponseWriter, r *http.Request, ask *http.Request) {
	if r.Method == http.MethodHead {
		return
	}
	packed := r.URL.Query().Get("format") == string(terminal.Parquet) // by itself
	if packed || !acceptsGzip(r) {
		s.apiMux.ServeHTTP(w, ask)
		return
	}
	w.Header().Set("Content-Encoding", "gzip")
	w.Header().Set("Vary", "Accept-Encoding")
	z := gzip.NewWriter(w)
	s.apiMux.ServeHTTP(&packedWriter{w, z}, ask)
	_ = z.Close() // who went away needs no end
}

// packedWriter compresses what is written.
type packedWriter struct {
	http.ResponseWriter
	packed io.Writer
}

// Write implements http.ResponseWriter.
func (w *packedWriter) Write(b []byte) (int, error) { return w.packed.Write(b) }

// Unwrap is for http.ResponseController.
func (w *packedWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
