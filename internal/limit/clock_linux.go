package limit

import "golang.org/x/sys/unix"

// monotonic returns the time since the machine started, by the clock that Go's monotonic time is taken from.
func monotonic() int64 {
	var t unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_MONOTONIC, &t); err != nil {
		panic("BUG: there is no monotonic clock: " + err.Error())
	}
	return t.Nano()
}
