package loadtest

import (
	"context"
	"sync"
	"time"
)

// Opened tells what became of the connections that Open tried.
type Opened struct {
	Asked   int              `json:"asked"`
	Opened  int              `json:"opened"`
	Refused map[string]int64 `json:"refused,omitempty"` // by a reason of few words; none of them holds a token
	Retried map[string]int64 `json:"retried,omitempty"` // refusals that were tried again
	Seconds float64          `json:"seconds"`
	// Connect is how long each opened one took, from the first packet to the upgrade; in a storm, from when all were due.
	Connect Histogram `json:"connect"`
}

func (o *Opened) merge(p *Opened) {
	o.Asked += p.Asked
	o.Opened += p.Opened
	o.Seconds = max(o.Seconds, p.Seconds)
	o.Connect.Merge(&p.Connect)
	o.Refused = sum(o.Refused, p.Refused)
	o.Retried = sum(o.Retried, p.Retried)
}

// sum adds the counts of b to those of a.
func sum[K comparable](a, b map[K]int64) map[K]int64 {
	for key, n := range b {
		if a == nil {
			a = map[K]int64{}
		}
		a[key] += n
	}
	return a
}

// rush says how connections are opened that come at once.
type rush struct {
	Start       instant       `json:"start"`       // when all are due; 0 when each is due when its turn comes
	Concurrency int           `json:"concurrency"` // handshakes in flight; 0 for what Options say
	Patience    time.Duration `json:"patience"`    // how long refusals that can pass are tried again; 0: not at all
}

// Open opens a connection for each token, as many at a time as Options.Concurrency says, and returns when all are open
// or refused. A token is "TOKEN" or "ROOM TOKEN", with any name for the room; without one it is for the room "". An empty
// token is not sent. It may be called again for more. The error is ErrDescriptors or ctx's; a refused connection is none.
func (f *Fleet) Open(ctx context.Context, tokens []string) (Opened, error) {
	return f.openAll(ctx, tokens, rush{})
}

func (f *Fleet) openAll(ctx context.Context, tokens []string, r rush) (Opened, error) {
	if err := checkDescriptors(f.Connections() + len(tokens)); err != nil {
		return Opened{}, err
	}
	if r.Concurrency == 0 {
		r.Concurrency = f.concurrency
	}
	o := opening{fleet: f, rush: r}
	slots := make(chan struct{}, r.Concurrency)
	var dials sync.WaitGroup
	if r.Start != 0 {
		if err := sleep(ctx, r.Start.sub(f.clock.now())); err != nil {
			return Opened{}, err
		}
	}
	start := f.clock.now()
	for _, line := range tokens {
		if ctx.Err() != nil {
			break
		}
		slots <- struct{}{}
		dials.Go(func() {
			defer func() { <-slots }()
			begun := r.Start
			if begun == 0 {
				begun = f.clock.now()
			}
			o.open(ctx, line, staysInSmall, begun)
		})
	}
	dials.Wait()
	result := o.result()
	result.Asked = len(tokens)
	result.Seconds = f.clock.now().sub(start).Seconds()
	return result, ctx.Err()
}

// opening counts what becomes of connections.
type opening struct {
	fleet   *Fleet
	rush    rush
	refused counter[string]
	retried counter[string]
	mu      sync.Mutex
	connect Histogram
}

// open opens one connection that was due at begun, and returns nil when it was refused.
func (o *opening) open(ctx context.Context, line string, g group, begun instant) *conn {
	f := o.fleet
	room, token := splitToken(line)
	for {
		c, err := f.connect(f.room(room), token, g)
		if err == nil {
			o.mu.Lock()
			defer o.mu.Unlock()
			o.connect.Record(f.clock.now().sub(begun))
			return c
		}
		wait, passes := canPass(err)
		if !passes || f.clock.now().sub(begun)+wait > o.rush.Patience {
			o.refused.add(refusal(err))
			return nil
		}
		o.retried.add(refusal(err))
		if sleep(ctx, wait) != nil {
			o.refused.add("gave up")
			return nil
		}
	}
}

func (o *opening) result() Opened {
	o.mu.Lock()
	defer o.mu.Unlock()
	return Opened{
		Opened: int(o.connect.Count()), Refused: o.refused.all(), Retried: o.retried.all(), Connect: o.connect,
	}
}

// connect opens a connection and hands it to who reads it.
func (f *Fleet) connect(room *chatRoom, token string, g group) (*conn, error) {
	k := int(f.dials.Add(1) - 1)
	nc, early, err := f.dialler.dial(k, token)
	if err != nil {
		return nil, err
	}
	c := &conn{fleet: f, room: room, group: g}
	if f.dialect != nil {
		c.recorder = f.recorders[k%len(f.recorders)]
		if err := c.join(nc, token, early, f.patience); err != nil {
			nc.Close()
			return nil, err
		}
		early = nil
	}
	f.open.Add(1)
	room.staying.Add(one(g.stays()))
	adopted, err := f.loops[k%len(f.loops)].adopt(nc, c, early)
	if err != nil {
		f.open.Add(-1)
		room.staying.Add(-one(g.stays()))
		return nil, err
	}
	if !adopted {
		c.recorder = f.recorders[k%len(f.recorders)]
		c.transport = stream{nc}
		f.streams.Go(func() { readStream(nc, c, early) })
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.conns = append(f.conns, c)
	room.conns = append(room.conns, c)
	return c, nil
}

// sleep returns ctx's error when that ends first.
func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
