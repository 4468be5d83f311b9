package bus

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// epochKey is a key of the claims' bucket that is made once and does not expire. Its age is the age of the content. The
// bucket's own age would not do: a cluster whose servers all restarted has the old bucket, and nothing in it. No token's
// id has its length.
const epochKey = "epoch"

// Since returns the moment from which on all claims are known, to the millisecond. A token that was issued before it
// may have been claimed in a bucket that is gone, so its bearer has to be refused although Claim returns nil.
func (c *Claims) Since() time.Time { return time.UnixMilli(c.since.Load()) }

// readEpoch makes the epoch if there is none, and reads it.
func (c *Claims) readEpoch(ctx context.Context) error {
	if _, err := c.kv.Create(ctx, epochKey, nil); err != nil && !errors.Is(err, jetstream.ErrKeyExists) {
		return fmt.Errorf("claims: %w", err)
	}
	entry, err := c.kv.Get(ctx, epochKey)
	if err != nil {
		return fmt.Errorf("claims: %w", err)
	}
	c.since.Store(entry.Created().UnixMilli())
	return nil
}
