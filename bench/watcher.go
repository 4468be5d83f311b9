package bench

import (
	"time"

	"github.com/throngchat/throng/loadtest"
)

// watcher looks at memory in the last third of a run: what piles up has done so by then.
type watcher struct {
	stop  chan struct{}
	found chan memory
}

// memory is in bytes.
type memory struct{ user, kernel float64 }

// watchEvery is rare enough to cost nothing beside a load.
const watchEvery = 100 * time.Millisecond

// watch begins to look at a server's memory and the kernel's buffers, for a run of that duration which begins now.
func watch(server *Server, run time.Duration) *watcher {
	w := &watcher{make(chan struct{}), make(chan memory, 1)}
	go func() {
		var user, kernel []float64
		ticker := time.NewTicker(watchEvery)
		defer ticker.Stop()
		from, until := time.Now().Add(run*2/3), time.Now().Add(run)
		for watching := true; watching; {
			select {
			case now := <-ticker.C:
				if now.Before(from) || now.After(until) {
					continue
				}
				if p, err := loadtest.ReadTree(server.PID()); err == nil {
					user = append(user, float64(p.Anonymous))
				}
				kernel = append(kernel, float64(readBuffers()))
			case <-w.stop:
				watching = false
			}
		}
		// The buffers of those that read are full and empty in turn.
		w.found <- memory{spreadOf(user).Median, spreadOf(kernel).Median}
	}()
	return w
}

// typical ends the looking and returns the medians.
func (w *watcher) typical() memory {
	close(w.stop)
	return <-w.found
}
