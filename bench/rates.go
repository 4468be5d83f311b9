package bench

import (
	"context"
	"time"

	"github.com/throngchat/throng/loadtest"
)

// deliveryTokenTTL outlives the ramp of a slow machine.
const deliveryTokenTTL = 10 * time.Minute

// Rate is one contender under one load.
type Rate struct {
	Repetition
	Load        DeliveryLoad          `json:"load"`
	Measurement *loadtest.Measurement `json:"measurement,omitempty"` // nil when it did not come to that
}

// RunRates fills one room of a fresh server and chats in it at one rate after the other, while the contender holds them.
// done gets each result as it comes.
func RunRates(ctx context.Context, c Contender, loads []DeliveryLoad, round int, done func(Rate) error) error {
	r := Rate{Repetition: Repetition{Contender: c.Name, Round: round}, Load: loads[0]}
	failed := func(err error) error {
		if err := r.fail(ctx, err); err != nil {
			return err
		}
		return done(r)
	}
	server, fleet, err := open(ctx, c, loads[0].Members)
	if err != nil {
		return failed(err)
	}
	defer server.end()
	defer fleet.Close()
	for _, l := range loads {
		r = Rate{Repetition: Repetition{Contender: c.Name, Round: round}, Load: l}
		if r.Measurement, err = perform(ctx, fleet, l.load(server), l.WarmUp); err != nil {
			return failed(err)
		}
		r.Failure = collapse(r.Measurement)
		if err := done(r); err != nil || !r.Held() {
			return err
		}
	}
	return nil
}

// open starts a server and opens connections to it.
func open(ctx context.Context, c Contender, n int) (*Server, *loadtest.Fleet, error) {
	server, err := c.Start(ctx)
	if err != nil {
		return nil, nil, err
	}
	fleet, err := newFleet(c, server)
	if err == nil {
		if _, err = openMore(ctx, fleet, server, n, deliveryTokenTTL); err != nil {
			fleet.Close()
		}
	}
	if err != nil {
		server.end()
	}
	return server, fleet, err
}
