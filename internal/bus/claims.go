package bus

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// claimsBucket is the KV bucket that holds the claims. It is in memory: a claim matters for as long as its token lives,
// and what is lost with the bucket Since covers.
const claimsBucket = "throng_claims"

const (
	// minTTL is the shortest time-to-live that the server knows.
	minTTL = time.Second
	// claimTimeout bounds a Claim whose context has no earlier end.
	claimTimeout = 5 * time.Second
	// attemptTimeout bounds one question to the server in a Claim.
	attemptTimeout = time.Second
)

// ClaimsOptions are the settings of Claims.
type ClaimsOptions struct {
	// Replicas is how many servers of a NATS cluster hold the claims: 1, 3 or 5. 0: 1.
	Replicas int
}

// Claims lets each id be claimed once in the whole cluster.
type Claims struct {
	kv    jetstream.KeyValue
	since atomic.Int64 // Unix milliseconds
}

// OpenClaims makes the bucket, or joins the one that is there.
func OpenClaims(ctx context.Context, js jetstream.JetStream, opts ClaimsOptions) (*Claims, error) {
	kv, err := js.CreateOrUpdateKeyValue(ctx, jetstream.KeyValueConfig{
		Bucket:         claimsBucket,
		Description:    "chat tokens that were used",
		MaxValueSize:   1 << 10, // headers count too
		Storage:        jetstream.MemoryStorage,
		Replicas:       max(opts.Replicas, 1),
		LimitMarkerTTL: minTTL, // needed for a time-to-live per key
	})
	if err != nil {
		return nil, fmt.Errorf("claims: %w", err)
	}
	c := &Claims{kv: kv}
	return c, c.readEpoch(ctx)
}

// Claim claims id for ttl, which is rounded up to at least a second. It returns nil to exactly one caller in the cluster
// until the claim has expired, ErrClaimed to every other, and ErrUnavailable when the servers did not tell in time which
// of both it is: the id may be claimed then, and must be taken as used. It waits no longer than ctx, and 5 seconds.
//
// id is a key of a KV bucket: 1 or more of [a-zA-Z0-9_-].
func (c *Claims) Claim(ctx context.Context, id string, ttl time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, claimTimeout)
	defer cancel()

	// An attempt whose answer is lost may have won. Then the next one loses against it, and only the value tells.
	var value [16]byte
	_, _ = rand.Read(value[:]) // never fails (crypto/rand)
	ttl = max(ttl.Round(time.Second), minTTL)
	doubt := false
	for {
		err := c.create(ctx, id, value[:], ttl)
		if err == nil {
			return nil
		}
		if errors.Is(err, jetstream.ErrKeyExists) {
			if !doubt {
				return ErrClaimed
			}
			mine, err := c.holds(ctx, id, value[:])
			if err == nil && mine {
				return nil
			}
			if err == nil {
				return ErrClaimed
			}
		}
		doubt = true
		select {
		case <-ctx.Done():
			return fmt.Errorf("%w: %w", ErrUnavailable, err)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

func (c *Claims) create(ctx context.Context, id string, value []byte, ttl time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, attemptTimeout)
	defer cancel()
	_, err := c.kv.Create(ctx, id, value, jetstream.KeyTTL(ttl))
	return err
}

// holds reports whether id is claimed with this value.
func (c *Claims) holds(ctx context.Context, id string, value []byte) (bool, error) {
	ctx, cancel := context.WithTimeout(ctx, attemptTimeout)
	defer cancel()
	entry, err := c.kv.Get(ctx, id)
	if err != nil {
		return false, err
	}
	return bytes.Equal(entry.Value(), value), nil
}
