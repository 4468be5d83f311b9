package loadtest

import (
	"context"
	"time"
)

// Storm is a reconnect storm: all connections break at the same moment, and come back at the same moment.
type Storm struct {
	// Tokens are fresh ones for those that come back, as for Open.
	Tokens []string
	// Concurrency bounds the handshakes in flight in each process; 0 means all.
	Concurrency int
	// Patience is how long connections that are refused for now (503, 429, no listener) are tried again, each after the
	// wait that the server asks for and up to half as much more; 0 means 60 s.
	Patience time.Duration
	// ServerPID is as in Load.
	ServerPID int
}

// Stormed tells how a storm went. The times of Opened count from the moment of the return.
type Stormed struct {
	Dropped int `json:"dropped"`
	Opened
	Usage      Usage  `json:"usage"`
	Bottleneck string `json:"bottleneck"`
}

const stormPatience = time.Minute

// storm breaks all connections without a word, and opens others.
func (c *conductor) storm(ctx context.Context, s Storm) (r Stormed, err error) {
	if s.Patience == 0 {
		s.Patience = stormPatience
	}
	if s.Concurrency == 0 {
		s.Concurrency = max(len(s.Tokens), 1)
	}
	dropped := make([]int, len(c.parties))
	if err := c.each(func(k int, p party) (err error) {
		dropped[k], err = p.drop()
		return err
	}); err != nil {
		return r, err
	}
	for _, n := range dropped {
		r.Dropped += n
	}
	before, err := c.usage(s.ServerPID)
	if err != nil {
		return r, err
	}
	r.Opened, err = c.open(ctx, s.Tokens, rush{c.clock.now().add(c.lead), s.Concurrency, s.Patience})
	if err != nil {
		return r, err
	}
	after, err := c.usage(s.ServerPID)
	if err != nil {
		return r, err
	}
	r.Usage = after.since(before)
	r.Bottleneck = r.Usage.bottleneck(c.loops, len(c.parties))
	return r, nil
}

// open deals the tokens to the parties in turn.
func (c *conductor) open(ctx context.Context, tokens []string, r rush) (Opened, error) {
	hands := make([][]string, len(c.parties))
	for k, token := range tokens {
		hands[k%len(hands)] = append(hands[k%len(hands)], token)
	}
	parts := make([]Opened, len(c.parties))
	err := c.each(func(k int, p party) (err error) {
		parts[k], err = p.openAll(ctx, hands[k], r)
		return err
	})
	var all Opened
	for k := range parts {
		all.merge(&parts[k])
	}
	return all, err
}

// usage looks at what all cost.
func (c *conductor) usage(serverPID int) (snapshot, error) {
	workers := make([]cpu, len(c.parties))
	if err := c.each(func(k int, p party) (err error) {
		workers[k], err = p.usedCPU()
		return err
	}); err != nil {
		return snapshot{}, err
	}
	return takeUsage(serverPID, workers, true)
}

// drop breaks all connections and returns how many there were, when they are gone.
func (f *Fleet) drop() (int, error) {
	f.mu.Lock()
	conns := f.conns
	f.conns = nil
	for _, r := range f.rooms {
		r.conns = nil
	}
	f.mu.Unlock()
	n := f.Connections()
	for _, c := range conns {
		c.abort()
	}
	f.await(0, closePatience)
	return n, nil
}
