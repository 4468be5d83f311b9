package e2e

import (
	"errors"
	"fmt"
	"testing"
	"time"
)

// pace is the time between two messages of a well-behaved sender: below the limit of 10 a second.
const pace = 110 * time.Millisecond

// healthy is a pair of users who chat all the while that something else goes on at the same server.
type healthy struct {
	t               *testing.T
	sender, reader  *viewer
	stop            chan struct{}
	done            chan error
	exchanged, soon int
}

// chat starts a healthy pair in room. The test fails at its end when a message was lost, came twice or out of order,
// or when the pair noticed anything else.
func (b *backend) chat(room string) *healthy {
	b.t.Helper()
	return chatting(b.t, b.join(room, "healthy-sender"), b.join(room, "healthy-reader"))
}

// chatting makes a healthy pair of two users of a room, whose names are healthy-sender and healthy-reader.
func chatting(t *testing.T, sender, reader *viewer) *healthy {
	t.Helper()
	h := &healthy{
		t: t, sender: sender, reader: reader,
		stop: make(chan struct{}), done: make(chan error, 1), soon: 3,
	}
	go func() { h.done <- h.run() }()
	t.Cleanup(h.verify)
	return h
}

func (h *healthy) run() error {
	tick := time.NewTicker(pace)
	defer tick.Stop()
	for {
		select {
		case <-h.stop:
			// A few more, so that what happened last is followed by something.
			if h.soon--; h.soon < 0 {
				return nil
			}
		default:
		}
		content := fmt.Sprintf("healthy %d", h.exchanged)
		if err := h.sender.trySend("Action", "SEND_MESSAGE", "Content", content); err != nil {
			return err
		}
		for _, v := range []*viewer{h.sender, h.reader} {
			if err := v.awaitOwn(content); err != nil {
				return fmt.Errorf("after %d messages: %w", h.exchanged, err)
			}
		}
		h.exchanged++
		<-tick.C
	}
}

// awaitOwn passes over what others sent until content of the healthy sender arrives, which must be its next message.
func (v *viewer) awaitOwn(content string) error {
	for {
		f, err := v.tryNext(patience)
		switch {
		case err != nil:
			return fmt.Errorf("%q did not arrive: %w", content, err)
		case f.Type == "ERROR":
			return fmt.Errorf("got %s", f.raw)
		case f.Sender.UserID != "healthy-sender":
		case f.Content != content:
			return fmt.Errorf("got %q, want %q", f.Content, content)
		default:
			return nil
		}
	}
}

func (h *healthy) verify() {
	close(h.stop)
	if err := <-h.done; err != nil {
		h.t.Errorf("a healthy pair of clients was disturbed: %v", err)
		return
	}
	for _, v := range []*viewer{h.sender, h.reader} {
		if f, err := v.tryNext(0); err == nil && f.Sender.UserID == "healthy-sender" {
			h.t.Errorf("a healthy client got %s twice", f.raw)
		}
		_ = v.conn.Close()
	}
	if h.exchanged == 0 {
		h.t.Error(errors.New("the healthy pair exchanged no message"))
	}
}
