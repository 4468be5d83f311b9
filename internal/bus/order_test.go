package bus_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/throngchat/throng/internal/bus"
	"github.com/throngchat/throng/internal/bus/bustest"
)

// TestOneOrderForAllBuses has several edges and a control plane publish at once to some rooms: all edges, publishers
// included, get all of it in the same order, and each publisher's in its own.
func TestOneOrderForAllBuses(t *testing.T) {
	const edges, rooms, each = 3, 2, 2000
	e := bustest.Start(t, bus.EngineOptions{StoreDir: t.TempDir()})
	nc, err := e.Connect("sequencer")
	must(t, err)
	must(t, bus.Sequence(nc))
	api := bus.New(nc, nil)
	defer api.Close()
	if api.Ordered() {
		t.Error("a bus whose messages do not come back says that they do")
	}

	publishers := []*bus.Bus{api}
	inboxes := make([]inbox, edges)
	for i := range inboxes {
		nc, err := e.Connect("edge")
		must(t, err)
		b := bus.NewOrdered(nc, inboxes[i].deliver)
		defer b.Close()
		for r := range rooms {
			must(t, b.Join(background, fmt.Sprint("room", r)))
		}
		publishers = append(publishers, b)
	}
	var wg sync.WaitGroup
	for i, b := range publishers {
		wg.Go(func() {
			for n := range each {
				m := message(fmt.Sprint("room", n%rooms), fmt.Sprintf("%d/%d", i, n))
				m.Origin = bus.Origin{Process: uint8(i + 1), Slot: uint32(n)}
				if err := b.Publish(m); err != nil {
					t.Errorf("publisher %d: %v", i, err)
					return
				}
			}
		})
	}
	wg.Wait()
	bustest.Eventually(t, func() error {
		for i := range inboxes {
			if got := len(inboxes[i].payloads()); got != len(publishers)*each {
				return fmt.Errorf("edge %d got %d of %d", i, got, len(publishers)*each)
			}
		}
		return nil
	})
	for i := range inboxes {
		next := map[uint8]uint32{}
		for _, e := range inboxes[i].got {
			if o := e.Origin; o.Slot != next[o.Process] {
				t.Fatalf("edge %d got message %d of publisher %d, %d is next", i, o.Slot, o.Process, next[o.Process])
			}
			next[e.Origin.Process]++
		}
		for r := range rooms {
			of := func(i int) (list []string) {
				for _, e := range inboxes[i].got {
					if e.Room == fmt.Sprint("room", r) {
						list = append(list, string(e.Payload))
					}
				}
				return list
			}
			if !slices.Equal(of(i), of(0)) {
				t.Errorf("edges %d and 0 saw room %d in different orders", i, r)
			}
		}
	}
}
