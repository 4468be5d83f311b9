package store

import "time"

// CheckEvery returns o with another time between two checks of the watcher.
func (o RoomsOptions) CheckEvery(d time.Duration) RoomsOptions {
	o.checkEvery = d
	return o
}
