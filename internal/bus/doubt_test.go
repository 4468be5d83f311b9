package bus

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// fakeBucket answers as it is told, and remembers what was stored.
type fakeBucket struct {
	jetstream.KeyValue
	create []func(f *fakeBucket, value []byte) error
	get    []error
	value  []byte
}

func (f *fakeBucket) Create(_ context.Context, _ string, value []byte, _ ...jetstream.KVCreateOpt) (uint64, error) {
	answer := f.create[0]
	f.create = f.create[1:]
	return 7, answer(f, value)
}

func (f *fakeBucket) Get(context.Context, string) (jetstream.KeyValueEntry, error) {
	if len(f.get) > 0 {
		err := f.get[0]
		f.get = f.get[1:]
		return nil, err
	}
	return fakeEntry{value: f.value}, nil
}

type fakeEntry struct {
	jetstream.KeyValueEntry
	value []byte
}

func (e fakeEntry) Value() []byte  { return e.value }
func (fakeEntry) Revision() uint64 { return 7 }

// What a bucket may answer to Create.
func stored(*fakeBucket, []byte) error { return nil }
func exists(*fakeBucket, []byte) error { return jetstream.ErrKeyExists }
func full(*fakeBucket, []byte) error   { return &jetstream.APIError{Code: 400, ErrorCode: 10077} }
func busy(*fakeBucket, []byte) error   { return &jetstream.APIError{Code: 503, ErrorCode: 10008} }
func lost(*fakeBucket, []byte) error   { return context.DeadlineExceeded }

func storedButLost(f *fakeBucket, value []byte) error {
	f.value = value
	return context.DeadlineExceeded
}

func takenByAnother(f *fakeBucket, _ []byte) error {
	f.value = []byte("another")
	return jetstream.ErrKeyExists
}

// replicated is how a bucket with replicas tells of a conflict.
func replicated(*fakeBucket, []byte) error {
	return fmt.Errorf("%w: %w", &jetstream.APIError{Code: 400, ErrorCode: 10164}, jetstream.ErrKeyExists)
}

// TestClaimInDoubt holds that an answer that is lost never makes two winners, nor none.
func TestClaimInDoubt(t *testing.T) {
	type answers = []func(f *fakeBucket, value []byte) error
	f := func(want error, create answers, get ...error) {
		t.Helper()
		var kv jetstream.KeyValue = &fakeBucket{create: create, get: get}
		c := new(Claims)
		c.kv.Store(&kv)
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if _, err := c.win(ctx, "id", time.Second); !errors.Is(err, want) {
			t.Errorf("got %v, want %v", err, want)
		}
		if left := kv.(*fakeBucket).create; len(left) > 0 {
			t.Errorf("%d questions were not asked", len(left))
		}
	}
	f(nil, answers{stored})
	f(ErrClaimed, answers{exists})
	f(ErrClaimed, answers{replicated})
	f(nil, answers{lost, stored})
	f(nil, answers{busy, busy, stored})
	f(nil, answers{storedButLost, exists})
	f(nil, answers{storedButLost, replicated})
	f(ErrClaimed, answers{lost, takenByAnother})
	// The server that is looked at is behind, or does not answer.
	f(nil, answers{storedButLost, exists, exists}, jetstream.ErrKeyNotFound)
	f(nil, answers{storedButLost, exists, lost, exists}, context.DeadlineExceeded)
	f(ErrClaimed, answers{lost, takenByAnother, exists}, jetstream.ErrKeyNotFound)
	// It will not get better.
	f(ErrUnavailable, answers{full})
	f(ErrUnavailable, answers{func(*fakeBucket, []byte) error { return nats.ErrConnectionClosed }})
}
