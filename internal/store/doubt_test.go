package store

import (
	"context"
	"errors"
	"testing"

	"github.com/nats-io/nats.go/jetstream"
)

// fakeBucket loses the answers of writes.
type fakeBucket struct {
	jetstream.KeyValue
	stores   bool // whether a write takes place
	value    []byte
	revision uint64
	blind    bool // reads fail too
}

func (f *fakeBucket) Create(_ context.Context, _ string, value []byte, _ ...jetstream.KVCreateOpt) (uint64, error) {
	return f.Update(context.Background(), "", value, 0)
}

func (f *fakeBucket) Update(_ context.Context, _ string, value []byte, _ uint64) (uint64, error) {
	if f.stores {
		f.value, f.revision = value, f.revision+1
	}
	return 0, context.DeadlineExceeded
}

func (f *fakeBucket) Purge(context.Context, string, ...jetstream.KVDeleteOpt) error {
	if f.stores {
		f.value, f.revision = nil, f.revision+1
	}
	return context.DeadlineExceeded
}

func (f *fakeBucket) Get(context.Context, string) (jetstream.KeyValueEntry, error) {
	switch {
	case f.blind:
		return nil, context.DeadlineExceeded
	case f.value == nil:
		return nil, jetstream.ErrKeyNotFound
	}
	return fakeEntry{value: f.value, revision: f.revision}, nil
}

type fakeEntry struct {
	jetstream.KeyValueEntry
	value    []byte
	revision uint64
}

func (e fakeEntry) Value() []byte    { return e.value }
func (e fakeEntry) Revision() uint64 { return e.revision }

// TestWriteInDoubt holds that a write whose answer is lost counts as done only when it is known to be.
func TestWriteInDoubt(t *testing.T) {
	f := func(stores, blind bool, want error) {
		t.Helper()
		before := roomAt("id", 1)
		value, err := encodeRoom(before)
		if err != nil {
			t.Fatal(err)
		}
		fresh := func(kv *fakeBucket) *Rooms {
			return &Rooms{kv: kv, memory: newMemory(func(string, *Room) {})}
		}
		ctx := context.Background()

		s := fresh(&fakeBucket{stores: stores, blind: blind})
		err = s.Create(ctx, before)
		if _, visible := s.Get("id"); !errors.Is(err, want) || visible != (want == nil) {
			t.Errorf("Create: %v, visible %v", err, visible)
		}

		s = fresh(&fakeBucket{stores: stores, blind: blind, value: value, revision: 1})
		s.memory.put(before)
		_, err = s.Update(ctx, "id", func(r *Room) error { r.Name = "after"; return nil })
		if r, _ := s.Get("id"); !errors.Is(err, want) || (r.Name == "after") != (want == nil) {
			t.Errorf("Update: %v, name %q", err, r.Name)
		}

		s = fresh(&fakeBucket{stores: stores, blind: blind, value: value, revision: 1})
		s.memory.put(before)
		err = s.Delete(ctx, "id")
		if _, visible := s.Get("id"); !errors.Is(err, want) || visible != (want != nil) {
			t.Errorf("Delete: %v, visible %v", err, visible)
		}
	}
	f(true, false, nil)
	f(false, false, ErrUnavailable)
	f(true, true, ErrUnavailable)
	f(false, true, ErrUnavailable)
}
