package loadtest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/gobwas/ws"
)

// Load is a steady chat: messages at a fixed rate into the room that all connections of the fleet are in.
type Load struct {
	// Rate is in messages a second, of the whole room.
	Rate float64
	// ContentSize is the size of each message's content, in bytes and characters: MinContentSize to the room's
	// maximumMessageLength.
	ContentSize int
	// Duration is how long messages are published.
	Duration time.Duration
	// Publishers is how many connections take turns; 0 means one for each 5 messages a second, half of what the service
	// lets a connection send.
	Publishers int
	// Patience is how long Run waits for deliveries after the last message; 0 means 10 s.
	Patience time.Duration
	// ServerPID is the server's process on this machine, whose cost is then reported; 0 means that it is unknown.
	ServerPID int
	// Progress, when set, is called about once a second.
	Progress func(Progress)
}

// Progress is how far a Run has come.
type Progress struct {
	Connections int
	Sent        int
	Received    int64
}

var (
	errNoConnections = errors.New("no open connection to publish on")
	errLoad          = fmt.Errorf("want a positive rate and duration, and a content of at least %d bytes", MinContentSize)
)

// Run publishes l and returns when everything that can be expected has arrived, or l.Patience has passed.
func (f *Fleet) Run(ctx context.Context, l Load) (Measurement, error) {
	if l.Rate <= 0 || l.Duration <= 0 || l.ContentSize < MinContentSize {
		return Measurement{}, errLoad
	}
	if l.Publishers == 0 {
		l.Publishers = int(l.Rate/5) + 1
	}
	if l.Patience == 0 {
		l.Patience = 10 * time.Second
	}
	publishers := f.spread(l.Publishers)
	if len(publishers) == 0 {
		return Measurement{}, errNoConnections
	}
	p := publication{fleet: f, load: l, publishers: publishers, marker: newMarker()}
	for _, r := range f.recorders {
		r.begin(p.marker)
	}
	m := Measurement{
		Connections: f.Connections(), Publishers: len(publishers), Rate: l.Rate, ContentSize: l.ContentSize,
		DurationSeconds: l.Duration.Seconds(),
	}
	before, err := takeUsage(l.ServerPID)
	if err != nil {
		return m, err
	}
	err = p.run(ctx)
	after, usageErr := takeUsage(l.ServerPID)
	if err = errors.Join(err, usageErr); err != nil {
		return m, err
	}
	m.Sent, m.Unsent, m.SendLag = p.sent, p.unsent, p.lag
	t := f.tally(true)
	m.Received, m.Other, m.Errors, m.BytesReceived, m.Latency = t.marked, t.other, t.errors, t.bytes, t.latency
	m.Expected = p.expected(&t)
	m.ClosedMeanwhile = m.Connections - f.Connections()
	m.Usage = after.since(before)
	m.Bottleneck = m.Usage.bottleneck(len(f.loops))
	return m, nil
}

// spread returns n open connections, evenly spread over the order of their opening.
func (f *Fleet) spread(n int) []*conn {
	f.mu.Lock()
	defer f.mu.Unlock()
	var open, chosen []*conn
	for _, c := range f.conns {
		if c.isOpen() {
			open = append(open, c)
		}
	}
	n = min(n, len(open))
	for k := range n {
		chosen = append(chosen, open[k*len(open)/n])
	}
	return chosen
}

func (f *Fleet) tally(latency bool) tally {
	var t tally
	for _, r := range f.recorders {
		r.addTo(&t, latency)
	}
	return t
}

// publication is one Run under way.
type publication struct {
	fleet      *Fleet
	load       Load
	publishers []*conn
	marker     marker
	sent       int
	unsent     int
	members    int64 // connections open when each message was sent, summed
	lag        Histogram
	shown      time.Time
}

func (p *publication) run(ctx context.Context) error {
	s := newSchedule(p.fleet.clock.now(), p.load.Rate, p.load.Duration)
	if err := s.run(ctx, p.publish); err != nil {
		return err
	}
	return p.drain(ctx)
}

func (p *publication) publish(k int, due time.Time) {
	p.lag.Record(time.Since(due))
	members := p.fleet.open.Load()
	op, request := p.request(k, p.marker.content(due, p.load.ContentSize))
	if err := p.publishers[k%len(p.publishers)].send(op, request); err != nil {
		p.unsent++
		return
	}
	p.sent++
	p.members += members
	p.progress()
}

func (p *publication) request(k int, content []byte) (ws.OpCode, []byte) {
	if d := p.fleet.dialect; d != nil {
		return d.op(), bytes.Clone(d.Publish(k, content))
	}
	return ws.OpText, fmt.Appendf(nil, `{"Action":"SEND_MESSAGE","RequestId":"00000000-0000-4000-8000-%012x","Content":"%s"}`,
		k, content)
}

// expected is how many deliveries the messages make: one to each connection that was open, but none of a message that
// the server answered with an error. It cannot know which message that was, so it takes the mean.
func (p *publication) expected(t *tally) int64 {
	if p.sent == 0 {
		return 0
	}
	accepted := int64(p.sent)
	for _, n := range t.errors {
		accepted -= n
	}
	return p.members * max(accepted, 0) / int64(p.sent)
}

// drain waits for the deliveries of the last messages.
func (p *publication) drain(ctx context.Context) error {
	deadline := time.NewTimer(p.load.Patience)
	defer deadline.Stop()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		t := p.fleet.tally(false)
		if t.marked >= p.expected(&t) {
			return nil
		}
		p.progress()
		select {
		case <-tick.C:
		case <-deadline.C:
			return nil // what is missing shows in the measurement
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (p *publication) progress() {
	if p.load.Progress == nil || time.Since(p.shown) < time.Second {
		return
	}
	p.shown = time.Now()
	p.load.Progress(Progress{Connections: p.fleet.Connections(), Sent: p.sent, Received: p.fleet.tally(false).marked})
}
