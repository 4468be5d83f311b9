package e2e

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ivschat"

	"github.com/throngchat/throng/test/e2e/rawws"
)

// openSlow connects like rawws.Open, with as little room as possible for what is not read.
func (b *backend) openSlow(token string) *rawws.Conn {
	b.t.Helper()
	dialer := net.Dialer{Control: smallReceiveBuffer}
	tcp, err := dialer.Dial("tcp", b.s.Edge)
	if err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(func() { _ = tcp.Close() })
	conn := rawws.Wrap(tcp)
	_ = conn.SetDeadline(time.Now().Add(2 * patience))
	if _, err := io.WriteString(conn, rawws.Request(b.s.Edge, token)); err != nil {
		b.t.Fatal(err)
	}
	if err := conn.ReadUpgrade(token); err != nil {
		b.t.Fatal(err)
	}
	return conn
}

// large sends events of about 4 KB, numbered from first on.
func (b *backend) large(room string, first, count int) {
	b.t.Helper()
	for n := first; n < first+count; n++ {
		name := fmt.Sprint(n)
		event := &ivschat.SendEventInput{
			RoomIdentifier: &room, EventName: &name, Attributes: map[string]string{content: strings.Repeat("x", 4000)},
		}
		eventually(b.t, "SendEvent", func() error {
			_, err := b.SendEvent(context.Background(), event)
			if err != nil && !throttled(err) {
				b.t.Fatal(err)
			}
			return err
		})
	}
}

// numbers reads the names of events until it has read last, which must be in order.
func numbers(next func() (string, error), last int) (seen []int, err error) {
	for {
		name, err := next()
		if err != nil {
			return seen, fmt.Errorf("after %d events: %w", len(seen), err)
		}
		var n int
		if _, err := fmt.Sscan(name, &n); err != nil {
			return seen, fmt.Errorf("after %d events: the event %q", len(seen), name)
		}
		if len(seen) > 0 && n <= seen[len(seen)-1] {
			return seen, fmt.Errorf("event %d came after %d", n, seen[len(seen)-1])
		}
		if seen = append(seen, n); n == last {
			return seen, nil
		}
	}
}

// numbers is numbers of what the viewer gets.
func (v *viewer) numbers(last int) []int {
	v.t.Helper()
	seen, err := numbers(func() (string, error) {
		f, err := v.tryNext(patience)
		return f.EventName, err
	}, last)
	if err != nil {
		v.t.Fatal(err)
	}
	return seen
}

// reading is what a slow reader got in the end.
type reading struct {
	seen []int
	err  error
}

// eventName returns the EventName of the next frame.
func eventName(conn *rawws.Conn) func() (string, error) {
	return func() (string, error) {
		text, err := conn.ReadText()
		if err != nil {
			return "", err
		}
		_, rest, _ := strings.Cut(string(text), `"EventName":"`)
		name, _, _ := strings.Cut(rest, `"`)
		return name, nil
	}
}

// A member that reads nothing for a while gets everything when it reads again, as long as the room's history reaches
// back to where it stopped; those beside it wait for nothing.
func TestPausedReader(t *testing.T) {
	t.Parallel()
	s := serve(t)
	b := s.backend()
	room := b.busyRoom()
	slow := b.openSlow(b.token(room, "slow"))
	quick := b.join(room, "quick")
	const events = 150 // 600 KB: more than the kernel holds for it, less than the history
	b.large(room, 0, events)
	if seen := quick.numbers(events - 1); len(seen) != events {
		t.Errorf("the quick reader got %d of %d events", len(seen), events)
	}
	if seen, err := numbers(eventName(slow), events-1); err != nil || len(seen) != events {
		t.Errorf("the slow reader got %d of %d events: %v", len(seen), events, err)
	}
}

// A member that the room's history has passed by skips ahead, and what it missed is counted.
func TestReaderLeftBehind(t *testing.T) {
	t.Parallel()
	s := serve(t, "THRONG_EDGE_FANOUT_HISTORY_BYTES=64KiB")
	b := s.backend()
	room := b.busyRoom()
	slow := b.openSlow(b.token(room, "slow"))
	quick := b.join(room, "quick")
	const events = 150
	b.large(room, 0, events)
	quick.numbers(events - 1)
	got := make(chan reading, 1)
	go func() {
		seen, err := numbers(eventName(slow), events)
		got <- reading{seen, err}
	}()
	// It has caught up when it gets what is sent now.
	b.large(room, events, 1)
	slowly := <-got
	if slowly.err != nil {
		t.Fatal(slowly.err)
	}
	seen := slowly.seen
	if len(seen) == events+1 {
		t.Error("the slow reader missed nothing")
	}
	skipped := s.samples(t)["throng_skipped_deliveries_total"]
	if want := float64(events + 1 - len(seen)); skipped != want {
		t.Errorf("%v deliveries count as skipped, %v were", skipped, want)
	}
	if quick := quick.numbers(events); len(quick) != 1 {
		t.Errorf("the quick reader got %v at last", quick)
	}
}

// A member that reads nothing can be disconnected all the same, and its place is free afterwards.
func TestKickOfStalledReader(t *testing.T) {
	t.Parallel()
	s := serve(t, "THRONG_EDGE_CLOSE_TIMEOUT=1s")
	b := s.backend()
	room := b.busyRoom()
	b.openSlow(b.token(room, "slow"))
	quick := b.join(room, "quick")
	const events = 100
	b.large(room, 0, events)
	quick.numbers(events - 1)
	user := "slow"
	if _, err := b.DisconnectUser(context.Background(), &ivschat.DisconnectUserInput{RoomIdentifier: &room, UserId: &user}); err != nil {
		t.Fatal(err)
	}
	if f := quick.next(); f.EventName != "aws:DISCONNECT_USER" {
		t.Errorf("got %s", f.raw)
	}
	eventually(t, "the stalled member is gone", func() error {
		if n := s.samples(t)["throng_sockets"]; n != 1 {
			return fmt.Errorf("%v sockets are left", n)
		}
		return nil
	})
}

// A client that closes its half of the connection after its last message has that message delivered, and is gone.
func TestHalfClose(t *testing.T) {
	t.Parallel()
	s := serve(t)
	b := s.backend()
	room := b.busyRoom()
	reader := b.join(room, "reader")
	tcp, err := net.Dial("tcp", s.Edge)
	if err != nil {
		t.Fatal(err)
	}
	defer tcp.Close()
	token := b.token(room, "half", everything...)
	if _, err := io.WriteString(tcp, rawws.Request(s.Edge, token)); err != nil {
		t.Fatal(err)
	}
	r := bufio.NewReader(tcp)
	for line := ""; line != "\r\n"; {
		if line, err = r.ReadString('\n'); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := tcp.Write(rawws.TextFrame(hello).Bytes()); err != nil {
		t.Fatal(err)
	}
	if err := tcp.(*net.TCPConn).CloseWrite(); err != nil {
		t.Fatal(err)
	}
	if f := reader.next(); f.Sender.UserID != "half" {
		t.Errorf("got %s", f.raw)
	}
	_ = tcp.SetDeadline(time.Now().Add(patience))
	if _, err := io.Copy(io.Discard, r); err != nil {
		t.Errorf("the server did not end the connection: %v", err)
	}
}

// A member that takes little, but takes it, is no stalled one: only who takes nothing at all for the stall timeout is.
func TestSlowButSteadyReader(t *testing.T) {
	t.Parallel()
	s := serve(t, "THRONG_EDGE_STALL_TIMEOUT=1s")
	b := s.backend()
	room := b.busyRoom()
	slow := b.openSlow(b.token(room, "slow"))
	quick := b.join(room, "quick")
	const events = 100
	got := make(chan reading, 1)
	go func() {
		tick := time.NewTicker(100 * time.Millisecond) // so about 40 KB/s
		defer tick.Stop()
		next := eventName(slow)
		seen, err := numbers(func() (string, error) {
			<-tick.C
			return next()
		}, events-1)
		got <- reading{seen, err}
	}()
	b.large(room, 0, events)
	quick.numbers(events - 1)
	if slowly := <-got; slowly.err != nil || len(slowly.seen) != events {
		t.Errorf("the slow reader got %d of %d events: %v", len(slowly.seen), events, slowly.err)
	}
}

// A moderator's disconnect reaches a member that is behind as it reaches the others: with the event, then the close
// frame. A connection that only broke off would make the SDK come back at once.
func TestKickOfSlowReader(t *testing.T) {
	t.Parallel()
	s := serve(t)
	b := s.backend()
	room := b.busyRoom()
	slow := b.openSlow(b.token(room, "slow"))
	quick := b.join(room, "quick")
	const events = 100
	b.large(room, 0, events)
	quick.numbers(events - 1)
	user, reason := "slow", "too slow"
	if _, err := b.DisconnectUser(context.Background(), &ivschat.DisconnectUserInput{RoomIdentifier: &room, UserId: &user, Reason: &reason}); err != nil {
		t.Fatal(err)
	}
	if f := quick.next(); f.EventName != "aws:DISCONNECT_USER" {
		t.Errorf("got %s", f.raw)
	}
	last := ""
	for {
		f, err := readFrame(slow)
		if err == nil {
			last = f.EventName
			continue
		}
		var closed *rawws.CloseError
		if !errors.As(err, &closed) || closed.Code != 1000 || closed.Reason != reason {
			t.Errorf("after the event %q: %v, want a close frame with code 1000", last, err)
		}
		if last != "aws:DISCONNECT_USER" {
			t.Errorf("the last event was %q", last)
		}
		return
	}
}
