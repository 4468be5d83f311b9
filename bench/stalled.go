package bench

import (
	"context"
	"time"

	"github.com/throngchat/throng/loadtest"
)

// StalledPlan is the scenario of members that do not read: the same load with all members reading, and with some of them
// stalled from its first message on.
type StalledPlan struct {
	DeliveryLoad
	Stalled int `json:"stalled"` // of the members
}

// Stalled is what stalled members cost, and what the others notice.
type Stalled struct {
	Repetition
	Without *loadtest.Measurement `json:"without,omitempty"`
	With    *loadtest.Measurement `json:"with,omitempty"` // of the members that read
	// User is the server's memory, and Kernel the machine's TCP buffers, in bytes for each stalled member: by how much
	// the most of the run with them is above the most of the run without.
	User   float64 `json:"user_bytes"`
	Kernel float64 `json:"kernel_bytes"`
}

// RunStalled runs the load twice on one server.
func RunStalled(ctx context.Context, c Contender, p StalledPlan, round int) (r Stalled, err error) {
	r.Repetition = Repetition{Contender: c.Name, Round: round}
	server, fleet, err := open(ctx, c, p.Members)
	if err != nil {
		return r, r.fail(ctx, err)
	}
	defer server.end()
	defer fleet.Close()
	load := p.load(server)
	before := watch(server)
	r.Without, err = perform(ctx, fleet, load, p.WarmUp)
	without := before.most()
	if err != nil {
		return r, r.fail(ctx, err)
	}
	if what := collapse(r.Without); what != "" {
		r.Failure = "with all members reading: " + what
		return r, nil
	}
	load.Slow = float64(p.Stalled) / float64(p.Members)
	during := watch(server)
	r.With, err = perform(ctx, fleet, load, 0)
	with := during.most()
	if err != nil {
		return r, r.fail(ctx, err)
	}
	r.Failure = collapse(r.With)
	r.User = float64(with.user-without.user) / float64(p.Stalled)
	r.Kernel = float64(with.kernel-without.kernel) / float64(p.Stalled)
	return r, nil
}

// watcher looks at memory again and again.
type watcher struct {
	stop  chan struct{}
	found chan memory
}

// memory is in bytes.
type memory struct{ user, kernel int64 }

// watchEvery is rare enough to cost nothing beside a load.
const watchEvery = 250 * time.Millisecond

// watch begins to look at a server's memory and the kernel's buffers.
func watch(server *Server) *watcher {
	w := &watcher{make(chan struct{}), make(chan memory, 1)}
	go func() {
		var most memory
		defer func() { w.found <- most }()
		ticker := time.NewTicker(watchEvery)
		defer ticker.Stop()
		for {
			select {
			case <-ticker.C:
			case <-w.stop:
				return
			}
			if p, err := loadtest.ReadTree(server.PID()); err == nil {
				most.user = max(most.user, p.Anonymous)
			}
			most.kernel = max(most.kernel, readBuffers())
		}
	}()
	return w
}

// most ends the looking and returns the most of each that was seen.
func (w *watcher) most() memory {
	close(w.stop)
	return <-w.found
}
