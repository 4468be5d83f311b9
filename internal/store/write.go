package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

const (
	// attempts bounds how often Update and Delete try again when another writer was first.
	attempts = 16
	// writeTimeout bounds one write to the bucket, the synced disk included.
	writeTimeout = 5 * time.Second
	// lookTimeout bounds the look whether a write without an answer took place.
	lookTimeout = 2 * time.Second
)

// Create stores a new room under r.ID. When it returns nil the room is durable and Get returns it. r remains the
// caller's. Errors: ErrExists, ErrInvalid, ErrUnavailable.
func (s *Rooms) Create(ctx context.Context, r *Room) error {
	value, err := encodeRoom(r)
	if err != nil {
		return err
	}
	wctx, cancel := context.WithTimeout(ctx, writeTimeout)
	revision, err := s.kv.Create(wctx, r.ID, value)
	cancel()
	if errors.Is(err, jetstream.ErrKeyExists) {
		return ErrExists
	}
	if err != nil {
		if revision, err = s.settle(ctx, r.ID, value, 0, err); err != nil {
			return err
		}
	}
	_, err = s.adopt(r.ID, value, revision)
	return err
}

// Fetch returns a room from memory, or from the bucket when it is not there: another process may have made it a moment
// ago. Errors: ErrNotFound, ErrUnavailable.
func (s *Rooms) Fetch(ctx context.Context, id string) (*Room, error) {
	if r, ok := s.Get(id); ok {
		return r, nil
	}
	return s.read(ctx, id)
}

// read returns a room from the bucket, and takes it into memory.
func (s *Rooms) read(ctx context.Context, id string) (*Room, error) {
	if !validKey(id) {
		return nil, ErrNotFound
	}
	ctx, cancel := context.WithTimeout(ctx, lookTimeout)
	defer cancel()
	e, err := s.kv.Get(ctx, id)
	if errors.Is(err, jetstream.ErrKeyNotFound) {
		return nil, ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	return s.adopt(id, e.Value(), e.Revision())
}

// adopt takes a state of a room that is in the bucket into memory.
func (s *Rooms) adopt(id string, value []byte, revision uint64) (*Room, error) {
	r, err := decodeRoom(id, value, revision)
	if err != nil {
		return nil, err
	}
	s.memory.put(r)
	return r, nil
}

// Update changes a room. change gets a copy of its own; an error of it ends the update and is returned as it is. When
// another writer was first, change is called again with what that one wrote. change has to set UpdateTime. It returns
// the new state, durable and in memory. Errors: ErrNotFound, ErrConflict, ErrInvalid, ErrUnavailable.
func (s *Rooms) Update(ctx context.Context, id string, change func(*Room) error) (*Room, error) {
	old, err := s.Fetch(ctx, id)
	for range attempts {
		if err != nil {
			return nil, err
		}
		r := old.clone()
		if err := change(r); err != nil {
			return nil, err
		}
		r.ID = id
		value, bad := encodeRoom(r)
		if bad != nil {
			return nil, bad
		}
		wctx, cancel := context.WithTimeout(ctx, writeTimeout)
		var revision uint64
		revision, err = s.kv.Update(wctx, id, value, old.Revision)
		cancel()
		if errors.Is(err, jetstream.ErrKeyRevisionMismatch) {
			old, err = s.newer(ctx, id, old.Revision)
			continue
		}
		if err != nil {
			if revision, err = s.settle(ctx, id, value, old.Revision, err); err != nil {
				return nil, err
			}
		}
		return s.adopt(id, value, revision)
	}
	return nil, ErrConflict
}

// Delete removes a room. Of several that delete it at once one returns nil. Errors: ErrNotFound, ErrConflict,
// ErrUnavailable.
func (s *Rooms) Delete(ctx context.Context, id string) error {
	r, err := s.Fetch(ctx, id)
	for range attempts {
		if err != nil {
			return err
		}
		wctx, cancel := context.WithTimeout(ctx, writeTimeout)
		err = s.kv.Purge(wctx, id, jetstream.LastRevision(r.Revision), jetstream.PurgeTTL(markerTTL))
		cancel()
		if errors.Is(err, jetstream.ErrKeyRevisionMismatch) {
			r, err = s.newer(ctx, id, r.Revision)
			continue
		}
		if err != nil {
			if _, look := s.read(ctx, id); !errors.Is(look, ErrNotFound) {
				return fmt.Errorf("%w: %w", ErrUnavailable, err)
			}
		}
		// The server does not tell the revision. It is this at least, and nothing else about the room is newer.
		s.memory.remove(id, r.Revision+1)
		return nil
	}
	return ErrConflict
}

// newer returns a state of the room that is newer than revision: a conflict has told that there is one. The server that
// is asked may be behind the one that told.
func (s *Rooms) newer(ctx context.Context, id string, revision uint64) (*Room, error) {
	for wait := time.Millisecond; ; wait = min(2*wait, 100*time.Millisecond) {
		r, err := s.read(ctx, id)
		if err != nil || r.Revision > revision {
			return r, err
		}
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("%w: %w", ErrUnavailable, ctx.Err())
		case <-time.After(wait):
		}
	}
}

// settle finds out whether a write that was answered with an error took place all the same: whether the bucket holds the
// value, in a revision after the given one. It returns that, or an error that says that nothing is known.
func (s *Rooms) settle(ctx context.Context, id string, value []byte, revision uint64, cause error) (uint64, error) {
	ctx, cancel := context.WithTimeout(ctx, lookTimeout)
	defer cancel()
	e, err := s.kv.Get(ctx, id)
	if err == nil && e.Revision() > revision && bytes.Equal(e.Value(), value) {
		return e.Revision(), nil
	}
	return 0, fmt.Errorf("%w: %w", ErrUnavailable, cause)
}
