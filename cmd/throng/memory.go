package main

import (
	"context"
	"os"
	"runtime/debug"
	"runtime/metrics"
	"time"

	"github.com/throngchat/throng/internal/config"
	"github.com/throngchat/throng/internal/token"
)

// gcPercent lets the heap grow by half, not to the double, before it is collected: a node's memory is mostly its
// connections, which live long, and its garbage comes with handshakes and messages, which are few beside them. Measured
// with 18,000 idle connections: a fifth less resident memory for a tenth more processor time per handshake. GOGC in the
// environment overrides it.
const gcPercent = 50

// tuneRuntime sets what holds for every process that has connections, until ctx is done. GOMEMLIMIT stays with whoever
// runs the node: only they know what else the machine is for, and the kernel's part of a connection, four fifths of it,
// is nothing that Go could count (docs/operations.md says what to set).
func tuneRuntime(ctx context.Context, c *config.Config) {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
	go trimMemory(ctx, c.Token.TTL+2*token.MaxClockSkew)
}

// trimInterval is how often a process looks whether it holds memory for nothing.
const trimInterval = 10 * time.Second

// trimMemory gives memory back to the system when a rush is over, and again when the tokens that it used are forgotten,
// which takes remembered. The collector runs after so much has been allocated, so what a storm of handshakes leaves
// behind would stay for as long as nothing happens.
func trimMemory(ctx context.Context, remembered time.Duration) {
	tick := time.NewTicker(trimInterval)
	defer tick.Stop()
	samples := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}, {Name: "/memory/classes/heap/objects:bytes"}}
	t := trimmer{again: int((remembered+trimInterval-1)/trimInterval) + 1}
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			metrics.Read(samples)
			if t.due(samples[0].Value.Uint64(), samples[1].Value.Uint64()) {
				debug.FreeOSMemory()
			}
		}
	}
}

// trimmer decides when a collection is worth its cost: twice after each rush.
type trimmer struct {
	again   int    // quiet intervals after which the second one is due
	seen    uint64 // bytes allocated since the start, when it was asked last
	trimmed uint64 // and when it last said yes
	quiet   int    // intervals without much allocation, up to now
	owing   bool   // the second one
}

// due is asked at intervals with the bytes allocated since the start and the bytes of the heap. An interval is quiet when
// less than an eighth of the heap was allocated in it, and there was a rush when more than half was since the last
// collection that due asked for. (A node with 18,000 idle connections allocates a thirtieth of its heap in an interval.)
func (t *trimmer) due(allocated, heap uint64) bool {
	t.quiet++
	if allocated-t.seen >= heap/8 {
		t.quiet = 0
	}
	t.seen = allocated
	switch {
	case t.quiet == 0:
		return false
	case allocated-t.trimmed > heap/2:
		t.owing = true
	case t.owing && t.quiet >= t.again:
		t.owing = false
	default:
		return false
	}
	t.trimmed = allocated
	return true
}
