package limit

import "time"

var start = time.Now()

// Now returns nanoseconds of a clock that does not go back, since the process began: the time of every bucket that two
// parts of the process share.
func Now() int64 { return int64(time.Since(start)) }
