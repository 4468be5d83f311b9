package bench

import (
	"context"
	"fmt"
	"time"

	"github.com/throngchat/throng/loadtest"
)

// Times of the idle scenario.
const (
	// idleTokenTTL is how long tokens of the idle scenario live. The node remembers each used one for about as long, so
	// a short life saves waiting; it does not change what is weighed.
	idleTokenTTL = 20 * time.Second
	// forget is when the used tokens of a ramp are forgotten and throng has given their memory back: their lifetime, the
	// clock skew allowed, and a few looks at its heap.
	forget = idleTokenTTL + 60*time.Second
)

// warmUp is how many connections come and go before the first weighing, so that what exists once is not counted as a
// connection's.
const warmUp = 500

// IdlePlan is the idle scenario: connections are added to one server up to each of the sizes.
type IdlePlan struct {
	Sizes []int `json:"sizes"`
	// Settle is what a server gets to come to rest before it is weighed.
	Settle time.Duration `json:"settle_ns"`
	// AtRest adds a weighing of throng when the used tokens are forgotten, at the last size.
	AtRest bool `json:"at_rest"`
}

// Idle is the weight of connections that do nothing, in bytes for each: the growth over the same server with none.
type Idle struct {
	Repetition
	Connections int `json:"connections"`
	// Resident is the growth of the anonymous resident memory, as it comes: garbage of the handshakes included.
	Resident float64 `json:"resident"`
	// HeapLive and HeapInUse are the growth of the Go heap after a collection: its objects, and the pages they lie on.
	// They are known at the last size only: a collection is a favour that the other servers do not get.
	HeapLive  float64 `json:"heap_live,omitempty"`
	HeapInUse float64 `json:"heap_in_use,omitempty"`
	// HeapLiveLater and ResidentLater are when the node has forgotten the used tokens; 0 when that was not waited for.
	HeapLiveLater float64       `json:"heap_live_later,omitempty"`
	ResidentLater float64       `json:"resident_later,omitempty"`
	Kernel        *KernelGrowth `json:"kernel,omitempty"` // nil when it cannot be told

	Opened     loadtest.Opened `json:"opened"`                  // of this step
	ConnectCPU float64         `json:"server_cpu_us_a_connect"` // of this step: handshake, token and claim, in µs
}

// weight is one weighing of a server.
type weight struct {
	process loadtest.Process // with all its descendants
	live    int64
	inUse   int64
	kernel  kernelMemory
	root    bool
}

// RunIdle opens more and more connections to a fresh server and weighs it. done gets each result as it comes.
func RunIdle(ctx context.Context, c Contender, p IdlePlan, round int, done func(Idle) error) error {
	r := Idle{Repetition: Repetition{Contender: c.Name, Round: round}, Connections: p.Sizes[0]}
	failed := func(err error) error {
		if err := r.fail(ctx, err); err != nil {
			return err
		}
		return done(r)
	}
	server, err := c.Start(ctx)
	if err != nil {
		return failed(err)
	}
	defer server.end()
	if err := comeAndGo(ctx, c, server, p.Settle); err != nil {
		return failed(err)
	}
	// The heap is read, and so collected, before the memory: garbage of the start is not to be filled up by the ramp.
	before, err := weigh(ctx, server, true)
	if err != nil {
		return failed(err)
	}
	fleet, err := newFleet(c, server)
	if err != nil {
		return err
	}
	defer fleet.Close()
	last := before
	for i, size := range p.Sizes {
		r = Idle{Repetition: Repetition{Contender: c.Name, Round: round}, Connections: size}
		step := size - fleet.Connections()
		if r.Opened, err = openMore(ctx, fleet, server, step, idleTokenTTL); err != nil {
			return failed(err)
		}
		if err := sleep(ctx, p.Settle); err != nil {
			return err
		}
		after, err := weigh(ctx, server, false)
		if err != nil {
			return failed(err)
		}
		r.weigh(before, after)
		r.ConnectCPU = (after.process.CPU - last.process.CPU).Seconds() * 1e6 / float64(step)
		last = after
		if i == len(p.Sizes)-1 && server.Heap != nil {
			if err := r.weighHeap(ctx, server, before, p.AtRest); err != nil {
				return failed(err)
			}
		}
		if open := fleet.Connections(); open != size {
			return failed(fmt.Errorf("%s of %s connections were left at the end", count(open), count(size)))
		}
		if err := done(r); err != nil {
			return err
		}
	}
	return nil
}

func (r *Idle) weigh(before, after weight) {
	r.Resident = float64(after.process.Anonymous-before.process.Anonymous) / float64(r.Connections)
	if after.root && before.root {
		r.Kernel = after.kernel.since(before.kernel, r.Connections)
	}
}

// weighHeap reads what only a server with a heap of Go tells, and with rest waits until the used tokens are forgotten.
func (r *Idle) weighHeap(ctx context.Context, server *Server, before weight, rest bool) error {
	n := float64(r.Connections)
	live, inUse, err := server.Heap(ctx)
	if err != nil {
		return err
	}
	r.HeapLive, r.HeapInUse = float64(live-before.live)/n, float64(inUse-before.inUse)/n
	if !rest {
		return nil
	}
	if err := sleep(ctx, forget); err != nil {
		return err
	}
	t, err := loadtest.ReadTree(server.PID())
	if err != nil {
		return err
	}
	live, _, err = server.Heap(ctx)
	r.ResidentLater = float64(t.Anonymous-before.process.Anonymous) / n
	r.HeapLiveLater = float64(live-before.live) / n
	return err
}

// comeAndGo makes the server do once what it will do often.
func comeAndGo(ctx context.Context, c Contender, server *Server, settle time.Duration) error {
	fleet, err := newFleet(c, server)
	if err != nil {
		return err
	}
	_, err = openMore(ctx, fleet, server, warmUp, idleTokenTTL)
	fleet.Close()
	if err != nil {
		return err
	}
	return sleep(ctx, settle)
}

func weigh(ctx context.Context, server *Server, heap bool) (w weight, err error) {
	if heap && server.Heap != nil {
		if w.live, w.inUse, err = server.Heap(ctx); err != nil {
			return w, err
		}
	}
	if w.process, err = loadtest.ReadTree(server.PID()); err != nil {
		return w, err
	}
	w.kernel, err = readKernel()
	w.root = err == nil
	return w, nil
}
