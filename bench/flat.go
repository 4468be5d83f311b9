package bench

import (
	"context"
	"time"
)

// FlatPlan is the scenario that looks at rooms of different sizes. All sizes have the same deliveries a second, so the
// larger the room, the fewer its messages.
type FlatPlan struct {
	Sizes       []int         `json:"sizes"`
	Deliveries  float64       `json:"deliveries_per_second"`
	ContentSize int           `json:"content_size_bytes"`
	WarmUp      time.Duration `json:"warm_up_ns"`
	Duration    time.Duration `json:"duration_ns"`
}

func (p *FlatPlan) load(members int) DeliveryLoad {
	return DeliveryLoad{Members: members, Rate: p.Deliveries / float64(members), ContentSize: p.ContentSize,
		WarmUp: p.WarmUp, Duration: p.Duration}
}

// RunFlat adds members to the room of a fresh server, up to each of the sizes, and chats in it. done gets each result as
// it comes.
func RunFlat(ctx context.Context, c Contender, p FlatPlan, round int, done func(Rate) error) error {
	r := Rate{Repetition: Repetition{Contender: c.Name, Round: round}, Load: p.load(p.Sizes[0])}
	failed := func(err error) error {
		if err := r.fail(ctx, err); err != nil {
			return err
		}
		return done(r)
	}
	server, err := c.Start(ctx)
	if err != nil {
		return failed(err)
	}
	defer server.end()
	fleet, err := newFleet(c, server)
	if err != nil {
		return err
	}
	defer fleet.Close()
	for _, size := range p.Sizes {
		r = Rate{Repetition: Repetition{Contender: c.Name, Round: round}, Load: p.load(size)}
		if _, err := openMore(ctx, fleet, server, size-fleet.Connections(), deliveryTokenTTL); err != nil {
			return failed(err)
		}
		if r.Measurement, err = perform(ctx, fleet, r.Load.load(server), p.WarmUp); err != nil {
			return failed(err)
		}
		r.Failure = collapse(r.Measurement)
		if err := done(r); err != nil || !r.Held() {
			return err
		}
	}
	return nil
}
