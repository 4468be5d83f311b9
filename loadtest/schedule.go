package loadtest

import (
	"context"
	"time"
)

// schedule says when each message of an open-loop load is due: n messages, evenly spread, none of them waiting for
// anything but its time.
type schedule struct {
	start time.Time
	rate  float64 // messages a second
	n     int
}

// newSchedule spreads rate × d messages over d from start.
func newSchedule(start time.Time, rate float64, d time.Duration) schedule {
	return schedule{start: start, rate: rate, n: int(rate*d.Seconds() + 0.5)}
}

func (s schedule) due(k int) time.Time {
	return s.start.Add(time.Duration(float64(k) / s.rate * float64(time.Second)))
}

// run calls send(k, due) for each message as soon as it is due; those that an earlier call has delayed follow at once.
// It returns early, with ctx's error, when ctx ends.
func (s schedule) run(ctx context.Context, send func(k int, due time.Time)) error {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for k := range s.n {
		due := s.due(k)
		if wait := time.Until(due); wait > 0 {
			timer.Reset(wait)
			select {
			case <-timer.C:
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		send(k, due)
	}
	return ctx.Err()
}
