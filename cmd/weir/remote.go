package main

import (
	"context"
	"errors"

	"weir/internal/server/client"
)

// remote is a backend that works through the weir serve that holds the store.
type remote struct {
	*client.Client
}

// Close gives the connection back.
func (r remote) Close() error {
	r.Client.Close()
	return nil
}

// connect returns the backend of the process that serves the store, nil if
// there is none.
func connect(ctx context.Context, dataDir string) (backend, error) {
	c, err := client.Connect(ctx, dataDir)
	if errors.Is(err, client.ErrNotServing) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return remote{c}, nil
}
