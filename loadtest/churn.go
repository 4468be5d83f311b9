package loadtest

import (
	"context"
	"sync"
	"time"

	"github.com/gobwas/ws"
)

// Churn is what became of connections that came and left during a run.
type Churn struct {
	Left    int `json:"left"`
	Skipped int `json:"skipped"` // fresh tokens for rooms where nobody was left to leave
	// Opened tells of those that came; its times count from when each was due.
	Opened
	// Received and Latency are of both, which are not among the run's deliveries: which messages someone gets who comes
	// or leaves at that moment, nobody can say.
	Received int64     `json:"deliveries_received"`
	Latency  Histogram `json:"latency"`
}

func (c *Churn) merge(d *Churn) {
	c.Left += d.Left
	c.Skipped += d.Skipped
	c.Opened.merge(&d.Opened)
}

// churn lets connections leave and others come in their place.
type churn struct {
	fleet *Fleet
	fresh []string

	mu      sync.Mutex
	waiting map[*chatRoom][]*conn // who leaves next, by room
	left    int
	skipped int
	opening opening
	dials   sync.WaitGroup
}

func (c *churn) begin(f *Fleet, fresh []string) {
	c.fleet, c.fresh, c.waiting = f, fresh, map[*chatRoom][]*conn{}
	c.opening.fleet = f
}

// wanted returns how many leave a room.
func (c *churn) wanted(r *chatRoom) (n int) {
	for _, line := range c.fresh {
		if name, _ := splitToken(line); name == r.name {
			n++
		}
	}
	return n
}

func (c *churn) leavers(r *chatRoom, conns []*conn) { c.waiting[r] = append(c.waiting[r], conns...) }

func (c *churn) stream(ctx context.Context, start instant, d time.Duration) *track {
	s := newSchedule(start, float64(len(c.fresh))/d.Seconds(), 0, d)
	return &track{schedule: s, act: func(k int, due instant) {
		if k < len(c.fresh) {
			c.change(ctx, c.fresh[k], due)
		}
	}}
}

// change lets one leave, and the owner of a fresh token come. It does not wait for either.
func (c *churn) change(ctx context.Context, line string, due instant) {
	name, _ := splitToken(line)
	room := c.fleet.room(name)
	c.mu.Lock()
	defer c.mu.Unlock()
	waiting := c.waiting[room]
	if len(waiting) == 0 {
		c.skipped++
		return
	}
	c.waiting[room] = waiting[1:]
	c.left++
	c.dials.Go(func() {
		_ = waiting[0].send(ws.OpClose, ws.NewCloseFrameBody(ws.StatusNormalClosure, "")) // it may have been closed
		come := c.opening.open(ctx, line, passing, due)
		if come == nil {
			return
		}
		c.mu.Lock()
		defer c.mu.Unlock()
		c.waiting[room] = append(c.waiting[room], come)
	})
}

func (c *churn) finish(d time.Duration) Churn {
	c.dials.Wait()
	o := c.opening.result()
	o.Asked, o.Seconds = c.left, d.Seconds()
	return Churn{Left: c.left, Skipped: c.skipped, Opened: o}
}
