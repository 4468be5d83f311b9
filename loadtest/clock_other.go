//go:build !linux

package loadtest

import "time"

func sharedClock(now time.Time) instant { return instant(now.UnixNano()) }
