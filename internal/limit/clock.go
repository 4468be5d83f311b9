package limit

import "time"

var start, origin = time.Now(), monotonic()

// Now returns nanoseconds, at least 0, of a clock that does not go back: the time of every bucket that two parts of the
// node share. On Linux it is the same clock for all processes of the machine, so that they can share buckets too.
func Now() int64 { return origin + int64(time.Since(start)) }
