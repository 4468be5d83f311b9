package bus

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

const (
	// minTTL is the shortest time-to-live that the server knows, and the step of all.
	minTTL = time.Second
	// claimTimeout bounds a Claim whose context has no earlier end.
	claimTimeout = 5 * time.Second
	// attemptTimeout bounds one question to the server in a Claim.
	attemptTimeout = time.Second
	// attemptWait is the pause between two of them.
	attemptWait = 20 * time.Millisecond
)

// ClaimsOptions are the settings of Claims.
type ClaimsOptions struct {
	// Replicas is how many servers of a NATS cluster hold the claims: 1, 3 or 5. 0: 1.
	Replicas int
}

// Claims lets each id be claimed once in the whole cluster. Its methods may be called by many goroutines at once.
type Claims struct {
	js       jetstream.JetStream
	replicas int
	newest   atomic.Uint64 // highest revision that a finished Claim was given

	mu         sync.Mutex // held to change the rest
	kv         atomic.Pointer[jetstream.KeyValue]
	since      atomic.Int64  // Unix milliseconds
	reconnects atomic.Uint64 // of the connection, when the epoch was last read
}

// OpenClaims makes the bucket, or uses the one that is there.
func OpenClaims(ctx context.Context, js jetstream.JetStream, opts ClaimsOptions) (*Claims, error) {
	c := &Claims{js: js, replicas: max(opts.Replicas, 1)}
	if err := c.reopen(ctx, nil); err != nil {
		return nil, fmt.Errorf("claims: %w", err)
	}
	return c, nil
}

// Claim claims id for ttl, which is rounded up to whole seconds. It returns nil to exactly one caller in the cluster
// until the claim has expired, ErrClaimed to every other, and ErrUnavailable when the servers did not tell in time which
// of both it is: the id may be claimed then, and must be taken as used. It waits no longer than ctx, and 5 seconds.
//
// It vouches for what was claimed since Since, which can move on meanwhile: compare a token with that after Claim, not
// before.
//
// id is a key of a KV bucket: 1 or more of [a-zA-Z0-9_-].
func (c *Claims) Claim(ctx context.Context, id string, ttl time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, claimTimeout)
	defer cancel()
	since, newest := c.since.Load(), c.newest.Load()
	revision, err := c.win(ctx, id, (ttl + minTTL - 1).Truncate(minTTL))
	if err != nil {
		return err
	}
	// Both are signs that the servers may have begun anew, with nothing of what they knew.
	if revision <= newest || c.reconnected() {
		if err := c.verify(ctx, revision); err != nil {
			return fmt.Errorf("%w: %w", ErrUnavailable, err)
		}
	}
	c.raise(revision)
	if c.since.Load() != since {
		return fmt.Errorf("%w: earlier claims were lost", ErrUnavailable)
	}
	return nil
}

// raise notes a revision that a Claim was given.
func (c *Claims) raise(revision uint64) {
	for newest := c.newest.Load(); newest < revision; newest = c.newest.Load() {
		if c.newest.CompareAndSwap(newest, revision) {
			return
		}
	}
}

// win returns the revision of a claim that is this call's.
func (c *Claims) win(ctx context.Context, id string, ttl time.Duration) (uint64, error) {
	// An attempt whose answer is lost may have won. Then the next one loses against it, and only the value tells.
	var value [16]byte
	_, _ = rand.Read(value[:]) // never fails (crypto/rand)
	for doubt := false; ; doubt = true {
		kv := c.kv.Load()
		revision, err := create(ctx, *kv, id, value[:], max(ttl, minTTL))
		if err == nil {
			return revision, nil
		}
		if errors.Is(err, jetstream.ErrKeyExists) {
			if !doubt {
				return 0, ErrClaimed
			}
			var mine bool
			if revision, mine, err = look(ctx, *kv, id, value[:]); err == nil {
				if !mine {
					return 0, ErrClaimed
				}
				return revision, nil
			}
		}
		if !doubt && refused(err) || errors.Is(err, nats.ErrConnectionClosed) {
			return 0, fmt.Errorf("%w: %w", ErrUnavailable, err)
		}
		if gone(err) {
			// The bucket is in memory: a lone server that restarted has none. A failure shows in the next attempt.
			_ = c.reopen(ctx, kv)
		}
		select {
		case <-ctx.Done():
			return 0, fmt.Errorf("%w: %w", ErrUnavailable, err)
		case <-time.After(attemptWait):
		}
	}
}

func create(ctx context.Context, kv jetstream.KeyValue, id string, value []byte, ttl time.Duration) (uint64, error) {
	ctx, cancel := context.WithTimeout(ctx, attemptTimeout)
	defer cancel()
	return kv.Create(ctx, id, value, jetstream.KeyTTL(ttl))
}

// look returns the revision of the claim on id, and whether it has this value. The server that answers may be behind the
// one that holds the claim, and then knows of none: an error.
func look(ctx context.Context, kv jetstream.KeyValue, id string, value []byte) (uint64, bool, error) {
	ctx, cancel := context.WithTimeout(ctx, attemptTimeout)
	defer cancel()
	entry, err := kv.Get(ctx, id)
	if err != nil {
		return 0, false, err
	}
	return entry.Revision(), bytes.Equal(entry.Value(), value), nil
}

// refused reports whether err is the server's answer that it does not store the claim, for a reason that stays for a
// while: the key is none, the memory is full.
func refused(err error) bool {
	const (
		unavailable = 503   // while a leader is elected, say
		full        = 10023 // "insufficient resources", which is a 503 too
	)
	var api *jetstream.APIError
	return errors.Is(err, jetstream.ErrInvalidKey) ||
		errors.As(err, &api) && (api.Code != unavailable || api.ErrorCode == full)
}

// gone reports whether err says that there is no bucket.
func gone(err error) bool {
	return errors.Is(err, jetstream.ErrNoStreamResponse) || errors.Is(err, jetstream.ErrStreamNotFound) ||
		errors.Is(err, jetstream.ErrBucketNotFound)
}
