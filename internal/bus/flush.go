package bus

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
)

// flushTimeout bounds the round trip that confirms subscriptions.
const flushTimeout = 5 * time.Second

// flight is a round trip to the server that begins after it was requested, so that the server has seen whatever was
// sent before the request when it is done.
type flight struct {
	done chan struct{}
	err  error // to be read when done is closed
}

// failed reports whether the flight is over, with an error.
func (f *flight) failed() bool {
	select {
	case <-f.done:
		return f.err != nil
	default:
		return false
	}
}

// flusher runs flights, one after the other. All that request one while another is under way share the next: a storm of
// joins costs few round trips.
type flusher struct {
	nc   *nats.Conn
	wake chan struct{}

	mu   sync.Mutex
	next *flight
}

// request returns the flight that will begin next.
func (f *flusher) request() *flight {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.next == nil {
		f.next = &flight{done: make(chan struct{})}
		f.wake <- struct{}{} // has room: it is filled only here, when there was no next
	}
	return f.next
}

func (f *flusher) run(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-f.wake:
		}
		f.mu.Lock()
		flight := f.next
		f.next = nil
		f.mu.Unlock()
		flight.err = f.flush(ctx)
		close(flight.done)
	}
}

func (f *flusher) flush(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, flushTimeout)
	defer cancel()
	if err := f.nc.FlushWithContext(ctx); err != nil {
		return fmt.Errorf("%w: %w", ErrDisconnected, err)
	}
	return nil
}
