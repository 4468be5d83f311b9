package bench

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"time"

	"github.com/throngchat/throng/loadtest"
)

// Times of the idle scenario.
const (
	// idleTokenTTL is what IVS Chat gives. The node remembers each used token for about as long.
	idleTokenTTL = time.Minute
	// settle is what a server gets to come to rest before it is weighed.
	settle = 3 * time.Second
	// forget is when the used tokens of a ramp are forgotten: their lifetime, the clock skew allowed and a margin.
	forget = idleTokenTTL + 30*time.Second
)

// warmUp is how many connections come and go before the first weighing, so that what exists once is not counted as a
// connection's.
const warmUp = 50

// Idle is the weight of connections that do nothing, in bytes for each.
type Idle struct {
	Contender   string `json:"contender"`
	Round       int    `json:"round"`
	Connections int    `json:"connections"`
	// Resident is the growth of the anonymous resident memory, as it comes: garbage of the handshakes included.
	Resident float64 `json:"resident"`
	// HeapLive and HeapInUse are the growth of the Go heap after a collection: its objects, and the pages they lie on.
	HeapLive  float64 `json:"heap_live,omitempty"`
	HeapInUse float64 `json:"heap_in_use,omitempty"`
	// HeapLiveLater and ResidentLater are when the node has forgotten the used tokens; 0 when that was not waited for.
	HeapLiveLater float64       `json:"heap_live_later,omitempty"`
	ResidentLater float64       `json:"resident_later,omitempty"`
	Kernel        *KernelGrowth `json:"kernel,omitempty"` // nil when it cannot be told

	Opened     loadtest.Opened `json:"opened"`
	ConnectCPU float64         `json:"server_cpu_us_a_connect"` // handshake, token and claim, in µs
}

// weight is one weighing of a server.
type weight struct {
	process loadtest.Process
	live    int64
	inUse   int64
	kernel  kernelMemory
	root    bool
}

// RunIdle opens connections to a fresh server and weighs it. wait adds a weighing when the used tokens are forgotten.
func RunIdle(ctx context.Context, c Contender, connections, round int, wait bool) (r Idle, err error) {
	r = Idle{Contender: c.Name, Round: round, Connections: connections}
	server, err := c.Start(ctx)
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, server.Stop()) }()
	if err := comeAndGo(ctx, server); err != nil {
		return r, err
	}
	// The heap is read, and so collected, before the memory: garbage of the start is not to be filled up by the ramp.
	before, err := weigh(ctx, server, true)
	if err != nil {
		return r, err
	}
	fleet, err := openFleet(ctx, server, connections, idleTokenTTL, &r.Opened)
	if err != nil {
		return r, err
	}
	defer fleet.Close()
	if err := sleep(ctx, settle); err != nil {
		return r, err
	}
	after, err := weigh(ctx, server, false)
	if err != nil {
		return r, err
	}
	n := float64(connections)
	r.Resident = float64(after.process.Anonymous-before.process.Anonymous) / n
	r.ConnectCPU = (after.process.CPU - before.process.CPU).Seconds() * 1e6 / n
	if after.root && before.root {
		r.Kernel = after.kernel.since(before.kernel, connections)
	}
	if server.Heap != nil {
		live, inUse, err := server.Heap(ctx)
		if err != nil {
			return r, err
		}
		r.HeapLive, r.HeapInUse = float64(live-before.live)/n, float64(inUse-before.inUse)/n
		if wait {
			if err := r.weighLater(ctx, server, before); err != nil {
				return r, err
			}
		}
	}
	if fleet.Connections() != connections {
		return r, fmt.Errorf("%d of %d connections were left at the end", fleet.Connections(), connections)
	}
	return r, nil
}

// weighLater waits until the used tokens are forgotten, and weighs again.
func (r *Idle) weighLater(ctx context.Context, server *Server, before weight) error {
	if err := sleep(ctx, forget); err != nil {
		return err
	}
	process, err := loadtest.ReadProcess(server.PID())
	if err != nil {
		return err
	}
	live, _, err := server.Heap(ctx)
	n := float64(r.Connections)
	r.ResidentLater = float64(process.Anonymous-before.process.Anonymous) / n
	r.HeapLiveLater = float64(live-before.live) / n
	return err
}

// comeAndGo makes the server do once what it will do often.
func comeAndGo(ctx context.Context, server *Server) error {
	var opened loadtest.Opened
	fleet, err := openFleet(ctx, server, warmUp, idleTokenTTL, &opened)
	if err != nil {
		return err
	}
	fleet.Close()
	return sleep(ctx, settle)
}

func weigh(ctx context.Context, server *Server, heap bool) (w weight, err error) {
	if heap && server.Heap != nil {
		if w.live, w.inUse, err = server.Heap(ctx); err != nil {
			return w, err
		}
	}
	if w.process, err = loadtest.ReadProcess(server.PID()); err != nil {
		return w, err
	}
	w.kernel, err = readKernel()
	w.root = err == nil
	return w, nil
}

// sources are the addresses that fleets connect from.
var sources = []netip.Addr{
	netip.AddrFrom4([4]byte{127, 0, 0, 1}), netip.AddrFrom4([4]byte{127, 0, 0, 2}),
	netip.AddrFrom4([4]byte{127, 0, 0, 3}), netip.AddrFrom4([4]byte{127, 0, 0, 4}),
}

// openFleet opens n connections, all or it fails.
func openFleet(ctx context.Context, server *Server, n int, ttl time.Duration, opened *loadtest.Opened) (*loadtest.Fleet, error) {
	tokens, err := server.Tokens(ctx, n, ttl)
	if err != nil {
		return nil, err
	}
	fleet, err := loadtest.New(loadtest.Options{URL: server.URL, Sources: sources})
	if err != nil {
		return nil, err
	}
	if *opened, err = fleet.Open(ctx, tokens); err == nil && opened.Opened != n {
		err = fmt.Errorf("%d of %d connections opened; refused: %v", opened.Opened, n, opened.Refused)
	}
	if err != nil {
		fleet.Close()
		return nil, err
	}
	return fleet, nil
}

func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
