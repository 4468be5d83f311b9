package bus_test

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/throngchat/throng/internal/bus"
	"github.com/throngchat/throng/internal/bus/bustest"
)

var background = context.Background()

// inbox is what a Bus delivered.
type inbox struct {
	mu  sync.Mutex
	got []bus.Envelope
}

func (i *inbox) deliver(e bus.Envelope) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.got = append(i.got, e)
}

func (i *inbox) payloads() []string {
	i.mu.Lock()
	defer i.mu.Unlock()
	var s []string
	for _, e := range i.got {
		s = append(s, string(e.Payload))
	}
	return s
}

// wait waits for exactly these payloads.
func (i *inbox) wait(t *testing.T, want ...string) {
	t.Helper()
	bustest.Eventually(t, func() error {
		if got := i.payloads(); strings.Join(got, " ") != strings.Join(want, " ") {
			return fmt.Errorf("got %q, want %q", got, want)
		}
		return nil
	})
}

// newBus makes a Bus on a connection of its own. It is closed with the test.
func newBus(t testing.TB, e *bus.Engine, deliver func(bus.Envelope)) (*bus.Bus, *nats.Conn) {
	t.Helper()
	nc, err := e.Connect("test")
	if err != nil {
		t.Fatal(err)
	}
	b := bus.New(nc, deliver)
	t.Cleanup(b.Close)
	return b, nc
}

func message(room, payload string) bus.Envelope {
	return bus.Envelope{Kind: bus.Message, Room: room, Payload: []byte(payload)}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestBusDelivers(t *testing.T) {
	bustest.EachMode(t, func(t *testing.T, e *bus.Engine) {
		var a, b inbox
		busA, _ := newBus(t, e, a.deliver)
		busB, _ := newBus(t, e, b.deliver)
		sender, _ := newBus(t, e, nil) // as a control plane has it
		must(t, busA.Join(background, "room1"))
		must(t, busB.Join(background, "room1"))
		must(t, busB.Join(background, "room2"))

		must(t, sender.Publish(message("room1", "one")))
		a.wait(t, "one")
		b.wait(t, "one")
		must(t, busA.Publish(message("room1", "two"))) // not to itself
		must(t, sender.Publish(message("room2", "three")))
		must(t, sender.Publish(message("room3", "nobody")))
		must(t, sender.Publish(bus.Envelope{
			Kind: bus.Disconnect, Room: "room1", UserID: "u", Reason: "why", Action: "DISCONNECT_USER", Payload: []byte("four"),
		}))
		a.wait(t, "one", "four")
		bustest.Eventually(t, func() error {
			if n := len(b.payloads()); n != 4 { // between publishers there is no order
				return fmt.Errorf("%d messages", n)
			}
			return nil
		})
		last := a.got[1]
		if last.Kind != bus.Disconnect || last.Room != "room1" || last.UserID != "u" || last.Reason != "why" ||
			last.Action != "DISCONNECT_USER" || len(last.Frame()) != bus.FrameSpare+len("four") {
			t.Fatalf("got %+v", last)
		}
	})
}

func TestBusKeepsThePublishersOrder(t *testing.T) {
	const rooms, messages = 20, 5000
	bustest.EachMode(t, func(t *testing.T, e *bus.Engine) {
		var got inbox
		receiver, _ := newBus(t, e, got.deliver)
		sender, _ := newBus(t, e, nil)
		for i := range rooms {
			must(t, receiver.Join(background, fmt.Sprint("room", i)))
		}
		for i := range messages {
			must(t, sender.Publish(message(fmt.Sprint("room", i%rooms), strconv.Itoa(i))))
		}
		bustest.Eventually(t, func() error {
			if n := len(got.payloads()); n != messages {
				return fmt.Errorf("%d of %d messages", n, messages)
			}
			return nil
		})
		for i, p := range got.payloads() {
			if p != strconv.Itoa(i) {
				t.Fatalf("message %s came as number %d", p, i)
			}
		}
	})
}

func TestJoinIsKnownWhenItReturns(t *testing.T) {
	bustest.EachMode(t, func(t *testing.T, e *bus.Engine) {
		var got inbox
		receiver, _ := newBus(t, e, got.deliver)
		sender, _ := newBus(t, e, nil)
		var want []string
		for i := range 200 {
			room := fmt.Sprint("room", i)
			must(t, receiver.Join(background, room))
			must(t, sender.Publish(message(room, room)))
			want = append(want, room)
		}
		got.wait(t, want...)
	})
}

func TestJoinsAreCounted(t *testing.T) {
	e := bustest.Start(t, bus.EngineOptions{StoreDir: t.TempDir()})
	var got inbox
	receiver, _ := newBus(t, e, got.deliver)
	receiver.SetLinger(0)
	sender, _ := newBus(t, e, nil)

	var all sync.WaitGroup
	for range 100 {
		all.Go(func() {
			if err := receiver.Join(background, "room"); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	for range 99 {
		receiver.Leave("room")
	}
	must(t, sender.Publish(message("room", "still here")))
	got.wait(t, "still here")
	receiver.Leave("room")
	receiver.Leave("room")  // once too often
	receiver.Leave("other") // never joined
	bustest.Eventually(t, func() error {
		if n := receiver.Subscribed(); n != 0 {
			return fmt.Errorf("%d rooms are subscribed", n)
		}
		return nil
	})
	must(t, receiver.Join(background, "room"))
	must(t, sender.Publish(message("room", "back")))
	got.wait(t, "still here", "back")
}

func TestLeaveLingers(t *testing.T) {
	e := bustest.Start(t, bus.EngineOptions{StoreDir: t.TempDir()})
	var got inbox
	receiver, nc := newBus(t, e, got.deliver)
	sender, _ := newBus(t, e, nil)
	must(t, receiver.Join(background, "room"))
	receiver.Leave("room")
	must(t, sender.Publish(message("room", "lingering")))
	got.wait(t, "lingering")
	before := nc.Stats().OutMsgs
	must(t, receiver.Join(background, "room"))
	if nc.Stats().OutMsgs != before || nc.NumSubscriptions() != 1 {
		t.Fatal("a join while lingering subscribed anew")
	}

	// Rooms that linger are dropped one after the other, joined ones are not.
	receiver.SetLinger(20 * time.Millisecond)
	for i := range 10 {
		other := fmt.Sprint("other", i)
		must(t, receiver.Join(background, other))
		receiver.Leave(other)
	}
	bustest.Eventually(t, func() error {
		if n := receiver.Subscribed(); n != 1 {
			return fmt.Errorf("%d rooms are subscribed", n)
		}
		return nil
	})
	must(t, sender.Publish(message("room", "joined")))
	got.wait(t, "lingering", "joined")
}

func TestSlowDeliveryIsCounted(t *testing.T) {
	e := bustest.Start(t, bus.EngineOptions{StoreDir: t.TempDir()})
	hold, first := make(chan struct{}), make(chan struct{})
	var once sync.Once
	var delivered int
	receiver, _ := newBus(t, e, func(bus.Envelope) {
		once.Do(func() { close(first) })
		<-hold
		delivered++
	})
	sender, nc := newBus(t, e, nil)
	must(t, receiver.Join(background, "room"))
	const messages = 1<<16 + 5000
	for range messages {
		must(t, sender.Publish(message("room", "x")))
	}
	must(t, nc.Flush())
	<-first
	// One is being delivered, a backlog waits, the rest is lost.
	bustest.Eventually(t, func() error {
		if n := receiver.Dropped(); n != messages-1<<16-1 {
			return fmt.Errorf("%d lost", n)
		}
		return nil
	})
	// What a room lost is not forgotten with the room.
	receiver.SetLinger(0)
	receiver.Leave("room")
	bustest.Eventually(t, func() error {
		if receiver.Subscribed() != 0 {
			return errors.New("room is subscribed")
		}
		return nil
	})
	if n := receiver.Dropped(); n != messages-1<<16-1 {
		t.Fatalf("%d lost", n)
	}
	close(hold)
}

func TestForeignMessagesAreCounted(t *testing.T) {
	e := bustest.Start(t, bus.EngineOptions{StoreDir: t.TempDir()})
	var got inbox
	receiver, _ := newBus(t, e, got.deliver)
	sender, nc := newBus(t, e, nil)
	must(t, receiver.Join(background, "room"))
	must(t, nc.Publish("throng.room.room", []byte("garbage")))
	must(t, nc.Publish("throng.room.room", nil))
	other := message("other", "x")
	data, err := bus.AppendEnvelope(nil, &other)
	must(t, err)
	must(t, nc.Publish("throng.room.room", data)) // of another room
	must(t, sender.Publish(message("room", "proper")))
	got.wait(t, "proper")
	if n := receiver.Malformed(); n != 3 {
		t.Fatalf("%d malformed", n)
	}
}

func TestClosedBus(t *testing.T) {
	e := bustest.Start(t, bus.EngineOptions{StoreDir: t.TempDir()})
	b, nc := newBus(t, e, func(bus.Envelope) {})
	must(t, b.Join(background, "room"))
	b.Close()
	b.Close()
	if err := b.Join(background, "room"); !errors.Is(err, bus.ErrClosed) {
		t.Fatalf("join: %v", err)
	}
	if err := b.Publish(message("room", "x")); !errors.Is(err, bus.ErrClosed) {
		t.Fatalf("publish: %v", err)
	}
	b.Leave("room")
	if nc.NumSubscriptions() != 0 || nc.IsClosed() {
		t.Fatal("the connection has to stay, without subscriptions")
	}
}

func TestWrongUse(t *testing.T) {
	e := bustest.Start(t, bus.EngineOptions{StoreDir: t.TempDir()})
	b, _ := newBus(t, e, func(bus.Envelope) {})
	if err := b.Join(background, "a.b"); !errors.Is(err, bus.ErrRoom) {
		t.Fatalf("join: %v", err)
	}
	if err := b.Publish(message("*", "x")); !errors.Is(err, bus.ErrRoom) {
		t.Fatalf("publish: %v", err)
	}
	if err := b.Publish(message("r", strings.Repeat("x", bus.MaxPayloadSize+1))); !errors.Is(err, bus.ErrEnvelopeSize) {
		t.Fatalf("publish: %v", err)
	}
	ctx, cancel := context.WithCancel(background)
	cancel()
	for range 3 { // whether it is known already or not
		if err := b.Join(ctx, "room"); err != nil && !errors.Is(err, context.Canceled) {
			t.Fatalf("join: %v", err)
		}
	}
	panics := func(f func()) {
		t.Helper()
		defer func() {
			if recover() == nil {
				t.Fatal("no panic")
			}
		}()
		f()
	}
	sender, _ := newBus(t, e, nil)
	panics(func() { _ = sender.Join(background, "room") })
	panics(func() { bus.New(&nats.Conn{}, nil) })
}

// TestServerGoesAway holds that a bus fails at once while there is no server, sends nothing late, and is back with all
// its rooms when the server is.
func TestServerGoesAway(t *testing.T) {
	server := bustest.External(t)
	e := bustest.Start(t, bus.EngineOptions{URL: server.URL()})
	var got inbox
	receiver, rnc := newBus(t, e, got.deliver)
	sender, snc := newBus(t, e, nil)
	must(t, receiver.Join(background, "room"))
	server.Stop()
	bustest.Eventually(t, func() error {
		if rnc.IsConnected() || snc.IsConnected() {
			return errors.New("connected")
		}
		return nil
	})
	if err := sender.Publish(message("room", "late")); !errors.Is(err, bus.ErrDisconnected) {
		t.Fatalf("publish: %v", err)
	}
	ctx, cancel := context.WithTimeout(background, 50*time.Millisecond)
	defer cancel()
	if err := receiver.Join(ctx, "room2"); err == nil {
		t.Fatal("joined without a server")
	}
	server.Start()
	bustest.Eventually(t, func() error { return receiver.Join(background, "room2") })
	bustest.Eventually(t, func() error { return sender.Publish(message("room", "one")) })
	must(t, sender.Publish(message("room2", "two")))
	got.wait(t, "one", "two")
}
