package bus

import (
	"context"
	"errors"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// claimsBucket is the KV bucket that holds the claims. It is in memory: a claim matters for as long as its token lives,
// claiming happens on every connect, and what is lost with the bucket Since covers.
const claimsBucket = "throng_claims"

// epochKey is a key of the claims' bucket that is made once and does not expire. Its age is the age of the content. The
// bucket's own age would not do: a cluster whose servers all restarted has the old bucket with nothing in it. The dot
// keeps it apart from all ids.
const epochKey = "throng.epoch"

// Since returns the moment from which on all claims are known, to the millisecond, on the clock of the server. A token
// that was issued before may have been claimed in a bucket that is gone, so its bearer has to be refused although Claim
// returns nil.
func (c *Claims) Since() time.Time { return time.UnixMilli(c.since.Load()) }

// reopen makes the bucket, or uses the one that is there, and reads the epoch; unless another goroutine has done that
// since kv was the bucket.
func (c *Claims) reopen(ctx context.Context, kv *jetstream.KeyValue) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.kv.Load() != kv {
		return nil
	}
	if _, err := c.js.CreateOrUpdateStream(ctx, claimsStream(c.replicas)); err != nil {
		return err
	}
	opened, err := c.js.KeyValue(ctx, claimsBucket)
	if err != nil {
		return err
	}
	if err := c.readEpoch(ctx, opened); err != nil {
		return err
	}
	c.kv.Store(&opened)
	return nil
}

// claimsStream is the bucket as the stream that it is. The library's own way of making a bucket gives a time-to-live per
// key only together with markers that are written in place of what has expired: twice the work, and when the memory is
// full there is no room for them, so that nothing expires any more and no claim succeeds ever again.
func claimsStream(replicas int) jetstream.StreamConfig {
	return jetstream.StreamConfig{
		Name:        "KV_" + claimsBucket,
		Description: "chat tokens that were used",
		Subjects:    []string{"$KV." + claimsBucket + ".>"},
		Storage:     jetstream.MemoryStorage,
		Replicas:    replicas,
		MaxMsgSize:  1 << 10, // headers count too
		AllowMsgTTL: true,

		// As every bucket has it.
		MaxMsgsPerSubject: 1,
		MaxMsgs:           -1,
		MaxBytes:          -1,
		MaxConsumers:      -1,
		Discard:           jetstream.DiscardNew,
		AllowRollup:       true,
		DenyDelete:        true,
		AllowDirect:       true,
	}
}

// reconnected reports whether the connection was lost since the epoch was read.
func (c *Claims) reconnected() bool { return c.js.Conn().Stats().Reconnects != c.reconnects.Load() }

// verify reads the epoch again, unless another goroutine has done that and the sign that this one saw is no more.
func (c *Claims) verify(ctx context.Context, revision uint64) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if revision > c.newest.Load() && !c.reconnected() {
		return nil
	}
	return c.readEpoch(ctx, *c.kv.Load())
}

// readEpoch makes the epoch if there is none, and reads it. c.mu is held.
func (c *Claims) readEpoch(ctx context.Context, kv jetstream.KeyValue) error {
	reconnects := c.js.Conn().Stats().Reconnects
	for {
		_, err := kv.Create(ctx, epochKey, nil)
		if err != nil && !errors.Is(err, jetstream.ErrKeyExists) {
			return err
		}
		entry, err := kv.Get(ctx, epochKey)
		if err == nil {
			c.since.Store(entry.Created().UnixMilli())
			c.newest.Store(entry.Revision()) // low is harmless, and right when revisions began anew
			c.reconnects.Store(reconnects)
			return nil
		}
		if !errors.Is(err, jetstream.ErrKeyNotFound) {
			return err
		}
		// A server that is behind answered.
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(attemptWait):
		}
	}
}
