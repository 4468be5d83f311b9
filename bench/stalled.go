package bench

import (
	"context"

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
	// they are above those of the run without them, towards its end.
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
	if err := warm(ctx, fleet, load, p.WarmUp); err != nil {
		return r, r.fail(ctx, err)
	}
	watching := watch(server, p.Duration)
	r.Without, err = perform(ctx, fleet, load, 0)
	without := watching.typical()
	if err != nil {
		return r, r.fail(ctx, err)
	}
	if what := collapse(r.Without); what != "" {
		r.Failure = "with all members reading: " + what
		return r, nil
	}
	load.Slow = float64(p.Stalled) / float64(p.Members)
	watching = watch(server, p.Duration)
	r.With, err = perform(ctx, fleet, load, 0)
	with := watching.typical()
	if err != nil {
		return r, r.fail(ctx, err)
	}
	r.Failure = collapse(r.With)
	r.User = (with.user - without.user) / float64(p.Stalled)
	r.Kernel = (with.kernel - without.kernel) / float64(p.Stalled)
	return r, nil
}
