package loadtest

import (
	"time"

	"golang.org/x/sys/unix"
)

// sharedClock reads CLOCK_MONOTONIC, which is one for the whole machine, and what the Go runtime measures with too.
func sharedClock(now time.Time) instant {
	var t unix.Timespec
	if unix.ClockGettime(unix.CLOCK_MONOTONIC, &t) != nil {
		return instant(now.UnixNano())
	}
	return instant(t.Nano())
}
