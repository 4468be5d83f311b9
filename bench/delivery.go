package bench

import (
	"context"
	"errors"
	"time"

	"github.com/throngchat/throng/loadtest"
)

// deliveryTokenTTL outlives the ramp of a slow machine.
const deliveryTokenTTL = 10 * time.Minute

// DeliveryLoad is the load of the delivery scenario.
type DeliveryLoad struct {
	Members     int           `json:"members"` // of one room
	Rate        float64       `json:"rate_per_second"`
	ContentSize int           `json:"content_size_bytes"`
	WarmUp      time.Duration `json:"warm_up_ns"` // of the same load, not counted
	Duration    time.Duration `json:"duration_ns"`
}

// Delivery is what deliveries cost and when they came.
type Delivery struct {
	Contender   string               `json:"contender"`
	Round       int                  `json:"round"`
	Measurement loadtest.Measurement `json:"measurement"`
}

// RunDelivery fills one room of a fresh server and chats in it.
func RunDelivery(ctx context.Context, c Contender, l DeliveryLoad, round int) (r Delivery, err error) {
	r = Delivery{Contender: c.Name, Round: round}
	server, err := c.Start(ctx)
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, server.Stop()) }()
	var opened loadtest.Opened
	fleet, err := openFleet(ctx, server, l.Members, deliveryTokenTTL, &opened)
	if err != nil {
		return r, err
	}
	defer fleet.Close()
	load := loadtest.Load{Rate: l.Rate, ContentSize: l.ContentSize, Duration: l.WarmUp}
	if _, err := fleet.Run(ctx, load); err != nil {
		return r, err
	}
	load.Duration, load.ServerPID = l.Duration, server.PID()
	r.Measurement, err = fleet.Run(ctx, load)
	return r, err
}
