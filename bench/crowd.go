package bench

import (
	"context"
	"fmt"
	"time"

	"github.com/throngchat/throng/loadtest"
)

// CrowdPlan is more connections than one process can hold, on a node of several edge processes. They are held, chat in
// many rooms, and then come back all at once. In a run of its own they are members of one room.
type CrowdPlan struct {
	Connections int           `json:"connections"`
	Processes   string        `json:"processes"` // edge.processes
	Settle      time.Duration `json:"settle_ns"` // before the connections are weighed
	Rooms       int           `json:"rooms"`
	RoomRate    float64       `json:"room_rate_per_second"` // of each room
	ContentSize int           `json:"content_size_bytes"`
	WarmUp      time.Duration `json:"warm_up_ns"`
	Duration    time.Duration `json:"duration_ns"`
}

func (p *CrowdPlan) load() loadtest.Load {
	return loadtest.Load{Rate: p.RoomRate, ContentSize: p.ContentSize, Duration: p.Duration, Patience: patience}
}

// Crowd is what became of it.
type Crowd struct {
	Repetition
	Processes  int             `json:"server_processes"`
	Opened     loadtest.Opened `json:"opened"`
	ConnectCPU float64         `json:"server_cpu_us_a_connect"` // in µs
	// Resident is the growth of the anonymous memory of all processes, in bytes for each connection.
	Resident float64       `json:"resident"`
	Kernel   *KernelGrowth `json:"kernel,omitempty"`

	Measurement *loadtest.Measurement `json:"measurement,omitempty"`
	Storm       *loadtest.Stormed     `json:"storm,omitempty"`
}

// stormPatience bounds how long a storm may take.
const stormPatience = 2 * time.Minute

// RunCrowd measures the crowd in its many rooms.
func RunCrowd(ctx context.Context, t Throng, p CrowdPlan, round int) (r Crowd, err error) {
	r.Repetition = Repetition{Contender: throngName, Round: round}
	server, fleet, err := openNode(ctx, t, p, p.Rooms)
	if err != nil {
		return r, r.fail(ctx, err)
	}
	defer server.end()
	defer fleet.Close()
	if err := r.hold(ctx, server, fleet, p); err != nil {
		return r, r.fail(ctx, err)
	}
	load := p.load()
	load.ServerPID = server.PID()
	if r.Measurement, err = perform(ctx, fleet, load, p.WarmUp); err != nil {
		return r, r.fail(ctx, err)
	}
	if r.Failure = collapse(r.Measurement); r.Failure != "" {
		return r, nil
	}
	if err := r.storm(ctx, server, fleet, p.Connections); err != nil {
		return r, r.fail(ctx, err)
	}
	return r, nil
}

// openNode starts a node for that many connections, and workers without any.
func openNode(ctx context.Context, t Throng, p CrowdPlan, rooms int) (*Server, *loadtest.Workers, error) {
	// The quota decides how many processes "auto" means; a few more than the connections, since in a storm those that have
	// broken are not all forgotten when the first come back.
	quota := p.Connections + p.Connections/20
	server, err := t.Node(ThrongOptions{Connections: quota, Processes: p.Processes, Rooms: rooms}).Start(ctx)
	if err != nil {
		return nil, nil, err
	}
	fleet, err := newWorkers(server, p.Connections)
	if err != nil {
		server.end()
	}
	return server, fleet, err
}

// hold opens the connections and weighs them.
func (r *Crowd) hold(ctx context.Context, server *Server, fleet *loadtest.Workers, p CrowdPlan) error {
	n := p.Connections
	before, err := weigh(ctx, server, false)
	if err != nil {
		return err
	}
	if r.Opened, err = openMore(ctx, fleet, server, n, deliveryTokenTTL); err != nil {
		return err
	}
	if err := sleep(ctx, p.Settle); err != nil {
		return err
	}
	after, err := weigh(ctx, server, false)
	if err != nil {
		return err
	}
	r.Processes = after.process.Processes
	r.Resident = float64(after.process.Anonymous-before.process.Anonymous) / float64(n)
	r.ConnectCPU = (after.process.CPU - before.process.CPU).Seconds() * 1e6 / float64(n)
	if before.root && after.root {
		r.Kernel = after.kernel.since(before.kernel, n)
	}
	if open := fleet.Connections(); open != n {
		return fmt.Errorf("%s of %s connections were left", count(open), count(n))
	}
	return nil
}

// storm breaks all connections and lets as many come at once.
func (r *Crowd) storm(ctx context.Context, server *Server, fleet *loadtest.Workers, n int) error {
	tokens, err := server.Tokens(ctx, n, deliveryTokenTTL)
	if err != nil {
		return err
	}
	s, err := fleet.Storm(ctx, loadtest.Storm{Tokens: tokens, Patience: stormPatience, ServerPID: server.PID()})
	if err != nil {
		return err
	}
	if r.Storm = &s; s.Opened.Opened != n {
		return fmt.Errorf("%s of %s connections came back; refused: %v", count(s.Opened.Opened), count(n), s.Refused)
	}
	return nil
}

// RunHall measures the crowd in one room, at the deliveries a second of the flat scenario.
func RunHall(ctx context.Context, t Throng, p CrowdPlan, flat FlatPlan, round int) (r Rate, err error) {
	r = Rate{Repetition: Repetition{Contender: throngName, Round: round}, Load: flat.load(p.Connections)}
	server, fleet, err := openNode(ctx, t, p, 1)
	if err != nil {
		return r, r.fail(ctx, err)
	}
	defer server.end()
	defer fleet.Close()
	if _, err := openMore(ctx, fleet, server, p.Connections, deliveryTokenTTL); err != nil {
		return r, r.fail(ctx, err)
	}
	if r.Measurement, err = perform(ctx, fleet, r.Load.load(server), flat.WarmUp); err != nil {
		return r, r.fail(ctx, err)
	}
	r.Failure = collapse(r.Measurement)
	return r, nil
}
