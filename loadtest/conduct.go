package loadtest

import (
	"context"
	"errors"
	"sync"
	"time"
)

// party is one process's connections: a Fleet, or a worker that has one.
type party interface {
	openAll(ctx context.Context, tokens []string, r rush) (Opened, error)
	drop() (int, error)
	usedCPU() (cpu, error) // of the process; zero when it is the coordinator's own
	census() (map[string]int, error)
	prepare(o order) error
	start(at instant) error
	counts() (counts, error)
	published() ([]roomCounts, error)
	finish() (part, error)
}

// conductor makes parties do the same thing at the same time.
type conductor struct {
	parties []party
	clock   clock
	loops   int // of each party
	lead    time.Duration
}

// How long before its first message a run is started: what the slowest party may take to hear of it.
const (
	leadAlone  = 5 * time.Millisecond
	leadOthers = 100 * time.Millisecond
)

// each calls f for all parties at the same time, and joins the errors.
func (c *conductor) each(f func(k int, p party) error) error {
	errs := make([]error, len(c.parties))
	var calls sync.WaitGroup
	for k, p := range c.parties {
		calls.Go(func() { errs[k] = f(k, p) })
	}
	calls.Wait()
	return errors.Join(errs...)
}

// concert is a run under way.
type concert struct {
	*conductor
	load   Load
	rooms  []roomPlan
	parts  []part
	counts []counts // the latest
	begun  time.Time
	before snapshot
	last   snapshot
	after  snapshot
	cpu    []CPUSample
}

func (c *conductor) run(ctx context.Context, l Load) (Measurement, error) {
	l, err := l.withDefaults()
	if err != nil {
		return Measurement{}, err
	}
	n := len(c.parties)
	r := &concert{conductor: c, load: l, parts: make([]part, n), counts: make([]counts, n)}
	connections, err := r.prepare()
	if err != nil {
		return Measurement{}, err
	}
	err = r.play(ctx)
	if err != nil && errors.Is(err, ctx.Err()) && l.idle() {
		err = nil // who only watches has seen enough
		r.load.Duration = time.Since(r.begun)
	}
	if err == nil {
		r.after, err = r.usage(r.load.ServerPID)
	}
	err = errors.Join(err, c.each(func(k int, p party) (err error) {
		r.parts[k], err = p.finish()
		return err
	}))
	if err != nil {
		return Measurement{}, err
	}
	return r.measurement(connections), nil
}

func (r *concert) prepare() (connections int, err error) {
	censuses := make([]map[string]int, len(r.parties))
	if err := r.each(func(k int, p party) (err error) {
		censuses[k], err = p.census()
		return err
	}); err != nil {
		return 0, err
	}
	for _, census := range censuses {
		for _, n := range census {
			connections += n
		}
	}
	if connections == 0 {
		return 0, errNoConnections
	}
	var events marker
	if r.load.Deletes > 0 || r.load.Disconnects > 0 {
		events = newMarker()
	}
	var orders []order
	r.rooms, orders = plan(&r.load, censuses, newMarker(), events)
	return connections, r.each(func(k int, p party) error { return p.prepare(orders[k]) })
}

// play starts the run and returns when everything that can be expected has arrived.
func (r *concert) play(ctx context.Context) error {
	var err error
	if r.before, err = r.usage(r.load.ServerPID); err != nil {
		return err
	}
	r.last, r.begun = r.before, time.Now().Add(r.lead)
	start := r.clock.now().add(r.lead)
	if err := r.each(func(_ int, p party) error { return p.start(start) }); err != nil {
		return err
	}
	if err := r.watch(ctx, start); err != nil {
		return err
	}
	return r.drain(ctx)
}

// watch reports progress until everything was sent.
func (r *concert) watch(ctx context.Context, start instant) error {
	end := start.add(r.load.Duration)
	for {
		left := end.sub(r.clock.now())
		if err := sleep(ctx, max(min(left, time.Second), time.Millisecond)); err != nil {
			return err
		}
		if err := r.tick(); err != nil {
			return err
		}
		over := true
		for _, c := range r.counts {
			over = over && c.Over
		}
		if over {
			return nil
		}
	}
}

// tick looks at the parties, and once a second at what all cost.
func (r *concert) tick() error {
	if err := r.look(); err != nil {
		return err
	}
	const second = 950 * time.Millisecond // a tick comes when its timer does
	if time.Since(r.last.at) < second {
		return nil
	}
	var workers []cpu
	for _, c := range r.counts {
		workers = append(workers, c.CPU)
	}
	now, err := takeUsage(r.load.ServerPID, workers, false)
	if err != nil {
		return err
	}
	r.cpu = append(r.cpu, now.sample(r.last, r.begun))
	r.last = now
	if r.load.Progress != nil {
		p := Progress{Elapsed: time.Since(r.begun)}
		for _, c := range r.counts {
			p.Connections += c.Connections
			p.Sent += int(c.Sent)
			p.Received += c.Received
		}
		r.load.Progress(p)
	}
	return nil
}

// look reads how far the parties are.
func (r *concert) look() error {
	return r.each(func(k int, p party) (err error) {
		r.counts[k], err = p.counts()
		return err
	})
}

// drainTick is how often a run looks whether its last deliveries are there.
const drainTick = 10 * time.Millisecond

// drain waits for the deliveries of the last messages. What is missing at the end shows in the measurement.
func (r *concert) drain(ctx context.Context) error {
	if err := r.each(func(k int, p party) (err error) {
		r.parts[k].Rooms, err = p.published()
		return err
	}); err != nil {
		return err
	}
	for deadline := time.Now().Add(r.load.Patience); ; {
		if err := r.tick(); err != nil {
			return err
		}
		var got int64
		for _, c := range r.counts {
			got += c.Received + c.Moderated
		}
		s := r.sums(r.counts)
		if got >= s.messages+s.events || time.Now().After(deadline) {
			return nil
		}
		if err := sleep(ctx, drainTick); err != nil {
			return err
		}
	}
}
