package e2e

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ivschat"
)

// Everybody in a room sees everything in one order: what many clients send at close to a room's highest rate, and what
// the backend sends meanwhile.
func TestOneOrder(t *testing.T) {
	t.Parallel()
	oneOrder(t)
}

// The order is one over several processes too.
func TestOneOrderOverProcesses(t *testing.T) {
	t.Parallel()
	oneOrder(t, "THRONG_EDGE_PROCESSES=3")
}

func oneOrder(t *testing.T, settings ...string) {
	t.Helper()
	s := serve(t, settings...)
	b := s.backend()
	room := b.busyRoom()
	const senders, receivers, each, events = 10, 8, 40, 30
	const total = senders*each + events

	var viewers []*viewer
	for i := range senders + receivers {
		viewers = append(viewers, b.join(room, fmt.Sprint("u", i)))
	}
	var wg sync.WaitGroup
	for i, v := range viewers[:senders] {
		wg.Go(func() {
			tick := time.NewTicker(pace)
			defer tick.Stop()
			for n := range each {
				if err := v.trySend("Action", "SEND_MESSAGE", "Content", fmt.Sprintf("%d/%d", i, n)); err != nil {
					t.Errorf("cannot send: %v", err)
					return
				}
				<-tick.C
			}
		})
	}
	wg.Go(func() {
		tick := time.NewTicker(pace)
		defer tick.Stop()
		for n := range events {
			if _, err := b.SendEvent(context.Background(), &ivschat.SendEventInput{
				RoomIdentifier: &room, EventName: aws.String(fmt.Sprintf("backend/%d", n)),
			}); err != nil {
				t.Errorf("SendEvent: %v", err)
				return
			}
			<-tick.C
		}
	})
	seen := make([][]string, len(viewers))
	for i, v := range viewers {
		wg.Go(func() {
			for range total {
				f, err := v.tryNext(patience)
				if err != nil {
					t.Errorf("receiver %d, after %d of %d: %v", i, len(seen[i]), total, err)
					return
				}
				seen[i] = append(seen[i], f.Content+f.EventName+f.ErrorMessage)
			}
		})
	}
	wg.Wait()
	if t.Failed() {
		return
	}
	last := map[string]int{}
	for _, content := range seen[0] {
		from, number, _ := strings.Cut(content, "/")
		if number != fmt.Sprint(last[from]) {
			t.Errorf("%s came when number %d of it was next", content, last[from])
		}
		last[from]++
	}
	for i, list := range seen[1:] {
		if !slices.Equal(list, seen[0]) {
			t.Errorf("receiver %d saw another order than receiver 0", i+1)
		}
	}
	for i, v := range viewers {
		if f, err := v.tryNext(0); err == nil {
			t.Errorf("receiver %d got something more: %s", i, f.raw)
		}
	}
}
