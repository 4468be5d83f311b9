package e2e

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ivschat"

	"github.com/throngchat/throng/test/e2e/rawws"
)

// A connection may make ten requests a second of any kind; each that is too much gets an error, and none ends the
// session.
func TestMessageFlood(t *testing.T) {
	t.Parallel()
	s := serve(t)
	b := s.backend()
	room := b.busyRoom()
	b.chat(room)
	conn, err := rawws.Open(s.Edge, b.token(room, "flood", everything...))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(patience))
	const flood = 500
	var frames []rawws.Frame
	for i := range flood {
		frames = append(frames, rawws.TextFrame(fmt.Sprintf(`{"Action":"SEND_MESSAGE","RequestId":"%d","Content":"flood"}`, i)))
	}
	from := time.Now()
	sent := make(chan error, 1)
	go func() { sent <- conn.Send(frames...) }()
	echoes, last := 0, -1
	answers := map[string]bool{}
	for len(answers) < flood {
		text, err := conn.ReadText()
		if err != nil {
			t.Fatalf("after %d answers: %v", len(answers), err)
		}
		var f frame
		if err := json.Unmarshal(text, &f); err != nil {
			t.Fatal(err)
		}
		if f.Sender.UserID == "healthy-sender" {
			continue
		}
		if answers[f.RequestID] {
			t.Fatalf("got %s after another answer to that request", text)
		}
		answers[f.RequestID] = true
		number, err := strconv.Atoi(f.RequestID)
		switch {
		case err != nil:
			t.Fatalf("got %s, which answers no request", text)
		case f.Type == "MESSAGE" && number > last:
			echoes, last = echoes+1, number
		case f.ErrorCode != 429 || f.ErrorMessage != "rate limit exceeded":
			t.Fatalf("got %s", text)
		}
	}
	if err := <-sent; err != nil {
		t.Fatal(err)
	}
	// Ten at once, and one more for each 100 ms that it took.
	if most := 10 + int(time.Since(from)/(100*time.Millisecond)) + 1; echoes < 10 || echoes > most {
		t.Errorf("%d messages went through in %v, want 10 to %d", echoes, time.Since(from), most)
	}
}

// Requests that are refused for another reason count against the connection too, but not against its room.
func TestRefusedRequestsCount(t *testing.T) {
	t.Parallel()
	s := serve(t)
	b := s.backend()
	room := b.room(nil) // 10 messages a second, as one connection has
	v, other := b.join(room, "u"), b.join(room, "other")
	for i := range 10 {
		v.send("Action", "SEND_MESSAGE", "RequestId", fmt.Sprint(i), "Content", "")
	}
	v.say("eleventh")
	for i := range 10 {
		v.fails(fmt.Sprint(i), 400)
	}
	v.fails("eleventh", 429)
	for i := range 10 {
		other.say(fmt.Sprint("mine ", i))
	}
	for i := range 10 {
		other.hears(fmt.Sprint("mine ", i))
	}
}

// A room has a rate of its own, whoever sends.
func TestRoomRate(t *testing.T) {
	t.Parallel()
	s := serve(t)
	b := s.backend()
	room := b.room(func(in *ivschat.CreateRoomInput) { in.MaximumMessageRatePerSecond = aws.Int32(2) })
	a, c := b.join(room, "a"), b.join(room, "c")
	a.say("1")
	a.say("2")
	a.hears("1")
	a.hears("2")
	c.hears("1")
	c.hears("2")
	c.say("3")
	if f := c.fails("3", 429); f.ErrorMessage != "rate limit exceeded" {
		t.Errorf("got %s", f.raw)
	}
	// Deletions and disconnects are not messages.
	c.send("Action", "DELETE_MESSAGE", "RequestId", "d", "Id", "abcdefghijkl")
	if f := c.next(); f.EventName != "aws:DELETE_MESSAGE" {
		t.Errorf("got %s", f.raw)
	}
}

// All rooms together have a rate.
func TestAccountRate(t *testing.T) {
	t.Parallel()
	s := serve(t, "THRONG_QUOTAS_SEND_MESSAGE=1", "THRONG_QUOTAS_DELETE_MESSAGE=1", "THRONG_QUOTAS_DISCONNECT_USER=1")
	b := s.backend()
	ctx := context.Background()
	room := b.room(nil)
	v, w := b.join(room, "v"), b.join(b.room(nil), "w")
	v.say("one")
	v.hears("one")
	w.say("two")
	w.fails("two", 429)
	// Both planes draw on the same.
	id, nobody := "abcdefghijkl", "nobody"
	if _, err := b.DeleteMessage(ctx, &ivschat.DeleteMessageInput{RoomIdentifier: &room, Id: &id}); err != nil {
		t.Fatal(err)
	}
	if _, err := b.DisconnectUser(ctx, &ivschat.DisconnectUserInput{RoomIdentifier: &room, UserId: &nobody}); err != nil {
		t.Fatal(err)
	}
	w.send("Action", "DELETE_MESSAGE", "RequestId", "d", "Id", id)
	w.fails("d", 429)
	w.send("Action", "DISCONNECT_USER", "RequestId", "k", "UserId", nobody)
	w.fails("k", 429)
}

// Clients that misbehave below the level of messages disturb nobody.
func TestHostileClients(t *testing.T) {
	t.Parallel()
	s := serve(t, "THRONG_EDGE_HANDSHAKE_TIMEOUT=2s", "THRONG_EDGE_STALL_TIMEOUT=1s", "THRONG_QUOTAS_CONNECTIONS=2000")
	b := s.backend()
	room := b.busyRoom()
	b.chat(room)

	t.Run("pings without end", func(t *testing.T) {
		conn, err := rawws.Open(s.Edge, b.in(t).token(room, "pings"))
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		_ = conn.SetDeadline(time.Now().Add(patience))
		go func() {
			burst := make([]rawws.Frame, 1000)
			for i := range burst {
				burst[i] = rawws.Frame{Opcode: rawws.Ping, Payload: []byte(strings.Repeat("p", 125))}
			}
			for range 20 {
				if conn.Send(burst...) != nil {
					return // the server has had enough, which is its right
				}
			}
			_ = conn.Send(rawws.Frame{Opcode: rawws.Ping, Payload: []byte("last")})
		}()
		for {
			f, err := conn.ReadFrame()
			var timeout net.Error
			switch {
			case errors.As(err, &timeout) && timeout.Timeout():
				t.Fatal("neither the last ping was answered nor the connection ended")
			case err != nil, f.Opcode == rawws.Close, string(f.Payload) == "last":
				return
			}
		}
	})
	t.Run("resets at every stage", func(t *testing.T) {
		b := b.in(t)
		request := rawws.Request(s.Edge, b.token(room, "reset"))
		for i := 0; i < len(request)-1; i += 16 {
			conn, err := rawws.Dial(s.Edge)
			if err != nil {
				t.Fatal(err)
			}
			_, _ = io.WriteString(conn, request[:i])
			if err := conn.Reset(); err != nil {
				t.Fatal(err)
			}
		}
		frame := rawws.TextFrame(hello).Bytes()
		for i := 0; i < len(frame); i += 4 {
			conn, err := rawws.Open(s.Edge, b.token(room, "reset"))
			if err != nil {
				t.Fatal(err)
			}
			_, _ = conn.Write(frame[:i])
			if err := conn.Reset(); err != nil {
				t.Fatal(err)
			}
		}
		// The whole request, and gone before the answer.
		for range 20 {
			conn, err := rawws.Dial(s.Edge)
			if err != nil {
				t.Fatal(err)
			}
			_, _ = io.WriteString(conn, rawws.Request(s.Edge, b.token(room, "reset")))
			if err := conn.Reset(); err != nil {
				t.Fatal(err)
			}
		}
	})
	t.Run("a thousand connections that say nothing", func(t *testing.T) {
		var conns []*rawws.Conn
		for range 1000 {
			conn, err := rawws.Dial(s.Edge)
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			conns = append(conns, conn)
		}
		for _, conn := range conns {
			_ = conn.SetDeadline(time.Now().Add(patience))
			if err := conn.ReadEnd(); err != nil {
				t.Fatal(err)
			}
		}
	})
	t.Run("a reader that stalls", func(t *testing.T) {
		b := b.in(t)
		b.openSlow(b.token(room, "stalled"))
		// Large events until the server has given up on the one who reads none of them.
		event := &ivschat.SendEventInput{
			RoomIdentifier: &room, EventName: aws.String("large"), Attributes: map[string]string{"a": strings.Repeat("x", 4000)},
		}
		eventually(t, "a client that takes nothing is closed", func() error {
			for range 10 {
				if _, err := b.SendEvent(context.Background(), event); err != nil && !throttled(err) {
					t.Fatal(err)
				}
			}
			if s.closes(t)["stalled"] == 0 {
				return fmt.Errorf("closes by reason are %v", s.closes(t))
			}
			return nil
		})
	})
}
