package bus_test

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/throngchat/throng/internal/bus"
	"github.com/throngchat/throng/internal/bus/bustest"
)

// TestNoInterestIsLost joins and leaves few rooms from many goroutines, with a linger as short as a join takes. Whoever
// has joined publishes from elsewhere and has to hear it.
func TestNoInterestIsLost(t *testing.T) {
	const (
		rooms   = 24
		workers = 32
		rounds  = 150
	)
	e := bustest.Start(t, bus.EngineOptions{StoreDir: t.TempDir()})
	var heard sync.Map
	receiver, _ := newBus(t, e, func(e bus.Envelope) {
		if c, ok := heard.Load(string(e.Payload)); ok {
			close(c.(chan struct{}))
		}
	})
	receiver.SetLinger(50 * time.Microsecond)
	sender, _ := newBus(t, e, nil)

	var lost atomic.Int64
	var all sync.WaitGroup
	for w := range workers {
		all.Go(func() {
			for i := range rounds {
				room := fmt.Sprint("room", rand.IntN(rooms))
				if err := receiver.Join(background, room); err != nil {
					t.Error(err)
					return
				}
				id, c := fmt.Sprint(w, "-", i), make(chan struct{})
				heard.Store(id, c)
				if err := sender.Publish(message(room, id)); err != nil {
					t.Error(err)
				}
				select {
				case <-c:
				case <-time.After(30 * time.Second):
					lost.Add(1)
				}
				receiver.Leave(room)
				heard.Delete(id)
			}
		})
	}
	all.Wait()
	if n := lost.Load(); n > 0 {
		t.Fatalf("%d messages did not arrive in a joined room", n)
	}
	bustest.Eventually(t, func() error {
		if n := receiver.Subscribed(); n != 0 {
			return fmt.Errorf("%d rooms are subscribed", n)
		}
		return nil
	})
}
