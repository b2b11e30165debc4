package duckdb

import (
	"context"
	"errors"
	"time"

	"weir/internal/flow"
	"weir/internal/store"
)

var errTodo = errors.New("not implemented")

func (s *Store) Documents(ctx context.Context, kind string) ([]store.Document, error) { return nil, nil }
func (s *Store) Learn(ctx context.Context, l store.Learning) error                    { return errTodo }
func (s *Store) Parties(ctx context.Context, yield func([]store.Party) error) error   { return errTodo }
func (s *Store) Reattribute(ctx context.Context, changed []store.Reattribution) error { return errTodo }
func (s *Store) Logs(ctx context.Context) (map[uint64]flow.Log, error)                { return nil, errTodo }
func (s *Store) FactsOf(ctx context.Context, parties, logs []uint64, yield func([]store.StoredFact) error) error {
	return errTodo
}
func (s *Store) Unsettled(ctx context.Context) (store.Unsettled, error) { return store.Unsettled{}, errTodo }
func (s *Store) Captured(ctx context.Context, from, to time.Time, yield func([]store.CapturedFact) error) error {
	return errTodo
}
func (s *Store) Mark(ctx context.Context, rows []store.Marking, settled store.Unsettled, unsettled []time.Time) error {
	return errTodo
}
