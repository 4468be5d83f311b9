// Package limit is the token bucket behind every rate limit of throng: the generic cell rate algorithm (ITU-T I.371,
// annex A), whose whole state is one time, eight bytes.
//
// Times are nanoseconds, at least 0, of any clock that does not go back; callers on a hot path pass one they have read
// before. A time that is older than another caller's is harmless: it finds less in the bucket than there is.
package limit

import (
	"math"
	"sync/atomic"
)

// Rate is how fast a bucket fills and how much it holds.
type Rate struct {
	interval int64 // nanoseconds a request costs
	depth    int64 // nanoseconds that a full bucket is ahead
}

// PerSecond returns the rate of n requests a second with bursts of up to burst. Both must be at least 1. A rate of more
// than 1e9 is none.
func PerSecond(n, burst int) Rate {
	interval := int64(1e9) / int64(max(n, 1))
	depth := int64(maxDepth)
	if b := int64(max(burst, 1)); interval == 0 || b <= maxDepth/interval {
		depth = interval * b
	}
	return Rate{interval: interval, depth: depth}
}

// maxDepth leaves room for adding times to twice of it: it is 73 years.
const maxDepth = math.MaxInt64 / 4

// next returns the bucket's new time when a request at now is within the rate.
func (r Rate) next(tat, now int64) (int64, bool) {
	next := max(tat, now) + r.interval
	return next, next-now <= r.depth
}

// Bucket is a bucket that one goroutine uses. The zero value is full.
type Bucket struct{ tat int64 }

// Take takes one request from the bucket, or reports that it is empty.
func (b *Bucket) Take(now int64, r Rate) bool {
	next, ok := r.next(b.tat, now)
	if ok {
		b.tat = next
	}
	return ok
}

// Shared is a bucket for many goroutines. The zero value is full.
type Shared struct{ tat atomic.Int64 }

// Take takes one request from the bucket, or reports that it is empty.
func (b *Shared) Take(now int64, r Rate) bool {
	for {
		tat := b.tat.Load()
		next, ok := r.next(tat, now)
		if !ok {
			return false
		}
		if b.tat.CompareAndSwap(tat, next) {
			return true
		}
	}
}

// Return gives back a request that Take admitted but that was refused elsewhere right after it. (Later, when the bucket
// would have filled by itself, it would give back another's.)
func (b *Shared) Return(r Rate) { b.tat.Add(-r.interval) }

// Charge takes one request that was admitted elsewhere: it cannot be refused, but leaves less for those that can. What is
// more than the bucket holds is owed, since several that admit at one moment what is left for one would do so again and
// again otherwise. The debt is at most one full bucket, so that a burst elsewhere does not close the bucket for longer
// than it takes to fill.
func (b *Shared) Charge(now int64, r Rate) {
	for {
		tat := b.tat.Load()
		next, _ := r.next(tat, now)
		next = min(next, now+2*r.depth)
		if b.tat.CompareAndSwap(tat, max(next, tat)) {
			return
		}
	}
}
