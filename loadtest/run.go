package loadtest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"

	"github.com/gobwas/ws"
)

// run is one party's part of a Run.
type run struct {
	fleet  *Fleet
	order  order
	marker marker
	events marker
	rooms  []*roomRun
	churn  churn
	slow   slow

	ctx    context.Context
	cancel context.CancelFunc
	begun  bool
	over   chan struct{} // closed when everything was sent

	sent, unsent atomic.Int64
	lag          Histogram // of the sending goroutine until over
	moderation   Moderation
}

// roomRun is a run in one room. The sending goroutine counts in it until the run is over.
type roomRun struct {
	roomOrder
	room       *chatRoom
	publishers []*conn
	victims    []*conn
	moderator  *conn // or nil
	stay       int64 // how many are to stay

	members      int64 // staying ones at the time of each message, summed
	unsent       int64
	eventMembers int64
	eventsUnsent int64
}

var errNoRun = errors.New("no run was prepared")

// prepare gives the connections their parts.
func (f *Fleet) prepare(o order) error {
	r := &run{fleet: f, order: o, marker: marker{o.Mark}, events: marker{o.Events}, over: make(chan struct{})}
	r.ctx, r.cancel = context.WithCancel(context.Background())
	r.churn.begin(f, o.Fresh)
	f.introductions.begin()
	for i := range o.Rooms {
		rr := &roomRun{roomOrder: o.Rooms[i], room: f.room(o.Rooms[i].Name)}
		rr.room.begin()
		r.cast(rr)
		r.rooms = append(r.rooms, rr)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.run = r
	return nil
}

// cast chooses who in a room publishes, leaves, does not read, and moderates.
func (r *run) cast(rr *roomRun) {
	open := r.fleet.openOnes(rr.room)
	var rest []*conn
	for k, c := range open {
		// The i-th publisher is connection i·len/n, so that they are spread over the order of opening.
		if n := rr.Publishers.Own; n > 0 && len(rr.publishers) < n && k == len(rr.publishers)*len(open)/n {
			rr.publishers = append(rr.publishers, c)
		} else {
			rest = append(rest, c)
		}
		c.setGroup(staysIn(rr.Members))
	}
	take := func(n int, g group) []*conn {
		taken := rest[:min(n, len(rest))]
		rest = rest[len(taken):]
		for _, c := range taken {
			c.setGroup(g)
		}
		return taken
	}
	rr.victims = take(rr.Victims.Own, passing)
	r.churn.leavers(rr.room, take(r.churn.wanted(rr.room), passing))
	r.slow.add(take(r.slow.wanted(r.order.Slow, len(open)), stalled))
	rr.stay = int64(len(rr.publishers) + len(rest))
	switch {
	case len(rr.publishers) > 0:
		rr.moderator = rr.publishers[0]
	case len(rest) > 0:
		rr.moderator = rest[0]
	}
}

// current returns the run that was prepared and has not been finished.
func (f *Fleet) current() (*run, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.run == nil {
		return nil, errNoRun
	}
	return f.run, nil
}

// stop ends a run early, if there is one.
func (f *Fleet) stop() {
	if r, err := f.current(); err == nil {
		r.cancel()
	}
}

// start begins what was prepared; the first message is due at start.
func (f *Fleet) start(start instant) error {
	r, err := f.current()
	if err != nil {
		return err
	}
	for _, rec := range f.recorders {
		rec.begin(r.marker, r.events, start)
	}
	r.slow.begin()
	var all []*track
	for _, rr := range r.rooms {
		all = append(all, &track{schedule: rr.Messages.from(start, r.order.Duration), act: rr.messages(r)})
		all = append(all, r.moderate(rr, start)...)
	}
	all = append(all, r.churn.stream(r.ctx, start, r.order.Duration))
	r.begun = true
	go func() {
		defer close(r.over)
		if play(r.ctx, f.clock, all) == nil {
			_ = sleep(r.ctx, start.add(r.order.Duration).sub(f.clock.now()))
		}
	}()
	return nil
}

// messages returns what is done when a message of the room is due.
func (rr *roomRun) messages(r *run) func(int, instant) {
	return func(k int, due instant) {
		members := rr.room.staying.Load()
		if own, ok := rr.Publishers.own(k); ok && !r.publish(rr, own, k, due) {
			rr.unsent++
		}
		rr.members += members
	}
}

func (r *run) publish(rr *roomRun, own, k int, due instant) bool {
	r.lag.Record(r.fleet.clock.now().sub(due))
	op, request := r.request(k, r.marker.content(due, r.order.ContentSize))
	if own >= len(rr.publishers) || rr.publishers[own].send(op, request) != nil {
		r.unsent.Add(1)
		return false
	}
	r.sent.Add(1)
	return true
}

func (r *run) request(k int, content []byte) (ws.OpCode, []byte) {
	if d := r.fleet.dialect; d != nil {
		return d.op(), bytes.Clone(d.Publish(k, content))
	}
	return ws.OpText, fmt.Appendf(nil, `{"Action":"SEND_MESSAGE","RequestId":"%s%012x","Content":"%s"}`,
		messageRequest, k, content)
}

// census returns how many connections are open in each room, and forgets the closed ones.
func (f *Fleet) census() (map[string]int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.conns = slices.DeleteFunc(f.conns, (*conn).isClosed)
	rooms := map[string]int{}
	for name, r := range f.rooms {
		r.conns = slices.DeleteFunc(r.conns, (*conn).isClosed)
		for _, c := range r.conns {
			if c.isOpen() {
				rooms[name]++
			}
		}
	}
	return rooms, nil
}

// usedCPU is zero: a fleet's process is the coordinator's, or a worker adds its own.
func (f *Fleet) usedCPU() (cpu, error) { return cpu{}, nil }

func (f *Fleet) conductor() *conductor {
	return &conductor{parties: []party{f}, clock: f.clock, loops: len(f.loops), lead: leadAlone}
}

// Run publishes l and returns when everything that can be expected has arrived, or l.Patience has passed.
func (f *Fleet) Run(ctx context.Context, l Load) (Measurement, error) {
	return f.conductor().run(ctx, l)
}

// Storm breaks all connections and opens others in their place.
func (f *Fleet) Storm(ctx context.Context, s Storm) (Stormed, error) {
	return f.conductor().storm(ctx, s)
}
