package bench

import "context"

// Delivery is a contender under one load, on a fresh server.
type Delivery struct{ Measurement measurement }

// RunDelivery is the rates scenario with one rate.
func RunDelivery(ctx context.Context, c Contender, l DeliveryLoad, round int) (d Delivery, err error) {
	err = RunRates(ctx, c, []DeliveryLoad{l}, round, func(r Rate) error {
		if r.Measurement != nil {
			d.Measurement = *r.Measurement
		}
		if !r.Held() {
			return errNotHeld{r.Failure}
		}
		return nil
	})
	return d, err
}

type errNotHeld struct{ why string }

func (e errNotHeld) Error() string { return e.why }
