package loadtest

import "time"

// instant is a time in nanoseconds of a clock that the processes of one machine share and that nobody sets: markers
// carry it. (On systems other than Linux it is the wall clock as it was when the process began.)
type instant int64

// clock reads instants, at the price of a time.Now.
type clock struct {
	base   time.Time
	origin instant // at base
}

// newClock reads the shared clock between two readings of this process's, several times, and keeps the closest.
func newClock() clock {
	var c clock
	closest := time.Hour
	for range 8 {
		before := time.Now()
		origin := sharedClock(before)
		if took := time.Since(before); took < closest {
			closest, c = took, clock{before.Add(took / 2), origin}
		}
	}
	return c
}

func (c clock) now() instant { return c.origin + instant(time.Since(c.base)) }

// time returns the same moment in a form that timers of this process wait for.
func (c clock) time(i instant) time.Time { return c.base.Add(time.Duration(i - c.origin)) }

func (i instant) add(d time.Duration) instant { return i + instant(d) }

func (i instant) sub(before instant) time.Duration { return time.Duration(i - before) }
