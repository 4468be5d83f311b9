package store

import (
	"context"
	"errors"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// watch starts a watcher and applies what the bucket holds. ctx bounds that, not the watcher.
func (s *Rooms) watch(ctx context.Context) (jetstream.KeyWatcher, error) {
	w, err := s.kv.WatchAll(s.ctx)
	if err != nil {
		return nil, err
	}
	for {
		select {
		case e, ok := <-w.Updates():
			if !ok {
				return nil, errors.New("watcher ended")
			}
			if e == nil { // all that there was
				return w, nil
			}
			s.apply(e)
		case <-ctx.Done():
			stop(w)
			return nil, ctx.Err()
		}
	}
}

// stop ends a watcher, which may be waiting to hand over an entry.
func stop(w jetstream.KeyWatcher) {
	_ = w.Stop()
	for range w.Updates() { //nolint:revive // it is closed by Stop
	}
}

// follow applies what a watcher brings until Rooms is closed, and starts another when it ends.
func (s *Rooms) follow(w jetstream.KeyWatcher) {
	for {
		select {
		case <-s.ctx.Done():
			stop(w)
			return
		case e, ok := <-w.Updates():
			if ok {
				s.apply(e)
				continue
			}
			if w = s.again(); w == nil {
				return
			}
		}
	}
}

// again starts watchers until one works, or returns nil when Rooms is closed.
func (s *Rooms) again() jetstream.KeyWatcher {
	for wait := 50 * time.Millisecond; ; wait = min(2*wait, 5*time.Second) {
		ctx, cancel := context.WithTimeout(s.ctx, time.Minute)
		w, err := s.watch(ctx)
		cancel()
		if err == nil {
			return w
		}
		s.log.Warn("rooms are not followed", "error", err)
		select {
		case <-s.ctx.Done():
			return nil
		case <-time.After(wait):
		}
	}
}

// apply takes an entry of the watcher into memory.
func (s *Rooms) apply(e jetstream.KeyValueEntry) {
	if e == nil {
		return
	}
	if e.Operation() != jetstream.KeyValuePut {
		s.memory.remove(e.Key(), e.Revision())
		s.memory.passed(e.Key(), e.Revision())
		return
	}
	r, err := decodeRoom(e.Key(), e.Value(), e.Revision())
	if err != nil {
		s.log.Warn("bucket holds a value that is no room", "revision", e.Revision(), "error", err)
		return
	}
	s.memory.put(r)
}
