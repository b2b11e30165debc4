package server

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"weir/internal/enrich/threat"
	"weir/internal/knowledge"
	"weir/internal/server/wire"
	"weir/internal/settle"
	"weir/internal/topology"
)

// Learner changes what is known about addresses, and then brings what is
// stored up to it, which progress tells of. Where the change was made and
// what follows it failed, there is a report beside the error.
type Learner interface {
	ImportTopology(ctx context.Context, in knowledge.TopologyInput, progress func(settle.Progress)) (*knowledge.TopologyReport, error)
	ImportServiceTags(ctx context.Context, in knowledge.ServiceTagsInput, progress func(settle.Progress)) (*knowledge.ServiceTagsReport, error)
	ImportThreats(ctx context.Context, in knowledge.ThreatInput, progress func(settle.Progress)) (*knowledge.ThreatReport, error)
	Allow(ctx context.Context, entries []threat.Allow, progress func(settle.Progress)) (*knowledge.AllowReport, error)
	Disallow(ctx context.Context, addresses []string, progress func(settle.Progress)) (*knowledge.AllowReport, error)
	ForgetFeed(ctx context.Context, name string, progress func(settle.Progress)) error
	ForgetServiceTags(ctx context.Context, day time.Time, progress func(settle.Progress)) error
	ConfirmFeed(ctx context.Context, name string, progress func(settle.Progress)) error
	Snapshots(ctx context.Context) ([]knowledge.SnapshotState, error)
	ServiceTags(ctx context.Context) ([]knowledge.ServiceTagsVersion, error)
}

// maxKnowRequest bounds what is sent to be learned.
const maxKnowRequest = 1 << 30

// mountKnow registers what clients of the control socket may have learned.
func (s *Server) mountKnow(mux *http.ServeMux) {
	know(s, mux, wire.Topology, func(ctx context.Context, in knowledge.TopologyInput, content []byte, progress func(settle.Progress)) (any, error) {
		var err error
		if in.Inventory, err = topology.Decode(content); err != nil {
			return nil, err
		}
		return orNil(s.learn.ImportTopology(ctx, in, progress))
	})
	know(s, mux, wire.ServiceTags, func(ctx context.Context, in knowledge.ServiceTagsInput, content []byte, progress func(settle.Progress)) (any, error) {
		in.Content = content
		return orNil(s.learn.ImportServiceTags(ctx, in, progress))
	})
	know(s, mux, wire.Threats, func(ctx context.Context, in knowledge.ThreatInput, content []byte, progress func(settle.Progress)) (any, error) {
		in.Content = content
		return orNil(s.learn.ImportThreats(ctx, in, progress))
	})
	know(s, mux, wire.Allow, func(ctx context.Context, in []threat.Allow, _ []byte, progress func(settle.Progress)) (any, error) {
		return orNil(s.learn.Allow(ctx, in, progress))
	})
	know(s, mux, wire.Disallow, func(ctx context.Context, in []string, _ []byte, progress func(settle.Progress)) (any, error) {
		return orNil(s.learn.Disallow(ctx, in, progress))
	})
	know(s, mux, wire.ForgetFeed, func(ctx context.Context, in string, _ []byte, progress func(settle.Progress)) (any, error) {
		return nil, s.learn.ForgetFeed(ctx, in, progress)
	})
	know(s, mux, wire.ForgetServiceTags, func(ctx context.Context, in time.Time, _ []byte, progress func(settle.Progress)) (any, error) {
		return nil, s.learn.ForgetServiceTags(ctx, in, progress)
	})
	know(s, mux, wire.ConfirmFeed, func(ctx context.Context, in string, _ []byte, progress func(settle.Progress)) (any, error) {
		return nil, s.learn.ConfirmFeed(ctx, in, progress)
	})
	know(s, mux, wire.Compact, func(ctx context.Context, _ struct{}, _ []byte, progress func(settle.Progress)) (any, error) {
		if s.compact == nil {
			return nil, errors.New("this server does not compact its store")
		}
		return orNil(s.compact(ctx, progress))
	})
	know(s, mux, wire.Snapshots, func(ctx context.Context, _ struct{}, _ []byte, _ func(settle.Progress)) (any, error) {
		return s.learn.Snapshots(ctx)
	})
	know(s, mux, wire.ServiceTagsList, func(ctx context.Context, _ struct{}, _ []byte, _ func(settle.Progress)) (any, error) {
		return s.learn.ServiceTags(ctx)
	})
}

// orNil keeps a report that is nil from becoming a value that is not.
func orNil[T any](report *T, err error) (any, error) {
	if report == nil {
		return nil, err
	}
	return report, err
}

// know registers one thing to have learned: a request of a JSON value, a line
// feed, and the content of a file, answered by lines of progress and the
// report.
func know[In any](s *Server, mux *http.ServeMux, name string, work func(ctx context.Context, in In, content []byte, progress func(settle.Progress)) (any, error)) {
	mux.HandleFunc("POST "+wire.KnowPath+name, func(w http.ResponseWriter, r *http.Request) {
		var in In
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxKnowRequest))
		head, content, _ := bytes.Cut(body, []byte{'\n'})
		if err == nil {
			err = json.Unmarshal(head, &in)
		}
		if err != nil {
			writeProblem(w, http.StatusBadRequest, fmt.Sprintf("The request cannot be read: %v.", err))
			return
		}
		if s.learn == nil {
			writeProblem(w, http.StatusNotImplemented, "This server keeps no knowledge about addresses.")
			return
		}
		out := newLines(w)
		last := wire.KnowLine{End: true}
		err = s.catch(wire.KnowPath+name, func() error {
			report, err := work(r.Context(), in, content, func(p settle.Progress) {
				_ = out.put(wire.KnowLine{Progress: &p}, true) // a client that went away ends the work by its context
			})
			if report == nil {
				return err
			}
			text, unwritten := json.Marshal(report)
			last.Report = text
			return cmp.Or(err, unwritten)
		})
		if err != nil {
			last.Error = wire.FromError(err)
		}
		if err := out.put(last, false); err != nil && r.Context().Err() == nil {
			s.log.Info("a report could not be sent", "error", err)
		}
	})
}
